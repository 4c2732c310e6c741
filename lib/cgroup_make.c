/* SPDX-License-Identifier: MIT */
/* Making a cgroup in every hierarchy, and moving a process into it. */
#include <limits.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "proc.h"

char *
cgroup_path(const char *text)
{
	autofree char *copy = xasprintf("%s%s", *text == '/' ? "" : "ocibox/", text);
	char *path = xasprintf("%s", ""), *rest = copy, *name;

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			fail(ST_CONFIG, NULL, "a cgroup's path may not have control characters");
	while ((name = strsep(&rest, "/"))) {
		char *longer;

		if (!*name || !strcmp(name, "."))
			continue;
		if (!strcmp(name, ".."))
			fail(ST_CONFIG, text, "a cgroup's path may not have .. in it");
		if (strlen(name) > NAME_MAX)
			fail(ST_CONFIG, text, "a cgroup's name may not be longer than %d bytes", NAME_MAX);
		longer = xasprintf("%s/%s", path, name);
		free(path);
		path = longer;
	}
	if (*path)
		return path;
	free(path);
	return xasprintf("/");
}

struct cgroup *
cgroup_everywhere(const char *path, size_t *count)
{
	autofree struct hierarchy *all = cgroup_hierarchies(count);
	struct cgroup *groups = xcalloc(*count, sizeof(*groups));

	for (size_t i = 0; i < *count; i++) {
		groups[i].at = all[i];
		groups[i].path = xasprintf("%s", path);
	}
	return groups;
}

bool
cgroup_unprivileged(void)
{
	return geteuid() != 0 || proc_in_userns();
}

void
cgroup_delegated(struct cgroup *groups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct cgroup own = { .at = groups[i].at, .path = groups[i].at.own };
		autofd int dir = -1;

		if (!own.path || !own.path[1])
			continue;
		if (!cgroup_unprivileged())
			return;
		dir = cgroup_open(&own);
		if (dir >= 0 && !faccessat(dir, ".", W_OK, AT_EACCESS))
			groups[i].path = xasprintf("%s%s", own.path, groups[i].path);
	}
}

/* A cgroup that was there before us is used when nobody else uses it, as runc does. */
static void
require_unused(const struct cgroup *group, int dir)
{
	autofree char *name = xasprintf("%s%s", group->at.mount, group->path);
	char text[256];

	if (cgroup_populated(group, dir)) {
		size_t count;

		free(cgroup_pids(dir, &count));
		fail(ST_STATE, name, "container's cgroup is not empty: %zu process(es) found", count);
	}
	if ((cgroup_read(dir, "freezer.state", text, sizeof(text)) > 0 && !strncmp(text, "FR", 2)) ||
	    (cgroup_read(dir, "cgroup.freeze", text, sizeof(text)) > 0 && *text == '1'))
		fail(ST_STATE, name, "container's cgroup unexpectedly frozen");
}

/* A v1 cpuset begins empty and then takes no process; what the parent has is filled in, as far up as it is missing. */
static bool
fill_cpuset(int mount, const char *path, const char *file)
{
	autofree char *parent = xasprintf("%s", path), *target = xasprintf("%s/%s", path, file), *source = NULL;
	char *slash = strrchr(parent, '/');
	char text[4096];

	if (cgroup_read(mount, target, text, sizeof(text)) > 1)
		return true;
	*(slash ? slash : parent) = '\0';
	source = xasprintf("%s%s%s", parent, slash ? "/" : "", file);
	if (slash && !fill_cpuset(mount, parent, file))
		return false;
	return cgroup_read(mount, source, text, sizeof(text)) >= 0 && cgroup_write(mount, target, text);
}

