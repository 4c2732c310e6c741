/* SPDX-License-Identifier: MIT */
/* The properties of linux in config.json, from the innermost out. */
#include "schema.h"

static const struct rule absolute_path = { .kind = STRING, .check = check_absolute };
static const struct rule namespace[] = {
	{ "type", STRING, .required = true, .words = schema_namespaces, .check = check_namespace_type },
	{ "path", STRING, .check = check_absolute_or_none },
	{ NULL },
};
static const struct rule device[] = {
	{ "type", STRING, .required = true, .words = WORDS("c", "b", "u", "p") },
	{ "path", STRING, .required = true, .check = check_absolute },
	/* what the kernel's device numbers can hold */
	{ "major", RANGE(0, 4095) },
	{ "minor", RANGE(0, 1048575) },
	{ "fileMode", UINT32 },
	{ "uid", ID },
	{ "gid", ID },
	{ NULL },
};
static const struct rule device_entry = { .kind = OBJECT, .inside = device, .check = check_device };
const struct rule schema_linux[] = {
	{ "namespaces", LIST(namespace) },
	{ "uidMappings", ARRAY, .inside = &schema_mapping, .check = check_user_namespace },
	{ "gidMappings", ARRAY, .inside = &schema_mapping, .check = check_user_namespace },
	{ "timeOffsets", MAP, .inside = &schema_clock, .check = check_offsets },
	{ "devices", ARRAY, .inside = &device_entry },
	{ "netDevices", MAP, .inside = &schema_net_device, .check = check_net_devices },
	{ "cgroupsPath", STRING, .check = check_cgroups_path },
	{ "resources", OBJECT, .inside = schema_resources },
	{ "intelRdt", OBJECT, .inside = schema_intel_rdt },
	{ "memoryPolicy", OBJECT, .inside = schema_memory_policy },
	{ "sysctl", MAP, .inside = &schema_sysctl },
	{ "seccomp", OBJECT, .inside = schema_seccomp },
	/* the r forms are no part of the specification, but what others take and clients write */
	{ "rootfsPropagation", STRING, .words = WORDS("private", "shared", "slave", "unbindable", "rprivate", "rshared",
		"rslave", "runbindable") },
	{ "maskedPaths", ARRAY, .inside = &absolute_path, .check = check_mount_namespace },
	{ "readonlyPaths", ARRAY, .inside = &absolute_path, .check = check_mount_namespace },
	{ "mountLabel", STRING },
	{ "personality", OBJECT, .inside = schema_personality },
	{ NULL },
};
