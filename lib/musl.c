/* SPDX-License-Identifier: MIT */
/* Functions of the C library that are one system call here: musl has them for threads, and holds all signals meanwhile.
 * The linker takes these, as libc.a is searched last. */
#include <grp.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "compat.h"
#include "ocibox.h"

#ifndef __GLIBC__
/* Since Linux 5.8 the kernel knows flags; before it there are the real ids alone, which are ours in effect, too. */
int
faccessat(int dir, const char *path, int mode, int flags)
{
	int result = flags ? (int)syscall(OCI_SYS_faccessat2, dir, path, mode, flags) : -1;

	if (!flags || (result && (errno == ENOSYS || errno == EPERM)))
		result = (int)syscall(SYS_faccessat, dir, path, mode);
	return result;
}

/* The kernel has known F_DUPFD_CLOEXEC since 2.6.24: no second call makes sure of it. Locks have 64 bits in <fcntl.h> already. */
int
fcntl(int fd, int command, ...)
{
	va_list ap;
	unsigned long value;

	va_start(ap, command);
	value = va_arg(ap, unsigned long);
	va_end(ap);
	return (int)syscall(OCI_SYS_fcntl, fd, command, value);
}

/* There is one thread: none to tell of other ids, and no lock to hold over a fork. */
pid_t
fork(void)
{
	return _Fork();
}

int
setgroups(size_t count, const gid_t *list)
{
	return (int)syscall(OCI_SYS_setgroups, count, list);
}

int
setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return (int)syscall(OCI_SYS_setresuid, real, effective, saved);
}

int
setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return (int)syscall(OCI_SYS_setresgid, real, effective, saved);
}
#endif
