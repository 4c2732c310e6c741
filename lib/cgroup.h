/* SPDX-License-Identifier: MIT */
/* The cgroup hierarchies of this machine, v1, v2 or both, and a container's cgroup in each of them.
 *
 * An entry's file "cgroup" has a line for each hierarchy, five fields with tabs between:
 *	made|found	v1|v2	controllers	mount point	path below it
 * It is written before the directories are made, so that whoever finds the entry after a crash can
 * remove them. "found" was there before and is never removed, nor are processes in it killed. */
#ifndef CGROUP_H
#define CGROUP_H

#include "ocibox.h"

struct hierarchy {
	char *mount;            /* where it is mounted */
	char *controllers;      /* "cpu,cpuacct", "name=systemd"; "" for v2 */
	char *own;              /* this process's path below mount; NULL: outside what is mounted there */
	bool v2;
};

/* A cgroup of one path in every hierarchy, as an entry's file lists it. */
struct cgroup {
	struct hierarchy at;    /* own is NULL when it was read from an entry */
	char *path;             /* below at.mount; "/a/b" */
	bool made;
};

/* All mounted hierarchies; *count of them; none at all is no error. */
struct hierarchy *cgroup_hierarchies(size_t *count);
/* Whether a v1 hierarchy has this controller; "name=x" too. */
bool cgroup_has(const struct hierarchy *at, const char *controller);

/* The cgroups of an entry's file, in its order; NULL with *count 0 when there is none. Dies when it is corrupt. */
struct cgroup *cgroup_of_entry(int entry, size_t *count);
/* Writes the entry's file. Dies. */
void cgroup_to_entry(int entry, const struct cgroup *groups, size_t count);
/* Whether the container of this entry is frozen, by the cgroup file of its entry; false when that is corrupt. */
bool cgroup_frozen(int entry);
/* The container's v2 cgroup as a directory descriptor for clone3(CLONE_INTO_CGROUP), or -1: none, or no entry. */
int cgroup_clone_dir(int entry);

/* The cgroup's directory; its file called name. -1 and errno: ENOENT when it, or cgroupfs there, is gone.
 * Verified by fstatfs to be on a cgroup filesystem of the right version. */
int cgroup_open(const struct cgroup *group);
int cgroup_open_file(const struct cgroup *group, const char *name, int flags);
/* The first size - 1 bytes of file name in directory dir, NUL-terminated; their number, or -1 and errno. */
ssize_t cgroup_read(int dir, const char *name, char *text, size_t size);
/* Writes text to file name in directory dir in one write; false and errno. */
bool cgroup_write(int dir, const char *name, const char *text);
#endif
