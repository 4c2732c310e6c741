/* SPDX-License-Identifier: MIT */
/* oci-ioprio: set the priority of this process's disk accesses, then go on.
 *
 * Before oci-user and oci-caps: the class rt needs CAP_SYS_ADMIN or CAP_SYS_NICE. It survives exec. Behind the
 * startContainer hooks, which are not to have it.
 * schema: process
 */
#include <sys/syscall.h>

#include "config.h"
#include "ocibox.h"
#include "word.h"

/* linux/ioprio.h, which older headers have not */
enum { WHO_PROCESS = 1, CLASS_SHIFT = 13 };

char **
oci_ioprio_main(int argc, char **argv)
{
	static const struct word classes[] = { { "RT", 1 }, { "BE", 2 }, { "IDLE", 3 }, { NULL } };
	static const char *const prefix = "IOPRIO_CLASS_", *const kind = "class of I/O priority";
	const char *bundle = NULL;
	unsigned class, priority;
	int c;

	while ((c = getopt(argc, argv, "+b:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	if (bundle) {
		const struct config *config = config_load(bundle);
		const char *name = config_string(config, 0, "process.ioPriority.class");

		if (!name)
			return argv;
		class = word_value(classes, prefix, name, kind);
		priority = (unsigned)config_int(config, 0, "process.ioPriority.priority", 0);
	} else {
		if (!argv[0] || !argv[1])
			usage();
		class = word_value(classes, prefix, argv[0], kind);
		priority = (unsigned)number(argv[1], 0, 7, "priority");
		argv += 2;
	}
	if (syscall(SYS_ioprio_set, WHO_PROCESS, 0, class << CLASS_SHIFT | priority))
		die(NULL, "set the I/O priority");
	return argv;
}
