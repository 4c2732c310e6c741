/* SPDX-License-Identifier: MIT */
/* Mounts by descriptor with mount(2) alone. */
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "compat.h"
#include "mntold.h"
#include "path.h"

bool
mnt_missing(int err)
{
	return err == ENOSYS || err == EPERM;
}

static int
refuse(int err)
{
	errno = err;
	return -1;
}

/* MS_NOSYMFOLLOW is a bit that kernels before 5.10 do not look at. */
static bool
flags_ignored(int mount, unsigned long flags)
{
	struct statfs st;

	return (flags & MS_NOSYMFOLLOW) && (fstatfs(mount, &st) || !(st.f_flags & OCI_ST_NOSYMFOLLOW));
}

/* Mounts it on point, over a bind of point on itself, since a mount can be moved away only when the mount below it is
 * not shared; and moves it to target. That bind must not be in a copy of all that is mounted at the source, /proc or /. */
static int
old_staged(const struct old_mount *mnt, const char *point, int target)
{
	char from[32], to[32];
	autofd int fd = -1;

	if (mount(NULL, point, NULL, MS_UNBINDABLE, NULL) ||
	    mount(mnt->source, point, mnt->type, mnt->flags, mnt->data))
		return -1;
	/* what is mounted may be a symlink */
	fd = open(point, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && flags_ignored(fd, mnt->flags))
		errno = EOPNOTSUPP;
	else if (fd >= 0 && !mount(fd_path(fd, from), fd_path(target, to), NULL, MS_MOVE, NULL))
		return steal_fd(&fd);
	int err = errno;

	(void)umount2(point, MNT_DETACH | UMOUNT_NOFOLLOW);       /* the first error is the one to report */
	return refuse(err);
}

static const char *const points[2][2] = { { "/proc/version", "/proc/uptime" }, { "/proc/fs", "/proc/bus" } };

bool
mnt_old_is_place(const struct mountinfo *m)
{
	/* a read-only one is somebody's read-only path */
	if (strcmp(m->type, "proc") || strncmp(m->options, "rw", 2) || strncmp(m->point, "/proc/", strlen("/proc/")) ||
	    strcmp(m->point + strlen("/proc"), m->root))
		return false;
	for (size_t i = 0; i < 4; i++)
		if (!strcmp(m->point, points[i / 2][i % 2]))
			return true;
	return false;
}

/* Without detached mounts the new mount is made where no container reaches: on a directory or a file
 * that every procfs has. Its descriptor then names it wherever it is, and MS_MOVE takes it there. */
int
mnt_old(const struct old_mount *mnt, bool directory, int target)
{
	const char *point = points[directory][0];
	struct statfs fs;
	struct stat here, there;
	int fd, err;

	if (statfs("/proc", &fs) || fs.f_type != PROC_SUPER_MAGIC)
		return refuse(ENOSYS);
	/* it cannot be moved to where it stands */
	if (!stat(point, &here) && !fstat(target, &there) && here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		point = points[directory][1];
	if (mount(point, point, NULL, MS_BIND, NULL))
		return -1;
	fd = old_staged(mnt, point, target);
	err = errno;
	if (umount2(point, MNT_DETACH | UMOUNT_NOFOLLOW) && fd >= 0) {
		err = errno;
		close(fd);
		fd = -1;
	}
	errno = err;
	return fd;
}
