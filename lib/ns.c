/* SPDX-License-Identifier: MIT */
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "compat.h"
#include "config.h"
#include "ns.h"
#include "sysctl.h"
#include "user.h"

#define NSFS_MAGIC 0x6e736673

const struct ns_kind ns_kinds[NS_COUNT] = {
	{ "user", "user", CLONE_NEWUSER, 'U' },
	{ "ipc", "ipc", CLONE_NEWIPC, 'i' },
	{ "uts", "uts", CLONE_NEWUTS, 'u' },
	{ "network", "net", CLONE_NEWNET, 'n' },
	{ "cgroup", "cgroup", CLONE_NEWCGROUP, 'C' },
	{ "time", "time", CLONE_NEWTIME, 'T' },
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

/* An id of the process that is nobody's in there. */
static void
check_mapped(const struct config *config, const struct idmap *map, int node, const char *where)
{
	uint64_t id;
	uint32_t outside;

	if (json_uint(config->json, node, &id) && !idmap_knows(map, (uint32_t)id, &outside))
		config_fail(config, node, ST_CONFIG, "linux.%s has no such id", where);
}

void
ns_map_self(struct ns_plan *plan)
{
	idmap_add_range(&plan->uids, 0, geteuid(), 1);
	idmap_add_range(&plan->gids, 0, getegid(), 1);
}

static void
maps_from_config(struct ns_plan *plan, const struct config *config, int node)
{
	int uids = config_node(config, 0, "linux.uidMappings"), gids = config_node(config, 0, "linux.gidMappings");

	idmap_from_config(&plan->uids, config, uids);
	idmap_from_config(&plan->gids, config, gids);
	if (!plan->uids.count != !plan->gids.count)
		config_fail(config, node, ST_CONFIG, "a new user namespace needs both linux.uidMappings and linux.gidMappings, or neither");
	if (!plan->uids.count)
		ns_map_self(plan);
	check_mapped(config, &plan->uids, config_node(config, 0, "process.user.uid"), "uidMappings");
	check_mapped(config, &plan->gids, config_node(config, 0, "process.user.gid"), "gidMappings");
	gids = config_node(config, 0, "process.user.additionalGids");
	for (int n = json_first(config->json, gids); n >= 0; n = json_next(config->json, n))
		check_mapped(config, &plan->gids, n, "gidMappings");
}

static void
add_offset(struct ns_plan *plan, const char *clock, long long seconds, unsigned long nanoseconds)
{
	autofree char *was = plan->offsets;
	/* by number: before 5.7 the kernel does not know their names */
	bool boottime = !strcmp(clock, "boottime");

	plan->offsets = xasprintf("%s%d %lld %lu\n", was ? was : "", boottime ? CLOCK_BOOTTIME : CLOCK_MONOTONIC, seconds, nanoseconds);
}

void
ns_offset(struct ns_plan *plan, const char *text)
{
	size_t len = strcspn(text, "="), digits;
	autofree char *clock = xstrndup(text, len), *seconds = NULL;
	const char *fraction;
	char nanoseconds[] = "000000000";

	if (!text[len] || (strcmp(clock, "monotonic") && strcmp(clock, "boottime")))
		fail(ST_USAGE, text, "must be monotonic=SECONDS or boottime=SECONDS");
	text += len + 1;
	seconds = xstrndup(text, strcspn(text, "."));
	fraction = text + strlen(seconds) + (text[strlen(seconds)] == '.');
	digits = strspn(fraction, "0123456789");
	if (fraction[digits] || digits > 9)
		fail(ST_USAGE, text, "not seconds with at most nine digits behind the point");
	memcpy(nanoseconds, fraction, digits);
	add_offset(plan, clock, number(seconds, INT64_MIN, INT64_MAX, "number of seconds"), strtoul(nanoseconds, NULL, 10));
}

static void
offsets_from_config(struct ns_plan *plan, const struct config *config)
{
	int map = config_node(config, 0, "linux.timeOffsets");

	for (int n = json_first(config->json, map); n >= 0; n = json_next(config->json, n))
		add_offset(plan, json_key(config->json, n), config_int(config, n, "secs", 0),
			   (unsigned long)config_uint(config, n, "nanosecs", 0));
}

void
ns_from_config(struct ns_plan *plan, const char *bundle, unsigned long only)
{
	const struct config *config = config_load(bundle);
	int list = config_node(config, 0, "linux.namespaces");

	plan->keep_groups = user_keeps_groups(config);
	for (int node = json_first(config->json, list); node >= 0; node = json_next(config->json, node)) {
		const char *type = config_string(config, node, "type");
		const char *path = config_namespace_path(config, node);
		const struct ns_kind *kind = ns_named(type, strlen(type));

		if (!kind)
			config_fail(config, node, ST_CONFIG, "no such type of namespace: \"%s\"", type);
		if (!(kind->flag & only))
			continue;
		if (path && *path != '/')
			config_fail(config, node, ST_CONFIG, "the path must be absolute");
		if (path)
			plan->join[kind - ns_kinds] = path;
		else
			plan->make |= kind->flag;
		if (!path && kind->flag == CLONE_NEWUSER)
			maps_from_config(plan, config, node);
		if (!path && kind->flag == CLONE_NEWTIME)
			offsets_from_config(plan, config);
	}
}

char *
ns_names(unsigned long flags)
{
	char *names = xstrdup("");

	for (size_t i = 0; i < NS_COUNT; i++)
		if (flags & ns_kinds[i].flag) {
			autofree char *was = names;

			names = xasprintf("%s%s%s", was, *was ? "," : "", ns_kinds[i].type);
		}
	return names;
}

/* Whether the namespace at fd is the one of this process. */
static bool
is_own(int fd, const struct ns_kind *kind)
{
	autofree char *path = xasprintf("/proc/self/ns/%s", kind->file);
	struct stat own, other;

	return !stat(path, &own) && !fstat(fd, &other) && own.st_dev == other.st_dev && own.st_ino == other.st_ino;
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
		plan->own |= is_own(plan->fd[i], &ns_kinds[i]) ? ns_kinds[i].flag : 0;
		/* setns(2) refuses the user namespace we are in already */
		if (plan->own & ns_kinds[i].flag & CLONE_NEWUSER) {
			close_fd(&plan->fd[i]);
			plan->fd[i] = -1;
			plan->join[i] = NULL;
		}
	}
}

