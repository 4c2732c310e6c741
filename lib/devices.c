/* SPDX-License-Identifier: MIT */
/* linux.resources.devices of the configuration, and how cgroup v1 takes it. */
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

static int
access_of(const struct config *config, int node)
{
	const char *text = config_string(config, node, "access");
	int access = 0;

	if (!text || !*text)
		return DEVICE_ALL;
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
			config_fail(config, config_node(config, node, "access"), ST_CONFIG, "access is made of r, w and m");
		}
	return access;
}

static int64_t
number_of(const struct config *config, int node, const char *key)
{
	int64_t value = config_int(config, node, key, DEVICE_ANY);

	if (value < DEVICE_ANY || value > UINT32_MAX)
		config_fail(config, config_node(config, node, key), ST_CONFIG, "no device has this number");
	return value;
}

static struct device_rule
rule_of(const struct config *config, int node)
{
	const char *type = config_string(config, node, "type");
	struct device_rule rule = { .type = 'a', .node = node };

	if (type && *type) {
		if (type[1] || !strchr("abcu", *type))
			config_fail(config, config_node(config, node, "type"), ST_CONFIG, "not a type of device");
		rule.type = (char)(*type == 'u' ? 'c' : *type);
	}
	rule.allow = config_bool(config, node, "allow", false);
	rule.major = number_of(config, node, "major");
	rule.minor = number_of(config, node, "minor");
	rule.access = access_of(config, node);
	return rule;
}

/* The rules in force, the lasting ones last; NULL when the configuration has none. */
static struct device_rule *
rules_of(const struct config *config, size_t *count)
{
	int list = config_node(config, 0, "linux.resources.devices");
	struct device_rule *rules;
	size_t n = 0;

	if (json_count(config->json, list) == 0)
		return NULL;
	rules = xcalloc((size_t)json_count(config->json, list) + ALWAYS, sizeof(*rules));
	for (int node = json_first(config->json, list); node >= 0; node = json_next(config->json, node))
		rules[n++] = rule_of(config, node);
	memcpy(rules + n, always, sizeof(always));
	*count = n + ALWAYS;
	return rules;
}

/* cgroup v1 has no rules in order. It has one answer for every device, and exceptions from it, which go by being
 * named as they were made. So the exceptions are followed here, and what v1 cannot say is an error. */
struct v1 {
	const struct config *config;
	const char *name;
	int allow, deny;        /* descriptors of the two files */
	bool answer;            /* for devices that are no exception */
	struct device_rule *except;
	size_t count;
};

static void
put_v1(struct v1 *v1, const struct device_rule *rule, bool allow)
{
	char major[24] = "*", minor[24] = "*", text[80];
	int n;

	if (rule->major != DEVICE_ANY)
		(void)snprintf(major, sizeof(major), "%lld", (long long)rule->major);
	if (rule->minor != DEVICE_ANY)
		(void)snprintf(minor, sizeof(minor), "%lld", (long long)rule->minor);
	n = snprintf(text, sizeof(text), "%c %s:%s %s%s%s", rule->type, major, minor, rule->access & DEVICE_READ ? "r" : "",
		     rule->access & DEVICE_WRITE ? "w" : "", rule->access & DEVICE_MKNOD ? "m" : "");
	if (write(allow ? v1->allow : v1->deny, text, (size_t)n) < 0)
		die(v1->name, "%s devices %s in", allow ? "allow" : "deny", text);
}

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

/* Takes back of each exception what the rule says. */
static void
retract(struct v1 *v1, const struct device_rule *rule)
{
	for (size_t i = 0; i < v1->count; i++) {
		struct device_rule *e = &v1->except[i], part = *e;

		part.access &= rule->access;
		if (e->type != rule->type || !part.access || !meets(e->major, rule->major) || !meets(e->minor, rule->minor))
			continue;
		if (!covers(rule->major, e->major) || !covers(rule->minor, e->minor))
			config_fail(v1->config, rule->node < 0 ? e->node : rule->node, ST_UNSUPPORTED,
				    "cgroup v1 cannot %s a part of what an earlier rule %s as a whole",
				    rule->allow ? "allow" : "deny", rule->allow ? "denies" : "allows");
		put_v1(v1, &part, rule->allow);
		e->access &= ~part.access;
	}
}

static void
apply_v1(struct v1 *v1, struct device_rule rule)
{
	if (rule.type == 'a' && rule.major == DEVICE_ANY && rule.minor == DEVICE_ANY && rule.access == DEVICE_ALL) {
		if (write(rule.allow ? v1->allow : v1->deny, "a", 1) < 0)
			die(v1->name, "%s all devices in", rule.allow ? "allow" : "deny");
		v1->answer = rule.allow;
		v1->count = 0;
		return;
	}
	if (rule.type == 'a') {
		/* for the kernel "a" is every device, whatever stands behind it */
		rule.type = 'b';
		apply_v1(v1, rule);
		rule.type = 'c';
	}
	if (rule.allow == v1->answer) {
		retract(v1, &rule);
		return;
	}
	put_v1(v1, &rule, rule.allow);
	v1->except[v1->count++] = rule;
}

/* Whether device rules may be left out, which the kernel lets an ordinary user set nowhere. */
static bool
forgiven(const char *name)
{
	if ((errno != EPERM && errno != EACCES) || !cgroup_unprivileged())
		return false;
	debug(name, "no device rules set: %s", strerror(errno));
	return true;
}

static void
devices_v1(const struct config *config, const struct cgroup *group, const struct device_rule *rules, size_t count)
{
	autofree char *name = xasprintf("%s%s", group->at.mount, group->path);
	autofree struct device_rule *except = xcalloc(2 * count, sizeof(*except));
	autofd int allow = cgroup_open_file(group, "devices.allow", O_WRONLY);
	autofd int deny = cgroup_open_file(group, "devices.deny", O_WRONLY);
	struct v1 v1 = { config, name, allow, deny, false, except, 0 };

	if (allow < 0 || deny < 0 || write(deny, "a", 1) < 0) {
		if (!forgiven(name))
			die(name, "deny all devices in");
		return;
	}
	for (size_t i = 0; i < count; i++)
		apply_v1(&v1, rules[i]);
}

void
devices_apply(const struct config *config, const struct cgroup *groups, size_t count)
{
	size_t n, i, v2 = count;
	autofree struct device_rule *rules = rules_of(config, &n);
	autofree char *name = NULL;
	autofd int dir = -1;

	if (!rules)
		return;
	for (i = 0; i < count; i++)
		if (groups[i].at.v2)
			v2 = i;
		else if (cgroup_has(&groups[i].at, "devices"))
			break;
	if (i < count) {
		devices_v1(config, &groups[i], rules, n);
		return;
	}
	errno = EPERM;
	if (v2 == count && forgiven("linux.resources.devices"))
		return;
	if (v2 == count)
		config_fail(config, config_node(config, 0, "linux.resources.devices"), ST_UNSUPPORTED,
			    "no cgroup is there to enforce it (mount -t cgroup2 none /sys/fs/cgroup)");
	name = xasprintf("%s%s", groups[v2].at.mount, groups[v2].path);
	dir = cgroup_open(&groups[v2]);
	if (dir < 0)
		die(name, "open cgroup");
	if (!devfilter_attach(dir, rules, n) && !forgiven(name))
		die(name, "attach device rules to");
}
