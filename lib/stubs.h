/* SPDX-License-Identifier: MIT */
/* Mount points that a read-only image lacks: stubs in an overlay, not new directories in the image. */
#ifndef STUBS_H
#define STUBS_H

#include "config.h"

/* Whether the image in directory root (O_PATH) is not to be written to, as root.readonly or its mount says, and lacks a
 * mount point that mounts[] or, with mandatory, oci-mount -m wants. */
bool stubs_wanted(const struct config *config, int root, bool mandatory);
/* Puts an overlay over root (O_PATH), with a tmpfs for what is written, makes the missing mount points there, and makes
 * it read-only unless oci-ropaths will, since root.readonly says so. Returns a descriptor of the overlay; -1 where the
 * kernel refuses one and the image itself can be written to. what: for messages. Dies. */
int stubs_mount(const struct config *config, int root, bool mandatory, const char *what);
#endif
