/* SPDX-License-Identifier: MIT */
/* oci-affinity: bind this process to processors, then go on.
 *
 * Entering a cgroup with other processors takes the kernel's part: it keeps what of the binding is left. So the one
 * for the way there stands before oci-cgroup attach, the one for the program behind it. It survives exec.
 * schema: process
 */
#include <sys/syscall.h>

#include "config.h"
#include "ocibox.h"
#include "word.h"

/* as many as no kernel has */
enum { MASK_BYTES = 8192 / 8 };

char **
oci_affinity_main(int argc, char **argv)
{
	unsigned char mask[MASK_BYTES];
	const char *bundle = NULL, *list;
	bool final = false;
	int c;

	while ((c = getopt(argc, argv, "+b:f")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'f':
			final = true;
			break;
		default:
			usage();
		}
	argv += optind;
	if (bundle) {
		list = config_string(config_load(bundle), 0, final ? "process.execCPUAffinity.final" : "process.execCPUAffinity.initial");
		if (!list || !*list)
			return argv;
	} else {
		if (final || !argv[0])
			usage();
		list = *argv++;
	}
	if (!word_numbers(list, mask, sizeof(mask)))
		fail(ST_USAGE, list, "names no processor");
	if (syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask) < 0)
		die(list, "bind to processors");
	return argv;
}
