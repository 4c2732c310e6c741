/* SPDX-License-Identifier: MIT */
/* Mounts by descriptor: made detached and attached with move_mount(2), or with mount(2) on
 * /proc/self/fd where the kernel lacks the new calls (before 5.2 and 5.12). Both have the same effect.
 * Flags are mount(2)'s MS_* in both. All die when refused, with the kernel's own message where it gives one;
 * what is what the user named, for the message. */
#ifndef MNT_H
#define MNT_H

#include <sys/mount.h>

#include "ocibox.h"

/* Mounts a new filesystem of a type on target (an O_PATH descriptor). data: comma-separated options, or NULL.
 * Returns a descriptor (O_PATH) of the new mount's root. */
int mnt_new(const char *type, const char *source, unsigned long flags, const char *data, int target, const char *what);
/* Binds source (O_PATH) on target; flags: MS_REC. Returns a descriptor of the mount's root. */
int mnt_bind(int source, int target, unsigned long flags, const char *what);
/* Sets and clears flags (MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOSYMFOLLOW, MS_NOATIME, MS_RELATIME,
 * MS_STRICTATIME, MS_NODIRATIME) on the mount that mount (a descriptor of its root) is; MS_REC in set: on all below too.
 * What is not named stays, locked flags included. */
void mnt_flags(int mount, unsigned long set, unsigned long clear, const char *what);
/* Changes propagation: one of MS_SHARED MS_SLAVE MS_PRIVATE MS_UNBINDABLE, with MS_REC for all below. */
void mnt_propagation(int mount, unsigned long flags, const char *what);
#endif
