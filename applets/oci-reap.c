/* SPDX-License-Identifier: MIT */
/* oci-reap: stay the parent of the container's process until its end.
 *
 * Last of the words in the braces of oci-ns, in place of a last gate: with this
 * the container ends with its parent, in the foreground. Ends the chain.
 */
#include "gate.h"
#include "guard.h"

char **
oci_reap_main(int argc, char **argv)
{
	struct signals held;
	int status;

	if (getopt(argc, argv, "+") != -1 || argv[optind])
		usage();
	if (chain.child <= 0)
		fail(ST_USAGE, NULL, "not the outside of oci-ns with a block in braces");
	/* what it says before its program begins is ours to print */
	if (chain.peer >= 0)
		exec_await();
	signals_hold(&held);
	status = child_wait(chain.child, -1, NULL);
	chain.child = 0;
	chain_end(status);
}
