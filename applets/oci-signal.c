/* SPDX-License-Identifier: MIT */
/* oci-signal: send a signal to a container's process, or to all of them, then go on.
 *
 * Without the lock: who has that may be waiting for this very process to end.
 */
#include <ctype.h>
#include <signal.h>
#include <strings.h>

#include "cgroup.h"
#include "compat.h"
#include "ocibox.h"
#include "proc.h"
#include "process.h"
#include "state.h"

/* As the programs in the containers count them, most of which use glibc: musl's own SIGRTMIN is 35. */
enum { RTMIN = 34, RTMAX = 64 };

/* 0 to 64 for a name with or without SIG, in any case, or a number; -1: there is none. */
static int
signal_number(const char *text)
{
	static const struct { char name[8]; int number; } signals[] = {
		{ "HUP", SIGHUP }, { "INT", SIGINT }, { "QUIT", SIGQUIT }, { "ILL", SIGILL }, { "TRAP", SIGTRAP },
		{ "ABRT", SIGABRT }, { "IOT", SIGABRT }, { "BUS", SIGBUS }, { "FPE", SIGFPE }, { "KILL", SIGKILL },
		{ "USR1", SIGUSR1 }, { "SEGV", SIGSEGV }, { "USR2", SIGUSR2 }, { "PIPE", SIGPIPE }, { "ALRM", SIGALRM },
		{ "TERM", SIGTERM }, { "STKFLT", SIGSTKFLT }, { "CHLD", SIGCHLD }, { "CLD", SIGCHLD }, { "CONT", SIGCONT },
		{ "STOP", SIGSTOP }, { "TSTP", SIGTSTP }, { "TTIN", SIGTTIN }, { "TTOU", SIGTTOU }, { "URG", SIGURG },
		{ "XCPU", SIGXCPU }, { "XFSZ", SIGXFSZ }, { "VTALRM", SIGVTALRM }, { "PROF", SIGPROF },
		{ "WINCH", SIGWINCH }, { "IO", SIGIO }, { "POLL", SIGIO }, { "PWR", SIGPWR }, { "SYS", SIGSYS },
		{ "RTMIN", RTMIN }, { "RTMAX", RTMAX },
	};
	char *end;
	long number;

	if (isdigit((unsigned char)*text)) {
		number = strtol(text, &end, 10);
		return *end || number > RTMAX ? -1 : (int)number;
	}
	if (!strncasecmp(text, "SIG", 3))
		text += 3;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!strcasecmp(text, signals[i].name))
			return signals[i].number;
	/* RTMIN+3, RTMAX-1 */
	if (strncasecmp(text, "RTMIN+", 6) && strncasecmp(text, "RTMAX-", 6))
		return -1;
	number = isdigit((unsigned char)text[6]) ? strtol(text + 6, &end, 10) : -1;
	if (number < 0 || *end || number > RTMAX - RTMIN)
		return -1;
	return text[5] == '+' ? RTMIN + (int)number : RTMAX - (int)number;
}

/* cgroup v1 delivers nothing to a frozen process, not even SIGKILL. pid, unless 0: moves that process there, too. */
static void
thaw(int entry, pid_t pid)
{
	autofree char *word = xasprintf("%ld", (long)pid);
	size_t count;
	autofree struct cgroup *groups = cgroup_of_entry(entry, false, &count);

	for (size_t i = 0; i < count; i++) {
		autofd int dir = -1;

		if (groups[i].at.v2 || !cgroup_has(&groups[i].at, "freezer"))
			continue;
		dir = cgroup_open(&groups[i]);
		if (dir >= 0 && !cgroup_write(dir, "freezer.state", "THAWED"))
			die(groups[i].path, "thaw the cgroup");
		if (dir >= 0 && pid && !cgroup_write(dir, "cgroup.procs", word))
			die(groups[i].path, "move the container's process to");
	}
}

/* Sends; false: the process has ended. */
static bool
deliver(int entry, const struct process *process, int number)
{
	if (!process_signal(process, number))
		return false;
	/* behind the signal: it is the first thing the thawed process sees */
	if (number == SIGKILL && cgroup_frozen(entry))
		thaw(entry, 0);
	return true;
}

/* Behind SIGKILL, which nothing but the kernel itself can keep from taking effect. */
static void
see_die(int entry, const struct process *process, const char *id)
{
	if (process_wait(process, 1000))
		return;
	/* others may have moved it to a frozen cgroup of theirs: out of that it is thawed, and theirs stays as it is */
	thaw(entry, process->pid);
	if (!process_wait(process, 10000))
		fail(ST_KERNEL, id, "container init still running: killed 10 s ago, it has not ended");
}

