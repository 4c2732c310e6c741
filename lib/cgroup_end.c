/* SPDX-License-Identifier: MIT */
/* The end of a cgroup: its processes killed, its directories removed. Waits are poll(2) on the kernel's own
 * notices, cgroup.events or pidfds, and bounded. */
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "compat.h"
#include "process.h"

enum { KILL_MS = 10000, ROUND_MS = 200, DELETE_MS = 5000 };

/* poll(2) of one descriptor until a deadline; fd -1 is a pause of at most a millisecond. */
static void
wait_for(int fd, short events, long long deadline)
{
	struct pollfd item = { .fd = fd, .events = events };
	long long left = deadline - now_ms();

	if (left > 0)
		(void)poll(&item, 1, fd < 0 ? 1 : (int)left);
}

/* Opens a pidfd for each of pids; -1 where there is none. Returns how many were tried before descriptors ran out. */
static size_t
open_pidfds(const pid_t *pids, size_t count, int *fds)
{
	for (size_t i = 0; i < count; i++) {
		fds[i] = pids[i] > 0 ? (int)syscall(OCI_SYS_pidfd_open, pids[i], 0) : -1;
		if (fds[i] < 0 && (errno == EMFILE || errno == ENFILE) && pids[i] > 0)
			return i;
	}
	return count;
}

/* SIGKILL (kill) and then wait for the processes in dir and below that can be seen now. */
static void
kill_seen(int dir, bool kill_them, bool (*thaw)(int dir), long long deadline)
{
	size_t count, again;
	autofree pid_t *pids = cgroup_pids(dir, &count), *still = NULL;
	autofree int *fds = xcalloc(count, sizeof(*fds));

	count = open_pidfds(pids, count, fds);
	/* a number that is still listed now was no stranger's when its pidfd was opened */
	still = kill_them ? cgroup_pids(dir, &again) : NULL;
	for (size_t i = 0; kill_them && i < count; i++) {
		if (pids[i] <= 0 || !cgroup_lists(still, again, pids[i]))
			continue;
		if (fds[i] >= 0)
			(void)syscall(OCI_SYS_pidfd_send_signal, fds[i], SIGKILL, NULL, 0);
		else
			(void)kill(pids[i], SIGKILL);   /* before Linux 5.3 */
	}
	if (thaw)
		(void)thaw(dir);
	if (count == 0 || fds[0] < 0)
		wait_for(-1, 0, deadline);
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0) {
			wait_for(fds[i], POLLIN, deadline);
			close(fds[i]);
		}
}

static bool
thaw_v1(int dir)
{
	size_t count;
	char **below = cgroup_below(dir, &count);

	/* one frozen by itself stays so when its parent is thawed */
	for (size_t i = 0; i < count; i++) {
		autofree char *file = xasprintf("%s/freezer.state", below[i]);

		(void)cgroup_write(dir, file, "THAWED");        /* gone by now is fine */
		free(below[i]);
	}
	free(below);
	return cgroup_write(dir, "freezer.state", "THAWED");
}

static bool
thaw_v2(int dir)
{
	return cgroup_write(dir, "cgroup.freeze", "0");
}

static void
kill_round(const struct cgroup *group, int dir, long long deadline)
{
	if (group->at.v2 && cgroup_write(dir, "cgroup.kill", "1")) {
		long long round = now_ms() + ROUND_MS;

		/* one that came in behind the kill is for the next round */
		(void)cgroup_await(dir, "populated 0", round < deadline ? round : deadline);
		return;
	}
	/* before Linux 5.14, and on v1: what is frozen cannot fork between being seen and being killed */
	if (group->at.v2)
		kill_seen(dir, true, cgroup_write(dir, "cgroup.freeze", "1") ? thaw_v2 : NULL, deadline);
	else if (cgroup_has(&group->at, "freezer"))
		kill_seen(dir, true, cgroup_write(dir, "freezer.state", "FROZEN") ? thaw_v1 : NULL, deadline);
	else
		kill_seen(dir, true, NULL, deadline);
}

