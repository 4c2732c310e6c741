/* SPDX-License-Identifier: MIT */
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "compat.h"
#include "mnt.h"
#include "proc.h"

/* The directory at name, which must be the root of a filesystem of that kind: a bind of some other
 * directory of procfs there, or of /proc/sys/net, would turn every path below it into another. -1: it is not. */
static int
tree_try_open(const char *name, long magic)
{
	autofd int tree = open(name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;
	struct stat st;

	/* the root of procfs and of sysfs is inode 1, and nothing else there is */
	if (tree < 0 || fstatfs(tree, &fs) || fstat(tree, &st) || (long)fs.f_type != magic || st.st_ino != 1)
		return -1;
	return steal_fd(&tree);
}

static int
tree_open(const char *name, long magic)
{
	int tree = tree_try_open(name, magic);

	if (tree < 0)
		fail(ST_KERNEL, name, "not a real %s, so nothing below it is used", magic == PROC_SUPER_MAGIC ? "procfs" : "sysfs");
	return tree;
}

bool
proc_usable(void)
{
	autofd int tree = tree_try_open("/proc", PROC_SUPER_MAGIC);

	return tree >= 0;
}

/* Which mount the file at fd is of, as the kernel numbers them; -1: cannot be told. */
static int
mount_of(int proc, const char *self, int fd)
{
	autofree char *path = xasprintf("%s/fdinfo/%d", self, fd);
	autofd int info = -1;
	struct statfs fs;
	char text[512];
	int id = fd_mount(fd);
	ssize_t n;

	if (id >= 0)
		return id;
	info = openat(proc, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (info < 0 || fstatfs(info, &fs) || (long)fs.f_type != PROC_SUPER_MAGIC)
		return -1;
	n = read(info, text, sizeof(text) - 1);
	if (n < 0)
		return -1;
	text[n] = '\0';
	return fdinfo_mount(text);
}

/* What /proc/self points to: our number as the pid namespace of this procfs has it. */
static void
self_of(int proc, char *self, size_t size)
{
	/* not readlinkat(proc, "self"): that follows a mount over the link */
	autofd int link = openat(proc, "self", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;
	struct stat st;
	ssize_t n;

	if (link < 0 || fstatfs(link, &fs) || fstat(link, &st))
		die("/proc/self", "look at");
	if ((long)fs.f_type != PROC_SUPER_MAGIC || !S_ISLNK(st.st_mode))
		fail(ST_KERNEL, "/proc/self", "covered by another mount");
	n = readlinkat(link, "", self, size - 1);
	if (n < 0)
		die("/proc/self", "read link");
	self[n] = '\0';
	if (!*self || self[strspn(self, "0123456789")])
		fail(ST_KERNEL, "/proc/self", "points to %s, which is no process", self);
}

/* Component by component, for kernels before 5.6. A walk that only goes down and ends on the mount it
 * began on has crossed no other. */
static int
walk(int tree, const char *path, int flags)
{
	autofd int proc = tree_open("/proc", PROC_SUPER_MAGIC);
	autofd int at = dup(tree);
	char self[32], name[256];
	int fd, mount;

	if (at < 0)
		return -1;
	self_of(proc, self, sizeof(self));
	while (strchr(path, '/')) {
		size_t len = strcspn(path, "/");
		int next;

		if (len >= sizeof(name)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(name, path, len);
		name[len] = '\0';
		next = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -1;
		close(at);
		at = next;
		path += len + 1;
	}
	/* O_NONBLOCK: what covers the file may be a fifo, and is not looked at before it is open */
	fd = openat(at, path, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	mount = mount_of(proc, self, tree);
	if (fd >= 0 && (mount < 0 || mount_of(proc, self, fd) != mount)) {
		close(fd);
		errno = EXDEV;
		return -1;
	}
	return fd;
}

static int
open_below(int tree, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY),
		.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH,
	};
	long fd = syscall(OCI_SYS_openat2, tree, path, &how, sizeof(how));

	/* EPERM: a seccomp filter around us that is older than the call */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = walk(tree, path, flags);
	return (int)fd;
}

int
proc_try_open(const char *path, int flags)
{
	bool sys = !strncmp(path, "/sys/", 5);
	autofd int own_tree = !sys && chain.proc >= 0 ? -1 : tree_open(sys ? "/sys" : "/proc", sys ? SYSFS_MAGIC : PROC_SUPER_MAGIC);
	int tree = own_tree >= 0 ? own_tree : chain.proc;
	const char *below = path + (sys ? strlen("/sys/") : strlen("/proc/"));
	autofree char *own = NULL;
	char self[32];
	int fd;

	if (!sys && !strncmp(below, "self/", 5)) {
		self_of(tree, self, sizeof(self));
		below = own = xasprintf("%s%s", self, below + 4);
	}
	fd = open_below(tree, below, flags);
	if (fd < 0 && errno == EXDEV)
		fail(ST_KERNEL, path, "covered by another mount");
	if (fd < 0 && errno == ELOOP)
		fail(ST_KERNEL, path, "a symbolic link, which is not followed");
	return fd;
}

int
proc_open(const char *path, int flags)
{
	int fd = proc_try_open(path, flags);

	if (fd < 0)
		die(path, "open");
	return fd;
}

static void
put(int fd, const char *path, const char *text)
{
	size_t len = strlen(text);
	autofree char *said = NULL;
	ssize_t n;

	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len)
		return;
	/* a map has several lines, an error one: of more podman shows but that with the reason */
	said = xstrdup(text);
	for (char *end = said; (end = strchr(end, '\n')); end++)
		*end = end[1] ? ',' : '\0';
	if (n < 0)
		die(path, "write %s to", said);
	fail(ST_KERNEL, path, "took %zd of the %zu bytes of %s", n, len, said);
}

void
proc_write(const char *path, const char *text)
{
	autofd int fd = proc_open(path, O_WRONLY);

	put(fd, path, text);
}

int
proc_own(void)
{
	autofd int proc = tree_open("/proc", PROC_SUPER_MAGIC);
	char self[32];

	self_of(proc, self, sizeof(self));
	if (atol(self) != (long)getpid())
		fail(ST_KERNEL, "/proc", "of another pid namespace: process %ld is %s there", (long)getpid(), self);
	return steal_fd(&proc);
}

bool
proc_in_userns(void)
{
	autofd int fd = proc_try_open("/proc/self/uid_map", O_RDONLY);
	autofree char *map = fd < 0 ? NULL : read_all(fd, 1 << 16, NULL, "/proc/self/uid_map");

	/* uid_m_show() in kernel/user_namespace.c; one that was just made has no map yet */
	return map && strcmp(map, "         0          0 4294967295\n");
}

int
proc_any(void)
{
	return tree_open("/proc", PROC_SUPER_MAGIC);
}

const char *
proc_self(int proc, char text[32])
{
	self_of(proc, text, 32);
	return text;
}

void
proc_write_in(int proc, const char *path, const char *text)
{
	autofree char *name = xasprintf("/proc/%s", path);
	autofd int fd = open_below(proc, path, O_WRONLY);

	if (fd < 0)
		die(name, "open");
	put(fd, name, text);
}

/* The field of /proc/PID/stat with that number; text starts with the third. */
static const char *
field(const char *text, int number)
{
	for (int i = 3; i < number && text; i++) {
		text = strchr(text, ' ');
		text = text ? text + 1 : NULL;
	}
	return text;
}

unsigned long long
proc_start_time(pid_t pid)
{
	autofree char *path = xasprintf("/proc/%ld/stat", (long)pid);
	autofd int fd = -1;
	const char *state, *threads, *start;
	char text[2048];
	ssize_t n;

	if (pid <= 0)
		return 0;
	fd = proc_try_open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	/* ESRCH: it ended between the open and the read */
	if (n < 0 && (errno == ENOENT || errno == ESRCH))
		return 0;
	if (n < 0)
		die(path, "read");
	text[n] = '\0';
	/* the name of the program is the second field, and may hold anything, ") Z 0 " too */
	state = strrchr(text, ')');
	if (!state || strncmp(state, ") ", 2))
		fail(ST_KERNEL, path, "not what procfs writes: %s", text);
	state += 2;
	threads = field(state, 20);
	start = field(state, 22);
	if (!threads || !start)
		fail(ST_KERNEL, path, "not what procfs writes: %s", text);
	/* the first thread is a zombie too when it alone ended; then the others are counted */
	if ((*state == 'Z' || *state == 'X') && strtol(threads, NULL, 10) <= 1)
		return 0;
	return strtoull(start, NULL, 10);
}
