/* SPDX-License-Identifier: MIT */
/* oci-pivot: make a mounted root filesystem the root of the mount namespace and let the old
 * root go, then go on in / of the new one.
 *
 * After oci-rootfs, oci-mount and oci-mkdev, which need the host's files, and after the createContainer
 * hooks, whose paths are the host's. All later paths are the container's.
 */
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "config.h"
#include "mnt.h"
#include "path.h"
#include "root.h"

static _Noreturn void
refused(int root, const char *rootfs)
{
	int err = errno;
	autofd int up = openat(root, "..", O_PATH | O_CLOEXEC);

	if ((err == EINVAL || err == EBUSY) && up >= 0 && mount_id(up, rootfs) == mount_id(root, rootfs))
		fail(ST_KERNEL, rootfs, "is not a mount: oci-rootfs makes it one");
	errno = err;
	die(rootfs, "pivot_root to");
}

/* The new root on top of the old one, at the same place: no directory for it is needed in the container. */
static void
pivot(const char *rootfs)
{
	autofd int old = -1, root = -1;

	(void)root_cover();
	/* what the kernel will replace, also when the new root is mounted right on it */
	old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	root = root_open(rootfs);
	if (old < 0)
		die("/", "open");
	if (fchdir(root))
		die(rootfs, "change to");
	if (syscall(SYS_pivot_root, ".", "."))
		refused(root, rootfs);
	/* the old root is on the new one now; unmounting it must not unmount the host's */
	if (fchdir(old) || mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL))
		die("/", "change the propagation of the old");
	if (umount2(".", MNT_DETACH))
		die("/", "unmount the old");
}

/* Of what is left, a procfs or sysfs would let a user namespace in the container mount a new one without the masks. */
static void
cover_host(const struct mountinfo *list, size_t count, int root)
{
	autofree bool *below = xcalloc(count, sizeof(*below));

	mountinfo_below(list, count, root, below);
	for (size_t i = count; i-- > 0;) {
		const struct mountinfo *m = list + i;
		bool proc = !strcmp(m->type, "proc");
		struct statfs st;

		if ((!proc && strcmp(m->type, "sysfs")) || below[i] || m->id == root ||
		    !umount2(m->point, MNT_DETACH | UMOUNT_NOFOLLOW))
			continue;

		autofd int at = open(m->point, O_PATH | O_NOFOLLOW | O_CLOEXEC);

		/* it went with another, or what covers it cannot be unmounted either */
		if (at < 0 && errno != ENOENT)
			die(m->point, "unmount");
		if (at >= 0 && !fstatfs(at, &st) && st.f_type == (proc ? PROC_SUPER_MAGIC : SYSFS_MAGIC))
			close(mnt_new("tmpfs", "none", MS_RDONLY, "size=4k,mode=0555", at, m->point));
	}
}

/* Without a pivot the host's root stays in the namespace, under the new one. */
static void
move(const char *rootfs)
{
	autofree char *real = root_path(rootfs), *text = NULL;
	autofd int root = root_open(real), old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* while /proc is there */
	int root_id = mount_id(root, rootfs), old_id = old < 0 ? -1 : mount_id(old, "/");
	size_t count;
	autofree struct mountinfo *list = mountinfo_read(&text, &count);

	if (old < 0)
		die("/", "open");
	/* what is unmounted here stays on the host */
	if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL))
		die("/", "change the propagation of");
	/* a root that is the host's / is mounted right on it */
	if (fchdir(root) || (strcmp(real, "/") && mount(".", "/", NULL, MS_MOVE, NULL)))
		die(rootfs, "move to / the mount");
	/* paths still begin at the old root, and do not see what is mounted right on it */
	if (root_detach(list, count, old_id, root_id))
		debug(rootfs, "not all mounts of the host can be unmounted");
	cover_host(list, count, root_id);
	if (chroot("."))
		die(rootfs, "chroot to");
}

/* The mount namespace is the host's, and stays as it is. */
static void
enter(const char *rootfs)
{
	autofd int root = root_open(rootfs);

	if (fchdir(root) || chroot("."))
		die(rootfs, "chroot to");
}

char **
oci_pivot_main(int argc, char **argv)
{
	const char *bundle = NULL, *propagation = NULL, *rootfs = NULL;
	bool in_host = false, no_pivot = false;
	unsigned long flags;
	int c;

	while ((c = getopt(argc, argv, "+b:cnP:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'c':
			in_host = true;
			break;
		case 'n':
			no_pivot = true;
			break;
		case 'P':
			propagation = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	if (bundle) {
		const struct config *config = config_load(bundle);

		rootfs = config->rootfs;
		if (!rootfs)
			fail(ST_CONFIG, bundle, "config.json has no root");
		if (!propagation)
			propagation = config_string(config, 0, "linux.rootfsPropagation");
		in_host = in_host || !config_has_namespace(config, "mount");
	} else if (*argv) {
		rootfs = *argv++;
	} else {
		usage();
	}
	flags = propagation_flags(propagation);

	if (in_host)
		enter(rootfs);
	else if (no_pivot)
		move(rootfs);
	else
		pivot(rootfs);
	mounts_forget();
	if (chdir("/"))
		die("/", "change to");
	/* only now: shared before, what is mounted in the container would have reached the host; / is the
	 * container's mount also where the namespace is the host's */
	if (flags && mount(NULL, "/", NULL, flags, NULL))
		die("/", "change the propagation of");
	return argv;
}
