/* SPDX-License-Identifier: MIT */
/* Moving a process into a cgroup of every hierarchy. */
#include "cgroup.h"
#include "state.h"

/* Why the kernel takes no process in a v2 cgroup: its errno alone does not tell. */
static _Noreturn void
refused(const struct cgroup *group)
{
	autofree char *name = xasprintf("%s%s", group->at.mount, group->path);
	int err = errno;
	autofd int dir = cgroup_open(group);
	char type[64], controllers[256];

	if (dir >= 0 && group->at.v2 && err == EOPNOTSUPP && cgroup_read(dir, "cgroup.type", type, sizeof(type)) > 0)
		fail(ST_KERNEL, name, "takes no process: its cgroup.type is %.*s", (int)strcspn(type, "\n"), type);
	if (dir >= 0 && group->at.v2 && err == EBUSY &&
	    cgroup_read(dir, "cgroup.subtree_control", controllers, sizeof(controllers)) > 1)
		fail(ST_KERNEL, name, "takes no process: it hands controllers (%.*s) to the cgroups below it",
		     (int)strcspn(controllers, "\n"), controllers);
	errno = err;
	die(name, "move process to");
}

/* Whether a v2 cgroup.procs lists this process: clone3(CLONE_INTO_CGROUP) may have made it there. */
static bool
listed(int fd)
{
	char text[4096], *rest = text, *line;
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	/* the numbers are those of the reader's pid namespace; one cut short at the end is not believed */
	while ((line = strsep(&rest, "\n")))
		if (rest && *line && strtol(line, NULL, 10) == getpid())
			return true;
	return false;
}

/* Whether this v2 cgroup is the one of a container whose program has begun, not one below it. */
static bool
is_whole(const struct cgroup *group, int entry)
{
	size_t count;
	autofree struct cgroup *groups = cgroup_of_entry(entry, false, &count);
	bool whole = false;

	for (size_t i = 0; i < count; i++)
		whole = whole || (groups[i].at.v2 && !strcmp(groups[i].path, group->path));
	return whole && state_has(entry, "started");
}

/* Moves the process into the cgroup that the container's first process is in: below this v2 one, where an init in a container
 * has its own cgroup hand controllers down, which takes no process then; or wherever it is, when this one is gone since
 * the program began, as with runc: it may leave it for another. false and errno: it is not there, or in one that takes none either. */
static bool
attached_as_first(const struct cgroup *group, const char *id, const char *pid)
{
	bool gone = errno == ENOENT;
	struct cgroup below = *group;
	struct state state;
	autofd int entry = state_require(id, &state), fd = -1;
	size_t len = strlen(group->path);

	below.path = cgroup_of_process(state.pid);
	if (below.path && (gone ? is_whole(group, entry) : !strncmp(below.path, group->path, len) && below.path[len] == '/'))
		fd = cgroup_open_file(&below, "cgroup.procs", O_WRONLY);
	if (fd >= 0 && write(fd, pid, strlen(pid)) >= 0)
		return true;
	errno = gone ? ENOENT : EBUSY;
	return false;
}

size_t
cgroup_attach(const struct cgroup *groups, size_t count, pid_t pid, const char *id)
{
	autofree char *text = xasprintf("%ld", (long)pid);
	size_t there = 0;

	for (size_t i = 0; i < count; i++) {
		/* A process of one thread that moves itself by the v1 file of threads does not wait for the
		 * lock that forks and exits take, which costs a grace period, some 7 ms; on v2 that file
		 * cannot leave a domain, and only a process cloned into its cgroup is spared the wait. */
		bool v2 = groups[i].at.v2;
		autofd int fd = cgroup_open_file(&groups[i], pid || v2 ? "cgroup.procs" : "tasks", v2 ? O_RDWR : O_WRONLY);

		if (fd < 0 && errno == ENOENT && !id)
			continue;
		if ((fd < 0 || (!(v2 && !pid && listed(fd)) && write(fd, text, strlen(text)) < 0)) &&
		    !(v2 && id && (errno == EBUSY || errno == ENOENT) && attached_as_first(&groups[i], id, text)))
			refused(&groups[i]);
		there++;
	}
	return there;
}
