/* SPDX-License-Identifier: MIT */
/* Overlays by descriptor. */
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "compat.h"
#include "mnt.h"
#include "overlay.h"
#include "path.h"
#include "proc.h"

#define EACH "org.ocibox.overlay.mounts"
#define KEPT (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW)

/* What an overlay is made of, as descriptors. */
struct layers {
	int lower;
	int upper, work;
	int tmpfs;      /* the mount they are on, when it is the overlay's own; else -1 */
	bool user;      /* only user.* attributes may be written here */
};

static bool
is_tmpfs(const char *where)
{
	return !strncmp(where, "tmpfs", 5) && (!where[5] || where[5] == ',');
}

static bool
on_overlay(int fd)
{
	struct statfs st;

	return !fstatfs(fd, &st) && st.f_type == OVERLAYFS_SUPER_MAGIC;
}

/* Says what is wrong where the kernel has one errno for much. */
static _Noreturn void
refused(const struct layers *layers, const char *where, const char *what, const char *why)
{
	int err = errno;

	if (err == ENODEV)
		fail(ST_UNSUPPORTED, what, "this kernel has no overlay");
	if (err == ELOOP)
		fail(ST_CONFIG, where, "has %s inside, and cannot take what is written there", what);
	if (err == EINVAL && on_overlay(layers->upper))
		fail(ST_UNSUPPORTED, where, "is on an overlay itself, which cannot take what is written to another");
	if (err == EINVAL && on_overlay(layers->lower))
		fail(ST_UNSUPPORTED, what, "is on overlays already, and the kernel does not stack another on them");
	errno = err;
	mnt_refused("overlay", what, why);
}

static int
set(int context, const char *key, int fd)
{
	char path[32];

	return syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_SET_FD, key, NULL, fd) &&
	       syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_SET_STRING, key, fd_path(fd, path), 0) ? -1 : 0;
}

static int
set_lower(int context, int fd)
{
	char path[32];

	/* as a string, every kernel has it as one that may list several */
	return syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_SET_FD, "lowerdir+", NULL, fd) &&
	       syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_SET_STRING, "lowerdir", fd_path(fd, path), 0) ? -1 : 0;
}

/* With the new calls; -1 and errno. */
static int
new_overlay(const struct layers *layers, unsigned flags, int target, char why[256])
{
	autofd int context = (int)syscall(OCI_SYS_fsopen, "overlay", OCI_FSOPEN_CLOEXEC);
	autofd int fd = -1;
	char path[32];
	int err;

	if (context < 0)
		return -1;
	if (!syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_SET_STRING, "source", "overlay", 0) &&
	    !set_lower(context, layers->lower) && !set(context, "upperdir", layers->upper) &&
	    !set(context, "workdir", layers->work) &&
	    !(layers->user && syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_SET_FLAG, "userxattr", NULL, 0)) &&
	    !syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = (int)syscall(OCI_SYS_fsmount, context, OCI_FSMOUNT_CLOEXEC, flags);
	if (fd < 0) {
		err = errno;
		mnt_kernel_message(context, why);
		errno = err;
		return -1;
	}
	/* The overlay holds its tmpfs, which had to be in the namespace only for the lookup. Without a procfs
	 * it cannot be named, and stays beneath. */
	if (layers->tmpfs >= 0 && umount2(fd_path(layers->tmpfs, path), MNT_DETACH) && errno != ENOENT)
		return -1;
	return mnt_attach(fd, target) ? -1 : steal_fd(&fd);
}

static int
old_overlay(const struct layers *layers, unsigned long flags, int target, char why[256])
{
	autofree char *data = xasprintf("lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d%s",
					layers->lower, layers->upper, layers->work, layers->user ? ",userxattr" : "");

	return mnt_try_new("overlay", "overlay", flags, data, target, why);
}

/* The directory name in dir, which may be in hostile hands: nothing but a directory of its own is taken. One
 * that is new gets mode and owner of like (-1: only root may look), as the root of an overlay has those of upper. */
