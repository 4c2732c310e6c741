/* SPDX-License-Identifier: MIT */
/* Processes that stand behind another: waiting for it, passing signals on, undoing what it leaves. */
#ifndef GUARD_H
#define GUARD_H

#include <signal.h>

#include "ocibox.h"

/* What signals_hold changed. */
struct signals {
	sigset_t mask;
	struct sigaction child;
};

/* Before a fork: signals wait for child_wait. signals_release, in the child, restores what was. */
void signals_hold(struct signals *was);
void signals_release(const struct signals *was);
/* The same, and fork(2); both go on with signals held. Dies. */
pid_t signals_fork(struct signals *was);
/* From here on signals that would end this process go to the container's process as soon as that is its program, which may
 * be before child_wait; until then they do what they did. Dies. */
void signals_pass(void);
/* Waits for the child pid, passing on to it the signals sent to this process (not those the terminal sends to
 * both). Returns the status to exit with, 128+N for a signal; *killed (may be NULL): it was a signal. 0 too when
 * done (or -1) becomes readable first. When the guard of this process dies, the child is killed. */
int child_wait(pid_t pid, int done, bool *killed);

/* In a signal handler: sends sig to the container's process when that has become its program; false: it has not. */
bool signal_passed(int sig);
/* chain.child is pid from now on, and does not outlive this process. */
void child_take(pid_t pid);
/* Runs words ("ocibox" and a chain) as a process of their own and waits for it. Safe in a signal handler. */
void undo_run(char **words);
/* This process, forked by guardian, runs words at its end, and at its guardian's. said: where it says that it did. */
void undo_arm(char **words, bool always, int said, pid_t guardian);
/* In a child: the undo is its parent's business. */
void undo_disarm(void);
#endif
