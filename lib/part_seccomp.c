/* SPDX-License-Identifier: MIT */
/* linux.seccomp in config.json, from the innermost out. */
#include <string.h>

#include "schema.h"

static void
check_errno_of(struct checker *c, const char *action, int node)
{
	static const char *const with_errno[] = { "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", NULL };

	if (action && word_index(with_errno, action) < 0)
		refuse(c, node, "the action takes no errno, only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do");
}

static void
check_errno(struct checker *c, int parent, int node)
{
	check_errno_of(c, json_string(c->json, json_get(c->json, parent, "action")), node);
}

static void
check_default_errno(struct checker *c, int parent, int node)
{
	check_errno_of(c, json_string(c->json, json_get(c->json, parent, "defaultAction")), node);
}

static void
check_action(struct checker *c, int parent, int node)
{
	(void)parent;
	if (!strcmp(json_string(c->json, node), "SCMP_ACT_NOTIFY") && !c->listener)
		refuse(c, node, "needs linux.seccomp.listenerPath");
}

static void
check_metadata(struct checker *c, int parent, int node)
{
	if (json_get(c->json, parent, "listenerPath") < 0)
		refuse(c, node, "needs listenerPath");
}

static const char *const actions[] = {
	"SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO",
	"SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", NULL,
};
static const char *const architectures[] = {
	"SCMP_ARCH_X86", "SCMP_ARCH_X86_64", "SCMP_ARCH_X32", "SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64",
	"SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32",
	"SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64",
	"SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB",
	"SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64", NULL,
};

static const struct rule seccomp_flag = {
	.kind = STRING,
	.words = WORDS("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"),
};
static const struct rule architecture = { .kind = STRING, .words = architectures };
static const struct rule argument[] = {
	{ "index", RANGE(0, 5), .required = true },
	{ "value", UINT64, .required = true },
	{ "valueTwo", UINT64 },
	{ "op", STRING, .required = true, .words = WORDS("SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ",
		"SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ") },
	{ NULL },
};
static const struct rule syscall[] = {
	{ "names", ARRAY, .required = true, .inside = &schema_string, .check = check_some },
	{ "action", STRING, .required = true, .words = actions, .check = check_action },
	/* the filter's return value has 16 bits for it */
	{ "errnoRet", UINT16, .check = check_errno },
	{ "args", LIST(argument) },
	{ NULL },
};
const struct rule schema_seccomp[] = {
	{ "defaultAction", STRING, .required = true, .words = actions, .check = check_action },
	{ "defaultErrnoRet", UINT16, .check = check_default_errno },
	{ "architectures", ARRAY, .inside = &architecture },
	{ "flags", ARRAY, .inside = &seccomp_flag },
	{ "listenerPath", STRING, .check = check_filled },
	{ "listenerMetadata", STRING, .check = check_metadata },
	{ "syscalls", LIST(syscall) },
	{ NULL },
};
