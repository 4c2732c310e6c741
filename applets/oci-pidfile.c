/* SPDX-License-Identifier: MIT */
/* oci-pidfile: write a process's pid into a file, then go on.
 *
 * In the braces of oci-ns, behind the gate at which the process is what the file's
 * readers expect: clients take the file for the word that it runs.
 */
#include "ocibox.h"
#include "state.h"

char **
oci_pidfile_main(int argc, char **argv)
{
	pid_t pid = chain.child ? chain.child : chain.freed;
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
	state_pid_file(argv[0], pid);
	return argv + 1;
}
