/* SPDX-License-Identifier: MIT */
/* oci-netdev: move devices of the network into a container's network namespace, then go on.
 *
 * Outside, behind oci-ns -l, which has made the namespace, and before the hooks: they and all behind
 * them find the devices there. It takes CAP_NET_ADMIN on both sides.
 * schema: namespaces
 */
#include <sched.h>

#include "config.h"
#include "netlink.h"
#include "ns.h"

struct device {
	const char *name, *inside;      /* here, and there; inside may have a "%d" */
	int index;
};

/* The two namespaces. */
struct sides {
	int here, there;        /* sockets */
	int ns;                 /* there, as a descriptor */
};

/* A socket of the network namespace at ns. Made by this process, which comes back: what a socket
 * belongs to is settled when it is made. */
static int
open_there(int ns)
{
	autofd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int sock;

	if (own < 0)
		die("/proc/self/ns/net", "open");
	if (setns(ns, CLONE_NEWNET))
		die(NULL, "enter the container's network namespace");
	sock = netlink_open();
	if (setns(own, CLONE_NEWNET))
		die(NULL, "leave the container's network namespace");
	return sock;
}

static const struct link *
link_named(const struct link *links, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(links[i].name, name))
			return links + i;
	return NULL;
}

/* Before the first is moved: each must be here, and its name free there. */
static void
find(struct device *device, const struct sides *sides)
{
	size_t here, there;
	autofree struct link *links = netlink_links(sides->here, &here), *others = netlink_links(sides->there, &there);
	const struct link *link = link_named(links, here, device->name);

	if (!link)
		fail(ST_KERNEL, device->name, "no such device of the network");
	if (link_named(others, there, device->inside))
		fail(ST_KERNEL, device->inside, "the container's network has a device of that name");
	device->index = link->index;
}

/* The one that is new: the kernel may have changed name and number. */
static int
index_of_new(const struct sides *sides, const struct link *before, size_t count)
{
	size_t now;
	autofree struct link *links = netlink_links(sides->there, &now);

	for (size_t i = 0; i < now; i++) {
		bool known = false;

		for (size_t j = 0; j < count && !known; j++)
			known = before[j].index == links[i].index;
		if (!known)
			return links[i].index;
	}
	return -1;
}

static void
move(const struct device *device, const struct sides *sides)
{
	size_t addressed, linked;
	/* setting the device down, as the move does, takes addresses away */
	autofree struct address *addresses = netlink_addresses(sides->here, device->index, &addressed);
	autofree struct link *before = netlink_links(sides->there, &linked);
	int index;

	if (!netlink_move(sides->here, device->index, sides->ns, device->inside))
		die(device->name, "move network device");
	index = index_of_new(sides, before, linked);
	if (index < 0)
		fail(ST_KERNEL, device->name, "moved into the container's network, and not to be found there");
	for (size_t i = 0; i < addressed; i++)
		if (!netlink_address(sides->there, index, addresses + i))
			die(device->name, "restore the addresses of network device");
	if (!netlink_up(sides->there, index))
		die(device->name, "set up network device");
}

static struct device
parse(const char *text)
{
	size_t len = strcspn(text, "=");
	struct device device = { .name = xstrndup(text, len), .inside = text[len] && text[len + 1] ? text + len + 1 : NULL };

	if (!device.inside)
		device.inside = device.name;

	if (!*device.name || len > 15 || !*device.inside || strlen(device.inside) > 15)
		fail(ST_USAGE, text, "not DEVICE or DEVICE=NAME, of at most 15 bytes each");
	return device;
}

static size_t
from_config(struct device *devices, const struct config *config, int map)
{
	size_t n = 0;

	for (int node = json_first(config->json, map); node >= 0; node = json_next(config->json, node)) {
		const char *name = json_key(config->json, node), *inside = config_string(config, node, "name");

		devices[n++] = (struct device){ .name = name, .inside = inside && *inside ? inside : name };
	}
	return n;
}

/* The network namespace that the container joins, or NULL: its process may not have done so yet. */
static const char *
joined(const struct config *config)
{
	int list = config_node(config, 0, "linux.namespaces");

	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n))
		if (!strcmp(config_string(config, n, "type"), "network"))
			return config_namespace_path(config, n);
	return NULL;
}

/* The namespace at path, or that of the container's process. */
static int
open_namespace(const char *path)
{
	struct ns_plan plan = { 0 };
	size_t net = (size_t)(ns_named("net", 3) - ns_kinds);
	autofree char *own = xasprintf("/proc/%ld/ns/net", (long)chain.child);

	plan.join[net] = path ? path : own;
	ns_open(&plan);
	return plan.fd[net];
}

static void
move_all(struct device *devices, size_t count, const char *path)
{
	autofd int ns = open_namespace(path), here = netlink_open(), there = open_there(ns);
	struct sides sides = { here, there, ns };

	for (size_t i = 0; i < count; i++)
		find(devices + i, &sides);
	for (size_t i = 0; i < count; i++)
		move(devices + i, &sides);
}

char **
oci_netdev_main(int argc, char **argv)
{
	autofree struct device *devices = xcalloc((size_t)argc, sizeof(*devices)), *configured = NULL;
	const char *bundle = NULL, *path = NULL;
	size_t count = 0;
	int c;

	while ((c = getopt(argc, argv, "+b:d:n:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'd':
			devices[count++] = parse(optarg);
			break;
		case 'n':
			path = optarg;
			break;
		default:
			usage();
		}
	if (!bundle && !count)
		usage();
	if (bundle) {
		const struct config *config = config_load(bundle);
		int map = config_node(config, 0, "linux.netDevices");

		configured = xcalloc((size_t)json_count(config->json, map) + count, sizeof(*configured));
		memcpy(configured, devices, count * sizeof(*devices));
		count += from_config(configured + count, config, map);
		path = path ? path : joined(config);
	}
	if (!path && chain.child <= 0)
		fail(ST_USAGE, NULL, "not outside, in the braces of oci-ns: the namespace must be given (-n)");
	if (count)
		move_all(configured ? configured : devices, count, path);
	return argv + optind;
}
