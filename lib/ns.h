/* SPDX-License-Identifier: MIT */
/* The kinds of namespaces, and sets of them to make and to join. */
#ifndef NS_H
#define NS_H

#include <signal.h>

#include "idmap.h"
#include "ocibox.h"

struct ns_kind {
	const char *type;       /* config.json's name */
	const char *file;       /* its name in /proc/PID/ns */
	unsigned long flag;     /* CLONE_NEW* */
	char letter;            /* oci-ns's option */
};

/* In the order in which they are joined; mount last, since the paths of the others are meant outside. */
enum { NS_COUNT = 8 };
extern const struct ns_kind ns_kinds[NS_COUNT];

struct ns_plan {
	unsigned long make;             /* CLONE_NEW* of the new ones */
	const char *join[NS_COUNT];     /* paths of the others, or NULL */
	int fd[NS_COUNT];               /* the same, open */
	unsigned long own;              /* those of them that this process is in */
	struct idmap uids, gids;        /* of a new user namespace */
	bool keep_groups;               /* the supplementary groups of who calls stay in it */
	char *offsets;                  /* of a new time namespace: what /proc/self/timens_offsets takes; or NULL */
};

/* The kind of that name, config.json's or /proc's; NULL: there is none. */
const struct ns_kind *ns_named(const char *name, size_t len);
/* The flags of a list "pid,net"; dies. */
unsigned long ns_list(const char *list);
/* What linux.namespaces of the bundle says of the kinds in only. */
void ns_from_config(struct ns_plan *plan, const char *bundle, unsigned long only);
/* The maps of a new user namespace for which none are asked: its root is who calls, and nobody else is in it. */
void ns_map_self(struct ns_plan *plan);
/* "pid,network" in a new string, for messages. */
char *ns_names(unsigned long flags);
/* Opens all to be joined, and checks that each is what it is said to be; dies. */
void ns_open(struct ns_plan *plan);
/* Behind ns_open: refuses a name and sysctls of the configuration that would be set in a namespace of this process. Dies. */
void ns_check_own(const struct ns_plan *plan, const struct config *config);
/* Joins them all, and closes them; dies. Those of the user namespace of here go first, then that to be joined, then those
 * that belong to it. */
void ns_join(struct ns_plan *plan);
/* Whether plan joins a namespace of that type. */
bool ns_joins(const struct ns_plan *plan, unsigned long flag);
/* "CLOCK=SECONDS[.FRACTION]" into plan->offsets; dies. */
void ns_offset(struct ns_plan *plan, const char *text);

/* lib/ns_succeed.c */

/* Whether another process has to go on in the place of the one that joins: pid namespaces are entered by children
 * only; and what is joined before a user namespace is made, for the right to it, must not be joined by the outside. */
bool ns_succession(const struct ns_plan *plan);
/* fork(2) with the new namespaces of plan and what more says (CLONE_PARENT); entry: as in cgroup_clone. Dies. */
pid_t ns_fork(const struct ns_plan *plan, int entry, unsigned long more);
/* Makes the new ones for this process, but for those that are ns_settle's to make. Dies. */
void ns_make(const struct ns_plan *plan);
/* In a process that the outside has forked, and that has its pipe as chain.successor: joins and makes all there is, and
 * settles. Who returns may be another process with the same parent. peer: a descriptor whose other end that holds. Dies. */
void ns_succeed(struct ns_plan *plan, int peer, bool new_session);
/* Outside, where from is the pipe's other end: the pid of who goes on in the place of our child pid, which is reaped;
 * pid, when that goes on itself or has failed. mask: the signals to be blocked while it waits. Dies. */
pid_t ns_successor(pid_t pid, int from, const sigset_t *mask);

/* lib/ns_settle.c */

/* In the process that has joined them, and was cloned with the new ones: what there is to do before anything else; with
 * new_session, setsid(2) too. Dies. */
void ns_settle(const struct ns_plan *plan, bool new_session);
/* Brings the loopback device of this process's network namespace up. Dies. */
void ns_loopback(void);
/* Makes the new time namespace, sets its clocks, and enters it. Dies. */
void ns_time(const struct ns_plan *plan);
/* Out of the reach of who is in there (ptrace(2), /proc/PID/fd), however its user compares to ours. Dies. */
void ns_undumpable(void);
#endif
