/* SPDX-License-Identifier: MIT */
/* Limits as properties of a unit, of what is written to the files of its cgroup. systemd.resource-control(5) names the
 * settings, its bus interface the types; which limits are converted is runc's choice. */
#include <inttypes.h>

#include "scope.h"

/* The first version of systemd that knows a property, where some that are in use do not. */
enum { KNOWS_PERIOD = 242, KNOWS_CPUSET = 244, KNOWS_IDLE = 252 };

/* cpu.max, or its two files of v1, in microseconds; -1: not given. */
struct quota {
	int64_t quota, period;
};

/* Files whose number is the value of a property; "max" and -1 are systemd's infinity. */
static const struct {
	const char *file, *property;
} numbers[] = {
	{ "memory.max", "MemoryMax" }, { "memory.high", "MemoryHigh" }, { "memory.low", "MemoryLow" }, { "memory.min", "MemoryMin" },
	{ "memory.swap.max", "MemorySwapMax" }, { "pids.max", "TasksMax" }, { "cpu.weight", "CPUWeight" },
	{ "memory.limit_in_bytes", "MemoryLimit" }, { "cpu.shares", "CPUShares" }, { "blkio.weight", "BlockIOWeight" },
	{ "io.weight", "IOWeight" }, { "io.bfq.weight", "IOWeight" },
};

static void
add_number(struct properties *properties, const char *file, const char *text)
{
	bool unlimited = *text == 'm' || *text == '-';

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint64_t value = unlimited ? UINT64_MAX : strtoull(text + strcspn(text, "0123456789"), NULL, 10);

		/* "default 200"; "259:0 200" is a single device's */
		if (strcmp(file, numbers[i].file) || strchr(text, ':'))
			continue;
		/* it knows no limit of no process */
		if (value == 0 && !strcmp(file, "pids.max"))
			value = 1;
		/* it makes the scheduler's from a range that is eleven times as wide above 100 */
		if (!strcmp(file, "io.bfq.weight") && value > 100)
			value = 100 + (value - 100) * 11;
		property_add(properties, numbers[i].property, "t", xasprintf("%" PRIu64, value));
	}
}

/* "0-2,5" as the bytes of a mask, the lowest first. */
static void
add_mask(struct properties *properties, const char *name, const char *text)
{
	unsigned char mask[1024] = { 0 };
	struct words *words;
	size_t used = 0;

	for (const char *at = text; *at;) {
		unsigned long first, last;
		char *end;

		first = last = strtoul(at, &end, 10);
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (; end != at && first <= last && first < 8 * sizeof(mask); first++) {
			mask[first / 8] |= (unsigned char)(1 << first % 8);
			used = first / 8 + 1 > used ? first / 8 + 1 : used;
		}
		at = end == at ? at + 1 : end;
	}
	if (!used)
		return;
	words = property_new(properties);
	words_add(words, name);
	words_add(words, "ay");
	words_add(words, xasprintf("%zu", used));
	for (size_t i = 0; i < used; i++)
		words_add(words, xasprintf("%u", mask[i]));
}

static void
add_quota(struct properties *properties, const struct quota *quota, unsigned long version)
{
	uint64_t period = quota->period > 0 ? (uint64_t)quota->period : 100000, per_second = UINT64_MAX;

	if (quota->period > 0 && version >= KNOWS_PERIOD)
		property_add(properties, "CPUQuotaPeriodUSec", "t", xasprintf("%" PRIu64, period));
	if (quota->quota > 0) {
		per_second = (uint64_t)quota->quota * 1000000 / period;
		/* it keeps whole percents, and cuts the rest off when it reads its units anew */
		per_second = (per_second + 9999) / 10000 * 10000;
	}
	property_add(properties, "CPUQuotaPerSecUSec", "t", xasprintf("%" PRIu64, per_second));
}

/* "50000 100000", "max 100000", "50000" */
static void
read_quota(const char *file, const char *text, struct quota *quota)
{
	const char *space = strchr(text, ' ');
	int64_t first = *text == 'm' || *text == '-' ? 0 : strtoll(text, NULL, 10);

	if (!strcmp(file, "cpu.max")) {
		quota->quota = first;
		quota->period = space ? strtoll(space + 1, NULL, 10) : quota->period;
	} else if (!strcmp(file, "cpu.cfs_quota_us")) {
		quota->quota = first;
	} else if (!strcmp(file, "cpu.cfs_period_us")) {
		quota->period = first;
	}
}

static struct properties
convert(const struct limit_plan *plan, const struct scope *scope)
{
	struct properties properties = { 0 };
	struct quota quota = { -1, -1 };
	bool idle = false;
	unsigned long version = plan->count ? scope_version(scope) : 0;

	for (size_t i = 0; i < plan->count; i++)
		idle = idle || (version >= KNOWS_IDLE && !strcmp(plan->list[i].file, "cpu.idle") && *plan->list[i].text == '1');
	for (size_t i = 0; i < plan->count; i++) {
		const char *file = plan->list[i].file, *text = plan->list[i].text;

		read_quota(file, text, &quota);
		if (version >= KNOWS_CPUSET && !strcmp(file, "cpuset.cpus"))
			add_mask(&properties, "AllowedCPUs", text);
		if (version >= KNOWS_CPUSET && !strcmp(file, "cpuset.mems"))
			add_mask(&properties, "AllowedMemoryNodes", text);
		/* a weight of 0 is its way to say idle */
		if (!idle || strcmp(file, "cpu.weight"))
			add_number(&properties, file, text);
	}
	if (idle)
		property_add(&properties, "CPUWeight", "t", "0");
	if (quota.quota >= 0 || quota.period >= 0)
		add_quota(&properties, &quota, version);
	return properties;
}

/* systemd writes memory.oom.group with the rest, and has no property for it of a scope that is there. */
static void
set_but_group(const struct scope *scope, const struct properties *properties, struct limit_plan *plan)
{
	static const char file[] = "memory.oom.group";
	const struct cgroup *group = cgroup_with(plan->groups, plan->group_count, "memory");
	size_t at = group ? (size_t)(group - plan->groups) : 0;
	bool together = group && limit_read(plan, at, file) == 1;

	scope_set(scope, properties);
	if (!together)
		return;
	/* it answers before it writes, and writes before it answers again */
	(void)scope_version(scope);
	if (!cgroup_write(limit_dir(plan, at), file, "1"))
		die(file, "write");
}

void
scope_limits(int entry, const struct limits *limits, const struct cgroup *groups, size_t count)
{
	autofree int *dirs = xcalloc(count, sizeof(*dirs));
	struct limit_plan plan = { .limits = limits, .groups = groups, .group_count = count, .dirs = dirs, .fresh = true };
	struct properties properties;
	struct scope scope;

	if (entry < 0 || !scope_of_entry(entry, &scope))
		return;
	for (size_t i = 0; i < count; i++)
		dirs[i] = -1;
	limits_plan(&plan);
	properties = convert(&plan, &scope);
	if (properties.count)
		set_but_group(&scope, &properties, &plan);
	for (size_t i = 0; i < count; i++)
		close_fd(&dirs[i]);
}
