/* SPDX-License-Identifier: MIT */
/* oci-notify: let a container's program tell the service manager that it is ready, then go on.
 *
 * Three steps. With -b behind oci-claim: the configuration in force has a directory of the entry mounted, and the name of
 * a socket in the environment. With -l before the program may begin, and with -w behind that.
 *
 * The manager's own socket stays out of the container: what it takes there would be the container's to say.
 */
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "config.h"
#include "gate.h"
#include "handover.h"
#include "json_edit.h"
#include "path.h"
#include "process.h"
#include "state.h"

#define IN_CONTAINER "/run/notify"
#define SOCKET "notify.sock"

enum { BARRIER_MS = 30000 };

/* In the configuration in force; not where the caller has seen to it, as podman does, or nothing is to run. */
static void
change_config(const char *bundle)
{
	static const char *const variable = "NOTIFY_SOCKET=" IN_CONTAINER "/" SOCKET;
	const struct config *config = config_load(bundle);
	int process = config_node(config, 0, "process"), env = config_node(config, process, "env");
	char place[32];
	autofree char *directory = NULL, *quoted = NULL;
	struct json_member member = { "env", NULL };
	const char *more, *text;

	for (int n = json_first(config->json, env); n >= 0; n = json_next(config->json, n))
		if (!strncmp(json_string(config->json, n), variable, strlen("NOTIFY_SOCKET=")))
			return;
	if (process < 0)
		return;
	/* its users come by the mount alone: the entry is closed to them */
	if (mkdirat(chain.entry, "notify", 0755) || fchmodat(chain.entry, "notify", 0755, 0))
		die("notify", "make the directory");
	directory = realpath(fd_path(chain.entry, place), NULL);
	if (!directory)
		die(NULL, "find the state directory");
	member.text = json_append(config->json, env, (const char **)(uintptr_t)&variable, 1, true);
	text = json_merge(config->json, process, &member, 1);
	config = config_set("process", text, strlen(text), "process");
	quoted = json_quoted(directory);
	more = xasprintf("{\"destination\":\"" IN_CONTAINER "\",\"type\":\"bind\",\"source\":%.*s/notify\","
			 "\"options\":[\"bind\",\"nosuid\",\"noexec\",\"nodev\",\"ro\"]}", (int)strlen(quoted) - 1, quoted);
	text = json_append(config->json, config_node(config, 0, "mounts"), &more, 1, false);
	(void)config_set("mounts", text, strlen(text), "mounts");
}

/* The socket that the container's program will write to. */
static void
listen_there(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char dir[32];
	autofd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* everybody's from the beginning: by its name it would be another file where the container may write there */
	mode_t mask = umask(0);

	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s/notify/" SOCKET, fd_path(chain.entry, dir));
	/* one that is there is of a start that failed */
	if (fd < 0 || (unlinkat(chain.entry, "notify/" SOCKET, 0) && errno != ENOENT) ||
	    bind(fd, (struct sockaddr *)&name, sizeof(name)))
		die(SOCKET, "make the socket");
	(void)umask(mask);
	chain.notify = steal_fd(&fd);
}

/* A socket connected to the manager's, "/path" or "@name"; -1 and errno. */
static int
connect_manager(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	autofd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t len = strlen(path);

	errno = len >= sizeof(name.sun_path) ? ENAMETOOLONG : EINVAL;
	if (fd < 0 || len >= sizeof(name.sun_path) || !strchr("/@", *path))
		return -1;
	memcpy(name.sun_path, path, len);
	if (*path == '@')
		name.sun_path[0] = '\0';
	if (connect(fd, (struct sockaddr *)&name, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (*path != '@'))))
		return -1;
	return steal_fd(&fd);
}

