/* SPDX-License-Identifier: MIT */
/* The state directory: one entry a container, claimed by mkdir, locked by flock. */
#include <dirent.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "state.h"

void
state_check_id(const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";

	if (!*id)
		fail(ST_USAGE, NULL, "container ID cannot be empty");
	/* "-": a step would take it for an option */
	if (*id == '-' || id[strspn(id, allowed)] || !strcmp(id, ".") || !strcmp(id, ".."))
		fail(ST_USAGE, id, "invalid container ID format");
	if (strlen(id) > 255)
		fail(ST_USAGE, id, "container ID longer than 255 bytes");
}

static void
make_directories(const char *path)
{
	autofree char *part = xstrdup(path);

	for (char *slash = part; slash;) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		/* the sticky bit keeps who tidies up $XDG_RUNTIME_DIR away, as the XDG specification has it */
		if (mkdir(part, 0700 | S_ISVTX) && errno != EEXIST)
			die(part, "make directory");
		if (slash)
			*slash = '/';
	}
}

int
state_root(bool make)
{
	const char *path = getenv("OCIBOX_ROOT");
	int root;

	if (!path || !*path)
		fail(ST_USAGE, "OCIBOX_ROOT", "no state directory is named");
	root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 && errno == ENOENT && make) {
		make_directories(path);
		root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (root < 0 && (errno != ENOENT || make))
		die(path, "open");
	return root;
}

static int
entry_open(int root, const char *id)
{
	int entry = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (entry < 0 && errno != ENOENT)
		die(id, "open the state of");
	return entry;
}

void
state_none(const char *id)
{
	fail(ST_NO_CONTAINER, id, "container does not exist");
}

int
state_entry(const char *id)
{
	int entry = state_open(id);

	if (entry < 0)
		state_none(id);
	return entry;
}

int
state_open(const char *id)
{
	autofd int root = state_root(false);

	return root < 0 ? -1 : entry_open(root, id);
}

bool
state_flock(int root, int entry, const char *id, int operation)
{
	struct stat named, ours;

	while (flock(entry, operation))
		if (errno != EINTR)
			return false;
	/* who had the lock before may have removed the entry, and another made one of the same name */
	if (fstat(entry, &ours) || fstatat(root, id, &named, AT_SYMLINK_NOFOLLOW))
		return false;
	errno = ENOENT;
	return named.st_ino == ours.st_ino && named.st_dev == ours.st_dev;
}

int
state_lock(const char *id, int *entry)
{
	autofd int root = state_root(false);

	while (root >= 0 && (*entry = entry_open(root, id)) >= 0) {
		int gone = *entry;

		if (state_flock(root, *entry, id, LOCK_EX))
			break;
		if (errno != ENOENT)
			die(id, "lock the state of");
		*entry = -1;
		close(gone);
	}
	return *entry;
}

bool
state_has(int entry, const char *name)
{
	struct stat st;

	/* faccessat() knows AT_SYMLINK_NOFOLLOW since Linux 5.8 only */
	return !fstatat(entry, name, &st, AT_SYMLINK_NOFOLLOW);
}

/* Nothing that is there: it could be a fifo, or another name of somebody else's file. */
static int
open_new(int dir, const char *name, mode_t mode)
{
	return openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}

int
state_put(int dir, const char *name, mode_t mode, const void *data, size_t len)
{
	/* of our own name: whoever else writes this file, without the lock, has another */
	autofree char *temporary = xasprintf("%s.%d", name, (int)getpid());
	autofd int fd = open_new(dir, temporary, mode);
	const char *from = data;

	/* what a killed process has left, or others who may write there have put in the way */
	if (fd < 0 && errno == EEXIST && !unlinkat(dir, temporary, 0))
		fd = open_new(dir, temporary, mode);
	if (fd < 0)
		return -1;
	while (len > 0) {
		ssize_t n = write(fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		from += n;
		len -= (size_t)n;
	}
	/* the mode is as asked for, whatever the caller's umask */
	if (len > 0 || fchmod(fd, mode) || renameat(dir, temporary, dir, name)) {
		int err = errno;

		(void)unlinkat(dir, temporary, 0);      /* it may not be there: the first error counts */
		errno = err;
		return -1;
	}
	return 0;
}

void
state_pid_file(const char *path, pid_t pid)
{
	/* decimal, without a newline: clients parse the whole file */
	autofree char *text = xasprintf("%d", (int)pid);

	if (state_put(AT_FDCWD, path, 0644, text, strlen(text)))
		die(path, "write the pid file");
}

/* Removes name in dir, and what is in it when it is a directory. */
static int
remove_tree(int dir, const char *name)
{
	autofd int below = -1;

	if (!unlinkat(dir, name, 0) || errno == ENOENT)
		return 0;
	/* EPERM is POSIX's answer for a directory, EISDIR Linux's */
	if (errno != EISDIR && errno != EPERM)
		return -1;
	below = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0 || state_clear(below))
		return -1;
	return unlinkat(dir, name, AT_REMOVEDIR);
}

int
state_clear(int dir)
{
	/* a descriptor of its own: one that was read to its end stays there */
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;
	int err = 0;

	if (!stream)
		return -1;
	while (!err && (errno = 0, item = readdir(stream))) {
		if (!strcmp(item->d_name, ".") || !strcmp(item->d_name, ".."))
			continue;
		if (remove_tree(dir, item->d_name))
			err = errno;
	}
	err = err ? err : errno;
	(void)closedir(stream);         /* was only read */
	errno = err;
	return err ? -1 : 0;
}

int
state_remove(int root, int entry, const char *id)
{
	if (remove_tree(entry, "state.json"))
		return -1;
	/* oci-wait writes its file without the lock, perhaps just now */
	for (int tries = 10; tries > 0; tries--) {
		if (state_clear(entry))
			return -1;
		if (!unlinkat(root, id, AT_REMOVEDIR) || errno == ENOENT)
			return 0;
		if (errno != ENOTEMPTY)
			return -1;
	}
	return -1;
}
