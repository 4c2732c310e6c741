/* SPDX-License-Identifier: MIT */
/* The root directory of an initramfs, and propagation by name. */
#include <linux/magic.h>
#include <sys/vfs.h>

#include "mnt.h"
#include "mntopt.h"
#include "path.h"
#include "root.h"

/* Whether the mount of this id is its own parent, as the kernel's first one is. */
static bool
has_no_parent(const struct mountinfo *list, size_t count, int id)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].id == id)
			return list[i].parent == id;
	return false;
}

const struct mountinfo *
root_detach(const struct mountinfo *list, size_t count, int id, int keep)
{
	const struct mountinfo *stays = NULL;
	int err = 0;

	while (count-- > 0) {
		const struct mountinfo *m = list + count;
		bool some = false;

		if (m->parent != id || m->id == id || m->id == keep || !strcmp(m->point, "/"))
			continue;
		/* what is mounted right on it goes first */
		while (!umount2(m->point, MNT_DETACH | UMOUNT_NOFOLLOW))
			some = true;
		/* EINVAL: there is none any more, or it is locked */
		if (errno == EINVAL && some)
			continue;
		stays = m;
		err = errno;
	}
	errno = err;
	return stays;
}

static void
detach_host(const struct mountinfo *list, size_t count, int id)
{
	const struct mountinfo *stays = root_detach(list, count, id, id);

	/* what covers the old root then is not locked: the container could unmount it */
	if (stays && errno == EINVAL)
		fail(ST_UNSUPPORTED, "/", "an initramfs cannot be left from a user namespace, which locks its mounts");
	if (stays)
		die(stays->point, "unmount");
}

/* The tmpfs between the old root and the copy is what a process sees that unmounts the container's
 * root from itself, as it would on a machine whose initramfs was emptied. */
static void
cover(int slash, const struct mountinfo *list, size_t count, int id)
{
	autofree char *here = getcwd(NULL, 0);
	autofd int between = -1, copy = -1;

	if (!here)
		die(NULL, "find the current directory");
	/* first of all: none of this may reach the host's mounts */
	mnt_propagation(slash, MS_SLAVE | MS_REC, "/");
	between = mnt_new("tmpfs", "none", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,nr_inodes=2,mode=0555",
			  slash, "/");
	/* keeps it out of the copy, which is made of everything on the old root */
	mnt_propagation(between, MS_UNBINDABLE, "/");
	copy = mnt_bind(slash, between, MS_REC, "/");
	detach_host(list, count, id);
	if (fchdir(copy) || chroot(".") || chdir(here))
		die(here, "change to the copied root and");
}

bool
root_is_initial(void)
{
	autofd int slash = root_open("/");
	autofree char *text = NULL;
	autofree struct mountinfo *list = NULL;
	struct statfs st;
	size_t count;

	if (fstatfs(slash, &st))
		die("/", "statfs");
	/* an initramfs is one of these two; all other roots are spared the reading */
	if (st.f_type != RAMFS_MAGIC && st.f_type != TMPFS_MAGIC)
		return false;
	list = mountinfo_read(&text, &count);
	return has_no_parent(list, count, mount_id(slash, "/"));
}

bool
root_cover(void)
{
	autofree char *text = NULL;
	autofree struct mountinfo *list = NULL;
	autofd int slash = -1;
	size_t count;
	int id;

	if (!root_is_initial())
		return false;
	slash = root_open("/");
	list = mountinfo_read(&text, &count);
	id = mount_id(slash, "/");
	for (size_t i = 0; i < count; i++)
		if (strstr(list[i].tags, "unbindable"))
			warn(list[i].point, "is unbindable and stays behind");
	cover(slash, list, count, id);
	return true;
}

unsigned long
propagation_flags(const char *text)
{
	struct mount_options options = { 0 };

	if (!text)
		return 0;
	if (mount_option(&options, text) || options.propagations != 1)
		fail(ST_CONFIG, text, "not a propagation (shared, slave, private, unbindable, or with r)");
	return options.propagation[0];
}

unsigned long
propagation_while_building(const char *text)
{
	unsigned long flags = propagation_flags(text);

	if (flags & MS_SHARED)
		return flags;
	/* always all mounts: one that is left shared shows the host what is mounted below it. Unbindable
	 * is for the finished root: the rootfs has still to be bound */
	return flags & MS_PRIVATE ? MS_PRIVATE | MS_REC : MS_SLAVE | MS_REC;
}
