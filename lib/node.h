/* SPDX-License-Identifier: MIT */
/* Device nodes and fifos in a root directory. */
#ifndef NODE_H
#define NODE_H

#include <sys/stat.h>

#include "config.h"
#include "ocibox.h"

struct node {
	const char *path;       /* absolute, in the root */
	mode_t type;            /* S_IFCHR, S_IFBLK, S_IFIFO */
	unsigned major, minor;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

struct place {
	int root;
	bool guarded;           /* the host's /dev is not to be touched, even when it is in the root */
	bool taken;             /* /dev of the root is from outside as a whole: its nodes are required, not made */
	bool apart;             /* the host's /dev is a filesystem of its own */
	struct stat host;       /* the host's /dev */
};

/* Makes the node, its parents too; one that is there already gets its mode and owner. Dies, and when
 * something else is there that is not mounted, or is /dev/null. A bound node keeps the mode and owner the host gave it. */
void node_make(const struct place *place, const struct node *node);
/* Whether st is of the host's /dev, or of something in it, and place is guarded. */
bool node_is_hosts(const struct place *place, const struct stat *st);
/* Makes the links of /dev in the directory dev: fd, stdin, stdout, stderr, core where the kernel has it, and ptmx,
 * which is replaced when it is another. The others stay: only the container follows them. Dies. */
void node_links(int dev);
/* Makes the file console in the directory dev, for a terminal to be bound on. Dies. */
void node_console(int dev);
/* Whether the last of the mounts on /dev is a bind: it has what its owner wants it to have. */
bool node_dev_is_bound(const struct config *config);
#endif
