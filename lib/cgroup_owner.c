/* SPDX-License-Identifier: MIT */
/* The v2 cgroup of a container that may manage it itself. config-linux.md, Cgroup ownership. */
#include "cgroup.h"
#include "idmap.h"
#include "proc.h"

/* Whether the container gets a cgroup namespace of its own and /sys/fs/cgroup to write to. */
static bool
wanted(const struct config *config)
{
	int list = config_node(config, 0, "linux.namespaces"), mounts = config_node(config, 0, "mounts");
	bool own = false;

	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n)) {
		const char *type = config_string(config, n, "type");

		own = own || (type && !strcmp(type, "cgroup") && !config_namespace_path(config, n));
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

long long
cgroup_owner(const struct config *config)
{
	int64_t uid = config_int(config, 0, "process.user.uid", 0);
	struct idmap map = { 0 };
	uint32_t outside = (uint32_t)uid;

	if (!wanted(config))
		return -1;
	idmap_from_config(&map, config, config_node(config, 0, "linux.uidMappings"));
	if (map.count && !idmap_knows(&map, (uint32_t)uid, &outside))
		return -1;
	/* a user namespace without maps has its maker for root */
	if (!map.count && geteuid())
		outside = geteuid();
	free(map.list);
	return outside;
}

void
cgroup_give(const struct cgroup *group, uid_t owner)
{
	/* the files that are safe to give away are the kernel's to tell; these are of the kernels that do not */
	autofree char *listed = NULL;
	char *rest, *name;
	autofd int dir = -1, fd = -1;

	if (owner == geteuid())
		return;
	fd = proc_try_open("/sys/kernel/cgroup/delegate", O_RDONLY);
	listed = fd < 0 ? xstrdup("cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n")
			: read_all(fd, 1 << 16, NULL, "/sys/kernel/cgroup/delegate");
	rest = listed;
	dir = cgroup_open(group);
	if (dir < 0 || fchown(dir, owner, (gid_t)-1))
		die(group->path, "give the cgroup to user %u:", owner);
	while ((name = strsep(&rest, "\n")))
		if (*name && fchownat(dir, name, owner, (gid_t)-1, AT_SYMLINK_NOFOLLOW) && errno != ENOENT)
			die(name, "give the cgroup's file to user %u:", owner);
}
