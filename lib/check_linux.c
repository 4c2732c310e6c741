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
check_user_namespace(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_count(c->json, node) > 0 && !(c->namespaces & NS_USER))
		refuse(c, node, "needs a user namespace in linux.namespaces");
}

void
check_offsets(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_count(c->json, node) == 0)
		return;
	if (!(c->namespaces & NS_TIME))
		refuse(c, node, "needs a time namespace in linux.namespaces");
	else if (c->joined & NS_TIME)
		refuse(c, node, "the time namespace is one that exists: its clocks cannot be set");
}

void
check_net_devices(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_count(c->json, node) > 0 && !(c->namespaces & NS_NETWORK))
		refuse(c, node, "needs a network namespace in linux.namespaces");
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

void
check_cgroups_path(struct checker *c, int parent, int node)
{
	const char *p = json_string(c->json, node);

	(void)parent;
	while (*p) {
		size_t len = strcspn(p, "/");

		if (len == 2 && !memcmp(p, "..", 2)) {
			refuse(c, node, "must not contain \"..\"");
			return;
		}
		p += len + (p[len] == '/');
	}
}
