/* SPDX-License-Identifier: MIT */
/* Limits, read from a configuration or from options. */
#include <ctype.h>
#include <stdarg.h>

#include "limit.h"

static void
add(struct limits *limits, const char *name, char *value, int node)
{
	limits->list = realloc(limits->list, (limits->count + 1) * sizeof(*limits->list));
	if (!limits->list)
		die(NULL, "allocate memory");
	/* podman writes 0 for no limit, and older runc and crun set none then */
	if (!strcmp(name, "pids.limit") && !strcmp(value, "0")) {
		free(value);
		value = xstrdup("-1");
	}
	limits->list[limits->count++] = (struct limit){ name, value, node };
}

/* A number, a boolean or a string as text; NULL: something else. */
static char *
scalar(const struct json *json, int node)
{
	int64_t number;
	uint64_t large;

	switch (json_type(json, node)) {
	case JSON_TRUE:
		return xstrdup("1");
	case JSON_FALSE:
		return xstrdup("0");
	case JSON_STRING:
		return xstrdup(json_string(json, node));
	case JSON_NUMBER:
		if (json_int(json, node, &number))
			return xasprintf("%lld", (long long)number);
		return json_uint(json, node, &large) ? xasprintf("%llu", (unsigned long long)large) : NULL;
	default:
		return NULL;
	}
}

/* "8:0 VALUE" for an element that has key. */
static void
add_device(struct limits *limits, const char *name, int node, const char *key)
{
	const struct config *config = limits->config;
	autofree char *value = scalar(config->json, json_get(config->json, node, key));

	if (value)
		add(limits, name, xasprintf("%lld:%lld %s", (long long)config_int(config, node, "major", 0),
					    (long long)config_int(config, node, "minor", 0), value), node);
}

static void
add_rdma(struct limits *limits, int node)
{
	const struct config *config = limits->config;
	autofree char *handles = scalar(config->json, json_get(config->json, node, "hcaHandles"));
	autofree char *objects = scalar(config->json, json_get(config->json, node, "hcaObjects"));

	add(limits, "rdma", xasprintf("%s%s%s%s%s", json_key(config->json, node), handles ? " hca_handle=" : "",
				      handles ? handles : "", objects ? " hca_object=" : "", objects ? objects : ""), node);
}

/* One element of an array or a map. */
static void
add_element(struct limits *limits, const char *name, int node)
{
	const struct config *config = limits->config;

	if (!strcmp(name, "blockIO.weightDevice")) {
		add_device(limits, name, node, "weight");
		add_device(limits, "blockIO.leafWeightDevice", node, "leafWeight");
	} else if (!strncmp(name, "blockIO.", 8)) {
		add_device(limits, name, node, "rate");
	} else if (!strcmp(name, "hugepageLimits")) {
		add(limits, name, xasprintf("%s %llu", config_string(config, node, "pageSize"),
					    (unsigned long long)config_uint(config, node, "limit", 0)), node);
	} else if (!strcmp(name, "network.priorities")) {
		add(limits, name, xasprintf("%s %llu", config_string(config, node, "name"),
					    (unsigned long long)config_uint(config, node, "priority", 0)), node);
	} else if (!strcmp(name, "rdma")) {
		add_rdma(limits, node);
	} else {
		add(limits, name, xasprintf("%s %s", json_key(config->json, node), json_string(config->json, node)), node);
	}
}

void
limits_config(struct limits *limits, const struct config *config, int resources)
{
	limits->config = config;
	limits->check = config_bool(config, resources, "memory.checkBeforeUpdate", false);
	for (size_t i = 0; i < limit_row_count; i++) {
		const char *name = limit_rows[i].name;
		int node = config_node(config, resources, name);

		if (node < 0)
			continue;
		if (!(limit_rows[i].flags & LIMIT_LIST)) {
			char *value = scalar(config->json, node);

			/* a list of processors that is empty is none */
			if (value && *value)
				add(limits, name, value, node);
			continue;
		}
		for (int n = json_first(config->json, node); n >= 0; n = json_next(config->json, n))
			add_element(limits, name, n);
	}
	devices_config(&limits->devices, config, config_node(config, resources, "devices"));
}

void
limits_wanted(struct limits *limits, const struct config *config, const char *file)
{
	if (file)
		limits_config(limits, config_load_part(file, "resources"), 0);
	else if (config)
		limits_config(limits, config, config_node(config, 0, "linux.resources"));
}

/* "64M" as "67108864", "0.5K" as "512"; NULL: it is no number. */
static char *
sized(const char *text)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;
	long long value, part = 0, of = 1;
	int shift = 0;

	if (!strcmp(text, "max"))
		return xstrdup("-1");
	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || errno || value < -1)
		return NULL;
	if (*end == '.' && isdigit((unsigned char)end[1]))
		for (end++; isdigit((unsigned char)*end); end++)
			if (of < 1000000) {
				part = part * 10 + (*end - '0');
				of *= 10;
			}
	unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		shift = 10 * (int)(unit - units + 1);
		end++;
		/* as docker and runc read them: 64M, 64MB and 64MiB are one */
		end += *end == 'i';
	}
	end += toupper((unsigned char)*end) == 'B';
	/* a fraction is one of a unit */
	if (*end || value > (INT64_MAX >> shift) - (of > 1) || (value < 0 && shift) || (of > 1 && (!shift || *text == '-')))
		return NULL;
	return xasprintf("%lld", value * (1LL << shift) + part * (1LL << shift) / of);
}

void
limits_option(struct limits *limits, const char *text)
{
	const char *equals = strchr(text, '=');
	autofree char *name = xstrndup(text, equals ? (size_t)(equals - text) : 0);
	const struct limit_row *row = limit_row(name);
	char *value;

	if (!equals)
		fail(ST_USAGE, text, "must be NAME=VALUE, NAME as in linux.resources");
	if (!strcmp(name, "memory.checkBeforeUpdate")) {
		limits->check = number(equals + 1, 0, 1, "0 or 1");
		return;
	}
	if (!row)
		fail(ST_USAGE, text, "must be NAME=VALUE, NAME as in linux.resources");
	value = row->flags & LIMIT_WORDS ? xstrdup(equals + 1) : sized(equals + 1);
	if (!value || !*value || (row->flags & LIMIT_LIST && !strchr(value, ' ')))
		fail(ST_USAGE, text, row->flags & LIMIT_LIST ? "the value must be two words"
				     : row->flags & LIMIT_WORDS ? "a value is missing" : "not a number");
	if (!strcmp(row->name, "unified") && (strchr(value, '/') < strchr(value, ' ') && strchr(value, '/')))
		fail(ST_USAGE, text, "not the name of a file in a cgroup");
	add(limits, row->name, value, -1);
}

const char *
limits_find(const struct limits *limits, const char *name)
{
	for (size_t i = limits->count; i-- > 0;)
		if (!strcmp(limits->list[i].name, name))
			return limit_row(name)->flags & LIMIT_ZERO && !strcmp(limits->list[i].value, "0") ? NULL : limits->list[i].value;
	return NULL;
}

void
limit_fail(const struct limits *limits, const struct limit *limit, int status, const char *reason, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, reason);
	(void)vsnprintf(text, sizeof(text), reason, ap);
	va_end(ap);
	if (limit->node >= 0)
		config_fail(limits->config, limit->node, status, "%s", text);
	fail(status, limit->name, "%s", text);
}
