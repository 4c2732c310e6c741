/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "gate.h"
#include "guard.h"
#include "handover.h"
#include "ocibox.h"

/* A frame with len bytes of text. */
static bool
transmit(struct frame_head head, const char *text, size_t len)
{
	struct iovec parts[] = { { &head, offsetof(struct frame, text) }, { (void *)(uintptr_t)text, len } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;

	do
		/* the peer may be dead: an error to handle, not a SIGPIPE */
		n = sendmsg(chain.peer, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

bool
frame_send(char kind, const char *text)
{
	size_t len = strlen(text) + 1;

	if (len > FRAME_TEXT)
		fail(ST_USAGE, text, "name too long");
	return transmit((struct frame_head){ .kind = kind }, text, len);
}

bool
frame_send_path(const char *path, int flags)
{
	size_t len = strlen(path) + 1;

	if (len > FRAME_TEXT) {
		errno = ENAMETOOLONG;
		return false;
	}
	return transmit((struct frame_head){ .kind = FRAME_REACH, .status = flags }, path, len);
}

bool
frame_send_descriptor(char kind, int fd)
{
	struct frame_head frame = { .kind = kind };

	return handover_give(chain.peer, &frame, offsetof(struct frame, text) + 1, fd);
}

char
frame_take_file(int *fd)
{
	struct frame_head frame = { 0 };

	(void)handover_take(chain.peer, &frame, sizeof(frame), 0, fd);  /* a peer that is gone has sent the kind 0 */
	return frame.kind;
}

static bool
send_message(const char *level, int status, int err, const char *step, const char *operand, const char *line)
{
	char text[FRAME_TEXT];
	const char *parts[] = { level, step, operand, line };
	size_t used = 0;

	for (size_t i = 0; i < 4; i++) {
		/* what does not fit is cut, but its NUL and those after it stay */
		size_t room = sizeof(text) - used - (3 - i) - 1;
		size_t len = strlen(parts[i]);

		if (len > room)
			len = room;
		memcpy(text + used, parts[i], len);
		used += len;
		text[used++] = '\0';
	}
	return transmit((struct frame_head){ .kind = FRAME_MESSAGE, .status = status, .err = err }, text, used);
}

/* The string behind the one at text; the sender's are NUL-terminated, and the byte at end ends one that is not. */
static const char *
after(const char *text, const char *end)
{
	const char *next = text + strlen(text) + 1;

	return next < end ? next : end;
}

/* A frame as received: of its four pages on the stack only those are taken into memory where something was written. */
struct input {
	struct frame frame;
	char room;              /* for the NUL behind the longest */
	char *end;              /* the NUL behind what has come */
};

/* Reports a message; an error's is our error. */
static void
take_message(const struct input *in)
{
	const char *step = after(in->frame.text, in->end);
	const char *operand = after(step, in->end);
	const char *line = after(operand, in->end);

	report(in->frame.text, in->frame.status, in->frame.err, step, operand, line);
	if (in->frame.status)
		chain_end(in->frame.status);
}

/* What comes next; false: nothing. */
static bool
receive(struct input *in, int flags, int *fd)
{
	ssize_t n = handover_take(chain.peer, &in->frame, sizeof(in->frame), flags, fd);

	if (n < (ssize_t)offsetof(struct frame, text))
		return false;
	in->end = (char *)&in->frame + n;
	*in->end = '\0';
	return true;
}

static char
next(char **text, int *fd)
{
	struct input in;

	for (;;) {
		/* a reset is an end too: the peer died with our frame unread */
		if (!receive(&in, 0, fd))
			return 0;
		if (in.frame.kind == FRAME_REACH && chain.child > 0) {
			host_serve(&in.frame);
		} else if (in.frame.kind == FRAME_MESSAGE) {
			take_message(&in);
		} else {
			if (text)
				*text = xstrdup(in.frame.text);
			errno = 0;      /* another frame than was due is no failure of a call, for peer_gone() */
			return in.frame.kind;
		}
	}
}

char
frame_next(char **text)
{
	return next(text, NULL);
}

int
frame_next_descriptor(char kind)
{
	autofd int fd = -1;

	return next(NULL, &fd) == kind ? steal_fd(&fd) : -1;
}

static void
drain(void)
{
	struct input in;

	while (chain.peer >= 0 && receive(&in, MSG_DONTWAIT, NULL))
		if (in.frame.kind == FRAME_MESSAGE)
			take_message(&in);
}

void
parent_bind(int peer)
{
	struct pollfd end = { .fd = peer };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		die(NULL, "set the parent's death signal");
	/* it may have died before; getppid(2) is 0 in a new pid namespace, so it cannot tell */
	if (poll(&end, 1, 0) > 0 && end.revents & (POLLHUP | POLLERR))
		chain_end(ST_LOST);
	chain.bound = true;
}

void
parent_unbind(void)
{
	if (prctl(PR_SET_PDEATHSIG, 0))
		die(NULL, "clear the parent's death signal");
	chain.bound = false;
}

static void
announce(void)
{
	if (chain.bound)
		parent_bind(chain.peer);
	/* a dead peer: the program starts all the same, as it would a moment later */
	(void)frame_send(FRAME_EXEC, "");
}

void
peer_set(int fd)
{
	static const struct talk talk = { send_message, drain, announce, host_ask };

	if (fd < 0)
		close_fd(&chain.peer);
	chain.peer = fd;
	chain.talk = &talk;
}

void
exec_await(void)
{
	static const char *const program = "its program";

	/* what is told by the program that it runs may be quicker than its frame here */
	if (chain.child > 0)
		signals_pass();
	if (frame_next(NULL) != FRAME_EXEC)
		peer_gone(program);
	chain.began = true;
	if (frame_next(NULL))
		fail(ST_LOST, NULL, "the container's process says something after its end");
	peer_set(-1);
}

void
peer_gone(const char *waiting_for)
{
	struct pollfd end = { .fd = chain.peer };
	int status, err = errno;

	/* it is there, and would be waited for without end: what failed is a call of ours */
	if (err && chain.child && chain.peer >= 0 && poll(&end, 1, 0) == 0) {
		errno = err;
		die(NULL, "speak to the container's process before it reached %s", waiting_for);
	}
	if (!chain.child)
		fail(ST_LOST, NULL, "the container's process ended before it reached %s", waiting_for);
	while (waitpid(chain.child, &status, 0) < 0)
		if (errno != EINTR)
			die(NULL, "wait for the container's process");
	chain.child = 0;
	if (WIFSIGNALED(status))
		fail(ST_LOST, NULL, "the container's process was killed by signal %d before it reached %s%s",
		     WTERMSIG(status), waiting_for, WTERMSIG(status) == SIGKILL ? "; is the memory limit too low?" : "");
	fail(ST_LOST, NULL, "the container's process ended with status %d before it reached %s",
	     WEXITSTATUS(status), waiting_for);
}
