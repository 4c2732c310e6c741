/* SPDX-License-Identifier: MIT */
/* The walk opens one component after the other, without ever letting the kernel
 * follow a symlink or "..": what openat2(2) does inside the kernel, and more. */
#include <limits.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "walk.h"

enum {
	LINKS_MAX = 40,         /* the kernel's own limit for one path */
	DEPTH_MAX = 256,
	PROC_ROOT_INODE = 1,
};

struct walk {
	int dirs[DEPTH_MAX];    /* from the root, which is the caller's, to the directory at hand */
	size_t depth;
	unsigned links;
	char rest[PATH_MAX];    /* what is still to be resolved */
};

static int
refuse(int err)
{
	errno = err;
	return -1;
}

static int
top(const struct walk *walk)
{
	return walk->dirs[walk->depth];
}

/* ".." goes where the walk came from, not where the kernel says: a directory that is
 * being renamed has another parent by now, perhaps outside the root. */
static void
leave(struct walk *walk)
{
	if (walk->depth > 0)
		close(walk->dirs[walk->depth--]);
}

static int
enter(struct walk *walk, int *dir)
{
	if (walk->depth + 1 == DEPTH_MAX)
		return refuse(ENAMETOOLONG);
	walk->dirs[++walk->depth] = steal_fd(dir);
	return 0;
}

/* The next component into name, "" at the end. *last: nothing, not even a slash, follows. */
static int
take_name(struct walk *walk, char name[NAME_MAX + 1], bool *last)
{
	const char *from = walk->rest + strspn(walk->rest, "/");
	size_t len = strcspn(from, "/");

	if (len > NAME_MAX)
		return refuse(ENAMETOOLONG);
	memcpy(name, from, len);
	name[len] = '\0';
	*last = from[len] == '\0';
	memmove(walk->rest, from + len, strlen(from + len) + 1);
	return 0;
}

/* /proc/PID/fd/N and its like lead anywhere, whatever their text says; openat2 answers ELOOP.
 * procfs has ordinary links (self, mounts, net) in its root directory only. */
static bool
is_magic(int dir, int link)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(link, &fs) || fstat(dir, &st))
		return true;
	return fs.f_type == PROC_SUPER_MAGIC && st.st_ino != PROC_ROOT_INODE;
}

/* Puts the text of the symlink in front of what is still to be resolved. */
static int
follow(struct walk *walk, int link)
{
	char text[PATH_MAX];
	ssize_t len;

	if (++walk->links > LINKS_MAX || is_magic(top(walk), link))
		return refuse(ELOOP);
	len = readlinkat(link, "", text, sizeof(text));
	if (len < 0)
		return -1;
	if (len == 0)
		return refuse(ENOENT);
	if ((size_t)len + strlen(walk->rest) >= sizeof(walk->rest))
		return refuse(ENAMETOOLONG);
	memmove(walk->rest + len, walk->rest, strlen(walk->rest) + 1);
	memcpy(walk->rest, text, (size_t)len);
	if (text[0] == '/')
		while (walk->depth > 0)
			leave(walk);
	return 0;
}

/* Makes name and opens what is there now. Someone else may have made it first, or put
 * another thing in its place: the caller looks at what it got, as if it had been there. */
static int
make_one(int dir, const char *name, bool file, mode_t mode)
{
	mode_t mask = umask(0);
	int err, made;

	if (file) {
		made = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		err = errno;
		if (made >= 0)
			close(made);
	} else {
		made = mkdirat(dir, name, mode);
		err = errno;
	}
	umask(mask);
	if (made < 0 && err != EEXIST)
		return refuse(err);
	return openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* The object at hand, found as O_PATH, with the caller's flags. O_NOFOLLOW: it may have become a symlink. */
static int
finish(int dir, const char *name, int *found, const struct stat *st, int flags)
{
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return refuse(EEXIST);
	if ((flags & O_DIRECTORY) && !S_ISDIR(st->st_mode))
		return refuse(ENOTDIR);
	if (flags & O_PATH)
		return steal_fd(found);
	return openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, 0);
}

static int
walk_all(struct walk *walk, int flags, mode_t mode, enum make make)
{
	bool stay = (flags & O_NOFOLLOW) || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);

	for (;;) {
		char name[NAME_MAX + 1];
		autofd int fd = -1;
		struct stat st;
		bool last;

		if (take_name(walk, name, &last))
			return -1;
		if (!*name)
			return openat(top(walk), ".", flags | O_CLOEXEC, mode);
		if (!strcmp(name, "."))
			continue;
		if (!strcmp(name, "..")) {
			leave(walk);
			continue;
		}
		fd = openat(top(walk), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT && make != MAKE_NOTHING)
			fd = make_one(top(walk), name, last && make == MAKE_FILE, mode);
		if (fd < 0 && errno == ENOENT && last && (flags & O_CREAT))
			return openat(top(walk), name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
		if (fd < 0 || fstat(fd, &st))
			return -1;
		if (S_ISLNK(st.st_mode) && !(last && stay)) {
			if (follow(walk, fd))
				return -1;
		} else if (last) {
			return finish(top(walk), name, &fd, &st, flags);
		} else if (!S_ISDIR(st.st_mode)) {
			return refuse(ENOTDIR);
		} else if (enter(walk, &fd)) {
			return -1;
		}
	}
}

int
walk_path(int root, const char *path, int flags, mode_t mode, enum make make)
{
	struct walk walk = { .dirs = { root } };
	int err, fd;

	if (!*path)
		return refuse(ENOENT);
	if (strlen(path) >= sizeof(walk.rest))
		return refuse(ENAMETOOLONG);
	memcpy(walk.rest, path, strlen(path) + 1);
	fd = walk_all(&walk, flags, mode, make);
	err = errno;
	while (walk.depth > 0)
		leave(&walk);
	errno = err;
	return fd;
}
