/* SPDX-License-Identifier: MIT */
/* oci-forget: remove a container's entry, then go on.
 *
 * The last step of a deletion: behind oci-cgroup, oci-hooks and whatever else
 * reads the entry. state.json goes first, so that the container is gone at
 * once and whole; what a kill leaves then is taken by the next oci-claim.
 */
#include "ocibox.h"
#include "state.h"

char **
oci_forget_main(int argc, char **argv)
{
	autofd int root = -1;
	autofd int own = -1;
	const char *id;
	int entry;

	if (getopt(argc, argv, "+") != -1 || !argv[optind])
		usage();
	id = argv[optind];
	state_check_id(id);
	root = state_root(false);
	if (root < 0)
		return argv + optind + 1;
	entry = chain.entry >= 0 ? chain.entry : state_lock(id, &own);
	if (entry < 0)
		return argv + optind + 1;

	if (state_remove(root, entry, id))
		die(id, "remove the state of");
	if (chain.entry >= 0) {
		close_fd(&chain.entry);
		chain.entry = -1;
	}
	return argv + optind + 1;
}
