/* SPDX-License-Identifier: MIT */
/* oci-pivot: make a mounted root filesystem the root of the mount namespace and let the old
 * root go, then go on in / of the new one.
 *
 * After oci-rootfs, oci-mount and oci-mkdev, which need the host's files, and after the createContainer
 * hooks, whose paths are the host's. All later paths are the container's.
 */
#include <sys/stat.h>
#include <sys/syscall.h>

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

static bool
is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return !strncmp(path, top, len) && (path[len] == '/' || !path[len]);
}

/* Without a pivot the host's mounts stay in the namespace, under the new root. A procfs or sysfs among
 * them would let a user namespace in the container mount a new one without the masks. */
static void
hide_host(const char *rootfs)
{
	autofree char *text = NULL;
	size_t count;
	autofree struct mountinfo *list = mountinfo_read(&text, &count);

	while (count-- > 0) {
		const struct mountinfo *m = list + count;

		if ((strcmp(m->type, "proc") && strcmp(m->type, "sysfs")) || is_below(m->point, rootfs))
			continue;
		if (!umount2(m->point, MNT_DETACH | UMOUNT_NOFOLLOW))
			continue;

		/* locked in a user namespace: cover it */
		autofd int at = errno == EINVAL || errno == EPERM ? open(m->point, O_PATH | O_CLOEXEC) : -1;

		if (at < 0)
			die(m->point, "unmount");
		close(mnt_new("tmpfs", "none", MS_RDONLY, "size=4k,mode=0555", at, m->point));
	}
}

static void
move(const char *rootfs)
{
	autofree char *real = root_path(rootfs);
	autofd int root = -1;

	root = root_open(real);
	if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL))
		die("/", "change the propagation of");
	hide_host(real);
	/* a root that is the host's / is mounted right on it */
	if (fchdir(root) || (strcmp(real, "/") && mount(".", "/", NULL, MS_MOVE, NULL)))
		die(rootfs, "move to / the mount");
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
	if (chdir("/"))
		die("/", "change to");
	/* only now: shared before, what is mounted in the container would have reached the host; / is the
	 * container's mount also where the namespace is the host's */
	if (flags && mount(NULL, "/", NULL, flags, NULL))
		die("/", "change the propagation of");
	return argv;
}
