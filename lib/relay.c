/* SPDX-License-Identifier: MIT */
/* Nothing here dies while the user's terminal is raw: errors end the relay, or a direction of it. */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>

#include "flow.h"
#include "guard.h"
#include "relay.h"

struct relay {
	int master;
	pid_t pid;              /* 0: none */
	int tty;                /* the user's terminal, by which the size goes; -1: there is none */
	bool raw;               /* standard input is it, and is raw */
	struct termios was;
	struct flow in, out;
	bool hung_up;           /* nobody has the other end of master open */
	bool ended;             /* standard input */
	bool ends, lines;       /* the program was told so, when it read lines or when not */
	bool lost;              /* standard output is gone */
	int status;             /* -1: go on */
};

static bool
in_foreground(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* From the background, this stops the process until it is in the foreground: SIGTTOU is not held. */
static void
make_raw(struct relay *relay)
{
	struct termios raw;

	/* again, when it was continued: then it was raw before */
	if (!relay->raw && tcgetattr(STDIN_FILENO, &relay->was))
		return;
	raw = relay->was;
	cfmakeraw(&raw);
	/* without returns of the container's terminal, to what is behind a pipe and may print here */
	if (!isatty(STDOUT_FILENO))
		raw.c_oflag = relay->was.c_oflag;
	relay->raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void
restore(struct relay *relay)
{
	/* in the background it is another's to set, who has done so */
	if (relay->raw && in_foreground())
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &relay->was);
	relay->raw = false;
}

static void
follow_size(const struct relay *relay)
{
	struct winsize size;

	if (relay->tty >= 0 && !ioctl(relay->tty, TIOCGWINSZ, &size) && (size.ws_row || size.ws_col))
		(void)ioctl(relay->master, TIOCSWINSZ, &size);
}

/* Standard input has ended: who reads the container's terminal is told as a user would. Once in each mode: an end that
 * was typed for a line is none any more for a program that reads characters from then on. */
static void
type_end(struct relay *relay)
{
	struct flow *in = &relay->in;
	struct termios mode;
	bool lines;

	if (flow_is_full(in) || tcgetattr(relay->master, &mode))
		return;
	lines = mode.c_lflag & ICANON;
	if (relay->ends && relay->lines == lines)
		return;
	relay->lines = lines;
	in->data[0] = in->data[1] = (char)mode.c_cc[VEOF];
	in->at = 0;
	/* the first one only ends a line that has no newline */
	in->end = relay->ends || !lines ? 1 : 2;
	relay->ends = true;
}

/* What is left in the terminal of a program that has ended. Others may go on writing there: not for ever. */
static void
drain(struct relay *relay)
{
	for (int i = 0; i < 1024; i++) {
		while (flow_is_full(&relay->out))
			flow_put(&relay->out);
		relay->out.from = relay->master;
		flow_take(&relay->out);
		if (!flow_is_full(&relay->out))
			return;
	}
}

/* Stops this process as the signal would, with the terminal as it was. */
static void
stop(struct relay *relay)
{
	sigset_t set, was;

	restore(relay);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTSTP);
	(void)raise(SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &set, &was);
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
}

static void
child_ended(struct relay *relay)
{
	int status;

	if (relay->pid && waitpid(relay->pid, &status, WNOHANG) > 0)
		relay->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void
handle_signal(struct relay *relay, int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		child_ended(relay);
		break;
	case SIGWINCH:
		follow_size(relay);
		break;
	case SIGPIPE:
		break;
	case SIGTSTP:
		stop(relay);
		break;
	case SIGCONT:
		/* whoever had the terminal meanwhile left it as it should be in between */
		if (isatty(STDIN_FILENO) && relay->in.from >= 0)
			make_raw(relay);
		follow_size(relay);
		break;
	default:
		if (relay->pid)
			(void)kill(relay->pid, (int)info.ssi_signo);
		else
			relay->status = 128 + (int)info.ssi_signo;
	}
}

