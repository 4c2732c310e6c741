/* SPDX-License-Identifier: MIT */
/* Device rules, from a configuration or from options, and where they are enforced. */
#include "devices.h"

/* Added behind the configuration's, as other runtimes do: the nodes every container has, and making any node,
 * which gives no access by itself. */
static const struct device_rule always[] = {
	{ true, 'c', DEVICE_ANY, DEVICE_ANY, DEVICE_MKNOD, -1 },
	{ true, 'b', DEVICE_ANY, DEVICE_ANY, DEVICE_MKNOD, -1 },
	{ true, 'c', 1, 3, DEVICE_ALL, -1 },            /* null */
	{ true, 'c', 1, 5, DEVICE_ALL, -1 },            /* zero */
	{ true, 'c', 1, 7, DEVICE_ALL, -1 },            /* full */
	{ true, 'c', 1, 8, DEVICE_ALL, -1 },            /* random */
	{ true, 'c', 1, 9, DEVICE_ALL, -1 },            /* urandom */
	{ true, 'c', 5, 0, DEVICE_ALL, -1 },            /* tty */
	{ true, 'c', 5, 2, DEVICE_ALL, -1 },            /* ptmx */
	{ true, 'c', 136, DEVICE_ANY, DEVICE_ALL, -1 }, /* pts; a container's /dev/console is one */
	{ true, 'c', 10, 200, DEVICE_ALL, -1 },         /* net/tun */
};
enum { ALWAYS = sizeof(always) / sizeof(always[0]) };

static void
add(struct device_rules *rules, struct device_rule rule)
{
	rules->list = realloc(rules->list, (rules->count + 1) * sizeof(*rules->list));
	if (!rules->list)
		die(NULL, "allocate memory");
	rules->list[rules->count++] = rule;
}

/* Letters of r, w and m; -1: something else. */
static int
access_of(const char *text)
{
	int access = 0;

	for (; *text; text++)
		switch (*text) {
		case 'r':
			access |= DEVICE_READ;
			break;
		case 'w':
			access |= DEVICE_WRITE;
			break;
		case 'm':
			access |= DEVICE_MKNOD;
			break;
		default:
			return -1;
		}
	return access;
}

void
devices_config(struct device_rules *rules, const struct config *config, int list)
{
	rules->config = config;
	for (int node = json_first(config->json, list); node >= 0; node = json_next(config->json, node)) {
		const char *type = config_string(config, node, "type"), *access = config_string(config, node, "access");

		add(rules, (struct device_rule){
			.allow = config_bool(config, node, "allow", false),
			.type = (char)(type ? *type : 'a'),
			.major = config_int(config, node, "major", DEVICE_ANY),
			.minor = config_int(config, node, "minor", DEVICE_ANY),
			.access = access ? access_of(access) : DEVICE_ALL,
			.node = node,
		});
	}
}

/* "3", or "*" for any; false: neither. */
static bool
number_of(const char *text, int64_t *number)
{
	char *end;

	*number = DEVICE_ANY;
	if (!strcmp(text, "*"))
		return true;
	*number = strtoll(text, &end, 10);
	return end != text && !*end && *number >= 0 && *number <= UINT32_MAX;
}

void
devices_option(struct device_rules *rules, bool allow, const char *text)
{
	struct device_rule rule = { allow, 'a', DEVICE_ANY, DEVICE_ANY, DEVICE_ALL, -1 };
	autofree char *copy = xstrdup(text);
	char *rest = copy, *type = strsep(&rest, " "), *major = strsep(&rest, ":"), *minor = strsep(&rest, " ");

	rule.type = *type;
	if (rest)
		rule.access = access_of(rest);
	if (!strchr("abc", *type) || !*type || type[1] || (rest && (!*rest || rule.access < 0)) || (major && !minor) ||
	    (major && (!number_of(major, &rule.major) || !number_of(minor, &rule.minor))))
		fail(ST_USAGE, text, "must be a rule as \"a\", \"c 1:3 rwm\" or \"b 8:* r\"");
	add(rules, rule);
}

struct device_rule *
devices_all(const struct device_rules *rules, size_t *count)
{
	struct device_rule *all = xcalloc(rules->count + ALWAYS, sizeof(*all));

	memcpy(all, rules->list, rules->count * sizeof(*all));
	memcpy(all + rules->count, always, sizeof(always));
	*count = rules->count + ALWAYS;
	return all;
}

void
device_fail(const struct device_rules *rules, const struct device_rule *rule, int status, const char *reason)
{
	if (rule->node >= 0)
		config_fail(rules->config, rule->node, status, "%s", reason);
	fail(status, "device rules", "%s", reason);
}

size_t
devices_group(const struct device_rules *rules, const struct cgroup *groups, size_t count)
{
	size_t v2 = count;

	for (size_t i = 0; i < count; i++)
		if (groups[i].at.v2)
			v2 = i;
		else if (cgroup_has(&groups[i].at, "devices"))
			return i;
	if (v2 < count)
		return v2;
	if (cgroup_unprivileged())
		debug(NULL, "no device rules set: no cgroup could be made");
	else if (count == 0)
		warn(NULL, "no cgroup is mounted: device rules are not enforced");
	else
		device_fail(rules, &rules->list[0], ST_UNSUPPORTED,
			    "no cgroup is there to enforce it (mount -t cgroup2 none /sys/fs/cgroup)");
	return count;
}

bool
devices_apply(const struct device_rules *rules, const struct cgroup *group, bool fresh)
{
	autofree struct device_rule *all = NULL;
	autofd int dir = -1;
	size_t count;

	if (!group->at.v2) {
		struct device_table table = devices_table(rules);
		bool done = devices_set_v1(group, &table, fresh);

		free(table.except);
		return done;
	}
	all = devices_all(rules, &count);
	dir = cgroup_open(group);
	return dir >= 0 && devfilter_attach(dir, all, count);
}
