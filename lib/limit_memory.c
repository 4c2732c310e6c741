/* SPDX-License-Identifier: MIT */
/* Limits of memory: what is written for them. */
#include "limit.h"


static void
check_usage(struct limit_plan *plan, const struct limit *limit, size_t group, const char *file)
{
	long long value = strtoll(limit->value, NULL, 10), usage;

	if (!plan->limits->check || plan->fresh || value <= 0)
		return;
	usage = limit_read(plan, group, file);
	if (usage >= value)
		limit_fail(plan->limits, limit, ST_STATE, "%lld bytes are in use now", usage);
}

void
limit_memory_v1(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	check_usage(plan, limit, group, "memory.usage_in_bytes");
	(void)limit_put(plan, limit, group, row->v1_file, xstrdup(limit->value));
	/* without it, memory without limit would be held by the one for memory and swap */
	if (!strcmp(limit->value, "-1") && !limits_find(plan->limits, "memory.swap"))
		limit_put(plan, limit, group, "memory.memsw.limit_in_bytes", xstrdup("-1"))->optional = true;
}

void
limit_memory_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	long long value = strtoll(limit->value, NULL, 10), memory, swap;

	check_usage(plan, limit, group, "memory.current");
	if (limits_find(plan->limits, "memory.swap")) {
		/* has its own write */
	} else if (value < 0) {
		limit_put(plan, limit, group, "memory.swap.max", xstrdup("max"))->optional = true;
	} else if (!plan->fresh) {
		/* what the limit of memory and swap was stays, as it does on v1 */
		memory = limit_read(plan, group, "memory.max");
		swap = limit_read(plan, group, "memory.swap.max");
		if (memory >= 0 && swap >= 0 && memory + swap < value)
			limit_fail(plan->limits, limit, ST_STATE, "larger than the limit of memory and swap, %lld", memory + swap);
		if (memory >= 0 && swap >= 0)
			(void)limit_put(plan, limit, group, "memory.swap.max", xasprintf("%lld", memory + swap - value));
	}
	(void)limit_put(plan, limit, group, row->v2_file, value < 0 ? xstrdup("max") : xasprintf("%lld", value));
}

/* On v1 it is memory and swap together, and v2 has one for swap alone. */
void
limit_swap_v1(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	check_usage(plan, limit, group, "memory.memsw.usage_in_bytes");
	limit_put(plan, limit, group, row->v1_file, xstrdup(limit->value))->optional = !strcmp(limit->value, "-1");
}

void
limit_swap_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	const char *text = limits_find(plan->limits, "memory.limit");
	long long value = strtoll(limit->value, NULL, 10), memory = text ? strtoll(text, NULL, 10) : 0;

	check_usage(plan, limit, group, "memory.current");
	if (!text && !plan->fresh)
		memory = limit_read(plan, group, "memory.max");
	if (value > 0 && memory <= 0 && !(text && memory == -1))
		limit_fail(plan->limits, limit, ST_CONFIG, "cannot be set without memory.limit: it is memory and swap together");
	if (value > 0 && memory > 0 && value < memory)
		limit_fail(plan->limits, limit, ST_CONFIG, "smaller than memory.limit: it is memory and swap together");
	if (value > 0 && memory > 0)
		value -= memory;
	limit_put(plan, limit, group, row->v2_file, value < 0 ? xstrdup("max") : xasprintf("%lld", value))->optional = value <= 0;
}

void
limit_oom_v1(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	if (strcmp(limit->value, "0") || !plan->fresh)
		(void)limit_put(plan, limit, group, row->v1_file, xstrdup(limit->value));
}

void
limit_hierarchy_v1(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	/* since Linux 5.11 it is 1, and every write a warning in the kernel's log */
	if (limit_read(plan, group, row->v1_file) != strtoll(limit->value, NULL, 10))
		(void)limit_put(plan, limit, group, row->v1_file, xstrdup(limit->value));
}

/* What v2 lacks: the limit is refused unless it says what is so anyway. */
void
limit_false_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	(void)row;
	(void)group;
	if (strcmp(limit->value, "0"))
		limit_fail(plan->limits, limit, ST_UNSUPPORTED, "cgroup v2 has no such limit");
}

void
limit_true_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	(void)row;
	(void)group;
	if (strcmp(limit->value, "1"))
		limit_fail(plan->limits, limit, ST_UNSUPPORTED, "cgroup v2 always has a hierarchy");
}
