/* SPDX-License-Identifier: MIT */
/* Walks config.json and the tables of lib/schema_tables.c side by side, in the file's order. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "schema.h"

static void walk(struct checker *c, const struct rule *rule, int parent, int node);

void
refuse(struct checker *c, int node, const char *reason, ...)
{
	char place[1024], text[512];
	va_list ap;

	if (c->stopped)
		return;
	va_start(ap, reason);
	(void)vsnprintf(text, sizeof(text), reason, ap);
	va_end(ap);
	c->errors++;
	c->stopped = !c->found(c->arg, json_place(c->json, node, place, sizeof(place)), text);
}

int
word_index(const char *const *words, const char *word)
{
	for (int i = 0; word && words[i]; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

static const char *
type_name(enum json_type type)
{
	static const char *const names[] = {
		[JSON_NONE] = "nothing",
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",
		[JSON_NUMBER] = "a number",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return names[type];
}

static bool
has_kind(struct checker *c, const struct rule *rule, int node)
{
	static const unsigned char types[] = {
		[STRING] = JSON_STRING, [BOOLEAN] = JSON_TRUE, [INTEGER] = JSON_NUMBER, [OBJECT] = JSON_OBJECT, [ARRAY] = JSON_ARRAY,
		[MAP] = JSON_OBJECT,
	};
	enum json_type type = json_type(c->json, node), due = types[rule->kind];

	if (type == due || (rule->kind == BOOLEAN && type == JSON_FALSE))
		return true;
	refuse(c, node, "must be %s, not %s", rule->kind == BOOLEAN ? "true or false" : type_name(due), type_name(type));
	return false;
}

static void
walk_integer(struct checker *c, const struct rule *rule, int node)
{
	const struct range *range = rule->range;
	int64_t value;
	uint64_t large;

	if (json_int(c->json, node, &value)) {
		if (value >= range->min && (value < 0 || (uint64_t)value <= range->max))
			return;
	} else if (json_uint(c->json, node, &large) && large <= range->max) {
		return;
	}
	refuse(c, node, "must be a whole number from %lld to %llu", (long long)range->min, (unsigned long long)range->max);
}

static void
walk_string(struct checker *c, const struct rule *rule, int node)
{
	size_t len, most = 60;
	const char *raw;

	if (!rule->words || word_index(rule->words, json_string(c->json, node)) >= 0)
		return;
	/* as it stands in the file: no control character of it reaches the terminal */
	raw = json_raw(c->json, node, &len);
	if (len <= most) {
		refuse(c, node, "unknown %.*s", (int)len, raw);
		return;
	}
	while ((raw[most] & 0xc0) == 0x80)
		most--;
	refuse(c, node, "unknown %.*s...", (int)most, raw);
}

static const struct rule *
find_rule(const struct rule *rules, const char *key)
{
	for (; rules->key; rules++)
		if (!strcmp(rules->key, key))
			return rules;
	return NULL;
}

static void
walk_required(struct checker *c, const struct rule *rules, int node)
{
	for (; rules->key; rules++)
		if (rules->required && json_get(c->json, node, rules->key) < 0)
			refuse(c, node, "%s is missing", rules->key);
}

/* The elements of an array, the values of a map, or the properties of an object. */
static void
walk_inside(struct checker *c, const struct rule *rule, int node)
{
	for (int n = json_first(c->json, node); n >= 0 && !c->stopped; n = json_next(c->json, n)) {
		const struct rule *inside = rule->inside;

		if (rule->kind == OBJECT) {
			inside = find_rule(rule->inside, json_key(c->json, n));
			if (!inside || json_type(c->json, n) == JSON_NULL)
				continue;
		}
		walk(c, inside, node, n);
	}
}

static void
walk(struct checker *c, const struct rule *rule, int parent, int node)
{
	int before = c->errors;

	if ((rule->terminal && !has_terminal(c, parent)) || !has_kind(c, rule, node) || json_is_known(c->json, node))
		return;
	if (rule->kind == INTEGER)
		walk_integer(c, rule, node);
	if (rule->kind == STRING)
		walk_string(c, rule, node);
	if (rule->kind == OBJECT && rule->inside)
		walk_required(c, rule->inside, node);
	if (rule->check && c->errors == before)
		rule->check(c, parent, node);
	if (rule->kind >= OBJECT && rule->inside)
		walk_inside(c, rule, node);
}

/* What other properties need may stand behind them: it is looked up once, first. */
static void
look_ahead(struct checker *c)
{
	int linux_node = json_get(c->json, 0, "linux");
	int list = json_get(c->json, linux_node, "namespaces"), seccomp = json_get(c->json, linux_node, "seccomp");
	const char *path;

	c->listener = !json_is_known(c->json, seccomp) && json_get(c->json, seccomp, "listenerPath") >= 0;
	for (int n = json_first(c->json, list); n >= 0; n = json_next(c->json, n)) {
		int type = word_index(schema_namespaces, json_string(c->json, json_get(c->json, n, "type")));

		if (type < 0)
			continue;
		c->namespaces |= 1U << type;
		path = json_string(c->json, json_get(c->json, n, "path"));
		if (path && *path)
			c->joined |= 1U << type;
	}
}

int
schema_check(const struct json *json, bool (*found)(void *arg, const char *place, const char *reason), void *arg)
{
	struct checker c = { .json = json, .found = found, .arg = arg };

	look_ahead(&c);
	walk(&c, &schema_document, -1, 0);
	return c.errors;
}

int
schema_check_part(const struct json *json, const char *part, bool (*found)(void *arg, const char *place, const char *reason), void *arg)
{
	struct checker c = {
		.json = json, .found = found, .arg = arg, .listener = json_get(json, 0, "listenerPath") >= 0,
	};

	walk(&c, find_rule(schema_linux, part), -1, 0);
	return c.errors;
}

const struct rule *
schema_find(const char *path)
{
	const struct rule *rule = &schema_document;

	while (rule && *path) {
		size_t len = strcspn(path, ".");
		const struct rule *inside = rule->inside;

		/* "[]": the elements of an array all have one rule */
		while (*path != '[' && inside->key && (strncmp(inside->key, path, len) || inside->key[len]))
			inside++;
		rule = *path == '[' || inside->key ? inside : NULL;
		path += len + (path[len] == '.');
	}
	return rule;
}
