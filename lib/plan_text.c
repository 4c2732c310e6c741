/* SPDX-License-Identifier: MIT */
/* Values of a configuration, as options take them. */
#include "plan.h"

static char *
scalar(const struct json *json, int node)
{
	int64_t number;
	uint64_t large = 0;

	if (json_string(json, node))
		return xstrdup(json_string(json, node));
	if (json_int(json, node, &number))
		return xasprintf("%lld", (long long)number);
	(void)json_uint(json, node, &large);
	return xasprintf("%llu", (unsigned long long)large);
}

/* A string, a number, or a list of them; prefix: what each string of a list begins with, perhaps added. */
static void
put_value(const struct plan *plan, FILE *out, int node, const char *prefix)
{
	const struct json *json = plan->config->json;
	bool list = json_type(json, node) == JSON_ARRAY;

	for (int n = list ? json_first(json, node) : node; n >= 0; n = list ? json_next(json, n) : -1) {
		autofree char *one = scalar(json, n);

		if (list && (!*one || one[strcspn(one, ", ")]))
			config_fail(plan->config, n, ST_UNSUPPORTED, "cannot be planned: a word of a list separated by commas");
		fprintf(out, "%s%s%s", list && n != json_first(json, node) ? "," : "",
			strncasecmp(one, prefix, strlen(prefix)) ? prefix : "", one);
	}
}

static bool put_text(const struct plan *plan, FILE *out, const char *words, size_t len, int node);

/* %[NAME TEXT]; returns what is behind it. */
static const char *
put_each(const struct plan *plan, FILE *out, const char *words, int node)
{
	const struct json *json = plan->config->json;
	size_t len = strcspn(words, " "), end = strcspn(words, "]");
	autofree char *name = xstrndup(words, len);

	for (int n = json_first(json, json_get(json, node, name)); n >= 0; n = json_next(json, n))
		(void)put_text(plan, out, words + len + 1, end - len - 1, n);
	return words + end + 1;
}

/* %(NAME) and its kin at *at, moved behind it; false: there is no such member, and it is needed. */
static bool
put_member(const struct plan *plan, FILE *out, const char **at, int node)
{
	size_t flags = strcspn(*at, "("), len = strcspn(*at, ")") - flags - 1;
	autofree char *name = xstrndup(*at + flags + 1, len);
	int member = len ? json_get(plan->config->json, node, name) : node;
	autofree char *value = member < 0 ? NULL : plan_text(plan, "$", 1, member);
	char kind = **at;

	*at += flags + len + 2;
	if (!value && strchr("(:", kind))
		return false;
	if (kind == '9')
		fprintf(out, "%09llu", value ? strtoull(value, NULL, 10) : 0);
	else if (kind == '0')
		fputs(value ? value : "0", out);
	else if (value && kind == '8')
		fprintf(out, "%llo", strtoull(value, NULL, 10) & 07777);
	else if (value && flags == 2)
		fprintf(out, ":%s", value);
	else
		for (const char *p = value; p && *p; p++)
			fprintf(out, "%s%c", kind == ':' && *p == ':' ? "\\" : "", *p);
	return true;
}

static bool
put_text(const struct plan *plan, FILE *out, const char *words, size_t len, int node)
{
	const char *key = json_key(plan->config->json, node), *end = words + len;

	while (words < end) {
		char c = *words++;

		if (c == '$' || c == '^') {
			put_value(plan, out, node, c == '^' ? "CAP_" : "");
		} else if (c == '@') {
			/* who reads it takes the first for the end of the key */
			if (strchr(key, '='))
				config_fail(plan->config, node, ST_UNSUPPORTED, "cannot be planned: a key with \"=\"");
			fputs(key, out);
		} else if (c == '%' && *words == '[') {
			words = put_each(plan, out, words + 1, node);
		} else if (c != '%') {
			fputc(c, out);
		} else if (!put_member(plan, out, &words, node)) {
			return false;
		}
	}
	return true;
}

char *
plan_text(const struct plan *plan, const char *words, size_t len, int node)
{
	char *text = NULL;
	size_t size;
	bool whole;
	FILE *out = text_open(&text, &size);

	whole = put_text(plan, out, words, len, node);
	text_close(out);
	if (whole)
		return text;
	free(text);
	return NULL;
}
