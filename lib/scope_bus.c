/* SPDX-License-Identifier: MIT */
/* What systemd is asked, by busctl(1): a library for its bus would be larger than all of this. */
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "capture.h"
#include "proc.h"
#include "process.h"
#include "scope.h"

enum { START_MS = 30000, STOP_MS = 30000 };

/* Where systemd and its manager are on the bus. */
#define SERVICE "org.freedesktop.systemd1"
#define OBJECT "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"

void
scope_require_systemd(void)
{
	struct stat st;

	/* as sd_booted(3) does */
	if (lstat("/run/systemd/system", &st) || !S_ISDIR(st.st_mode))
		fail(ST_UNSUPPORTED, "--systemd-cgroup", "systemd not running on this host, cannot use systemd cgroups manager");
}

/* NAME=VALUE of the caller's environment, where it has that. */
static void
pass_on(struct words *env, const char *name)
{
	const char *value = getenv(name);

	if (value)
		words_add(env, xasprintf("%s=%s", name, value));
}

static char *
run(const struct scope *scope, const char *const *first, const struct words *rest, int *status)
{
	const char *const busctl[] = { "busctl", scope->user ? "--user" : "--system", "--no-pager", "--", NULL };
	struct words words = { 0 }, env = { 0 };
	char *text;

	words_add_all(&words, busctl);
	words_add_all(&words, first);
	if (rest)
		words_add_all(&words, rest->list);
	words_add(&env, "LC_ALL=C");
	/* by these it finds the user's bus */
	pass_on(&env, "XDG_RUNTIME_DIR");
	pass_on(&env, "DBUS_SESSION_BUS_ADDRESS");
	if (getenv("OCIBOX_DEBUG")) {
		autofree char *line = xstrdup("busctl");

		for (size_t i = 1; i < words.count; i++) {
			char *before = line;

			line = xasprintf("%s %s", before, words.list[i]);
			free(before);
		}
		debug(NULL, "%s", line);
	}
	text = capture(words.list, env.list, status);
	text[strcspn(text, "\n")] = '\0';
	free(words.list);
	free(env.list);
	return text;
}

/* What a method of systemd's manager answers, or says against it; *status is busctl(1)'s. */
static char *
call(const struct scope *scope, const char *method, const struct words *words, int *status)
{
	const char *const first[] = { "call", SERVICE, OBJECT, MANAGER, method, NULL };

	return run(scope, first, words, status);
}

/* An a(sv). */
static void
add_properties(struct words *words, const struct properties *properties)
{
	words_add(words, xasprintf("%zu", properties->count));
	for (size_t i = 0; i < properties->count; i++)
		words_add_all(words, properties->list[i].list);
}

/* A method that takes the unit's name, and more a second word, or NULL. */
static char *
call_unit(const struct scope *scope, const char *method, const char *more, int *status)
{
	const char *list[] = { more ? "ss" : "s", scope->unit, more, NULL };
	struct words words = { .list = list };

	return call(scope, method, &words, status);
}

bool
scope_loaded(const struct scope *scope)
{
	int status;

	free(call_unit(scope, "GetUnit", NULL, &status));
	return status == 0;
}

bool
scope_forget(const struct scope *scope)
{
	int status;

	free(call_unit(scope, "ResetFailedUnit", NULL, &status));       /* one that has not failed stays as it is */
	return !scope_loaded(scope);
}

/* The path of a slice: each "-" of its name is a level. */
static char *
slice_path(const char *slice)
{
	char *path = xstrdup("");
	size_t end = strlen(slice) - strlen(".slice");

	if (!strcmp(slice, "-.slice"))
		return path;
	for (size_t i = 1; i <= end; i++)
		if (slice[i] == '-' || i == end) {
			char *before = path;

			path = xasprintf("%s/%.*s.slice", before, (int)i, slice);
			free(before);
		}
	return path;
}

/* A property of the manager that is a string: s "252.39-1"; the caller frees it. */
static char *
manager_string(const struct scope *scope, const char *name)
{
	const char *const first[] = { "get-property", SERVICE, OBJECT, MANAGER, name, NULL };
	int status;
	autofree char *said = run(scope, first, NULL, &status);
	char *begin = strchr(said, '"'), *end = begin ? strchr(begin + 1, '"') : NULL;

	if (status || !end)
		fail(ST_KERNEL, "busctl", "systemd does not answer: %s", said);
	return xstrndup(begin + 1, (size_t)(end - begin - 1));
}

char *
scope_path(const struct scope *scope)
{
	autofree char *slice = slice_path(scope->slice), *own = NULL;

	/* "/user.slice/user-1000.slice/user@1000.service" */
	own = scope->user ? manager_string(scope, "ControlGroup") : xstrdup("");
	return xasprintf("%s%s/%s", own, slice, scope->unit);
}

