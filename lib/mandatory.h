/* SPDX-License-Identifier: MIT */
/* The mounts that gVisor's runsc gives every container, whatever its configuration has. */
#ifndef MANDATORY_H
#define MANDATORY_H

#include "config.h"

enum { MANDATORY_COUNT = 5 };

/* In the order in which they are mounted. */
extern const struct mandatory {
	const char *point, *type, *options;
} mandatory_mounts[MANDATORY_COUNT];

/* Whether the i-th is to be mounted in directory root (O_PATH): config (NULL: none) has no mount there, no bind mount at
 * /dev where it is /dev/pts, and the image nothing in it where it is /tmp. */
bool mandatory_wanted(int root, const struct config *config, size_t i);
/* Mounts those that are wanted: with late false before all mounts of config; with late true behind them, /dev/pts where
 * /dev is the configuration's. Dies. */
void mandatory_mount(int root, const struct config *config, bool late);
#endif
