/* SPDX-License-Identifier: MIT */
/* What is in a cgroup: the cgroups below it, and the processes. */
#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#include "cgroup.h"

/* Adds the directories in path (from dir) to the list. A cgroup that is gone by now has none. */
static void
list_one(int dir, const char *path, char ***list, size_t *count)
{
	/* cgroupfs has no symbolic links, and no name in it has a slash: a path of names read from it stays below dir */
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *item;
	struct stat st;
	DIR *stream;

	if (fd < 0 && (errno == ENOENT || errno == ENODEV))
		return;
	/* kernfs counts: two links and one for each directory inside */
	if (fd >= 0 && !fstat(fd, &st) && st.st_nlink == 2) {
		close(fd);
		return;
	}
	stream = fd < 0 ? NULL : fdopendir(fd);
	if (!stream)
		die(path, "list cgroup");
	while ((item = readdir(stream))) {
		if (item->d_type != DT_DIR || !strcmp(item->d_name, ".") || !strcmp(item->d_name, ".."))
			continue;
		*list = realloc(*list, (*count + 1) * sizeof(**list));
		if (!*list)
			die(NULL, "allocate memory");
		(*list)[(*count)++] = strcmp(path, ".") ? xasprintf("%s/%s", path, item->d_name) : xstrdup(item->d_name);
	}
	closedir(stream);
}

char **
cgroup_below(int dir, size_t *count)
{
	char **list = NULL;

	*count = 0;
	list_one(dir, ".", &list, count);
	for (size_t i = 0; i < *count; i++)
		list_one(dir, list[i], &list, count);
	return list;
}

static void
pids_of(int dir, const char *path, pid_t **pids, size_t *count)
{
	char name[PATH_MAX];
	autofree char *text = NULL;
	autofd int fd = -1;
	size_t lines = 0;
	pid_t *more;
	char *end;

	if ((size_t)snprintf(name, sizeof(name), "%s/cgroup.procs", path) >= sizeof(name))
		fail(ST_KERNEL, path, "cgroups too deep inside each other");
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENODEV))
		return;
	if (fd < 0)
		die(path, "list the processes of");
	/* a threaded cgroup's processes stand in the file of its domain above, and reading it is refused */
	if (pread(fd, name, 1, 0) < 0 && (errno == EOPNOTSUPP || errno == ENODEV))
		return;
	text = read_all(fd, 64 << 20, NULL, path);
	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	more = xcalloc(*count + lines, sizeof(*more));
	if (*count)
		memcpy(more, *pids, *count * sizeof(*more));
	free(*pids);
	*pids = more;
	for (const char *at = text; lines--; at = end + 1)
		more[(*count)++] = (pid_t)strtol(at, &end, 10);
}

pid_t *
cgroup_pids(int dir, size_t *count)
{
	size_t n;
	char **below = cgroup_below(dir, &n);
	pid_t *pids = NULL;

	*count = 0;
	pids_of(dir, ".", &pids, count);
	for (size_t i = 0; i < n; i++) {
		pids_of(dir, below[i], &pids, count);
		free(below[i]);
	}
	free(below);
	return pids;
}

bool
cgroup_populated(const struct cgroup *group, int dir)
{
	char text[256];
	struct stat st;
	size_t count;

	/* the root of a v2 hierarchy has no such file, and always has processes */
	if (group->at.v2)
		return cgroup_read(dir, "cgroup.events", text, sizeof(text)) < 0 ? errno == ENOENT && !*(group->path + 1)
										  : strstr(text, "populated 1") != NULL;
	if (cgroup_read(dir, "cgroup.procs", text, sizeof(text)) > 0)
		return true;
	if (!fstat(dir, &st) && st.st_nlink == 2)
		return false;
	free(cgroup_pids(dir, &count));
	return count > 0;
}

void
cgroup_descend(const char *below, struct cgroup *groups, size_t count)
{
	size_t len = strcspn(below, ":/");
	bool named = below[len] == ':';
	autofree char *path = NULL, *clean = NULL;
	bool found = false;

	path = xasprintf("/%s", named ? below + len + 1 : below);
	clean = cgroup_path(path);
	for (size_t i = 0; i < count; i++) {
		bool meant = !named;

		for (size_t at = 0; named && at < len; at += strcspn(below + at, ",:") + 1) {
			autofree char *controller = xstrndup(below + at, strcspn(below + at, ",:"));

			meant |= !groups[i].at.v2 && cgroup_has(&groups[i].at, controller);
		}
		if (meant)
			groups[i].path = xasprintf("%s%s", groups[i].path, clean);
		found |= meant;
	}
	if (!found)
		fail(ST_USAGE, below, "the container has no cgroup of this controller");
}

struct cgroup *
cgroup_existing(const char *path, size_t *count)
{
	struct cgroup *groups = cgroup_everywhere(path, count);
	size_t there = 0;

	for (size_t i = 0; i < *count; i++) {
		autofd int dir = cgroup_open(&groups[i]);

		groups[i].made = dir >= 0;
		there += dir >= 0;
	}
	if (!there)
		fail(ST_KERNEL, path, "no such cgroup");
	return groups;
}

bool
cgroup_lists(const pid_t *pids, size_t count, pid_t pid)
{
	while (count > 0)
		if (pids[--count] == pid)
			return true;
	return false;
}

void
cgroup_refuse_root(const struct cgroup *groups, size_t count, const char *what)
{
	if (count > 0 && !groups[0].path[1])
		fail(ST_USAGE, groups[0].path, "the root of all cgroups cannot be %s", what);
}
