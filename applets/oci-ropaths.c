/* SPDX-License-Identifier: MIT */
/* oci-ropaths: make paths, and the root itself, read-only.
 *
 * After oci-sysctl, which writes below /proc/sys, and after everything that makes
 * files in the root; before oci-maskpaths, so that a path in both lists is
 * masked. Before oci-user and oci-caps, since it needs CAP_SYS_ADMIN.
 */
#include "config.h"
#include "mnt.h"
#include "path.h"

static void
make_readonly(int root, const char *path)
{
	autofd int target = -1, mount = -1;

	if (*path != '/')
		fail(ST_USAGE, path, "not an absolute path");
	target = path_open(root, path, O_PATH, 0);
	if (target < 0 && (errno == ENOENT || errno == ENOTDIR))
		return;
	if (target < 0)
		die(path, "make read-only");
	/* with the mounts below, which a plain bind would uncover, and these read-only too */
	mount = mnt_bind_flags(target, target, MS_REC, MS_RDONLY | MS_REC, path);
}

char **
oci_ropaths_main(int argc, char **argv)
{
	autofree const char **paths = xcalloc((size_t)argc, sizeof(*paths));
	autofree const char **listed = NULL;
	const char *bundle = NULL, *root_path = "/";
	bool whole = false;
	size_t n = 0;
	int c, root;

	while ((c = getopt(argc, argv, "+b:p:r:R")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'p':
			paths[n++] = optarg;
			break;
		case 'r':
			root_path = optarg;
			break;
		case 'R':
			whole = true;
			break;
		default:
			usage();
		}
	if (!bundle && !n && !whole)
		usage();
	if (bundle) {
		const struct config *config = config_load(bundle);

		listed = config_strings(config, 0, "linux.readonlyPaths");
		whole = config_bool(config, 0, "root.readonly", false) || whole;
	}

	root = root_open(root_path);
	for (size_t i = 0; listed && listed[i]; i++)
		make_readonly(root, listed[i]);
	for (size_t i = 0; paths[i]; i++)
		make_readonly(root, paths[i]);
	if (whole)
		mnt_flags(root, MS_RDONLY, 0, root_path);
	close(root);
	return argv + optind;
}
