/* SPDX-License-Identifier: MIT */
/* Flags and propagation of mounts that are there. mount_setattr(2) came in 5.12, later than the other new
 * calls; before it, a remount replaces all flags at once, so those in force are read first. */
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "compat.h"
#include "mnt.h"
#include "path.h"

enum { BUSY_TRIES = 100 };

#define ATIME (MS_NOATIME | MS_RELATIME | MS_STRICTATIME)
#define FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW)
#define PROPAGATION (MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE)

static const struct {
	unsigned long flag, attribute;
	const char *name;
} flags_known[] = {
	{ MS_RDONLY, OCI_MOUNT_ATTR_RDONLY, "ro" },
	{ MS_NOSUID, OCI_MOUNT_ATTR_NOSUID, "nosuid" },
	{ MS_NODEV, OCI_MOUNT_ATTR_NODEV, "nodev" },
	{ MS_NOEXEC, OCI_MOUNT_ATTR_NOEXEC, "noexec" },
	{ MS_NODIRATIME, OCI_MOUNT_ATTR_NODIRATIME, "nodiratime" },
	{ MS_NOSYMFOLLOW, OCI_MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow" },
};

static int
setattr(int mount, const struct oci_mount_attr *attr, bool recursive)
{
	return (int)syscall(OCI_SYS_mount_setattr, mount, "", AT_EMPTY_PATH | (recursive ? OCI_AT_RECURSIVE : 0),
			    attr, sizeof(*attr));
}

bool
mnt_changes_detached(void)
{
	static const struct oci_mount_attr latest = { .attr_set = OCI_MOUNT_ATTR_NOSYMFOLLOW };

	/* the flags are looked at before the descriptor, which is none */
	return setattr(-1, &latest, false) && errno == EBADF;
}

/* Waits a little after EBUSY: a mount becomes read-only only while no file on it is open for writing, and who
 * has one open, as a hook that is still ending, may be about to close it. false: another error, or enough. */
static bool
again_soon(unsigned *tries)
{
	static const struct timespec moment = { 0, 5000000 };

	if (errno != EBUSY || ++*tries > BUSY_TRIES)
		return false;
	(void)nanosleep(&moment, NULL);
	return true;
}

/* The flags of statfs(2) that MS_* has too: all but two have the same bit. */
static unsigned long
flags_in_force(const struct statfs *st)
{
	unsigned long f = (unsigned long)st->f_flags;
	unsigned long flags = f & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);

	if (f & OCI_ST_NOSYMFOLLOW)
		flags |= MS_NOSYMFOLLOW;
	if (f & OCI_ST_RELATIME)
		flags |= MS_RELATIME;
	return flags & ATIME ? flags : flags | MS_STRICTATIME;
}

unsigned long
mnt_flags_of(int mount, const char *what)
{
	struct statfs st;

	if (fstatfs(mount, &st))
		die(what, "read the mount flags of");
	return flags_in_force(&st);
}

/* By its descriptor's name or, where no /proc shows that, a directory as the working directory. */
static int
remount(int mnt, unsigned long flags)
{
	autofd int was = -1;
	char path[32];
	int failed, err;

	if (!mount(NULL, fd_path(mnt, path), NULL, flags, NULL))
		return 0;
	if (errno != ENOENT)
		return -1;
	was = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (was < 0 || fchdir(mnt)) {
		errno = ENOENT;
		return -1;
	}
	failed = mount(NULL, ".", NULL, flags, NULL);
	err = errno;
	if (fchdir(was))
		die(NULL, "return to the working directory");
	errno = err;
	return failed;
}

/* One mount, by a remount that keeps what is not named; -1 and errno. */
static int
try_remount(int mnt, unsigned long set, unsigned long clear)
{
	struct statfs st;
	unsigned long flags;
	unsigned tries = 0;

	if (fstatfs(mnt, &st))
		return -1;
	flags = flags_in_force(&st);
	if (set & ATIME)
		flags &= ~(unsigned long)ATIME;
	flags = (flags & ~clear) | set;
	while (remount(mnt, MS_REMOUNT | MS_BIND | flags))
		if (!again_soon(&tries))
			return -1;
	/* a bit that kernels before 5.10 do not look at */
	if ((set & MS_NOSYMFOLLOW) && (fstatfs(mnt, &st) || !(flags_in_force(&st) & MS_NOSYMFOLLOW))) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return 0;
}

/* Dies with errno; a locked flag that was to be changed is named. clear: only what the user wants cleared. */
static _Noreturn void
refused(int mount, unsigned long set, unsigned long clear, const char *what)
{
	int err = errno;
	unsigned long flags = err == EPERM ? mnt_flags_of(mount, what) : 0;
	unsigned long atime = flags & (ATIME | MS_NODIRATIME);

	for (size_t i = 0; i < sizeof(flags_known) / sizeof(flags_known[0]); i++)
		if (flags & clear & flags_known[i].flag & ~(unsigned long)MS_NODIRATIME)
			fail(ST_PERMISSION, what, "%s is locked and cannot be cleared", flags_known[i].name);
	if (atime && ((set & (ATIME | MS_NODIRATIME) & ~atime) || (clear & atime)))
		fail(ST_PERMISSION, what, "%s%s is locked and cannot be changed",
		     flags & MS_NODIRATIME ? "nodiratime," : "",
		     flags & MS_NOATIME ? "noatime" : flags & MS_RELATIME ? "relatime" : "strictatime");
	if (err == EOPNOTSUPP)
		fail(ST_UNSUPPORTED, what, "this kernel has no nosymfollow");
	errno = err;
	die(what, "change the mount flags of");
}

