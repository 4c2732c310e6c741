/* SPDX-License-Identifier: MIT */
/* oci-program: run the container's program in place of this process: the end of a chain.
 *
 * After everything else. With -n it only makes sure that the program could run, while the caller of create can
 * still be told: after oci-pivot, since paths are the container's from there on, and before oci-ropaths, since it
 * makes a missing working directory.
 * schema: process
 */
#include <limits.h>
#include <signal.h>

#include "caps.h"
#include "config.h"
#include "environment.h"
#include "filter.h"
#include "gate.h"
#include "listen.h"
#include "ocibox.h"
#include "path.h"
#include "program.h"
#include "user.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

extern char **environ;

struct plan {
	const struct config *config;    /* NULL: everything comes from the options */
	const char *cwd;
	const char **add;               /* -e */
	size_t added;
	uint64_t caps;
	bool check, empty, with_caps, listen, own;      /* -n, -i, -C, -l, -o */
	bool as_user;                   /* user is to be used for the check */
	unsigned keep;                  /* descriptors from 3 on that the program gets */
	struct user user;
};

/* The descriptors are for the process that is the program, whose pid is this one's. */
static void
put_listen(struct environment *env)
{
	const char *names = getenv("LISTEN_FDNAMES");

	environment_put(env, xasprintf("LISTEN_FDS=%u", listen_count()));
	environment_put(env, xasprintf("LISTEN_PID=%ld", (long)getpid()));
	if (names)
		environment_put(env, xasprintf("LISTEN_FDNAMES=%s", names));
}

/* The environment of the program; *path is its PATH. */
static const char **
environment(const struct plan *plan, const char **path)
{
	int list = plan->config ? config_node(plan->config, 0, "process.env") : -1;
	size_t inherited = 0;
	struct environment env = { 0 };

	while (environ[inherited])
		inherited++;
	env.entries = xcalloc(inherited + plan->added + (plan->config ? (size_t)json_count(plan->config->json, list) : 0) + 5, sizeof(*env.entries));
	if (plan->config)
		environment_put_config(&env, plan->config, list);
	for (size_t i = 0; !plan->config && !plan->empty && i < inherited; i++)
		/* ours is nothing the program should see */
		if (strncmp(environ[i], "OCIBOX_", 7) && strncmp(environ[i], "OCIBOX=", 7) && strchr(environ[i], '='))
			environment_put(&env, environ[i]);
	for (size_t i = 0; i < plan->added; i++)
		environment_put(&env, plan->add[i]);
	if (plan->listen && listen_count() > 0)
		put_listen(&env);
	if (!plan->check)
		environment_put_home(&env, getuid());
	*path = environment_value(&env, "PATH");
	if (!*path)
		*path = DEFAULT_PATH;
	return env.entries;
}

/* Goes to the working directory. early: this is the check: it may be made, and when it cannot be entered
 * its user perhaps can: false. */
static bool
enter(const char *cwd, bool early)
{
	char here[PATH_MAX];
	int done = chdir(cwd), err = errno;

	if (done && err == ENOENT && early) {
		autofd int root = root_open("/");
		autofd int made = path_mkdirs(root, cwd, 0755);

		if (made < 0)
			die(cwd, "make working directory");
		done = fchdir(made);
		err = errno;
	}
	errno = 0;
	/* a descriptor of the host's can be a working directory, by /proc/self/fd, and then it has
	 * no path from this root: "(unreachable)/..." or ENOENT */
	if (!getcwd(here, sizeof(here)) || *here != '/')
		fail(ST_PERMISSION, cwd, "not inside the root directory");
	if (done && (err == EACCES || err == EPERM)) {
		if (early)
			return false;
		/* where only root may go, the check went, and the program may still start there */
		if (chain.cwd && !strcmp(chain.cwd, cwd))
			return true;
	}
	errno = err;
	if (done)
		die(cwd, "change directory to");
	chain.cwd = cwd;
	return true;
}

static void
check(const struct plan *plan, const char *name, const char *path)
{
	uint64_t caps = plan->with_caps ? plan->caps : plan->config ? caps_from_config(plan->config, "effective", true) : plan->user.uid ? 0 : ~0ULL;
	autofree char *file = NULL;
	struct identity before;
	struct refusal refusal;

	if (plan->as_user)
		before = user_act_as(&plan->user, caps);
	file = program_find(name, path, &refusal);
	if (plan->as_user)
		user_act_back(&before);
	if (!file)
		fail(refusal.status, NULL, "%s", refusal.reason);
}

