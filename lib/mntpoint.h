/* SPDX-License-Identifier: MIT */
/* A mount that is asked for, and the place in the root directory it goes to. */
#ifndef MNTPOINT_H
#define MNTPOINT_H

#include "mntopt.h"

struct request {
	const char *type, *source, *base;       /* a relative source of a bind mount starts at base */
	const char *point;                      /* where, as the user wrote it */
	char *clean;                            /* path_clean(point) */
	bool in_host;                           /* the mount namespace is not the container's own */
	struct mount_options options;
};

/* Type bind without the option is one too. */
bool request_is_bind(const struct request *request);
/* Whether it is a new mount of this type. */
bool request_is(const struct request *request, const char *type);
/* Whether something may be put there, as the path is written; before the mount point is made. Dies. */
void request_check_place(const struct request *request);
/* The mount point inside root as O_PATH, made where missing. source: what is bound there, or -1. Dies, also
 * where no mount may be: on the root, inside /proc, on a symlink for proc and sysfs. */
int request_target(int root, const struct request *request, bool directory, int source);
/* For each of count requests, whether a later one's place is below its own, as the paths are written. Takes n log n
 * steps for n requests. The caller frees it. */
bool *requests_above(const struct request *list, size_t count);
#endif
