/* SPDX-License-Identifier: MIT */
/* Making a cgroup in every hierarchy. */
#include <limits.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "proc.h"

char *
cgroup_path(const char *text)
{
	autofree char *copy = xasprintf("%s%s", *text == '/' ? "" : "ocibox/", text);
	char *path = xstrdup(""), *rest = copy, *name;

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			fail(ST_CONFIG, NULL, "a cgroup's path may not have control characters");
	while ((name = strsep(&rest, "/"))) {
		char *longer;

		if (!*name || !strcmp(name, "."))
			continue;
		if (!strcmp(name, ".."))
			fail(ST_CONFIG, text, "`..` components are not allowed in a cgroup's path");
		if (strlen(name) > NAME_MAX)
			fail(ST_CONFIG, text, "a cgroup's name may not be longer than %d bytes", NAME_MAX);
		longer = xasprintf("%s/%s", path, name);
		free(path);
		path = longer;
	}
	if (*path)
		return path;
	free(path);
	return xstrdup("/");
}

struct cgroup *
cgroup_everywhere(const char *path, size_t *count)
{
	autofree struct hierarchy *all = cgroup_hierarchies(count);
	struct cgroup *groups = xcalloc(*count, sizeof(*groups));

	for (size_t i = 0; i < *count; i++) {
		groups[i].at = all[i];
		groups[i].path = xstrdup(path);
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

/* A v1 cpuset begins empty and then takes no process; what the parent has is filled in, as far up as it is missing, and
 * left in text. made: this one is known to be empty. */
static bool
fill_cpuset(int mount, const char *path, const char *file, bool made, char text[4096])
{
	autofree char *parent = xstrdup(path), *target = xasprintf("%s/%s", path, file);
	char *slash = strrchr(parent, '/');

	if (!made && cgroup_read(mount, target, text, 4096) > 1)
		return true;
	if (!slash)
		return cgroup_read(mount, file, text, 4096) >= 0 && cgroup_write(mount, target, text);
	*slash = '\0';
	return fill_cpuset(mount, parent, file, false, text) && cgroup_write(mount, target, text);
}

/* The parents of path below mount. false and errno. */
static bool
make_parents(int mount, const char *path)
{
	autofree char *parent = xstrdup(path);

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

/* The root of a hierarchy, or minus the errno why there is none. */
static int
open_root(const struct cgroup *group)
{
	struct cgroup root = { .at = group->at, .path = "/" };
	int fd = cgroup_open(&root);

	return fd < 0 ? -errno : fd;
}

/* false and errno when it could not be made; EEXIST when somebody else just made it. */
static bool
make_one(int mount, const struct cgroup *group)
{
	const char *path = group->path + 1;
	int tries = 0;

	if (mount < 0) {
		errno = -mount;
		return false;
	}
	/* a parent may go between the two calls: its last cgroup is being removed by somebody else */
	while (mkdirat(mount, path, 0755))
		if (errno != ENOENT || tries++ == 100 || (!make_parents(mount, path) && errno != ENOENT))
			return false;
	return true;
}

static void
ready_cpuset(int mount, const struct cgroup *group)
{
	autofree char *name = NULL;
	char text[4096];

	if (!cgroup_has(&group->at, "cpuset") || !group->path[1])
		return;
	if (fill_cpuset(mount, group->path + 1, "cpuset.cpus", group->made, text) &&
	    fill_cpuset(mount, group->path + 1, "cpuset.mems", group->made, text))
		return;
	name = xasprintf("%s%s", group->at.mount, group->path);
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

/* Whether a cgroup that could not be made can be done without: an ordinary user has no say in most places, and did not choose
 * this one. */
static bool
dispensable(const struct cgroup *group, bool chosen)
{
	if (chosen || (errno != EACCES && errno != EPERM && errno != EROFS) || !cgroup_unprivileged())
		return false;
	debug(group->path, "no cgroup made in %s: %s", group->at.mount, strerror(errno));
	return true;
}

static void
look(int mount, struct cgroup *group, bool exclusive)
{
	autofd int dir = openat(mount, group->path[1] ? group->path + 1 : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	group->made = dir < 0;
	if (dir >= 0 && exclusive)
		require_unused(group, dir);
}

/* false: it is not there, and can be done without. */
static bool
make(int mount, struct cgroup *group, bool exclusive, bool chosen)
{
	autofree char *name = NULL;

	if (make_one(mount, group))
		return true;
	if (errno == EEXIST) {
		/* somebody else made it since we looked */
		look(mount, group, exclusive);
		group->made = false;
		return true;
	}
	name = xasprintf("%s%s", group->at.mount, group->path);
	if (!dispensable(group, chosen))
		die(name, "make cgroup");
	return false;
}

void
cgroup_make(struct cgroup *groups, size_t *count, int entry, bool chosen)
{
	autofree int *mounts = xcalloc(*count, sizeof(*mounts));
	bool changed = false;
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++) {
		mounts[i] = open_root(&groups[i]);
		look(mounts[i], &groups[i], entry >= 0);
	}
	if (entry >= 0)
		cgroup_to_entry(entry, groups, *count);
	for (size_t i = 0; i < *count; i++) {
		bool wanted = groups[i].made;

		if (!wanted || make(mounts[i], &groups[i], entry >= 0, chosen)) {
			changed |= groups[i].made != wanted;
			ready_cpuset(mounts[i], &groups[i]);
			groups[kept++] = groups[i];
		} else {
			changed = true;
		}
		if (mounts[i] >= 0)
			close(mounts[i]);
	}
	*count = kept;
	for (size_t i = 0; i < kept && entry >= 0; i++)
		ready_v2(&groups[i]);
	if (changed && entry >= 0)
		cgroup_to_entry(entry, groups, *count);
}
