/* SPDX-License-Identifier: MIT */
/* The statistics of a cgroup. The keys, and which of them stand without a value, are runc's: clients decode them. */
#include "stats.h"

/* Clock ticks of cpuacct.stat, which the kernel counts in hundredths of a second for every architecture. */
#define TICK_NS 10000000ULL

static struct stats_from
from_of(const struct cgroup *groups, size_t count, const char *controller)
{
	const struct cgroup *group = cgroup_with(groups, count, controller);
	struct stats_from from = { .dir = -1 };

	if (!group)
		return from;
	from.v2 = group->at.v2;
	from.dir = cgroup_open(group);
	if (from.dir < 0 && errno != ENOENT)
		die(group->path, "open cgroup");
	return from;
}

/* A list of numbers, separated by white space; column: of lines of several with a headline, from 0. */
static void
put_numbers(struct stats_out *out, const char *key, int dir, const char *file, int column)
{
	autofree char *text = stats_text(dir, file);
	char *rest = text, *line, *word;
	bool any = false;

	if (text && column >= 0)
		(void)strsep(&rest, "\n");
	while (rest && (line = strsep(&rest, column < 0 ? " \n" : "\n"))) {
		word = line;
		for (int i = 0; i < column && word; i++) {
			word = strchr(word, ' ');
			word = word ? word + 1 : NULL;
		}
		if (!word || !*word)
			continue;
		if (!any)
			stats_open(out, key, '[');
		any = true;
		stats_number(out, NULL, strtoull(word, NULL, 10));
	}
	if (any)
		stats_close(out, ']');
}

/* The usage and the throttling of a v2 cgroup, or a v1's throttling. */
static void
read_cpu(const struct stats_from *from, uint64_t usage[3], uint64_t throttling[3])
{
	static const char *const used[] = { "usage_usec", "system_usec", "user_usec" };
	static const char *const throttled[] = { "nr_periods", "nr_throttled", "throttled_usec" };
	autofree char *text = stats_text(from->dir, "cpu.stat");
	char *rest = text;
	const char *key;
	uint64_t value;

	while (rest && stats_pair(&rest, &key, &value)) {
		for (int i = 0; i < 3; i++) {
			if (from->v2 && !strcmp(key, used[i]))
				usage[i] = value * 1000;
			if (!strcmp(key, throttled[i]))
				throttling[i] = i == 2 ? value * 1000 : value;
		}
		if (!strcmp(key, "throttled_time"))
			throttling[2] = value;
	}
}

static void
put_cpu(struct stats_out *out, const struct stats_from *cpu, const struct stats_from *acct)
{
	uint64_t usage[3] = { 0 }, throttling[3] = { 0 };       /* total, kernel, user; periods, throttled ones, time */

	read_cpu(cpu, usage, throttling);
	if (acct->v2 && !cpu->v2) {
		uint64_t unused[3];

		read_cpu(acct, usage, unused);
	}
	if (!acct->v2) {
		autofree char *text = stats_text(acct->dir, "cpuacct.stat");
		char *rest = text;
		const char *key;
		uint64_t value;

		while (rest && stats_pair(&rest, &key, &value))
			usage[strcmp(key, "user") ? 1 : 2] = value * TICK_NS;
		(void)stats_value(acct->dir, "cpuacct.usage", &usage[0]);
	}
	stats_open(out, "cpu", '{');
	stats_open(out, "usage", '{');
	stats_nonzero(out, "total", usage[0]);
	if (!acct->v2) {
		put_numbers(out, "percpu", acct->dir, "cpuacct.usage_percpu", -1);
		put_numbers(out, "percpu_kernel", acct->dir, "cpuacct.usage_all", 2);
		put_numbers(out, "percpu_user", acct->dir, "cpuacct.usage_all", 1);
	}
	stats_number(out, "kernel", usage[1]);
	stats_number(out, "user", usage[2]);
	stats_close(out, '}');
	stats_open(out, "throttling", '{');
	stats_nonzero(out, "periods", throttling[0]);
	stats_nonzero(out, "throttledPeriods", throttling[1]);
	stats_nonzero(out, "throttledTime", throttling[2]);
	stats_close(out, '}');
	stats_psi(out, cpu, "cpu.pressure");
	stats_close(out, '}');
}

/* "0-2,5" as the list of these numbers. */
static void
put_range(struct stats_out *out, const char *key, int dir, const char *file)
{
	autofree char *text = stats_text(dir, file);
	unsigned long first, last;
	const char *at = text;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return;
	stats_open(out, key, '[');
	while (*at >= '0' && *at <= '9') {
		first = last = strtoul(at, &end, 10);
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (; first <= last && last <= UINT16_MAX; first++)
			stats_number(out, NULL, first);
		at = end + (*end == ',');
	}
	stats_close(out, ']');
}

