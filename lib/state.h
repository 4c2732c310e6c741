/* SPDX-License-Identifier: MIT */
/* A container's entry: the directory ROOT/ID (mode 0700) with
 *   config.json   the configuration in force, a copy
 *   state.json    what is known of the container; written by rename
 *   start.new     the socket on which its process awaits oci-release, while it is being created
 *   start         the same, once it is created; gone once it is started
 *   cgroup        the cgroups made for it, a line each; written before they are made
 *   exit          the exit status, once someone saw it
 * The entry is claimed by one mkdir(2); flock(2) on the directory is held by who changes it. */
#ifndef STATE_H
#define STATE_H

#include "json.h"
#include "ocibox.h"

enum condition { COND_CREATING, COND_CREATED, COND_RUNNING, COND_PAUSED, COND_STOPPED };

struct state {
	char *id;
	char *bundle;           /* absolute */
	char *rootfs;           /* absolute; "" when the configuration has no root */
	pid_t pid;              /* as this pid namespace sees it; 0: no process yet */
	unsigned long long start_time;  /* proc_start_time(pid) when it was made */
	char *created;          /* RFC 3339, UTC, nanoseconds, as runc writes it */
	char *annotations;      /* a JSON object's text */
	char *oci_version;
	uid_t owner;
};

/* Dies with ST_USAGE unless id is one: letters, digits, "_+-." and not "." or "..", 1 to 255 bytes. */
void state_check_id(const char *id);
/* Opens the entry of id; -1 when there is none. Dies on other errors. */
int state_open(const char *id);
/* Reads state.json of the entry; false when it is missing or corrupt, with the reason in error. */
bool state_read(int entry, const char *id, struct state *state, char *error, size_t error_size);
/* Writes it by rename; dies. */
void state_write(int entry, const struct state *state);
/* Computed, not believed: from the process (pid and start time), the start socket, and the freezer of its cgroup. */
enum condition state_condition(int entry, const struct state *state);
const char *condition_name(enum condition condition);
/* The state document of the specification, one line of JSON; pid 0 and absent when stopped. extra: runc's fields too
 * (rootfs, created, owner). The caller frees it. */
char *state_document(const struct state *state, enum condition condition, bool extra);
/* The entry of id, existing; dies with "container does not exist" (ST_NO_CONTAINER) or with what is corrupt. */
int state_require(const char *id, struct state *state);
#endif
