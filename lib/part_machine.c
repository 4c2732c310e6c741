/* SPDX-License-Identifier: MIT */
/* What linux in config.json has for the processors and their memory. */
#include <string.h>

#include "schema.h"

static void
check_clos(struct checker *c, int parent, int node)
{
	const char *id = json_string(c->json, node);

	(void)parent;
	if (!strcmp(id, ".") || !strcmp(id, "..") || (strchr(id, '/') && strcmp(id, "/")))
		refuse(c, node, "must be the name of a directory, or /");
}

static void
check_line(struct checker *c, int parent, int node)
{
	(void)parent;
	if (strchr(json_string(c->json, node), '\n'))
		refuse(c, node, "must be one line");
}

static void
check_bandwidth(struct checker *c, int parent, int node)
{
	check_line(c, parent, node);
	if (strncmp(json_string(c->json, node), "MB:", 3))
		refuse(c, node, "must begin with MB:");
}

static const struct rule line = { .kind = STRING, .check = check_line };
const struct rule schema_intel_rdt[] = {
	{ "closID", STRING, .check = check_clos },
	{ "schemata", ARRAY, .inside = &line },
	{ "l3CacheSchema", STRING, .check = check_line },
	{ "memBwSchema", STRING, .check = check_bandwidth },
	{ "enableMonitoring", BOOLEAN },
	{ NULL },
};
static const struct rule memory_policy_flag = {
	.kind = STRING,
	.words = WORDS("MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"),
};
const struct rule schema_memory_policy[] = {
	{ "mode", STRING, .required = true, .words = WORDS("MPOL_DEFAULT", "MPOL_BIND", "MPOL_INTERLEAVE",
		"MPOL_WEIGHTED_INTERLEAVE", "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_LOCAL") },
	{ "nodes", STRING, .check = check_cpu_list },
	{ "flags", ARRAY, .inside = &memory_policy_flag },
	{ NULL },
};
const struct rule schema_personality[] = {
	{ "domain", STRING, .required = true, .words = WORDS("LINUX", "LINUX32") },
	{ "flags", ARRAY, .inside = &schema_string, .check = check_none },
	{ NULL },
};
