/* SPDX-License-Identifier: MIT */
/* A container's cgroup as a transient scope of systemd's, made through its bus by busctl(1).
 *
 * An entry's file "scope" has the unit's name and "system" or "user", the bus it is on, with a tab between. It is written
 * before systemd is asked, so that whoever finds the entry after a crash can stop the unit. */
#ifndef SCOPE_H
#define SCOPE_H

#include "cgroup.h"
#include "config.h"
#include "limit.h"
#include "variant.h"

struct scope {
	char *unit;             /* "ocibox-web.scope" */
	char *slice;            /* "system.slice": the unit it is in */
	bool user;              /* it is on the bus of the user's systemd */
};

/* Whether --systemd-cgroup was given. */
bool scope_wanted(void);
/* The scope that linux.cgroupsPath, SLICE:PREFIX:NAME or nothing, names for the container id. Dies with ST_CONFIG. */
struct scope scope_of_config(const struct config *config, const char *id);
/* That of an entry; false when it has none. */
bool scope_of_entry(int entry, struct scope *scope);
void scope_to_entry(int entry, const struct scope *scope);

/* Prints the name of the unit of container id and, a line each, the properties it begins with. */
void scope_print(const struct config *config, const char *id, pid_t pid);
/* Stops the scope of an entry that has one, once the processes in these cgroups are killed, and removes the entry's file. */
void scope_end(int entry, const struct cgroup *groups, size_t count);

/* lib/scope_limits.c: gives the scope of the entry, when it has one, the limits that its cgroup has been given, as far as
 * systemd knows them: it would write its own over them at any time. Dies. */
void scope_limits(int entry, const struct limits *limits, const struct cgroup *groups, size_t count);

/* lib/scope_bus.c. */

/* Dies with ST_UNSUPPORTED where systemd does not run. */
void scope_require_systemd(void);
/* The scope's path in every hierarchy. Asks the user's systemd where it is itself. */
char *scope_path(const struct scope *scope);
/* Properties of a unit, each as its name and the words of a variant. */
struct properties {
	struct words *list;
	size_t count;
};

/* Adds one of a type that is one word. */
void property_add(struct properties *properties, const char *name, const char *type, const char *value);
/* Makes room for one more; its words are to be added. */
struct words *property_new(struct properties *properties);

/* The properties with which a scope begins: those that every container's has, and those of the annotations
 * org.systemd.property.*. pid 0: it is not known yet. Dies with ST_CONFIG. */
struct properties scope_properties(const struct scope *scope, const struct config *config, pid_t pid);
/* Makes the scope of container id with the process pid in it, and the cgroups of that path in the hierarchies that systemd
 * leaves alone; the entry's files are written before. Returns the cgroups, *count of them. Dies. */
struct cgroup *scope_make(int entry, const struct config *config, const char *id, pid_t pid, size_t *count);
/* Has systemd make it and put the process pid into it, which has happened then. Dies, also when such a unit is there. */
void scope_start(const struct scope *scope, const struct config *config, pid_t pid, const char *path);
/* Gives it more properties. Dies. */
void scope_set(const struct scope *scope, const struct properties *properties);
/* Ends it, and waits until systemd has forgotten it. Warns when that cannot be had. */
void scope_stop(const struct scope *scope);
/* Whether systemd knows a unit of that name. */
bool scope_loaded(const struct scope *scope);
/* Has it forget that the unit has failed; whether it knows no such unit then. */
bool scope_forget(const struct scope *scope);
/* The number of systemd's version, 252; 0: it does not tell. */
unsigned long scope_version(const struct scope *scope);
#endif
