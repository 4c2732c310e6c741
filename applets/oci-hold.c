/* SPDX-License-Identifier: MIT */
/* oci-hold: lock a container's entry for the rest of the chain, in which nobody
 * else creates, starts or deletes it.
 *
 * Before every step that changes an existing container. What it finds under the
 * lock is what the later steps find: oci-release and oci-forget use this lock.
 */
#include <signal.h>
#include <sys/file.h>

#include "ocibox.h"
#include "process.h"
#include "state.h"

static bool
named(enum condition condition, const char *const *wanted)
{
	for (; *wanted; wanted++)
		if (!strcmp(condition_name(condition), *wanted))
			return true;
	return false;
}

static bool
only(const char *const *wanted, const char *status)
{
	return !strcmp(wanted[0], status) && !wanted[1];
}

/* The words are runc's: clients look for them. */
static _Noreturn void
refuse(const char *id, enum condition condition, const char *const *wanted)
{
	const char *name = condition_name(condition);

	if (only(wanted, "stopped"))
		fail(ST_STATE, NULL, "cannot delete container %s that is not stopped: %s", id, name);
	if (only(wanted, "created")) {
		if (condition == COND_STOPPED)
			fail(ST_STATE, id, "cannot start a container that has stopped");
		if (condition == COND_RUNNING)
			fail(ST_STATE, id, "cannot start an already running container");
		fail(ST_STATE, id, "cannot start a container in the %s state", name);
	}
	if (only(wanted, "paused"))
		fail(ST_STATE, id, "container not paused");
	if (condition == COND_STOPPED || condition == COND_PAUSED)
		fail(ST_STATE, id, "container not running");
	fail(ST_STATE, id, "container is %s", name);
}

/* It awaits its start, for which the lock is needed that is ours. */
static void
end(const struct state *state)
{
	struct process process = { .fd = -1 };

	if (process_open(&process, state->pid, state->start_time) && process_signal(&process, SIGKILL))
		(void)process_wait(&process, -1);       /* without end: it is true */
	close_fd(&process.fd);
}

static void
release(void)
{
	if (chain.entry < 0)
		usage();
	/* not close alone: other processes of the chain have the same open file */
	if (flock(chain.entry, LOCK_UN))
		die(NULL, "unlock the state of the container");
	close_fd(&chain.entry);
	chain.entry = -1;
}

char **
oci_hold_main(int argc, char **argv)
{
	autofree const char **wanted = xcalloc((size_t)argc, sizeof(*wanted));
	bool force = false, kill_created = false, may_miss = false, is_read;
	struct state state;
	size_t n = 0;
	char error[512];
	const char *id;
	int c;

	while ((c = getopt(argc, argv, "+fkmt:u")) != -1)
		switch (c) {
		case 'f':
			force = true;
			break;
		case 'k':
			kill_created = true;
			break;
		case 'm':
			may_miss = true;
			break;
		case 't':
			wanted[n++] = condition_name(condition_named(optarg));
			break;
		case 'u':
			release();
			return argv + optind;
		default:
			usage();
		}
	id = argv[optind];
	if (!id || chain.entry >= 0)
		usage();
	state_check_id(id);
	(void)state_lock(id, &chain.entry);
	is_read = chain.entry >= 0 && state_read(chain.entry, id, &state, error, sizeof(error));
	if (chain.entry < 0 || (!is_read && errno == ENOENT && !force)) {
		if (may_miss)
			return argv + argc;
		state_none(id);
	}
	if (!is_read && !force)
		fail(ST_STATE, id, "%s", error);
	if (is_read && n) {
		enum condition condition = state_condition(chain.entry, &state);

		if (kill_created && condition == COND_CREATED)
			end(&state);
		else if (!named(condition, wanted))
			refuse(id, condition, wanted);
	}
	return argv + optind + 1;
}
