/* SPDX-License-Identifier: MIT */
/* oci-record: note a container's process in its entry, then go on.
 *
 * In the parent side of oci-ns, first without -c, so that hooks can ask for the
 * container's state, then with -c behind the gate at which its process is ready.
 */
#include <sys/file.h>

#include "ocibox.h"
#include "proc.h"
#include "state.h"

/* The time makes the number ours: a later process of the same number has another. */
static void
note_process(struct state *state, pid_t pid)
{
	state->pid = pid;
	state->start_time = proc_start_time(pid);
	/* in the parent side the process's own last words, read at the next gate, say more */
	if (!state->start_time && !chain.child)
		fail(ST_STATE, state->id, "no such process: %d", (int)pid);
}

/* The container is created: it has its pid file, then oci-start finds the socket, if it is to be started. */
static void
created(int entry, const struct state *state, const char *pidfile, bool is_started)
{
	if (pidfile)
		state_pid_file(pidfile, state->pid);
	if (!is_started && renameat(entry, "start.new", entry, "start") && errno != ENOENT)
		die(state->id, "rename the start socket of");
}

char **
oci_record_main(int argc, char **argv)
{
	bool is_created = false, is_started = false;
	const char *pidfile = NULL, *id;
	char error[512];
	struct state state;
	autofd int own = -1;
	pid_t pid = chain.child;
	int c, entry;

	while ((c = getopt(argc, argv, "+cp:P:s")) != -1)
		switch (c) {
		case 'c':
			is_created = true;
			break;
		case 'p':
			pidfile = optarg;
			break;
		case 'P':
			pid = (pid_t)number(optarg, 1, INT32_MAX, "process id");
			break;
		case 's':
			is_started = true;
			break;
		default:
			usage();
		}
	id = argv[optind];
	if (!id || (pidfile && !is_created))
		usage();
	state_check_id(id);
	entry = chain.entry >= 0 ? chain.entry : state_lock(id, &own);
	if (entry < 0)
		state_none(id);
	if (!state_read(entry, id, &state, error, sizeof(error)))
		fail(ST_STATE, id, "%s", error);
	if (!pid && !state.pid)
		fail(ST_STATE, id, "its process is not known (-P)");

	/* not what is noted already: oci-ns has its parent side note it before the gate, and -c behind it */
	if (pid && pid != state.pid) {
		note_process(&state, pid);
		if (state_write(entry, &state))
			die(id, "write the state of");
	}
	if (is_created)
		created(entry, &state, pidfile, is_started);
	if (is_started && (state_starting(entry) || state_started(entry)))
		die(id, "rename the start socket of");
	if (is_created && chain.entry >= 0) {
		/* not close alone: other processes of the chain have the same open file */
		if (flock(chain.entry, LOCK_UN))
			die(id, "unlock the state of");
		close_fd(&chain.entry);
		chain.entry = -1;
	}
	return argv + optind + 1;
}
