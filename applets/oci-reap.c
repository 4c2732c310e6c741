/* SPDX-License-Identifier: MIT */
/* oci-reap: stay the parent of the container's process until its end.
 *
 * In the braces of oci-ns, in place of a last gate: with this the container ends
 * with its parent, in the foreground. Behind it stands what is to be done when
 * the container has ended.
 */
#include "gate.h"
#include "guard.h"
#include "relay.h"
#include "state.h"

char **
oci_reap_main(int argc, char **argv)
{
	struct signals held;
	const char *id = NULL;
	autofd int entry = -1;
	int c;

	while ((c = getopt(argc, argv, "+i:")) != -1)
		switch (c) {
		case 'i':
			id = optarg;
			break;
		default:
			usage();
		}
	if (id)
		state_check_id(id);
	if (chain.child <= 0)
		fail(ST_USAGE, NULL, "not the outside of oci-ns with a block in braces");
	/* what it says before its program begins is ours to print */
	if (chain.peer >= 0)
		exec_await();
	signals_hold(&held);
	chain.status = chain.terminal >= 0 ? relay_wait(chain.terminal, chain.child) : child_wait(chain.child, -1, NULL);
	close_fd(&chain.terminal);
	chain.terminal = -1;
	chain.child = 0;
	signals_release(&held);
	if (id)
		entry = state_open(id);
	/* it may have been deleted in the meantime */
	if (entry >= 0)
		state_set_exit(entry, id, chain.status);
	return argv + optind;
}
