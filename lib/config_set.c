/* SPDX-License-Identifier: MIT */
/* The configuration of a container with another member in it, such as the process of oci-exec. */
#include "config.h"

/* The document with text as its member of that name; *at: where in it. */
static char *
exchange(const struct config *config, const char *member, const char *text, size_t len, size_t *all, size_t *at)
{
	autofree char *key = xasprintf("\"%s\":", member);
	int node = json_get(config->json, 0, member);
	size_t had = 0, before, after;
	const char *raw;
	char *whole, *p;

	if (node >= 0) {
		raw = json_raw(config->json, node, &had);
		before = (size_t)(raw - config->text);
	} else {
		raw = json_raw(config->json, 0, &had);
		before = (size_t)(raw - config->text) + 1;
		had = 0;
	}
	after = config->len - before - had;
	p = whole = xcalloc(1, config->len + len + strlen(key) + 2);
	memcpy(p, config->text, before);
	p += before;
	if (node < 0)
		p = stpcpy(p, key);
	*at = (size_t)(p - whole);
	memcpy(p, text, len);
	p += len;
	/* a document has members besides: ociVersion */
	if (node < 0)
		*p++ = ',';
	memcpy(p, config->text + before + had, after);
	*all = (size_t)(p - whole) + after;
	return whole;
}

/* What was known is known still, where it is the same. configs: of before, and of now. */
static bool
knows_still(void *configs, const char *text, size_t len)
{
	struct config *const *pair = configs;
	size_t had;
	const struct json *json = pair[0]->json;
	const char *raw = json_raw(json, json_get(json, json_get(json, 0, "linux"), "seccomp"), &had);

	if (pair[0]->filter && had == len && !memcmp(raw, text, len))
		pair[1]->filter = pair[0]->filter;
	return pair[1]->filter;
}

const struct config *
config_set(const char *member, const char *text, size_t len, const char *name)
{
	struct config *had = chain.config, *config = xcalloc(1, sizeof(*config)), *pair[] = { had, config };
	const struct json_part part = { .outer = "linux", .inner = "seccomp", .known = knows_still, .arg = pair };
	struct json *alone;
	char error[1024];
	size_t at;

	/* its own syntax first: within the other text its errors would be at other places */
	alone = json_parse(name, text, len, error, sizeof(error));
	if (!alone)
		fail(ST_CONFIG, NULL, "%s", error);
	json_free(alone);
	*config = *had;
	config->filter = NULL;
	config->text = exchange(had, member, text, len, &config->len, &at);
	config->json = json_parse_part(had->file, config->text, config->len, &part, error, sizeof(error));
	if (!config->json)
		fail(ST_CONFIG, NULL, "%s", error);
	json_graft(config->json, at, at + len, name);
	schema_check(config->json, config_first_error, NULL);
	return chain.config = config;
}
