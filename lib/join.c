/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <sys/stat.h>

#include "join.h"
#include "ns.h"
#include "proc.h"
#include "process.h"

struct join {
	const char *id;
	struct process target;
	unsigned long left;     /* not joined yet */
	int fd[NS_COUNT];
	int root;               /* its root directory, when it has no mount namespace of its own; else -1 */
};

static _Noreturn void
ended(const char *id)
{
	fail(ST_STATE, id, "the container's process has ended");
}

/* One of them, unless it is ours too, or this kernel has no such kind; false: there is no process any more. */
static bool
open_one(struct join *join, size_t i, int theirs, int ours)
{
	const struct ns_kind *kind = &ns_kinds[i];
	struct stat mine, its;

	if (fstatat(ours, kind->file, &mine, 0)) {
		if (errno == ENOENT)
			return true;
		die(kind->type, "examine the own namespace");
	}
	join->fd[i] = openat(theirs, kind->file, O_RDONLY | O_CLOEXEC);
	if (join->fd[i] < 0 && (errno == ENOENT || errno == ESRCH))
		return false;
	if (join->fd[i] < 0 || fstat(join->fd[i], &its))
		die(join->id, "open the %s namespace of", kind->type);
	if (its.st_ino == mine.st_ino && its.st_dev == mine.st_dev) {
		close_fd(&join->fd[i]);
		join->fd[i] = -1;
	} else {
		join->left |= kind->flag;
	}
	return true;
}

static bool
open_all(struct join *join, pid_t pid)
{
	autofree char *path = xasprintf("/proc/%ld/ns", (long)pid);
	autofd int theirs = proc_try_open(path, O_RDONLY | O_DIRECTORY);
	autofd int ours = proc_open("/proc/self/ns", O_RDONLY | O_DIRECTORY);

	if (theirs < 0 && (errno == ENOENT || errno == ESRCH))
		return false;
	if (theirs < 0)
		die(path, "open");
	for (size_t i = 0; i < NS_COUNT; i++)
		if (!open_one(join, i, theirs, ours))
			return false;
	if (join->left & CLONE_NEWNS)
		return true;
	join->root = openat(theirs, "../root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (join->root < 0)
		die(join->id, "open the root directory of");
	return true;
}

bool
join_open(const struct state *state)
{
	struct join *join = xcalloc(1, sizeof(*join));

	for (size_t i = 0; i < NS_COUNT; i++)
		join->fd[i] = -1;
	join->root = -1;
	join->id = xstrdup(state->id);
	chain.join = join;
	/* looked at again behind the opens: what was opened by its number is of this very process if it still is there */
	if (process_open(&join->target, state->pid, state->start_time) && open_all(join, state->pid) &&
	    process_signal(&join->target, 0))
		return true;
	join_close();
	return false;
}

/* The ids the container's process began with: files made and looked at until oci-user are this user's. */
static void
become_root(void)
{
	/* EINVAL: there is no user 0 in there */
	if ((setresgid(0, 0, 0) && errno != EINVAL) || (setresuid(0, 0, 0) && errno != EINVAL))
		die(NULL, "become user 0 of the user namespace");
}

static void
mark_joined(struct join *join, unsigned long flags)
{
	join->left &= ~flags;
	for (size_t i = 0; i < NS_COUNT; i++)
		if (flags & ns_kinds[i].flag) {
			close_fd(&join->fd[i]);
			join->fd[i] = -1;
		}
	if (flags & CLONE_NEWNS)
		mounts_forget();
	if (flags & CLONE_NEWUSER) {
		become_root();
		/* the change of ids may have set it to fs.suid_dumpable */
		ns_undumpable();
	}
}

/* Those in flags, in ns_kinds' order. may_wait: what is not permitted is left for a second try. */
static void
join_each(struct join *join, unsigned long flags, bool may_wait)
{
	for (size_t i = 0; i < NS_COUNT; i++) {
		if (!(join->left & flags & ns_kinds[i].flag))
			continue;
		if (!setns(join->fd[i], (int)ns_kinds[i].flag))
			mark_joined(join, ns_kinds[i].flag);
		else if (errno != EPERM || !may_wait)
			die(join->id, "join the %s namespace of", ns_kinds[i].type);
	}
}

static void
enter(struct join *join, unsigned long flags)
{
	/* the user namespace owns some of the others and gives the right to join them, and takes the right to join
	 * those it does not own: for one call with all of them the kernel takes the best of both */
	if (join->target.fd >= 0 && !setns(join->target.fd, (int)flags)) {
		mark_joined(join, flags);
		return;
	}
	if (errno == ESRCH)
		ended(join->id);
	join_each(join, flags & ~(unsigned long)CLONE_NEWUSER, flags & CLONE_NEWUSER);
	join_each(join, flags, false);
}

void
join_enter(unsigned long which)
{
	struct join *join = chain.join;
	unsigned long flags = join->left & which;

	if (flags == CLONE_NEWPID && join->left & CLONE_NEWUSER) {
		size_t pid = (size_t)(ns_named("pid", 3) - ns_kinds);

		if (!setns(join->fd[pid], CLONE_NEWPID)) {
			mark_joined(join, CLONE_NEWPID);
			flags = 0;
		} else if (errno == EPERM) {
			flags |= CLONE_NEWUSER;
		}
	}
	if (flags)
		enter(join, flags);
	if (which & CLONE_NEWNS && join->root >= 0) {
		if (fchdir(join->root) || chroot("."))
			die(join->id, "enter the root directory of");
		mounts_forget();
		close_fd(&join->root);
		join->root = -1;
	}
	if (!join->left && join->root < 0)
		join_close();
}

int
join_fd(unsigned long kind)
{
	for (size_t i = 0; chain.join && i < NS_COUNT; i++)
		if (ns_kinds[i].flag == kind)
			return chain.join->fd[i];
	return -1;
}

void
join_close(void)
{
	struct join *join = chain.join;

	if (!join)
		return;
	for (size_t i = 0; i < NS_COUNT; i++)
		close_fd(&join->fd[i]);
	close_fd(&join->root);
	close_fd(&join->target.fd);
	free(join);
	chain.join = NULL;
}
