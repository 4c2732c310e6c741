/* SPDX-License-Identifier: MIT */
/* The cgroup hierarchies of this machine, v1, v2 or both, read from mountinfo and /proc/self/cgroup. */
#ifndef CGROUP_H
#define CGROUP_H

#include "ocibox.h"

struct hierarchy {
	char *mount;            /* where it is mounted */
	char *controllers;      /* "cpu,cpuacct", "name=systemd"; "" for v2 */
	char *own;              /* this process's path in it, from /proc/self/cgroup */
	bool v2;
};

/* All mounted hierarchies; *count of them; none at all is no error. */
struct hierarchy *cgroup_hierarchies(size_t *count);
/* Whether the container of this entry is frozen, by the cgroup file of its entry. */
bool cgroup_frozen(int entry);
#endif
