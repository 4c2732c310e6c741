/* SPDX-License-Identifier: MIT */
/* term STEP... -- PROGRAM...: runs a program at a terminal of its own, as a person would, and ends with its status, 128+N
 * for a signal; 97: a step waited for ten seconds in vain; 98: the terminal was left raw. What was printed goes to stdout.
 * Steps:	+TEXT	wait until TEXT has been printed, behind what the step before waited for
 *		=TEXT	type TEXT
 *		@CxR	give the window this size
 *		!N	send signal N to the program
 *		^N	send it to all who have the terminal, its foreground process group
 *		raw, cooked	wait until the terminal is that
 *		end	hang up */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static char seen[1 << 20];
static size_t length, from;
static int master, ended = -1;
static pid_t program;

static void
fail(int status, const char *step)
{
	fprintf(stderr, "term: %s: in vain; from there was: %s\n", step, seen + from);
	kill(program, SIGKILL);
	exit(status);
}

static int
is_raw(void)
{
	struct termios mode;

	return !tcgetattr(master, &mode) && !(mode.c_lflag & ICANON);
}

/* Reads what there is, waiting a little; whether the program still has the terminal. */
static int
gather(void)
{
	struct pollfd fd = { .fd = master, .events = POLLIN };
	ssize_t n;

	if (poll(&fd, 1, 20) <= 0)
		return 1;
	n = read(master, seen + length, sizeof(seen) - 1 - length);
	if (n > 0)
		length += (size_t)n;
	return n > 0;
}

/* Whether it is so now. */
static int
holds(const char *step)
{
	const char *at;

	if (!strcmp(step, "raw"))
		return is_raw();
	if (!strcmp(step, "cooked"))
		return !is_raw();
	at = strstr(seen + from, step + 1);
	if (at)
		from = (size_t)(at - seen) + strlen(step + 1);
	return at != NULL;
}

static void
follow(const char *step)
{
	time_t end = time(NULL) + 10;
	struct winsize size = { 0 };

	switch (*step) {
	case '=':
		if (write(master, step + 1, strlen(step + 1)) < 0)
			fail(97, step);
		return;
	case '@':
		sscanf(step, "@%hux%hu", &size.ws_col, &size.ws_row);
		ioctl(master, TIOCSWINSZ, &size);
		return;
	case '!':
		kill(program, atoi(step + 1));
		return;
	case '^':
		kill(-tcgetpgrp(master), atoi(step + 1));
		return;
	}
	while (!holds(step)) {
		gather();
		if (time(NULL) > end)
			fail(97, step);
	}
}

static void
start(char **words)
{
	struct winsize size = { .ws_col = 80, .ws_row = 24 };
	int slave;

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) || unlockpt(master) || ioctl(master, TIOCSWINSZ, &size))
		exit(99);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	program = fork();
	if (program == 0) {
		setsid();
		ioctl(slave, TIOCSCTTY, 0);
		for (int fd = 0; fd <= 2; fd++)
			dup2(slave, fd);
		execvp(words[0], words);
		_exit(127);
	}
	/* kept open: the terminal's mode is that of its end, and a hangup is seen by waitpid(2) */
	(void)slave;
}

int
main(int argc, char **argv)
{
	int steps = 1, status = 0;
	time_t end;

	while (steps < argc && strcmp(argv[steps], "--"))
		steps++;
	if (steps + 1 >= argc)
		return 99;
	start(argv + steps + 1);
	for (int i = 1; i < steps; i++)
		if (!strcmp(argv[i], "end"))
			close(master);
		else
			follow(argv[i]);
	for (end = time(NULL) + 10; (ended = waitpid(program, &status, WNOHANG)) == 0;) {
		gather();
		if (time(NULL) > end)
			fail(97, "the program's end");
	}
	while (fcntl(master, F_GETFD) >= 0) {
		size_t before = length;

		gather();
		if (length == before)
			break;
	}
	(void)!write(1, seen, length);
	if (fcntl(master, F_GETFD) >= 0 && is_raw())
		return 98;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
