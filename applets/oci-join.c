/* SPDX-License-Identifier: MIT */
/* oci-join: join the namespaces of a container's process, then go on.
 *
 * Once with -t pid before oci-ns makes the process that is to be in there, since only
 * children get into a pid namespace, and again in that process, behind all that must
 * see the host's files: oci-cgroup attach, oci-oom. What the first one opens the second
 * one joins, because numbers and /proc are the container's by then.
 */
#include <sys/prctl.h>

#include "join.h"
#include "ns.h"
#include "state.h"

static void
open_container(const char *id, bool paused)
{
	autofd int own = -1;
	struct state state;
	enum condition condition;
	int entry;

	state_check_id(id);
	entry = chain.entry >= 0 ? chain.entry : (own = state_open(id));
	state_expect(entry, id, &state);
	condition = state_condition(entry, &state);
	/* runc's words */
	if (condition == COND_PAUSED && !paused)
		fail(ST_STATE, id, "cannot exec in a paused container (use --ignore-paused to override)");
	if (condition == COND_STOPPED || condition == COND_CREATING)
		fail(ST_STATE, id, "cannot exec in a %s container", condition_name(condition));
	if (!join_open(&state))
		fail(ST_STATE, id, "cannot exec in a stopped container");
	/* a process of the container's must not look into this one, which has descriptors of the host's;
	 * the program's exec ends that */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		die(NULL, "hide this process from those in the container");
}

char **
oci_join_main(int argc, char **argv)
{
	unsigned long which = ~0UL;
	bool paused = false;
	const char *id;
	int c;

	while ((c = getopt(argc, argv, "+pt:x:")) != -1)
		switch (c) {
		case 'p':
			paused = true;
			break;
		case 't':
			which = ns_list(optarg);
			break;
		case 'x':
			which = ~ns_list(optarg);
			break;
		default:
			usage();
		}
	id = argv[optind];
	if (!id || !argv[optind + 1])
		usage();
	if (!chain.join)
		open_container(id, paused);
	join_enter(which);
	return argv + optind + 1;
}
