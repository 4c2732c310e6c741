/* SPDX-License-Identifier: MIT */
/* What a cgroup has read and written, and its huge pages. */
#include <dirent.h>

#include "proc.h"
#include "stats.h"

/* In this order the v1 files are looked for; the last two are those that every scheduler counts. */
static const struct list {
	const char *key, *file;
} lists[] = {
	{ "sectorsRecursive", "sectors" },
	{ "ioServiceTimeRecursive", "io_service_time" },
	{ "ioWaitTimeRecursive", "io_wait_time" },
	{ "ioMergedRecursive", "io_merged" },
	{ "ioQueueRecursive", "io_queued" },
	{ "ioTimeRecursive", "time" },
	{ "ioServicedRecursive", "io_serviced" },
	{ "ioServiceBytesRecursive", "io_service_bytes" },
};

enum { LISTS = sizeof(lists) / sizeof(lists[0]), SERVICED = LISTS - 2, BYTES = LISTS - 1 };

static void
put_entry(struct stats_out *out, unsigned long long major, unsigned long long minor, const char *op, unsigned long long value)
{
	stats_open(out, NULL, '{');
	stats_nonzero(out, "major", major);
	stats_nonzero(out, "minor", minor);
	if (*op) {
		autofree char *quoted = xasprintf("\"%s\"", op);

		stats_raw(out, "op", quoted);
	}
	stats_nonzero(out, "value", value);
	stats_close(out, '}');
}

/* "8:0 Read 4096", "8:0 4096"; not "Total 4096". */
static void
put_v1(struct stats_out *out, const char *key, const char *text)
{
	unsigned long long major, minor, value;
	char op[32];

	stats_open(out, key, '[');
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		int at = 0;
		size_t len;

		if (scan(line, "%llu:%llu %n", &major, &minor, &at) != 2 || !at)
			continue;
		len = strspn(line + at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
		if (len < sizeof(op) && scan(line + at + len, " %llu", &value) == 1) {
			(void)snprintf(op, sizeof(op), "%.*s", (int)len, line + at);
			put_entry(out, major, minor, op, value);
		}
	}
	stats_close(out, ']');
}

/* The first set of files that has counted something: BFQ's with debugging, BFQ's, CFQ's before Linux 5.0, the throttle's. */
static void
put_blkio_v1(struct stats_out *out, int dir)
{
	static const struct {
		int first;
		const char *prefix, *suffix;
	} sets[] = {
		{ 0, "blkio.bfq.", "_recursive" }, { SERVICED, "blkio.bfq.", "_recursive" }, { 0, "blkio.", "_recursive" },
		{ SERVICED, "blkio.throttle.", "_recursive" }, { SERVICED, "blkio.throttle.", "" },
	};

	for (size_t set = 0; set < sizeof(sets) / sizeof(sets[0]); set++) {
		bool found = false;

		for (int i = sets[set].first; i < LISTS; i++) {
			autofree char *file = xasprintf("%s%s%s", sets[set].prefix, lists[i].file, sets[set].suffix);
			autofree char *text = stats_text(dir, file);

			/* a line of a device has a colon */
			if (!text || !strchr(text, ':'))
				break;
			found = true;
			put_v1(out, lists[i].key, text);
		}
		if (found)
			return;
	}
}

/* One list of v2's io.stat, "8:0 rbytes=1 wbytes=2 rios=3 wios=4 ...", which are words as v1 had them. */
static void
put_v2(struct stats_out *out, const char *key, const char *text, const char *read, const char *write)
{
	unsigned long long major, minor;
	bool any = false;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *at = line + strcspn(line, " \n");

		if (scan(line, "%llu:%llu ", &major, &minor) != 2)
			continue;
		while (*at == ' ') {
			size_t len = strcspn(++at, "= \n");
			bool reads = len == strlen(read) && !memcmp(at, read, len);

			if (at[len] == '=' && (reads || (len == strlen(write) && !memcmp(at, write, len)))) {
				if (!any)
					stats_open(out, key, '[');
				any = true;
				put_entry(out, major, minor, reads ? "Read" : "Write", strtoull(at + len + 1, NULL, 10));
			}
			at += strcspn(at, " \n");
		}
	}
	if (any)
		stats_close(out, ']');
}

void
stats_blkio(struct stats_out *out, const struct stats_from *from)
{
	stats_open(out, "blkio", '{');
	if (!from->v2) {
		put_blkio_v1(out, from->dir);
	} else {
		autofree char *text = stats_text(from->dir, "io.stat");

		if (text) {
			put_v2(out, lists[BYTES].key, text, "rbytes", "wbytes");
			put_v2(out, lists[SERVICED].key, text, "rios", "wios");
		}
	}
	stats_psi(out, from, "io.pressure");
	stats_close(out, '}');
}

/* The file of one size: since Linux 5.7 what is reserved counts, which is what a process asked for. */
static uint64_t
huge_value(const struct stats_from *from, const char *size, const char *what)
{
	autofree char *reserved = xasprintf("hugetlb.%s.rsvd.%s", size, what), *used = xasprintf("hugetlb.%s.%s", size, what);
	uint64_t value;

	if (!stats_value(from->dir, reserved, &value))
		(void)stats_value(from->dir, used, &value);
	return value;
}

static void
put_size(struct stats_out *out, const struct stats_from *from, const char *size)
{
	autofree char *file = xasprintf("hugetlb.%s.%s", size, from->v2 ? "current" : "usage_in_bytes");
	uint64_t failures = 0, value;

	if (!stats_value(from->dir, file, &value))
		return;
	if (from->v2) {
		autofree char *name = xasprintf("hugetlb.%s.events", size), *text = stats_text(from->dir, name);
		const char *key;
		char *rest = text;

		while (rest && stats_pair(&rest, &key, &value))
			if (!strcmp(key, "max"))
				failures = value;
	} else {
		failures = huge_value(from, size, "failcnt");
	}
	stats_open(out, size, '{');
	stats_nonzero(out, "usage", huge_value(from, size, from->v2 ? "current" : "usage_in_bytes"));
	if (!from->v2)
		stats_nonzero(out, "max", huge_value(from, size, "max_usage_in_bytes"));
	stats_number(out, "failcnt", failures);
	stats_close(out, '}');
}

void
stats_hugetlb(struct stats_out *out, const struct stats_from *from)
{
	int dir = proc_try_open("/sys/kernel/mm/hugepages", O_RDONLY | O_DIRECTORY);
	DIR *stream = dir < 0 ? NULL : fdopendir(dir);
	struct dirent *item;
	unsigned long kb;

	if (dir >= 0 && !stream)
		die("/sys/kernel/mm/hugepages", "list");
	stats_open(out, "hugetlb", '{');
	while (stream && (item = readdir(stream))) {
		autofree char *size = NULL;

		if (scan(item->d_name, "hugepages-%lukB", &kb) != 1)
			continue;
		/* as the kernel names its files */
		size = kb >= 1 << 20 ? xasprintf("%luGB", kb >> 20) : kb >= 1 << 10 ? xasprintf("%luMB", kb >> 10) : xasprintf("%luKB", kb);
		put_size(out, from, size);
	}
	if (stream)
		(void)closedir(stream);         /* was only read */
	stats_close(out, '}');
}