static int
take_directory(int dir, const char *name, int like, const char *where)
{
	autofree char *what = xasprintf("%s/%s", where, name);
	bool made = !mkdirat(dir, name, 0700);
	autofd int fd = -1;
	struct stat st;

	if (!made && errno != EEXIST)
		die(what, "make");
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		die(what, "open the directory");
	/* an owner that the user namespace has not cannot be given: it is the container's root then */
	if (made && like >= 0 &&
	    (fstat(like, &st) || (fchown(fd, st.st_uid, st.st_gid) && errno != EINVAL) || fchmod(fd, st.st_mode & 07777)))
		die(what, "set the owner and the mode of");
	return steal_fd(&fd);
}

/* An existing lower is opened anew: what is on top of a descriptor for O_PATH alone not every kernel takes. */
static struct layers
open_layers(int lower, const char *where, int target, const char *what)
{
	struct layers layers = { .lower = openat(lower, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .tmpfs = -1 };
	bool tmpfs = is_tmpfs(where);
	autofd int dir = -1;

	if (layers.lower < 0)
		die(what, "open");
	if (tmpfs) {
		/* on the target itself, where the overlay will be: nobody looks there yet */
		layers.tmpfs = mnt_new("tmpfs", "tmpfs", 0, where[5] ? where + 6 : NULL, target, what);
	} else {
		if (mkdir(where, 0700) && errno != EEXIST)
			die(where, "make");
		dir = open(where, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (dir < 0)
			die(where, "open the directory");
	}
	layers.upper = take_directory(tmpfs ? layers.tmpfs : dir, "upper", lower, where);
	layers.work = take_directory(tmpfs ? layers.tmpfs : dir, "work", -1, where);
	/* the whiteouts of an overlay are marked with trusted.* attributes, which nobody may write in a user namespace */
	layers.user = proc_in_userns();
	return layers;
}

int
overlay_try(int lower, const char *where, int target, const char *what, bool must)
{
	struct layers layers = open_layers(lower, where, target, what);
	unsigned long flags = mnt_flags_of(lower, what) & KEPT;
	char why[256] = "", path[32];
	int fd = new_overlay(&layers, mnt_attributes(flags), target, why);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = old_overlay(&layers, flags, target, why);
	if (fd < 0 && must)
		refused(&layers, where, what, why);
	if (fd < 0 && layers.tmpfs >= 0 && umount2(fd_path(layers.tmpfs, path), MNT_DETACH))
		die(what, "unmount the tmpfs over");
	close(layers.lower);
	close(layers.upper);
	close(layers.work);
	close_fd(&layers.tmpfs);
	return fd;
}

int
overlay_mount(int lower, const char *where, int target, const char *what)
{
	return overlay_try(lower, where, target, what, true);
}

static char *
read_annotation(const struct config *config, int node)
{
	const char *where = json_string(config->json, node);

	if (!where)
		return NULL;
	if (!*where)
		config_fail(config, node, ST_CONFIG, "must be \"tmpfs\", \"none\" or a directory");
	if (*where == '/' || !strcmp(where, "none") || is_tmpfs(where))
		return xstrdup(where);
	return xasprintf("%s/%s", config->bundle, where);
}

char *
overlay_annotation(const struct config *config)
{
	return read_annotation(config, json_get(config->json, config_node(config, 0, "annotations"), "org.ocibox.overlay"));
}

char *
overlay_of_mount(const struct config *config, const char *destination, bool *named)
{
	autofree char *key = xasprintf(EACH "%s", destination);
	int annotations = config_node(config, 0, "annotations"), node = json_get(config->json, annotations, key);
	char *where;

	*named = *destination == '/' && node >= 0;
	if (!*named)
		node = json_get(config->json, annotations, EACH);
	where = read_annotation(config, node);
	if (where && !*named && strcmp(where, "none") && !is_tmpfs(where))
		config_fail(config, node, ST_CONFIG, "a directory is one mount's: " EACH "DESTINATION");
	return where;
}

void
overlay_check_annotations(const struct config *config)
{
	int annotations = config_node(config, 0, "annotations"), mounts = config_node(config, 0, "mounts");
	size_t len = strlen(EACH);

	for (int n = json_first(config->json, annotations); n >= 0; n = json_next(config->json, n)) {
		const char *key = json_key(config->json, n);
		int m = json_first(config->json, mounts);

		if (!key || strncmp(key, EACH, len) || !key[len])
			continue;
		while (m >= 0 && strcmp(config_string(config, m, "destination"), key + len))
			m = json_next(config->json, m);
		if (m < 0)
			config_fail(config, n, ST_CONFIG, "no mount has the destination \"%s\"", key + len);
	}
}
