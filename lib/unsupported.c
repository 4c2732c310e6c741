/* SPDX-License-Identifier: MIT */
/* Nothing in config.json is silently left out: what no step applies yet is refused. */
#include "config.h"

/* When a property counts. */
enum counts {
	VALUE,          /* it holds something: not false, "", [], {}, or null */
};

/* A property, "[]" standing for each element; with word, only when it has that value. */
static const struct row {
	const char *path, *word;
	enum counts counts;
} rows[] = {
	{ "process.terminal", NULL, VALUE },
};

/* The first value in node that says something, or -1. */
static int
find_value(const struct json *json, int node)
{
	switch (json_type(json, node)) {
	case JSON_NUMBER:
	case JSON_TRUE:
		return node;
	case JSON_STRING:
		return *json_string(json, node) ? node : -1;
	case JSON_OBJECT:
	case JSON_ARRAY:
		for (int n = json_first(json, node); n >= 0; n = json_next(json, n)) {
			int found = find_value(json, n);

			if (found >= 0)
				return found;
		}
		return -1;
	default:
		return -1;
	}
}

static void
refuse(const struct config *config, const struct row *row, int node)
{
	const char *text = json_string(config->json, node);
	int found = node;

	if (row->word && (!text || strcmp(text, row->word)))
		return;
	if (row->counts == VALUE)
		found = find_value(config->json, node);
	if (found >= 0)
		config_fail(config, found, ST_UNSUPPORTED, "not supported yet");
}

void
config_refuse_unsupported(const struct config *config)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *each = strstr(rows[i].path, "[].");
		autofree char *list = NULL;
		int node;

		if (!each) {
			refuse(config, &rows[i], config_node(config, 0, rows[i].path));
			continue;
		}
		list = xasprintf("%.*s", (int)(each - rows[i].path), rows[i].path);
		node = config_node(config, 0, list);
		for (int n = json_first(config->json, node); n >= 0; n = json_next(config->json, n))
			refuse(config, &rows[i], config_node(config, n, each + 3));
	}
}
