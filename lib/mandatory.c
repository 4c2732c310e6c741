/* SPDX-License-Identifier: MIT */
/* Mounts that are there whatever the configuration has. */
#include <dirent.h>

#include "mandatory.h"
#include "mnt.h"
#include "mntpoint.h"
#include "path.h"

const struct mandatory mandatory_mounts[MANDATORY_COUNT] = {
	{ "/proc", "proc", "nosuid,noexec,nodev" },
	{ "/sys", "sysfs", "nosuid,noexec,nodev,ro" },
	{ "/dev", "tmpfs", "nosuid,strictatime,mode=755,size=65536k" },
	{ "/dev/pts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620" },
	{ "/tmp", "tmpfs", "nosuid,nodev,mode=1777" },
};

enum found { NOWHERE, BOUND, MOUNTED };

/* What the last mount at that place is. */
static enum found
find(const struct config *config, const char *place)
{
	int mounts = config ? config_node(config, 0, "mounts") : -1;
	enum found found = NOWHERE;

	for (int m = config ? json_first(config->json, mounts) : -1; m >= 0; m = json_next(config->json, m)) {
		autofree char *clean = path_clean(config_destination(config, m));
		autofree const char **options = config_strings(config, m, "options");
		const char *type = config_string(config, m, "type");

		if (strcmp(clean, place))
			continue;
		found = type && !strcmp(type, "bind") ? BOUND : MOUNTED;
		for (size_t i = 0; options && options[i]; i++)
			if (!strcmp(options[i], "bind") || !strcmp(options[i], "rbind"))
				found = BOUND;
	}
	return found;
}

/* Whether the directory at path has something in it, or is none. */
static bool
holds_something(int root, const char *path)
{
	int fd = path_open(root, path, O_RDONLY | O_DIRECTORY, 0);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	size_t entries = 0;

	if (!stream)
		return fd >= 0 || errno != ENOENT;
	while (readdir(stream))
		entries++;
	(void)closedir(stream);         /* was only read */
	return entries > 2;             /* . and .. */
}

static void
make(int root, const struct mandatory *wanted)
{
	struct request request = { .type = wanted->type, .source = wanted->type, .point = wanted->point };
	autofree char *copy = xstrdup(wanted->options);
	autofd int target = -1, fd = -1;
	char *rest = copy;

	while (*rest)
		(void)mount_option(&request.options, mount_option_cut(&rest));  /* these are all known */
	request.clean = path_clean(wanted->point);
	target = request_target(root, &request, true, -1);
	fd = mnt_new(wanted->type, wanted->type, request.options.set, request.options.data, target, wanted->point);
	mount_options_free(&request.options);
	free(request.clean);
}

bool
mandatory_wanted(int root, const struct config *config, size_t i)
{
	const char *point = mandatory_mounts[i].point;

	if (find(config, point) != NOWHERE || (!strcmp(point, "/dev/pts") && find(config, "/dev") == BOUND))
		return false;
	return strcmp(point, "/tmp") || !holds_something(root, point);
}

void
mandatory_mount(int root, const struct config *config, bool late)
{
	/* on a /dev of the configuration's once that is there */
	bool pts_late = find(config, "/dev") == MOUNTED;

	for (size_t i = 0; i < MANDATORY_COUNT; i++)
		if (late == (pts_late && !strcmp(mandatory_mounts[i].point, "/dev/pts")) && mandatory_wanted(root, config, i))
			make(root, mandatory_mounts + i);
}
