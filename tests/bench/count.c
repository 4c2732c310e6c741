/* SPDX-License-Identifier: MIT */
/* count FILE COMMAND [WORD ...]: how much a command and its descendants do until it ends; they are then let go. Writes to
 * FILE "system calls", "processes" and "programs" with their numbers, then for each program, by the name the kernel has
 * for it, the most memory one process of it had resident, in KiB. All is separated by tabs. Ends with the command's status. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct program {
	char name[32];
	long peak;
} programs[64];
static size_t program_count;
static long calls, processes, execs;

static void
stop(const char *what)
{
	fprintf(stderr, "count: %s: %s\n", what, strerror(errno));
	exit(125);
}

/* What the kernel says of pid in its status file: the text behind key, or "". */
static const char *
status_of(pid_t pid, const char *key)
{
	static char text[8192];
	char path[64];
	ssize_t n;
	char *at;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return "";
	text[n] = '\0';
	at = strstr(text, key);
	if (!at)
		return "";
	at += strlen(key) + strspn(at + strlen(key), " \t");
	at[strcspn(at, "\n")] = '\0';
	return at;
}

/* Before pid loses its memory, by an exec or its end. */
static void
note_memory(pid_t pid)
{
	char name[32];
	long peak;
	size_t i;

	snprintf(name, sizeof(name), "%s", status_of(pid, "Name:"));
	peak = strtol(status_of(pid, "VmHWM:"), NULL, 10);
	if (!*name)
		return;
	for (i = 0; i < program_count && strcmp(programs[i].name, name) != 0; i++)
		continue;
	if (i == sizeof(programs) / sizeof(programs[0]))
		return;
	if (i == program_count)
		memcpy(programs[program_count++].name, name, sizeof(name));
	if (peak > programs[i].peak)
		programs[i].peak = peak;
}

static void
system_call(pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	calls++;
	if (info.entry.nr == SYS_execve || info.entry.nr == SYS_execveat)
		note_memory(pid);
}

/* What pid goes on with after this stop: the signal it is to get. */
static int
handle(pid_t pid, int status)
{
	int event = status >> 16, number = WSTOPSIG(status);

	if (number == (SIGTRAP | 0x80)) {
		system_call(pid);
		return 0;
	}
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		processes++;
		return 0;
	case PTRACE_EVENT_EXEC:
		execs++;
		return 0;
	case PTRACE_EVENT_EXIT:
		note_memory(pid);
		return 0;
	default:
		/* a new process begins with a stop that is nobody's signal */
		return number == SIGSTOP || event ? 0 : number;
	}
}

int
main(int argc, char **argv)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
	pid_t first, pid;
	int status, result = 125;
	FILE *out;

	if (argc < 3)
		return 2;
	out = fopen(argv[1], "we");
	if (!out)
		stop(argv[1]);
	first = fork();
	if (first < 0)
		stop("fork");
	if (first == 0) {
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		stop(argv[2]);
	}
	if (waitpid(first, &status, WUNTRACED) != first || ptrace(PTRACE_SEIZE, first, NULL, (void *)options) < 0 ||
	    kill(first, SIGCONT) < 0)
		stop("trace");
	processes = 1;
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status) && pid == first) {
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			break;
		}
		if (!WIFSTOPPED(status))
			continue;
		/* one that was killed meanwhile is no error */
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)handle(pid, status)) < 0 && errno != ESRCH)
			stop("go on");
	}
	fprintf(out, "system calls\t%ld\nprocesses\t%ld\nprograms\t%ld\n", calls, processes, execs);
	for (size_t i = 0; i < program_count; i++)
		fprintf(out, "%s\t%ld\n", programs[i].name, programs[i].peak);
	if (fclose(out))
		stop(argv[1]);
	return result;
}
