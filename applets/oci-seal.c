/* SPDX-License-Identifier: MIT */
/* oci-seal: go on from a copy of this program that nothing can change.
 *
 * First of a chain that enters a container: a process in there may open
 * /proc/PID/exe of ours, and write to it as soon as it is not being run
 * (CVE-2019-5736). What it finds is a sealed copy in memory. The exec also is
 * the moment to let go of what the caller left open: a container's process that
 * awaits its start would hold it.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "listen.h"
#include "ocibox.h"
#include "seal.h"

extern char **environ;

/* Lets go of the descriptor that the shell had of the copy we run from. */
static void
drop_copy(void)
{
	const char *path = getenv(SEAL_VARIABLE), *digits = path ? strrchr(path, '/') : NULL;

	if (digits)
		(void)close(atoi(digits + 1));
	(void)unsetenv(SEAL_VARIABLE);
	/* a program that is executed by that path is called by its last part */
	if (prctl(PR_SET_NAME, "ocibox"))
		die(NULL, "set this process's name");
}

/* Lets go of all descriptors from first on, but for one that a word names, as a shell does for <(...). */
static void
drop_from(int first, char **words, bool on_exec)
{
	const char *name = NULL;
	int named;

	while (!name && *words)
		name = strstr(*words++, FD_NAMES);
	named = name ? atoi(name + sizeof(FD_NAMES) - 1) : -1;
	if (named < first) {
		close_from(first, on_exec);
	} else if (on_exec) {
		close_from(first, true);
		(void)fcntl(named, F_SETFD, 0);
	} else if (dup2(named, first) >= 0) {
		close_from(first + 1, false);
		if (named > first) {
			(void)dup3(first, named, O_CLOEXEC);
			(void)close(first);
		}
	}
}

char **
oci_seal_main(int argc, char **argv)
{
	autofd int sealed = -1;
	long long kept = -1;
	char **words, *path;
	int c;

	while ((c = getopt(argc, argv, "+p:")) != -1)
		switch (c) {
		case 'p':
			kept = number(optarg, 0, 1 << 20, "count of descriptors");
			break;
		default:
			usage();
		}
	words = argv + optind;
	while (words[0] && !strcmp(words[0], "--"))
		words++;
	if (!words[0])
		usage();
	/* all that is carried from step to step ends at an exec */
	if (chain.config || chain.entry >= 0 || chain.start >= 0 || chain.peer >= 0 || chain.child || chain.undo)
		fail(ST_USAGE, NULL, "must be the first step");

	if (kept >= 0)
		listen_check();
	if (seal_is_on()) {
		drop_copy();
		if (kept >= 0) {
			drop_from(3 + (int)kept + (int)listen_count(), words, false);
			trace_open();
		}
		return words;
	}
	(void)unsetenv(SEAL_VARIABLE);
	/* the copy has no name: what scripts call is this */
	name_self();
	sealed = seal_copy();
	trace_end("exec", words);
	words[-1] = "ocibox";
	if (kept >= 0)
		drop_from(3 + (int)kept + (int)listen_count(), words, true);
	syscall(SYS_execveat, sealed, "", words - 1, environ, AT_EMPTY_PATH);
	/* before Linux 6.12 TOMOYO looks up what the kernel calls it, /dev/fd/N, which is not in a bare /dev */
	path = xasprintf("/proc/self/fd/%d", sealed);
	execv(path, words - 1);
	die(NULL, "execute the copy of this program");
}
