/* SPDX-License-Identifier: MIT */
/* exchange A B: exchanges two names as fast as it can until it is killed: an
 * image that changes while it is being set up. */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	for (;;)
		if (syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE)) {
			perror("exchange");
			return 1;
		}
}
