/* SPDX-License-Identifier: MIT */
/* Files that the root of a user namespace may not reach, below a directory that only its owner may search: the
 * outside opens them, in the mount namespace of here, since what is open in another cannot be mounted. */
#include <sched.h>
#include <sys/wait.h>

#include "gate.h"
#include "handover.h"
#include "ocibox.h"
#include "proc.h"

/* In a process of its own. */
static _Noreturn void
serve(pid_t pid, const char *path, int flags)
{
	struct frame_head reply = { .kind = FRAME_FILE };
	autofree char *ns = xasprintf("/proc/%ld/ns/mnt", (long)pid);
	int there = open(ns, O_RDONLY | O_CLOEXEC), fd = -1;

	if (there >= 0 && !setns(there, CLONE_NEWNS))
		fd = open(path, O_PATH | O_CLOEXEC | flags);
	reply.err = fd < 0 ? errno : 0;
	(void)handover_give(chain.peer, &reply, offsetof(struct frame, text), fd);      /* nobody else can be told */
	_exit(0);
}

void
host_serve(const struct frame *frame)
{
	pid_t pid = fork();

	if (pid < 0)
		die(NULL, "fork");
	if (pid == 0)
		serve(chain.child, frame->text, frame->status & (O_NOFOLLOW | O_DIRECTORY));
	while (waitpid(pid, NULL, 0) < 0)
		if (errno != EINTR)
			die(NULL, "wait for the process that opens %s", frame->text);
}

int
host_ask(const char *path, int flags)
{
	struct frame_head reply = { .err = EACCES };
	int fd;

	if (!frame_send_path(path, flags))
		return -1;
	/* the outside is gone */
	if (handover_take(chain.peer, &reply, sizeof(reply), 0, &fd) <= 0 || reply.kind != FRAME_FILE)
		chain_end(ST_LOST);
	errno = reply.err;
	return fd;
}

int
host_open(const char *path, int flags)
{
	int fd = open(path, O_PATH | O_CLOEXEC | flags);

	if (fd >= 0 || errno != EACCES || !chain.inside || chain.peer < 0)
		return fd;
	return chain.talk->reach(path, flags);
}
