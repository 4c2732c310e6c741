/* SPDX-License-Identifier: MIT */
/* The properties of linux in config.json, from the innermost out. */
#include "schema.h"

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

/* namespaces, devices */

static const struct rule absolute_path = { .kind = STRING, .check = check_absolute };
static const struct rule namespace[] = {
	{ "type", STRING, .required = true, .words = schema_namespaces, .check = check_namespace_type },
	{ "path", STRING, .check = check_absolute },
	{ NULL },
};
static const struct rule offset[] = {
	{ "secs", INT64 },
	{ "nanosecs", RANGE(0, 999999999) },
	{ NULL },
};
static const struct rule clock = { .kind = OBJECT, .inside = offset, .check = check_clock };
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
static const struct rule net_device[] = {
	{ "name", STRING },
	{ NULL },
};
static const struct rule net_device_entry = { .kind = OBJECT, .inside = net_device, .check = check_net_device };

/* resources */

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
static const struct rule resources[] = {
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

/* seccomp */

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
static const struct rule seccomp[] = {
	{ "defaultAction", STRING, .required = true, .words = actions, .check = check_action },
	{ "defaultErrnoRet", UINT16, .check = check_default_errno },
	{ "architectures", ARRAY, .inside = &architecture },
	{ "flags", ARRAY, .inside = &seccomp_flag },
	{ "listenerPath", STRING, .check = check_filled },
	{ "listenerMetadata", STRING, .check = check_metadata },
	{ "syscalls", LIST(syscall) },
	{ NULL },
};

/* the rest */

static const struct rule line = { .kind = STRING, .check = check_line };
static const struct rule intel_rdt[] = {
	{ "closID", STRING, .check = check_clos },
	{ "schemata", ARRAY, .inside = &line },
	{ "l3CacheSchema", STRING, .check = check_line },
	{ "memBwSchema", STRING, .check = check_bandwidth },
	{ "enableMonitoring", BOOLEAN },
	{ NULL },
};
static const struct rule memory_policy_flag = {
	.kind = STRING,
	.words = WORDS("MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"),
};
static const struct rule memory_policy[] = {
	{ "mode", STRING, .required = true, .words = WORDS("MPOL_DEFAULT", "MPOL_BIND", "MPOL_INTERLEAVE",
		"MPOL_WEIGHTED_INTERLEAVE", "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_LOCAL") },
	{ "nodes", STRING, .check = check_cpu_list },
	{ "flags", ARRAY, .inside = &memory_policy_flag },
	{ NULL },
};
static const struct rule personality[] = {
	{ "domain", STRING, .required = true, .words = WORDS("LINUX", "LINUX32") },
	{ "flags", ARRAY, .inside = &schema_string, .check = check_none },
	{ NULL },
};
static const struct rule sysctl_entry = { .kind = STRING, .check = check_sysctl };

const struct rule schema_linux[] = {
	{ "namespaces", LIST(namespace) },
	{ "uidMappings", ARRAY, .inside = &schema_mapping, .check = check_user_namespace },
	{ "gidMappings", ARRAY, .inside = &schema_mapping, .check = check_user_namespace },
	{ "timeOffsets", MAP, .inside = &clock, .check = check_offsets },
	{ "devices", ARRAY, .inside = &device_entry },
	{ "netDevices", MAP, .inside = &net_device_entry, .check = check_net_devices },
	{ "cgroupsPath", STRING, .check = check_cgroups_path },
	{ "resources", OBJECT, .inside = resources },
	{ "intelRdt", OBJECT, .inside = intel_rdt },
	{ "memoryPolicy", OBJECT, .inside = memory_policy },
	{ "sysctl", MAP, .inside = &sysctl_entry },
	{ "seccomp", OBJECT, .inside = seccomp },
	/* the r forms are no part of the specification, but what others take and clients write */
	{ "rootfsPropagation", STRING, .words = WORDS("private", "shared", "slave", "unbindable", "rprivate", "rshared",
		"rslave", "runbindable") },
	{ "maskedPaths", ARRAY, .inside = &absolute_path, .check = check_mount_namespace },
	{ "readonlyPaths", ARRAY, .inside = &absolute_path, .check = check_mount_namespace },
	{ "mountLabel", STRING },
	{ "personality", OBJECT, .inside = personality },
	{ NULL },
};
