/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "compat.h"
#include "gate.h"
#include "guard.h"
#include "mnt.h"
#include "mntsource.h"
#include "proc.h"

/* The process that a user namespace, or with user a mount namespace in that one, is made of lives as long as it takes to map its
 * ids, and to open it. */
static _Noreturn void
hold_ns(int proc, int line, int user)
{
	char self[32], end;

	if (user < 0 ? unshare(CLONE_NEWUSER) : setns(user, CLONE_NEWUSER) || unshare(CLONE_NEWNS))
		die(NULL, "make a %s namespace", user < 0 ? "user" : "mount");
	(void)proc_self(proc, self);
	write_all(line, self, strlen(self), "pipe to the step");
	(void)read(line, &end, 1);      /* nothing comes but the end */
	_exit(0);
}

/* A user namespace with these maps, or a copy of this mount namespace that user owns. */
static int
ns_make(const struct idmap *uids, const struct idmap *gids, int user)
{
	autofd int proc = proc_any(), fd = -1;
	autofree char *path = NULL;
	char self[32] = "";
	int line[2], status;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line))
		die(NULL, "make a pair of sockets");
	if (fflush(NULL))
		die(NULL, "flush standard output");
	pid = fork();
	if (pid < 0)
		die(NULL, "fork");
	if (pid == 0) {
		close(line[0]);
		hold_ns(proc, line[1], user);
	}
	close(line[1]);
	/* without a word: it has failed, and said why */
	if (read(line[0], self, sizeof(self) - 1) <= 0)
		chain_end(waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : ST_LOST);
	if (user < 0)
		idmap_write(proc, atoi(self), uids, gids);
	path = xasprintf("%s/ns/%s", self, user < 0 ? "user" : "mnt");
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path, "open");
	close(line[0]);
	/* it may have been reaped already, by a SIGCHLD that is ignored */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return steal_fd(&fd);
}

void
source_enter(int user)
{
	autofd int fd = ns_make(NULL, NULL, user);

	if (setns(fd, CLONE_NEWNS))
		die(NULL, "join a copy of the mount namespace");
}

/* The tree at source as a detached mount with mapped ids. */
static int
map_ids(const struct request *r, int source, int container)
{
	autofd int userns = r->uids.count ? ns_make(&r->uids, &r->gids, -1) : -1, fd = -1;
	struct oci_mount_attr attr = { .attr_set = OCI_MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)(userns < 0 ? container : userns) };
	bool attached, deep = r->options.extra & OPT_DEEP_IDMAP;

	if (!mnt_changes_detached())
		fail(ST_UNSUPPORTED, r->point, "this kernel cannot map the ids of a mount");
	fd = mnt_copy(source, -1, r->options.set & MS_REC, &attached);
	if (fd < 0)
		die(r->source, "copy the mount of");
	if (!syscall(OCI_SYS_mount_setattr, fd, "", AT_EMPTY_PATH | (deep ? OCI_AT_RECURSIVE : 0), &attr, sizeof(attr)))
		return steal_fd(&fd);
	if (errno == EINVAL)
		fail(ST_UNSUPPORTED, r->source, "a filesystem that does not map ids on this kernel");
	die(r->source, "map the ids of");
}

/* The path alone; -1 and errno. */
static int
try_open(const struct request *r, char **path)
{
	bool relative = *r->source != '/', nofollow = r->options.extra & (OPT_SRC_NOFOLLOW | OPT_COPY_SYMLINK);

	*path = xasprintf("%s%s%s", relative ? r->base : "", relative ? "/" : "", r->source);
	return open(*path, O_PATH | O_CLOEXEC | (nofollow ? O_NOFOLLOW : 0));
}

struct source
source_open(const struct request *r, int container)
{
	autofree char *path = NULL;
	autofd int fd = try_open(r, &path);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(path, "open");
	if (!request_is_mapped(r) || ((r->options.extra & OPT_COPY_SYMLINK) && S_ISLNK(st.st_mode)))
		return (struct source){ steal_fd(&fd), false };
	return (struct source){ map_ids(r, fd, container), true };
}

bool
source_is_asked(const struct config *config)
{
	return config_has_namespace(config, "user");
}

struct source
source_ask(const struct request *r, size_t index)
{
	autofree char *path = NULL, *name = xasprintf("%zu", index);
	struct source source = { try_open(r, &path), false };
	int err = errno;
	int kind;

	if (source.fd >= 0 && !request_is_mapped(r))
		return source;
	close_fd(&source.fd);
	kind = frame_send(FRAME_WANT, name) ? frame_take_file(&source.fd) : 0;
	source.detached = kind == FRAME_MOUNT;
	if (source.fd >= 0 && (source.detached || kind == FRAME_PATH))
		return source;
	/* nobody is left to hear why */
	if (kind != FRAME_NONE)
		chain_end(ST_LOST);
	if (request_is_mapped(r))
		fail(ST_PERMISSION, r->point, "an ordinary user cannot map the ids of a mount");
	errno = err;
	die(path, "open");
}

void
source_enough(void)
{
	if (!frame_send(FRAME_ENOUGH, ""))
		chain_end(ST_LOST);
}

/* One answer after the other; who asks has the same mounts[], and goes through it once. container: its user namespace;
 * -1: we have no more rights than it has. */
static void
answer(const struct config *config, const struct request *only, int container)
{
	int node = only ? -1 : json_first(config->json, config_node(config, 0, "mounts")), index = 0;
	char *text = NULL, kind;

	for (; (kind = frame_next(&text)) == FRAME_WANT; free(text), text = NULL) {
		struct request r = { 0 };
		struct source source;

		for (int wanted = atoi(text); index < wanted && node >= 0; index++)
			node = json_next(config->json, node);
		if ((node < 0 && !only) || index != atoi(text))
			fail(ST_USAGE, text, "the container's process asks for a mount that is not in its configuration");
		if (container < 0) {
			if (!frame_send(FRAME_NONE, ""))
				return;
			continue;
		}
		if (!only)
			request_read(&r, config, node);
		source = source_open(only ? only : &r, container);
		if (!frame_send_descriptor(source.detached ? FRAME_MOUNT : FRAME_PATH, source.fd))
			return;
		close(source.fd);
		request_free(&r);
	}
	free(text);
	/* when it has ended, who waits for it next says so */
	if (kind && kind != FRAME_ENOUGH)
		fail(ST_USAGE, NULL, "the container's process says '%c' instead of what it wants to mount", kind);
}

/* A namespace of our child; -1: an ordinary user's child, which had more rights in its namespaces, is out of reach. */
static int
open_ns(const char *name)
{
	autofree char *path = xasprintf("/proc/%ld/ns/%s", (long)chain.child, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno != EACCES && errno != EPERM)
		die(path, "open");
	return fd;
}

void
source_answer(const struct config *config, const struct request *only)
{
	autofd int mnt = open_ns("mnt"), user = open_ns("user");
	struct signals held;
	int status;
	pid_t pid;

	pid = signals_fork(&held);
	if (pid == 0) {
		bool able = mnt >= 0 && user >= 0;

		undo_disarm();
		signals_release(&held);
		if (able && setns(mnt, CLONE_NEWNS)) {
			able = false;
			if (errno != EPERM)
				die(NULL, "join the container's mount namespace");
		}
		answer(config, only, able ? user : -1);
		exit(0);
	}
	status = child_wait(pid, -1, NULL);
	signals_release(&held);
	if (status)
		chain_end(status);
}
