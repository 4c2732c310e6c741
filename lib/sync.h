/* SPDX-License-Identifier: MIT */
/* A socket of somebody who wants to be told each change of a container's state. */
#ifndef SYNC_H
#define SYNC_H

#include "state.h"

/* From now on the changes of the entry's container are told at path, a unix(7) stream socket: a connection for each, on
 * which the state document comes as one line. Dies when path cannot be its name. */
void sync_begin(int entry, const char *id, const char *path);
/* Tells that the container is in that condition now, unless that is what was told last or nobody wants to know.
 * false and errno when nobody listens there. Waits 5 seconds for who listens to take it. */
bool sync_tell(int entry, const struct state *state, enum condition condition);
#endif
