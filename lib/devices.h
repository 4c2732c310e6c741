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
	int node;               /* its place in the configuration; -1: a rule that is always added */
};

/* lib/devices.c: applies linux.resources.devices to the cgroup that can enforce it: the v1 hierarchy of devices, or
 * else v2. None at all is an error, except for an ordinary user, whom the kernel lets do neither. */
void devices_apply(const struct config *config, const struct cgroup *groups, size_t count);

/* lib/devfilter.c: attaches a program with these rules to a v2 cgroup's directory; false and errno. It stays until
 * the cgroup goes. */
bool devfilter_attach(int dir, const struct device_rule *rules, size_t count);
#endif
