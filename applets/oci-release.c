/* SPDX-License-Identifier: MIT */
/* oci-release: let a created container start its program.
 *
 * Under oci-hold -t created: two of them must not race for one container. The
 * step ends when the program has begun, so that the errors before it are ours.
 */
#include "gate.h"
#include "ocibox.h"
#include "state.h"

static int
connect_to(int entry, const char *id)
{
	int fd = state_connect(entry);

	if (fd >= 0)
		return fd;
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
	/* Before it is told: were we killed in between, a program that runs would be taken for one that waits, and a deletion
	 * would end it. Were we killed before it has answered, it waits on, which state_condition() finds out. */
	if (state_starting(entry))
		die(id, "rename the start socket of");
	if (!frame_send(FRAME_OPEN, chain.trace.on ? "trace" : "") || frame_next(NULL) != FRAME_ACCEPTED)
		peer_gone("its start");
	if (state_started(entry))
		die(id, "note the start of");
	exec_await();
	return argv;
}
