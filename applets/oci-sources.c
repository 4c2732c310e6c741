/* SPDX-License-Identifier: MIT */
/* oci-sources: hand the container's process what it cannot reach itself, then go on.
 *
 * Outside, in the braces of oci-ns, where oci-mount -a asks for it inside: before the next gate.
 * schema: namespaces
 */
#include "config.h"
#include "mntsource.h"

char **
oci_sources_main(int argc, char **argv)
{
	struct request request = { .point = "/", .base = ".", .asked = true };
	const char *bundle = NULL, *options = "bind";
	const struct config *config;
	int c;

	while ((c = getopt(argc, argv, "+b:o:s:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'o':
			options = optarg;
			break;
		case 's':
			request.source = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	if (!bundle == !request.source)
		usage();
	if (chain.child <= 0 || chain.peer < 0)
		fail(ST_USAGE, bundle ? bundle : request.source, "not outside, in the braces of oci-ns");
	if (bundle) {
		config = config_load(bundle);
		if (source_is_asked(config))
			source_answer(config, NULL);
		return argv;
	}
	request.type = "bind";
	request_parse(&request, options);
	/* the mount namespace is another where it is opened, and with it the current directory */
	request.base = realpath(".", NULL);
	if (!request.base)
		die(NULL, "find the current directory");
	source_answer(NULL, &request);
	request_free(&request);
	return argv;
}
