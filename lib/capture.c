/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "capture.h"
#include "guard.h"
#include "program.h"

static _Noreturn void
become(const char *file, const char *const *words, const char *const *env, int out, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(127);
	if (null >= 0 && dup2(null, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0) {
		close_from(3, true);
		execve(file, (char **)(uintptr_t)words, (char **)(uintptr_t)env);
	}
	(void)dprintf(out, "%s: %s", file, strerror(errno));
	_exit(127);
}

char *
capture(const char *const *words, const char *const *env, int *status)
{
	struct refusal refusal = { 0 };
	autofree char *file = program_find(words[0], HOST_PATH, &refusal);
	pid_t pid, self = getpid();
	struct signals held;
	int out[2], code;
	char *text;

	if (!file) {
		*status = refusal.status;
		return refusal.reason;
	}
	if (pipe2(out, O_CLOEXEC))
		die(NULL, "make a pipe");
	pid = signals_fork(&held);
	if (pid == 0) {
		signals_release(&held);
		become(file, words, env, out[1], self);
	}
	close(out[1]);
	text = read_all(out[0], 64 << 20, NULL, words[0]);
	close(out[0]);
	while (waitpid(pid, &code, 0) < 0)
		if (errno != EINTR)
			die(words[0], "wait for");
	signals_release(&held);
	*status = WIFSIGNALED(code) ? 128 + WTERMSIG(code) : WEXITSTATUS(code);
	return text;
}
