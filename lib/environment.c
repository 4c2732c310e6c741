/* SPDX-License-Identifier: MIT */
#include "environment.h"
#include "program.h"

/* The index of the entry whose name is the len bytes at name, or count. */
static size_t
find(const struct environment *env, const char *name, size_t len)
{
	size_t i = 0;

	while (i < env->count && (strncmp(env->entries[i], name, len) || env->entries[i][len] != '='))
		i++;
	return i;
}

void
environment_put(struct environment *env, const char *entry)
{
	size_t i = find(env, entry, strcspn(entry, "="));

	env->entries[i] = entry;
	env->count += i == env->count;
}

void
environment_put_config(struct environment *env, const struct config *config, int list)
{
	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n)) {
		const char *entry = json_string(config->json, n);

		if (!entry || !strchr(entry, '='))
			config_fail(config, n, ST_CONFIG, "not NAME=VALUE");
		environment_put(env, entry);
	}
}

const char *
environment_value(const struct environment *env, const char *name)
{
	size_t len = strlen(name), i = find(env, name, len);

	return i < env->count ? env->entries[i] + len + 1 : NULL;
}

void
environment_put_home(struct environment *env, uid_t uid)
{
	const char *home = environment_value(env, "HOME");

	if (!home || !*home) {
		autofree char *dir = program_home(uid);

		environment_put(env, xasprintf("HOME=%s", dir));
	}
}

const char **
environment_of_program(const struct config *config)
{
	int list = config_node(config, 0, "process.env");
	struct environment env = { .entries = xcalloc((size_t)json_count(config->json, list) + 2, sizeof(*env.entries)) };

	environment_put_config(&env, config, list);
	environment_put_home(&env, (uid_t)config_uint(config, 0, "process.user.uid", 0));
	return env.entries;
}
