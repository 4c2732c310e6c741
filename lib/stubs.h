/* SPDX-License-Identifier: MIT */
/* Mount points that a read-only image lacks: stubs in an overlay, not new directories in the image. */
#ifndef STUBS_H
#define STUBS_H

#include "config.h"

/* A mount point. */
struct stub {
	char *point;            /* path_clean(its name) */
	const char *source;     /* a bind mount's, which says whether it is a directory; NULL: it is one */
	bool link;              /* where the source is a symlink, one is made there, and no mount point */
	bool tmpfs;             /* that is what will be mounted */
};

struct stubs {
	struct stub *list;
	size_t count;
	const char *base;       /* a relative source starts there */
	bool sealed;            /* oci-ropaths makes the root read-only */
};

/* Those of mounts[] and, with mandatory, of oci-mount -m. */
void stubs_from_config(struct stubs *stubs, const struct config *config, int root, bool mandatory);
/* Whether the image in directory root (O_PATH) is not to be written to, as its mount says or it is to be sealed, and lacks
 * one of them. what: for messages. */
bool stubs_wanted(const struct stubs *stubs, int root, const char *what);
/* Puts an overlay over root (O_PATH), with a tmpfs for what is written, makes the missing mount points there, and makes
 * it read-only unless it will be sealed. Returns a descriptor of the overlay; -1 where the
 * kernel refuses one and the image itself can be written to. what: for messages. Dies. */
int stubs_mount(const struct stubs *stubs, int root, const char *what);
#endif
