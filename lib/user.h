/* SPDX-License-Identifier: MIT */
/* The user a container's program runs as: numbers, never looked up in any passwd file. */
#ifndef USER_H
#define USER_H

#include "config.h"
#include "ocibox.h"

struct user {
	uid_t uid;
	gid_t gid;
	gid_t *groups;          /* the supplementary groups; the caller's to free */
	size_t group_count;
	bool keep_groups;       /* those of who calls stay instead, which may have no number here to set them by */
};

/* "UID" or "UID:GID" into user; without GID the group has the user's number. Dies. */
void user_parse(struct user *user, const char *text);
/* "GID,GID,..." or "" into user's supplementary groups. Dies. */
void user_parse_groups(struct user *user, const char *text);
/* process.user of the configuration, and whether groups are kept. */
void user_from_config(struct user *user, const struct config *config);
/* Whether the supplementary groups of who calls stay: the annotation run.oci.keep_original_groups is "1", as for crun. */
bool user_keeps_groups(const struct config *config);

/* Who a process was before user_act_as. */
struct identity {
	struct user user;
	uint64_t caps;
};

/* Takes the identity by which the kernel judges access to files, and those of the capabilities that are permitted
 * as effective, until user_act_back. Dies when not allowed. In a user namespace whose groups
 * cannot be set they stay. */
struct identity user_act_as(const struct user *user, uint64_t caps);
void user_act_back(struct identity *before);
#endif
