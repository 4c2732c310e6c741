/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <sys/eventfd.h>

#include "memevent.h"

/* A cgroup that is gone would be told of for ever. */
static void
forget(struct memevent *event)
{
	close_fd(&event->fd);
	event->fd = -1;
}

/* What memory.events counts as oom_kill; the same as before when the cgroup is gone. */
static uint64_t
kills(struct memevent *event)
{
	char text[512];
	ssize_t n = pread(event->fd, text, sizeof(text) - 1, 0);
	const char *line;

	if (n <= 0) {
		forget(event);
		return event->seen;
	}
	text[n] = '\0';
	line = strstr(text, "oom_kill ");
	return line ? strtoull(line + strlen("oom_kill "), NULL, 10) : event->seen;
}

static void
open_v1(struct memevent *event)
{
	/* the kernel keeps what it needs of this file */
	autofd int control = openat(event->dir, "memory.oom_control", O_RDONLY | O_CLOEXEC);
	autofree char *request = NULL;

	event->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event->fd < 0)
		die(NULL, "make an eventfd");
	request = xasprintf("%d %d", event->fd, control);
	if (control < 0 || !cgroup_write(event->dir, "cgroup.event_control", request))
		die("cgroup.event_control", "ask for notices of");
	event->events = POLLIN;
}

void
memevent_open(struct memevent *event, const struct cgroup *groups, size_t count)
{
	const struct cgroup *group = cgroup_with(groups, count, "memory");

	*event = (struct memevent){ .fd = -1, .dir = -1 };
	if (!group)
		return;
	event->dir = cgroup_open(group);
	if (event->dir < 0 && errno == ENOENT)
		return;
	if (event->dir < 0)
		die(group->path, "open cgroup");
	if (!group->at.v2) {
		open_v1(event);
		return;
	}
	event->fd = openat(event->dir, "memory.events", O_RDONLY | O_CLOEXEC);
	if (event->fd < 0 && errno != ENOENT)
		die("memory.events", "open");
	event->events = POLLPRI;
	event->seen = event->fd < 0 ? 0 : kills(event);
}

bool
memevent_happened(struct memevent *event)
{
	uint64_t n;

	if (event->fd < 0)
		return false;
	if (event->events == POLLPRI) {
		n = kills(event);
		if (n <= event->seen)
			return false;
		event->seen = n;
		return true;
	}
	if (read(event->fd, &n, sizeof(n)) != (ssize_t)sizeof(n))
		return false;
	/* the removal of the cgroup is told like this too */
	if (!faccessat(event->dir, "cgroup.event_control", F_OK, 0))
		return true;
	forget(event);
	return false;
}

void
memevent_close(struct memevent *event)
{
	close_fd(&event->fd);
	close_fd(&event->dir);
}
