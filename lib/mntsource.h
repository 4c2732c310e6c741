/* SPDX-License-Identifier: MIT */
/* What a bind mount is of. Where the container has a user namespace, its process cannot reach all sources of the host, nor
 * map ids: it asks the process outside, which has the host's rights. */
#ifndef MNTSOURCE_H
#define MNTSOURCE_H

#include "mntpoint.h"

struct source {
	int fd;                 /* O_PATH, or a detached mount; the caller's to close */
	bool detached;          /* that: with mapped ids */
};

/* The source of a bind mount. container: its user namespace, for ids mapped as that has them, or -1. Dies. */
struct source source_open(const struct request *request, int container);

/* Goes to a copy of this mount namespace, where what a container with that user namespace must keep of the mounts' flags is
 * locked, as it is in its own. Needs rights over both. Dies. */
void source_enter(int user);

/* Whether such a container's process asks. */
bool source_is_asked(const struct config *config);
/* Inside: the source of the index-th of mounts[]. Dies. */
struct source source_ask(const struct request *request, size_t index);
/* Inside: no more is asked for. */
void source_enough(void);
/* Outside: answers until then, in the mount namespace of chain.child, where what it finds has the flags locked that it
 * must keep: with mounts[], or with the one request given. Dies. */
void source_answer(const struct config *config, const struct request *only);
#endif