/* Nobody sees what is printed: the program is told once, as by a terminal that is hung up; the rest is read and lost. */
static void
lose_output(struct relay *relay)
{
	relay->out.at = relay->out.end;
	if (relay->lost)
		return;
	relay->lost = true;
	if (relay->pid)
		(void)kill(relay->pid, SIGHUP);
	else
		relay->status = 0;
}

static void
turn(struct relay *relay, int signals)
{
	struct flow *in = &relay->in, *out = &relay->out;
	bool reading = !flow_is_full(out) && !relay->hung_up;
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = flow_is_full(in) ? -1 : in->from, .events = POLLIN },
		{ .fd = relay->hung_up || (!reading && !flow_is_full(in)) ? -1 : relay->master,
		  .events = (short)((reading ? POLLIN : 0) | (flow_is_full(in) ? POLLOUT : 0)) },
		{ .fd = flow_is_full(out) ? out->to : -1, .events = POLLOUT },
	};

	/* nobody announces who opens the terminal anew, or changes its mode */
	if (poll(fds, 4, relay->hung_up || relay->ended ? 100 : -1) < 0)
		return;
	if (fds[0].revents)
		handle_signal(relay, signals);
	if (fds[1].revents) {
		flow_take(in);
		relay->ended = in->from < 0 && !isatty(STDIN_FILENO);
	}
	if (relay->ended)
		type_end(relay);
	if (flow_is_full(in) && (fds[2].revents & POLLOUT || relay->hung_up))
		flow_put(in);
	if (!flow_is_full(out) && (fds[2].revents & ~POLLOUT || relay->hung_up)) {
		out->from = relay->master;
		flow_take(out);
		relay->hung_up = out->from < 0;
	}
	if (fds[3].revents)
		flow_put(out);
	if (out->to < 0)
		lose_output(relay);
}

static int
user_terminal(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (isatty(fd))
			return fd;
	return -1;
}

static int
run(struct relay *relay)
{
	sigset_t set, was;
	int signals;

	(void)sigfillset(&set);
	/* faults, and what job control does to who is in the background */
	for (size_t i = 0; i < 9; i++)
		(void)sigdelset(&set, (const int[]){ SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGTTIN, SIGTTOU }[i]);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0 || sigprocmask(SIG_BLOCK, &set, &was))
		die(NULL, "hold signals");
	/* not the user's, whose descriptors others share */
	if (fcntl(relay->master, F_SETFL, O_RDWR | O_NONBLOCK))
		die(NULL, "set the flags of the terminal");
	relay->tty = user_terminal();
	follow_size(relay);
	if (relay->in.from >= 0 && isatty(STDIN_FILENO))
		make_raw(relay);
	child_ended(relay);
	while (relay->status < 0) {
		turn(relay, signals);
		if (relay->hung_up && !relay->pid && !flow_is_full(&relay->out) && relay->status < 0)
			relay->status = 0;
	}
	drain(relay);
	restore(relay);
	close(signals);
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
	return relay->status;
}

static void
begin(struct relay *relay, int master, pid_t pid, bool input)
{
	*relay = (struct relay){ .master = master, .pid = pid, .tty = -1, .status = -1 };
	relay->in.from = input ? STDIN_FILENO : -1;
	relay->in.to = relay->out.from = master;
	relay->out.to = STDOUT_FILENO;
}

void
relay_lines(int master)
{
	struct termios mode;

	if (isatty(STDOUT_FILENO) || tcgetattr(master, &mode))
		return;
	mode.c_oflag &= ~(tcflag_t)ONLCR;
	(void)tcsetattr(master, TCSANOW, &mode);
}

int
relay_wait(int master, pid_t pid)
{
	struct relay relay;

	begin(&relay, master, pid, true);
	return run(&relay);
}

int
relay_until_hangup(int master, bool input)
{
	struct relay relay;

	begin(&relay, master, 0, input);
	return run(&relay);
}
