/* SPDX-License-Identifier: MIT */
/* What a type and a range cannot say of linux in config.json. */
#include <string.h>

#include "schema.h"
#include "sysctl.h"

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

void
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

void
check_sysctl(struct checker *c, int parent, int node)
{
	char path[256];
	const char *type;

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
	else if (!(c->namespaces & 1U << word_index(schema_namespaces, type)))
		refuse(c, node, "needs %s %s namespace in linux.namespaces", *type == 'i' ? "an" : "a", type);
}

void
check_unified(struct checker *c, int parent, int node)
{
	const char *file = json_key(c->json, node);

	(void)parent;
	if (!*file || strchr(file, '/') || !strcmp(file, ".") || !strcmp(file, ".."))
		refuse(c, node, "the key is not the name of a file in a cgroup");
}

void
check_access(struct checker *c, int parent, int node)
{
	const char *access = json_string(c->json, node);

	(void)parent;
	if (!*access || access[strspn(access, "rwm")])
		refuse(c, node, "must be made of the letters r, w and m");
}

void
check_page_size(struct checker *c, int parent, int node)
{
	const char *p = json_string(c->json, node);
	size_t digits = strspn(p, "0123456789");

	(void)parent;
	p += digits;
	if (digits == 0 || p[-(ptrdiff_t)digits] == '0' || !*p || !strchr("KMG", *p) || strcmp(p + 1, "B"))
		refuse(c, node, "must be a size such as 64KB, 2MB or 1GB");
}

void
check_burst(struct checker *c, int parent, int node)
{
	int64_t quota;
	uint64_t burst;

	if (json_int(c->json, json_get(c->json, parent, "quota"), &quota) && quota > 0 &&
	    json_uint(c->json, node, &burst) && burst > (uint64_t)quota)
		refuse(c, node, "larger than quota");
}

void
check_weight_device(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_get(c->json, node, "weight") < 0 && json_get(c->json, node, "leafWeight") < 0)
		refuse(c, node, "weight or leafWeight is missing");
}

void
check_rdma(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_get(c->json, node, "hcaHandles") < 0 && json_get(c->json, node, "hcaObjects") < 0)
		refuse(c, node, "hcaHandles or hcaObjects is missing");
}

static void
check_errno_of(struct checker *c, const char *action, int node)
{
	static const char *const with_errno[] = { "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", NULL };

	if (action && word_index(with_errno, action) < 0)
		refuse(c, node, "the action takes no errno, only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do");
}

void
check_errno(struct checker *c, int parent, int node)
{
	check_errno_of(c, json_string(c->json, json_get(c->json, parent, "action")), node);
}

void
check_default_errno(struct checker *c, int parent, int node)
{
	check_errno_of(c, json_string(c->json, json_get(c->json, parent, "defaultAction")), node);
}

void
check_action(struct checker *c, int parent, int node)
{
	(void)parent;
	if (!strcmp(json_string(c->json, node), "SCMP_ACT_NOTIFY") && !c->listener)
		refuse(c, node, "needs linux.seccomp.listenerPath");
}

void
check_metadata(struct checker *c, int parent, int node)
{
	if (json_get(c->json, parent, "listenerPath") < 0)
		refuse(c, node, "needs listenerPath");
}

void
check_clos(struct checker *c, int parent, int node)
{
	const char *id = json_string(c->json, node);

	(void)parent;
	if (!strcmp(id, ".") || !strcmp(id, "..") || (strchr(id, '/') && strcmp(id, "/")))
		refuse(c, node, "must be the name of a directory, or /");
}

void
check_line(struct checker *c, int parent, int node)
{
	(void)parent;
	if (strchr(json_string(c->json, node), '\n'))
		refuse(c, node, "must be one line");
}

void
check_bandwidth(struct checker *c, int parent, int node)
{
	check_line(c, parent, node);
	if (strncmp(json_string(c->json, node), "MB:", 3))
		refuse(c, node, "must begin with MB:");
}
