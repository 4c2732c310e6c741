/* SPDX-License-Identifier: MIT */
/* oci-release: let a created container start its program.
 *
 * Under oci-hold -t created: two of them must not race for one container. The
 * step ends when the program has begun, so that the errors before it are ours.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include "gate.h"
#include "ocibox.h"
#include "path.h"
#include "state.h"

static int
connect_to(int entry, const char *id)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char dir[32];
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die(NULL, "make a socket");
	/* the entry's own path may not fit into the 108 bytes of a socket's name */
	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s/start", fd_path(entry, dir));
	if (!connect(fd, (struct sockaddr *)&name, sizeof(name)))
		return steal_fd(&fd);
	if (errno == ENOENT)
		fail(ST_STATE, id, "the container does not wait for its start");
	/* nobody listens: the only one who did is dead */
	if (errno == ECONNREFUSED)
		fail(ST_STATE, id, "the container's process is gone");
	die(id, "connect to the container's process of");
}

char **
oci_release_main(int argc, char **argv)
{
	struct state state;
	autofd int entry = -1;
	const char *id;

	if (getopt(argc, argv, "+") != -1)
		usage();
	argv += optind;
	id = *argv++;
	if (!id)
		usage();
	if (chain.peer >= 0)
		fail(ST_USAGE, id, "this process has another side already");

	entry = state_require(id, &state);
	peer_set(connect_to(entry, id));
	if (!frame_send(FRAME_OPEN, chain.trace.on ? "trace" : "") || frame_next(NULL) != FRAME_ACCEPTED)
		peer_gone("its start");
	/* it will not listen again: from here on the container is not created any more */
	if (state_started(entry))
		die(id, "rename the start socket of");
	exec_await();
	return argv;
}
