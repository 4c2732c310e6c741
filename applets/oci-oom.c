/* SPDX-License-Identifier: MIT */
/* oci-oom: set how soon the kernel kills a process for memory, then go on.
 *
 * Going below the inherited floor needs CAP_SYS_RESOURCE in the initial user
 * namespace, so this stands before oci-ns -l, or in the parent side of oci-ns, where it sets the score of the
 * container's process. Elsewhere its own; the score survives fork and exec.
 */
#include "cgroup.h"
#include "config.h"
#include "ocibox.h"
#include "proc.h"

/* An ordinary user can only raise it; what a client asks for by default is no reason to have no container. */
static bool
may_set(const char *path, const char *score)
{
	autofd int fd = -1;
	char text[16] = "";

	if (!cgroup_unprivileged())
		return true;
	fd = proc_open(path, O_RDONLY);
	if (read(fd, text, sizeof(text) - 1) < 0)
		die(path, "read");
	if (atoi(text) <= atoi(score))
		return true;
	debug(path, "stays %d: an ordinary user cannot lower it to %s", atoi(text), score);
	return false;
}

char **
oci_oom_main(int argc, char **argv)
{
	autofree char *score = NULL, *path = NULL;
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
	if (bundle) {
		const struct config *config = config_load(bundle);

		/* not named is not 0: then what was inherited stays */
		if (config_node(config, 0, "process.oomScoreAdj") < 0)
			return argv;
		score = xasprintf("%lld", (long long)config_int(config, 0, "process.oomScoreAdj", 0));
	} else {
		if (!argv[0])
			usage();
		score = xasprintf("%lld", number(*argv++, -1000, 1000, "score"));
	}
	path = chain.child ? xasprintf("/proc/%ld/oom_score_adj", (long)chain.child) : xstrdup("/proc/self/oom_score_adj");
	if (bundle && !may_set(path, score))
		return argv;
	proc_write(path, score);
	return argv;
}