/* Says text as the process that the manager started, which alone it may listen to; who may not say so, says it as it is. */
static bool
say(int manager, const char *text)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(struct ucred))];
	} control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_CREDENTIALS, .cmsg_len = CMSG_LEN(sizeof(struct ucred)) } };
	struct ucred self = { .pid = chain.first, .uid = getuid(), .gid = getgid() };
	struct iovec part = { .iov_base = (char *)(uintptr_t)text, .iov_len = strlen(text) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.space) };

	memcpy(CMSG_DATA(&control.header), &self, sizeof(self));
	return sendmsg(manager, &message, MSG_NOSIGNAL) >= 0 || (errno == EPERM && handover_give(manager, text, strlen(text), -1));
}

/* Waits until the manager has taken what was said, as sd_notify_barrier(3) does: it asks who a sender is, and looks at
 * its cgroup, when it reads. */
static bool
await_manager(int manager)
{
	struct pollfd end = { .events = POLLHUP };
	bool said;
	int line[2];

	if (pipe2(line, O_CLOEXEC))
		return false;
	said = handover_give(manager, "BARRIER=1", strlen("BARRIER=1"), line[1]);
	close(line[1]);
	end.fd = line[0];
	if (said)
		(void)poll(&end, 1, BARRIER_MS);
	close(line[0]);
	return said;
}

static void
pass_on(pid_t main_pid, bool leaves)
{
	const char *path = getenv("NOTIFY_SOCKET");
	autofd int manager = path ? connect_manager(path) : -1;
	autofree char *text = xasprintf("READY=1\nMAINPID=%ld", (long)main_pid);

	if (path && (manager < 0 || !say(manager, text) || (leaves && !await_manager(manager))))
		warn(path, "the service manager is not told that the container is ready: %s", strerror(errno));
}

/* Whether the container has said that it is ready. That line alone counts, whatever else is said. */
static bool
is_ready(void)
{
	char text[4096], *rest;
	const char *line;
	ssize_t n;

	while ((n = recv(chain.notify, text, sizeof(text) - 1, MSG_DONTWAIT)) >= 0) {
		text[n] = '\0';
		rest = text;
		while ((line = strsep(&rest, "\n")))
			if (!strcmp(line, "READY=1"))
				return true;
	}
	return false;
}

/* Until it has said so, or has ended. */
static void
relay(const struct state *state, bool leaves)
{
	struct process process;
	bool ended = !process_open(&process, state->pid, state->start_time);

	for (;;) {
		struct pollfd wait[] = { { .fd = chain.notify, .events = POLLIN }, { .fd = process.fd, .events = POLLIN } };

		if (is_ready()) {
			pass_on(leaves ? state->pid : chain.first, leaves);
			break;
		}
		/* looked at before the last message was */
		if (ended)
			break;
		/* without a pidfd the end has to be looked for */
		(void)poll(wait, 2, process.fd < 0 ? 100 : -1);
		ended = process_wait(&process, 0);
	}
	close_fd(&process.fd);
}

static void
wait_ready(const char *id)
{
	struct state state;
	autofd int entry = state_require(id, &state);
	pid_t pid;

	/* who stays the container's parent has other things to do */
	pid = chain.child > 0 ? fork() : 0;
	if (pid < 0)
		die(NULL, "fork");
	if (pid == 0 && chain.child > 0) {
		parent_bind(-1);
		relay(&state, false);
		_exit(0);
	}
	if (pid == 0)
		relay(&state, true);
	close_fd(&chain.notify);
	chain.notify = -1;
}

char **
oci_notify_main(int argc, char **argv)
{
	const char *bundle = NULL, *id = NULL;
	bool listen = false;
	int c;

	while ((c = getopt(argc, argv, "+b:lw:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'l':
			listen = true;
			break;
		case 'w':
			id = optarg;
			break;
		default:
			usage();
		}
	if (!bundle && !listen && !id)
		usage();
	if ((bundle || listen) && chain.entry < 0)
		fail(ST_USAGE, NULL, "not behind oci-claim or oci-hold");
	if (bundle)
		change_config(bundle);
	/* without the directory the container has no such socket */
	if (listen && state_has(chain.entry, "notify"))
		listen_there();
	if (id && chain.notify >= 0)
		wait_ready(id);
	return argv + optind;
}