static void
kill_one(const struct cgroup *group, int dir)
{
	autofree char *name = xasprintf("%s%s", group->at.mount, group->path);
	long long deadline = now_ms() + KILL_MS;

	if (!cgroup_populated(group, dir))
		return;
	if (cgroup_inside(group))
		fail(ST_STATE, name, "not killed: this process is in it");
	do
		kill_round(group, dir, deadline);
	while (cgroup_populated(group, dir) && now_ms() < deadline);
	if (cgroup_populated(group, dir))
		fail(ST_KERNEL, name, "processes in it do not end within %d seconds of SIGKILL", KILL_MS / 1000);
}

void
cgroup_kill(const struct cgroup *groups, size_t count)
{
	bool made = false;

	/* What is in one hierarchy is in the others too, which then are empty. The v1 freezer first: what it has
	 * frozen dies of no other's SIGKILL. */
	for (int rank = 0; rank < 3; rank++)
		for (size_t i = 0; i < count; i++) {
			int own = cgroup_has(&groups[i].at, "freezer") ? 0 : groups[i].at.v2 ? 1 : 2;
			autofd int dir = -1;

			if (own != rank || !groups[i].made)
				continue;
			made = true;
			dir = cgroup_open(&groups[i]);
			if (dir >= 0)
				kill_one(&groups[i], dir);
			else if (errno != ENOENT)
				die(groups[i].path, "open cgroup");
		}
	if (!made && count > 0) {
		autofd int dir = cgroup_open(&groups[0]);

		if (dir >= 0 && cgroup_populated(&groups[0], dir))
			warn(groups[0].path, "was there before the container: the processes in this cgroup are left alone");
	}
}

/* Marked parents that are empty now; others' cgroups in them keep them. */
static void
remove_parents(int mount, const char *path)
{
	autofree char *parent = xstrdup(path);
	struct stat st;

	for (char *slash = strrchr(parent, '/'); slash; slash = strrchr(parent, '/')) {
		*slash = '\0';
		if (fstatat(mount, parent, &st, AT_SYMLINK_NOFOLLOW) || !(st.st_mode & S_ISVTX) ||
		    unlinkat(mount, parent, AT_REMOVEDIR))
			return;
	}
}

/* Removes all below dir, the deepest first; what is busy stays. */
static void
remove_below(int dir)
{
	size_t count;
	char **below = cgroup_below(dir, &count);

	for (size_t i = count; i-- > 0;) {
		(void)unlinkat(dir, below[i], AT_REMOVEDIR);
		free(below[i]);
	}
	free(below);
}

/* Whether it was there; gone now in any case, or this dies. all: those to be killed first, should it be busy; or NULL. */
static bool
delete_one(const struct cgroup *group, const struct cgroup *all, size_t count)
{
	struct cgroup root = { .at = group->at, .path = "/" };
	autofd int mount = cgroup_open(&root);
	autofree char *name = xasprintf("%s%s", group->at.mount, group->path);
	const char *path = group->path + 1;
	long long deadline = 0;
	bool gone;

	if (mount < 0) {
		/* a hierarchy that is mounted no more */
		if (errno == ENOENT)
			return false;
		die(group->at.mount, "open the cgroups at");
	}
	while (!(gone = unlinkat(mount, path, AT_REMOVEDIR) == 0) && errno == EBUSY) {
		autofd int dir = cgroup_open(group);

		if (!deadline && all)
			cgroup_kill(all, count);
		if (!deadline)
			deadline = now_ms() + DELETE_MS;
		else if (now_ms() >= deadline)
			fail(ST_KERNEL, name, "still in use after %d seconds", DELETE_MS / 1000);
		if (dir < 0)
			continue;
		remove_below(dir);
		if (unlinkat(mount, path, AT_REMOVEDIR) == 0) {
			gone = true;
			break;
		}
		if (group->at.v2 && cgroup_populated(group, dir))
			(void)cgroup_await(dir, "populated 0", deadline);
		else
			kill_seen(dir, false, NULL, deadline);
	}
	if (!gone && errno != ENOENT)
		die(name, "remove cgroup");
	remove_parents(mount, path);
	return gone;
}

size_t
cgroup_delete(const struct cgroup *groups, size_t count, bool kill_first)
{
	size_t there = 0, made = 0;

	for (size_t i = 0; i < count; i++)
		made += groups[i].made;
	/* it has something to say of those */
	if (!made && kill_first)
		cgroup_kill(groups, count);
	for (size_t i = 0; i < count; i++)
		there += groups[i].made && delete_one(&groups[i], kill_first ? groups : NULL, count);
	return there;
}
