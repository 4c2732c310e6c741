/* SPDX-License-Identifier: MIT */
/* The root of a container without a mount namespace of its own: its mounts are the host's, all of them on or below one
 * that is made here, recorded before it is there, and taken off again when the container is deleted.
 *
 * An entry's file "mounts" has, in one line, the id of the mount that was there before (0: not looked yet), that of
 * ours (0: not known yet), and device and inode of the directory; then, to its end, the directory's path. */
#ifndef HOSTROOT_H
#define HOSTROOT_H

#include "ocibox.h"

/* Binds the directory rootfs (without symlinks) on itself, with all below it, privately. id: whose entry records it;
 * NULL: nobody's. Dies; when another entry has the same directory too: one's end would be the other's. */
void hostroot_make(const char *id, const char *rootfs);
/* Unmounts what the entry records, with all that is on it and below, and nothing else. Nothing recorded, or
 * mounted any more, is no error. Dies. */
void hostroot_undo(int entry);
/* Unmounts the mount at path, with all below; what is shared with the host stays there. Dies. */
void hostroot_unmount(const char *path);
#endif
