/* SPDX-License-Identifier: MIT */
/* oci-state: print what a container is doing, for programs to read. Standard
 * output has the document and nothing else.
 */
#include "ocibox.h"
#include "state.h"

char **
oci_state_main(int argc, char **argv)
{
	autofree char *owner = NULL, *document = NULL;
	struct state state;
	autofd int entry = -1;
	const char *id;

	if (getopt(argc, argv, "+") != -1 || !argv[optind])
		usage();
	id = argv[optind];
	entry = state_require(id, &state);
	owner = state_owner(&state);
	document = state_document(&state, state_condition(entry, &state), owner, entry);
	put_indented(stdout, document);
	return argv + optind + 1;
}
