/* SPDX-License-Identifier: MIT */
/* Maps of user and group ids, and writing them to a new user namespace (user_namespaces(7)). */
#ifndef IDMAP_H
#define IDMAP_H

#include "config.h"
#include "ocibox.h"

struct idmap {
	struct extent {
		uint32_t inside, outside, count;
	} *list;                /* the caller's to free */
	size_t count;
};

/* linux.uidMappings, linux.gidMappings, or a mount's: the array at node; none when it is -1. */
void idmap_from_config(struct idmap *map, const struct config *config, int node);
void idmap_add_range(struct idmap *map, uint32_t inside, uint32_t outside, uint32_t count);
/* Adds "INSIDE:OUTSIDE:COUNT". Dies. */
void idmap_add(struct idmap *map, const char *text);
/* Whether inside is an id of the map; *outside is what it is here. */
bool idmap_knows(const struct idmap *map, uint32_t inside, uint32_t *outside);
/* Gives the user namespace of process pid, our child in a new one of ours, its maps. An ordinary user may map its own two
 * ids and no more; other maps are given to newuidmap(1) and newgidmap(1), which look at /etc/subuid and
 * /etc/subgid. proc: the process's own /proc, from proc_own. Dies. */
void idmap_write(int proc, pid_t pid, const struct idmap *uids, const struct idmap *gids);
#endif
