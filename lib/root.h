/* SPDX-License-Identifier: MIT */
/* The root of the mount namespace, for the steps that prepare and replace it. */
#ifndef ROOT_H
#define ROOT_H

#include <sys/mount.h>

#include "mnt.h"
#include "ocibox.h"

/* On an initramfs / is the first mount of all: it has no parent, so that pivot_root(2) answers EINVAL. Where that is
 * so, gives this process a copy of all of it as its root, on an empty read-only tmpfs on the old root, and takes
 * every other mount off the old root: behind a pivot nothing of the host is left but what the tmpfs covers. Nothing
 * is done, and false returned, on any other root. Descriptors opened before are of the old mounts. Dies. */
bool root_cover(void);
/* Whether it is so. Dies. */
bool root_is_initial(void);
/* Unmounts what is mounted on the mount of this id but the mount keep, each with all below, from the last to the
 * first, since of two at the same place the later one is on top. Returns one that could not be, with errno (EINVAL: a user
 * namespace locks it), or NULL. */
const struct mountinfo *root_detach(const struct mountinfo *list, size_t count, int id, int keep);

/* linux.rootfsPropagation ("shared", "rslave" ...) as MS_*; NULL: 0. Dies on any other text. */
unsigned long propagation_flags(const char *text);
/* What / gets in the new mount namespace while the container's root is built: never less apart from the host
 * than a slave, unless sharing is what is asked for. */
unsigned long propagation_while_building(const char *text);
#endif
