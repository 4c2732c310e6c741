/* SPDX-License-Identifier: MIT */
/* linux.resources in config.json, from the innermost out. */
#include <string.h>

#include "schema.h"

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

static void
check_unified(struct checker *c, int parent, int node)
{
	const char *file = json_key(c->json, node);

	(void)parent;
	if (!*file || strchr(file, '/') || !strcmp(file, ".") || !strcmp(file, ".."))
		refuse(c, node, "the key is not the name of a file in a cgroup");
	else if (!strchr(file, '.'))
		refuse(c, node, "the specified key has not the form CONTROLLER.VALUE `%s`", file);
}

static void
check_access(struct checker *c, int parent, int node)
{
	const char *access = json_string(c->json, node);

	(void)parent;
	if (!*access || access[strspn(access, "rwm")])
		refuse(c, node, "must be made of the letters r, w and m");
}

static void
check_page_size(struct checker *c, int parent, int node)
{
	const char *p = json_string(c->json, node);
	size_t digits = strspn(p, "0123456789");

	(void)parent;
	p += digits;
	if (digits == 0 || p[-(ptrdiff_t)digits] == '0' || !*p || !strchr("KMG", *p) || strcmp(p + 1, "B"))
		refuse(c, node, "must be a size such as 64KB, 2MB or 1GB");
}

static void
check_burst(struct checker *c, int parent, int node)
{
	int64_t quota;
	uint64_t burst;

	if (json_int(c->json, json_get(c->json, parent, "quota"), &quota) && quota > 0 &&
	    json_uint(c->json, node, &burst) && burst > (uint64_t)quota)
		refuse(c, node, "larger than quota");
}

static void
check_weight_device(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_get(c->json, node, "weight") < 0 && json_get(c->json, node, "leafWeight") < 0)
		refuse(c, node, "weight or leafWeight is missing");
}

static void
check_rdma(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_get(c->json, node, "hcaHandles") < 0 && json_get(c->json, node, "hcaObjects") < 0)
		refuse(c, node, "hcaHandles or hcaObjects is missing");
}

static const struct rule allowed_device[] = {
	{ "allow", BOOLEAN, .required = true },
	{ "type", STRING, .words = WORDS("a", "c", "b") },
	{ "major", RANGE(-1, 4095) },
	{ "minor", RANGE(-1, 1048575) },
	{ "access", STRING, .check = check_access },
	{ NULL },
};
static const struct rule memory[] = {
	{ "limit", LIMIT },
	{ "reservation", LIMIT },
	{ "swap", LIMIT },
	{ "kernel", LIMIT },
	{ "kernelTCP", LIMIT },
	{ "swappiness", RANGE(0, 100) },
	{ "disableOOMKiller", BOOLEAN },
	{ "useHierarchy", BOOLEAN },
	{ "checkBeforeUpdate", BOOLEAN },
	{ NULL },
};
static const struct rule cpu[] = {
	{ "shares", UINT64 },
	{ "quota", INT64 },
	{ "burst", UINT64, .check = check_burst },
	{ "period", UINT64 },
	{ "realtimeRuntime", INT64 },
	{ "realtimePeriod", UINT64 },
	{ "cpus", STRING, .check = check_cpu_list },
	{ "mems", STRING, .check = check_cpu_list },
	{ "idle", RANGE(0, 1) },
	{ NULL },
};
static const struct rule pids[] = {
	{ "limit", LIMIT },
	{ NULL },
};
static const struct rule weight_device[] = {
	{ "major", RANGE(0, 4095), .required = true },
	{ "minor", RANGE(0, 1048575), .required = true },
	{ "weight", UINT16 },
	{ "leafWeight", UINT16 },
	{ NULL },
};
static const struct rule weight_device_entry = { .kind = OBJECT, .inside = weight_device, .check = check_weight_device };
static const struct rule throttle[] = {
	{ "major", RANGE(0, 4095), .required = true },
	{ "minor", RANGE(0, 1048575), .required = true },
	{ "rate", UINT64, .required = true },
	{ NULL },
};
static const struct rule block_io[] = {
	{ "weight", UINT16 },
	{ "leafWeight", UINT16 },
	{ "weightDevice", ARRAY, .inside = &weight_device_entry },
	{ "throttleReadBpsDevice", LIST(throttle) },
	{ "throttleWriteBpsDevice", LIST(throttle) },
	{ "throttleReadIOPSDevice", LIST(throttle) },
	{ "throttleWriteIOPSDevice", LIST(throttle) },
	{ NULL },
};
static const struct rule hugepage_limit[] = {
	{ "pageSize", STRING, .required = true, .check = check_page_size },
	{ "limit", UINT64, .required = true },
	{ NULL },
};
static const struct rule priority[] = {
	{ "name", STRING, .required = true, .check = check_filled },
	{ "priority", UINT32, .required = true },
	{ NULL },
};
static const struct rule network[] = {
	{ "classID", UINT32 },
	{ "priorities", LIST(priority) },
	{ NULL },
};
static const struct rule rdma[] = {
	{ "hcaHandles", UINT32 },
	{ "hcaObjects", UINT32 },
	{ NULL },
};
static const struct rule rdma_entry = { .kind = OBJECT, .inside = rdma, .check = check_rdma };
static const struct rule unified_entry = { .kind = STRING, .check = check_unified };
const struct rule schema_resources[] = {
	{ "devices", LIST(allowed_device) },
	{ "memory", OBJECT, .inside = memory },
	{ "cpu", OBJECT, .inside = cpu },
	{ "pids", OBJECT, .inside = pids },
	{ "blockIO", OBJECT, .inside = block_io },
	{ "hugepageLimits", LIST(hugepage_limit) },
	{ "network", OBJECT, .inside = network },
	{ "rdma", MAP, .inside = &rdma_entry },
	{ "unified", MAP, .inside = &unified_entry },
	{ NULL },
};
