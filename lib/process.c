/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "compat.h"
#include "proc.h"
#include "process.h"

bool
process_open(struct process *process, pid_t pid, unsigned long long start_time)
{
	unsigned long long now;

	*process = (struct process){ .pid = pid, .start_time = start_time, .fd = -1 };
	if (pid <= 0)
		return false;
	process->fd = (int)syscall(OCI_SYS_pidfd_open, pid, 0);
	/* EINVAL: it has ended, and the number is still that of its session or group, or it is a thread's */
	if (process->fd < 0 && (errno == ESRCH || errno == EINVAL))
		return false;
	if (process->fd < 0 && errno != ENOSYS && errno != EPERM)      /* a seccomp filter's no */
		die(NULL, "open process %d", (int)pid);
	/* behind the open: what has this start time now is what the descriptor holds */
	now = proc_start_time(pid);
	if (now && now == start_time)
		return true;
	close_fd(&process->fd);
	process->fd = -1;
	return false;
}

bool
process_signal(const struct process *process, int number)
{
	int err;

	if (process->fd >= 0)
		err = (int)syscall(OCI_SYS_pidfd_send_signal, process->fd, number, NULL, 0);
	else if (proc_start_time(process->pid) == process->start_time)
		err = kill(process->pid, number);
	else
		return false;
	if (err && errno == ESRCH)
		return false;
	if (err)
		die(NULL, "send signal %d to process %d", number, (int)process->pid);
	return true;
}

long long
now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		die(NULL, "read the clock");
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

bool
process_wait(const struct process *process, long long milliseconds)
{
	long long end = now_ms() + milliseconds;
	struct pollfd pfd = { .fd = process->fd, .events = POLLIN };

	for (;;) {
		long long left = milliseconds < 0 ? -1 : end - now_ms();
		int n;

		if (milliseconds >= 0 && left < 0)
			left = 0;
		/* without a pidfd, poll() only sleeps: a negative descriptor is skipped */
		if (process->fd < 0 && (left < 0 || left > 10))
			left = 10;
		n = poll(&pfd, 1, left > 1000000 ? 1000000 : (int)left);
		if (n < 0 && errno != EINTR)
			die(NULL, "wait for process %d", (int)process->pid);
		if (process->fd < 0 ? proc_start_time(process->pid) != process->start_time : n > 0)
			return true;
		if (milliseconds >= 0 && now_ms() >= end)
			return false;
	}
}
