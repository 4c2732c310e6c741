/* SPDX-License-Identifier: MIT */
/* linux.seccomp, as far as it needs no libseccomp. */
#include "filter.h"

/* younger than the headers: Linux 5.19 */
#define WAIT_KILLABLE_RECV (1U << 5)

void
filter_profile_text(unsigned char hash[BLAKE2B_SIZE], const char *text, size_t len)
{
	struct blake2b sum;

	blake2b_begin(&sum);
	blake2b_add(&sum, text, len);
	blake2b_end(&sum, hash);
}

/* Its listener's properties differ from container to container. */
static bool
has_listener(const struct config *config, int node)
{
	return config_node(config, node, "listenerPath") >= 0 || config_node(config, node, "listenerMetadata") >= 0;
}

void
filter_profile(unsigned char hash[BLAKE2B_SIZE], const struct config *config, int node)
{
	struct blake2b sum;
	const char *text;
	size_t len;

	if (!has_listener(config, node)) {
		text = json_raw(config->json, node, &len);
		filter_profile_text(hash, text, len);
		return;
	}
	blake2b_begin(&sum);
	for (int n = json_first(config->json, node); n >= 0; n = json_next(config->json, n)) {
		const char *key = json_key(config->json, n);

		if (!strcmp(key, "listenerPath") || !strcmp(key, "listenerMetadata"))
			continue;
		text = json_raw(config->json, n, &len);
		/* with the NUL: no other key and text give the same bytes, since the text is JSON, which has none */
		blake2b_add(&sum, key, strlen(key) + 1);
		blake2b_add(&sum, text, len);
		blake2b_add(&sum, "", 1);
	}
	blake2b_end(&sum, hash);
}

static uint32_t
flags_named(const struct config *config, int list)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} known[] = {
		/* all threads of one process: it has one */
		{ "SECCOMP_FILTER_FLAG_TSYNC", 0 },
		{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
		{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
		{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", WAIT_KILLABLE_RECV },
	};
	uint32_t flags = 0;

	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n))
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (!strcmp(known[i].name, json_string(config->json, n)))
				flags |= known[i].flag;
	return flags;
}

/* Whether a rule notifies. */
static bool
notifies(const struct config *config, int node)
{
	static const char *const notify = "SCMP_ACT_NOTIFY";
	const struct json *json = config->json;
	int rules = config_node(config, node, "syscalls");
	bool found = false;

	/* as runc has it: with it, nothing could be told to anyone any more */
	if (!strcmp(config_string(config, node, "defaultAction"), notify))
		config_fail(config, config_node(config, node, "defaultAction"), ST_CONFIG, "%s cannot be the default", notify);
	for (int r = json_first(json, rules); r >= 0; r = json_next(json, r)) {
		int names = config_node(config, r, "names");

		if (strcmp(config_string(config, r, "action"), notify))
			continue;
		found = true;
		for (int n = json_first(json, names); n >= 0; n = json_next(json, n))
			if (!strcmp(json_string(json, n), "write"))
				config_fail(config, n, ST_CONFIG, "%s cannot be used for the write syscall", notify);
	}
	return found;
}

uint32_t
filter_flags(const struct config *config, int node)
{
	int list = config_node(config, node, "flags");
	/* without the property, runc's and crun's default; an empty list is no flags */
	uint32_t flags = list < 0 ? SECCOMP_FILTER_FLAG_SPEC_ALLOW : flags_named(config, list);

	if (notifies(config, node))
		return flags | SECCOMP_FILTER_FLAG_NEW_LISTENER;
	if (flags & WAIT_KILLABLE_RECV)
		config_fail(config, list, ST_CONFIG, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY");
	return flags;
}

bool
filter_is_strict(const struct config *config)
{
	int annotations = config_node(config, 0, "annotations");
	const char *value = json_string(config->json, json_get(config->json, annotations, "run.oci.seccomp_fail_unknown_syscall"));

	return value && strcmp(value, "0");
}

void
filter_listener(struct filter *filter, const struct config *config, int node)
{
	filter->listener = config_string(config, node, "listenerPath");
	filter->metadata = config_string(config, node, "listenerMetadata");
}
