/* SPDX-License-Identifier: MIT */
/* Notices that a cgroup has run out of memory. */
#ifndef MEMEVENT_H
#define MEMEVENT_H

#include "cgroup.h"

struct memevent {
	int fd;                 /* for poll(2); -1: there is no memory controller to tell */
	short events;           /* to poll for */
	int dir;                /* v1: the cgroup */
	uint64_t seen;          /* v2: the kills that were told of */
};

/* From now on: by an eventfd of v1's cgroup.event_control, or v2's memory.events. Dies. */
void memevent_open(struct memevent *event, const struct cgroup *groups, size_t count);
/* Whether it has happened since the last call; false too when the cgroup is gone. Does not wait. */
bool memevent_happened(struct memevent *event);
void memevent_close(struct memevent *event);
#endif
