/* SPDX-License-Identifier: MIT */
/* oci-supervise: stay the parent of a container's process, to record its exit status.
 *
 * Two steps. Before oci-ns it forks: the child goes on, so that it becomes the
 * container's parent, while this process stands for it before the guard. Last
 * in the block of oci-ns, with -w, it lets that process go, and becomes one that
 * holds nothing of the caller's and waits. Clients that are the container's
 * parent themselves want neither.
 */
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "compat.h"
#include "guard.h"
#include "state.h"
#include "sync.h"

static char **
fork_off(char **rest)
{
	struct signals held;
	pid_t pid, self = getpid();
	int done[2];

	if (pipe2(done, O_CLOEXEC))
		die(NULL, "make a pipe");
	pid = signals_fork(&held);
	if (pid > 0) {
		close(done[1]);
		/* the step has ended in the child */
		chain.trace.words = NULL;
		/* only the container's process may answer there */
		close_fd(&chain.start);
		chain.start = -1;
		chain_end(child_wait(pid, done[0], NULL));
	}
	close(done[0]);
	chain.self = getpid();
	chain.done = done[1];
	undo_disarm();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		die(NULL, "set the parent's death signal");
	if (getppid() != self)
		chain_end(ST_LOST);
	signals_release(&held);
	return rest;
}

/* Lets go of the caller: its descriptors, its directory, its terminal. keep is moved, and returned. */
static int
let_go(int keep)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct rlimit files;

	if (null < 0)
		die("/dev/null", "open");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			die("/dev/null", "make standard descriptors of");
	if (keep != 3 && dup3(keep, 3, O_CLOEXEC) < 0)
		die(NULL, "keep the state directory");
	/* kernels before 5.9 */
	if (syscall(OCI_SYS_close_range, 4U, ~0U, 0U) && !prlimit(0, RLIMIT_NOFILE, NULL, &files))
		for (rlim_t fd = 4; fd < files.rlim_cur; fd++)
			(void)close((int)fd);
	chain.entry = chain.peer = chain.done = chain.start = chain.trace.fd = -1;
	if (chdir("/"))
		die("/", "change directory to");
	/* fails in a group's leader, which no terminal reaches as part of another */
	(void)setsid();
	return 3;
}

static _Noreturn void
supervise(const char *id)
{
	int status, entry = state_open(id);
	struct state state;
	char error[512];
	pid_t waiting = getppid();

	if (entry < 0)
		state_none(id);
	if (prctl(PR_SET_PDEATHSIG, 0))
		die(NULL, "clear the parent's death signal");
	if (write(chain.done, "d", 1) != 1)
		chain_end(ST_LOST);
	/* it sleeps until a signal comes */
	(void)kill(waiting, SIGCHLD);
	entry = let_go(entry);
	while (waitpid(chain.freed, &status, 0) < 0)
		if (errno != EINTR)
			die(NULL, "wait for the container's process");
	/* nobody is left to hear a failure */
	state_set_exit(entry, id, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	if (state_read(entry, id, &state, error, sizeof(error)))
		(void)sync_tell(entry, &state, COND_STOPPED);
	chain_end(0);
}

char **
oci_supervise_main(int argc, char **argv)
{
	bool wait_now = false;
	int c;

	while ((c = getopt(argc, argv, "+w")) != -1)
		switch (c) {
		case 'w':
			wait_now = true;
			break;
		default:
			usage();
		}
	argv += optind;
	if (!argv[0] || (wait_now && argv[1]))
		usage();
	if (!wait_now) {
		if (chain.done >= 0 || chain.child || chain.inside)
			fail(ST_USAGE, NULL, "must stand before oci-ns");
		return fork_off(argv);
	}
	if (chain.done < 0 || !chain.freed)
		fail(ST_USAGE, argv[0], "not behind oci-supervise and the last gate");
	supervise(argv[0]);
}