/* cgroup v1's; runc prints none of v2. */
static void
put_cpuset(struct stats_out *out, const struct stats_from *from)
{
	static const char *const files[] = { "cpuset.cpu_exclusive", "cpuset.mem_hardwall", "cpuset.mem_exclusive",
		"cpuset.memory_migrate", "cpuset.memory_spread_page", "cpuset.memory_spread_slab", "cpuset.memory_pressure",
		"cpuset.sched_load_balance" };
	int dir = from->v2 ? -1 : from->dir;
	autofree char *level = stats_text(dir, "cpuset.sched_relax_domain_level");
	uint64_t value;

	stats_open(out, "cpuset", '{');
	put_range(out, "cpus", dir, "cpuset.cpus");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (i == 1)
			put_range(out, "mems", dir, "cpuset.mems");
		(void)stats_value(dir, files[i], &value);
		stats_number(out, strchr(files[i], '.') + 1, value);
	}
	/* may be negative */
	if (level)
		level[strcspn(level, "\n")] = '\0';
	stats_raw(out, "sched_relax_domain_level", level && *level ? level : "0");
	stats_close(out, '}');
}

struct memory {
	uint64_t limit, usage, max, failcnt;
};

static void
put_memory_entry(struct stats_out *out, const char *key, const struct memory *entry)
{
	stats_open(out, key, '{');
	stats_number(out, "limit", entry->limit);
	stats_nonzero(out, "usage", entry->usage);
	stats_nonzero(out, "max", entry->max);
	stats_number(out, "failcnt", entry->failcnt);
	stats_close(out, '}');
}

/* The files that begin with prefix. */
static struct memory
read_memory(const struct stats_from *from, const char *prefix)
{
	static const char *const v1[] = { ".usage_in_bytes", ".limit_in_bytes", ".max_usage_in_bytes", ".failcnt" };
	static const char *const v2[] = { ".current", ".max", ".peak" };
	uint64_t values[4] = { 0 };

	for (int i = 0; i < (from->v2 ? 3 : 4); i++) {
		autofree char *file = xasprintf("%s%s", prefix, from->v2 ? v2[i] : v1[i]);

		if (!stats_value(from->dir, file, &values[i]) && i == 0)
			break;
	}
	return (struct memory){ .usage = values[0], .limit = values[1], .max = values[2], .failcnt = values[3] };
}

static void
put_memory(struct stats_out *out, const struct stats_from *from)
{
	struct memory usage = read_memory(from, "memory"), none = { 0 }, kernel = none, tcp = none, swap;
	autofree char *text = stats_text(from->dir, "memory.stat"), *raw = NULL;
	const char *key, *cache = from->v2 ? "file" : "cache";
	uint64_t value, cached = 0;
	char *rest = text;

	swap = read_memory(from, from->v2 ? "memory.swap" : "memory.memsw");
	if (from->v2) {
		/* v1's counts memory and swap together, and so does who reads this */
		swap.usage += usage.usage;
		swap.limit = swap.limit > UINT64_MAX - usage.limit ? UINT64_MAX : swap.limit + usage.limit;
		swap.max = 0;
	} else {
		kernel = read_memory(from, "memory.kmem");
		tcp = read_memory(from, "memory.kmem.tcp");
	}
	stats_open(out, "memory", '{');
	raw = text ? xstrdup(text) : NULL;
	while (rest && stats_pair(&rest, &key, &value))
		if (!strcmp(key, cache))
			cached = value;
	stats_nonzero(out, "cache", cached);
	put_memory_entry(out, "usage", &usage);
	put_memory_entry(out, "swap", &swap);
	put_memory_entry(out, "kernel", &kernel);
	put_memory_entry(out, "kernelTCP", &tcp);
	rest = raw;
	if (raw && *raw) {
		stats_open(out, "raw", '{');
		while (rest && stats_pair(&rest, &key, &value))
			stats_number(out, key, value);
		stats_close(out, '}');
	}
	stats_psi(out, from, "memory.pressure");
	stats_close(out, '}');
}

static void
put_pids(struct stats_out *out, const struct stats_from *from)
{
	uint64_t current, limit;

	/* without the controller the processes can still be counted on v2 */
	if (!stats_value(from->dir, "pids.current", &current) && from->v2) {
		autofree char *text = stats_text(from->dir, "cgroup.procs");

		for (const char *at = text; at && *at; at++)
			current += *at == '\n';
	}
	(void)stats_value(from->dir, "pids.max", &limit);
	stats_open(out, "pids", '{');
	stats_nonzero(out, "current", current);
	stats_nonzero(out, "limit", limit == UINT64_MAX ? 0 : limit);
	stats_close(out, '}');
}

void
stats_put(FILE *file, const struct cgroup *groups, size_t count)
{
	static const char *const controllers[] = { "cpu", "cpuacct", "cpuset", "memory", "pids", "blkio", "hugetlb" };
	enum { CPU, CPUACCT, CPUSET, MEMORY, PIDS, BLKIO, HUGETLB, ALL };
	struct stats_out out = { .file = file };
	struct stats_from from[ALL];

	for (int i = 0; i < ALL; i++)
		from[i] = from_of(groups, count, controllers[i]);
	stats_open(&out, NULL, '{');
	put_cpu(&out, &from[CPU], &from[CPUACCT]);
	put_cpuset(&out, &from[CPUSET]);
	put_memory(&out, &from[MEMORY]);
	put_pids(&out, &from[PIDS]);
	stats_blkio(&out, &from[BLKIO]);
	stats_hugetlb(&out, &from[HUGETLB]);
	stats_raw(&out, "intel_rdt", "{}");
	/* runc counts those of an interface that it has made itself, and no configuration asks for one */
	stats_raw(&out, "network_interfaces", "null");
	stats_close(&out, '}');
	for (int i = 0; i < ALL; i++)
		close_fd(&from[i].dir);
}
