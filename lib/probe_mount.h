/* SPDX-License-Identifier: MIT */
/* The parts of lib/probe.c, for a process that is a probe's. */
#ifndef PROBE_MOUNT_H
#define PROBE_MOUNT_H

#include "probe.h"

/* Yes; or no, with errno as the detail. */
enum answer probe_result(bool there);
/* Unknown, for want of privilege. */
enum answer probe_unprivileged(void);
/* Whether this process has CAP_SYS_ADMIN. */
bool probe_privileged(void);
/* Goes to a user namespace with the caller as its root; false and errno. */
bool probe_user(void);

/* lib/probe_mount.c: a /proc of a new pid namespace; an overlay, argument "user": in a user namespace; a mount of the working directory with
 * mapped ids; a root that pivot_root(2) leaves. */
enum answer probe_proc(const char *argument);
enum answer probe_overlay(const char *argument);
enum answer probe_idmap(const char *argument);
enum answer probe_root(const char *argument);

/* lib/probe_cgroup.c: clone3(2) into a cgroup, which is none; a filter of devices; the hierarchies, or those in which this user
 * may make a cgroup, at the root or below its own. */
enum answer probe_clone(const char *argument);
enum answer probe_bpf(const char *argument);
enum answer probe_cgroups(bool writable);
#endif
