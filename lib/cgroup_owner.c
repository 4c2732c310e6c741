/* SPDX-License-Identifier: MIT */
/* The v2 cgroup of a container that may manage it itself. config-linux.md, Cgroup ownership. */
#include "cgroup.h"
#include "config.h"
#include "proc.h"

/* Whether the container gets a cgroup namespace of its own and /sys/fs/cgroup to write to. */
static bool
wanted(const struct config *config)
{
	int list = config_node(config, 0, "linux.namespaces"), mounts = config_node(config, 0, "mounts");
	bool own = false;

	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n)) {
		const char *type = config_string(config, n, "type");

		own = own || (type && !strcmp(type, "cgroup") && !config_string(config, n, "path"));
	}
	for (int n = json_first(config->json, mounts); own && n >= 0; n = json_next(config->json, n)) {
		const char *source = config_string(config, n, "source"), *at = config_string(config, n, "destination");
		autofree const char **options = config_strings(config, n, "options");
		bool writable = true;

		if (!source || !at || strcmp(source, "cgroup") || strcmp(at, "/sys/fs/cgroup"))
			continue;
		for (size_t i = 0; options && options[i]; i++)
			writable = writable && strcmp(options[i], "ro");
		if (writable)
			return true;
	}
	return false;
}

/* The uid of the program as the host sees it; false: it has none. */
static bool
owner_of(const struct config *config, uid_t *owner)
{
	int64_t uid = config_int(config, 0, "process.user.uid", 0);
	int list = config_node(config, 0, "linux.uidMappings");

	*owner = (uid_t)uid;
	if (json_count(config->json, list) == 0)
		return true;
	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n)) {
		int64_t inside = config_int(config, n, "containerID", 0);

		if (uid < inside || uid - inside >= config_int(config, n, "size", 0))
			continue;
		*owner = (uid_t)(config_int(config, n, "hostID", 0) + uid - inside);
		return true;
	}
	return false;
}

void
cgroup_give(const struct cgroup *group, const struct config *config)
{
	/* the files that are safe to give away are the kernel's to tell; these are of the kernels that do not */
	autofree char *listed = NULL;
	char *rest, *name;
	uid_t owner;
	autofd int dir = -1, fd = -1;

	if (!wanted(config) || !owner_of(config, &owner) || owner == geteuid())
		return;
	fd = proc_try_open("/sys/kernel/cgroup/delegate", O_RDONLY);
	listed = fd < 0 ? xasprintf("cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n")
			: read_all(fd, 1 << 16, NULL, "/sys/kernel/cgroup/delegate");
	rest = listed;
	dir = cgroup_open(group);
	if (dir < 0 || fchown(dir, owner, (gid_t)-1))
		die(group->path, "give the cgroup to user %u:", owner);
	while ((name = strsep(&rest, "\n")))
		if (*name && fchownat(dir, name, owner, (gid_t)-1, AT_SYMLINK_NOFOLLOW) && errno != ENOENT)
			die(name, "give the cgroup's file to user %u:", owner);
}
