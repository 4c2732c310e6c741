/* SPDX-License-Identifier: MIT */
/* A cgroup's processes stopped and let go on, and the one of its hierarchies to look at for that. */
#include <poll.h>

#include "cgroup.h"
#include "process.h"

enum { FREEZE_MS = 10000 };

bool
cgroup_inside(const struct cgroup *group)
{
	size_t count, n = strlen(group->path);
	autofree struct hierarchy *all = cgroup_hierarchies(&count);

	for (size_t i = 0; i < count; i++)
		if (all[i].v2 == group->at.v2 && !strcmp(all[i].controllers, group->at.controllers) && all[i].own &&
		    (n == 1 || (!strncmp(all[i].own, group->path, n) && (!all[i].own[n] || all[i].own[n] == '/'))))
			return true;
	return false;
}

bool
cgroup_await(int dir, const char *line, long long deadline)
{
	autofd int events = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd item = { .fd = events, .events = POLLPRI };
	char text[256];
	ssize_t n;

	for (;;) {
		long long left = deadline - now_ms();

		n = events < 0 ? 0 : pread(events, text, sizeof(text) - 1, 0);
		text[n < 0 ? 0 : n] = '\0';
		/* without the file it is gone */
		if (!*text || strstr(text, line))
			return true;
		if (left <= 0)
			return false;
		(void)poll(&item, 1, (int)left);
	}
}

const struct cgroup *
cgroup_with(const struct cgroup *groups, size_t count, const char *controller)
{
	const struct cgroup *v2 = NULL;

	for (size_t i = 0; i < count; i++) {
		if (cgroup_has(&groups[i].at, controller))
			return &groups[i];
		if (groups[i].at.v2)
			v2 = &groups[i];
	}
	return v2;
}

const struct cgroup *
cgroup_chief(const struct cgroup *groups, size_t count)
{
	const struct cgroup *group = cgroup_with(groups, count, "freezer");

	return group || !count ? group : groups;
}

pid_t *
cgroup_processes(const struct cgroup *groups, size_t count, size_t *n)
{
	const struct cgroup *group = cgroup_chief(groups, count);
	autofd int dir = group ? cgroup_open(group) : -1;

	*n = 0;
	if (group && dir < 0 && errno != ENOENT)
		die(group->path, "open cgroup");
	return dir < 0 ? NULL : cgroup_pids(dir, n);
}

static bool
freeze_v1(int dir, long long deadline)
{
	char text[32];

	for (;;) {
		/* each time: what was forked or moved there since the last is not frozen yet */
		if (!cgroup_write(dir, "freezer.state", "FROZEN") || cgroup_read(dir, "freezer.state", text, sizeof(text)) < 0)
			return false;
		if (!strncmp(text, "FROZEN", 6))
			return true;
		errno = EBUSY;
		if (now_ms() >= deadline)
			return false;
		/* this freezer announces nothing */
		(void)poll(NULL, 0, 1);
	}
}

static bool
freeze_v2(int dir, long long deadline)
{
	if (!cgroup_write(dir, "cgroup.freeze", "1"))
		return false;
	errno = EBUSY;
	return cgroup_await(dir, "frozen 1", deadline);
}

void
cgroup_freeze(const struct cgroup *groups, size_t count, bool frozen)
{
	const struct cgroup *group = cgroup_chief(groups, count);
	bool v1 = group && cgroup_has(&group->at, "freezer");
	const char *file = v1 ? "freezer.state" : "cgroup.freeze", *thawed = v1 ? "THAWED" : "0";
	autofree char *name = NULL;
	autofd int dir = -1;
	char text[8];

	if (!group || (!v1 && !group->at.v2))
		fail(ST_UNSUPPORTED, NULL, "freezer not supported: neither cgroup v1's freezer nor cgroup v2 is mounted");
	name = xasprintf("%s%s", group->at.mount, group->path);
	dir = cgroup_open(group);
	if (dir < 0)
		die(name, "open cgroup");
	/* v2 has it since Linux 5.2, and never in the root */
	if (cgroup_read(dir, file, text, sizeof(text)) < 0 && errno == ENOENT)
		fail(ST_UNSUPPORTED, name, "freezer not supported: it has no %s", file);
	if (frozen && cgroup_inside(group))
		fail(ST_STATE, name, "not frozen: this process is in it");
	if (frozen ? v1 ? freeze_v1(dir, now_ms() + FREEZE_MS) : freeze_v2(dir, now_ms() + FREEZE_MS) : cgroup_write(dir, file, thawed))
		return;
	if (frozen) {
		int err = errno;

		(void)cgroup_write(dir, file, thawed);  /* half frozen is worse; the first error is the one to tell */
		errno = err;
	}
	die(name, "%s", frozen ? "freeze" : "thaw");
}
