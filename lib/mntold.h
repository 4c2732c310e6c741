/* SPDX-License-Identifier: MIT */
/* What mounts by descriptor fall back to. For lib/mnt.c, lib/mntbind.c and lib/hostroot.c alone. */
#ifndef MNTOLD_H
#define MNTOLD_H

#include <sys/mount.h>

#include "mnt.h"
#include "ocibox.h"

/* What mount(2) is given. */
struct old_mount {
	const char *type, *source, *data;
	unsigned long flags;
};

/* Whether errno says that a call is not in this kernel; EPERM is what seccomp filters older than a call answer, and
 * mount(2) repeats it where it was meant. */
bool mnt_missing(int err);
/* Makes it, on a directory or on a file, and moves it to target (O_PATH). Returns a descriptor of its root; -1 and
 * errno, and nothing is left. Needs /proc. */
int mnt_old(const struct old_mount *mnt, bool directory, int target);
/* Whether this is a place where mnt_old makes mounts: one is there only for a moment, or its maker was killed. */
bool mnt_old_is_place(const struct mountinfo *m);
#endif
