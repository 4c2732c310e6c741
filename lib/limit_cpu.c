/* SPDX-License-Identifier: MIT */
/* Limits of processor time, block devices, huge pages and the others: what is written for them. */
#include "limit.h"

void
limit_shares_v1(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	/* the kernel would round what is outside without a word */
	(void)limit_value(plan->limits, limit, 2, 262144);
	(void)limit_put(plan, limit, group, row->v1_file, xstrdup(limit->value));
}

static double
binary_logarithm(double x)
{
	double sum = 0, bit = 1;

	while (x >= 2) {
		x /= 2;
		sum++;
	}
	/* each squaring is one more binary digit behind the point */
	for (int i = 0; i < 50; i++) {
		x *= x;
		bit /= 2;
		if (x >= 2) {
			x /= 2;
			sum += bit;
		}
	}
	return sum;
}

static double
power_of_ten(double x)
{
	double term = 1, sum = 1;

	for (int i = 1; i < 60; i++) {
		term *= x * 2.302585092994046 / i;
		sum += term;
	}
	return sum;
}

/* As runc since 1.3 and crun: a curve through 2 and 1, 1024 and 100, 262144 and 10000, rounded up. The straight line of
 * before makes 39 of 1024, and a container with the default shares got less than a process of the host. */
void
limit_shares_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	unsigned long long shares = limit_value(plan->limits, limit, 0, UINT64_MAX), weight = shares <= 2 ? 1 : 10000;

	if (shares > 2 && shares < 262144) {
		double l = binary_logarithm((double)shares);

		/* 1024 is 100, whatever the last bit of the sum */
		weight = 1 + (unsigned long long)(power_of_ten((l * l + 125 * l) / 612 - 7.0 / 34) - 1e-9);
	}
	(void)limit_put(plan, limit, group, row->v2_file, xasprintf("%llu", weight));
}

/* "QUOTA PERIOD" in one file. */
void
limit_quota_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	const char *quota = limits_find(plan->limits, "cpu.quota"), *period = limits_find(plan->limits, "cpu.period");
	char now[64] = "max";

	if (quota && period && !strcmp(row->name, "cpu.period"))
		return;
	if (!quota && !plan->fresh && cgroup_read(limit_dir(plan, group), row->v2_file, now, sizeof(now)) > 0)
		now[strcspn(now, " \n")] = '\0';
	if (!quota)
		quota = now;
	(void)limit_put(plan, limit, group, row->v2_file, xasprintf("%s%s%s", *quota == '-' ? "max" : quota, period ? " " : "",
								    period ? period : ""));
}

enum { WEIGHT_LEAST = 10, WEIGHT_MOST = 1000 };

static unsigned long long
io_weight(unsigned long long weight)
{
	return 1 + (weight - WEIGHT_LEAST) * 9999 / (WEIGHT_MOST - WEIGHT_LEAST);
}

void
limit_weight_v1(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	/* the scheduler cfq before Linux 5.0, bfq since then */
	const char *file = limit_has_file(plan, group, row->v1_file) ? row->v1_file : "blkio.bfq.weight";

	(void)limit_value(plan->limits, limit, WEIGHT_LEAST, WEIGHT_MOST);
	(void)limit_put(plan, limit, group, file, xstrdup(limit->value));
}

void
limit_weight_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	unsigned long long weight = limit_value(plan->limits, limit, WEIGHT_LEAST, WEIGHT_MOST);

	if (limit_has_file(plan, group, "io.bfq.weight"))
		(void)limit_put(plan, limit, group, "io.bfq.weight", xasprintf("%llu", weight));
	else
		(void)limit_put(plan, limit, group, row->v2_file, xasprintf("%llu", io_weight(weight)));
}

void
limit_device_weight_v1(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	const char *file = limit_has_file(plan, group, row->v1_file) ? row->v1_file : "blkio.bfq.weight_device";

	limit_put(plan, limit, group, file, xstrdup(limit->value))->none = row->none;
}

void
limit_device_weight_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	int device = (int)strcspn(limit->value, " ");
	struct limit value = { limit->name, limit->value + device + (limit->value[device] == ' '), limit->node };
	unsigned long long weight = limit_value(plan->limits, &value, WEIGHT_LEAST, WEIGHT_MOST);
	bool bfq = limit_has_file(plan, group, "io.bfq.weight");

	limit_put(plan, limit, group, bfq ? "io.bfq.weight" : row->v2_file,
		  xasprintf("%.*s %llu", device, limit->value, bfq ? weight : io_weight(weight)))->none = "default";
}

/* row->none names the key: "rbps=max" */
void
limit_throttle_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	int device = (int)strcspn(limit->value, " "), key = (int)strcspn(row->none, "=") + 1;
	const char *rate = limit->value + device + 1;

	/* on v1 a rate of 0 is no limit, and v2 does not take it */
	limit_put(plan, limit, group, row->v2_file, xasprintf("%.*s %.*s%s", device, limit->value, key, row->none,
							      strcmp(rate, "0") ? rate : "max"))->none = row->none;
}

void
limit_throttle_v1(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	limit_put(plan, limit, group, row->v1_file, xstrdup(limit->value))->none = "0";
}

/* the others */

static void
hugetlb(struct limit_plan *plan, const struct limit *limit, size_t group, const char *end)
{
	int size = (int)strcspn(limit->value, " ");
	autofree char *file = xasprintf("hugetlb.%.*s.%s", size, limit->value, end);
	autofree char *reserved = xasprintf("hugetlb.%.*s.rsvd.%s", size, limit->value, end);

	if (strchr(file, '/') || !limit_has_file(plan, group, file))
		limit_fail(plan->limits, limit, ST_UNSUPPORTED, "the kernel has no huge pages of %.*s", size, limit->value);
	(void)limit_put(plan, limit, group, file, xstrdup(limit->value + size + 1));
	/* since Linux 5.7: what is reserved counts, not only what is in use, which would be found out too late */
	if (limit_has_file(plan, group, reserved))
		(void)limit_put(plan, limit, group, reserved, xstrdup(limit->value + size + 1));
}

void
limit_hugetlb_v1(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	hugetlb(plan, limit, group, row->v1_file);
}

void
limit_hugetlb_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	hugetlb(plan, limit, group, row->v2_file);
}

void
limit_lines(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	limit_put(plan, limit, group, row->v1_file, xstrdup(limit->value))->none = row->none;
}

/* A file of several lines takes one line with each write. */
void
limit_unified(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	size_t file = strcspn(limit->value, " ");
	autofree char *name = xstrndup(limit->value, file);

	(void)row;
	for (const char *line = limit->value + file + 1;; line++) {
		size_t len = strcspn(line, "\n");

		if (len > 0 || !line[len])
			(void)limit_put(plan, limit, group, name, xstrndup(line, len));
		line += len;
		if (!*line || !line[1])
			return;
	}
}
