/* SPDX-License-Identifier: MIT */
/* Cgroup mounts for a container, as runc makes them. With a cgroup namespace it sees its own cgroup as the root; without, that of
 * a v1 hierarchy by a bind, and the whole of v2. */
#include <sys/stat.h>

#include "cgroup.h"
#include "mnt.h"
#include "mntopt.h"
#include "path.h"

#define SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* Binds this process's directory of a v1 hierarchy, or the whole unified one: without a cgroup namespace the paths in
 * /proc/self/cgroup are those of the whole, and v2's is looked at with them. */
static int
bind_hierarchy(const struct hierarchy *at, int target, const struct mount_options *options, const char *what)
{
	autofree char *path = xasprintf("%s%s", at->mount, at->v2 || !strcmp(at->own, "/") ? "" : at->own);
	autofd int source = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1;
	unsigned long set = options->set & ~(unsigned long)MS_REC;
	bool attached;

	if (source < 0)
		die(path, "open");
	fd = mnt_copy(source, target, MS_REC, &attached);
	if (fd < 0)
		die(what, "bind %s on", path);
	if (set || options->clear)
		mnt_flags_only(fd, set, options->clear, what);
	if (!attached && mnt_attach(fd, target))
		die(what, "bind %s on", path);
	return steal_fd(&fd);
}

/* The hierarchy itself, which shows the cgroup namespace's root; a bind of v1's own directory where that is not the root,
 * or of either where the kernel does not allow a mount: EPERM in a user namespace that has no cgroup namespace
 * of its own, EBUSY for a second mount with other options. */
static int
mount_or_bind(const struct hierarchy *at, const char *source, unsigned long flags, int target,
	      const struct mount_options *options, const char *what)
{
	const char *type = at && !at->v2 ? "cgroup" : "cgroup2";
	const char *data = at && !at->v2 ? at->controllers : options->data;
	bool own = at && !at->v2 && at->own && strcmp(at->own, "/");
	char why[256] = "";
	int fd = -1;

	if (own)
		return bind_hierarchy(at, target, options, what);
	fd = mnt_try_new(type, source, flags, data, target, why);
	if (fd >= 0)
		return fd;
	if (at && at->own && (errno == EPERM || errno == EBUSY))
		return bind_hierarchy(at, target, options, what);
	mnt_refused(type, what, why);
}

/* cpu and cpuacct, for a hierarchy in the directory cpu,cpuacct */
static void
link_merged(int dir, const struct hierarchy *at, const char *name, const char *what)
{
	autofree char *copy = xstrdup(at->controllers);
	char *rest = copy, *one;

	if (!strchr(copy, ','))
		return;
	while ((one = strsep(&rest, ",")))
		if (strcmp(one, name) && symlinkat(name, dir, one) && errno != EEXIST)
			die(what, "link %s in", one);
}

static void
mount_v1(const struct hierarchy *at, int dir, const struct mount_options *options, const char *what)
{
	const char *name = strrchr(at->mount, '/') + 1;
	bool named = !strncmp(at->controllers, "name=", strlen("name="));
	autofree char *place = xasprintf("%s/%s", what, name);
	autofd int target = -1, fd = -1;

	if (mkdirat(dir, name, 0755) && errno != EEXIST)
		die(place, "mkdir");
	target = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		die(place, "open");
	fd = mount_or_bind(at, named ? name : "cgroup", SAFE | (options->set & MS_RDONLY), target, options, place);
	mount_options_finish(options, fd, place);
	link_merged(dir, at, name, what);
}

void
mount_cgroups(const char *type, const struct mount_options *options, int target, const char *what)
{
	size_t count, v1 = 0;
	autofree struct hierarchy *all = cgroup_hierarchies(&count);
	const struct hierarchy *v2 = NULL;
	autofd int fd = -1;

	for (size_t i = 0; i < count; i++) {
		v1 += !all[i].v2;
		if (all[i].v2)
			v2 = all + i;
	}
	if (!strcmp(type, "cgroup2") || v1 == 0) {
		fd = mount_or_bind(v2, "cgroup", options->set, target, options, what);
		mount_options_finish(options, fd, what);
		return;
	}
	fd = mnt_new("tmpfs", "tmpfs", SAFE, "mode=755", target, what);
	for (size_t i = 0; i < count; i++)
		if (!all[i].v2)
			mount_v1(all + i, fd, options, what);
	mount_options_finish(options, fd, what);
}
