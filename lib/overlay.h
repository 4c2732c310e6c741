/* SPDX-License-Identifier: MIT */
/* Overlays: a directory is shown and stays as it is; what is written goes to a tmpfs or another directory. */
#ifndef OVERLAY_H
#define OVERLAY_H

#include "config.h"
#include "ocibox.h"

/* Mounts an overlay on target (O_PATH), with what lower (O_PATH, a directory of this mount namespace) has; without the
 * mounts below it. where: "tmpfs", "tmpfs,OPTIONS" for a new one that goes with the overlay, else a directory of the
 * host, made when missing, with the directories upper and work in it. nosuid, nodev, noexec and nosymfollow of
 * lower's mount are kept. Directories are handed to the kernel as descriptors (Linux 6.13), else as /proc/self/fd/N:
 * no name is ever parsed. Returns a descriptor (O_PATH) of the new mount's root. what: for messages. Dies. */
int overlay_mount(int lower, const char *where, int target, const char *what);
/* The same, but where the kernel has no overlay, or not for this directory, -1 unless must. */
int overlay_try(int lower, const char *where, int target, const char *what, bool must);

/* The annotation org.ocibox.overlay: where, "none", or NULL: there is none. A relative directory is taken from the
 * bundle. The caller frees it. Dies when it is empty. */
char *overlay_annotation(const struct config *config);
/* The same for the bind mount at destination: named, with org.ocibox.overlay.mountsDESTINATION, else that
 * for all of them, org.ocibox.overlay.mounts, which cannot be a directory. */
char *overlay_of_mount(const struct config *config, const char *destination, bool *named);
/* Dies when one is of a destination that no mount has. */
void overlay_check_annotations(const struct config *config);
#endif
