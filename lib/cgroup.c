/* SPDX-License-Identifier: MIT */
/* Which cgroup hierarchies are mounted, and how their files are reached. */
#include <limits.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "cgroup.h"
#include "mnt.h"
#include "proc.h"

/* Whether word, of length len, is one of the comma-separated words of list. */
static bool
in_list(const char *list, const char *word, size_t len)
{
	while (*list) {
		size_t n = strcspn(list, ",");

		if (n == len && !memcmp(list, word, n))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

bool
cgroup_has(const struct hierarchy *at, const char *controller)
{
	return in_list(at->controllers, controller, strlen(controller));
}

/* path, of the whole hierarchy, as seen below a mount whose root is root. */
static char *
below(char *path, const char *root)
{
	size_t n = strlen(root);

	if (!strcmp(root, "/"))
		return path;
	if (strncmp(path, root, n) || (path[n] && path[n] != '/'))
		return NULL;
	return path[n] ? path + n : "/";
}

/* One line of mountinfo: false unless it is a cgroup filesystem whose mount point can stand in an entry's file. */
static bool
parse_mount(char *line, struct hierarchy *found, char **root, char **options)
{
	char *field[5], *dash = strstr(line, " - cgroup");

	if (!dash || (strncmp(dash, " - cgroup ", 10) && strncmp(dash, " - cgroup2 ", 11)))
		return false;
	*dash = '\0';
	for (size_t i = 0; i < 5; i++) {
		field[i] = strsep(&line, " ");
		if (!field[i])
			return false;
	}
	*root = mountinfo_unescape(field[3]);
	found->mount = mountinfo_unescape(field[4]);
	found->v2 = dash[9] == '2';
	/* behind the type: the source, which is any word, then the options of the superblock */
	*options = strchr(dash + 10 + found->v2, ' ');
	return *options && !strpbrk(found->mount, "\t\n");
}

/* The line of /proc/self/cgroup for a mount: "4:cpu,cpuacct:/path", "0::/path". */
static bool
match_own(const char *text, struct hierarchy *at, const char *root, const char *options)
{
	for (const char *line = text, *next; *line; line = next) {
		size_t len = strcspn(line, "\n"), id = strcspn(line, ":\n");
		const char *controllers = line + id + 1, *path = memchr(controllers, ':', len > id ? len - id - 1 : 0);
		autofree char *own = NULL;
		size_t n;

		next = line + len + (line[len] == '\n');
		if (!path)
			continue;
		n = (size_t)(path - controllers);
		if (at->v2 ? n > 0 || id != 1 || *line != '0' : n == 0 || !in_list(options, controllers, strcspn(controllers, ",:")))
			continue;
		at->controllers = xstrndup(controllers, n);
		own = xstrndup(path + 1, len - id - 2 - n);
		at->own = below(own, root);
		at->own = at->own ? xstrdup(at->own) : NULL;
		return true;
	}
	return false;
}

static char *
slurp(const char *path)
{
	autofd int fd = proc_open(path, O_RDONLY);

	return read_all(fd, 64 << 20, NULL, path);
}

/* The line of text that at is in, in memory of its own. */
static char *
line_at(const char *text, const char *at)
{
	const char *begin = memrchr(text, '\n', (size_t)(at - text));

	begin = begin ? begin + 1 : text;
	return xstrndup(begin, strcspn(begin, "\n"));
}

struct hierarchy *
cgroup_hierarchies(size_t *count)
{
	static const char mark[] = " - cgroup";
	autofree char *own = NULL;
	struct hierarchy *all;
	char *root, *options;
	size_t n = 0, most = 0;

	if (!chain.mounts)
		chain.mounts = slurp("/proc/self/mountinfo");
	for (const char *at = strstr(chain.mounts, mark); at; at = strstr(at + 1, mark))
		most++;
	all = xcalloc(most, sizeof(*all));
	for (const char *at = strstr(chain.mounts, mark); at; at = strstr(at + 1, mark)) {
		struct hierarchy found = { 0 };
		bool known = false;

		/* the line is not freed: the mount point is in it */
		if (!parse_mount(line_at(chain.mounts, at), &found, &root, &options))
			continue;
		if (!own)
			own = slurp("/proc/self/cgroup");
		if (!match_own(own, &found, root, options + 1))
			continue;
		/* mounted in two places: the first will do */
		for (size_t i = 0; i < n && !known; i++)
			known = all[i].v2 == found.v2 && !strcmp(all[i].controllers, found.controllers);
		if (!known)
			all[n++] = found;
	}
	*count = n;
	return all;
}

char *
cgroup_of_process(pid_t pid)
{
	autofree char *name = xasprintf("/proc/%d/cgroup", (int)pid), *text = NULL;
	autofd int fd = proc_try_open(name, O_RDONLY);
	struct hierarchy at = { .v2 = true };

	if (fd < 0)
		return NULL;
	text = read_all(fd, 64 << 20, NULL, name);
	return match_own(text, &at, "/", "") ? at.own : NULL;
}

/* Something else may be mounted over a hierarchy since mountinfo was read, or in this mount namespace. */
static int
verified(int fd, bool v2)
{
	struct statfs fs;

	if (fd < 0)
		return -1;
	if (fstatfs(fd, &fs)) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	if ((unsigned long)fs.f_type == (v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

/* openat, here and below: open(2) of the C library adds an fcntl(2) to each O_CLOEXEC, for kernels without it */
int
cgroup_open(const struct cgroup *group)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s%s", group->at.mount, group->path);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return verified(openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), group->at.v2);
}

int
cgroup_open_file(const struct cgroup *group, const char *name, int flags)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s%s/%s", group->at.mount, group->path, name);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return verified(openat(AT_FDCWD, path, flags | O_NOFOLLOW | O_CLOEXEC), group->at.v2);
}

ssize_t
cgroup_read(int dir, const char *name, char *text, size_t size)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	text[n < 0 ? 0 : n] = '\0';
	return n;
}

bool
cgroup_write(int dir, const char *name, const char *text)
{
	autofd int fd = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) >= 0;
}
