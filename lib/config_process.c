/* SPDX-License-Identifier: MIT */
/* The configuration of a container with another process in it, for oci-exec. */
#include "config.h"

/* The document with text as its member "process"; *at: where in it. */
static char *
exchange(const struct config *config, const char *text, size_t len, size_t *all, size_t *at)
{
	static const char key[] = "\"process\":";
	int node = json_get(config->json, 0, "process");
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
	p = whole = xcalloc(1, config->len + len + sizeof(key) + 1);
	memcpy(p, config->text, before);
	p += before;
	if (node < 0) {
		memcpy(p, key, sizeof(key) - 1);
		p += sizeof(key) - 1;
	}
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

const struct config *
config_set_process(const char *text, size_t len, const char *name)
{
	const struct config *had = chain.config;
	struct config *config = xcalloc(1, sizeof(*config));
	struct json *alone;
	char error[1024];
	size_t at;

	/* its own syntax first: within the other text its errors would be at other places */
	alone = json_parse(name, text, len, error, sizeof(error));
	if (!alone)
		fail(ST_CONFIG, NULL, "%s", error);
	json_free(alone);
	*config = *had;
	config->text = exchange(had, text, len, &config->len, &at);
	config->json = json_parse(had->file, config->text, config->len, error, sizeof(error));
	if (!config->json)
		fail(ST_CONFIG, NULL, "%s", error);
	json_graft(config->json, at, at + len, name);
	schema_check(config->json, config_first_error, NULL);
	return chain.config = config;
}
