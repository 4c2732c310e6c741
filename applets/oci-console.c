/* SPDX-License-Identifier: MIT */
/* oci-console: take the container's terminal from its process, for the user or for a client.
 *
 * In the braces of oci-ns, where oci-pty is due inside: before the gate behind it. For a
 * client that named a socket it goes there; else oci-reap will be its other end.
 */
#include "config.h"
#include "gate.h"
#include "handover.h"
#include "ocibox.h"
#include "pty.h"
#include "relay.h"

char **
oci_console_main(int argc, char **argv)
{
	const char *bundle = NULL, *to = NULL;
	autofd int master = -1, sock = -1;
	bool detach = false, terminal = true;
	int c;

	while ((c = getopt(argc, argv, "+b:ds:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'd':
			detach = true;
			break;
		case 's':
			to = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	if (chain.child <= 0 || chain.peer < 0)
		fail(ST_USAGE, NULL, "not the outside of oci-ns with a block in braces");
	if (bundle)
		terminal = config_bool(config_load(bundle), 0, "process.terminal", false);
	/* in the words of runc, which clients and their users know */
	if (!terminal && to)
		fail(ST_USAGE, to, "cannot use console socket if the process has no terminal");
	if (terminal && detach && !to)
		fail(ST_USAGE, NULL, "cannot allocate tty if ocibox will detach without setting console socket");
	if (!terminal)
		return argv;
	if (to) {
		sock = handover_connect(to);
		if (sock < 0)
			die(to, "connect to the console socket");
	}
	master = frame_next_descriptor(FRAME_TERMINAL);
	if (master < 0)
		peer_gone("its terminal");
	if (!to) {
		relay_lines(master);
		close_fd(&chain.terminal);
		chain.terminal = steal_fd(&master);
	} else if (!handover_give(sock, PTY_NAME, strlen(PTY_NAME), master)) {
		die(to, "send the terminal to the console socket");
	}
	return argv;
}
