/* SPDX-License-Identifier: MIT */
/* Which devices a cgroup's processes may make and open: rules in order, the last that matches decides
 * for each kind of access; what none matches is refused. */
#ifndef DEVICES_H
#define DEVICES_H

#include "cgroup.h"
#include "config.h"

enum { DEVICE_ANY = -1 };
enum { DEVICE_MKNOD = 1, DEVICE_READ = 2, DEVICE_WRITE = 4, DEVICE_ALL = 7 };   /* the kernel's BPF_DEVCG_ACC_* */

struct device_rule {
	bool allow;
	char type;              /* 'a' for both, 'b', 'c' */
	int64_t major, minor;   /* DEVICE_ANY */
	int access;             /* DEVICE_* */
	int node;               /* its place in the configuration; -1: an option, or a rule that is always added */
};

struct device_rules {
	const struct config *config;    /* where the nodes are */
	struct device_rule *list;
	size_t count;
};

/* What v1 makes of rules: one answer for every device, and exceptions from it. */
struct device_table {
	bool answer;
	struct device_rule *except;
	size_t count;
};

/* lib/devices.c */

/* Adds the rules of a list in the configuration, linux.resources.devices. */
void devices_config(struct device_rules *rules, const struct config *config, int list);
/* Adds a rule in the words of cgroup v1: "a", "c 1:3 rwm", "b *:* m". Dies with ST_USAGE. */
void devices_option(struct device_rules *rules, bool allow, const char *text);
/* The rules in force: those, and the lasting ones last; *count of them. */
struct device_rule *devices_all(const struct device_rules *rules, size_t *count);
/* Dies with what is wrong with a rule, at its place. */
_Noreturn void device_fail(const struct device_rules *rules, const struct device_rule *rule, int status, const char *reason);
/* The cgroup that can enforce rules: the v1 hierarchy of devices, or else v2; count: there is none. An ordinary user, whom
 * the kernel lets do neither, has to go without, and so has a machine without any cgroup; otherwise this dies. */
size_t devices_group(const struct device_rules *rules, const struct cgroup *groups, size_t count);
/* Applies them to the cgroup of devices_group(); false and errno, and then those of before stand. */
bool devices_apply(const struct device_rules *rules, const struct cgroup *group, bool fresh);

/* lib/devices_v1.c */

/* What the rules come to on v1. Dies when v1 cannot say it. */
struct device_table devices_table(const struct device_rules *rules);
/* Makes it so; false and errno. Devices allowed before and behind stay allowed in between. fresh: the cgroup is new, with
 * the rules of the one above it. */
bool devices_set_v1(const struct cgroup *group, const struct device_table *table, bool fresh);

/* lib/devfilter.c: attaches a program with these rules to a v2 cgroup's directory, in the place of an earlier one; false
 * and errno. It stays until the cgroup goes. */
bool devfilter_attach(int dir, const struct device_rule *rules, size_t count);
#endif
