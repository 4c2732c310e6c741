/* SPDX-License-Identifier: MIT */
/* oci-fail: end the chain with an error, said as every step says it: on stderr
 * and in the log. For scripts, whose own echo would not reach the log.
 */
#include "ocibox.h"

char **
oci_fail_main(int argc, char **argv)
{
	long long status = ST_USAGE;
	int c;

	while ((c = getopt(argc, argv, "+n:s:")) != -1)
		switch (c) {
		case 'n':
			chain.step = optarg;
			break;
		case 's':
			status = number(optarg, 1, 255, "status");
			break;
		default:
			usage();
		}
	argv += optind;
	if (!argv[0] || !argv[1])
		usage();
	fail((int)status, argv[0], "%s", argv[1]);
}
