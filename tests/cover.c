/* SPDX-License-Identifier: MIT */
/* cover LINK PLACE PROGRAM [ARGUMENT ...]: binds a symbolic link on a file, be it one too, which mount(2) cannot name, then runs
 * the program. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../lib/compat.h"

int
main(int argc, char **argv)
{
	int link, place;

	if (argc < 4)
		return 2;
	link = (int)syscall(OCI_SYS_open_tree, AT_FDCWD, argv[1], OCI_OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW);
	place = open(argv[2], O_PATH | O_NOFOLLOW);
	if (link < 0 || place < 0 || syscall(OCI_SYS_move_mount, link, "", place, "", OCI_MOVE_MOUNT_F_EMPTY_PATH | OCI_MOVE_MOUNT_T_EMPTY_PATH)) {
		perror(argv[2]);
		return 1;
	}
	execv(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
