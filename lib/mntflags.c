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
#define PROPAGATION (MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE)

static const struct {
	unsigned long flag, attribute;
} flags_known[] = {
	{ MS_RDONLY, OCI_MOUNT_ATTR_RDONLY },
	{ MS_NOSUID, OCI_MOUNT_ATTR_NOSUID },
	{ MS_NODEV, OCI_MOUNT_ATTR_NODEV },
	{ MS_NOEXEC, OCI_MOUNT_ATTR_NOEXEC },
	{ MS_NODIRATIME, OCI_MOUNT_ATTR_NODIRATIME },
	{ MS_NOSYMFOLLOW, OCI_MOUNT_ATTR_NOSYMFOLLOW },
};

static int
setattr(int mount, const struct oci_mount_attr *attr, bool recursive)
{
	return (int)syscall(OCI_SYS_mount_setattr, mount, "", AT_EMPTY_PATH | (recursive ? OCI_AT_RECURSIVE : 0),
			    attr, sizeof(*attr));
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

/* One mount, by a remount that keeps what is not named. */
static void
remount(int mnt, unsigned long set, unsigned long clear, const char *what)
{
	unsigned long flags = mnt_flags_of(mnt, what);
	unsigned tries = 0;
	char path[32];

	if (set & ATIME)
		flags &= ~(unsigned long)ATIME;
	flags = (flags & ~clear) | set;
	while (mount(NULL, fd_path(mnt, path), NULL, MS_REMOUNT | MS_BIND | flags, NULL))
		if (!again_soon(&tries))
			die(what, "change the mount flags of");
	/* a bit that kernels before 5.10 do not look at */
	if ((set & MS_NOSYMFOLLOW) && !(mnt_flags_of(mnt, what) & MS_NOSYMFOLLOW))
		fail(ST_UNSUPPORTED, what, "this kernel has no nosymfollow");
}

static int
compare_ids(const void *a, const void *b)
{
	int x = (*(const struct mountinfo *const *)a)->id, y = (*(const struct mountinfo *const *)b)->id;

	return x < y ? -1 : x > y;
}

/* Marks in below[] all mounts under the one of this id. A mount may stand before its parent
 * in the list, once it was moved, so each is followed upwards. */
static void
mark_below(const struct mountinfo *list, size_t count, int id, bool *below)
{
	autofree const struct mountinfo **by_id = xcalloc(count, sizeof(*by_id));

	for (size_t i = 0; i < count; i++)
		by_id[i] = list + i;
	qsort(by_id, count, sizeof(*by_id), compare_ids);
	for (size_t i = 0; i < count; i++) {
		const struct mountinfo *at = list + i;

		/* the root's parent is itself, or not in the list */
		while (at && at->parent != id && at->parent != at->id) {
			const struct mountinfo key = { .id = at->parent }, *wanted = &key;
			const struct mountinfo **found = bsearch(&wanted, by_id, count, sizeof(*by_id), compare_ids);

			at = found ? *found : NULL;
		}
		below[i] = at && at->parent == id && list[i].id != id;
	}
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

	for (size_t i = 0; i < count; i++)
		if (list[i].id == id)
			base = strcmp(list[i].point, "/") ? strlen(list[i].point) : 0;
	mark_below(list, count, id, below);
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
		remount(fd, set, clear, list[i].point);
	}
}

void
mnt_flags(int mount, unsigned long set, unsigned long clear, const char *what)
{
	struct oci_mount_attr attr = { 0 };
	bool recursive = set & MS_REC;
	unsigned long atime;
	unsigned tries = 0;

	if (!(set & ATIME) && (clear & (MS_NOATIME | MS_STRICTATIME)))
		set |= MS_RELATIME;
	for (size_t i = 0; i < sizeof(flags_known) / sizeof(flags_known[0]); i++) {
		if (set & flags_known[i].flag)
			attr.attr_set |= flags_known[i].attribute;
		else if (clear & flags_known[i].flag)
			attr.attr_clr |= flags_known[i].attribute;
	}
	atime = set & ATIME;
	if (atime) {
		/* a number of two bits, not flags: the kernel wants all of it cleared to set it */
		attr.attr_clr |= OCI_MOUNT_ATTR__ATIME;
		attr.attr_set |= atime & MS_STRICTATIME ? OCI_MOUNT_ATTR_STRICTATIME :
				 atime & MS_NOATIME ? OCI_MOUNT_ATTR_NOATIME : 0;
	}
	if (!attr.attr_set && !attr.attr_clr)
		return;
	do
		if (!setattr(mount, &attr, recursive))
			return;
	while (again_soon(&tries));
	/* EPERM: hidden by a filter, or a locked flag, which a remount is refused too.
	 * EINVAL: MOUNT_ATTR_NOSYMFOLLOW came in 5.14 */
	if (errno != ENOSYS && errno != EPERM && !(errno == EINVAL && (set & MS_NOSYMFOLLOW)))
		die(what, "change the mount flags of");
	set &= MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NODIRATIME | MS_NOSYMFOLLOW | ATIME;
	remount(mount, set, clear & ~(unsigned long)ATIME & ~set, what);
	if (recursive)
		remount_below(mount, set, clear & ~(unsigned long)ATIME & ~set, what);
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
