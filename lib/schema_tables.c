/* SPDX-License-Identifier: MIT */
/* The properties of config.json for Linux, as runtime-spec 1.3 has them, from the innermost
 * out; those of linux stand in schema_linux.c. */
#include "schema.h"

/* 4294967295 is (uid_t)-1, "leave as it is", to the kernel */
const struct range schema_id = { 0, UINT32_MAX - 1 };
const struct range schema_uint16 = { 0, UINT16_MAX }, schema_uint32 = { 0, UINT32_MAX }, schema_uint64 = { 0, UINT64_MAX };
const struct range schema_int64 = { INT64_MIN, INT64_MAX }, schema_limit = { -1, INT64_MAX };

const char *const schema_namespaces[] = { "mount", "pid", "network", "uts", "ipc", "user", "cgroup", "time", NULL };
const char *const schema_rlimits[] = {
	"RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_LOCKS", "RLIMIT_MEMLOCK",
	"RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_RSS", "RLIMIT_RTPRIO",
	"RLIMIT_RTTIME", "RLIMIT_SIGPENDING", "RLIMIT_STACK", NULL,
};
const struct rule schema_string = { .kind = STRING };
static const struct rule annotation = { .kind = STRING, .check = check_key_filled };
static const struct rule variable = { .kind = STRING, .check = check_variable };
static const struct rule group = { .kind = ID };

static const struct rule mapping[] = {
	{ "containerID", ID, .required = true },
	{ "hostID", ID, .required = true },
	{ "size", RANGE(1, UINT32_MAX), .required = true },
	{ NULL },
};
const struct rule schema_mapping = { .kind = OBJECT, .inside = mapping, .check = check_mapping };

/* process */

static const struct rule user[] = {
	{ "uid", ID, .required = true },
	{ "gid", ID, .required = true },
	{ "umask", RANGE(0, 0777) },
	{ "additionalGids", ARRAY, .inside = &group },
	{ NULL },
};
static const struct rule console_size[] = {
	{ "height", UINT16, .required = true },
	{ "width", UINT16, .required = true },
	{ NULL },
};
static const struct rule capabilities[] = {
	{ "bounding", ARRAY, .inside = &schema_string },
	{ "effective", ARRAY, .inside = &schema_string },
	{ "inheritable", ARRAY, .inside = &schema_string },
	{ "permitted", ARRAY, .inside = &schema_string },
	{ "ambient", ARRAY, .inside = &schema_string },
	{ NULL },
};
static const struct rule rlimit[] = {
	{ "type", STRING, .required = true, .words = schema_rlimits, .check = check_rlimit_type },
	{ "soft", UINT64, .required = true, .check = check_soft_limit },
	{ "hard", UINT64, .required = true },
	{ NULL },
};
static const struct rule scheduler_flag = {
	.kind = STRING,
	.words = WORDS("SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN",
		"SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX"),
};
static const struct rule scheduler[] = {
	{ "policy", STRING, .required = true, .words = WORDS("SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH",
		"SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE") },
	{ "nice", RANGE(-20, 19) },
	{ "priority", RANGE(0, 99) },
	{ "flags", ARRAY, .inside = &scheduler_flag },
	{ "runtime", UINT64 },
	{ "deadline", UINT64 },
	{ "period", UINT64 },
	{ NULL },
};
static const struct rule io_priority[] = {
	{ "class", STRING, .required = true, .words = WORDS("IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE") },
	{ "priority", RANGE(0, 7), .required = true },
	{ NULL },
};
static const struct rule affinity[] = {
	{ "initial", STRING, .check = check_cpu_list },
	{ "final", STRING, .check = check_cpu_list },
	{ NULL },
};
static const struct rule process[] = {
	{ "terminal", BOOLEAN },
	{ "consoleSize", OBJECT, .inside = console_size, .terminal = true },
	{ "cwd", STRING, .required = true, .check = check_absolute },
	{ "env", ARRAY, .inside = &variable },
	{ "args", ARRAY, .required = true, .inside = &schema_string, .check = check_some },
	{ "user", OBJECT, .inside = user },
	{ "rlimits", LIST(rlimit) },
	{ "capabilities", OBJECT, .inside = capabilities },
	{ "noNewPrivileges", BOOLEAN },
	{ "apparmorProfile", STRING },
	{ "selinuxLabel", STRING },
	{ "oomScoreAdj", RANGE(-1000, 1000) },
	{ "scheduler", OBJECT, .inside = scheduler },
	{ "ioPriority", OBJECT, .inside = io_priority },
	{ "execCPUAffinity", OBJECT, .inside = affinity },
	{ NULL },
};

/* root, mounts, hooks */

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
static const struct rule hook[] = {
	{ "path", STRING, .required = true, .check = check_absolute },
	{ "args", ARRAY, .inside = &schema_string },
	{ "env", ARRAY, .inside = &variable },
	{ "timeout", RANGE(1, INT32_MAX) },
	{ NULL },
};
static const struct rule hooks[] = {
	{ "prestart", LIST(hook) },
	{ "createRuntime", LIST(hook) },
	{ "createContainer", LIST(hook) },
	{ "startContainer", LIST(hook) },
	{ "poststart", LIST(hook) },
	{ "poststop", LIST(hook) },
	{ NULL },
};

static const struct rule document[] = {
	{ "ociVersion", STRING, .required = true, .check = check_version },
	{ "root", OBJECT, .required = true, .inside = root },
	{ "mounts", ARRAY, .inside = &mount_entry },
	{ "process", OBJECT, .inside = process },
	{ "hostname", STRING, .check = check_uts_name },
	{ "domainname", STRING, .check = check_uts_name },
	{ "hooks", OBJECT, .inside = hooks },
	{ "annotations", MAP, .inside = &annotation },
	{ "linux", OBJECT, .inside = schema_linux },
	{ NULL },
};
const struct rule schema_document = { .kind = OBJECT, .inside = document };
