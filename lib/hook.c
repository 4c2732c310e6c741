/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "compat.h"
#include "config.h"
#include "hook.h"
#include "process.h"
#include "state.h"

/* A hook at work. */
struct work {
	const struct hook *hook;
	pid_t pid;
	int pidfd;              /* -1 before Linux 5.3 */
	int output;             /* the end of the pipe we read, which does not block */
	char line[512];         /* the last line it wrote that is not empty */
	bool complete;          /* what comes next is another line */
};

/* Not a pipe: a hook that reads nothing is no error, and a long document needs nobody who writes it. */
static int
input_of(const char *document)
{
	int fd = memfd_create("state", MFD_CLOEXEC);

	if (fd < 0)
		die(NULL, "make the hook's standard input");
	write_all(fd, document, strlen(document), "the hook's standard input");
	write_all(fd, "\n", 1, "the hook's standard input");
	if (lseek(fd, 0, SEEK_SET))
		die(NULL, "rewind the hook's standard input");
	return fd;
}

/* The child: writes errno to said when the program cannot be run. */
static _Noreturn void
become(const struct hook *hook, int input, int output, int said, pid_t parent)
{
	int err;

	/* a group of its own, to kill it with its children; and it dies with us */
	(void)setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(ST_LOST);
	if ((chdir(hook->dir) == 0 || chdir("/") == 0) && dup2(input, 0) == 0 &&
	    dup2(hook->out < 0 ? output : hook->out, 1) == 1 && dup2(hook->err < 0 ? output : hook->err, 2) == 2) {
		close_from(3, true);
		execve(hook->path, (char **)(uintptr_t)hook->argv, (char **)(uintptr_t)hook->envp);
	}
	err = errno;
	_exit(write(said, &err, sizeof(err)) == sizeof(err) ? ST_NOT_RUNNABLE : ST_LOST);
}

/* Starts it; false and errno when the program cannot be run. */
static bool
start(struct work *work, const char *document)
{
	int said[2], out[2], err = 0;
	autofd int input = input_of(document);
	pid_t self = getpid();
	ssize_t n;

	if (pipe2(said, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		die(NULL, "make a pipe");
	work->pid = fork();
	if (work->pid < 0)
		die(NULL, "fork");
	if (work->pid == 0)
		become(work->hook, input, out[1], said[1], self);
	(void)setpgid(work->pid, work->pid);    /* it may have done that, or exec'ed, already */
	close(said[1]);
	close(out[1]);
	work->output = out[0];
	/* the pipe closes at exec */
	while ((n = read(said[0], &err, sizeof(err))) < 0 && errno == EINTR)
		;
	close(said[0]);
	if (n == (ssize_t)sizeof(err)) {
		while (waitpid(work->pid, NULL, 0) < 0 && errno == EINTR)
			;
		errno = err;
		return false;
	}
	if (fcntl(work->output, F_SETFL, O_NONBLOCK))
		die(NULL, "read the hook's output");
	work->pidfd = (int)syscall(OCI_SYS_pidfd_open, work->pid, 0);
	return true;
}

static void
keep_line(struct work *work, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t used = strlen(work->line);

		if (text[i] == '\n') {
			work->complete = true;
			continue;
		}
		if (work->complete)
			used = 0;
		work->complete = false;
		if (used + 1 < sizeof(work->line)) {
			work->line[used] = (char)(text[i] ? text[i] : ' ');
			work->line[used + 1] = '\0';
		}
	}
}

/* Passes on what is there to be read; false: nothing is, for now or for ever. */
static bool
pass_on(struct work *work)
{
	char text[4096];
	ssize_t n = read(work->output, text, sizeof(text));

	if (n < 0 && errno == EINTR)
		return true;
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		close_fd(&work->output);        /* nobody has the other end */
		work->output = -1;
	}
	if (n <= 0)
		return false;
	keep_line(work, text, (size_t)n);
	/* whoever closed our standard error does not want it */
	return write(STDERR_FILENO, text, (size_t)n) > 0 || true;
}

enum event { ENDED, TIME_OVER, PEER_LOST };

