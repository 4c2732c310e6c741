/* SPDX-License-Identifier: MIT */
/* Verbs: a script's text runs as sh -c, so that it needs neither a file nor an
 * open descriptor, which the container could inherit, nor /proc. */
#include <limits.h>
#include <sys/stat.h>

#include "capture.h"
#include "seal.h"

extern char **environ;

/* In front of what a script's shell must not see, but hooks get. */
#define OTHERS "OCIBOX_ENV_"

/* Whether a script, and what it runs, may have the entry as it is. */
static bool
is_harmless(const char *entry)
{
	static const char *const keep[] = {
		"OCIBOX", "OCIBOX_*", "XDG_RUNTIME_DIR=", "DBUS_SESSION_BUS_ADDRESS=", "LISTEN_FDS=", "LISTEN_PID=", "LISTEN_FDNAMES=",
		"NOTIFY_SOCKET=", "TERM=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=",
	};

	for (size_t k = 0; k < sizeof(keep) / sizeof(keep[0]); k++) {
		size_t len = strcspn(keep[k], "*");

		if (!strncmp(entry, keep[k], len) && (keep[k][len] == '*' || keep[k][len - 1] == '=' || entry[len] == '='))
			return true;
	}
	return false;
}

char **
clean_environment(bool all)
{
	size_t n = 0, size = 1, out = 0, len;
	char **env, *copy = NULL;

	for (; environ[n]; n++)
		size += strlen(environ[n]) + sizeof(OTHERS);
	env = xcalloc(n + 3, sizeof(*env));
	if (all)
		copy = xcalloc(size, 1);
	env[out++] = "PATH=" HOST_PATH;
	for (size_t i = 0; i < n; i++)
		if (is_harmless(environ[i])) {
			env[out++] = environ[i];
		} else if (all && strncmp(environ[i], "PATH=", 5)) {
			len = strlen(environ[i]) + 1;
			env[out++] = memcpy(copy, OTHERS, sizeof(OTHERS));
			copy += sizeof(OTHERS) - 1;
			memcpy(copy, environ[i], len);
			copy += len;
		}
	return env;
}

const char **
caller_environment(void)
{
	const char *path = getenv("OCIBOX_PATH"), **env;
	size_t n = 0, out = 0;

	while (environ[n])
		n++;
	env = xcalloc(n + 2, sizeof(*env));
	for (size_t i = 0; i < n; i++)
		if (!strncmp(environ[i], OTHERS, sizeof(OTHERS) - 1))
			env[out++] = environ[i] + sizeof(OTHERS) - 1;
		else if (strncmp(environ[i], "OCIBOX", 6) && (!path || strncmp(environ[i], "PATH=", 5)))
			env[out++] = environ[i];
	if (path)
		env[out++] = path - 5;          /* PATH= is in front of it too */
	return env;
}

void
name_self(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		die("/proc/self/exe", "read link");
	path[n] = '\0';
	/* a copy in memory was given the name by the program it is a copy of */
	if (!strncmp(path, "/memfd:", 7) && getenv("OCIBOX"))
		return;
	if (setenv("OCIBOX", path, 1))
		die("OCIBOX", "set the environment variable");
}

/* A script of ours that asks for it gets the copy that its chain goes on from. */
static void
offer_copy(const char *text)
{
	autofree char *path = NULL;
	int sealed;

	if (unsetenv(SEAL_VARIABLE))
		die(SEAL_VARIABLE, "unset the environment variable");
	if (!text || !strstr(text, SEAL_VARIABLE))
		return;
	sealed = seal_copy();
	path = xasprintf("/proc/self/fd/%d", sealed);
	if (fcntl(sealed, F_SETFD, 0) || setenv(SEAL_VARIABLE, path, 1))
		die(SEAL_VARIABLE, "set the environment variable");
}

char **
script_main(int argc, char **argv)
{
	const struct applet *row = applet_find(chain.step);
	const char *dir = getenv("OCIBOX_LIBEXEC"), *path = getenv("PATH");
	size_t n = (size_t)argc, out = 0;
	char **words, *text = NULL;
	bool first = !getenv("OCIBOX_PATH");

	words = xcalloc(n + 4, sizeof(*words));
	words[out++] = "sh";
	if (dir) {
		char *file = xasprintf("%s/%s", dir, row->name);

		if (!access(file, R_OK))
			words[out++] = file;
	}
	if (out == 1) {
		words[out++] = "-c";
		words[out++] = text = applet_text(row->script);
		words[out++] = argv[0];
	}
	offer_copy(text);
	/* for criu_find(); a script that another has called has the first one's */
	if (path && setenv("OCIBOX_PATH", path, 0))
		die("OCIBOX_PATH", "set the environment variable");
	memcpy(words + out, argv + 1, n * sizeof(*words));
	name_self();
	trace_end("exec", NULL);
	execve("/bin/sh", words, clean_environment(first));
	die("/bin/sh", "execute");
}
