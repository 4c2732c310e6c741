/* SPDX-License-Identifier: MIT */
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>

#include "config.h"
#include "ns.h"

#define NSFS_MAGIC 0x6e736673
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

const struct ns_kind ns_kinds[NS_COUNT] = {
	{ "user", "user", CLONE_NEWUSER, 0 },
	{ "ipc", "ipc", CLONE_NEWIPC, 'i' },
	{ "uts", "uts", CLONE_NEWUTS, 'u' },
	{ "network", "net", CLONE_NEWNET, 'n' },
	{ "cgroup", "cgroup", CLONE_NEWCGROUP, 'C' },
	{ "time", "time", CLONE_NEWTIME, 0 },
	{ "pid", "pid", CLONE_NEWPID, 'p' },
	{ "mount", "mnt", CLONE_NEWNS, 'm' },
};

static bool
same(const char *name, const char *word, size_t len)
{
	return strlen(name) == len && !memcmp(name, word, len);
}

const struct ns_kind *
ns_named(const char *name, size_t len)
{
	for (size_t i = 0; i < NS_COUNT; i++)
		if (same(ns_kinds[i].type, name, len) || same(ns_kinds[i].file, name, len))
			return &ns_kinds[i];
	return NULL;
}

unsigned long
ns_list(const char *list)
{
	unsigned long flags = 0;

	for (const char *at = list;; at++) {
		size_t len = strcspn(at, ",");
		const struct ns_kind *kind = ns_named(at, len);

		if (!kind)
			fail(ST_USAGE, list, "no such type of namespace: \"%.*s\"", (int)len, at);
		flags |= kind->flag;
		at += len;
		if (!*at)
			return flags;
	}
}

void
ns_from_config(struct ns_plan *plan, const char *bundle, unsigned long only)
{
	const struct config *config = config_load(bundle);
	int list = config_node(config, 0, "linux.namespaces");

	for (int node = json_first(config->json, list); node >= 0; node = json_next(config->json, node)) {
		const char *type = config_string(config, node, "type");
		const char *path = config_string(config, node, "path");
		const struct ns_kind *kind = ns_named(type, strlen(type));

		if (!kind)
			config_fail(config, node, ST_CONFIG, "no such type of namespace: \"%s\"", type);
		if (!(kind->flag & only))
			continue;
		if (!kind->letter)
			config_fail(config, node, ST_UNSUPPORTED, "a %s namespace is not supported yet", type);
		if (path && *path != '/')
			config_fail(config, node, ST_CONFIG, "the path must be absolute");
		if (path)
			plan->join[kind - ns_kinds] = path;
		else
			plan->make |= kind->flag;
	}
}

char *
ns_names(unsigned long flags)
{
	char *names = xasprintf("%s", "");

	for (size_t i = 0; i < NS_COUNT; i++)
		if (flags & ns_kinds[i].flag) {
			autofree char *was = names;

			names = xasprintf("%s%s%s", was, *was ? "," : "", ns_kinds[i].type);
		}
	return names;
}

void
ns_open(struct ns_plan *plan)
{
	for (size_t i = 0; i < NS_COUNT; i++) {
		const char *path = plan->join[i];
		struct statfs fs;
		autofree char *name = NULL;
		int type;

		plan->fd[i] = -1;
		if (!path)
			continue;
		if (plan->make & ns_kinds[i].flag)
			fail(ST_USAGE, path, "a %s namespace cannot be both new and joined", ns_kinds[i].type);
		if (*path != '/')
			fail(ST_USAGE, path, "the path of a namespace must be absolute");
		/* not blocking: the path may be a fifo's */
		plan->fd[i] = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (plan->fd[i] < 0)
			die(path, "open the %s namespace", ns_kinds[i].type);
		if (fstatfs(plan->fd[i], &fs))
			die(path, "examine");
		if ((unsigned long)fs.f_type != NSFS_MAGIC)
			fail(ST_CONFIG, path, "not a namespace");
		type = ioctl(plan->fd[i], NS_GET_NSTYPE);
		if (type < 0)
			die(path, "get the namespace type of");
		name = ns_names((unsigned long)type);
		if ((unsigned long)type != ns_kinds[i].flag)
			fail(ST_CONFIG, path, "a %s namespace, not %s", name, ns_kinds[i].type);
	}
}

void
ns_join(struct ns_plan *plan, unsigned long which)
{
	for (size_t i = 0; i < NS_COUNT; i++) {
		if (plan->fd[i] < 0 || !(ns_kinds[i].flag & which))
			continue;
		if (setns(plan->fd[i], (int)ns_kinds[i].flag))
			die(plan->join[i], "join the %s namespace", ns_kinds[i].type);
		close_fd(&plan->fd[i]);
		plan->fd[i] = -1;
	}
}

void
ns_loopback_up(void)
{
	/* any socket does for an interface's flags, and a kernel may lack AF_INET */
	autofd int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo" };

	if (sock < 0)
		die(NULL, "make a socket");
	if (ioctl(sock, SIOCGIFFLAGS, &lo))
		die("lo", "get the flags of");
	lo.ifr_flags |= IFF_UP;
	if (ioctl(sock, SIOCSIFFLAGS, &lo))
		die("lo", "bring up");
}
