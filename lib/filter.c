/* SPDX-License-Identifier: MIT */
/* The filters of a chain: kept until the program's exec, then loaded; a listener goes to who waits for it. */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "filter.h"

/* What the process under the filter and its helper tell each other without a system call. */
struct shared {
	atomic_int listener;    /* the descriptor; WAITING until there is one */
	atomic_int done;        /* by the helper: HANDED_OVER or REFUSED */
};
enum { WAITING = -1 };
enum { HANDED_OVER = 1, REFUSED };

struct filter *
filter_new(void)
{
	struct filter *filter = xcalloc(1, sizeof(*filter));

	filter->socket = -1;
	return filter;
}

void
filter_forget(void)
{
	for (struct filter *f = chain.filters; f; f = f->next)
		close_fd(&f->socket);
	chain.filters = NULL;
	chain.load = NULL;
}

void
filter_connect(struct filter *filter)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	if (strlen(filter->listener) >= sizeof(name.sun_path))
		fail(ST_CONFIG, filter->listener, "too long for a socket's name");
	memcpy(name.sun_path, filter->listener, strlen(filter->listener));
	filter->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (filter->socket < 0)
		die(NULL, "make a socket");
	if (connect(filter->socket, (struct sockaddr *)&name, sizeof(name)))
		die(filter->listener, "failed to connect with seccomp agent");
}

/* ContainerProcessState of the specification. */
static char *
process_state(const struct filter *filter)
{
	pid_t self = filter->pid ? filter->pid : getpid();
	struct state state = filter->state;
	autofree char *container = NULL;
	char *text = NULL;
	size_t len;
	FILE *out = text_open(&text, &len);

	if (!state.pid)
		state.pid = self;
	container = state_document(&state, filter->condition, NULL, -1);
	fputs("{\"ociVersion\":", out);
	put_json(out, state.oci_version);
	fprintf(out, ",\"fds\":[\"seccompFd\"],\"pid\":%d", (int)self);
	if (filter->metadata) {
		fputs(",\"metadata\":", out);
		put_json(out, filter->metadata);
	}
	fprintf(out, ",\"state\":%s}", container);
	text_close(out);
	return text;
}

/* The descriptor comes with the first bytes. */
static bool
send_listener(int socket, int fd, const char *text)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) } };
	size_t left = strlen(text);
	struct iovec data;
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.space),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	while (left > 0) {
		ssize_t n;

		data = (struct iovec){ .iov_base = (char *)(uintptr_t)text, .iov_len = left };
		n = sendmsg(socket, &message, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		left -= (size_t)n;
		message.msg_control = NULL;
		message.msg_controllen = 0;
	}
	return true;
}

/* Not under the filter, with the other process's descriptors. */
static _Noreturn void
help(const struct filter *filter, const char *text, struct shared *shared)
{
	const struct timespec moment = { .tv_nsec = 20000 };
	int fd;

	while ((fd = atomic_load(&shared->listener)) == WAITING)
		(void)nanosleep(&moment, NULL);
	if (send_listener(filter->socket, fd, text)) {
		atomic_store(&shared->done, HANDED_OVER);
		_exit(0);
	}
	/* the message before the end of the process it is about, which may be the end of this one */
	if (fork() == 0)
		die(filter->listener, "hand the seccomp listener over to");
	while (wait(NULL) > 0 || errno == EINTR)
		;
	/* what waits for an answer from it gets ENOSYS from here on */
	(void)close(fd);
	atomic_store(&shared->done, REFUSED);
	_exit(0);
}

/* The filter may hold up or refuse each call the hand-over needs, so another process does it; it shares the
 * descriptors, and a page to learn from which one to send. */
static struct shared *
helper_start(const struct filter *filter)
{
	autofree char *text = process_state(filter);
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sigaction action;
	pid_t self = getpid(), pid;

	if (shared == MAP_FAILED)
		die(NULL, "allocate memory");
	atomic_init(&shared->listener, WAITING);
	/* wait(2) may be refused too: the kernel reaps it. The exec takes the flag back */
	if (sigaction(SIGCHLD, NULL, &action))
		die(NULL, "read what SIGCHLD does");
	if (action.sa_handler != SIG_IGN) {
		action.sa_handler = SIG_DFL;
		action.sa_flags = SA_NOCLDWAIT;
		if (sigaction(SIGCHLD, &action, NULL))
			die(NULL, "set what SIGCHLD does");
	}
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		die(NULL, "start the process that hands the seccomp listener over");
	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != self)
			_exit(1);
		help(filter, text, shared);
	}
	return shared;
}

static _Noreturn void
refused(const struct filter *filter)
{
	if (errno == EACCES)
		fail(ST_PERMISSION, NULL, "load the filter: needs no_new_privs or CAP_SYS_ADMIN");
	if (errno == EBUSY)
		fail(ST_STATE, NULL, "load the filter: another one has a listener already");
	if (errno == EINVAL && filter->flags)
		fail(ST_UNSUPPORTED, NULL, "load the filter: the kernel refuses it, or its flags %#x", filter->flags);
	die(NULL, "load the filter");
}

static void
load(const struct filter *filter)
{
	struct sock_fprog program = { .len = (unsigned short)filter->count, .filter = filter->code };
	struct shared *shared = filter->socket >= 0 ? helper_start(filter) : NULL;
	int done, fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter->flags, &program);

	if (fd < 0)
		refused(filter);
	if (!shared)
		return;
	/* from here to execve(2) no system call, or the filter would have to let it pass */
	atomic_store(&shared->listener, fd);
	while (!(done = atomic_load(&shared->done)))
		;
	if (done == REFUSED)
		chain_end(ST_KERNEL);
}

static void
load_all(void)
{
	const char *step = chain.step;

	chain.step = "oci-seccomp";
	for (const struct filter *f = chain.filters; f; f = f->next)
		load(f);
	chain.step = step;
}

void
filter_add(struct filter *filter)
{
	struct filter **end = &chain.filters;

	while (*end)
		end = &(*end)->next;
	*end = filter;
	chain.load = load_all;
}
