/* SPDX-License-Identifier: MIT */
/* oci-ps: print the processes of a container, as ps(1) shows them or as numbers.
 *
 * The end of a chain: the words behind the id are ps(1)'s.
 */
#include <ctype.h>

#include "capture.h"
#include "cgroup.h"
#include "state.h"

static pid_t *
pids_of(const char *id, size_t *n)
{
	struct state state;
	autofd int entry = state_require(id, &state);
	size_t count;
	autofree struct cgroup *groups = cgroup_of_entry(entry, false, &count);

	if (!groups)
		fail(ST_STATE, id, "no cgroup was made for this container, so its processes are not known");
	return cgroup_processes(groups, count, n);
}

static void
print_json(const pid_t *pids, size_t n)
{
	putchar('[');
	for (size_t i = 0; i < n; i++)
		printf("%s%d", i ? "," : "", (int)pids[i]);
	puts("]");
}

/* The word of that number, from 0, in a line; NULL: it has fewer. */
static const char *
word_of(const char *line, int number)
{
	for (;;) {
		line += strspn(line, " \t");
		if (!*line || !number--)
			return *line ? line : NULL;
		line += strcspn(line, " \t");
	}
}

/* In which column the headline has PID; -1: in none. */
static int
pid_column(const char *head)
{
	const char *word;

	for (int i = 0; (word = word_of(head, i)); i++)
		if (!strncmp(word, "PID", 3) && (!word[3] || isspace((unsigned char)word[3])))
			return i;
	return -1;
}

/* What ps(1) prints, with -ef when words holds nothing behind its name. */
static char *
run_ps(const char **words)
{
	const char *const env[] = { "PATH=" HOST_PATH, "LC_ALL=C", NULL };
	const char *const all[] = { "ps", "-ef", NULL }, *const plain[] = { "ps", NULL };
	char *text;
	int status;

	text = capture(words[1] ? words : all, env, &status);
	if (status && !words[1]) {
		/* busybox's shows all processes and takes no such letters */
		free(text);
		text = capture(plain, env, &status);
	}
	if (status)
		fail(ST_KERNEL, "ps", "exit status %d: %.*s", status, (int)strcspn(text, "\n"), text);
	return text;
}

static void
print_table(const char **words, const pid_t *pids, size_t n)
{
	autofree char *text = run_ps(words);
	char *rest = text, *line = strsep(&rest, "\n");
	int column = pid_column(line);

	if (column < 0)
		fail(ST_USAGE, NULL, "couldn't find PID field in ps output");
	puts(line);
	while ((line = strsep(&rest, "\n"))) {
		const char *word = word_of(line, column);
		char *end = line;
		long pid = word ? strtol(word, &end, 10) : 0;

		/* a column before it has blanks */
		if (word && (end == word || !strchr(" \t", *end)))
			fail(ST_USAGE, NULL, "unable to parse pid: %.*s", (int)strcspn(word, " \t"), word);
		if (word && cgroup_lists(pids, n, (pid_t)pid))
			puts(line);
	}
}

char **
oci_ps_main(int argc, char **argv)
{
	const char *format = "table";
	autofree pid_t *pids = NULL;
	size_t n;
	int c;

	while ((c = getopt(argc, argv, "+f:")) != -1)
		switch (c) {
		case 'f':
			format = optarg;
			break;
		default:
			usage();
		}
	if (!argv[optind])
		usage();
	if (strcmp(format, "table") && strcmp(format, "json"))
		fail(ST_USAGE, format, "format must be table or json");
	pids = pids_of(argv[optind], &n);
	if (!strcmp(format, "json")) {
		print_json(pids, n);
		return argv + argc;
	}
	/* in the place of the id */
	argv[optind] = (char *)(uintptr_t)"ps";
	print_table((const char **)(uintptr_t)(argv + optind), pids, n);
	return argv + argc;
}