/* Sends to all processes in the cgroup and below, those seen while they are. */
static void
signal_group(int dir, int number)
{
	size_t count, again;
	autofree pid_t *pids = cgroup_pids(dir, &count), *still = NULL;
	autofree int *fds = xcalloc(count, sizeof(*fds));

	/* -1: it has ended, or the kernel has no pidfds, or we no descriptors left */
	for (size_t i = 0; i < count; i++)
		fds[i] = pids[i] > 0 ? (int)syscall(OCI_SYS_pidfd_open, pids[i], 0) : -1;
	/* a number that is listed again was no stranger's when its pidfd was opened */
	still = cgroup_pids(dir, &again);
	for (size_t i = 0; i < count; i++) {
		bool ours = pids[i] > 0 && cgroup_lists(still, again, pids[i]);
		int err = 0;

		if (ours && fds[i] >= 0)
			err = (int)syscall(OCI_SYS_pidfd_send_signal, fds[i], number, NULL, 0);
		else if (ours)
			err = kill(pids[i], number);
		if (err && errno != ESRCH)
			die(NULL, "send signal %d to process %d", number, (int)pids[i]);
		close_fd(&fds[i]);
	}
}

/* The directory of the first of them that was made for the container, whose processes are all in each, and which it is;
 * -1: there is none. */
static int
open_made(const struct cgroup *groups, size_t count, size_t *at)
{
	int dir = -1;

	for (*at = 0; *at < count; ++*at)
		if (groups[*at].made && (dir = cgroup_open(&groups[*at])) >= 0)
			break;
	return dir;
}

/* Sends to all processes of the container; false: it has no cgroup of its own. */
static bool
signal_all(int entry, int number)
{
	size_t count, at;
	autofree struct cgroup *groups = cgroup_of_entry(entry, false, &count);
	autofd int dir = open_made(groups, count, &at);

	if (dir < 0)
		return false;
	/* what is forked meanwhile must die too */
	if (number == SIGKILL)
		cgroup_kill(groups, count);
	else
		signal_group(dir, number);
	return true;
}

/* Whether the process is the first of a pid namespace of its own, with whose end all in it end. */
static bool
is_first(const struct process *process)
{
	autofree char *path = xasprintf("/proc/%d/status", (int)process->pid);
	autofd int fd = proc_try_open(path, O_RDONLY | O_CLOEXEC);
	autofree char *text = fd < 0 ? NULL : read_all(fd, 1 << 16, NULL, path);
	const char *numbers = text ? strstr(text, "\nNSpid:") : NULL;
	size_t len = numbers ? strcspn(numbers + 1, "\n") : 0;

	return len > 1 && !strncmp(numbers + len - 1, "\t1", 2);
}

/* Whether there are processes in a cgroup made for the container. */
static bool
any_left(int entry)
{
	size_t count, at;
	autofree struct cgroup *groups = cgroup_of_entry(entry, false, &count);
	autofd int dir = open_made(groups, count, &at);

	return dir >= 0 && cgroup_populated(&groups[at], dir);
}

struct request {
	const char *id;
	int number;
	bool all, force, wait;
	long long grace;        /* milliseconds until SIGKILL; -1: none */
};

static struct request
parse(int argc, char **argv)
{
	struct request r = { .grace = -1 };
	int c;

	while ((c = getopt(argc, argv, "+afk:w")) != -1)
		switch (c) {
		case 'a':
			r.all = true;
			break;
		case 'f':
			r.force = true;
			break;
		case 'k':
			r.grace = number(optarg, 0, 1000000, "number of seconds") * 1000;
			r.wait = true;
			break;
		case 'w':
			r.wait = true;
			break;
		default:
			usage();
		}
	if (argc - optind < 2)
		usage();
	r.id = argv[optind];
	state_check_id(r.id);
	r.number = signal_number(argv[optind + 1]);
	if (r.number < 0)
		fail(ST_USAGE, argv[optind + 1], "no such signal");
	return r;
}

/* The entry and what it says; -1: with -f there is nothing to be done. */
static int
find(const struct request *r, struct state *state)
{
	char error[512];
	autofd int entry = -1;

	if (!r->force)
		return state_require(r->id, state);
	entry = state_open(r->id);
	return entry < 0 || !state_read(entry, r->id, state, error, sizeof(error)) ? -1 : steal_fd(&entry);
}

char **
oci_signal_main(int argc, char **argv)
{
	struct request r = parse(argc, argv);
	struct process process = { .fd = -1 };
	struct state state;
	autofd int entry = find(&r, &state);
	autofd int pidfd = -1;
	bool sent;

	argv += optind + 2;
	if (entry < 0)
		return argv;
	sent = process_open(&process, state.pid, state.start_time);
	pidfd = process.fd;
	/* who shares a pid namespace would leave the others behind, as newer runc does not */
	if (r.number == SIGKILL && !r.force && !r.wait)
		r.all = r.all || (sent ? !is_first(&process) : any_left(entry));
	if (!r.all || !signal_all(entry, r.number))
		sent = sent && deliver(entry, &process, r.number);
	if (!sent && !r.all && !r.force && !r.wait)
		fail(ST_STATE, r.id, "container not running");
	if (!sent || !r.wait)
		return argv;
	if (r.number == SIGKILL || (!process_wait(&process, r.grace) && deliver(entry, &process, SIGKILL)))
		see_die(entry, &process, r.id);
	return argv;
}
