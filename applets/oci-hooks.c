/* SPDX-License-Identifier: MIT */
/* oci-hooks: run the hooks of one kind, in their order, then go on.
 *
 * Where each kind belongs: prestart and createRuntime outside, when the mounts
 * are made; createContainer inside before oci-pivot, while the host's paths can
 * be seen; startContainer inside behind oci-await; poststart behind oci-release,
 * poststop between oci-cgroup and oci-forget.
 * schema: hooks process
 */
#include <sys/wait.h>

#include "capture.h"
#include "config.h"
#include "environment.h"
#include "gate.h"
#include "hook.h"
#include "ocibox.h"
#include "state.h"

/* behind the place what runc says, as scripts look for it */
#define FAILED "error running %s hook #%zu: %s: %s"

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

/* What is to be run for whom: of a configuration, or of options. */
struct work {
	const struct kind *kind;
	const char *bundle, *id;        /* -b: all below is taken from there */
	struct hook *hooks;
	size_t count;
	int out, err;                   /* files for what hooks write, or -1 */
	const char **program_env;       /* the program's, for hooks that run where it does */
	const char *dir;                /* where they are run; NULL: in the bundle */
	struct state state;             /* the container: behind the pivot the entry is out of reach */
	bool gentle;
};

static const char *
base_name(const char *path)
{
	const char *base = strrchr(path, '/');

	return base && base[1] ? base + 1 : path;
}

static char *
document_for(struct work *work)
{
	const struct kind *kind = work->kind;
	const char *id = work->id;
	char error[512];
	autofd int own = -1;
	int entry = -1;

	work->state.id = id ? id : base_name(work->state.bundle);
	if (kind->inside) {
		/* "the pid as seen by the hook": the container's own */
		work->state.pid = getpid();
	} else {
		struct state recorded;

		if (id)
			entry = chain.entry >= 0 ? chain.entry : (own = state_open(id));
		if (entry >= 0 && state_read(entry, id, &recorded, error, sizeof(error)))
			work->state = recorded;
		if (chain.child || chain.freed)
			work->state.pid = chain.child ? chain.child : chain.freed;
	}
	return state_document(&work->state, kind->status, NULL, -1);
}

/* A hook with a path alone, as with other runtimes: where the program runs, it runs as that does; else as this does. */
static void
complete(struct hook *hook, const char **program_env)
{
	if (!hook->argv || !hook->argv[0]) {
		hook->argv = xcalloc(2, sizeof(*hook->argv));
		hook->argv[0] = hook->path;
	}
	if (!hook->envp)
		hook->envp = program_env ? program_env : caller_environment();
	hook->timeout *= 1000;
}

/* The container's process ended while its hook ran: what it said, or how it ended, is the error. */
static _Noreturn void
lost(const char *name)
{
	if (chain.inside)
		fail(ST_LOST, name, "killed, the process outside ended");
	while (frame_next(NULL))
		;
	peer_gone("the end of its hooks");
}

static void
from_config(struct work *work)
{
	const struct config *config = config_load(work->bundle);
	int list = hook_list(config->json, work->kind->name);

	work->hooks = xcalloc((size_t)json_count(config->json, list), sizeof(*work->hooks));
	if (json_first(config->json, list) >= 0 && work->kind->status == COND_CREATED)
		work->program_env = environment_of_program(config);
	/* as with runc: who changes the root's files need not know where they are */
	if (work->kind->inside)
		work->dir = config->rootfs;
	work->state.bundle = config->bundle;
	work->state.oci_version = config_string(config, 0, "ociVersion");
	work->state.annotations = json_line(config->json, config_node(config, 0, "annotations"));
	for (int node = json_first(config->json, list); node >= 0; node = json_next(config->json, node))
		work->hooks[work->count++] = (struct hook){
			.path = config_string(config, node, "path"),
			.argv = config_strings(config, node, "args"),
			.envp = config_strings(config, node, "env"),
			.timeout = config_int(config, node, "timeout", 0),
		};
	/* inside, the host's files cannot be reached */
	if (work->count && !work->kind->inside) {
		work->out = hook_output(config->json, "run.oci.hooks.stdout");
		work->err = hook_output(config->json, "run.oci.hooks.stderr");
	}
}

