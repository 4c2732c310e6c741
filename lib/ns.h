/* SPDX-License-Identifier: MIT */
/* The kinds of namespaces, and sets of them to make and to join. */
#ifndef NS_H
#define NS_H

#include "ocibox.h"

struct ns_kind {
	const char *type;       /* config.json's name */
	const char *file;       /* its name in /proc/PID/ns */
	unsigned long flag;     /* CLONE_NEW* */
	char letter;            /* oci-ns's option; 0: this program cannot make it yet */
};

/* In the order in which they are joined: user first, since it gives the right to join what it owns,
 * mount last, since the paths of the others are meant outside. */
enum { NS_COUNT = 8 };
extern const struct ns_kind ns_kinds[NS_COUNT];

struct ns_plan {
	unsigned long make;             /* CLONE_NEW* of the new ones */
	const char *join[NS_COUNT];     /* paths of the others, or NULL */
	int fd[NS_COUNT];               /* the same, open */
};

/* The kind of that name, config.json's or /proc's; NULL: there is none. */
const struct ns_kind *ns_named(const char *name, size_t len);
/* The flags of a list "pid,net"; dies. */
unsigned long ns_list(const char *list);
/* What linux.namespaces of the bundle says of the kinds in only. */
void ns_from_config(struct ns_plan *plan, const char *bundle, unsigned long only);
/* "pid,network" in a new string, for messages. */
char *ns_names(unsigned long flags);
/* Opens all to be joined, and checks that each is what it is said to be; dies. */
void ns_open(struct ns_plan *plan);
/* Joins those that are in which, and closes them; dies. */
void ns_join(struct ns_plan *plan, unsigned long which);
/* In a new network namespace: its lo is down. */
void ns_loopback_up(void);
#endif
