/* SPDX-License-Identifier: MIT */
/* oci-pidfd: send a descriptor of a process to a socket, then go on.
 *
 * In the braces of oci-ns, where oci-pidfile stands: who gets the descriptor takes
 * it for the word that the process is ready. The process is a child's and cannot be
 * another's by now, whatever its number.
 */
#include "compat.h"
#include "handover.h"
#include "ocibox.h"

char **
oci_pidfd_main(int argc, char **argv)
{
	pid_t pid = chain.child ? chain.child : chain.freed;
	autofd int sock = -1, pidfd = -1;
	int c;

	while ((c = getopt(argc, argv, "+P:")) != -1)
		switch (c) {
		case 'P':
			pid = (pid_t)number(optarg, 1, INT32_MAX, "process id");
			break;
		default:
			usage();
		}
	argv += optind;
	if (!argv[0])
		usage();
	if (!pid)
		fail(ST_USAGE, argv[0], "no process is known (-P)");
	/* such descriptors are closed by exec from the start */
	pidfd = (int)syscall(OCI_SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		die(NULL, "open process %d", (int)pid);
	sock = handover_connect(argv[0]);
	/* runc's word with it */
	if (sock < 0 || !handover_give(sock, "standard", 8, pidfd))
		die(argv[0], "send the process to the socket");
	return argv + 1;
}
