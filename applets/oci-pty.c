/* SPDX-License-Identifier: MIT */
/* oci-pty: a new terminal as standard input, output and error, and the controlling terminal.
 *
 * After oci-pivot or oci-join: the terminal is one of the container's own devpts, or its
 * name would be another's in there. Before oci-maskpaths and oci-ropaths with -c, which
 * mounts; before oci-user, which gives it to the user. Its other end goes to the outside
 * of oci-ns, to oci-console.
 * schema: process
 */
#include <sys/ioctl.h>
#include <termios.h>

#include "config.h"
#include "gate.h"
#include "handover.h"
#include "ocibox.h"
#include "pty.h"

static void
parse_size(struct winsize *size, const char *text)
{
	size_t len = strcspn(text, "x");
	autofree char *columns = xstrndup(text, len);

	if (!text[len])
		fail(ST_USAGE, text, "not COLUMNSxROWS");
	size->ws_col = (unsigned short)number(columns, 0, UINT16_MAX, "number of columns");
	size->ws_row = (unsigned short)number(text + len + 1, 0, UINT16_MAX, "number of rows");
}

/* Of the user's terminal, which is still in the place of the new one: the program must not see another first. */
static struct winsize
user_size(void)
{
	struct winsize size = { 0 };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (!ioctl(fd, TIOCGWINSZ, &size))
			break;
	return size;
}

/* Who goes on here has no terminal yet, and leads its session. */
static void
take_over(int slave)
{
	/* fails in a leader, who has lost its terminal with its session's beginning */
	if (setsid() < 0 && getsid(0) != getpid())
		die(NULL, "start a session");
	if (ioctl(slave, TIOCSCTTY, 0))
		die(NULL, "make the terminal the controlling one");
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(slave, fd) < 0)
			die(NULL, "make the terminal descriptor %d", fd);
}

char **
oci_pty_main(int argc, char **argv)
{
	autofd int master = -1, slave = -1, sock = -1;
	const struct config *config = NULL;
	struct winsize size = { 0 };
	const char *to = NULL;
	bool console = false;
	int c;

	while ((c = getopt(argc, argv, "+b:cs:z:")) != -1)
		switch (c) {
		case 'b':
			config = config_load(optarg);
			break;
		case 'c':
			console = true;
			break;
		case 's':
			to = optarg;
			break;
		case 'z':
			parse_size(&size, optarg);
			break;
		default:
			usage();
		}
	argv += optind;
	if (!argv[0])
		usage();
	if (config && !config_bool(config, 0, "process.terminal", false))
		return argv;
	if (!to && (!chain.inside || chain.peer < 0))
		fail(ST_USAGE, NULL, "neither behind oci-ns with a block in braces nor with a socket (-s)");
	if (config && !size.ws_row) {
		size.ws_row = (unsigned short)config_uint(config, 0, "process.consoleSize.height", 0);
		size.ws_col = (unsigned short)config_uint(config, 0, "process.consoleSize.width", 0);
	}
	if (to) {
		sock = handover_connect(to);
		if (sock < 0)
			die(to, "connect to");
	}
	if (!size.ws_row && !size.ws_col)
		size = user_size();
	master = pty_make(&slave);
	if ((size.ws_row || size.ws_col) && ioctl(master, TIOCSWINSZ, &size))
		die(NULL, "set the size of the terminal");
	if (console)
		pty_bind_console(slave);
	if (to ? !handover_give(sock, PTY_NAME, strlen(PTY_NAME), master) : !frame_send_descriptor(FRAME_TERMINAL, master))
		die(to, "hand the terminal over%s", to ? " to" : "");
	take_over(slave);
	return argv;
}
