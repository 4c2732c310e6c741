/* SPDX-License-Identifier: MIT */
/* The option strings of mounts: config.json's mounts[].options, and -o. */
#ifndef MNTOPT_H
#define MNTOPT_H

#include <sys/mount.h>

#include "ocibox.h"

#define PROPAGATIONS_MAX 8

/* What only set-up programs know. */
enum mount_extra {
	OPT_SRC_NOFOLLOW = 1,   /* of a bind mount: a symlink itself is the source */
	OPT_DEST_NOFOLLOW = 2,  /* a symlink itself is the mount point */
	OPT_COPY_SYMLINK = 4,   /* of a bind mount: where the source is a symlink, make the same one */
	OPT_COPY_UP = 8,        /* of a tmpfs: with a copy of what the directory holds that it covers */
	OPT_IDMAP = 16,         /* with mapped ids */
	OPT_DEEP_IDMAP = 32,    /* and all mounts below too */
};

struct mount_options {
	unsigned long set, clear;               /* MS_*; MS_BIND, MS_REC, MS_REMOUNT among set */
	unsigned long deep_set, deep_clear;     /* MS_* for this mount and all below: rro, rnosuid ... */
	unsigned long propagation[PROPAGATIONS_MAX];    /* in their order */
	size_t propagations;
	unsigned long extra;                    /* OPT_* */
	char *idmap;                            /* of idmap=TEXT: the text; NULL: none */
	char *data;                             /* the filesystem's own, comma-separated; NULL: none */
	char *unknown;                          /* the first of them; for messages */
	bool has_mode;                          /* mode= is among them */
};

/* Takes one option ("ro", "size=1m"). What no table knows is the filesystem's: data. NULL, or why it cannot be
 * had. */
const char *mount_option(struct mount_options *options, const char *text);
/* The name of the option at index i of the table, in the order of the alphabet; NULL behind its end. */
const char *mount_option_name(size_t i);
/* Cuts one option off a comma-separated list at *rest, in place; commas in double quotes do not count. */
char *mount_option_cut(char **rest);
/* Frees what it has allocated. */
void mount_options_free(struct mount_options *options);
/* What comes once the mount is attached: recursive flags, then propagation, which a shared parent would
 * change. mount is a descriptor of its root. Dies. */
void mount_options_finish(const struct mount_options *options, int mount, const char *what);

/* lib/mntcgroup.c: mounts the cgroups of this process on target (O_PATH), a directory. type cgroup2, or cgroup
 * where no v1 hierarchy is mounted: the unified hierarchy. Type cgroup elsewhere: a tmpfs with a directory for each v1
 * hierarchy, as runc has it, also on hybrid machines. Dies. */
void mount_cgroups(const char *type, const struct mount_options *options, int target, const char *what);
#endif
