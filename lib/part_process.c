/* SPDX-License-Identifier: MIT */
/* The objects and arrays of process in config.json. */
#include <string.h>

#include "schema.h"

static const char *const rlimits[] = {
	"RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_LOCKS", "RLIMIT_MEMLOCK",
	"RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_RSS", "RLIMIT_RTPRIO",
	"RLIMIT_RTTIME", "RLIMIT_SIGPENDING", "RLIMIT_STACK", NULL,
};

static void
check_rlimit_type(struct checker *c, int parent, int node)
{
	unsigned bit = 1U << word_index(rlimits, json_string(c->json, node));

	(void)parent;
	if (c->seen_rlimits & bit)
		refuse(c, node, "this limit is given twice");
	c->seen_rlimits |= bit;
}

static void
check_soft_limit(struct checker *c, int parent, int node)
{
	uint64_t soft, hard;

	if (json_uint(c->json, node, &soft) && json_uint(c->json, json_get(c->json, parent, "hard"), &hard) && soft > hard)
		refuse(c, node, "above the hard limit");
}

static const struct rule group = { .kind = ID };
const struct rule schema_user[] = {
	{ "uid", ID },
	{ "gid", ID },
	{ "umask", RANGE(0, 0777) },
	{ "additionalGids", ARRAY, .inside = &group },
	{ NULL },
};
const struct rule schema_console_size[] = {
	{ "height", UINT16, .required = true },
	{ "width", UINT16, .required = true },
	{ NULL },
};
const struct rule schema_capabilities[] = {
	{ "bounding", ARRAY, .inside = &schema_string },
	{ "effective", ARRAY, .inside = &schema_string },
	{ "inheritable", ARRAY, .inside = &schema_string },
	{ "permitted", ARRAY, .inside = &schema_string },
	{ "ambient", ARRAY, .inside = &schema_string },
	{ NULL },
};
static const struct rule rlimit[] = {
	{ "type", STRING, .required = true, .words = rlimits, .check = check_rlimit_type },
	{ "soft", UINT64, .required = true, .check = check_soft_limit },
	{ "hard", UINT64, .required = true },
	{ NULL },
};
const struct rule schema_rlimit = { .kind = OBJECT, .inside = rlimit };
static const struct rule scheduler_flag = {
	.kind = STRING,
	.words = WORDS("SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN",
		"SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX"),
};
const struct rule schema_scheduler[] = {
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
const struct rule schema_io_priority[] = {
	{ "class", STRING, .required = true, .words = WORDS("IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE") },
	{ "priority", RANGE(0, 7) },     /* 0 for those who leave it out, as with other runtimes */
	{ NULL },
};
const struct rule schema_affinity[] = {
	{ "initial", STRING, .check = check_cpu_list },
	{ "final", STRING, .check = check_cpu_list },
	{ NULL },
};
