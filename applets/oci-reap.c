/* SPDX-License-Identifier: MIT */
/* oci-reap: stay the parent of the container's process until its end.
 *
 * In the braces of oci-ns, in place of a last gate: with this the container ends
 * with its parent, in the foreground. Behind it stands what is to be done when
 * the container has ended.
 */
#include "gate.h"
#include "guard.h"

char **
oci_reap_main(int argc, char **argv)
{
	struct signals held;

	if (getopt(argc, argv, "+") != -1)
		usage();
	if (chain.child <= 0)
		fail(ST_USAGE, NULL, "not the outside of oci-ns with a block in braces");
	/* what it says before its program begins is ours to print */
	if (chain.peer >= 0)
		exec_await();
	signals_hold(&held);
	chain.status = child_wait(chain.child, -1, NULL);
	chain.child = 0;
	signals_release(&held);
	return argv + optind;
}