static void
close_others(unsigned keep)
{
	/* with the last one of ours, or none at all, the caller counts more than it gave; podman's --preserve-fd names
	 * some, and those between may be missing, or be ours, which end at execve(2) */
	unsigned last = 2 + keep;
	int flags = fcntl((int)last, F_GETFD);

	if (keep && (flags < 0 || flags & FD_CLOEXEC))
		fail(ST_USAGE, NULL, "descriptor %u, which -p %u would keep, is not open", last, keep);
	/* not closed at once: a failing execve(2) must still be told to the other side */
	close_from((int)(3 + keep), true);
}

static _Noreturn void
run(const struct plan *plan, char **args, const char **env, const char *path)
{
	struct refusal refusal;
	char *file = program_find(args[0], path, &refusal);

	if (!file)
		fail(refusal.status, NULL, "%s", refusal.reason);
	close_others(plan->keep);
	exec_announce();
	if (plan->config) {
		/* conmon, and a service of systemd's, ignore SIGPIPE, which execve(2) keeps: "yes | head" would not end
		 * as it does with other runtimes; an ignored SIGCHLD would hide the statuses of the program's children */
		(void)signal(SIGPIPE, SIG_DFL);
		(void)signal(SIGCHLD, SIG_DFL);
	}
	if (chain.load)
		chain.load();
	execve(file, args, (char **)(uintptr_t)env);
	program_refused(file, errno, &refusal);
	/* whoever had it started has been told that it runs: clients look for what a program could not do in its own
	 * output and status, which are runc's */
	if (plan->own) {
		(void)dprintf(STDERR_FILENO, "%s\n", refusal.reason);
		chain_end(1);
	}
	fail(refusal.status, NULL, "%s", refusal.reason);
}

/* Fills plan from the options; returns the index of the first word behind them. */
static int
take_options(struct plan *plan, int argc, char **argv)
{
	const char *bundle = NULL, *groups = NULL;
	int c;

	while ((c = getopt(argc, argv, "+b:c:C:e:g:ilnop:u:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'c':
			plan->cwd = optarg;
			break;
		case 'C':
			plan->caps = caps_from_list(optarg);
			plan->with_caps = true;
			break;
		case 'e':
			if (!strchr(optarg, '=') || *optarg == '=')
				fail(ST_USAGE, optarg, "not NAME=VALUE");
			/* not before: the words may be a chain's, and a container's memory is short */
			if (!plan->add)
				plan->add = xcalloc((size_t)argc, sizeof(*plan->add));
			plan->add[plan->added++] = optarg;
			break;
		case 'g':
			groups = optarg;
			break;
		case 'i':
			plan->empty = true;
			break;
		case 'l':
			plan->listen = true;
			break;
		case 'n':
			plan->check = true;
			break;
		case 'o':
			plan->own = true;
			break;
		case 'p':
			plan->keep = (unsigned)number(optarg, 0, 1 << 16, "number of descriptors");
			break;
		case 'u':
			user_parse(&plan->user, optarg);
			plan->as_user = true;
			break;
		default:
			usage();
		}
	/* who runs the program is oci-user's to set; here it is only asked for */
	if ((plan->as_user || plan->with_caps || groups) && !plan->check)
		usage();
	if (bundle)
		plan->config = config_load(bundle);
	if (plan->config && plan->check && !plan->as_user) {
		user_from_config(&plan->user, plan->config);
		plan->as_user = true;
	}
	if (groups)
		user_parse_groups(&plan->user, groups);
	if (plan->listen)
		plan->keep += listen_count();
	if (plan->config && !plan->cwd)
		plan->cwd = config_string(plan->config, 0, "process.cwd");
	return optind;
}

char **
oci_program_main(int argc, char **argv)
{
	struct plan plan = { 0 };
	char **rest = argv + take_options(&plan, argc, argv), **args = rest;
	const char *path, **env;
	bool there = true;

	if (plan.config && (plan.check || !*rest)) {
		args = (char **)(uintptr_t)config_strings(plan.config, 0, "process.args");
		/* create works without a process, start does not */
		if (plan.check && !args)
			return rest;
		if (!args)
			fail(ST_CONFIG, plan.config->file, "process: missing, so there is nothing to run");
	} else if (!*args) {
		usage();
	} else if (plan.check) {
		rest++;
	}
	if (plan.cwd)
		there = enter(plan.cwd, plan.check);
	env = environment(&plan, &path);
	if (!plan.check)
		run(&plan, args, env, path);
	/* "bin/prog" is found from the working directory */
	if (there || *args[0] == '/' || !strchr(args[0], '/'))
		check(&plan, args[0], path);
	return rest;
}
