/* SPDX-License-Identifier: MIT */
/* oci-cgroup: make a cgroup, limit it, enter it, stop, count or kill what is in it, or remove it.
 *
 * create, with limits, before oci-ns, which can clone the container's first process right into the v2 cgroup.
 * attach in that process before oci-ns unshares the cgroup namespace: the cgroup it is in then becomes the namespace's
 * root; and before oci-rootfs, behind which /sys/fs/cgroup is the container's.
 * schema: namespaces process resources
 */
#include "cgroup.h"
#include "config.h"
#include "limit.h"
#include "ocibox.h"
#include "scope.h"
#include "state.h"
#include "stats.h"

struct request;

struct action {
	const char *name;
	bool takes_pid, takes_limits, needs_list, removes, kills, freezes;
	void (*run)(const struct request *request, struct cgroup *groups, size_t count);
	void (*begin)(const struct request *request);        /* instead of run: there are no cgroups yet */
};

struct request {
	const struct action *action;
	const char *bundle, *id, *path, *resources, *below;
	bool forgive, no_devices;
	pid_t pid;
	long long owner;        /* who gets a v2 cgroup; -1: nobody */
	int entry;              /* the container's, -1: none */
	struct { int letter; const char *value; } *limits;      /* -l, -a, -d, as they stand */
	size_t count;
};

static char *
path_of(const struct request *request, const struct config *config)
{
	const char *path = request->path;

	if (!path && config && scope_wanted()) {
		struct scope scope = scope_of_config(config, request->id ? request->id : "");

		return scope_path(&scope);
	}
	if (!path && config)
		path = config_string(config, 0, "linux.cgroupsPath");
	if (path && *path)
		return cgroup_path(path);
	if (!request->id)
		fail(ST_USAGE, request->bundle, "its config.json has no linux.cgroupsPath");
	return xasprintf("/ocibox/%s", request->id);
}

/* Those of the configuration, and then those given by options, which win. */
static struct limits
limits_of(const struct request *request)
{
	const struct config *config = request->bundle ? config_load(request->bundle) : NULL;
	struct limits limits = { 0 };

	limits_wanted(&limits, config, request->resources);
	if (request->no_devices)
		limits.devices.count = 0;
	for (size_t i = 0; i < request->count; i++)
		if (request->limits[i].letter == 'l')
			limits_option(&limits, request->limits[i].value);
		else
			devices_option(&limits.devices, request->limits[i].letter == 'a', request->limits[i].value);
	return limits;
}

/* The caller's own are to do: --cgroup-manager disabled. */
static bool
unwanted(const struct request *request)
{
	return request->entry >= 0 && getenv("OCIBOX_NO_CGROUP");
}

/* The cgroups made, by systemd or without. */
static struct cgroup *
make(const struct request *request, const struct config *config, size_t *count)
{
	const char *configured = config && !request->path ? config_string(config, 0, "linux.cgroupsPath") : request->path;
	autofree char *path = NULL;
	struct cgroup *groups;

	if (request->entry >= 0 && scope_wanted())
		return scope_make(request->entry, config, request->id, request->pid ? request->pid : chain.child, count);
	path = path_of(request, config);
	groups = cgroup_everywhere(path, count);
	if (unwanted(request))
		*count = 0;
	if (request->entry >= 0 && !(configured && *configured == '/'))
		cgroup_delegated(groups, *count);
	cgroup_make(groups, count, request->entry, configured && *configured);
	return groups;
}

static void
create(const struct request *request)
{
	const struct config *config = request->bundle ? config_load(request->bundle) : NULL;
	size_t count;
	autofree struct cgroup *groups = make(request, config, &count);
	struct limits limits = limits_of(request);
	long long owner = config && request->owner < 0 ? cgroup_owner(config) : request->owner;
	bool fresh = true;

	if (unwanted(request))
		return;
	for (size_t i = 0; i < count; i++)
		fresh = fresh && groups[i].made;
	limits_apply(&limits, groups, count, fresh);
	scope_limits(request->entry, &limits, groups, count);
	for (size_t i = 0; owner >= 0 && i < count; i++)
		if (groups[i].at.v2 && groups[i].made)
			cgroup_give(&groups[i], (uid_t)owner);
}

static void
set(const struct request *request, struct cgroup *groups, size_t count)
{
	struct limits limits = limits_of(request);
	size_t there = 0;

	/* of a path, only where it is; of a container, all that was made */
	for (size_t i = 0; i < count; i++)
		if (request->id || groups[i].made)
			groups[there++] = groups[i];
	limits_apply(&limits, groups, there, false);
	scope_limits(request->entry, &limits, groups, there);
}

/* What systemd would be asked for. */
static void
print_unit(const struct request *request)
{
	scope_print(request->bundle ? config_load(request->bundle) : NULL, request->id ? request->id : "", request->pid);
}

