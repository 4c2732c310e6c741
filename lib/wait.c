/* SPDX-License-Identifier: MIT */
/* A process that waits for its child and passes signals on. The signals are
 * blocked and taken one by one: a handler would race with the child's end. */
#include <poll.h>
#include <sys/wait.h>

#include "guard.h"

/* What the process does to itself, or job control does to the whole group, stays as it is. */
static void
passed_on(sigset_t *set)
{
	static const int kept[] = {
		SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT,
	};

	(void)sigfillset(set);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		(void)sigdelset(set, kept[i]);
}

void
signals_hold(struct signals *was)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t set;

	passed_on(&set);
	/* a caller may have left SIGCHLD ignored, and then there is no status to wait for */
	if (sigprocmask(SIG_BLOCK, &set, &was->mask) || sigaction(SIGCHLD, &action, &was->child))
		die(NULL, "hold signals");
}

pid_t
signals_fork(struct signals *was)
{
	pid_t pid;

	/* what is buffered would be written twice */
	if (fflush(NULL))
		die(NULL, "flush standard output");
	signals_hold(was);
	pid = fork();
	if (pid < 0)
		die(NULL, "fork");
	return pid;
}

void
signals_release(const struct signals *was)
{
	if (sigaction(SIGCHLD, &was->child, NULL) || sigprocmask(SIG_SETMASK, &was->mask, NULL))
		die(NULL, "release signals");
}

static void
on_signal(int sig)
{
	if (signal_passed(sig))
		return;
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);       /* when this returns */
}

void
signals_pass(void)
{
	static const int passed[] = { SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2 };
	struct sigaction was, action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (sigaction(passed[i], NULL, &was) ||
		    (was.sa_handler == SIG_DFL && sigaction(passed[i], &action, NULL)))
			die(NULL, "handle signals");
}

static bool
readable(int fd)
{
	struct pollfd end = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&end, 1, 0) > 0 && end.revents & POLLIN;
}

int
child_wait(pid_t pid, int done, bool *killed)
{
	sigset_t set;
	siginfo_t info;
	int status;

	passed_on(&set);
	for (;;) {
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got < 0)
			die(NULL, "wait for the child");
		if (killed)
			*killed = got > 0 && WIFSIGNALED(status);
		if (got > 0)
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		if (readable(done))
			return 0;
		/* the guard's death came as a SIGTERM, which the child may ignore */
		if (chain.guardian && getppid() != chain.guardian)
			(void)kill(pid, SIGKILL);
		if (sigwaitinfo(&set, &info) < 0 || info.si_signo == SIGCHLD)
			continue;
		/* from kill(2); or from a terminal the child has left */
		if (info.si_code <= 0 || getpgid(pid) != getpgrp())
			(void)kill(pid, info.si_signo);
	}
}
