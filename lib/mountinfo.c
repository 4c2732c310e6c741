/* SPDX-License-Identifier: MIT */
/* /proc/self/mountinfo as a list. */
#include <linux/stat.h>
#include <sys/syscall.h>

#include "mnt.h"
#include "proc.h"

/* far beyond the kernel's default limit of 100000 mounts a namespace */
#define MOUNTINFO_MAX (64 << 20)

char *
mountinfo_unescape(char *text)
{
	char *in = text, *out = text;

	for (; in && *in; in++)
		if (in[0] == '\\' && in[1] >= '0' && in[1] <= '3' && in[2] >= '0' && in[2] <= '7' && in[3] >= '0' && in[3] <= '7') {
			*out++ = (char)((in[1] - '0') * 64 + (in[2] - '0') * 8 + (in[3] - '0'));
			in += 3;
		} else {
			*out++ = *in;
		}
	if (out)
		*out = '\0';
	return text;
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
static bool
parse_line(char *line, struct mountinfo *info)
{
	char *tail = strstr(line, " - ");

	if (!tail)
		return false;
	*tail = '\0';
	tail += 3;
	info->id = atoi(strsep(&line, " "));
	info->parent = line ? atoi(strsep(&line, " ")) : 0;
	(void)strsep(&line, " ");       /* the device: of no use, statx gives another for some filesystems */
	info->root = mountinfo_unescape(strsep(&line, " "));
	info->point = mountinfo_unescape(strsep(&line, " "));
	info->options = strsep(&line, " ");
	info->tags = line ? line : strchr(tail, '\0');
	info->type = mountinfo_unescape(strsep(&tail, " "));
	info->source = mountinfo_unescape(strsep(&tail, " "));
	info->super = tail;
	return info->options && info->super;
}

struct mountinfo *
mountinfo_read(char **text, size_t *count)
{
	autofd int fd = proc_open("/proc/self/mountinfo", O_RDONLY);
	struct mountinfo *list;
	size_t lines = 0;
	char *at;

	*text = read_all(fd, MOUNTINFO_MAX, NULL, "/proc/self/mountinfo");
	for (at = *text; *at; at++)
		lines += *at == '\n';
	list = xcalloc(lines, sizeof(*list));
	*count = 0;
	at = *text;
	while (*count < lines)
		if (!parse_line(strsep(&at, "\n"), &list[(*count)++]))
			fail(ST_KERNEL, "/proc/self/mountinfo", "cannot understand line %zu", *count);
	return list;
}

const struct mountinfo *
mountinfo_find(const struct mountinfo *list, size_t count, int id)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].id == id)
			return list + i;
	return NULL;
}

static int
compare_ids(const void *a, const void *b)
{
	int x = (*(const struct mountinfo *const *)a)->id, y = (*(const struct mountinfo *const *)b)->id;

	return x < y ? -1 : x > y;
}

/* A mount may stand before its parent in the list, once it was moved, so each is followed upwards. */
void
mountinfo_below(const struct mountinfo *list, size_t count, int id, bool *below)
{
	autofree const struct mountinfo **by_id = xcalloc(count, sizeof(*by_id));

	for (size_t i = 0; i < count; i++)
		by_id[i] = list + i;
	qsort(by_id, count, sizeof(*by_id), compare_ids);
	for (size_t i = 0; i < count; i++) {
		const struct mountinfo *at = list + i;

		/* the root's parent is itself, or not in the list */
		while (at && at->parent != id && at->parent != at->id) {
			const struct mountinfo key = { .id = at->parent }, *wanted = &key;
			const struct mountinfo **found = bsearch(&wanted, by_id, count, sizeof(*by_id), compare_ids);

			at = found ? *found : NULL;
		}
		below[i] = at && at->parent == id && list[i].id != id;
	}
}

int
fd_mount(int fd)
{
	struct statx st;

	/* before 5.14 fdinfo is closed to who cannot be dumped in a user namespace of its own */
	return !syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) && st.stx_mask & STATX_MNT_ID ? (int)st.stx_mnt_id : -1;
}

int
fdinfo_mount(const char *text)
{
	static const char key[] = "mnt_id:\t";
	uint64_t id;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (!strncmp(text, key, strlen(key)) && take_digits(text + strlen(key), 10, SIZE_MAX, &id))
			return (int)id;
	return -1;
}

int
mount_id(int fd, const char *what)
{
	autofree char *path = NULL, *text = NULL;
	autofd int info = -1;
	int id = fd_mount(fd);

	if (id >= 0)
		return id;
	path = xasprintf("/proc/self/fdinfo/%d", fd);
	info = proc_open(path, O_RDONLY);
	text = read_all(info, 65536, NULL, path);
	id = fdinfo_mount(text);
	if (id < 0)
		fail(ST_UNSUPPORTED, what, "the kernel does not say which mount this is");
	return id;
}
