/* SPDX-License-Identifier: MIT */
/* Names of kernel parameters, and which namespaces they belong to. */
#ifndef SYSCTL_H
#define SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

/* key as a path below /proc/sys, in path. As sysctl(8) has it: whichever of "." and "/" comes first separates, and the
 * other is a part of the name, "net/ipv4/conf/eth0.100/forwarding". false: it is none, has empty parts, or would
 * lead elsewhere. */
bool sysctl_path(const char *key, char *path, size_t size);
/* The type, as linux.namespaces has it, of the namespace that the parameter at that path is one of; NULL: of none, so it
 * would change the host. */
const char *sysctl_namespace(const char *path);
#endif
