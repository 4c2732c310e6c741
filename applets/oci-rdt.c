/* SPDX-License-Identifier: MIT */
/* oci-rdt: give a container its share of processor caches and memory bandwidth, through resctrl.
 *
 * create before the container's process, attach in that process before oci-rootfs, behind which /sys is the
 * container's; delete when no process is left.
 * schema: machine
 */
#include <sys/stat.h>

#include "config.h"
#include "mnt.h"
#include "resctrl.h"
#include "state.h"

/* The container's group, and with monitoring one more in it; an entry's file "rdt" has a line for each:
 *	made|found	path
 * written before they are made. */
struct group {
	bool made;
	char *path;
};

struct request {
	const char *bundle, *id, *clos, *mount;
	const char **schemata;
	size_t count;
	bool monitor;
	int entry;
};

static char *
mount_point(const struct request *request)
{
	size_t count;
	autofree char *text = NULL;
	autofree struct mountinfo *list = NULL;

	if (request->mount)
		return xstrdup(request->mount);
	list = mountinfo_read(&text, &count);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].type, "resctrl"))
			return xstrdup(list[i].point);
	fail(ST_UNSUPPORTED, "linux.intelRdt", "resctrl is not mounted (mount -t resctrl resctrl /sys/fs/resctrl)");
}

static struct group *
groups_of(int entry, size_t *count)
{
	autofd int fd = openat(entry, "rdt", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct group *groups = xcalloc(2, sizeof(*groups));
	char *text, *line;

	*count = 0;
	if (fd < 0 && errno != ENOENT)
		die("rdt", "open the entry's file");
	if (fd < 0)
		return groups;
	text = read_all(fd, 1 << 16, NULL, "rdt");
	while ((line = strsep(&text, "\n")) && *line && *count < 2) {
		const char *made = strsep(&line, "\t");

		if (!line || *line != '/')
			fail(ST_STATE, "rdt", "the entry's file is corrupt");
		groups[(*count)++] = (struct group){ !strcmp(made, "made"), line };
	}
	return groups;
}

static void
make(const struct group *group)
{
	if (group->made && mkdir(group->path, 0755) && errno != EEXIST)
		die(group->path, "make the group of resctrl");
}

static void
create(const struct request *request)
{
	autofree char *mount = mount_point(request), *text = NULL;
	const char *name = request->clos ? request->clos : request->id;
	struct group group = { .path = strcmp(name, "/") ? xasprintf("%s/%s", mount, name) : xstrdup(mount) };
	struct group monitor = { .made = true, .path = xasprintf("%s/mon_groups/%s", group.path, request->id) };
	autofd int root = resctrl_open(mount), dir = resctrl_open(group.path);

	if (root < 0)
		die(mount, "open");
	group.made = dir < 0;
	if (group.made && request->clos && request->count == 0)
		fail(ST_CONFIG, group.path, "there is no such group, and no schemata to make one with");
	text = request->monitor ? xasprintf("%s\t%s\nmade\t%s\n", group.made && !request->clos ? "made" : "found", group.path, monitor.path)
				: xasprintf("%s\t%s\n", group.made && !request->clos ? "made" : "found", group.path);
	if (state_put(request->entry, "rdt", 0600, text, strlen(text)))
		die("rdt", "write the entry's file");
	make(&group);
	if (request->count > 0 && (group.made || !request->clos)) {
		resctrl_set(mount, group.path, request->schemata, request->count);
	} else if (request->count > 0) {
		const char *other = resctrl_differs(group.path, request->schemata, request->count);

		if (other)
			fail(ST_CONFIG, group.path, "the group is there with other schemata than %s", other);
	}
	if (request->monitor)
		make(&monitor);
}

static void
attach(const struct group *groups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		autofd int dir = resctrl_open(groups[i].path);

		/* 0 is the one who writes */
		if (dir < 0 || !resctrl_write(dir, "tasks", "0"))
			die(groups[i].path, "move process to");
	}
}

/* The one inside first. */
static void
end(const struct request *request, const struct group *groups, size_t count)
{
	for (size_t i = count; i-- > 0;)
		if (groups[i].made && rmdir(groups[i].path) && errno != ENOENT)
			die(groups[i].path, "remove");
	if (count > 0 && unlinkat(request->entry, "rdt", 0) && errno != ENOENT)
		die("rdt", "remove the entry's file");
}

static void
add(struct request *request, const char *line)
{
	request->schemata[request->count++] = line;
}

/* The schemata in the order of the specification; false: there is no linux.intelRdt. */
static bool
configure(struct request *request)
{
	const struct config *config = config_load(request->bundle);
	int node = config_node(config, 0, "linux.intelRdt");
	const char *l3 = config_string(config, node, "l3CacheSchema"), *mb = config_string(config, node, "memBwSchema");
	autofree const char **lines = config_strings(config, node, "schemata");
	size_t n = 2;

	if (node < 0)
		return false;
	while (lines && lines[n - 2])
		n++;
	request->schemata = xcalloc(n, sizeof(*request->schemata));
	if (l3 && *l3)
		add(request, l3);
	if (mb && *mb)
		add(request, mb);
	for (size_t i = 0; lines && lines[i]; i++)
		add(request, lines[i]);
	request->clos = config_string(config, node, "closID");
	if (request->clos && !*request->clos)
		request->clos = NULL;
	request->monitor = config_bool(config, node, "enableMonitoring", false);
	return true;
}

static void
set(const struct request *request, const char *path)
{
	autofree char *mount = mount_point(request);

	resctrl_set(mount, path, request->schemata, request->count);
}

static void
run(struct request *request, const char *action)
{
	size_t count;
	autofree struct group *groups = NULL;

	if (!strcmp(action, "create")) {
		create(request);
		return;
	}
	groups = groups_of(request->entry, &count);
	if (!strcmp(action, "attach"))
		attach(groups, count);
	else if (!strcmp(action, "delete"))
		end(request, groups, count);
	else if (count == 0)
		fail(ST_STATE, request->id, "the container has no group of resctrl");
	else
		set(request, groups[0].path);
}

char **
oci_rdt_main(int argc, char **argv)
{
	struct request request = { .schemata = xcalloc((size_t)argc, sizeof(*request.schemata)), .entry = -1 };
	autofd int own = -1;
	const char *action;
	bool explicit = false;
	int c;

	while ((c = getopt(argc, argv, "+b:c:i:mM:s:")) != -1)
		switch (c) {
		case 'b':
			request.bundle = optarg;
			break;
		case 'c':
			request.clos = optarg;
			explicit = true;
			break;
		case 'i':
			request.id = optarg;
			break;
		case 'm':
			request.monitor = explicit = true;
			break;
		case 'M':
			request.mount = optarg;
			break;
		case 's':
			add(&request, optarg);
			explicit = true;
			break;
		default:
			usage();
		}
	argv += optind;
	action = argv[0];
	if (!action || !request.id || (request.bundle && explicit) ||
	    (strcmp(action, "create") && strcmp(action, "attach") && strcmp(action, "set") && strcmp(action, "delete")) ||
	    (!strcmp(action, "set") && request.count == 0))
		usage();
	/* most have none: then this is all there is to do */
	if (request.bundle && !configure(&request))
		return argv + 1;

	state_check_id(request.id);
	request.entry = chain.entry;
	if (request.entry < 0)
		request.entry = own = state_entry(request.id);
	run(&request, action);
	return argv + 1;
}
