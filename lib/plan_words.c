/* SPDX-License-Identifier: MIT */
/* Properties that take more than a row of the table. */
#include "cgroup.h"
#include "limit.h"
#include "node.h"
#include "ns.h"
#include "overlay.h"
#include "plan.h"
#include "sysctl.h"

static void
hooks(struct plan *plan, int list)
{
	const struct config *config = plan->config;
	const struct json *json = config->json;

	for (int node = json_first(json, list); node >= 0; node = json_next(json, node)) {
		int args = json_get(json, node, "args"), env = json_get(json, node, "env");
		int64_t timeout = config_int(config, node, "timeout", 0);

		plan_put(plan, "[].path", "-p", "%s", config_string(config, node, "path"));
		for (int n = json_first(json, args); n >= 0; n = json_next(json, n))
			plan_put(plan, "[].args", "-a", "%s", json_string(json, n));
		/* what it has from the program */
		if (env < 0 && !strcmp(json_key(json, list), "startContainer"))
			env = config_node(config, 0, "process.env");
		for (int n = json_first(json, env); n >= 0; n = json_next(json, n))
			plan_put(plan, "[].env", "-e", "%s", json_string(json, n));
		if (timeout)
			plan_put(plan, "[].timeout", "-t", "%lld", (long long)timeout);
	}
}

static void
device_rules(struct plan *plan, const struct device_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct device_rule *r = rules->list + i;
		char numbers[2][24] = { "*", "*" };

		for (size_t n = 0; n < 2; n++)
			if ((n ? r->minor : r->major) != DEVICE_ANY)
				(void)snprintf(numbers[n], sizeof(numbers[n]), "%lld", (long long)(n ? r->minor : r->major));
		plan_put(plan, ".devices", r->allow ? "-a" : "-d", "%c %s:%s %s%s%s", r->type, numbers[0], numbers[1],
			 r->access & DEVICE_READ ? "r" : "", r->access & DEVICE_WRITE ? "w" : "", r->access & DEVICE_MKNOD ? "m" : "");
	}
}

static void
limits(struct plan *plan, int node)
{
	struct limits all = { 0 };

	limits_config(&all, plan->config, node);
	if (all.check)
		plan_put(plan, "", "-l", "memory.checkBeforeUpdate=1");
	for (size_t i = 0; i < all.count; i++) {
		const struct limit *limit = all.list + i;

		/* "-1" is no limit; what options call a number goes no further */
		if (!(limit_row(limit->name)->flags & LIMIT_WORDS) &&
		    ((*limit->value == '-' && strcmp(limit->value, "-1")) || strlen(limit->value) > 18))
			config_fail(plan->config, limit->node, ST_UNSUPPORTED, "cannot be planned: not from -1 to 999999999999999999");
		plan_put(plan, "", "-l", "%s=%s", limit->name, limit->value);
	}
	device_rules(plan, &all.devices);
}

static void
namespaces(struct plan *plan)
{
	struct ns_plan ns = { 0 };
	char letters[NS_COUNT + 2] = "-";

	ns_from_config(&ns, plan->config->bundle, ~0UL);
	for (size_t i = 0; i < NS_COUNT; i++)
		if (ns.make & ns_kinds[i].flag)
			letters[strlen(letters)] = ns_kinds[i].letter;
	if (letters[1])
		plan_put(plan, "", letters, NULL);
}

/* What would be set in the host's namespace, were it that to be joined. */
static void
keep(struct plan *plan, int list)
{
	const struct json *json = plan->config->json;
	int map = config_node(plan->config, 0, "linux.sysctl");
	char path[256];

	for (int n = json_first(json, list); n >= 0; n = json_next(json, n)) {
		const char *type = config_string(plan->config, n, "type");
		bool set = !strcmp(type, "uts") && (config_string(plan->config, 0, "hostname") || config_string(plan->config, 0, "domainname"));

		for (int m = json_first(json, map); m >= 0; m = json_next(json, m))
			set = set || (sysctl_path(json_key(json, m), path, sizeof(path)) && !strcmp(sysctl_namespace(path), type));
		if (set && config_namespace_path(plan->config, n))
			plan_put(plan, ", hostname, linux.sysctl", "-k", "%s", type);
	}
}

static void
network(struct plan *plan, int list)
{
	for (int n = json_first(plan->config->json, list); n >= 0; n = json_next(plan->config->json, n)) {
		const char *path = config_namespace_path(plan->config, n);

		if (path && !strcmp(config_string(plan->config, n, "type"), "network"))
			plan_put(plan, "", "-n", "%s", path);
	}
}

/* Where to look for the program. */
static void
search(struct plan *plan, int list)
{
	for (int n = json_first(plan->config->json, list); n >= 0; n = json_next(plan->config->json, n))
		if (!strncmp(json_string(plan->config->json, n), "PATH=", 5))
			plan_put(plan, "", "-e", "%s", json_string(plan->config->json, n));
}

/* As oci-landlock reads them from the annotations. */
static void
landlock(struct plan *plan, int node)
{
	static const char *const topics[] = { "-r:read", "-x:execute", "-w:write", "-B,bind", "-C,connect", "-S,scope" };

	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		autofree char *key = xasprintf("org.ocibox.landlock.%s", topics[i] + 3), *copy = NULL;
		const char *text = json_string(plan->config->json, json_get(plan->config->json, node, key));
		char *rest = copy = xstrdup(text ? text : ""), *item;
		char option[] = { '-', topics[i][1], '\0' }, separator[] = { topics[i][2], '\0' };

		while ((item = strsep(&rest, separator)))
			if (*item)
				plan_put(plan, ": landlock", option, "%s", item);
	}
}

static void
root_overlay(struct plan *plan)
{
	autofree char *where = overlay_annotation(plan->config);

	if (where)
		plan_put(plan, ": overlay", "-o", "%s", where);
}

void
plan_words(struct plan *plan, char letter, int node)
{
	if (letter == 'h')
		hooks(plan, node);
	else if (letter == 'l')
		limits(plan, node);
	else if (letter == 'n')
		namespaces(plan);
	else if (letter == 'k')
		keep(plan, node);
	else if (letter == 'j')
		network(plan, node);
	else if (letter == 'p')
		search(plan, node);
	else if (letter == 'v')
		landlock(plan, node);
	else if (letter == 't')
		root_overlay(plan);
	else if (letter == 'x' && node_dev_is_bound(plan->config))
		plan_put(plan, "", "-o", NULL);
	else if (letter == 'o' && cgroup_owner(plan->config) >= 0)
		plan_put(plan, "", "-u", "%lld", cgroup_owner(plan->config));
	else if (strchr("amMr", letter))
		plan_mounts(plan, letter);
}
