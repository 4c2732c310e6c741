/* SPDX-License-Identifier: MIT */
/* oci-nnp: no new privileges for this process and all it starts, then go on.
 *
 * After oci-user and oci-caps: it cannot be undone, and no exec in the chain may
 * need more. Just before the program starts.
 */
#include <sys/prctl.h>

#include "config.h"
#include "ocibox.h"

char **
oci_nnp_main(int argc, char **argv)
{
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
	if (bundle && !config_bool(config_load(bundle), 0, "process.noNewPrivileges", false))
		return argv + optind;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("no_new_privs", "set");
	return argv + optind;
}
