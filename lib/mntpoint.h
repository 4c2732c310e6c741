/* SPDX-License-Identifier: MIT */
/* A mount that is asked for, and the place in the root directory it goes to. */
#ifndef MNTPOINT_H
#define MNTPOINT_H

#include "idmap.h"
#include "mntopt.h"

/* The flags that say what mount(2) is to do, and not what the mount is to be. */
#define OF_THE_CALL (MS_BIND | MS_REC | MS_REMOUNT)

struct request {
	const char *type, *source, *base;       /* a relative source of a bind mount starts at base */
	const char *point;                      /* where, as the user wrote it */
	char *clean;                            /* path_clean(point) */
	bool in_host;                           /* the mount namespace is not the container's own */
	char *overlay;                          /* of a bind mount: where what is written goes; NULL: to the source */
	bool overlay_named;                     /* that is meant for this one, not for all directories */
	bool asked;                             /* the process outside is asked for the source, and knows the maps of the container */
	const char *label;                      /* linux.mountLabel; NULL: none */
	struct mount_options options;
	struct idmap uids, gids;                /* of a bind mount with mapped ids; none: those of the container's user namespace */
};

/* lib/mntrequest.c */

/* The element of config.json's mounts that node is. Dies, with its place, when it cannot be. */
void request_read(struct request *request, const struct config *config, int node);
/* The options of -o, separated by commas. Dies. */
void request_parse(struct request *request, const char *options);
/* Frees what these have allocated. */
void request_free(struct request *request);
/* Whether it is to have mapped ids. */
bool request_is_mapped(const struct request *request);

/* lib/mntnew.c */

/* Makes a new mount of any type inside root. Dies. */
void request_mount(int root, const struct request *request);
/* The same, detached: not of a type that shows namespaces of who mounts it. Returns its descriptor. Dies. */
int request_make(int root, const struct request *request);
/* Dies when the configuration has a linux.mountLabel and the kernel no SELinux in force. */
void request_check_label(const struct config *config);

/* lib/mntpoint.c */


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
/* Whether what is asked to be read-only has to stay writable until oci-mkdev and the later mounts are done:
 * /dev, where nodes are made, every tmpfs, and what later mount points are in (above) but for the kernel's own. */
bool request_waits(const struct request *request, bool above);
#endif
