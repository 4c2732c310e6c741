/* SPDX-License-Identifier: MIT */
/* oci-wait: wait for a container's end, and end with its exit status.
 *
 * The process is nobody's child by now, or another's. Its status is in the
 * entry when oci-supervise or an earlier oci-wait put it there; else the zombie
 * has it, until its parent takes it; then the kernel keeps it for who holds a
 * pidfd (Linux 6.15). Whichever it was, the entry keeps it until oci-forget.
 */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "compat.h"
#include "ocibox.h"
#include "proc.h"
#include "process.h"
#include "state.h"
#include "sync.h"

/* The kernel's exit code as a shell gives it. */
static int
shell_status(int code)
{
	return WIFSIGNALED(code) ? 128 + WTERMSIG(code) : WEXITSTATUS(code);
}

/* The status in /proc/PID/stat, field 52, of a zombie of that start time; -1: it is none. */
static int
zombie_status(const struct process *process)
{
	autofree char *path = xasprintf("/proc/%d/stat", (int)process->pid);
	autofd int fd = proc_try_open(path, O_RDONLY);
	unsigned long long start_time = 0;
	char text[2048], *at;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int field = 2;

	if (n <= 0)
		return -1;
	text[n] = '\0';
	/* behind the name, which may hold anything */
	at = strrchr(text, ')');
	if (!at || (at[2] != 'Z' && at[2] != 'X'))
		return -1;
	while ((at = strchr(at, ' '))) {
		at++;
		if (++field == 22)
			start_time = strtoull(at, NULL, 10);
		if (field == 52)
			return start_time == process->start_time ? shell_status(atoi(at)) : -1;
	}
	return -1;
}

/* What the kernel kept of a process that was waited for; -1: nothing yet, and *knows says whether it would. */
static int
kept_status(const struct process *process, bool *knows)
{
	struct oci_pidfd_info info = { .mask = OCI_PIDFD_INFO_EXIT };

	*knows = process->fd >= 0 && !ioctl(process->fd, OCI_PIDFD_GET_INFO, &info);
	return *knows && (info.mask & OCI_PIDFD_INFO_EXIT) ? shell_status(info.exit_code) : -1;
}

/* The status of a process that has ended; -1: nobody knows it. */
static int
status_of(const struct process *process, int entry)
{
	struct pollfd reaped = { .fd = process->fd };
	bool knows;

	for (;;) {
		int status = zombie_status(process);

		if (status < 0)
			status = state_exit(entry);
		if (status < 0)
			status = kept_status(process, &knows);
		if (status >= 0 || !knows)
			return status;
		/* on its way from zombie to nothing, which is POLLHUP */
		if (poll(&reaped, 1, 10) < 0 && errno != EINTR)
			die(NULL, "wait for process %d", (int)process->pid);
	}
}

char **
oci_wait_main(int argc, char **argv)
{
	struct process process;
	struct state state;
	autofd int entry = -1;
	autofd int pidfd = -1;
	int status;

	if (getopt(argc, argv, "+") != -1 || !argv[optind])
		usage();
	entry = state_require(argv[optind], &state);
	status = state_exit(entry);
	if (status < 0) {
		if (!state.pid)
			fail(ST_STATE, state.id, "it has no process yet");
		if (process_open(&process, state.pid, state.start_time))
			(void)process_wait(&process, -1);       /* without end: it is true */
		pidfd = process.fd;
		status = status_of(&process, entry);
		if (status < 0)
			fail(ST_LOST, state.id, "it has ended, and its exit status was seen by its parent alone");
		state_set_exit(entry, state.id, status);
		if (!sync_tell(entry, &state, COND_STOPPED))
			warn(state.id, "its end is not told: %s", strerror(errno));
	}
	if (status)
		chain_end(status);
	return argv + optind + 1;
}
