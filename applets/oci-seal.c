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
#include <sys/stat.h>
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

/* Lets go of all descriptors from first on, but for kept, -1: none, which the step that reads it closes. A directory of the host's
 * that is left open is a way out of the container (CVE-2024-21626): what is kept is read and nothing else. */
static void
drop_from(int first, int kept, bool on_exec)
{
	struct stat st;

	if (kept < first || fstat(kept, &st) || !(S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode))) {
		close_from(first, on_exec);
	} else if (on_exec) {
		close_from(first, true);
		(void)fcntl(kept, F_SETFD, 0);
	} else if (dup2(kept, first) >= 0) {
		close_from(first + 1, false);
		if (kept > first) {
			(void)dup3(first, kept, O_CLOEXEC);
			(void)close(first);
		}
	}
}

char **
oci_seal_main(int argc, char **argv)
{
	autofd int sealed = -1;
	long long kept = -1;
	int file = -1;
	char **words, *path;
	int c;

	while ((c = getopt(argc, argv, "+f:p:")) != -1)
		switch (c) {
		case 'f':
			file = fd_named(optarg);
			break;
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
			drop_from(3 + (int)kept + (int)listen_count(), file, false);
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
		drop_from(3 + (int)kept + (int)listen_count(), file, true);
	syscall(SYS_execveat, sealed, "", words - 1, environ, AT_EMPTY_PATH);
	/* before Linux 6.12 TOMOYO looks up what the kernel calls it, /dev/fd/N, which is not in a bare /dev */
	path = xasprintf("/proc/self/fd/%d", sealed);
	execv(path, words - 1);
	die(NULL, "execute the copy of this program");
}
