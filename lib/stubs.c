/* SPDX-License-Identifier: MIT */
/* Mount points missing from a read-only image. */
#include <sys/stat.h>

#include "mandatory.h"
#include "mnt.h"
#include "overlay.h"
#include "path.h"
#include "stubs.h"

/* Whether path, which is clean, is top or below it. */
static bool
is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return !strncmp(path, top, len) && (path[len] == '/' || !path[len]);
}

static struct stub
stub_of(const struct config *config, int mount)
{
	const char *source = config_string(config, mount, "source"), *type = config_string(config, mount, "type");
	autofree const char **options = config_strings(config, mount, "options");
	struct stub stub = { .point = path_clean(config_destination(config, mount)), .tmpfs = type && !strcmp(type, "tmpfs") };
	bool bind = type && !strcmp(type, "bind");

	for (size_t i = 0; options && options[i]; i++) {
		stub.link = stub.link || !strcmp(options[i], "copy-symlink");
		bind = bind || !strcmp(options[i], "bind") || !strcmp(options[i], "rbind");
	}
	stub.source = bind ? source : NULL;
	return stub;
}

/* Those that are mandatory come first, as oci-mount has them. */
void
stubs_from_config(struct stubs *stubs, const struct config *config, int root, bool mandatory)
{
	int mounts = config_node(config, 0, "mounts");

	stubs->list = xcalloc((size_t)json_count(config->json, mounts) + MANDATORY_COUNT, sizeof(*stubs->list));
	stubs->base = config->bundle;
	stubs->sealed = config_bool(config, 0, "root.readonly", false);
	for (size_t i = 0; mandatory && i < MANDATORY_COUNT; i++)
		if (mandatory_wanted(root, config, i))
			stubs->list[stubs->count++] = (struct stub){ .point = xstrdup(mandatory_mounts[i].point) };
	for (int m = json_first(config->json, mounts); m >= 0; m = json_next(config->json, m))
		stubs->list[stubs->count++] = stub_of(config, m);
}

/* What a mount point is to be. UNSEEN: only the process outside can reach the source, so it may be no directory. */
enum what { NOTHING, PLAIN, DIRECTORY, UNSEEN };

/* A bind mount without its source is an error that oci-mount tells. */
static enum what
what_is(const struct stubs *stubs, const struct stub *stub)
{
	autofree char *path = NULL;
	struct stat st;

	if (!stub->source)
		return DIRECTORY;
	path = *stub->source == '/' ? xstrdup(stub->source) : xasprintf("%s/%s", stubs->base, stub->source);
	if (stub->link && !lstat(path, &st) && S_ISLNK(st.st_mode))
		return NOTHING;
	if (stat(path, &st))
		return errno == EACCES ? UNSEEN : DIRECTORY;
	return S_ISDIR(st.st_mode) ? DIRECTORY : PLAIN;
}

/* What the i-th of them is to be, when it is missing in root; what is below one before it is looked for there, when that is
 * mounted. */
static enum what
missing(const struct stubs *stubs, int root, size_t i)
{
	const char *point = stubs->list[i].point;
	autofd int fd = path_open(root, point, O_PATH, 0);

	if (fd >= 0 || errno != ENOENT)
		return NOTHING;
	for (size_t n = 0; n < i; n++)
		if (is_below(point, stubs->list[n].point) && what_is(stubs, stubs->list + n))
			return NOTHING;
	return what_is(stubs, stubs->list + i);
}

bool
stubs_wanted(const struct stubs *stubs, int root, const char *what)
{
	if (!stubs->sealed && !(mnt_flags_of(root, what) & MS_RDONLY))
		return false;
	for (size_t i = 0; i < stubs->count; i++)
		if (missing(stubs, root, i))
			return true;
	return false;
}

int
stubs_mount(const struct stubs *stubs, int root, const char *what)
{
	bool must = mnt_flags_of(root, what) & MS_RDONLY;
	int overlay = overlay_try(root, "tmpfs", root, what, must);

	if (overlay < 0) {
		debug(what, "no overlay can be had: mount points are made in the image");
		return -1;
	}
	for (size_t i = 0; i < stubs->count; i++) {
		const char *point = stubs->list[i].point;
		enum what kind = missing(stubs, overlay, i);
		autofd int made = -1;
		char path[32];

		/* oci-mount is told what it is, and can make its place: a root that is to be read-only is so at the end */
		if (!kind || (kind == UNSEEN && stubs->sealed))
			continue;
		made = path_mountpoint(overlay, point, kind != PLAIN);
		/* an overlay cannot hold a directory whose owner the user namespace has not; the image may be writable */
		if (made < 0 && errno == EOVERFLOW && !must && !umount2(fd_path(overlay, path), MNT_DETACH)) {
			debug(point, "no overlay can hold it: mount points are made in the image");
			close(overlay);
			return -1;
		}
		if (made < 0)
			die(point, "make the mount point");
		/* a tmpfs takes the mode of what is there, and the kernel's default where nothing was */
		if (stubs->list[i].tmpfs && chmod(fd_path(made, path), 01777))
			die(point, "change the mode of");
	}
	if (!stubs->sealed)
		mnt_flags(overlay, MS_RDONLY, 0, what);
	return overlay;
}
