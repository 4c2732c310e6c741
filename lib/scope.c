/* SPDX-License-Identifier: MIT */
/* Which scope a container has, and with which properties it begins. */
#include <ctype.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "scope.h"
#include "state.h"

#define ANNOTATION "org.systemd.property."

bool
scope_wanted(void)
{
	const char *asked = getenv("OCIBOX_SYSTEMD_CGROUP");

	return asked && *asked;
}

/* Whether systemd takes the name, unit_name_is_valid() there. */
static bool
is_unit(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	if (len <= end || len > 255 || strcmp(name + len - end, suffix))
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr(":-_.\\", *name))
			return false;
	return true;
}

/* "-.slice", or no empty level: "a-b.slice" */
static bool
is_slice(const char *name)
{
	return !strcmp(name, "-.slice") || (is_unit(name, ".slice") && *name != '-' && !strstr(name, "--") && !strstr(name, "-."));
}

struct scope
scope_of_config(const struct config *config, const char *id)
{
	int node = config ? config_node(config, 0, "linux.cgroupsPath") : -1;
	const char *text = node < 0 ? NULL : json_string(config->json, node);
	struct scope scope = { .user = cgroup_unprivileged() };
	autofree char *copy = xstrdup(text && *text ? text : ":ocibox:");
	char *rest = copy, *slice = strsep(&rest, ":"), *prefix = strsep(&rest, ":"), *name = strsep(&rest, ":");

	if (!name || rest)
		config_fail(config, node, ST_CONFIG, "must be slice:prefix:name where systemd makes the cgroups");
	if (!text || !*text)
		name = (char *)(uintptr_t)id;
	scope.slice = xstrdup(*slice ? slice : scope.user ? "user.slice" : "system.slice");
	scope.unit = xasprintf("%s%s%s.scope", prefix, *prefix ? "-" : "", name);
	if (!is_slice(scope.slice))
		config_fail(config, node, ST_CONFIG, "%s is no name of a slice", scope.slice);
	if (!is_unit(scope.unit, ".scope") || !*name) {
		if (node < 0)
			fail(ST_USAGE, scope.unit, "systemd takes no such name of a unit");
		config_fail(config, node, ST_CONFIG, "%s is no name of a unit", scope.unit);
	}
	return scope;
}

