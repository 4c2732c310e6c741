/* SPDX-License-Identifier: MIT */
/* The properties of config.json for Linux, as runtime-spec 1.3 has them, from the innermost
 * out; those of linux stand in schema_linux.c. */
#include "schema.h"

/* 4294967295 is (uid_t)-1, "leave as it is", to the kernel */
const struct range schema_id = { 0, UINT32_MAX - 1 };
const struct range schema_uint16 = { 0, UINT16_MAX }, schema_uint32 = { 0, UINT32_MAX }, schema_uint64 = { 0, UINT64_MAX };
const struct range schema_int64 = { INT64_MIN, INT64_MAX }, schema_limit = { -1, INT64_MAX };

const char *const schema_namespaces[] = { "mount", "pid", "network", "uts", "ipc", "user", "cgroup", "time", NULL };
const struct rule schema_string = { .kind = STRING };
static const struct rule annotation = { .kind = STRING, .check = check_key_filled };
const struct rule schema_variable = { .kind = STRING, .check = check_variable };

/* process */

static const struct rule process[] = {
	{ "terminal", BOOLEAN },
	{ "consoleSize", OBJECT, .inside = schema_console_size, .terminal = true },
	{ "cwd", STRING, .required = true, .check = check_absolute },
	{ "env", ARRAY, .inside = &schema_variable },
	{ "args", ARRAY, .required = true, .inside = &schema_string, .check = check_some },
	{ "user", OBJECT, .inside = schema_user },
	{ "rlimits", ARRAY, .inside = &schema_rlimit },
	{ "capabilities", OBJECT, .inside = schema_capabilities },
	{ "noNewPrivileges", BOOLEAN },
	{ "apparmorProfile", STRING },
	{ "selinuxLabel", STRING },
	{ "oomScoreAdj", RANGE(-1000, 1000) },
	{ "scheduler", OBJECT, .inside = schema_scheduler },
	{ "ioPriority", OBJECT, .inside = schema_io_priority },
	{ "execCPUAffinity", OBJECT, .inside = schema_affinity },
	{ NULL },
};

/* root, mounts */

static const struct rule root[] = {
	{ "path", STRING, .required = true, .check = check_filled },
	{ "readonly", BOOLEAN },
	{ NULL },
};
static const struct rule mount[] = {
	/* a relative destination is meant from /, as old configurations have it */
	{ "destination", STRING, .required = true, .check = check_filled },
	{ "type", STRING },
	{ "source", STRING },
	{ "options", ARRAY, .inside = &schema_string, .check = check_mount_option },
	{ "uidMappings", ARRAY, .inside = &schema_mapping },
	{ "gidMappings", ARRAY, .inside = &schema_mapping },
	{ NULL },
};
static const struct rule mount_entry = { .kind = OBJECT, .inside = mount, .check = check_mount };

static const struct rule document[] = {
	{ "ociVersion", STRING, .required = true, .check = check_version },
	{ "root", OBJECT, .required = true, .inside = root },
	{ "mounts", ARRAY, .inside = &mount_entry },
	{ "process", OBJECT, .inside = process },
	{ "hostname", STRING, .check = check_uts_name },
	{ "domainname", STRING, .check = check_uts_name },
	{ "hooks", OBJECT, .inside = schema_hooks },
	{ "annotations", MAP, .inside = &annotation },
	{ "linux", OBJECT, .inside = schema_linux },
	{ NULL },
};
const struct rule schema_document = { .kind = OBJECT, .inside = document };