/* What would be set in a namespace that the configuration says to join, and that is the host's. */
static void
check_foreign(const struct ns_plan *plan, const struct config *config, int node, const char *type)
{
	if (node >= 0 && type && plan->own & ns_named(type, strlen(type))->flag)
		config_fail(config, node, ST_CONFIG, "the %s namespace that is to be joined is the one of here: it would be changed", type);
}

void
ns_check_own(const struct ns_plan *plan, const struct config *config)
{
	int map = config_node(config, 0, "linux.sysctl");
	char path[256];

	if (!plan->own)
		return;
	for (int n = json_first(config->json, map); n >= 0; n = json_next(config->json, n))
		if (sysctl_path(json_key(config->json, n), path, sizeof(path)))
			check_foreign(plan, config, n, sysctl_namespace(path));
	check_foreign(plan, config, config_node(config, 0, "hostname"), "uts");
	check_foreign(plan, config, config_node(config, 0, "domainname"), "uts");
}

bool
ns_joins(const struct ns_plan *plan, unsigned long flag)
{
	for (size_t i = 0; i < NS_COUNT; i++)
		if (ns_kinds[i].flag == flag)
			return plan->join[i];
	return false;
}

/* Joins that one, and closes it. later: not when it takes privileges that joining the user namespace may give. */
static void
join_one(struct ns_plan *plan, size_t i, bool later)
{
	unsigned long flag = ns_kinds[i].flag;

	if (plan->fd[i] < 0)
		return;
	if (setns(plan->fd[i], (int)flag)) {
		if (errno == EPERM && later)
			return;
		die(plan->join[i], "join the %s namespace", ns_kinds[i].type);
	}
	if (flag == CLONE_NEWNS)
		mounts_forget();
	close_fd(&plan->fd[i]);
	plan->fd[i] = -1;
}

void
ns_join(struct ns_plan *plan)
{
	bool user = ns_joins(plan, CLONE_NEWUSER);
	size_t first = (size_t)(ns_named("user", 4) - ns_kinds);

	/* before the first is joined, whose processes are not all our friends */
	if (user || ns_joins(plan, CLONE_NEWPID))
		ns_undumpable();
	for (size_t i = 0; i < NS_COUNT; i++)
		if (i != first)
			join_one(plan, i, user);
	if (!user)
		return;
	join_one(plan, first, false);
	/* a change of credentials may set it to fs.suid_dumpable */
	ns_undumpable();
	for (size_t i = 0; i < NS_COUNT; i++)
		join_one(plan, i, false);
}
