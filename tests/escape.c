/* SPDX-License-Identifier: MIT */
/* escape HOW [DIRECTORY...]: tries to get out of the root and lists the directory it got to, or those named from there.
 * chroot: a directory opened above a chroot, then .. to the top. setns: into its own mount namespace, whose root the
 * kernel looks up anew. unmount: the same with the root unmounted before, as CAP_SYS_ADMIN can. */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void
check(int failed, const char *what)
{
	if (failed) {
		perror(what);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	int top = open("/", O_RDONLY | O_DIRECTORY), namespace = open("/proc/self/ns/mnt", O_RDONLY);
	const struct dirent *entry;
	DIR *dir;

	if (argc < 2)
		return 2;
	if (!strcmp(argv[1], "chroot")) {
		(void)mkdir("/jail", 0755);
		check(chroot("/jail"), "chroot");
		check(fchdir(top), "fchdir");
		for (int i = 0; i < 64; i++)
			check(chdir(".."), "chdir ..");
		check(chroot("."), "chroot .");
	} else {
		if (!strcmp(argv[1], "unmount"))
			check(umount2("/", MNT_DETACH), "umount /");
		check(setns(namespace, CLONE_NEWNS), "setns");
	}
	for (int i = argc > 2 ? 2 : 1; i < argc; i++) {
		dir = opendir(i > 1 ? argv[i] : ".");
		check(!dir, "opendir");
		while ((entry = readdir(dir)))
			if (entry->d_name[0] != '.')
				puts(entry->d_name);
	}
	puts("end");
	return 0;
}
