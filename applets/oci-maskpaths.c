/* SPDX-License-Identifier: MIT */
/* oci-maskpaths: hide files behind /dev/null and directories behind an empty one.
 *
 * After oci-pivot, when /proc and /sys are the container's and no hook can
 * change the mounts any more; after oci-ropaths, so that a path in both lists is
 * masked. Before oci-user and oci-caps, since it needs CAP_SYS_ADMIN.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "config.h"
#include "mnt.h"
#include "path.h"

struct masks {
	const char *label;      /* SELinux's for what is mounted; NULL: none */
	int null;       /* the null device; -1: no file was masked yet */
	int empty;      /* the empty directory's mount, shared by all; -1: none was masked yet */
};

/* A "/dev/null" that is anything else would be shown in place of what is hidden, or be
 * written to by who writes to a masked file: CVE-2025-31133. */
static int
null_open(void)
{
	int fd = open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die("/dev/null", "open");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		fail(ST_KERNEL, "/dev/null", "not the null device");
	return fd;
}

/* An empty read-only filesystem on target. */
static int
empty_new(int target, const char *path, const char *label)
{
	const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	char why[256];
	int fd = -1;

	/* Ubuntu's 5.4 wants room for an inode beside the root's */
	for (int inodes = 1; inodes <= 2 && fd < 0; inodes++) {
		autofree char *data = label && *label ? xasprintf("nr_blocks=1,nr_inodes=%d,mode=755,context=\"%s\"", inodes, label) :
							xasprintf("nr_blocks=1,nr_inodes=%d,mode=755", inodes);

		fd = mnt_try_new("tmpfs", "tmpfs", flags, data, target, why);
		if (fd < 0 && errno != EINVAL)
			break;
	}
	if (fd < 0)
		mnt_refused("tmpfs", path, why);
	return fd;
}

/* Who can rename directories in the root may have put another in the way of the path after it was opened: what
 * is at the path then must be the mask, mask. */
static void
verify(int root, const char *path, int mask)
{
	autofd int fd = path_open(root, path, O_PATH, 0);
	struct stat seen, st;

	if (fd < 0 || fstat(fd, &seen) || fstat(mask, &st))
		die(path, "look at the masked");
	if (seen.st_dev != st.st_dev || seen.st_ino != st.st_ino)
		fail(ST_KERNEL, path, "not masked: something else is there by now");
}

static void
mask(struct masks *masks, int root, const char *path)
{
	autofd int target = -1, mount = -1;
	struct stat st;

	if (*path != '/')
		fail(ST_USAGE, path, "not an absolute path");
	target = path_open(root, path, O_PATH, 0);
	if (target < 0 && (errno == ENOENT || errno == ENOTDIR))
		return;
	if (target < 0 || fstat(target, &st))
		die(path, "mask");
	if (!S_ISDIR(st.st_mode)) {
		if (masks->null < 0)
			masks->null = null_open();
		/* read-only: else a chmod of the masked file would be one of /dev/null */
		mount = mnt_bind_flags(masks->null, target, 0, MS_RDONLY | MS_NOSUID | MS_NOEXEC, path);
	} else if (masks->empty < 0) {
		masks->empty = empty_new(target, path, masks->label);
	} else {
		mount = mnt_bind(masks->empty, target, 0, path);
	}
	verify(root, path, S_ISDIR(st.st_mode) ? masks->empty : masks->null);
}

char **
oci_maskpaths_main(int argc, char **argv)
{
	autofree const char **paths = xcalloc((size_t)argc, sizeof(*paths));
	autofree const char **listed = NULL;
	const char *bundle = NULL, *root_path = "/";
	struct masks masks = { NULL, -1, -1 };
	size_t n = 0;
	int c, root;

	while ((c = getopt(argc, argv, "+b:l:p:r:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'l':
			masks.label = optarg;
			break;
		case 'p':
			paths[n++] = optarg;
			break;
		case 'r':
			root_path = optarg;
			break;
		default:
			usage();
		}
	if (!bundle && !n)
		usage();
	if (bundle) {
		const struct config *config = config_load(bundle);

		listed = config_strings(config, 0, "linux.maskedPaths");
		if (!masks.label)
			masks.label = config_string(config, 0, "linux.mountLabel");
	}

	root = root_open(root_path);
	for (size_t i = 0; listed && listed[i]; i++)
		mask(&masks, root, listed[i]);
	for (size_t i = 0; paths[i]; i++)
		mask(&masks, root, paths[i]);
	close(root);
	close_fd(&masks.null);
	close_fd(&masks.empty);
	return argv + optind;
}