/* The parents of path below mount. false and errno. */
static bool
make_parents(int mount, const char *path)
{
	autofree char *parent = xasprintf("%s", path);

	for (char *slash = strchr(parent, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		/* The sticky bit means nothing in cgroupfs: it is the mark of a parent to remove when it is empty. The parent
		 * of all containers stays: making and removing it in each hierarchy would cost half of what cgroups cost. */
		if (mkdirat(mount, parent, strcmp(parent, "ocibox") ? 0755 | S_ISVTX : 0755) && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

/* false and errno when it could not be made; EEXIST when somebody else just made it. */
static bool
make_one(const struct cgroup *group)
{
	struct cgroup root = { .at = group->at, .path = "/" };
	autofd int mount = cgroup_open(&root);
	const char *path = group->path + 1;
	int tries = 0;

	if (mount < 0)
		return false;
	/* a parent may go between the two calls: its last cgroup is being removed by somebody else */
	while (mkdirat(mount, path, 0755))
		if (errno != ENOENT || tries++ == 100 || (!make_parents(mount, path) && errno != ENOENT))
			return false;
	return true;
}

static void
ready_cpuset(const struct cgroup *group)
{
	struct cgroup root = { .at = group->at, .path = "/" };
	autofree char *name = xasprintf("%s%s", group->at.mount, group->path);
	autofd int mount = -1;

	if (!cgroup_has(&group->at, "cpuset") || !group->path[1])
		return;
	mount = cgroup_open(&root);
	if (mount < 0 || !fill_cpuset(mount, group->path + 1, "cpuset.cpus") ||
	    !fill_cpuset(mount, group->path + 1, "cpuset.mems"))
		die(name, "give processors and memory nodes to");
}

/* The controllers that a container's statistics are read from, where they can be had. Those that limits need are asked for
 * with them, for any other cgroup no others: one that hands controllers down takes no process. */
static void
ready_v2(const struct cgroup *group)
{
	autofd int dir = -1;
	autofree char *why = NULL;

	if (!group->at.v2 || !group->path[1])
		return;
	dir = cgroup_open(group);
	if (dir < 0 || (cgroup_has_v2(dir, "memory") && cgroup_has_v2(dir, "pids")))
		return;
	why = cgroup_enable(group, "cpu io memory pids");
	if (why)
		debug(NULL, "%s", why);
}

/* Whether a cgroup that could not be made can be done without: an ordinary user has no say in most places. */
static bool
dispensable(const struct cgroup *group)
{
	if ((errno != EACCES && errno != EPERM && errno != EROFS) || !cgroup_unprivileged())
		return false;
	debug(group->path, "no cgroup made in %s: %s", group->at.mount, strerror(errno));
	return true;
}

static void
look(struct cgroup *group, bool exclusive)
{
	autofd int dir = cgroup_open(group);

	group->made = dir < 0;
	if (dir >= 0 && exclusive)
		require_unused(group, dir);
}

void
cgroup_make(struct cgroup *groups, size_t *count, int entry)
{
	bool changed = false;
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++)
		look(&groups[i], entry >= 0);
	if (entry >= 0)
		cgroup_to_entry(entry, groups, *count);
	for (size_t i = 0; i < *count; i++) {
		autofree char *name = NULL;

		if (!groups[i].made || make_one(&groups[i])) {
			groups[kept++] = groups[i];
			continue;
		}
		changed = true;
		if (errno == EEXIST) {
			/* somebody else made it since we looked */
			look(&groups[i], entry >= 0);
			groups[i].made = false;
			groups[kept++] = groups[i];
			continue;
		}
		name = xasprintf("%s%s", groups[i].at.mount, groups[i].path);
		if (!dispensable(&groups[i]))
			die(name, "make cgroup");
	}
	*count = kept;
	for (size_t i = 0; i < kept; i++) {
		ready_cpuset(&groups[i]);
		if (entry >= 0)
			ready_v2(&groups[i]);
	}
	if (changed && entry >= 0)
		cgroup_to_entry(entry, groups, *count);
}

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

size_t
cgroup_attach(const struct cgroup *groups, size_t count, pid_t pid, bool missing_ok)
{
	autofree char *text = xasprintf("%ld", (long)pid);
	size_t there = 0;

	for (size_t i = 0; i < count; i++) {
		/* A process of one thread that moves itself by the v1 file of threads does not wait for the
		 * lock that forks and exits take, which costs a grace period, some 7 ms; on v2 that file
		 * cannot leave a domain, and only a process cloned into its cgroup is spared the wait. */
		bool v2 = groups[i].at.v2;
		autofd int fd = cgroup_open_file(&groups[i], pid || v2 ? "cgroup.procs" : "tasks", v2 ? O_RDWR : O_WRONLY);

		if (fd < 0 && errno == ENOENT && missing_ok)
			continue;
		if (fd < 0 || (!(v2 && !pid && listed(fd)) && write(fd, text, strlen(text)) < 0))
			refused(&groups[i]);
		there++;
	}
	return there;
}
