/* SPDX-License-Identifier: MIT */
/* oci-guard: run words when the rest of the chain fails, whoever is killed.
 *
 * Behind the step that claims something (oci-claim: until then there is nothing
 * to undo) and before those that make it. The rest goes on in a child, which
 * undoes its own failures; this process undoes when the child is killed.
 */
#include "guard.h"
#include "state.h"

/* block as an argument list for this program. */
static char **
command_line(char **block)
{
	size_t n = 0;
	char **words;

	while (block[n])
		n++;
	words = xcalloc(n + 2, sizeof(*words));
	words[0] = "ocibox";
	memcpy(words + 1, block, n * sizeof(*words));
	return words;
}

/* There is no guard, nor could the words run: what they would undo is the claim alone. */
static void
unclaim(int status)
{
	autofd int root = state_root(false);

	(void)status;
	(void)state_remove(root, chain.entry, chain.claimed);
}

static _Noreturn void
watch(pid_t pid, int said, char **words, bool always)
{
	bool killed;
	int status = child_wait(pid, -1, &killed);
	char byte;

	/* nothing said: it was killed, or had become a program by then */
	if ((status || killed || always) && read(said, &byte, 1) != 1)
		undo_run(words);
	chain_end(status);
}

/* From here on nothing is undone, whatever comes. */
static char **
release(char **rest)
{
	if (chain.guard >= 0 && write(chain.guard, "u", 1) < 0)
		die(NULL, "tell the guard");
	undo_disarm();
	return rest;
}

/* From here on other words, run by this process alone. */
static char **
replace(char **rest)
{
	char **words = block_take(&rest);

	if (!words || !words[0] || !rest[0])
		usage();
	if (chain.undo)
		chain.undo = command_line(words);
	return rest;
}

char **
oci_guard_main(int argc, char **argv)
{
	struct signals held;
	char **words, **rest;
	pid_t pid, self = getpid();
	bool always = false;
	int c, said[2];

	while ((c = getopt(argc, argv, "+adr")) != -1)
		switch (c) {
		case 'a':
			always = true;
			break;
		case 'd':
			return release(argv + optind);
		case 'r':
			return replace(argv + optind);
		default:
			usage();
		}
	rest = argv + optind;
	words = block_take(&rest);
	if (!words || !words[0] || !rest[0])
		usage();
	words = command_line(words);

	if (chain.claimed && !chain.settle)
		chain.settle = unclaim;
	/* not blocking: a program the undo starts may hold the other end */
	if (pipe2(said, O_CLOEXEC | O_NONBLOCK))
		die(NULL, "make a pipe");
	pid = signals_fork(&held);
	if (chain.settle == unclaim)
		chain.settle = NULL;
	chain.claimed = NULL;
	if (pid == 0) {
		chain.self = getpid();
		close(said[0]);
		undo_disarm();
		signals_release(&held);
		undo_arm(words, always, said[1], self);
		return rest;
	}
	close(said[1]);
	/* the step has ended in the child */
	chain.trace.words = NULL;
	/* only the container's process may answer there */
	close_fd(&chain.start);
	chain.start = -1;
	watch(pid, said[0], words, always);
}
