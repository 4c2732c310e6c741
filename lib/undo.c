/* SPDX-License-Identifier: MIT */
/* The end of a chain's process: nothing it made stays behind.
 *
 * The undo runs in the failing process itself, not in its guard, so that a guard
 * killed at that moment does not matter; the guard runs it when this process is
 * killed. When the guard dies, the kernel sends this process SIGTERM, at any
 * instant, so all of this must be safe in a signal handler: the undo is fork
 * and exec of this program, and no memory is allocated.
 */
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "gate.h"
#include "guard.h"

extern char **environ;

void
undo_run(char **words)
{
	sigset_t none;
	/* not fork(2) of the C library: it may take locks the handler interrupted */
	pid_t pid = _Fork();

	if (pid == 0) {
		/* the lock is our ancestor's, and the undo's to take */
		if (chain.entry >= 0)
			(void)flock(chain.entry, LOCK_UN);
		/* a second ^C must not stop it */
		(void)setpgid(0, 0);
		/* whatever this process was waiting for or handling */
		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		execve("/proc/self/exe", words, environ);
		_exit(ST_NOT_RUNNABLE);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void
settle(int status)
{
	if (chain.child > 0) {
		(void)kill(chain.child, SIGKILL);
		while (waitpid(chain.child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (!chain.undo || (!status && !chain.undo_always))
		return;
	undo_run(chain.undo);
	/* the guard may be dead */
	if (chain.guard >= 0 && write(chain.guard, "u", 1) < 0)
		return;
}

/* Whether the container's process has become its program, as far as can be told: it said that it would in a frame
 * not yet read, or has closed its end. */
static bool
program_began(void)
{
	char kind;
	ssize_t n;

	if (chain.child <= 0)
		return false;
	if (chain.began)
		return true;
	n = chain.peer < 0 ? -1 : recv(chain.peer, &kind, 1, MSG_PEEK | MSG_DONTWAIT);
	return n == 0 || (n == 1 && kind == FRAME_EXEC);
}

bool
signal_passed(int sig)
{
	int err = errno;
	bool passed = getpid() == chain.self && program_began();

	if (passed)
		(void)kill(chain.child, sig);
	errno = err;
	return passed;
}

static void
on_term(int sig)
{
	/* it is the program's then, as with oci-reap, unless it is the guard that has died */
	if (getppid() == chain.guardian && signal_passed(sig))
		return;
	if (getpid() == chain.self) {
		trace_end("killed", NULL);
		settle(128 + sig);
	}
	_exit(128 + sig);
}

/* exit(3) of musl asks again and again, at the cost of a processor, where a filter refuses exit_group(2). */
static _Noreturn void
leave(int status)
{
	(void)fflush(NULL);
	(void)syscall(SYS_exit_group, status);
	__builtin_trap();
}

void
chain_end(int status)
{
	char result[16] = "ok";
	sigset_t term;

	if (getpid() != chain.self)
		leave(status);
	if (status)
		(void)snprintf(result, sizeof(result), "exit %d", status);
	trace_end(result, NULL);
	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &term, NULL);
	if (chain.settle)
		chain.settle(status);
	leave(status);
}

void
child_take(pid_t pid)
{
	chain.settle = settle;
	chain.child = pid;
}

void
undo_arm(char **words, bool always, int said, pid_t guardian)
{
	struct sigaction action = { .sa_handler = on_term, .sa_flags = SA_RESTART };
	sigset_t term;

	chain.settle = settle;
	chain.undo = words;
	chain.undo_always = always;
	chain.guard = said;
	chain.guardian = guardian;
	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	if (sigaction(SIGTERM, &action, NULL) || sigprocmask(SIG_UNBLOCK, &term, NULL))
		die(NULL, "handle SIGTERM");
	if (prctl(PR_SET_PDEATHSIG, SIGTERM))
		die(NULL, "set the parent's death signal");
	/* it may have died before the signal was set */
	if (getppid() != guardian)
		chain_end(ST_LOST);
}

void
undo_disarm(void)
{
	if (chain.undo)
		(void)signal(SIGTERM, SIG_DFL);
	chain.undo = NULL;
	chain.guardian = 0;
	close_fd(&chain.guard);
	chain.guard = -1;
}
