/* SPDX-License-Identifier: MIT */
/* oci-hooks: run the hooks of one kind, in their order, then go on.
 *
 * Where each kind belongs: prestart and createRuntime outside, when the mounts
 * are made; createContainer inside before oci-pivot, while the host's paths can
 * be seen; startContainer inside behind oci-await; poststart behind oci-release,
 * poststop between oci-cgroup and oci-forget.
 */
#include <sys/wait.h>

#include "config.h"
#include "gate.h"
#include "hook.h"
#include "ocibox.h"
#include "state.h"

struct kind {
	const char *name;
	enum condition status;  /* as the specification's lifecycle has it, whatever else may be seen */
	bool inside;            /* run by the container's process, in its namespaces */
	bool watch;             /* while the container's process waits for it */
};

static const struct kind *
kind_find(const char *name)
{
	static const struct kind kinds[] = {
		{ "prestart", COND_CREATING, false, true },
		{ "createRuntime", COND_CREATING, false, true },
		{ "createContainer", COND_CREATING, true, true },
		{ "startContainer", COND_CREATED, true, true },
		{ "poststart", COND_RUNNING, false, false },
		{ "poststop", COND_STOPPED, false, false },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	fail(ST_USAGE, name, "no such kind of hook");
}

/* The container as its configuration shows it: behind the pivot the entry is out of reach. */
static struct state
state_from(const struct config *config, const char *id)
{
	const char *base = strrchr(config->bundle, '/');

	return (struct state){
		.id = id ? id : base && base[1] ? base + 1 : config->bundle,
		.bundle = config->bundle,
		.oci_version = config_string(config, 0, "ociVersion"),
		.annotations = json_line(config->json, config_node(config, 0, "annotations")),
	};
}

static char *
document_for(const struct kind *kind, const struct config *config, const char *id, struct state *state)
{
	char error[512];
	autofd int own = -1;
	int entry = -1;

	*state = state_from(config, id);
	if (kind->inside) {
		/* "the pid as seen by the hook": the container's own */
		state->pid = getpid();
	} else {
		struct state recorded;

		if (id)
			entry = chain.entry >= 0 ? chain.entry : (own = state_open(id));
		if (entry >= 0 && state_read(entry, id, &recorded, error, sizeof(error)))
			*state = recorded;
		if (chain.child || chain.freed)
			state->pid = chain.child ? chain.child : chain.freed;
	}
	return state_document(state, kind->status, NULL, -1);
}

static struct hook
hook_at(const struct config *config, int node)
{
	static const char *const none[] = { NULL };
	struct hook hook = {
		.path = config_string(config, node, "path"),
		.argv = config_strings(config, node, "args"),
		.envp = config_strings(config, node, "env"),
		.timeout = config_int(config, node, "timeout", 0),
	};

	if (!hook.argv || !hook.argv[0]) {
		hook.argv = xcalloc(2, sizeof(*hook.argv));
		hook.argv[0] = hook.path;
	}
	/* nothing of ours: what the hook does not name it does not get */
	if (!hook.envp)
		hook.envp = (const char **)(uintptr_t)none;
	hook.timeout = hook.timeout > INT32_MAX ? INT32_MAX * 1000LL : hook.timeout * 1000;
	return hook;
}

/* The container's process ended while its hook ran: what it said, or how it ended, is the error. */
static _Noreturn void
lost(const char *name)
{
	if (chain.inside)
		fail(ST_LOST, name, "killed, the process outside ended");
	while (frame_next().kind)
		;
	peer_gone("the end of its hooks");
}

/* The first of the configuration's hooks of a kind, or -1. */
static int
first_hook(const struct config *config, const struct kind *kind)
{
	return json_first(config->json, json_get(config->json, config_node(config, 0, "hooks"), kind->name));
}

static void
run_all(const struct kind *kind, const char *bundle, const char *id, bool gentle)
{
	const struct config *config = config_load(bundle);
	int i = 0;
	autofree char *document = NULL;
	struct state state;

	for (int node = first_hook(config, kind); node >= 0; node = json_next(config->json, node), i++) {
		struct hook hook = hook_at(config, node);
		struct ending ending;
		autofree char *name = xasprintf("hooks.%s[%d]", kind->name, i);

		if (!document)
			document = document_for(kind, config, id, &state);
		/* the bundle cannot be seen behind the pivot */
		hook.dir = kind->inside && kind->status == COND_CREATED ? "/" : state.bundle;
		hook.watch = kind->watch && !gentle;
		ending = hook_run(&hook, document);
		if (ending.peer_lost)
			lost(name);
		if (ending.reason && gentle)
			warn(name, "%s: %s", hook.path, ending.reason);
		else if (ending.reason)
			fail(ST_HOOK, name, "%s: %s", hook.path, ending.reason);
		free(ending.reason);
	}
}

/* Whether the bundle's configuration has no hook of a kind, read without dying of anything: one that was read before is
 * good; a container that was made without one has none. */
static bool
lacks(const struct kind *kind, const char *bundle)
{
	autofree char *file = xasprintf("%s/config.json", bundle);
	char error[256];
	struct json *json;
	char *text;
	size_t len;

	if (chain.config)
		return first_hook(chain.config, kind) < 0;
	text = state_text(AT_FDCWD, file, &len);
	if (!text)
		return errno == ENOENT;
	json = json_parse(file, text, len, error, sizeof(error));
	return json && json_first(json, json_get(json, json_get(json, 0, "hooks"), kind->name)) < 0;
}

/* A container goes, whatever its hooks and even its configuration do: in a process of its own all that fails is told. */
static void
run_gently(const struct kind *kind, const char *bundle, const char *id)
{
	pid_t pid;

	if (lacks(kind, bundle))
		return;
	pid = fork();
	if (pid < 0)
		die(NULL, "fork");
	if (pid == 0) {
		run_all(kind, bundle, id, true);
		exit(0);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

char **
oci_hooks_main(int argc, char **argv)
{
	const char *bundle = NULL, *id = NULL;
	const struct kind *kind;
	bool gentle = false;
	int c;

	while ((c = getopt(argc, argv, "+b:i:w")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'i':
			id = optarg;
			break;
		case 'w':
			gentle = true;
			break;
		default:
			usage();
		}
	if (!bundle || !argv[optind])
		usage();
	kind = kind_find(argv[optind]);
	if (id)
		state_check_id(id);
	if (gentle || kind->status == COND_STOPPED)
		run_gently(kind, bundle, id);
	else
		run_all(kind, bundle, id, false);
	return argv + optind + 1;
}
