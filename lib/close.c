/* SPDX-License-Identifier: MIT */
/* Descriptors at the end of a chain: those that a caller leaked to us, too. */
#include <dirent.h>

#include "compat.h"
#include "ocibox.h"
#include "proc.h"

static void
close_one(int fd, bool on_exec)
{
	if (on_exec)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	else
		(void)close(fd);
}

/* Kernels before 5.11. */
static void
close_slowly(int first, bool on_exec)
{
	autofd int dir = proc_usable() ? proc_open("/proc/self/fd", O_RDONLY | O_DIRECTORY) : -1;
	DIR *list = dir >= 0 ? fdopendir(dir) : NULL;
	struct dirent *entry;

	/* no /proc in this container: the most that fs.nr_open allows unless raised by hand */
	for (int fd = first; !list && fd < 1 << 20; fd++)
		close_one(fd, on_exec);
	while (list && (entry = readdir(list)))
		if (atoi(entry->d_name) >= first && atoi(entry->d_name) != dir)
			close_one(atoi(entry->d_name), on_exec);
}

void
close_from(int first, bool on_exec)
{
	if (syscall(OCI_SYS_close_range, (unsigned)first, ~0U, on_exec ? OCI_CLOSE_RANGE_CLOEXEC : 0))
		close_slowly(first, on_exec);
}

int
fd_named(const char *name)
{
	static const char dir[] = "/dev/fd/";
	const char *digits = name + sizeof(dir) - 1;
	size_t len = strncmp(name, dir, sizeof(dir) - 1) ? 0 : strspn(digits, "0123456789");

	return len > 0 && len < 8 && !digits[len] ? atoi(digits) : -1;
}
