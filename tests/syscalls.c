/* SPDX-License-Identifier: MIT */
/* syscalls [LAST]: tries every system call up to number LAST (600) with arguments of no use, each in a process of
 * its own, and prints a line for each: "ABI NUMBER ARGUMENTS: " and the errno, "ok", "ends", "blocks" or "signal N".
 * The same lines from two containers mean the same filter, as far as these arguments tell. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OK = -1, NONE = -2 };

static long
call_native(long number, long argument)
{
	return syscall(number, argument, argument, argument, argument, argument, argument);
}

#ifdef __x86_64__
static long
call_ia32(long number, long argument)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result)
			 : "a"(number), "b"(argument), "c"(argument), "d"(argument), "S"(argument), "D"(argument)
			 : "r8", "r9", "r10", "r11", "memory");
	if ((int)result < 0 && (int)result > -4096) {
		errno = -(int)result;
		return -1;
	}
	return 0;
}
#endif

/* Whether the process waits for something; not for a processor or a disk. */
static int
sleeps(pid_t pid)
{
	char path[64], state = 'S';
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	in = fopen(path, "r");
	if (!in || fscanf(in, "%*d (%*[^)]) %c", &state) != 1)
		state = 'S';
	if (in)
		fclose(in);
	return state == 'S' || state == 't' || state == 'T';
}

static void
try(const char *abi, long (*call)(long, long), long number, long argument, volatile int *result)
{
	const struct timespec soon = { .tv_nsec = 20000000 };
	sigset_t child;
	int status, end, answer;
	pid_t pid, self;

	*result = NONE;
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("syscalls: fork");
		exit(1);
	}
	if (pid == 0) {
		/* its own group: some numbers send signals to it */
		setpgid(0, 0);
		self = getpid();
		answer = call(number, argument) < 0 ? errno : OK;
		/* fork(2) was one of them, perhaps */
		if (getpid() == self)
			*result = answer;
		_exit(0);
	}
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	/* not a timer of its own: some calls block its signal */
	while ((end = waitpid(pid, &status, WNOHANG)) == 0 && (sigtimedwait(&child, NULL, &soon) > 0 || !sleeps(pid)))
		;
	if (end == 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	printf("%s %ld %ld: ", abi, number, argument);
	if (*result == OK)
		puts("ok");
	else if (*result != NONE)
		printf("%d\n", *result);
	else if (end == 0)
		puts("blocks");
	else if (WIFSIGNALED(status))
		printf("signal %d\n", WTERMSIG(status));
	else
		puts("ends");
}

int
main(int argc, char **argv)
{
	long last = argc > 1 ? atol(argv[1]) : 600;
	volatile int *result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	sigset_t child;

	if (result == MAP_FAILED)
		return 1;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	for (long number = 0; number <= last; number++) {
#ifdef SYS_vfork
		/* returns twice on one stack */
		if (number == SYS_vfork)
			continue;
#endif
		try("native", call_native, number, -1, result);
		try("native", call_native, number, 0, result);
		/* AF_VSOCK, which profiles tell from other families */
		if (number == SYS_socket)
			try("native", call_native, number, 40, result);
#ifdef __x86_64__
		try("x32", call_native, 0x40000000 | number, -1, result);
		if (number != 190)      /* vfork */
			try("ia32", call_ia32, number, -1, result);
#endif
	}
	return 0;
}