bool
scope_of_entry(int entry, struct scope *scope)
{
	/* O_NONBLOCK: a fifo of that name would wait for a writer */
	autofd int fd = openat(entry, "scope", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	char *text;

	*scope = (struct scope){ 0 };
	if (fd < 0 && errno == ENOENT)
		return false;
	if (fd < 0 || fstat(fd, &st))
		die("scope", "open the entry's file");
	text = S_ISREG(st.st_mode) ? read_all(fd, 4096, NULL, "scope") : xstrdup("");
	scope->unit = strsep(&text, "\t");
	scope->user = text && !strcmp(text, "user\n");
	if (!is_unit(scope->unit, ".scope") || !text || (!scope->user && strcmp(text, "system\n"))) {
		warn("scope", "the entry's file is corrupt, a unit that it named stays");
		return false;
	}
	return true;
}

void
scope_to_entry(int entry, const struct scope *scope)
{
	autofree char *text = xasprintf("%s\t%s\n", scope->unit, scope->user ? "user" : "system");

	if (state_put(entry, "scope", 0600, text, strlen(text)))
		die("scope", "write the entry's file");
}

struct words *
property_new(struct properties *properties)
{
	properties->list = realloc(properties->list, (properties->count + 1) * sizeof(*properties->list));
	if (!properties->list)
		die(NULL, "allocate memory");
	properties->list[properties->count] = (struct words){ 0 };
	return &properties->list[properties->count++];
}

void
property_add(struct properties *properties, const char *name, const char *type, const char *value)
{
	const char *const words[] = { name, type, value, NULL };

	words_add_all(property_new(properties), words);
}

/* NAMESec is how the manual pages write what the bus knows as NAMEUSec. The words are those of its variant. */
static const char *
in_microseconds(const char **name, struct words *value)
{
	size_t len = strlen(*name);
	double seconds;
	int used = 0;

	if (len < 4 || strcmp(*name + len - 3, "Sec") || !islower((unsigned char)(*name)[len - 4]))
		return NULL;
	if (value->count != 2 || strlen(value->list[0]) != 1 || !strchr("ynqiuxtd", *value->list[0]))
		return "not a number";
	if (scan(value->list[1], "%lf%n", &seconds, &used) != 1 || value->list[1][used] || seconds > INT64_MAX / 1000000)
		return "not a number of seconds";
	*name = xasprintf("%.*sUSec", (int)len - 3, *name);
	value->list[0] = "t";
	value->list[1] = xasprintf("%" PRId64, (int64_t)(seconds * 1000000));
	return NULL;
}

static void
add_annotations(struct properties *properties, const struct config *config)
{
	int annotations = config_node(config, 0, "annotations");

	for (int n = json_first(config->json, annotations); n >= 0; n = json_next(config->json, n)) {
		const char *key = json_key(config->json, n), *name, *wrong;
		struct words value = { 0 }, *property;

		if (strncmp(key, ANNOTATION, strlen(ANNOTATION)))
			continue;
		name = key + strlen(ANNOTATION);
		if (strlen(name) < 3)
			config_fail(config, n, ST_CONFIG, "annotation %s name incorrect: too short", key);
		for (const char *c = name; *c; c++)
			if (!isalpha((unsigned char)*c))
				config_fail(config, n, ST_CONFIG, "annotation %s name incorrect: contains non-alphabetic character", key);
		wrong = variant_add(&value, json_string(config->json, n));
		if (!wrong)
			wrong = in_microseconds(&name, &value);
		if (wrong)
			config_fail(config, n, ST_CONFIG, "annotation %s=%.100s value parse error: %s", key, json_string(config->json, n), wrong);
		property = property_new(properties);
		words_add(property, name);
		words_add_all(property, value.list);
		free(value.list);
	}
}

struct properties
scope_properties(const struct scope *scope, const struct config *config, pid_t pid)
{
	const char *const pids[] = { "PIDs", "au", "1", xasprintf("%d", (int)pid), NULL };
	struct properties all = { 0 };

	property_add(&all, "Description", "s", xasprintf("ocibox container %s", scope->unit));
	property_add(&all, "Slice", "s", scope->slice);
	/* what is below it is ours; systemd keeps its hands off */
	property_add(&all, "Delegate", "b", "true");
	words_add_all(property_new(&all), pids);
	/* the memory controller cannot be had later for what was used before */
	property_add(&all, "MemoryAccounting", "b", "true");
	property_add(&all, "CPUAccounting", "b", "true");
	property_add(&all, "IOAccounting", "b", "true");
	property_add(&all, "TasksAccounting", "b", "true");
	/* else it would be stopped early when the machine shuts down, before who manages it */
	property_add(&all, "DefaultDependencies", "b", "false");
	if (config)
		add_annotations(&all, config);
	return all;
}

struct cgroup *
scope_make(int entry, const struct config *config, const char *id, pid_t pid, size_t *count)
{
	struct scope scope = scope_of_config(config, id);
	autofree char *path = NULL;
	struct cgroup *groups;

	scope_require_systemd();
	/* a scope cannot be empty */
	if (!pid)
		fail(ST_USAGE, "--systemd-cgroup", "no process for the scope: neither -P nor in the block of oci-ns");
	path = scope_path(&scope);
	groups = cgroup_everywhere(path, count);
	/* one that has failed is in the way until it is forgotten; any other is somebody's, and not to be written down as ours */
	if (scope_loaded(&scope) && !scope_forget(&scope))
		fail(ST_STATE, scope.unit, "a unit of that name is there already");
	for (size_t i = 0; i < *count; i++)
		groups[i].made = true;
	scope_to_entry(entry, &scope);
	cgroup_to_entry(entry, groups, *count);
	scope_start(&scope, config, pid, path);
	cgroup_make(groups, count, -1, false);
	for (size_t i = 0; i < *count; i++)
		groups[i].made = true;
	cgroup_to_entry(entry, groups, *count);
	return groups;
}

void
scope_print(const struct config *config, const char *id, pid_t pid)
{
	struct scope scope = scope_of_config(config, id);
	struct properties properties = scope_properties(&scope, config, pid);

	puts(scope.unit);
	for (size_t i = 0; i < properties.count; i++)
		for (size_t k = 0; k < properties.list[i].count; k++)
			printf("%s%c", properties.list[i].list[k], k + 1 < properties.list[i].count ? ' ' : '\n');
}

void
scope_end(int entry, const struct cgroup *groups, size_t count)
{
	struct scope scope;

	if (scope_of_entry(entry, &scope)) {
		/* systemd would ask the processes to end, and wait */
		cgroup_kill(groups, count);
		scope_stop(&scope);
	}
	if (unlinkat(entry, "scope", 0) && errno != ENOENT)
		die("scope", "remove the entry's file");
}
