/* SPDX-License-Identifier: MIT */
/* Bind mounts, by descriptor. */
#include <sys/stat.h>

#include "compat.h"
#include "mnt.h"
#include "mntold.h"
#include "path.h"

static int
copy(int source, unsigned long flags)
{
	return (int)syscall(OCI_SYS_open_tree, source, "", AT_EMPTY_PATH | OCI_OPEN_TREE_CLONE | OCI_OPEN_TREE_CLOEXEC |
			    (flags & MS_REC ? OCI_AT_RECURSIVE : 0));
}

int
mnt_attach(int mount, int target)
{
	return syscall(OCI_SYS_move_mount, mount, "", target, "",
		       OCI_MOVE_MOUNT_F_EMPTY_PATH | OCI_MOVE_MOUNT_T_EMPTY_PATH) ? -1 : 0;
}

int
mnt_try_bind(int source, int target, unsigned long flags)
{
	autofd int fd = copy(source, flags);
	char from[32];
	struct stat st;

	if (fd >= 0 && !mnt_attach(fd, target))
		return steal_fd(&fd);
	if (!mnt_missing(errno) || fstat(source, &st))
		return -1;

	struct old_mount mnt = { NULL, fd_path(source, from), NULL, MS_BIND | (flags & MS_REC) };

	return mnt_old(&mnt, S_ISDIR(st.st_mode), target);
}

int
mnt_bind(int source, int target, unsigned long flags, const char *what)
{
	int fd = mnt_try_bind(source, target, flags);

	if (fd < 0)
		die(what, "bind");
	return fd;
}

int
mnt_copy(int source, int target, unsigned long flags, bool *attached)
{
	*attached = !mnt_changes_detached();
	return *attached ? mnt_try_bind(source, target, flags) : copy(source, flags);
}

int
mnt_bind_flags(int source, int target, unsigned long flags, unsigned long set, const char *what)
{
	bool attached;
	autofd int fd = mnt_copy(source, target, flags, &attached);

	if (fd < 0)
		die(what, "bind");
	mnt_flags(fd, set, 0, what);
	if (!attached && mnt_attach(fd, target))
		die(what, "bind");
	return steal_fd(&fd);
}
