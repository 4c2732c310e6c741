/* SPDX-License-Identifier: MIT */
/* Making namespaces; and a container's process that takes the place of another. */
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "caps.h"
#include "cgroup.h"
#include "compat.h"
#include "gate.h"
#include "ns.h"
#include "proc.h"
#include "root.h"

bool
ns_succession(const struct ns_plan *plan)
{
	return plan->make & CLONE_NEWUSER || ns_joins(plan, CLONE_NEWUSER) || ns_joins(plan, CLONE_NEWPID);
}

/* What clone(2) and unshare(2) can make at once: neither has a bit for a time namespace that would have the
 * caller in it; and the mqueue of an ipc namespace belongs to the ids its maker has at that moment. */
static unsigned long
at_once(const struct ns_plan *plan)
{
	bool user = plan->make & CLONE_NEWUSER || ns_joins(plan, CLONE_NEWUSER);

	return plan->make & ~(unsigned long)(CLONE_NEWTIME | (user ? CLONE_NEWIPC : 0));
}

/* Behind a refusal: what an ordinary user has to do. */
static void
check_right(unsigned long make, const char *names)
{
	int err = errno;

	if (err == EPERM && make && !(make & CLONE_NEWUSER) && !(caps_effective() >> CAP_SYS_ADMIN & 1))
		fail(ST_PERMISSION, names, "an ordinary user can make new namespaces only together with a new user namespace");
	errno = err;
}

pid_t
ns_fork(const struct ns_plan *plan, int entry, unsigned long more)
{
	unsigned long make = at_once(plan);
	size_t at = (size_t)(ns_named("pid", 3) - ns_kinds);
	pid_t pid;

	/* what is in stdio's buffers would be written twice */
	if (fflush(NULL))
		die(NULL, "flush standard output");
	pid = cgroup_clone(entry, make | more);
	if (pid < 0 && plan->join[at] && errno == ENOMEM)
		fail(ST_STATE, plan->join[at], "the first process of this pid namespace has ended");
	if (pid < 0) {
		autofree char *names = ns_names(make);

		check_right(make, names);
		die(*names ? names : NULL, "fork%s", *names ? " into new namespaces" : "");
	}
	return pid;
}

void
ns_make(const struct ns_plan *plan)
{
	unsigned long make = at_once(plan);

	if (make && unshare((int)make)) {
		autofree char *names = ns_names(make);

		check_right(make, names);
		die(names, "make new namespaces");
	}
}

static void
tell_successor(pid_t pid)
{
	write_all(chain.successor, &pid, sizeof(pid), "pipe to the outside");
	close_fd(&chain.successor);
	chain.successor = -1;
}

/* A pipe belongs to who made it, and the root of the new user namespace can give one to its program's user only when it
 * is its own. Files and terminals are the caller's and stay so. */
static void
give_pipes(const struct ns_plan *plan)
{
	uint32_t uid, gid;

	if (!idmap_knows(&plan->uids, 0, &uid) || !idmap_knows(&plan->gids, 0, &gid))
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		struct stat st;

		/* an ordinary user's are its root's already, or somebody else's: they work as they are too */
		if (!fstat(fd, &st) && S_ISFIFO(st.st_mode) && fchown(fd, uid, gid) && errno != EPERM && errno != EROFS)
			die(NULL, "give descriptor %d to the user namespace", fd);
	}
}

/* A copy of the mounts in a user namespace is locked as it is, so the root of an initramfs is made one that can be left while
 * there is the right to. An ordinary user has none, and is told by oci-rootfs. */
static void
ready_root(const struct ns_plan *plan)
{
	bool user = plan->make & CLONE_NEWUSER || ns_joins(plan, CLONE_NEWUSER);

	if (!user || !(plan->make & CLONE_NEWNS) || !root_is_initial())
		return;
	if (!unshare(CLONE_NEWNS))
		(void)root_cover();
	else if (errno != EPERM)
		die(NULL, "make a mount namespace");
}

void
ns_succeed(struct ns_plan *plan, int peer, bool new_session)
{
	autofd int proc = plan->make & CLONE_NEWUSER ? proc_own() : -1;
	int go[2];
	pid_t pid;
	char ok;

	/* in the one that is joined, the file of the clocks is out of reach for who is not dumpable */
	if (plan->make & CLONE_NEWTIME && ns_joins(plan, CLONE_NEWUSER) && caps_effective() >> CAP_SYS_ADMIN & 1) {
		ns_time(plan);
		plan->make &= ~(unsigned long)CLONE_NEWTIME;
	}
	ready_root(plan);
	ns_join(plan);
	if (!(plan->make & (CLONE_NEWUSER | CLONE_NEWPID)) && !ns_joins(plan, CLONE_NEWPID)) {
		ns_make(plan);
		tell_successor(chain.self);
		ns_settle(plan, new_session);
		parent_bind(peer);
		return;
	}
	if (pipe2(go, O_CLOEXEC))
		die(NULL, "make a pipe");
	pid = ns_fork(plan, -1, CLONE_PARENT);
	if (pid > 0) {
		if (plan->make & CLONE_NEWUSER) {
			idmap_write(proc, pid, &plan->uids, &plan->gids);
			give_pipes(plan);
		}
		tell_successor(pid);
		write_all(go[1], "g", 1, "pipe to the container's process");
		_exit(0);
	}
	close(go[1]);
	close_fd(&chain.successor);
	chain.successor = -1;
	chain.self = getpid();
	/* without a word: the other one has failed, and said why */
	if (read(go[0], &ok, 1) != 1)
		_exit(ST_LOST);
	close(go[0]);
	ns_settle(plan, new_session);
	parent_bind(peer);
}

pid_t
ns_successor(pid_t pid, int from, const sigset_t *mask)
{
	struct pollfd line = { .fd = from, .events = POLLIN };
	pid_t next;
	ssize_t n;

	/* a helper may take its time. Whoever is killed here, the others follow: the successor has nobody to tell it to go
	 * on, or is bound to this process */
	while (ppoll(&line, 1, NULL, mask) < 0)
		if (errno != EINTR)
			die(NULL, "wait for the container's process");
	do
		n = read(from, &next, sizeof(next));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		die(NULL, "hear of the container's process");
	if (n != (ssize_t)sizeof(next) || next == pid)
		return pid;
	while (waitpid(pid, NULL, 0) < 0)
		if (errno != EINTR)
			die(NULL, "wait for the process that made the container's");
	return next;
}