static void
attach(const struct request *request, struct cgroup *groups, size_t count)
{
	if (request->below)
		cgroup_descend(request->below, groups, count);
	(void)cgroup_attach(groups, count, request->pid, request->id);
}

static void
end(const struct request *request, struct cgroup *groups, size_t count)
{
	cgroup_refuse_root(groups, count, "ended");
	if (!request->action->removes) {
		cgroup_kill(groups, count);
		return;
	}
	if (request->entry >= 0)
		scope_end(request->entry, groups, request->action->kills ? count : 0);
	(void)cgroup_delete(groups, count, request->action->kills);
}

static void
freeze(const struct request *request, struct cgroup *groups, size_t count)
{
	cgroup_refuse_root(groups, count, "frozen");
	cgroup_freeze(groups, count, request->action->freezes);
}

static void
list(const struct request *request, struct cgroup *groups, size_t count)
{
	size_t n;
	autofree pid_t *pids = cgroup_processes(groups, count, &n);

	(void)request;
	for (size_t i = 0; i < n; i++)
		printf("%d\n", (int)pids[i]);
}

static void
count_up(const struct request *request, struct cgroup *groups, size_t count)
{
	(void)request;
	stats_put(stdout, groups, count);
	putchar('\n');
}

static const struct action actions[] = {
	{ "create", .takes_pid = true, .takes_limits = true, .begin = create },
	{ "unit", .takes_pid = true, .takes_limits = true, .begin = print_unit },
	{ "set", .takes_limits = true, .needs_list = true, .run = set },
	{ "attach", .takes_pid = true, .needs_list = true, .run = attach },
	{ "freeze", .needs_list = true, .freezes = true, .run = freeze },
	{ "thaw", .needs_list = true, .run = freeze },
	{ "procs", .needs_list = true, .run = list },
	{ "stats", .needs_list = true, .run = count_up },
	{ "kill", .kills = true, .run = end },
	{ "delete", .removes = true, .run = end },
	{ "end", .removes = true, .kills = true, .run = end },
};

static const struct action *
action_named(const char *name)
{
	for (size_t i = 0; name && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i].name, name))
			return &actions[i];
	usage();
}

static char **
read_request(struct request *request, int argc, char **argv)
{
	const struct action *action;
	int c;

	while ((c = getopt(argc, argv, "+a:b:d:fi:l:np:P:r:s:u:")) != -1)
		switch (c) {
		case 'a':
		case 'd':
		case 'l':
			if (!request->limits)
				request->limits = xcalloc((size_t)argc, sizeof(*request->limits));
			request->limits[request->count].letter = c;
			request->limits[request->count++].value = optarg;
			break;
		case 'b':
			request->bundle = optarg;
			break;
		case 'f':
			request->forgive = true;
			break;
		case 'i':
			request->id = optarg;
			break;
		case 'n':
			request->no_devices = true;
			break;
		case 'p':
			request->path = optarg;
			break;
		case 'P':
			request->pid = (pid_t)number(optarg, 1, INT32_MAX, "process number");
			break;
		case 's':
			request->below = optarg;
			break;
		case 'r':
			request->resources = optarg;
			break;
		case 'u':
			request->owner = number(optarg, 0, UINT32_MAX - 1, "user id");
			break;
		default:
			usage();
		}
	argv += optind;
	action = request->action = action_named(argv[0]);
	if ((request->id && request->path && action->run) || (!request->id && !request->path && !request->bundle) || (request->path && !*request->path) ||
	    (request->bundle && (request->id || request->path) && !action->takes_limits) ||
	    ((request->resources || request->no_devices || request->count) && !action->takes_limits) ||
	    (request->pid && (!action->takes_pid || (action->begin && request->path))) ||
	    (request->below && (!action->takes_pid || action->begin)) || (request->owner >= 0 && action->begin != create))
		usage();
	return argv;
}

char **
oci_cgroup_main(int argc, char **argv)
{
	struct request request = { .entry = -1, .owner = -1 };
	autofree struct cgroup *groups = NULL;
	autofd int entry = -1;
	size_t count;

	argv = read_request(&request, argc, argv);
	if (request.id) {
		state_check_id(request.id);
		request.entry = entry = state_entry(request.id);
	}
	if (request.action->begin) {
		request.action->begin(&request);
		return argv + 1;
	}
	if (request.id) {
		groups = cgroup_of_entry(entry, request.forgive, &count);
	} else {
		autofree char *path = path_of(&request, request.bundle ? config_load(request.bundle) : NULL);

		groups = cgroup_existing(path, &count);
	}
	if (!groups && request.action->needs_list)
		fail(ST_STATE, request.id, "no cgroup was made for this container");
	request.action->run(&request, groups, count);
	if (request.id && request.action->removes && unlinkat(entry, "cgroup", 0) && errno != ENOENT)
		die("cgroup", "remove the entry's file");
	return argv + 1;
}