static void
run_all(struct work *work)
{
	const struct kind *kind = work->kind;
	autofree char *document = NULL;

	if (work->bundle)
		from_config(work);
	if (work->count)
		document = document_for(work);
	for (size_t i = 0; i < work->count; i++) {
		struct hook *hook = work->hooks + i;
		struct ending ending;
		autofree char *name = xasprintf("hooks.%s[%zu]", kind->name, i);

		complete(hook, work->program_env);
		/* the bundle cannot be seen behind the pivot */
		hook->dir = kind->status == COND_CREATED ? "/" : work->dir ? work->dir : work->state.bundle;
		hook->watch = kind->watch && !work->gentle;
		hook->out = work->out;
		hook->err = work->err;
		ending = hook_run(hook, document);
		if (ending.peer_lost)
			lost(name);
		if (ending.reason && work->gentle)
			warn(name, FAILED, kind->name, i, hook->path, ending.reason);
		else if (ending.reason)
			fail(ST_HOOK, name, FAILED, kind->name, i, hook->path, ending.reason);
		free(ending.reason);
	}
	close_fd(&work->out);
	close_fd(&work->err);
}

/* A container goes, whatever its hooks and even its configuration do: in a process of its own all that fails is told. */
static void
run_gently(struct work *work)
{
	pid_t pid;

	if (work->bundle && hook_lacking(work->kind->name, work->bundle))
		return;
	pid = fork();
	if (pid < 0)
		die(NULL, "fork");
	if (pid == 0) {
		work->gentle = true;
		run_all(work);
		exit(0);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* What belongs to the hook whose path came before it; false: another option. */
static bool
take_hook(struct work *work, int c, size_t max)
{
	struct hook *hook;
	const char **list;

	if (!strchr("aept", c))
		return false;
	if (c == 'p') {
		/* not before: in a chain max is the number of all its words, and a container's memory may be short */
		if (!work->hooks)
			work->hooks = xcalloc(max, sizeof(*work->hooks));
		work->hooks[work->count++] = (struct hook){ .path = optarg };
		return true;
	}
	if (!work->count)
		usage();
	hook = &work->hooks[work->count - 1];
	if (c == 't') {
		hook->timeout = number(optarg, 1, INT32_MAX, "number of seconds");
		return true;
	}
	list = c == 'a' ? hook->argv : hook->envp;
	if (!list)
		list = xcalloc(max, sizeof(*list));
	*(c == 'a' ? &hook->argv : &hook->envp) = list;
	while (*list)
		list++;
	*list = optarg;
	return true;
}

/* Fills work from the options; returns the index of the first word behind them. */
static int
take_options(struct work *work, int argc, char **argv)
{
	bool told = false;
	int c;

	while ((c = getopt(argc, argv, "+a:A:b:B:d:e:i:p:t:V:w")) != -1)
		switch (c) {
		case 'A':
			state_annotation(&work->state, optarg);
			told = true;
			break;
		case 'b':
			work->bundle = optarg;
			break;
		case 'B':
			work->state.bundle = optarg;
			told = true;
			break;
		case 'd':
			work->dir = optarg;
			break;
		case 'i':
			state_check_id(optarg);
			work->id = optarg;
			break;
		case 'V':
			work->state.oci_version = optarg;
			told = true;
			break;
		case 'w':
			work->gentle = true;
			break;
		default:
			if (!take_hook(work, c, (size_t)argc))
				usage();
		}
	if ((work->bundle != NULL) == (work->count > 0) || (work->bundle && told) || !argv[optind])
		usage();
	return optind;
}

char **
oci_hooks_main(int argc, char **argv)
{
	struct work work = { .out = -1, .err = -1, .state = { .bundle = "/", .oci_version = "1.3.0", .annotations = "{}" } };
	char **rest = argv + take_options(&work, argc, argv);

	work.kind = kind_find(*rest++);
	if (work.gentle || work.kind->status == COND_STOPPED)
		run_gently(&work);
	else
		run_all(&work);
	return rest;
}
