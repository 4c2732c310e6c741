/* SPDX-License-Identifier: MIT */
/* What namespaces are filled with, in config.json. */
#include <string.h>

#include "schema.h"
#include "sysctl.h"

void
check_user_namespace(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_count(c->json, node) > 0 && !(c->namespaces & NS_USER))
		refuse(c, node, "needs a user namespace in linux.namespaces");
}

static void
check_mapping(struct checker *c, int parent, int node)
{
	static const char *const from[] = { "containerID", "hostID" };
	uint64_t first, size;

	(void)parent;
	for (size_t i = 0; i < 2; i++)
		if (json_uint(c->json, json_get(c->json, node, from[i]), &first) &&
		    json_uint(c->json, json_get(c->json, node, "size"), &size) &&
		    size <= UINT32_MAX && first + size > UINT32_MAX)
			refuse(c, node, "%s and size reach beyond the last id", from[i]);
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

static void
check_clock(struct checker *c, int parent, int node)
{
	static const char *const clocks[] = { "monotonic", "boottime", NULL };

	(void)parent;
	if (word_index(clocks, json_key(c->json, node)) < 0)
		refuse(c, node, "unknown clock (monotonic and boottime are known)");
}

void
check_net_devices(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_count(c->json, node) > 0 && !(c->namespaces & NS_NETWORK))
		refuse(c, node, "needs a network namespace in linux.namespaces");
}

/* What the kernel takes for a name: dev_valid_name() in net/core/dev.c. */
static bool
device_name(const char *name)
{
	return *name && strlen(name) < 16 && strcmp(name, ".") && strcmp(name, "..") && !name[strcspn(name, "/: \t\n\v\f\r")];
}

static void
check_net_device(struct checker *c, int parent, int node)
{
	int renamed = json_get(c->json, node, "name");
	const char *name = json_string(c->json, renamed);

	(void)parent;
	if (!device_name(json_key(c->json, node)))
		refuse(c, node, "the key is not a network device's name");
	if (name && *name && !device_name(name))
		refuse(c, renamed, "not a network device's name");
}

static void
check_sysctl(struct checker *c, int parent, int node)
{
	const char *domain = json_string(c->json, json_get(c->json, 0, "domainname")), *type;
	char path[256];

	(void)parent;
	if (!sysctl_path(json_key(c->json, node), path, sizeof(path))) {
		refuse(c, node, "the key is not a sysctl's name");
		return;
	}
	type = sysctl_namespace(path);
	if (!type)
		refuse(c, node, "not a sysctl of a namespace: it would change the host");
	else if (!strcmp(path, "kernel/hostname"))
		refuse(c, node, "is set by the property hostname");
	else if (!strcmp(path, "kernel/domainname") && domain && strcmp(domain, json_string(c->json, node)))
		refuse(c, node, "is set by the property domainname");
	else if (!(c->namespaces & 1U << word_index(schema_namespaces, type)))
		refuse(c, node, "needs %s %s namespace in linux.namespaces", *type == 'i' ? "an" : "a", type);
}

static const struct rule mapping[] = {
	{ "containerID", ID, .required = true },
	{ "hostID", ID, .required = true },
	{ "size", RANGE(1, UINT32_MAX), .required = true },
	{ NULL },
};
const struct rule schema_mapping = { .kind = OBJECT, .inside = mapping, .check = check_mapping };
static const struct rule offset[] = {
	{ "secs", INT64 },
	{ "nanosecs", RANGE(0, 999999999) },
	{ NULL },
};
const struct rule schema_clock = { .kind = OBJECT, .inside = offset, .check = check_clock };
static const struct rule net_device[] = {
	{ "name", STRING },
	{ NULL },
};
const struct rule schema_net_device = { .kind = OBJECT, .inside = net_device, .check = check_net_device };
const struct rule schema_sysctl = { .kind = STRING, .check = check_sysctl };
