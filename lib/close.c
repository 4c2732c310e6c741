/* SPDX-License-Identifier: MIT */
/* Descriptors at the end of a chain: those that a caller leaked to us, too. */
#include <dirent.h>
#include <linux/close_range.h>

#include "compat.h"
#include "ocibox.h"
#include "proc.h"

/* Kernels before 5.11. */
static void
close_slowly(int first)
{
	autofd int dir = proc_usable() ? proc_open("/proc/self/fd", O_RDONLY | O_DIRECTORY) : -1;
	DIR *list = dir >= 0 ? fdopendir(dir) : NULL;
	struct dirent *entry;

	/* no /proc in this container: the most that fs.nr_open allows unless raised by hand */
	for (int fd = first; !list && fd < 1 << 20; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	while (list && (entry = readdir(list)))
		if (atoi(entry->d_name) >= first)
			(void)fcntl(atoi(entry->d_name), F_SETFD, FD_CLOEXEC);
}

void
close_on_exec(int first)
{
	if (syscall(OCI_SYS_close_range, (unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC))
		close_slowly(first);
}
