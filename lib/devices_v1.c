/* SPDX-License-Identifier: MIT */
/* Device rules on cgroup v1, which has no rules in order. It has one answer for every device, and exceptions from it,
 * which go by being named as they were made. So the exceptions are followed here, and what v1 cannot say is an error. */
#include "devices.h"

static bool
covers(int64_t outer, int64_t inner)
{
	return outer == DEVICE_ANY || outer == inner;
}

static bool
meets(int64_t a, int64_t b)
{
	return covers(a, b) || covers(b, a);
}

static bool
same(const struct device_rule *a, const struct device_rule *b)
{
	return a->type == b->type && a->major == b->major && a->minor == b->minor;
}

/* Takes back of each exception what the rule says. */
static void
retract(const struct device_rules *rules, struct device_table *table, const struct device_rule *rule)
{
	for (size_t i = 0; i < table->count; i++) {
		struct device_rule *e = &table->except[i];

		if (e->type != rule->type || !(e->access & rule->access) || !meets(e->major, rule->major) ||
		    !meets(e->minor, rule->minor))
			continue;
		if (!covers(rule->major, e->major) || !covers(rule->minor, e->minor))
			device_fail(rules, rule->node < 0 ? e : rule, ST_UNSUPPORTED,
				    rule->allow ? "cgroup v1 cannot allow a part of what an earlier rule denies as a whole"
						: "cgroup v1 cannot deny a part of what an earlier rule allows as a whole");
		e->access &= ~rule->access;
	}
}

static void
apply(const struct device_rules *rules, struct device_table *table, struct device_rule rule)
{
	if (rule.type == 'a' && rule.major == DEVICE_ANY && rule.minor == DEVICE_ANY && rule.access == DEVICE_ALL) {
		table->answer = rule.allow;
		table->count = 0;
		return;
	}
	if (rule.type == 'a') {
		/* for the kernel "a" is every device, whatever stands behind it */
		rule.type = 'b';
		apply(rules, table, rule);
		rule.type = 'c';
	}
	if (rule.allow == table->answer) {
		retract(rules, table, &rule);
		return;
	}
	for (size_t i = 0; i < table->count; i++)
		if (same(&table->except[i], &rule)) {
			table->except[i].access |= rule.access;
			return;
		}
	table->except[table->count++] = rule;
}

struct device_table
devices_table(const struct device_rules *rules)
{
	size_t count;
	autofree struct device_rule *all = devices_all(rules, &count);
	struct device_table table = { .except = xcalloc(2 * count, sizeof(*table.except)) };

	for (size_t i = 0; i < count; i++)
		apply(rules, &table, all[i]);
	return table;
}

static bool
put(int fd, const struct device_rule *rule, int access)
{
	char major[24] = "*", minor[24] = "*", text[80];
	int n;

	if (!access)
		return true;
	if (rule->major != DEVICE_ANY)
		(void)snprintf(major, sizeof(major), "%lld", (long long)rule->major);
	if (rule->minor != DEVICE_ANY)
		(void)snprintf(minor, sizeof(minor), "%lld", (long long)rule->minor);
	n = snprintf(text, sizeof(text), "%c %s:%s %s%s%s", rule->type, major, minor, access & DEVICE_READ ? "r" : "",
		     access & DEVICE_WRITE ? "w" : "", access & DEVICE_MKNOD ? "m" : "");
	return write(fd, text, (size_t)n) >= 0;
}

/* devices.list: "a *:* rwm" when the answer is yes, and then no exception is told; else those that are allowed. */
static bool
read_table(const struct cgroup *group, struct device_table *table)
{
	autofd int fd = cgroup_open_file(group, "devices.list", O_RDONLY);
	autofree char *text = fd < 0 ? NULL : read_all(fd, 1 << 20, NULL, "devices.list");
	struct device_rules rules = { 0 };
	char *rest = text, *line;

	if (!text)
		return false;
	table->answer = false;
	while ((line = strsep(&rest, "\n")))
		if (*line == 'a')
			table->answer = true;
		else if (*line)
			devices_option(&rules, true, line);
	table->except = rules.list;
	table->count = rules.count;
	return true;
}

/* From one set of exceptions of the answer no to another: what is new is allowed before what is old is denied. */
static bool
exchange(int allow, int deny, const struct device_table *from, const struct device_table *to)
{
	for (size_t i = 0; i < to->count; i++)
		if (!put(allow, &to->except[i], to->except[i].access))
			return false;
	for (size_t i = 0; i < from->count; i++) {
		int access = from->except[i].access;

		for (size_t k = 0; k < to->count; k++)
			if (same(&to->except[k], &from->except[i]))
				access &= ~to->except[k].access;
		if (!put(deny, &from->except[i], access))
			return false;
	}
	return true;
}

static bool
set(int allow, int deny, const struct device_table *from, const struct device_table *to)
{
	static const struct device_table none = { 0 };

	if (!to->answer)
		return from->answer ? write(deny, "a", 1) >= 0 && exchange(allow, deny, &none, to) : exchange(allow, deny, from, to);
	if (write(allow, "a", 1) < 0)
		return false;
	for (size_t i = 0; i < to->count; i++)
		if (!put(deny, &to->except[i], to->except[i].access))
			return false;
	return true;
}

bool
devices_set_v1(const struct cgroup *group, const struct device_table *table, bool fresh)
{
	struct device_table old = { .answer = true };
	autofd int allow = cgroup_open_file(group, "devices.allow", O_WRONLY);
	autofd int deny = cgroup_open_file(group, "devices.deny", O_WRONLY);
	int err;
	bool done;

	/* a new one has the rules of the one above it, whatever those are */
	if (allow < 0 || deny < 0 || (!fresh && !read_table(group, &old)))
		return false;
	done = set(allow, deny, &old, table);
	err = errno;
	if (!done && !fresh) {
		struct device_table now = { 0 };

		if (!read_table(group, &now) || !set(allow, deny, &now, &old))
			warn(group->path, "the device rules of before could not be set again: %s", strerror(errno));
		free(now.except);
	}
	free(old.except);
	errno = err;
	return done;
}
