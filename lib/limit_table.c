/* SPDX-License-Identifier: MIT */
/* Every limit, and what cgroup v1 and v2 call it. */
#include "limit.h"

#define BLKIO(name, file, key) \
	{ "blockIO." name, "blkio", "blkio.throttle." file, "io", "io.max", LIMIT_WORDS | LIMIT_LIST, key "=max", limit_throttle_v1, limit_throttle_v2 }

const struct limit_row limit_rows[] = {
	{ "memory.limit", "memory", "memory.limit_in_bytes", "memory", "memory.max", LIMIT_ZERO | LIMIT_MAX, NULL, limit_memory_v1, limit_memory_v2 },
	{ "memory.swap", "memory", "memory.memsw.limit_in_bytes", "memory", "memory.swap.max", LIMIT_ZERO | LIMIT_MAX, NULL, limit_swap_v1, limit_swap_v2 },
	{ "memory.reservation", "memory", "memory.soft_limit_in_bytes", "memory", "memory.low", LIMIT_ZERO | LIMIT_MAX },
	{ "memory.kernel", "memory", "memory.kmem.limit_in_bytes", NULL, NULL, LIMIT_ZERO | LIMIT_MAX },
	{ "memory.kernelTCP", "memory", "memory.kmem.tcp.limit_in_bytes", NULL, NULL, LIMIT_ZERO | LIMIT_MAX },
	{ "memory.swappiness", "memory", "memory.swappiness" },
	{ "memory.disableOOMKiller", "memory", "memory.oom_control", "", "", 0, NULL, limit_oom_v1, limit_false_v2 },
	{ "memory.useHierarchy", "memory", "memory.use_hierarchy", "", "", 0, NULL, limit_hierarchy_v1, limit_true_v2 },
	/* shares are refused while idle is 1 */
	{ "cpu.idle", "cpu", "cpu.idle", "cpu", "cpu.idle", LIMIT_OPTIONAL },
	{ "cpu.shares", "cpu", "cpu.shares", "cpu", "cpu.weight", LIMIT_ZERO, NULL, limit_shares_v1, limit_shares_v2 },
	{ "cpu.period", "cpu", "cpu.cfs_period_us", "cpu", "cpu.max", LIMIT_ZERO, NULL, NULL, limit_quota_v2 },
	{ "cpu.quota", "cpu", "cpu.cfs_quota_us", "cpu", "cpu.max", LIMIT_ZERO | LIMIT_MAX, NULL, NULL, limit_quota_v2 },
	{ "cpu.burst", "cpu", "cpu.cfs_burst_us", "cpu", "cpu.max.burst", LIMIT_OPTIONAL },
	{ "cpu.realtimePeriod", "cpu", "cpu.rt_period_us", NULL, NULL, LIMIT_ZERO },
	{ "cpu.realtimeRuntime", "cpu", "cpu.rt_runtime_us", NULL, NULL, LIMIT_ZERO },
	{ "cpu.cpus", "cpuset", "cpuset.cpus", "cpuset", "cpuset.cpus", LIMIT_WORDS },
	{ "cpu.mems", "cpuset", "cpuset.mems", "cpuset", "cpuset.mems", LIMIT_WORDS },
	{ "pids.limit", "pids", "pids.max", "pids", "pids.max", LIMIT_MAX },
	{ "blockIO.weight", "blkio", "blkio.weight", "io", "io.weight", LIMIT_ZERO, NULL, limit_weight_v1, limit_weight_v2 },
	{ "blockIO.leafWeight", "blkio", "blkio.leaf_weight", NULL, NULL, LIMIT_ZERO },
	{ "blockIO.weightDevice", "blkio", "blkio.weight_device", "io", "io.weight", LIMIT_WORDS | LIMIT_LIST, "0", limit_device_weight_v1, limit_device_weight_v2 },
	{ "blockIO.leafWeightDevice", "blkio", "blkio.leaf_weight_device", NULL, NULL, LIMIT_WORDS | LIMIT_LIST, "0", limit_lines },
	BLKIO("throttleReadBpsDevice", "read_bps_device", "rbps"),
	BLKIO("throttleWriteBpsDevice", "write_bps_device", "wbps"),
	BLKIO("throttleReadIOPSDevice", "read_iops_device", "riops"),
	BLKIO("throttleWriteIOPSDevice", "write_iops_device", "wiops"),
	{ "hugepageLimits", "hugetlb", "limit_in_bytes", "hugetlb", "max", LIMIT_WORDS | LIMIT_LIST, NULL, limit_hugetlb_v1, limit_hugetlb_v2 },
	{ "network.classID", "net_cls", "net_cls.classid", NULL, NULL, LIMIT_ZERO },
	{ "network.priorities", "net_prio", "net_prio.ifpriomap", NULL, NULL, LIMIT_WORDS | LIMIT_LIST, "0", limit_lines },
	{ "rdma", "rdma", "rdma.max", "rdma", "rdma.max", LIMIT_WORDS | LIMIT_LIST, "hca_handle=max hca_object=max", limit_lines, limit_lines },
	{ "unified", NULL, NULL, "", "", LIMIT_WORDS | LIMIT_LIST, NULL, NULL, limit_unified },
};
const size_t limit_row_count = sizeof(limit_rows) / sizeof(limit_rows[0]);

const struct limit_row *
limit_row(const char *name)
{
	for (size_t i = 0; i < limit_row_count; i++)
		if (!strcmp(limit_rows[i].name, name))
			return &limit_rows[i];
	return NULL;
}
