/* SPDX-License-Identifier: MIT */
/* oci-mempolicy: from which NUMA nodes this process gets memory (set_mempolicy(2)), then go on.
 *
 * Behind oci-cgroup attach, whose cpuset the nodes are checked against. Behind the startContainer hooks, which
 * are not to have it. It survives exec.
 * schema: machine
 */
#include <sys/syscall.h>

#include "config.h"
#include "ocibox.h"
#include "word.h"

/* MAX_NUMNODES of the largest kernels */
enum { MASK_BYTES = 1024 / 8 };

static const char *const mode_prefix = "MPOL_", *const flag_prefix = "MPOL_F_";
static const char *const mode_kind = "memory policy", *const flag_kind = "flag of memory policies";
/* numbers and not names: the headers may be older than the modes */
static const struct word modes[] = {
	{ "DEFAULT", 0 }, { "PREFERRED", 1 }, { "BIND", 2 }, { "INTERLEAVE", 3 }, { "LOCAL", 4 }, { "PREFERRED_MANY", 5 },
	{ "WEIGHTED_INTERLEAVE", 6 }, { NULL },
};
static const struct word flags[] = {
	{ "STATIC_NODES", 1 << 15 }, { "RELATIVE_NODES", 1 << 14 }, { "NUMA_BALANCING", 1 << 13 }, { NULL },
};

char **
oci_mempolicy_main(int argc, char **argv)
{
	unsigned long mask[MASK_BYTES / sizeof(unsigned long)];
	const char *bundle = NULL, *nodes = NULL;
	unsigned mode, flag = 0;
	size_t count;
	int c;

	while ((c = getopt(argc, argv, "+b:f:n:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'f':
			flag |= word_list(flags, flag_prefix, optarg, flag_kind);
			break;
		case 'n':
			nodes = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	if (bundle) {
		const struct config *config = config_load(bundle);
		int node = config_node(config, 0, "linux.memoryPolicy");

		if (node < 0)
			return argv;
		mode = word_value(modes, mode_prefix, config_string(config, node, "mode"), mode_kind);
		flag = word_nodes(flags, flag_prefix, config, config_node(config, node, "flags"), flag_kind);
		nodes = config_string(config, node, "nodes");
	} else {
		if (!argv[0])
			usage();
		mode = word_value(modes, mode_prefix, *argv++, mode_kind);
	}
	count = word_numbers(nodes ? nodes : "", (unsigned char *)mask, sizeof(mask));
	/* the kernel takes one bit less than it is told */
	if (syscall(SYS_set_mempolicy, mode | flag, count ? mask : NULL, count ? 8 * sizeof(mask) + 1 : 0))
		die(nodes, count ? "set the memory policy to nodes" : "set the memory policy");
	return argv;
}
