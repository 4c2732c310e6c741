/* SPDX-License-Identifier: MIT */
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "compat.h"
#include "mnt.h"
#include "path.h"
#include "pty.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

static long
filesystem_of(int fd, const char *what)
{
	struct statfs fs;

	if (fstatfs(fd, &fs))
		die(what, "examine");
	return (long)fs.f_type;
}

/* The multiplexer of a devpts, whose root pts is. What is mounted over it, or is there instead, is not opened:
 * to open a device can do things. */
static int
multiplexer(int pts)
{
	const int flags = O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC;
	struct open_how how = {
		.flags = (uint64_t)flags, .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};
	int fd = (int)syscall(OCI_SYS_openat2, pts, "ptmx", &how, sizeof(how));
	autofd int seen = -1;
	struct stat st;

	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd;
	/* before 5.6, or behind a seccomp filter that is older than the call: looked at first */
	seen = openat(pts, "ptmx", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (seen < 0)
		return -1;
	errno = EXDEV;
	if (fstat(seen, &st) || !S_ISCHR(st.st_mode) || filesystem_of(seen, "/dev/pts/ptmx") != DEVPTS_SUPER_MAGIC)
		return -1;
	return openat(pts, "ptmx", flags | O_NONBLOCK);
}

int
pty_make(int *slave)
{
	static const char *const name = "/dev/pts/ptmx";
	autofd int root = root_open("/"), pts = path_open(root, "dev/pts", O_PATH | O_DIRECTORY, 0), master = -1;
	struct stat st;
	int off = 0;

	if (pts < 0)
		die("/dev/pts", "open");
	if (filesystem_of(pts, "/dev/pts") != DEVPTS_SUPER_MAGIC)
		fail(ST_KERNEL, "/dev/pts", "not a devpts, so there is no terminal to be had");
	master = multiplexer(pts);
	if (master < 0)
		die(name, "open");
	if (fstat(master, &st))
		die(name, "examine");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2) || filesystem_of(master, name) != DEVPTS_SUPER_MAGIC)
		fail(ST_KERNEL, name, "not the multiplexer of a devpts");
	if (ioctl(master, TIOCSPTLCK, &off))
		die(name, "unlock a terminal of");
	/* not by its name, which the container can give to another file */
	*slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0)
		die(name, "open a terminal of");
	return steal_fd(&master);
}

void
pty_bind_console(int slave)
{
	autofd int root = root_open("/"), console = path_open(root, "dev/console", O_PATH | O_NOFOLLOW, 0), made = -1;
	struct stat st;
	long type;

	if (console < 0 && errno == ENOENT) {
		debug("/dev/console", "there is none to put the terminal on");
		return;
	}
	if (console < 0)
		die("/dev/console", "open");
	if (fstat(console, &st))
		die("/dev/console", "examine");
	type = filesystem_of(console, "/dev/console");
	/* an image's /dev can be a link to anywhere in its root */
	if ((!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode)) || type == PROC_SUPER_MAGIC || type == SYSFS_MAGIC)
		fail(ST_KERNEL, "/dev/console", "not a place for a terminal");
	made = mnt_bind(slave, console, 0, "/dev/console");
}
