/* SPDX-License-Identifier: MIT */
/* Reading state.json, and what else an entry tells of its container. */
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "proc.h"
#include "json_edit.h"
#include "state.h"

char *
state_text(int dir, const char *name, size_t *len)
{
	/* O_NONBLOCK: a fifo of that name would wait for a writer */
	autofd int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char head[4096], *text;
	ssize_t n = fd < 0 ? 0 : read(fd, head, sizeof(head));
	struct stat st;

	if (fd < 0)
		return NULL;
	/* most are short, and what they are need not be asked: a list reads two for each container */
	if (n > 0 && n < (ssize_t)sizeof(head))
		return memcpy(xcalloc(1, (size_t)n + 1), head, *len = (size_t)n);
	if (fstat(fd, &st))
		return NULL;
	errno = EINVAL;
	if (!S_ISREG(st.st_mode) || st.st_size > 16L * 1024 * 1024)
		return NULL;
	text = xcalloc(1, (size_t)st.st_size + 1);
	*len = 0;
	for (n = 1; n > 0 && *len < (size_t)st.st_size; *len += (size_t)n) {
		n = pread(fd, text + *len, (size_t)st.st_size - *len, (off_t)*len);
		if (n < 0)
			return NULL;
	}
	return text;
}

/* The string at key, or NULL and *missing is set to the key. */
static const char *
member(const struct json *json, const char *key, const char **missing)
{
	const char *text = json_string(json, json_get(json, 0, key));

	if (!text)
		*missing = key;
	return text;
}

static uint64_t
member_uint(const struct json *json, const char *key, uint64_t max, const char **missing)
{
	uint64_t value = 0;

	if (!json_uint(json, json_get(json, 0, key), &value) || value > max)
		*missing = key;
	return value;
}

char *
json_line(const struct json *json, int node)
{
	size_t len = 2, out = 0;
	const char *text = node < 0 ? "{}" : json_raw(json, node, &len);
	char *line = xcalloc(1, len + 1);
	bool string = false;

	for (size_t i = 0; i < len; i++) {
		if (!string && strchr(" \t\r\n", text[i]))
			continue;
		if (text[i] == '"')
			string = !string;
		else if (string && text[i] == '\\')
			line[out++] = text[i++];
		line[out++] = text[i];
	}
	return line;
}

/* The last line of text that is whole, and not empty; one without an end is being written, or its writer was killed. */
static char *
last_line(char *text, size_t *len)
{
	char *end = memrchr(text, '\n', *len), *begin;

	if (!end)
		return text;
	while (end > text && end[-1] == '\n')
		end--;
	begin = memrchr(text, '\n', (size_t)(end - text));
	begin = begin ? begin + 1 : text;
	*len = (size_t)(end - begin);
	return begin;
}

void
state_annotation(struct state *state, const char *text)
{
	const char *equals = strchr(text, '='), *had = state->annotations;
	autofree char *bare = NULL, *key = NULL, *value = NULL;

	if (!equals || equals == text)
		fail(ST_USAGE, text, "must be KEY=VALUE");
	bare = xstrndup(text, (size_t)(equals - text));
	key = json_quoted(bare);
	value = json_quoted(equals + 1);
	state->annotations = xasprintf("%.*s%s%s:%s}", (int)strlen(had) - 1, had, had[1] == '}' ? "" : ",", key, value);
}

bool
state_read(int entry, const char *id, struct state *state, char *error, size_t error_size)
{
	const char *wrong = NULL;
	struct json *json;
	size_t len;
	autofree char *file = state_text(entry, "state.json", &len);
	char *text;
	int annotations;

	if (!file) {
		(void)snprintf(error, error_size, "state.json: %s", errno == EINVAL ? "not a regular file" : strerror(errno));
		return false;
	}
	text = last_line(file, &len);
	json = json_parse("state.json", text, len, error, error_size);
	errno = EINVAL;
	state->json = json;
	if (!json)
		return false;
	state->id = member(json, "id", &wrong);
	state->bundle = member(json, "bundle", &wrong);
	state->rootfs = member(json, "rootfs", &wrong);
	state->created = member(json, "created", &wrong);
	state->oci_version = member(json, "ociVersion", &wrong);
	state->pid = (pid_t)member_uint(json, "pid", INT_MAX, &wrong);
	state->start_time = member_uint(json, "startTime", UINT64_MAX, &wrong);
	state->owner = (uid_t)member_uint(json, "owner", UINT_MAX, &wrong);
	annotations = json_get(json, 0, "annotations");
	if (json_type(json, annotations) != JSON_OBJECT)
		wrong = "annotations";
	else if (!wrong && strcmp(state->id, id))
		wrong = "id";
	if (wrong) {
		(void)snprintf(error, error_size, "state.json: %s: missing or wrong", wrong);
		errno = EINVAL;
		return false;
	}
	state->annotations = json_line(json, annotations);
	return true;
}

void
state_free(struct state *state)
{
	json_free(state->json);
	free((char *)(uintptr_t)state->annotations);
}

/* Whether nobody works on a container that has no process yet. */
static bool
abandoned(int entry)
{
	autofd int other = -1;

	/* without a socket it was claimed by a plain shell, which holds no lock between its steps */
	if (!state_has(entry, "start.new"))
		return false;
	if (entry == chain.entry)
		return true;
	/* a descriptor of its own: the lock is the open file's, and entry's may be shared or held */
	other = openat(entry, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return other >= 0 && !flock(other, LOCK_SH | LOCK_NB);
}

enum condition
state_condition(int entry, const struct state *state)
{
	unsigned long long start_time;
	bool socket = false;

	if (!state->pid)
		return abandoned(entry) ? COND_STOPPED : COND_CREATING;
	start_time = proc_start_time(state->pid);
	if (!start_time || start_time != state->start_time)
		return COND_STOPPED;
	/* the socket's name goes from start.new to start to started, perhaps between two of these calls */
	if (!state_has_started(entry)) {
		if (state_has(entry, "start.new"))
			return COND_CREATING;
		socket = state_has(entry, "start") || state_has(entry, "started");
	}
	if (cgroup_frozen(entry))
		return COND_PAUSED;
	return socket ? COND_CREATED : COND_RUNNING;
}

void
state_expect(int entry, const char *id, struct state *state)
{
	char error[512];

	if (entry >= 0 && state_read(entry, id, state, error, sizeof(error)))
		return;
	if (entry < 0 || errno == ENOENT)
		state_none(id);
	fail(ST_STATE, id, "%s", error);
}

int
state_require(const char *id, struct state *state)
{
	int entry;

	state_check_id(id);
	entry = state_open(id);
	state_expect(entry, id, state);
	return entry;
}

int
state_exit(int entry)
{
	size_t len;
	autofree char *text = state_text(entry, "exit", &len);
	char *end;
	long status = text ? strtol(text, &end, 10) : -1;

	return text && end > text && !strcmp(end, "\n") && status >= 0 && status <= 255 ? (int)status : -1;
}

void
state_set_exit(int entry, const char *id, int status)
{
	autofree char *text = xasprintf("%d\n", status);

	/* ENOENT: the container was deleted in the meantime */
	if (state_put(entry, "exit", 0600, text, strlen(text)) && errno != ENOENT)
		warn(id, "its exit status is not recorded: %s", strerror(errno));
}
