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
/* The path of that process in the v2 hierarchy, as /proc here has it; NULL: it has ended, or there is none. The caller frees it. */
char *cgroup_of_process(pid_t pid);
/* Whether a v1 hierarchy has this controller; "name=x" too. */
bool cgroup_has(const struct hierarchy *at, const char *controller);

/* The cgroups of an entry's file, in its order; NULL with *count 0 when there is none. Dies when it is
 * corrupt; forgive: warns, and that is as none. */
struct cgroup *cgroup_of_entry(int entry, bool forgive, size_t *count);
/* Writes the entry's file. Dies. */
void cgroup_to_entry(int entry, const struct cgroup *groups, size_t count);
/* Whether the container of this entry is frozen by itself, by the cgroup file of its entry; false when that is corrupt. */
bool cgroup_frozen(int entry);
/* clone(2) with no stack of its own, as fork(2): flags are namespaces. Where the entry (-1: none) has a v2 cgroup and the
 * kernel can, the new process begins in it, which spares the milliseconds of moving it there. */
pid_t cgroup_clone(int entry, unsigned long flags);

/* The cgroup's directory; its file called name. -1 and errno: ENOENT when it, or cgroupfs there, is gone.
 * Verified by fstatfs to be on a cgroup filesystem of the right version. */
int cgroup_open(const struct cgroup *group);
int cgroup_open_file(const struct cgroup *group, const char *name, int flags);
/* The first size - 1 bytes of file name in directory dir, NUL-terminated; their number, or -1 and errno. */
ssize_t cgroup_read(int dir, const char *name, char *text, size_t size);
/* Writes text to file name in directory dir in one write; false and errno. */
bool cgroup_write(int dir, const char *name, const char *text);
/* lib/cgroup_make.c. */

/* text as a cgroup's path: "/a/b"; a relative one is below /ocibox. Dies with ST_CONFIG on "..", control
 * characters and what is too long. */
char *cgroup_path(const char *text);
/* The cgroup of that path in all hierarchies mounted, whether it exists or not. */
struct cgroup *cgroup_everywhere(const char *path, size_t *count);
/* For an ordinary user, of a path that is not absolute: moves each of them below the cgroup this process is in, where that is
 * the user's own, as a delegated one is. */
void cgroup_delegated(struct cgroup *groups, size_t count);
/* Makes them all, with their parents (which carry the sticky bit, as the mark that they go when empty). entry: its file
 * is written first and each cgroup that was there must be empty and not frozen; or -1. Where an ordinary user
 * may not, nothing is made, and the cgroup goes from the list; chosen: the path is one that somebody gave, and that is an error. */
void cgroup_make(struct cgroup *groups, size_t *count, int entry, bool chosen);
/* Whether this process is an ordinary user, or root of a user namespace only. */
bool cgroup_unprivileged(void);
/* lib/cgroup_attach.c: moves process pid, 0: this one, into all of them. Dies. id: of this container, into the cgroup of its
 * first process where theirs takes none; NULL: passes over those that are not there. Returns how many were. */
size_t cgroup_attach(const struct cgroup *groups, size_t count, pid_t pid, const char *id);

/* lib/cgroup_enable.c. */

/* Whether the v2 cgroup of that directory has the controller. */
bool cgroup_has_v2(int dir, const char *controller);
/* Has all cgroups above a v2 one hand the wanted controllers ("cpu memory") down, where they do not yet. NULL, or the first
 * reason why one of them was not handed down, the caller's to free: it may be there all the same, handed down before. */
char *cgroup_enable(const struct cgroup *group, const char *wanted);

/* lib/cgroup_owner.c: the user of the container's program, as the host sees it, when it is to manage the cgroups in its own: with a
 * cgroup namespace of its own and a writable /sys/fs/cgroup; or -1. */
struct config;
long long cgroup_owner(const struct config *config);
/* Gives a v2 cgroup to that user. Dies. */
void cgroup_give(const struct cgroup *group, uid_t owner);

/* lib/cgroup_end.c. */

/* Kills every process in them and below, and waits until they are empty; at most 10 seconds. Processes of a cgroup
 * that is not made are left alone. Dies when this process is in one. */
void cgroup_kill(const struct cgroup *groups, size_t count);
/* Removes those made, all below them, and marked parents that are empty then; waits at most 5 seconds for
 * processes on their way out. kill_first: what is busy is killed, as by cgroup_kill, which costs nothing where nothing is.
 * One that is gone is no error; returns how many were there. */
size_t cgroup_delete(const struct cgroup *groups, size_t count, bool kill_first);

/* lib/cgroup_freeze.c. */

/* Stops the processes in them and below, and waits until all are, at most 10 seconds; or lets them go on. By the v1
 * freezer, else by v2. Dies, and then none is stopped; also when this process is in there. */
void cgroup_freeze(const struct cgroup *groups, size_t count, bool frozen);
/* The one that has this controller: of v1, else v2's, whether it has it or not; NULL: there is neither. */
const struct cgroup *cgroup_with(const struct cgroup *groups, size_t count, const char *controller);
/* The one that tells which processes there are, and freezes them: the v1 freezer's, else v2's, else the first; NULL: none. */
const struct cgroup *cgroup_chief(const struct cgroup *groups, size_t count);
/* The processes in them and below, *n of them; none when the cgroup is gone. */
pid_t *cgroup_processes(const struct cgroup *groups, size_t count, size_t *n);
/* Waits until the file cgroup.events in dir has this line, or the cgroup is gone; false: not until now_ms() is deadline. */
bool cgroup_await(int dir, const char *line, long long deadline);
/* Whether this process is in it or below it. */
bool cgroup_inside(const struct cgroup *group);

/* lib/cgroup_tree.c. */

/* The cgroups below directory dir as paths from it, each behind its parent; *count of them. */
char **cgroup_below(int dir, size_t *count);
/* The processes in dir and below; *count of them. A process of another pid namespace is 0. */
pid_t *cgroup_pids(int dir, size_t *count);
/* below, "PATH", or "CONTROLLERS:PATH" for the v1 hierarchies with one of them: makes the paths of groups those below
 * them. Dies with ST_USAGE when there is no such hierarchy. */
void cgroup_descend(const char *below, struct cgroup *groups, size_t count);
/* Dies when the first of them is the root of all cgroups: that is the machine's, and cannot be what ("ended"). */
void cgroup_refuse_root(const struct cgroup *groups, size_t count, const char *what);
/* Whether pid is among count pids. */
bool cgroup_lists(const pid_t *pids, size_t count, pid_t pid);
/* The cgroups at a path that somebody named: made says which are there, whoever made them. Dies when none is. */
struct cgroup *cgroup_existing(const char *path, size_t *count);
/* Whether there are any. */
bool cgroup_populated(const struct cgroup *group, int dir);
#endif
