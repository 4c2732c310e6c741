/* SPDX-License-Identifier: MIT */
/* oci-cgroup: make a cgroup, enter it, kill what is in it, or remove it.
 *
 * create before oci-ns, which can clone the container's first process right into the v2 cgroup. attach in
 * that process before oci-ns unshares the cgroup namespace: the cgroup it is in then becomes the namespace's
 * root; and before oci-rootfs, behind which /sys/fs/cgroup is the container's. kill before delete.
 */
#include "cgroup.h"
#include "config.h"
#include "devices.h"
#include "ocibox.h"
#include "state.h"

struct request {
	const char *bundle, *id, *path, *action;
	bool forgive;
	pid_t pid;
};

static char *
path_of(const struct request *request, const struct config *config)
{
	const char *path = request->path;

	if (!path && config)
		path = config_string(config, 0, "linux.cgroupsPath");
	if (path && *path)
		return cgroup_path(path);
	return xasprintf("/ocibox/%s", request->id);
}

static void
create(const struct request *request, int entry)
{
	const struct config *config = request->bundle ? config_load(request->bundle) : NULL;
	autofree char *path = path_of(request, config);
	size_t count;
	autofree struct cgroup *groups = cgroup_everywhere(path, &count);

	if (entry >= 0 && getenv("OCIBOX_SYSTEMD_CGROUP"))
		fail(ST_UNSUPPORTED, "--systemd-cgroup", "cgroups are made without systemd only");
	cgroup_make(groups, &count, entry);
	if (config)
		devices_apply(config, groups, count);
}

static void
act(const struct request *request, struct cgroup *groups, size_t count)
{
	size_t there = 0;

	if (request->path)
		for (size_t i = 0; i < count; i++) {
			autofd int dir = cgroup_open(&groups[i]);

			/* whoever names a path means the cgroup there, whoever made it */
			groups[i].made = dir >= 0;
			there += dir >= 0;
		}
	if (request->path && !there)
		fail(ST_KERNEL, request->path, "no such cgroup");
	if (!strcmp(request->action, "attach")) {
		(void)cgroup_attach(groups, count, request->pid, request->path);
		return;
	}
	if (count > 0 && !groups[0].path[1])
		fail(ST_USAGE, groups[0].path, "the root of all cgroups cannot be ended");
	if (!strcmp(request->action, "kill"))
		cgroup_kill(groups, count);
	else
		(void)cgroup_delete(groups, count);
}

static bool
is_action(const char *word)
{
	return word && (!strcmp(word, "create") || !strcmp(word, "attach") || !strcmp(word, "kill") || !strcmp(word, "delete"));
}

char **
oci_cgroup_main(int argc, char **argv)
{
	struct request request = { 0 };
	autofree struct cgroup *groups = NULL;
	autofd int entry = -1;
	size_t count;
	int c;

	while ((c = getopt(argc, argv, "+b:fi:p:P:")) != -1)
		switch (c) {
		case 'b':
			request.bundle = optarg;
			break;
		case 'f':
			request.forgive = true;
			break;
		case 'i':
			request.id = optarg;
			break;
		case 'p':
			request.path = optarg;
			break;
		case 'P':
			request.pid = (pid_t)number(optarg, 1, INT32_MAX, "process number");
			break;
		default:
			usage();
		}
	argv += optind;
	request.action = argv[0];
	if (!is_action(argv[0]) || !request.id == !request.path || (request.path && !*request.path) ||
	    (request.bundle && strcmp(argv[0], "create")) || (request.pid && strcmp(argv[0], "attach")))
		usage();

	if (request.id) {
		state_check_id(request.id);
		entry = state_open(request.id);
		if (entry < 0)
			fail(ST_NO_CONTAINER, request.id, "container does not exist");
	}
	if (!strcmp(argv[0], "create")) {
		create(&request, entry);
		return argv + 1;
	}
	if (request.id) {
		groups = cgroup_of_entry(entry, request.forgive, &count);
		if (!groups && !strcmp(argv[0], "attach"))
			fail(ST_STATE, request.id, "no cgroup was made for this container");
	} else {
		autofree char *path = cgroup_path(request.path);

		groups = cgroup_everywhere(path, &count);
	}
	act(&request, groups, count);
	if (request.id && !strcmp(argv[0], "delete") && unlinkat(entry, "cgroup", 0) && errno != ENOENT)
		die("cgroup", "remove the entry's file");
	return argv + 1;
}
