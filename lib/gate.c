/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "gate.h"
#include "ocibox.h"

static bool
transmit(const struct frame *frame, size_t text)
{
	ssize_t n;

	do
		/* the peer may be dead: an error to handle, not a SIGPIPE */
		n = send(chain.peer, frame, offsetof(struct frame, text) + text, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

bool
frame_send(char kind, const char *text)
{
	struct frame frame = { .kind = kind };
	size_t len = strlen(text) + 1;

	if (len > sizeof(frame.text))
		fail(ST_USAGE, text, "name too long");
	memcpy(frame.text, text, len);
	return transmit(&frame, len);
}

bool
frame_send_message(const char *level, int status, int err, const char *step, const char *operand, const char *line)
{
	struct frame frame = { .kind = FRAME_MESSAGE, .status = status, .err = err };
	const char *parts[] = { level, step, operand, line };
	size_t used = 0;

	for (size_t i = 0; i < 4; i++) {
		/* what does not fit is cut, but its NUL and those after it stay */
		size_t room = sizeof(frame.text) - used - (3 - i) - 1;
		size_t len = strlen(parts[i]);

		if (len > room)
			len = room;
		memcpy(frame.text + used, parts[i], len);
		used += len;
		frame.text[used++] = '\0';
	}
	return transmit(&frame, used);
}

/* The string behind the one at text; the sender's are NUL-terminated, and a
 * byte behind the buffer ends one that is not. */
static const char *
after(const char *text, const char *end)
{
	const char *next = text + strlen(text) + 1;

	return next < end ? next : end;
}

struct frame
frame_next(void)
{
	struct { struct frame frame; char end; } in;

	for (;;) {
		ssize_t n;
		const char *step, *operand, *line;

		memset(&in, 0, sizeof(in));
		do
			n = recv(chain.peer, &in.frame, sizeof(in.frame), 0);
		while (n < 0 && errno == EINTR);
		/* a reset is an end too: the peer died with our frame unread */
		if (n < 0 && errno != ECONNRESET)
			die(NULL, "receive from the container's process");
		if (n <= 0)
			in.frame.kind = 0;
		if (in.frame.kind != FRAME_MESSAGE)
			return in.frame;
		step = after(in.frame.text, &in.end);
		operand = after(step, &in.end);
		line = after(operand, &in.end);
		report(in.frame.text, in.frame.status, in.frame.err, step, operand, line);
		if (in.frame.status) {
			if (chain.child)
				while (waitpid(chain.child, NULL, 0) < 0 && errno == EINTR)
					;
			exit(in.frame.status);
		}
	}
}

void
peer_gone(const char *waiting_for)
{
	int status;
	siginfo_t info = { 0 };

	if (!chain.child)
		fail(ST_LOST, NULL, "the container's process ended before it reached %s", waiting_for);
	if (waitid(P_PID, (id_t)chain.child, &info, WEXITED | WNOWAIT) < 0)
		die(NULL, "wait for the container's process");
	while (waitpid(chain.child, &status, 0) < 0)
		if (errno != EINTR)
			die(NULL, "wait for the container's process");
	if (WIFSIGNALED(status))
		fail(ST_LOST, NULL, "the container's process was killed by signal %d before it reached %s",
		     WTERMSIG(status), waiting_for);
	fail(ST_LOST, NULL, "the container's process ended with status %d before it reached %s",
	     WEXITSTATUS(status), waiting_for);
}
