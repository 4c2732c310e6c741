/* SPDX-License-Identifier: MIT */
/* Mount points missing from a read-only image. */
#include <sys/stat.h>

#include "mandatory.h"
#include "mnt.h"
#include "overlay.h"
#include "path.h"
#include "stubs.h"

/* A mount point: path_clean(its name), and whether a directory is mounted there, and a tmpfs. */
struct point {
	char *clean;
	bool directory, tmpfs;
	bool unseen;            /* of a source that only the process outside can reach, so it may be no directory */
};

/* Whether path, which is clean, is top or below it. */
static bool
is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return !strncmp(path, top, len) && (path[len] == '/' || !path[len]);
}

/* Of all but a bind mount of what is no directory; one without its source is an error that oci-mount tells. false: there
 * is to be none, since a symlink is made there. */
static bool
point_of(const struct config *config, int mount, struct point *point)
{
	const char *source = config_string(config, mount, "source"), *type = config_string(config, mount, "type");
	autofree const char **options = config_strings(config, mount, "options");
	bool bind = type && !strcmp(type, "bind"), copy = false;
	autofree char *path = NULL;
	struct stat st;

	for (size_t i = 0; options && options[i]; i++)
		if (!strcmp(options[i], "copy-symlink"))
			copy = true;
		else
			bind = bind || !strcmp(options[i], "bind") || !strcmp(options[i], "rbind");
	*point = (struct point){ path_clean(config_string(config, mount, "destination")), true, type && !strcmp(type, "tmpfs"), false };
	if (!bind || !source)
		return true;
	path = *source == '/' ? xasprintf("%s", source) : xasprintf("%s/%s", config->bundle, source);
	if (copy && !lstat(path, &st) && S_ISLNK(st.st_mode)) {
		free(point->clean);
		return false;
	}
	if (!stat(path, &st))
		point->directory = S_ISDIR(st.st_mode);
	else
		point->unseen = errno == EACCES;
	return true;
}

/* Every mount point in order; those that are mandatory come first, as oci-mount has them. */
static struct point *
points_read(const struct config *config, int root, bool mandatory, size_t *count)
{
	int mounts = config_node(config, 0, "mounts");
	struct point *points = xcalloc((size_t)json_count(config->json, mounts) + MANDATORY_COUNT, sizeof(*points));
	size_t n = 0;

	for (size_t i = 0; mandatory && i < MANDATORY_COUNT; i++)
		if (mandatory_wanted(root, config, i))
			points[n++] = (struct point){ xasprintf("%s", mandatory_mounts[i].point), true, false, false };
	for (int m = json_first(config->json, mounts); m >= 0; m = json_next(config->json, m))
		n += point_of(config, m, points + n);
	*count = n;
	return points;
}

/* Whether the i-th of them is missing in root; what is below one before it is looked for there, when that is mounted. */
static bool
is_missing(int root, const struct point *points, size_t i)
{
	autofd int fd = path_open(root, points[i].clean, O_PATH, 0);

	if (fd >= 0 || errno != ENOENT)
		return false;
	for (size_t n = 0; n < i; n++)
		if (is_below(points[i].clean, points[n].clean))
			return false;
	return true;
}

static void
points_free(struct point *points, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(points[i].clean);
	free(points);
}

bool
stubs_wanted(const struct config *config, int root, bool mandatory)
{
	bool missing = false;
	struct point *points;
	size_t count;

	if (!config_bool(config, 0, "root.readonly", false) && !(mnt_flags_of(root, config->rootfs) & MS_RDONLY))
		return false;
	points = points_read(config, root, mandatory, &count);
	for (size_t i = 0; i < count && !missing; i++)
		missing = is_missing(root, points, i);
	points_free(points, count);
	return missing;
}

int
stubs_mount(const struct config *config, int root, bool mandatory, const char *what)
{
	bool must = mnt_flags_of(root, what) & MS_RDONLY, readonly = config_bool(config, 0, "root.readonly", false);
	int overlay = overlay_try(root, "tmpfs", root, what, must);
	size_t count;
	struct point *points;

	if (overlay < 0) {
		debug(what, "no overlay can be had: mount points are made in the image");
		return -1;
	}
	points = points_read(config, root, mandatory, &count);
	for (size_t i = 0; i < count; i++) {
		autofd int made = -1;
		char path[32];

		/* oci-mount is told what it is, and can make its place: a root that is to be read-only is so at the end */
		if (!is_missing(overlay, points, i) || (points[i].unseen && readonly))
			continue;
		made = path_mountpoint(overlay, points[i].clean, points[i].directory);
		if (made < 0)
			die(points[i].clean, "make the mount point");
		/* a tmpfs takes the mode of what is there, and the kernel's default where nothing was */
		if (points[i].tmpfs && chmod(fd_path(made, path), 01777))
			die(points[i].clean, "change the mode of");
	}
	points_free(points, count);
	if (!readonly)
		mnt_flags(overlay, MS_RDONLY, 0, what);
	return overlay;
}
