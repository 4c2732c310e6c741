/* SPDX-License-Identifier: MIT */
/* oci-recvtty: be the other end of a console socket, so that no client is needed.
 *
 * Started before the create, run or exec whose --console-socket it is. It is no step: it
 * ends with the terminal.
 */
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "handover.h"
#include "ocibox.h"
#include "relay.h"
#include "state.h"

static int
listen_at(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	autofd int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(name.sun_path))
		fail(ST_USAGE, path, "longer than the name of a socket can be (%zu bytes)", sizeof(name.sun_path) - 1);
	memcpy(name.sun_path, path, strlen(path));
	if (sock < 0 || bind(sock, (struct sockaddr *)&name, sizeof(name)) || listen(sock, 8))
		die(path, "make the socket");
	return steal_fd(&sock);
}

/* The terminal that the next who connects sends, or -1 for one who sends none. */
static int
next_terminal(int sock, const char *path)
{
	autofd int from = -1;
	char text[4096];
	int master = -1;

	do
		from = accept4(sock, NULL, NULL, SOCK_CLOEXEC);
	while (from < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (from < 0)
		die(path, "accept a connection to");
	if (handover_take(from, text, sizeof(text), 0, &master) < 0)
		die(path, "receive a terminal from");
	if (master >= 0 && !isatty(master)) {
		close(master);
		master = -1;
	}
	return master;
}

/* Reads all terminals that come, and shows none. */
static _Noreturn void
swallow(int sock, const char *path)
{
	/* children are not waited for */
	if (signal(SIGCHLD, SIG_IGN) == SIG_ERR)
		die(NULL, "ignore SIGCHLD");
	for (;;) {
		autofd int master = next_terminal(sock, path);
		pid_t pid = master < 0 ? 1 : fork();
		char data[4096];

		if (pid < 0)
			die(NULL, "fork");
		if (pid)
			continue;
		close(sock);
		while (read(master, data, sizeof(data)) > 0)
			;
		_exit(0);
	}
}

char **
oci_recvtty_main(int argc, char **argv)
{
	const char *mode = "single", *pidfile = NULL, *path;
	autofd int sock = -1, master = -1;
	bool input = true;
	int c;

	while ((c = getopt(argc, argv, "+m:np:")) != -1)
		switch (c) {
		case 'm':
			mode = optarg;
			break;
		case 'n':
			input = false;
			break;
		case 'p':
			pidfile = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	path = argv[0];
	if (!path || argv[1] || (strcmp(mode, "single") && strcmp(mode, "null")))
		usage();
	sock = listen_at(path);
	if (pidfile)
		state_pid_file(pidfile, getpid());
	if (!strcmp(mode, "null"))
		swallow(sock, path);
	master = next_terminal(sock, path);
	/* nobody else is to come; a second client must not wait for an answer */
	if (unlink(path))
		die(path, "remove the socket");
	close_fd(&sock);
	sock = -1;
	if (master < 0)
		fail(ST_LOST, path, "no terminal was sent");
	chain.status = relay_until_hangup(master, input);
	return argv + 1;
}