/* Waits until it ends, with that status, its time is over or the peer is gone. */
static enum event
attend(struct work *work, int *status)
{
	long long end = now_ms() + work->hook->timeout;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = work->output, .events = POLLIN },
			{ .fd = work->pidfd, .events = POLLIN },
			/* what the peer says is for the gate to read; only its end matters here */
			{ .fd = work->hook->watch ? chain.peer : -1, .events = POLLRDHUP },
		};
		long long left = work->hook->timeout ? end - now_ms() : 1000000;

		if (waitpid(work->pid, status, WNOHANG) == work->pid)
			return ENDED;
		if (left <= 0)
			return TIME_OVER;
		if (left > 10 && work->pidfd < 0)
			left = 10;
		if (poll(fds, 3, left > 1000000 ? 1000000 : (int)left) < 0) {
			if (errno != EINTR)
				die(NULL, "wait for the hook");
			continue;
		}
		if (fds[0].revents)
			(void)pass_on(work);
		if (fds[2].revents)
			return PEER_LOST;
	}
}

static char *
reason_of(const struct work *work, enum event event, int status)
{
	const char *mark = *work->line ? ": " : "";

	if (event == TIME_OVER)
		return xasprintf("killed, it did not end within %lld s%s%s", work->hook->timeout / 1000, mark, work->line);
	if (event == PEER_LOST)
		return xstrdup("killed, the other side ended");
	if (WIFSIGNALED(status))
		return xasprintf("killed by signal %d%s%s", WTERMSIG(status), mark, work->line);
	return WEXITSTATUS(status) ? xasprintf("exit status %d%s%s", WEXITSTATUS(status), mark, work->line) : NULL;
}

int
hook_list(const struct json *json, const char *kind)
{
	return json_get(json, json_get(json, 0, "hooks"), kind);
}

bool
hook_lacking(const char *kind, const char *bundle)
{
	autofree char *file = xasprintf("%s/config.json", bundle);
	const struct json *json = chain.config ? chain.config->json : NULL;
	char error[256], *text;
	size_t len;

	if (!json) {
		text = state_text(AT_FDCWD, file, &len);
		if (!text)
			return errno == ENOENT;
		json = json_parse(file, text, len, error, sizeof(error));
	}
	return json && json_first(json, hook_list(json, kind)) < 0;
}

int
hook_output(const struct json *json, const char *annotation)
{
	const char *path = json_string(json, json_get(json, json_get(json, 0, "annotations"), annotation));
	/* not waiting for the reader of a fifo: a delete would wait for us */
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600) : -1;

	if (path && (fd < 0 || fcntl(fd, F_SETFL, O_APPEND)))
		die(path, "open for the hooks' output");
	return fd;
}

struct ending
hook_run(const struct hook *hook, const char *document)
{
	struct work work = { .hook = hook, .pidfd = -1, .output = -1 };
	struct sigaction set = { .sa_handler = SIG_DFL }, child, pipe_was;
	struct ending ending = { NULL, false };
	enum event event;
	int status = 0;

	/* a caller may have left SIGCHLD ignored, and then there is no status */
	if (sigaction(SIGCHLD, &set, &child))
		die(NULL, "handle SIGCHLD");
	if (!start(&work, document)) {
		ending.reason = xstrdup(strerror(errno));
	} else {
		/* behind the fork: the hook does not inherit it */
		set.sa_handler = SIG_IGN;
		(void)sigaction(SIGPIPE, &set, &pipe_was);
		event = attend(&work, &status);
		if (event != ENDED) {
			(void)kill(-work.pid, SIGKILL);
			while (waitpid(work.pid, &status, 0) < 0 && errno == EINTR)
				;
		}
		while (work.output >= 0 && pass_on(&work))
			;
		(void)sigaction(SIGPIPE, &pipe_was, NULL);
		ending.peer_lost = event == PEER_LOST;
		ending.reason = reason_of(&work, event, status);
	}
	(void)sigaction(SIGCHLD, &child, NULL);
	close_fd(&work.output);
	close_fd(&work.pidfd);
	return ending;
}
