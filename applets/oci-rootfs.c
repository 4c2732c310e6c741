/* SPDX-License-Identifier: MIT */
/* oci-rootfs: make a directory a mount of its own that can become the root, and keep what is
 * mounted from now on away from the host; then go on.
 *
 * First of the steps in a new mount namespace: mounts made before it may reach the host, or lie
 * under the bind mount made here.
 */
#include <sys/stat.h>

#include "config.h"
#include "mnt.h"
#include "overlay.h"
#include "path.h"
#include "root.h"

/* The mount the directory is in must not be shared: what is mounted on the root would appear on
 * the host, and pivot_root(2) refuses it. Only the root of a mount takes a propagation, so walk up to it. */
static void
make_parent_private(int rootfs, const char *what)
{
	autofd int at = openat(rootfs, ".", O_PATH | O_CLOEXEC);
	struct stat here, above;

	while (mnt_try_propagation(at, MS_PRIVATE)) {
		int up = errno == EINVAL ? openat(at, "..", O_PATH | O_CLOEXEC) : -1;

		if (up < 0 || fstat(at, &here) || fstat(up, &above))
			die(what, "make private the mount of");
		if (here.st_dev == above.st_dev && here.st_ino == above.st_ino)
			fail(ST_UNSUPPORTED, what, "the root directory here is not the root of a mount");
		close(at);
		at = up;
	}
}

/* In a configuration without a mount namespace of its own, all this would be done to the host's. */
static void
check_namespace(const struct config *config)
{
	int list = config_node(config, 0, "linux.namespaces");

	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n))
		if (!strcmp(config_string(config, n, "type"), "mount"))
			return;
	config_fail(config, list < 0 ? 0 : list, ST_UNSUPPORTED,
		    "no mount namespace: a container in the host's is not supported yet");
}

char **
oci_rootfs_main(int argc, char **argv)
{
	const char *bundle = NULL, *overlay = NULL, *propagation = NULL, *rootfs = NULL;
	autofree char *annotated = NULL, *real = NULL;
	unsigned long flags;
	autofd int slash = -1, dir = -1, mount = -1;
	int c;

	while ((c = getopt(argc, argv, "+b:o:P:r:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'o':
			overlay = optarg;
			break;
		case 'P':
			propagation = optarg;
			break;
		case 'r':
			rootfs = optarg;
			break;
		default:
			usage();
		}
	if (!bundle && !rootfs)
		usage();
	if (bundle) {
		const struct config *config = config_load(bundle);

		check_namespace(config);
		if (!propagation)
			propagation = config_string(config, 0, "linux.rootfsPropagation");
		if (!overlay)
			overlay = annotated = overlay_annotation(config, NULL);
		if (!rootfs)
			rootfs = config->rootfs;
		if (!rootfs)
			fail(ST_CONFIG, bundle, "config.json has no root");
	}
	real = realpath(rootfs, NULL);
	if (!real)
		die(rootfs, "open");
	flags = propagation_while_building(propagation);
	dir = root_open(real);  /* a bad one changes nothing */
	if (root_cover()) {
		close(dir);
		dir = root_open(real);
	}
	slash = root_open("/");
	mnt_propagation(slash, flags, "/");
	make_parent_private(dir, real);
	mount = overlay ? overlay_mount(dir, overlay, dir, real) : mnt_bind(dir, dir, MS_REC, real);
	return argv + optind;
}
