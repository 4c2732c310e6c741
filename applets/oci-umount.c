/* SPDX-License-Identifier: MIT */
/* oci-umount: take the mounts of a container off the host, then go on.
 *
 * Only a container without a mount namespace of its own leaves any. Behind oci-cgroup kill, which waits for
 * the processes that may still mount; before oci-forget, since the entry says what is to be unmounted.
 */
#include "hostroot.h"
#include "ocibox.h"
#include "state.h"

char **
oci_umount_main(int argc, char **argv)
{
	const char *id = NULL;
	autofd int own = -1;
	int c, entry;

	while ((c = getopt(argc, argv, "+i:")) != -1)
		switch (c) {
		case 'i':
			id = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	if (!id) {
		if (!argv[0])
			usage();
		hostroot_unmount(argv[0]);
		return argv + 1;
	}
	state_check_id(id);
	entry = chain.entry >= 0 ? chain.entry : (own = state_open(id));
	if (entry >= 0)
		hostroot_undo(entry);
	return argv;
}
