/* SPDX-License-Identifier: MIT */
/* oci-list: print the containers there are. Entries that cannot be read are
 * named in a warning and left out: one of them must not hide the others.
 */
#include <dirent.h>

#include "ocibox.h"
#include "proc.h"
#include "state.h"

enum { COLUMNS = 6 };

struct list {
	int root;
	char **ids;
	size_t count;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in the state directory, sorted. */
static struct list
read_ids(void)
{
	struct list list = { .root = state_root(false) };
	int root = list.root < 0 ? -1 : openat(list.root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = root < 0 ? NULL : fdopendir(root);
	struct dirent *item;
	size_t room = 0;

	if (list.root >= 0 && !stream)
		die(getenv("OCIBOX_ROOT"), "read directory");
	while (stream && (errno = 0, item = readdir(stream))) {
		if (*item->d_name == '.' && (!item->d_name[1] || !strcmp(item->d_name, "..")))
			continue;
		if (list.count == room) {
			room = room ? 2 * room : 64;
			list.ids = realloc(list.ids, room * sizeof(*list.ids));
			if (!list.ids)
				die(NULL, "allocate memory");
		}
		list.ids[list.count++] = xstrdup(item->d_name);
	}
	if (errno && stream)
		die(getenv("OCIBOX_ROOT"), "read directory");
	if (stream)
		(void)closedir(stream); /* was only read */
	if (list.count)
		qsort(list.ids, list.count, sizeof(*list.ids), by_name);
	return list;
}

/* The entry of id with its state, or -1 when it is none. */
static int
read_entry(int root, const char *id, struct state *state)
{
	autofd int entry = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char error[512];

	/* removed just now, or a file that somebody left there */
	if (entry < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return -1;
	if (entry < 0)
		warn(id, "%s", strerror(errno));
	else if (state_read(entry, id, state, error, sizeof(error)))
		return steal_fd(&entry);
	else if (errno != ENOENT)       /* without a state it is no container yet, or any more */
		warn(id, "%s", error);
	return -1;
}

/* Frees the state of the container with that index, but for the first one's: the C library would give the pages these
 * pieces are in back to the kernel, and ask for them again for each container. */
static void
forget(struct state *state, size_t index)
{
	if (index > 0)
		state_free(state);
}

/* The name of the owner; most containers have the same. */
static const char *
owner_of(const struct state *state, uid_t *last, char **name)
{
	if (!*name || *last != state->owner) {
		free(*name);
		*name = state_owner(state);
		*last = state->owner;
	}
	return *name;
}

static void
print_json(const struct list *list)
{
	autofree char *owner = NULL;
	uid_t last = 0;
	bool first = true;

	putchar('[');
	for (size_t i = 0; i < list->count; i++) {
		struct state state;
		autofree char *document = NULL;
		autofd int entry = read_entry(list->root, list->ids[i], &state);

		if (entry < 0)
			continue;
		document = state_document(&state, state_condition(entry, &state), owner_of(&state, &last, &owner), entry);
		if (!first)
			putchar(',');
		first = false;
		fputs(document, stdout);
		forget(&state, i);
	}
	puts("]");
}

static void
print_ids(const struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct state state;
		autofd int entry = read_entry(list->root, list->ids[i], &state);

		if (entry < 0)
			continue;
		puts(list->ids[i]);
		forget(&state, i);
	}
}

/* Columns at least 12 wide and 3 apart, as runc's are. */
static void
print_rows(char *(*rows)[COLUMNS], size_t count)
{
	int width[COLUMNS] = { 0 };

	for (size_t r = 0; r < count; r++)
		for (int c = 0; c < COLUMNS - 1; c++) {
			int len = (int)strlen(rows[r][c]) + 3;

			width[c] = len > width[c] ? len : width[c];
			width[c] = width[c] < 12 ? 12 : width[c];
		}
	for (size_t r = 0; r < count; r++)
		for (int c = 0; c < COLUMNS; c++)
			printf("%-*s%s", width[c], rows[r][c], c == COLUMNS - 1 ? "\n" : "");
}

static void
print_table(const struct list *list)
{
	static const char *const heads[COLUMNS] = { "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER" };
	autofree char *(*rows)[COLUMNS] = xcalloc(list->count + 1, sizeof(*rows));
	autofree char *owner = NULL;
	uid_t last = 0;
	size_t n = 1;

	for (int c = 0; c < COLUMNS; c++)
		rows[0][c] = xstrdup(heads[c]);
	for (size_t i = 0; i < list->count; i++) {
		struct state state;
		autofd int entry = read_entry(list->root, list->ids[i], &state);
		enum condition condition;

		if (entry < 0)
			continue;
		condition = state_condition(entry, &state);
		rows[n][0] = list->ids[i];
		rows[n][1] = xasprintf("%d", condition == COND_STOPPED ? 0 : (int)state.pid);
		rows[n][2] = xstrdup(condition_name(condition));
		rows[n][3] = xstrdup(state.bundle);
		rows[n][4] = xstrdup(state.created);
		rows[n++][5] = xstrdup(owner_of(&state, &last, &owner));
		forget(&state, i);
	}
	print_rows(rows, n);
}

char **
oci_list_main(int argc, char **argv)
{
	const char *format = "table";
	bool quiet = false;
	struct list list;
	int c;

	while ((c = getopt(argc, argv, "+f:q")) != -1)
		switch (c) {
		case 'f':
			format = optarg;
			break;
		case 'q':
			quiet = true;
			break;
		default:
			usage();
		}
	if (strcmp(format, "table") && strcmp(format, "json"))
		fail(ST_USAGE, format, "format must be table or json");
	list = read_ids();
	chain.proc = list.count && !quiet ? proc_any() : -1;
	if (quiet)
		print_ids(&list);
	else if (!strcmp(format, "json"))
		print_json(&list);
	else
		print_table(&list);
	close_fd(&chain.proc);
	chain.proc = -1;
	close_fd(&list.root);
	return argv + optind;
}
