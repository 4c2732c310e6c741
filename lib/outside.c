/* SPDX-License-Identifier: MIT */
/* Files that the root of a user namespace may not reach, below a directory that only its owner may search: the
 * outside opens them, in the mount namespace of here, since what is open in another cannot be mounted. */
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "gate.h"
#include "ocibox.h"
#include "proc.h"

/* A frame, and at most one descriptor beside it. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void
attach(struct msghdr *message, union control *control, int fd)
{
	struct cmsghdr *header;

	memset(control, 0, sizeof(*control));
	message->msg_control = control->bytes;
	message->msg_controllen = sizeof(control->bytes);
	header = CMSG_FIRSTHDR(message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
}

/* In a process of its own. */
static _Noreturn void
serve(pid_t pid, const char *path, int flags)
{
	struct frame reply = { .kind = FRAME_FILE };
	struct iovec part = { &reply, offsetof(struct frame, text) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	autofree char *ns = xasprintf("/proc/%ld/ns/mnt", (long)pid);
	int there = open(ns, O_RDONLY | O_CLOEXEC), fd = -1;
	union control control;

	if (there >= 0 && !setns(there, CLONE_NEWNS))
		fd = open(path, O_PATH | O_CLOEXEC | flags);
	reply.err = fd < 0 ? errno : 0;
	if (fd >= 0)
		attach(&message, &control, fd);
	(void)sendmsg(chain.peer, &message, MSG_NOSIGNAL);      /* nobody else can be told */
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

static int
ask(const char *path, int flags)
{
	struct frame reply = { .err = EACCES };
	struct iovec part = { &reply, sizeof(reply) };
	union control control;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *header;
	ssize_t n = -1;
	int fd = -1;

	if (!frame_send_path(path, flags))
		return -1;
	do
		n = recvmsg(chain.peer, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	/* the outside is gone */
	if (n <= 0 || reply.kind != FRAME_FILE)
		chain_end(ST_LOST);
	header = CMSG_FIRSTHDR(&message);
	if (!reply.err && header && header->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	errno = reply.err;
	return fd;
}

int
host_open(const char *path, int flags)
{
	int fd = open(path, O_PATH | O_CLOEXEC | flags);

	if (fd >= 0 || errno != EACCES || !chain.inside || chain.peer < 0)
		return fd;
	return ask(path, flags);
}
