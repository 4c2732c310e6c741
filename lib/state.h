/* SPDX-License-Identifier: MIT */
/* A container's entry: the directory ROOT/ID (mode 0700) with
 *   config.json   the configuration in force, a copy
 *   state.json    what is known of the container; the last to be written, the first to be removed
 *   start.new     the socket on which its process awaits oci-release, while it is being created; of a container
 *                 that nobody will start (oci-claim -n) another name of config.json
 *   start         the same, once it is created
 *   started       the same, once it is being started, and since when (its mtime): nobody listens there any more
 *   cgroup        the cgroups made for it, a line each; written before they are made
 *   exit          the exit status, once someone saw it
 *   no-keyring    it has no session keyring of its own
 *   sync          where its state is told (oci-sync), and what was told last
 * The entry is claimed by one mkdir(2); flock(2) on the directory is held by who changes it.
 * Every file is written by rename, but for state.json: of its lines the last whole one counts, and a change is a line more.
 * (A file renamed over another is written out by ext4, and takes an inode, which takes longer than all else here.) An entry without state.json is no container: a claim whose
 * maker was killed, or what a killed oci-forget left; the next oci-claim of the id takes it. */
#ifndef STATE_H
#define STATE_H

#include "json.h"
#include "ocibox.h"

enum condition { COND_CREATING, COND_CREATED, COND_RUNNING, COND_PAUSED, COND_STOPPED };

struct state {
	const char *id;
	const char *bundle;     /* absolute */
	const char *rootfs;     /* absolute; "" when the configuration has no root */
	pid_t pid;              /* as this pid namespace sees it; 0: no process yet */
	unsigned long long start_time;  /* proc_start_time(pid) when it was made; 0: it was dead by then */
	const char *created;    /* RFC 3339, UTC, nanoseconds, as runc writes it */
	const char *annotations;        /* a JSON object's text, in one line without spaces */
	const char *oci_version;
	uid_t owner;
	struct json *json;      /* what the texts that were read stand in */
};

/* lib/state.c: the directory. */

/* Dies with ST_USAGE unless id is one: letters, digits, "_+-.", no "-" first, and not "." or "..", 1 to 255 bytes. */
void state_check_id(const char *id);
/* The directory $OCIBOX_ROOT; make: with its parents, 0700, where missing. -1 when there is none. Dies on other errors. */
int state_root(bool make);
/* Fails: there is no container of that id. */
_Noreturn void state_none(const char *id);
/* Opens the entry of id; -1 when there is none. Dies on other errors. */
int state_open(const char *id);
/* The same; fails when there is none. */
int state_entry(const char *id);
/* The same with its exclusive lock, waiting for it: what is returned is the entry of that id while it is open. It is in *entry
 * before it is locked: the handler of a signal finds it in chain.entry, and an undo would wait for a lock that it cannot let go. */
int state_lock(const char *id, int *entry);
/* flock(2) with that operation, then whether entry still is the entry of id in root: false and errno
 * (EWOULDBLOCK: locked; ENOENT: removed in the meantime). */
bool state_flock(int root, int entry, const char *id, int operation);
/* Whether the entry has a file of that name. */
bool state_has(int entry, const char *name);
/* The whole text of a regular file in dir, NUL-terminated, and its length; NULL and errno, EINVAL: it is something else.
 * read_all() would die, and one corrupt entry must not end a list. The caller frees it. */
char *state_text(int dir, const char *name, size_t *len);
/* A file of the directory dir, by rename; -1 and errno, and then nothing is changed. */
int state_put(int dir, const char *name, mode_t mode, const void *data, size_t len);
/* A pid file, anywhere, by rename. Dies. */
void state_pid_file(const char *path, pid_t pid);
/* Removes all that is in the entry, state.json first, and the entry, last; -1 and errno. */
int state_remove(int root, int entry, const char *id);
/* Removes all that is in the directory dir; -1 and errno. */
int state_clear(int dir);

/* lib/state_start.c: the start. */

/* A connection to the container's process, which waits for its start; -1 and errno: ENOENT, it does not wait, or ECONNREFUSED,
 * it is dead. */
int state_connect(int entry);
/* The start socket from now on is called "started"; -1 and errno. One that is not there is no error. */
int state_starting(int entry);
/* Then, when the process has answered: notes when; -1 and errno. */
int state_started(int entry);
/* Whether it was started: also by who was killed between these two, as long as the process has heard of it. */
bool state_has_started(int entry);

/* lib/state_json.c and lib/state_document.c: state.json and the state document. */

/* Reads state.json of the entry; false when it is missing (errno ENOENT) or corrupt (EINVAL, or why it
 * cannot be read), with the reason in error. */
bool state_read(int entry, const char *id, struct state *state, char *error, size_t error_size);
/* Frees what a successful state_read made, for who reads many. */
void state_free(struct state *state);
/* Writes it: by rename, or as one more line; -1 and errno. */
int state_write(int entry, const struct state *state);
/* Computed, not believed: from the process (pid and start time), the start socket, and the freezer of its cgroup. */
enum condition state_condition(int entry, const struct state *state);
const char *condition_name(enum condition condition);
/* The condition of that name; dies with ST_USAGE. */
enum condition condition_named(const char *name);
/* The state document of the specification, one line of JSON without a newline; no pid when stopped or 0.
 * owner: its name (state_owner), for a document as runc prints it, with pid 0, rootfs, created and owner; or NULL.
 * entry: its entry, for what was seen of it besides: createdAt, startedAt and finishedAt in nanoseconds since 1970,
 * exitCode, and the paths of its namespaces; or -1. The caller frees it. */
char *state_document(const struct state *state, enum condition condition, const char *owner, int entry);
/* The name of its owner, "#1000" for one without; the caller frees it. */
char *state_owner(const struct state *state);
/* Reads the state of an entry, -1: there is none; dies with "container does not exist" (ST_NO_CONTAINER) or with what is
 * corrupt (ST_STATE). */
void state_expect(int entry, const char *id, struct state *state);
/* Opens the entry of id and reads it as state_expect does. */
int state_require(const char *id, struct state *state);
/* The object at node without the white space between its tokens, in one line; "{}" when node is -1. The caller frees it. */
char *json_line(const struct json *json, int node);
/* Adds KEY=VALUE, as options have it, to the annotations; dies with ST_USAGE when it is none. */
void state_annotation(struct state *state, const char *text);
/* The exit status somebody recorded, 0 to 255, or -1. */
int state_exit(int entry);
/* Records it. A failure is a warning: who saw the status goes on with it. */
void state_set_exit(int entry, const char *id, int status);
/* Now, as state.created has it. The caller frees it. */
char *state_now(void);
#endif
