/* SPDX-License-Identifier: MIT */
/* A container's process, told by pid and start time, so that a later process of the
 * same number is never meant: held by a pidfd, or, before Linux 5.3, looked at each time. */
#ifndef PROCESS_H
#define PROCESS_H

#include "ocibox.h"

struct process {
	pid_t pid;
	unsigned long long start_time;
	int fd;                 /* a pidfd, the caller's to close; -1: the kernel has none */
};

/* Finds the process; false: it has ended (a zombie has), or pid is 0. Dies on other errors. */
bool process_open(struct process *process, pid_t pid, unsigned long long start_time);
/* Sends a signal, 0 to 64; false: it has ended. Dies on other errors. */
bool process_signal(const struct process *process, int number);
/* Waits for its end, at most so many milliseconds, -1 without end; false: it still runs. */
bool process_wait(const struct process *process, long long milliseconds);
/* Milliseconds of a clock that goes on evenly. */
long long now_ms(void);
#endif
