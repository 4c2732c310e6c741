/* SPDX-License-Identifier: MIT */
/* ocibox: what was asked for, and the options that stand before the verb. */
#include <sys/stat.h>

#include "cgroup.h"
#include "ocibox.h"
#include "proc.h"

struct chain chain = {
	.step = "ocibox", .peer = -1, .start = -1, .entry = -1, .successor = -1, .guard = -1, .done = -1, .terminal = -1, .notify = -1,
	.proc = -1, .trace.fd = -1,
};

/* A closed descriptor 0, 1 or 2 would be taken by the first file a step opens,
 * and the container would get that file as its standard input or output. */
static void
fill_standard_descriptors(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_NOCTTY) < 0)
			exit(ST_KERNEL);
}

static void
set(const char *variable, const char *value)
{
	if (setenv(variable, value, 1))
		die(variable, "set the environment variable");
}

/* Scripts and clients change directory; a relative name is meant from here. */
static void
set_path(const char *variable, const char *path)
{
	char here[4096];
	autofree char *whole = NULL;

	if (*path == '/') {
		set(variable, path);
		return;
	}
	if (!getcwd(here, sizeof(here)))
		die(NULL, "find the current directory");
	whole = xasprintf("%s/%s", here, path);
	set(variable, whole);
}

/* Whether this is an ordinary user, or the root of its own user namespace that it calls itself in. */
static bool
is_user(void)
{
	const char *user = getenv("USER");

	if (geteuid())
		return true;
	return (!user || strcmp(user, "root")) && proc_usable() && cgroup_unprivileged();
}

/* The state root: where runc and crun have theirs, under a name of our own. */
static void
default_root(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *root = getenv("OCIBOX_ROOT");
	autofree char *own = NULL;

	if (root) {
		set_path("OCIBOX_ROOT", root);
		return;
	}
	if (!runtime || *runtime != '/' || !is_user()) {
		set("OCIBOX_ROOT", "/run/ocibox");
		return;
	}
	own = xasprintf("%s/ocibox", runtime);
	set("OCIBOX_ROOT", own);
}

static void
open_log(const char *path)
{
	autofd int fd = -1;

	set_path("OCIBOX_LOG", path);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
	if (fd < 0) {
		set("OCIBOX_LOG", "");  /* or die() would try to write to it */
		die(path, "open");
	}
}

static void
print_help(const struct applet *row)
{
	autofree char *help = applet_text(row->help), *texts = applet_texts((unsigned)text_count);

	printf("usage: %s", help);
	for (size_t i = 0; i < applet_count; i++) {
		const char *text = texts + text_places[applets[i].help];

		printf("%.*s\n", (int)strcspn(text, "\n"), text);
	}
}

static void
print_version(void)
{
	fputs("ocibox version " OCIBOX_VERSION "\ncommit: " OCIBOX_COMMIT "\nspec: 1.3.0\n", stdout);
}

/* --install DIR: a link for each applet to the ocibox that is or will be there, as packages need it. */
static void
install(const char *dir)
{
	for (size_t i = 0; i < applet_count; i++) {
		autofree char *path = xasprintf("%s/%s", dir, applets[i].name);

		if (strcmp(applets[i].name, "ocibox") && symlink("ocibox", path))
			die(path, "make link");
	}
}

static void
print_script(const char *verb)
{
	autofree char *name = xasprintf("%s%s", strncmp(verb, "oci-", 4) ? "oci-" : "", verb);
	autofree char *text = NULL;
	const struct applet *row = applet_find(name);

	if (!row || !row->verb)
		fail(ST_USAGE, verb, "no such script");
	text = applet_text(row->script);
	fputs(text, stdout);
}

/* One that is for the steps to come; false: it is none of these. */
static bool
set_option(int c)
{
	switch (c) {
	case 'r':
		set_path("OCIBOX_ROOT", optarg);
		break;
	/* an empty one of these two is none, as with runc: scripts have variables there */
	case 'l':
		if (*optarg)
			open_log(optarg);
		break;
	case 'f':
		if (!*optarg)
			break;
		if (strcmp(optarg, "text") && strcmp(optarg, "json"))
			fail(ST_USAGE, optarg, "log format must be text or json");
		set("OCIBOX_LOG_FORMAT", optarg);
		break;
	case 'L':
		if (strcmp(optarg, "error") && strcmp(optarg, "warning") && strcmp(optarg, "debug"))
			fail(ST_USAGE, optarg, "log level must be error, warning or debug");
		if (*optarg != 'w')
			set(*optarg == 'd' ? "OCIBOX_DEBUG" : "OCIBOX_QUIET", "1");
		break;
	case 'C':
		/* a name without a slash is looked for */
		if (strchr(optarg, '/'))
			set_path("OCIBOX_CRIU", optarg);
		else
			set("OCIBOX_CRIU", optarg);
		break;
	case 't':
		set("OCIBOX_TRACE", "1");
		break;
	case 'T':
		set_path("OCIBOX_TRACE", optarg);
		break;
	case 'D':
		set("OCIBOX_DEBUG", "1");
		break;
	case 'S':
		set("OCIBOX_SYSTEMD_CGROUP", "1");
		break;
	case 'c':
		if (!strcmp(optarg, "disabled"))
			set("OCIBOX_NO_CGROUP", "1");
		else if (!strcmp(optarg, "systemd"))
			set("OCIBOX_SYSTEMD_CGROUP", "1");
		else if (strcmp(optarg, "cgroupfs"))
			fail(ST_USAGE, optarg, "--cgroup-manager must be cgroupfs, systemd or disabled");
		break;
	case 'R':
		if (strcmp(optarg, "true") && strcmp(optarg, "false") && strcmp(optarg, "auto"))
			fail(ST_USAGE, optarg, "--rootless must be true, false or auto");
		break;
	default:
		return false;
	}
	return true;
}

/* Takes the options before the verb; returns the words from the verb on, or
 * NULL when an option was all there was to do. */
static char **
global_options(char **argv)
{
	const struct applet *row = applet_find("ocibox");
	int argc = 0, c;

	if (!row)
		fail(ST_UNSUPPORTED, NULL, "built without its page");
	argv = options_short(row, argv);
	while (argv[argc])
		argc++;
	opterr = 0;
	while ((c = getopt(argc, argv, "+r:l:f:L:DStT:c:R:C:hvi:s:")) != -1)
		switch (c) {
		case 'h':
			print_help(row);
			return NULL;
		case 'v':
			print_version();
			return NULL;
		case 'i':
			install(optarg);
			return NULL;
		case 's':
			print_script(optarg);
			return NULL;
		default:
			if (set_option(c))
				break;
			chain.step = "ocibox";
			usage();
		}
	argv += optind;
	if (!argv[0])
		usage();
	if (strcmp(argv[0], "help"))
		return argv;
	if (!argv[1]) {
		print_help(row);
		return NULL;
	}
	/* "help create" is create --help */
	argv[0] = argv[1];
	argv[1] = (char *)(uintptr_t)"--help";
	return argv;
}

int
main(int argc, char **argv)
{
	const char *name;

	fill_standard_descriptors();
	chain.first = chain.self = getpid();
	if (argc < 1)
		return ST_USAGE;
	name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	if (strcmp(name, "ocibox") && applet_find(name)) {
		argv[0] = (char *)(uintptr_t)applet_find(name)->name;
	} else {
		argv = global_options(argv);
		if (!argv)
			return fflush(stdout) || ferror(stdout) ? ST_KERNEL : 0;
		argv[0] = verb_name(argv[0]);
	}
	default_root();
	chain_run(argv);
	chain_end(chain.status);
}
