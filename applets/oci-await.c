/* SPDX-License-Identifier: MIT */
/* oci-await: wait until oci-release says that the container may start.
 *
 * Behind the last gate of the container's process: from there on it has no
 * parent to ask. The steps behind it report to oci-release. The socket was made
 * by oci-claim, outside, so it has no name in here.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "gate.h"
#include "ocibox.h"

/* ld(1) names them. NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
extern char __executable_start[], etext[];

static uid_t
user_of(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		die(NULL, "get the credentials of the start socket's user");
	return cred.uid;
}

/* The next who may start us: root, or who made the socket (who listens is its own peer); both as seen from the
 * user namespace of here, where others than the maker may be 65534 too, but not root. */
static int
next_connection(void)
{
	for (;;) {
		autofd int fd = accept4(chain.start, NULL, NULL, SOCK_CLOEXEC);
		uid_t user;

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			die(NULL, "await the start");
		user = user_of(fd);
		if (user == 0 || user == user_of(chain.start))
			return steal_fd(&fd);
	}
}

static void
leave(int number)
{
	_exit(128 + number);
}

/* The first process of a pid namespace gets no signal that it has no handler for: with one it ends, as others do and runc's does. */
static void
end_by_signals(void (*handler)(int))
{
	for (size_t i = 0; i < 3 && getpid() == 1; i++)
		(void)signal((const int[]){ SIGTERM, SIGINT, SIGHUP }[i], handler);
}

/* The pages of the program's text leave this process, which may wait for days, and come back when they are run: they
 * are the file's. It matters to nobody else when that cannot be done. */
static void
give_back_text(void)
{
	size_t page = (size_t)getpagesize();
	size_t len = ((uintptr_t)etext - (uintptr_t)__executable_start) / page * page;

	(void)madvise(__executable_start, len, MADV_DONTNEED);
}

char **
oci_await_main(int argc, char **argv)
{
	if (getopt(argc, argv, "+") != -1)
		usage();
	if (chain.start < 0 || chain.peer >= 0)
		fail(ST_USAGE, NULL, "only behind oci-claim and the last gate");

	chain.inside = true;
	give_back_text();
	end_by_signals(leave);
	for (;;) {
		autofree char *text = NULL;

		peer_set(next_connection());
		/* who goes away without a word changes nothing */
		if (frame_next(&text) == FRAME_OPEN && frame_send(FRAME_ACCEPTED, "")) {
			/* the start is what is traced, or is not; the wait for it is nobody's time */
			chain.trace.on = *text;
			trace_begin(argv);
			break;
		}
		peer_set(-1);
	}
	end_by_signals(SIG_DFL);
	close_fd(&chain.start);
	chain.start = -1;
	return argv + optind;
}
