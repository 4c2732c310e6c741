/* SPDX-License-Identifier: MIT */
#include "probe_mount.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "compat.h"

/* A copy of the mounts that nobody else sees. */
static bool
apart(int flags)
{
	return !unshare(CLONE_NEWNS | flags) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

enum answer
probe_proc(const char *argument)
{
	int status;
	pid_t pid;

	(void)argument;
	if ((!probe_privileged() && !probe_user()) || !apart(CLONE_NEWPID) || (pid = fork()) < 0)
		return probe_result(false);
	if (pid == 0)
		_exit(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) ? errno : 0);
	if (waitpid(pid, &status, 0) < 0)
		return ANSWER_UNKNOWN;
	errno = WEXITSTATUS(status);
	return probe_result(!status);
}

/* Whether a file has the word. */
static bool
mentions(const char *path, const char *word)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	autofree char *text = fd < 0 ? NULL : read_all(fd, 16 << 20, NULL, path);

	return text && strstr(text, word);
}

enum answer
probe_overlay(const char *argument)
{
	/* to mount one would load the module */
	if (!mentions("/proc/filesystems", "\toverlay\n")) {
		printf("the kernel has none, or has not loaded it");
		return ANSWER_UNKNOWN;
	}
	if (!*argument && !probe_privileged())
		return probe_unprivileged();
	return probe_result((!*argument || probe_user()) && apart(0) && !mount("tmpfs", "/proc", "tmpfs", 0, NULL) && !mkdir("/proc/l", 0700) &&
			    !mkdir("/proc/u", 0700) && !mkdir("/proc/w", 0700) &&
			    !mount("overlay", "/proc/l", "overlay", 0, *argument ? "lowerdir=/proc/l,upperdir=/proc/u,workdir=/proc/w,userxattr" :
				   "lowerdir=/proc/l,upperdir=/proc/u,workdir=/proc/w"));
}

enum answer
probe_idmap(const char *argument)
{
	struct oci_mount_attr attr = { .attr_set = OCI_MOUNT_ATTR_IDMAP };
	autofree char *path = NULL;
	int ready[2], tree;
	enum answer answer;
	char byte;
	pid_t pid;

	(void)argument;
	if (!probe_privileged())
		return probe_unprivileged();
	if (pipe2(ready, O_CLOEXEC) || (pid = fork()) < 0)
		return ANSWER_UNKNOWN;
	if (pid == 0) {
		/* a user namespace with ids, until they are not needed any more */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || !probe_user() || write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		printf("no user namespace");
		return ANSWER_UNKNOWN;
	}
	path = xasprintf("/proc/%ld/ns/user", (long)pid);
	attr.userns_fd = (uint64_t)open(path, O_RDONLY | O_CLOEXEC);
	tree = (int)syscall(OCI_SYS_open_tree, AT_FDCWD, ".", OCI_OPEN_TREE_CLONE | OCI_OPEN_TREE_CLOEXEC);
	answer = probe_result(tree >= 0 && !syscall(OCI_SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)));
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return answer;
}

enum answer
probe_root(const char *argument)
{
	(void)argument;
	return mentions("/proc/self/mountinfo", " - rootfs ") ? ANSWER_NO : ANSWER_YES;
}
