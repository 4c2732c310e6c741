/* SPDX-License-Identifier: MIT */
/* Whether the table has a line for every property. */
#include "plan.h"
#include "schema.h"

struct cover {
	const struct plan *plan;
	bool list;
	bool missing;
	const char *step;       /* of the words found last */
	char path[256];         /* of the property at hand, as the chain writes it */
};

/* Whether the line is about the property at path (len bytes): its words, which end with the line. */
static const char *
words_for(const char *line, const char *path, size_t len)
{
	return (line[1] == ' ' || line[1] == ',') && !strncmp(line + 2, path, len) && line[2 + len] == ' ' ? line + 3 + len : NULL;
}

/* The words of the form for a property, or those for what it is in that name it; NULL: there are none. whole: they speak for
 * all that is inside, too. */
static const char *
find(struct cover *cover, bool *whole)
{
	const char *path = cover->path, *name = strrchr(path, '.'), *found = NULL, *step = "";
	size_t len = strlen(path), above = name ? (size_t)(name - path) : 0;
	autofree char *word = xasprintf("(%s)", name ? name + 1 : path), *list = xasprintf("[%s ", name ? name + 1 : path);

	for (const char *line = cover->plan->table; *line && !*whole; line = strchr(line, '\n') + 1) {
		bool other = *line == (cover->plan->init ? 'r' : 'i');
		const char *words = other ? NULL : words_for(line, path, len);
		size_t end = words ? strcspn(words, "\n") : 0;
		const char *in = other || !above ? NULL : words_for(line, path, above), *at;

		if (!other && strchr("!?", line[1]))
			step = line + 2;
		if (in && (((at = strstr(in, word)) && at < strchr(in, '\n')) || ((at = strstr(in, list)) && at < strchr(in, '\n'))))
			words = in;
		*whole = words && (words == in || (end > 0 && !memchr(words, '%', end)));
		if (words) {
			found = words;
			cover->step = step;
		}
	}
	return found;
}

static bool
is_nothing(const struct json *json, int node)
{
	enum json_type type = json_type(json, node);

	return type == JSON_FALSE || ((type == JSON_ARRAY || type == JSON_OBJECT) && !json_count(json, node));
}

static void walk(struct cover *cover, const struct rule *rule, int node);

static void
walk_inside(struct cover *cover, const struct rule *rule, int node)
{
	const struct json *json = cover->plan->config ? cover->plan->config->json : NULL;
	size_t len = strlen(cover->path);

	if (rule->kind == OBJECT) {
		for (const struct rule *r = rule->inside; r->key; r++) {
			int inside = cover->list ? -1 : json_get(json, node, r->key);

			(void)snprintf(cover->path + len, sizeof(cover->path) - len, "%s%s", len ? "." : "", r->key);
			if (cover->list || inside >= 0)
				walk(cover, r, inside);
		}
	} else {
		(void)snprintf(cover->path + len, sizeof(cover->path) - len, "[]");
		if (cover->list)
			walk(cover, rule->inside, -1);
		for (int n = cover->list ? -1 : json_first(json, node); n >= 0; n = json_next(json, n))
			walk(cover, rule->inside, n);
	}
	cover->path[len] = '\0';
}

static void
walk(struct cover *cover, const struct rule *rule, int node)
{
	bool whole = false;
	const char *says = *cover->path ? find(cover, &whole) : NULL;

	if (says && cover->list)
		printf("%s\t%.*s %.*s\n", cover->path, (int)strcspn(cover->step, " \n"), cover->step, (int)strcspn(says, "\n"), says);
	if (says && *says == '!' && !cover->list && !is_nothing(cover->plan->config->json, node))
		config_fail(cover->plan->config, node, ST_UNSUPPORTED, "cannot be planned with --exec init: %.*s", (int)strcspn(says, "\n") - 1, says + 1);
	if (whole || (says && rule->kind < OBJECT))
		return;
	if (rule->kind >= OBJECT) {
		walk_inside(cover, rule, node);
		return;
	}
	cover->missing = true;
	if (cover->list)
		printf("%s\t\n", cover->path);
	else
		config_fail(cover->plan->config, node, ST_UNSUPPORTED, "cannot be planned");
}

bool
plan_cover(const struct plan *plan, bool list)
{
	struct cover cover = { .plan = plan, .list = list };

	walk(&cover, &schema_document, 0);
	return !cover.missing;
}
