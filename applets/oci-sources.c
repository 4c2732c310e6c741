/* SPDX-License-Identifier: MIT */
/* oci-sources: hand the container's process what it cannot reach itself, then go on.
 *
 * Outside, in the braces of oci-ns, where oci-mount -a asks for it inside: before the next gate.
 */
#include "config.h"
#include "mntsource.h"

char **
oci_sources_main(int argc, char **argv)
{
	const struct config *config;
	const char *bundle = NULL;
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
	if (!bundle)
		usage();
	if (chain.child <= 0 || chain.peer < 0)
		fail(ST_USAGE, bundle, "not outside, in the braces of oci-ns");
	config = config_load(bundle);
	if (source_is_asked(config))
		source_answer(config);
	return argv;
}
