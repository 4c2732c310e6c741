/* SPDX-License-Identifier: MIT */
/* Groups of resctrl and their schemata. */
#include <strings.h>
#include <sys/vfs.h>

#include "resctrl.h"

enum { RESCTRL_MAGIC = 0x7655821, FILE_MAX = 1 << 16 }; /* RDTGROUP_SUPER_MAGIC of linux/magic.h */

int
resctrl_open(const char *path)
{
	autofd int dir = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (dir < 0)
		return -1;
	if (!fstatfs(dir, &fs) && (unsigned long)fs.f_type == RESCTRL_MAGIC)
		return steal_fd(&dir);
	fail(ST_UNSUPPORTED, path, "not on resctrl");
}

static char *
read_file(int dir, const char *name, const char *path)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		die(path, "open %s of", name);
	return read_all(fd, FILE_MAX, NULL, path);
}

bool
resctrl_write(int dir, const char *name, const char *text)
{
	autofd int fd = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) >= 0;
}

/* Takes the next of "0=7f0;1=1f" from *at: cache and value, without the zeros and spaces in front that the kernel writes. */
static bool
next_share(char **at, const char **cache, const char **value)
{
	char *share = strsep(at, ";\n"), *equals = share ? strchr(share, '=') : NULL;

	if (!equals)
		return false;
	*equals = '\0';
	*cache = share + strspn(share, " 0");
	*value = equals + 1 + strspn(equals + 1, " 0");
	return true;
}

/* Whether one line of schemata stands in text, what the kernel says is in force. */
static bool
in_force(const char *text, const char *line)
{
	size_t name = strcspn(line, ":");

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		autofree char *wanted = xstrdup(line + name), *now = NULL;
		char *at = wanted + (*wanted == ':');
		const char *cache, *value;
		bool all = true;

		text += strspn(text, " ");
		if (strncmp(text, line, name) || text[name] != ':')
			continue;
		now = xasprintf(";%.*s;", (int)strcspn(text + name + 1, "\n"), text + name + 1);
		while (all && next_share(&at, &cache, &value)) {
			autofree char *copy = xstrdup(now + 1);
			char *rest = copy;
			const char *c, *v;
			bool same = false;

			while (!same && next_share(&rest, &c, &v))
				same = !strcmp(c, cache) && !strcasecmp(v, value);
			all = same;
		}
		return all;
	}
	return false;
}

const char *
resctrl_differs(const char *path, const char *const *lines, size_t count)
{
	autofd int dir = resctrl_open(path);
	autofree char *now = NULL;

	if (dir < 0)
		die(path, "open");
	now = read_file(dir, "schemata", path);
	for (size_t i = 0; i < count; i++)
		if (!in_force(now, lines[i]))
			return lines[i];
	return NULL;
}

/* What the kernel says of the last write, in one line; NULL when it says nothing. */
static char *
last_status(const char *mount)
{
	autofree char *info = xasprintf("%s/info", mount);
	autofd int dir = resctrl_open(info);
	char *why = dir < 0 ? NULL : read_file(dir, "last_cmd_status", info);

	if (why)
		why[strcspn(why, "\n")] = '\0';
	return why;
}

void
resctrl_set(const char *mount, const char *path, const char *const *lines, size_t count)
{
	autofd int dir = resctrl_open(path);
	char *text = xstrdup(""), *old, *why;
	int err;

	for (size_t i = 0; i < count; i++) {
		char *longer = xasprintf("%s%s\n", text, lines[i]);

		free(text);
		text = longer;
	}
	if (dir < 0)
		die(path, "open");
	old = read_file(dir, "schemata", path);
	if (!resctrl_write(dir, "schemata", text)) {
		err = errno;
		why = last_status(mount);
		/* the lines before the one that is refused are in force */
		(void)resctrl_write(dir, "schemata", old);
		fail(ST_KERNEL, path, "the schemata are refused: %s", why && *why ? why : strerror(err));
	}
	free(text);
	free(old);
}