unsigned long
scope_version(const struct scope *scope)
{
	autofree char *text = manager_string(scope, "Version");

	return strtoul(text + strcspn(text, "0123456789"), NULL, 10);
}

/* Whether the process is in the cgroup of that path of the hierarchy that is systemd's own. */
static bool
is_in(pid_t pid, const char *path, const char *unit)
{
	autofree char *name = xasprintf("/proc/%d/cgroup", (int)pid), *text = NULL;
	autofd int fd = proc_try_open(name, O_RDONLY);
	char *rest, *line;

	if (fd < 0)
		fail(ST_LOST, unit, "the process that was to be in it has ended");
	rest = text = read_all(fd, 1 << 20, NULL, name);
	while ((line = strsep(&rest, "\n"))) {
		const char *own = !strncmp(line, "0::", 3) ? line + 3 : strstr(line, ":name=systemd:");

		if (own && *own == ':')
			own += strlen(":name=systemd:");
		if (own && !strcmp(own, path))
			return true;
	}
	return false;
}

/* Watches the directory of path in a hierarchy, or the nearest above it that is there. */
static void
watch(int notices, const struct hierarchy *at, const char *path)
{
	autofree char *name = xasprintf("%s%s", at->mount, path);

	while (inotify_add_watch(notices, name, IN_CREATE | IN_MODIFY | IN_ONLYDIR) < 0 && strlen(name) > strlen(at->mount))
		*strrchr(name, '/') = '\0';
}

/* systemd answers before it has done it: waits until the process is in the scope. */
static void
await(const struct scope *scope, pid_t pid, const char *path)
{
	size_t count;
	autofree struct hierarchy *all = cgroup_hierarchies(&count);
	autofd int notices = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct pollfd item = { .fd = notices, .events = POLLIN };
	long long deadline = now_ms() + START_MS;
	char events[4096];

	if (notices < 0)
		die(NULL, "watch cgroups");
	for (;;) {
		for (size_t i = 0; i < count; i++)
			if (all[i].v2 || cgroup_has(&all[i], "name=systemd"))
				watch(notices, &all[i], path);
		/* behind the watch: what happens from now on is told */
		if (is_in(pid, path, scope->unit))
			return;
		if (now_ms() >= deadline)
			break;
		/* not for ever: a namespace may hide who writes there */
		(void)poll(&item, 1, 1000);
		while (read(notices, events, sizeof(events)) > 0)
			;
	}
	scope_stop(scope);
	fail(ST_KERNEL, scope->unit, "systemd has not put the process there within %d seconds", START_MS / 1000);
}

void
scope_start(const struct scope *scope, const struct config *config, pid_t pid, const char *path)
{
	struct properties properties = scope_properties(scope, config, pid);
	struct words words = { 0 };
	autofree char *said = NULL;
	int status;

	words_add(&words, "ssa(sv)a(sa(sv))");
	words_add(&words, scope->unit);
	words_add(&words, "replace");
	add_properties(&words, &properties);
	words_add(&words, "0");
	said = call(scope, "StartTransientUnit", &words, &status);
	if (status)
		fail(ST_KERNEL, scope->unit, "systemd does not make it: %s", said);
	free(words.list);
	await(scope, pid, path);
}

void
scope_set(const struct scope *scope, const struct properties *properties)
{
	struct words words = { 0 };
	autofree char *said = NULL;
	int status;

	words_add(&words, "sba(sv)");
	words_add(&words, scope->unit);
	words_add(&words, "true");      /* until the machine ends: it is no unit of its configuration */
	add_properties(&words, properties);
	said = call(scope, "SetUnitProperties", &words, &status);
	if (status)
		fail(ST_KERNEL, scope->unit, "systemd does not take its limits: %s", said);
	free(words.list);
}

void
scope_stop(const struct scope *scope)
{
	long long deadline = now_ms() + STOP_MS;
	autofree char *said = NULL;
	int status;

	said = call_unit(scope, "StopUnit", "replace", &status);
	/* it goes by itself with its last process */
	if (status && strstr(said, "not loaded"))
		return;
	if (status) {
		warn(scope->unit, "systemd does not stop it: %s", said);
		return;
	}
	while (!scope_forget(scope)) {
		if (now_ms() >= deadline) {
			warn(scope->unit, "systemd has not stopped it within %d seconds", STOP_MS / 1000);
			return;
		}
		/* the bus tells only who stays on it */
		(void)poll(NULL, 0, 10);
	}
}
