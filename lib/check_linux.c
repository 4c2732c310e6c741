/* SPDX-License-Identifier: MIT */
/* What a type and a range cannot say of linux in config.json. */
#include <string.h>

#include "schema.h"

void
check_namespace_type(struct checker *c, int parent, int node)
{
	unsigned bit = 1U << word_index(schema_namespaces, json_string(c->json, node));

	(void)parent;
	if (c->seen_namespaces & bit)
		refuse(c, node, "this namespace is given twice");
	c->seen_namespaces |= bit;
}

void
check_device(struct checker *c, int parent, int node)
{
	const char *type = json_string(c->json, json_get(c->json, node, "type"));

	(void)parent;
	if (!type || (strcmp(type, "c") && strcmp(type, "b") && strcmp(type, "u")))
		return;
	if (json_get(c->json, node, "major") < 0)
		refuse(c, node, "major is missing");
	if (json_get(c->json, node, "minor") < 0)
		refuse(c, node, "minor is missing");
}
