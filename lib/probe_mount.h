/* SPDX-License-Identifier: MIT */
/* Of lib/probe.c: the probes of mounts, and what they share with the others. All for a process that is a probe's. */
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

/* A /proc of a new pid namespace; an overlay, argument "user": in a user namespace; a mount of the working directory with
 * mapped ids; a root that pivot_root(2) leaves. */
enum answer probe_proc(const char *argument);
enum answer probe_overlay(const char *argument);
enum answer probe_idmap(const char *argument);
enum answer probe_root(const char *argument);
#endif
