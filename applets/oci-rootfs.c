/* SPDX-License-Identifier: MIT */
/* oci-rootfs: make a directory a mount of its own that can become the root, and keep what is
 * mounted from now on away from the host; then go on.
 *
 * First of the steps in a new mount namespace: mounts made before it may reach the host, or lie
 * under the bind mount made here. Without one, all mounts are on what is made here, and end with it.
 */
#include <sys/stat.h>

#include "config.h"
#include "gate.h"
#include "hostroot.h"
#include "mnt.h"
#include "overlay.h"
#include "path.h"
#include "root.h"
#include "stubs.h"

/* The root of the mount that at is on, when the way up is barred to the root of a user namespace. */
static int
mount_top(int at, const char *what)
{
	autofree char *text = NULL;
	size_t count;
	autofree struct mountinfo *list = mountinfo_read(&text, &count);
	int id = mount_id(at, what);

	for (size_t i = 0; i < count; i++) {
		autofd int top = list[i].id == id ? host_open(list[i].point, 0) : -1;

		if (top >= 0 && mount_id(top, what) == id)
			return steal_fd(&top);
	}
	errno = EACCES;
	return -1;
}

/* The mount the directory is in must not be shared: what is mounted on the root would appear on
 * the host, and pivot_root(2) refuses it. Only the root of a mount takes a propagation, so walk up to it. */
static void
make_parent_private(int rootfs, const char *what)
{
	autofd int at = openat(rootfs, ".", O_PATH | O_CLOEXEC);
	struct stat here, above;

	while (mnt_try_propagation(at, MS_PRIVATE)) {
		int up = errno == EINVAL ? openat(at, "..", O_PATH | O_CLOEXEC) : -1;

		if (up < 0 && errno == EACCES)
			up = mount_top(at, what);
		if (up < 0 || fstat(at, &here) || fstat(up, &above))
			die(what, "make private the mount of");
		if (here.st_dev == above.st_dev && here.st_ino == above.st_ino)
			fail(ST_UNSUPPORTED, what, "the root directory here is not the root of a mount");
		close(at);
		at = up;
	}
}

/* In a mount namespace of our own: nothing mounted from here on reaches the host. */
static void
prepare_namespace(const char *rootfs, const char *propagation)
{
	unsigned long flags = propagation_while_building(propagation);
	autofd int dir = root_open(rootfs);     /* a bad one changes nothing */
	autofd int slash = -1;

	if (root_cover()) {
		close(dir);
		dir = root_open(rootfs);
	}
	slash = root_open("/");
	mnt_propagation(slash, flags, "/");
	/* as slaves no mounts are shared, and the root stays one, of the mount that its directory is in */
	if (flags & MS_SHARED)
		make_parent_private(dir, rootfs);
}

/* What the root is to be. */
struct wish {
	const char *bundle, *id, *rootfs, *propagation;
	const struct config *config;    /* NULL: what is known is in stubs */
	struct stubs stubs;
	const char *overlay;            /* "tmpfs", "none", a directory; NULL: one is made for missing mount points only */
	bool mandatory;                 /* oci-mount -m follows */
	bool in_host;                   /* no mount namespace of the container's own */
};

/* In the host's mount namespace the directory is a mount by now. */
static void
make_mount(struct wish *wish, const char *rootfs)
{
	autofd int dir = root_open(rootfs), mount = -1;

	if (wish->config)
		stubs_from_config(&wish->stubs, wish->config, dir, wish->mandatory);
	if (wish->overlay && strcmp(wish->overlay, "none"))
		mount = overlay_mount(dir, wish->overlay, dir, rootfs);
	else if (!wish->overlay && stubs_wanted(&wish->stubs, dir, rootfs))
		mount = stubs_mount(&wish->stubs, dir, rootfs);
	if (mount < 0 && !wish->in_host)
		mount = mnt_bind(dir, dir, MS_REC, rootfs);
}

/* -p, and what stands before it. */
static void
add_stub(struct stubs *stubs, struct stub *next, size_t max)
{
	/* not before: max is the words of the whole chain, and a container's memory may be short */
	if (!stubs->list)
		stubs->list = xcalloc(max, sizeof(*stubs->list));
	next->point = path_clean(optarg);
	stubs->list[stubs->count++] = *next;
	*next = (struct stub){ 0 };
}

static void
take_options(struct wish *wish, int argc, char **argv)
{
	struct stub next = { 0 };
	int c;

	while ((c = getopt(argc, argv, "+b:ci:lmo:p:P:r:Rs:t")) != -1)
		switch (c) {
		case 'b':
			wish->bundle = optarg;
			break;
		case 'c':
			wish->in_host = true;
			break;
		case 'i':
			wish->id = optarg;
			break;
		case 'l':
			next.link = true;
			break;
		case 'm':
			wish->mandatory = true;
			break;
		case 'o':
			wish->overlay = optarg;
			break;
		case 'p':
			add_stub(&wish->stubs, &next, (size_t)argc);
			break;
		case 'P':
			wish->propagation = optarg;
			break;
		case 'r':
			wish->rootfs = optarg;
			break;
		case 'R':
			wish->stubs.sealed = true;
			break;
		case 's':
			next.source = optarg;
			break;
		case 't':
			next.tmpfs = true;
			break;
		default:
			usage();
		}
	if ((!wish->bundle && !wish->rootfs) || (wish->bundle && wish->stubs.count))
		usage();
}

char **
oci_rootfs_main(int argc, char **argv)
{
	autofree char *annotated = NULL, *real = NULL;
	struct wish wish = { .stubs.base = "." };

	take_options(&wish, argc, argv);
	if (wish.bundle) {
		const struct config *config = config_load(wish.bundle);

		wish.in_host = wish.in_host || !config_has_namespace(config, "mount");
		if (!wish.propagation)
			wish.propagation = config_string(config, 0, "linux.rootfsPropagation");
		if (!wish.overlay)
			wish.overlay = annotated = overlay_annotation(config);
		if (!wish.rootfs)
			wish.rootfs = config->rootfs;
		if (!wish.rootfs)
			fail(ST_CONFIG, wish.bundle, "config.json has no root");
		wish.config = config;
	}
	real = root_path(wish.rootfs);
	(void)propagation_flags(wish.propagation);   /* a bad one changes nothing */
	if (wish.in_host)
		hostroot_make(wish.id, real);
	else
		prepare_namespace(real, wish.propagation);
	make_mount(&wish, real);
	return argv + optind;
}
