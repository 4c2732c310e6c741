/* SPDX-License-Identifier: MIT */
/* oci-events: print what a container uses, and when it runs out of memory, until it ends.
 *
 * One line of JSON for each event, as runc prints them: containerd and docker read these.
 */
#include <ctype.h>
#include <poll.h>
#include <sys/timerfd.h>

#include "memevent.h"
#include "process.h"
#include "state.h"
#include "stats.h"

/* Without a pidfd the container's end is looked for this often. */
enum { LOOK_MS = 100 };

struct watch {
	const char *id;
	struct cgroup *groups;
	size_t count;
	struct process process;
	struct memevent memory;
	int timer;
};

/* "1m30s", "500ms", "1.5h" as nanoseconds; 0: it is none. */
static uint64_t
duration(const char *text)
{
	static const struct { char unit[4]; double ns; } units[] = {
		{ "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 }, { "h", 3600e9 },
	};
	double total = 0;

	while (isdigit((unsigned char)*text) || *text == '.') {
		double number;
		size_t len, i = 0;
		int used = 0;

		if (scan(text, "%lf%n", &number, &used) != 1)
			return 0;
		text += used;
		len = strspn(text, "numsh");
		/* "1m30s": m and s are units of their own */
		while (i < sizeof(units) / sizeof(units[0]) && (strlen(units[i].unit) != len || strncmp(units[i].unit, text, len)))
			i++;
		if (i == sizeof(units) / sizeof(units[0]))
			return 0;
		total += number * units[i].ns;
		text += len;
	}
	return *text || total > 1e18 ? 0 : (uint64_t)total;
}

static void
put_event(const struct watch *watch, const char *type)
{
	printf("{\"type\":\"%s\",\"id\":", type);
	put_json(stdout, watch->id);
	if (!strcmp(type, "stats")) {
		fputs(",\"data\":", stdout);
		stats_put(stdout, watch->groups, watch->count);
	}
	puts("}");
	/* the reader waits for it */
	if (fflush(stdout))
		die("standard output", "write to");
}

static int
start_timer(uint64_t ns)
{
	struct itimerspec times = { .it_value = { .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000) } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	times.it_interval = times.it_value;
	if (fd < 0 || timerfd_settime(fd, 0, &times, NULL))
		die(NULL, "make a timer");
	return fd;
}

static void
follow(struct watch *watch)
{
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = watch->process.fd, .events = POLLIN },
			{ .fd = watch->memory.fd, .events = watch->memory.events },
			{ .fd = watch->timer, .events = POLLIN },
		};
		uint64_t turns;
		bool ended;

		if (poll(fds, 3, watch->process.fd < 0 ? LOOK_MS : -1) < 0 && errno != EINTR)
			die(NULL, "wait for events");
		ended = process_wait(&watch->process, 0);
		/* before the end: it may be what the container died of */
		if ((fds[1].revents || ended) && memevent_happened(&watch->memory))
			put_event(watch, "oom");
		if (ended)
			return;
		if (fds[2].revents && read(watch->timer, &turns, sizeof(turns)) == (ssize_t)sizeof(turns))
			put_event(watch, "stats");
	}
}

static void
open_watch(struct watch *watch, const char *id)
{
	struct state state;
	autofd int entry = state_require(id, &state);

	watch->id = id;
	if (!process_open(&watch->process, state.pid, state.start_time))
		fail(ST_STATE, NULL, "container with id %s is not running", id);
	watch->groups = cgroup_of_entry(entry, false, &watch->count);
	if (!watch->groups)
		fail(ST_STATE, id, "no cgroup was made for this container");
}

char **
oci_events_main(int argc, char **argv)
{
	struct watch watch = { .process = { .fd = -1 } };
	const char *interval = "5s";
	bool once = false;
	uint64_t ns;
	int c;

	while ((c = getopt(argc, argv, "+i:s")) != -1)
		switch (c) {
		case 'i':
			interval = optarg;
			break;
		case 's':
			once = true;
			break;
		default:
			usage();
		}
	if (!argv[optind])
		usage();
	ns = duration(interval);
	if (!ns)
		fail(ST_USAGE, interval, "duration interval must be greater than 0, as in 500ms, 5s or 1m30s");
	open_watch(&watch, argv[optind]);
	if (once) {
		put_event(&watch, "stats");
	} else {
		memevent_open(&watch.memory, watch.groups, watch.count);
		watch.timer = start_timer(ns);
		follow(&watch);
		memevent_close(&watch.memory);
		close_fd(&watch.timer);
	}
	close_fd(&watch.process.fd);
	free(watch.groups);
	return argv + optind + 1;
}
