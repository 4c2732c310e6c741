/* SPDX-License-Identifier: MIT */
/* oci-personality: which system this process believes to be on (personality(2)), then go on.
 *
 * Behind the startContainer hooks, which are not to have it. It survives exec.
 * schema: machine
 */
#include <sys/personality.h>

#include "config.h"
#include "ocibox.h"
#include "word.h"

char **
oci_personality_main(int argc, char **argv)
{
	static const struct word domains[] = { { "LINUX", PER_LINUX }, { "LINUX32", PER_LINUX32 }, { NULL } };
	const char *bundle = NULL, *domain;
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
		domain = config_string(config_load(bundle), 0, "linux.personality.domain");
		if (!domain)
			return argv;
	} else {
		if (!argv[0])
			usage();
		domain = *argv++;
	}
	if (personality(word_value(domains, "PER_", domain, "execution domain")) < 0)
		die(domain, "set the execution domain to");
	return argv;
}
