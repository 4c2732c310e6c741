/* SPDX-License-Identifier: MIT */
/* config.json: found, read, checked, and kept for the steps that follow. */
#include <stdarg.h>
#include <sys/stat.h>

#include "config.h"

enum { FILE_MAX = 16 << 20 };

char *
config_read(const char *file, size_t *len)
{
	autofd int fd = -1;
	struct stat st;
	int named = fd_named(file);
	bool held = named >= 0 || !strcmp(file, "/dev/stdin");
	char *text;

	if (!strcmp(file, "-"))
		return read_all(STDIN_FILENO, FILE_MAX, len, "stdin");
	/* without waiting: a fifo is refused, not waited for, but for a pipe that the caller has open */
	fd = open(file, O_RDONLY | O_CLOEXEC | (held ? 0 : O_NONBLOCK) | O_NOCTTY);
	if (fd < 0)
		die(file, "open");
	if (fstat(fd, &st))
		die(file, "stat");
	if (!S_ISREG(st.st_mode) && !(held && S_ISFIFO(st.st_mode)))
		fail(ST_CONFIG, file, "not a regular file");
	text = read_all(fd, FILE_MAX, len, file);
	/* a container's process that awaits its start would hold it */
	if (named > STDERR_FILENO)
		(void)close(named);
	return text;
}

/* The name to show: "config.json" for the bundle ".", else "BUNDLE/config.json". */
static char *
name_in_bundle(const char *bundle)
{
	size_t len = strlen(bundle);

	if (!strcmp(bundle, ".") || !strcmp(bundle, "./"))
		return xstrdup("config.json");
	return xasprintf("%s%sconfig.json", bundle, len && bundle[len - 1] == '/' ? "" : "/");
}

/* path, taken from directory base when it is relative, without symlinks when it exists. */
static char *
absolute(const char *base, const char *path)
{
	char *whole = *path == '/' ? xstrdup(path) : xasprintf("%s/%s", base, path);
	char *real = realpath(whole, NULL);

	if (!real)
		return whole;   /* the step that needs it says what is wrong with it */
	free(whole);
	return real;
}

bool
config_first_error(void *arg, const char *place, const char *reason)
{
	(void)arg;
	fail(ST_CONFIG, place, "%s", reason);
}

static void
find_rootfs(struct config *config, const char *rootfs)
{
	const char *path = config_string(config, 0, "root.path");
	autofree char *here = NULL;

	if (rootfs) {
		here = realpath(".", NULL);
		if (!here)
			die(NULL, "find the current directory");
		config->rootfs = absolute(here, rootfs);
	} else if (path) {
		config->rootfs = absolute(config->bundle, path);
	}
}

/* Who may know linux.seccomp, and for which configuration. */
struct asked {
	config_filter *known;
	struct config *config;
};

static bool
knows_filter(void *arg, const char *text, size_t len)
{
	const struct asked *asked = arg;

	asked->config->filter = asked->known(asked->config->bundle, text, len);
	return asked->config->filter;
}

static void
parse(struct config *config, config_filter *known)
{
	struct asked asked = { known, config };
	struct json_part part = { .outer = "linux", .inner = "seccomp", .known = knows_filter, .arg = &asked };
	char error[1024];

	config->json = json_parse_part(config->file, config->text, config->len, known ? &part : NULL, error, sizeof(error));
	if (!config->json)
		fail(ST_CONFIG, NULL, "%s", error);
}

/* Reads config->file. */
static void
read_file(struct config *config, config_filter *known)
{
	config->text = config_read(config->file, &config->len);
	if (!strcmp(config->file, "-"))
		config->file = xstrdup("stdin");
	parse(config, known);
}