/* Every mount under mnt. Each is opened by its path below mnt and must turn out to be the one
 * that was listed: a container that renames directories meanwhile gets an error, not a writable mount. */
static void
remount_below(int mnt, unsigned long set, unsigned long clear, const char *what)
{
	autofree char *text = NULL;
	size_t count, base = 0;
	autofree struct mountinfo *list = mountinfo_read(&text, &count);
	autofree bool *below = xcalloc(count, sizeof(*below));
	int id = mount_id(mnt, what);
	const struct mountinfo *own = mountinfo_find(list, count, id);

	if (own && strcmp(own->point, "/"))
		base = strlen(own->point);
	mountinfo_below(list, count, id, below);
	for (size_t i = 0; i < count; i++) {
		const char *path = below[i] ? list[i].point + base : "";

		if (!*path)     /* not below, or right over the mount itself */
			continue;

		autofd int fd = openat(mnt, path + 1, O_PATH | O_NOFOLLOW | O_CLOEXEC);

		if (fd < 0)
			die(list[i].point, "open the mount");
		if (mount_id(fd, list[i].point) != list[i].id) {
			struct mountinfo *over = list + i;

			while (++over < list + count && strcmp(over->point, list[i].point)) ;
			if (over == list + count)
				fail(ST_KERNEL, list[i].point, "the mount was moved away meanwhile");
			continue;       /* covered by a later mount at the same place */
		}
		if (try_remount(fd, set, clear))
			refused(fd, set, clear, list[i].point);
	}
}

/* What mount_setattr(2) wants for these flags; false: nothing. */
static bool
attributes(unsigned long set, unsigned long clear, struct oci_mount_attr *attr)
{
	for (size_t i = 0; i < sizeof(flags_known) / sizeof(flags_known[0]); i++) {
		if (set & flags_known[i].flag)
			attr->attr_set |= flags_known[i].attribute;
		else if (clear & flags_known[i].flag)
			attr->attr_clr |= flags_known[i].attribute;
	}
	if (set & ATIME) {
		/* a number of two bits, not flags: the kernel wants all of it cleared to set it */
		attr->attr_clr |= OCI_MOUNT_ATTR__ATIME;
		attr->attr_set |= set & MS_STRICTATIME ? OCI_MOUNT_ATTR_STRICTATIME :
				  set & MS_NOATIME ? OCI_MOUNT_ATTR_NOATIME : 0;
	}
	return attr->attr_set || attr->attr_clr;
}

/* With MS_REC in set for all mounts below; those the fallback changes one by one, and dies there. -1 and errno. */
static int
change_flags(int mount, unsigned long set, unsigned long clear, const char *what)
{
	struct oci_mount_attr attr = { 0 };
	bool recursive = set & MS_REC;
	unsigned tries = 0;

	if (!(set & ATIME) && (clear & (MS_NOATIME | MS_STRICTATIME)))
		set |= MS_RELATIME;
	if (!attributes(set, clear, &attr))
		return 0;
	do
		if (!setattr(mount, &attr, recursive))
			return 0;
	while (again_soon(&tries));
	/* EPERM: hidden by a filter, or a locked flag, which a remount is refused too.
	 * EINVAL: MOUNT_ATTR_NOSYMFOLLOW came in 5.14 */
	if (errno != ENOSYS && errno != EPERM && !(errno == EINVAL && (set & MS_NOSYMFOLLOW)))
		return -1;
	if (errno == EPERM && mnt_changes_detached()) {
		errno = EPERM;
		return -1;
	}
	set &= FLAGS | MS_NODIRATIME | ATIME;
	clear &= ~(unsigned long)ATIME & ~set;
	if (try_remount(mount, set, clear))
		return -1;
	if (recursive)
		remount_below(mount, set, clear, what);
	return 0;
}

void
mnt_flags(int mount, unsigned long set, unsigned long clear, const char *what)
{
	if (change_flags(mount, set, clear, what))
		refused(mount, set, clear, what);
}

void
mnt_flags_only(int mount, unsigned long set, unsigned long clear, const char *what)
{
	unsigned long now = mnt_flags_of(mount, what), drop = (now & FLAGS & ~set) | clear;

	/* as the kernel has it for a remount: none of these keeps them all, one of them replaces them all */
	if (set & (ATIME | MS_NODIRATIME)) {
		drop |= MS_NODIRATIME & ~set;
		if (!(set & ATIME))
			set |= MS_RELATIME;
	}
	if (!change_flags(mount, set, drop, what))
		return;
	/* In a user namespace the flags of what it was given are locked (but nosymfollow): those that nobody has named
	 * stay. What is named and cannot be had is an error, access times too, which a remount would just leave. */
	if (errno != EPERM || (now & clear & ((FLAGS & ~MS_NOSYMFOLLOW) | MS_NODIRATIME)) || ((clear & MS_NOATIME) && (now & MS_NOATIME)) ||
	    ((set & ATIME) && (set & (ATIME | MS_NODIRATIME)) != (now & (ATIME | MS_NODIRATIME))) ||
	    change_flags(mount, set & ~(unsigned long)ATIME, drop & MS_NOSYMFOLLOW, what))
		refused(mount, set, clear, what);
}

int
mnt_try_propagation(int mnt, unsigned long flags)
{
	struct oci_mount_attr attr = { .propagation = flags & PROPAGATION };
	char path[32];

	if (!setattr(mnt, &attr, flags & MS_REC))
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return -1;
	return mount(NULL, fd_path(mnt, path), NULL, flags & (PROPAGATION | MS_REC), NULL);
}

void
mnt_propagation(int mnt, unsigned long flags, const char *what)
{
	if (mnt_try_propagation(mnt, flags))
		die(what, "change the propagation of");
}