const struct config *
config_load_known(const char *bundle, const char *file, const char *rootfs, config_filter *known)
{
	struct config *config;

	if (chain.config)
		return chain.config;
	if (!bundle)
		bundle = ".";
	config = xcalloc(1, sizeof(*config));
	config->bundle = realpath(bundle, NULL);
	if (!config->bundle)
		die(bundle, "open bundle");
	config->file = file ? xstrdup(file) : name_in_bundle(bundle);
	read_file(config, known);
	schema_check(config->json, config_first_error, NULL);
	find_rootfs(config, rootfs);
	return chain.config = config;
}

const struct config *
config_load_from(const char *bundle, const char *file, const char *rootfs)
{
	return config_load_known(bundle, file, rootfs, NULL);
}

const struct config *
config_load(const char *bundle)
{
	return config_load_from(bundle, NULL, NULL);
}

const struct config *
config_whole(void)
{
	if (chain.config->filter) {
		/* the tree of before stays: its strings are in use */
		chain.config->filter = NULL;
		parse(chain.config, NULL);
	}
	return chain.config;
}

const struct config *
config_load_part(const char *file, const char *part)
{
	struct config *config = xcalloc(1, sizeof(*config));

	config->file = xstrdup(file);
	read_file(config, NULL);
	schema_check_part(config->json, part, config_first_error, NULL);
	return config;
}

const struct config *
config_take_part(const char *name, const char *text, size_t len, const char *part)
{
	struct config *config = xcalloc(1, sizeof(*config));

	*config = (struct config){ .file = xstrdup(name), .text = text, .len = len };
	parse(config, NULL);
	schema_check_part(config->json, part, config_first_error, NULL);
	return config;
}

int
config_node(const struct config *config, int node, const char *path)
{
	while (*path && node >= 0) {
		size_t len = strcspn(path, ".");
		char key[64];

		if (len >= sizeof(key))
			return -1;
		memcpy(key, path, len);
		key[len] = '\0';
		node = json_get(config->json, node, key);
		path += len + (path[len] == '.');
	}
	return node;
}

const char *
config_string(const struct config *config, int node, const char *path)
{
	return json_string(config->json, config_node(config, node, path));
}

bool
config_bool(const struct config *config, int node, const char *path, bool absent)
{
	enum json_type type = json_type(config->json, config_node(config, node, path));

	return type == JSON_TRUE || (type != JSON_FALSE && absent);
}

int64_t
config_int(const struct config *config, int node, const char *path, int64_t absent)
{
	int64_t value;

	return json_int(config->json, config_node(config, node, path), &value) ? value : absent;
}

uint64_t
config_uint(const struct config *config, int node, const char *path, uint64_t absent)
{
	uint64_t value;

	return json_uint(config->json, config_node(config, node, path), &value) ? value : absent;
}

const char **
config_strings(const struct config *config, int node, const char *path)
{
	int list = config_node(config, node, path);
	const char **strings;
	size_t count = 0;

	if (json_type(config->json, list) != JSON_ARRAY)
		return NULL;
	strings = xcalloc((size_t)json_count(config->json, list) + 1, sizeof(*strings));
	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n))
		if (json_string(config->json, n))
			strings[count++] = json_string(config->json, n);
	return strings;
}

const char *
config_destination(const struct config *config, int mount)
{
	const char *path = config_string(config, mount, "destination");
	size_t len = config->rootfs ? strlen(config->rootfs) : 0;

	return len > 1 && !strncmp(path, config->rootfs, len) && path[len] == '/' ? path + len : path;
}

const char *
config_namespace_path(const struct config *config, int node)
{
	const char *path = config_string(config, node, "path");

	return path && *path ? path : NULL;
}

bool
config_has_namespace(const struct config *config, const char *type)
{
	int list = config_node(config, 0, "linux.namespaces");

	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n))
		if (!strcmp(config_string(config, n, "type"), type))
			return true;
	return false;
}

void
config_fail(const struct config *config, int node, int status, const char *reason, ...)
{
	char place[1024], text[1024];
	va_list ap;

	va_start(ap, reason);
	(void)vsnprintf(text, sizeof(text), reason, ap);
	va_end(ap);
	fail(status, json_place(config->json, node, place, sizeof(place)), "%s", text);
}
