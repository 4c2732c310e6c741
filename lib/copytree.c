/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "copytree.h"
#include "path.h"

enum {
	DEPTH = 200,            /* directories; two descriptors are open for each */
	XATTR_LIST = 65536,     /* the kernel has no longer list, and no longer value */
};

struct copy {
	int from, to;           /* the two roots */
	int links;              /* a directory in to: a name for each file that has several, until all is copied */
	char *links_name;
	const char *what;
};

static void copy_contents(struct copy *copy, int from, int to, unsigned depth);

/* A regular file's data: what is a hole stays one. */
static void
copy_data(int from, int to, const struct stat *st, const char *name)
{
	char path[32];
	autofd int in = open(fd_path(from, path), O_RDONLY | O_CLOEXEC | O_LARGEFILE);
	off_t at = 0;

	if (in < 0 || ftruncate(to, st->st_size))
		die(name, "copy");
	while ((at = lseek(in, at, SEEK_DATA)) >= 0 && at < st->st_size) {
		off_t end = lseek(in, at, SEEK_HOLE);

		if (end > st->st_size)
			end = st->st_size;
		if (end < at || lseek(to, at, SEEK_SET) < 0)
			die(name, "copy");
		while (at < end) {
			/* what is larger than size_t would be cut */
			ssize_t n = sendfile(to, in, &at, end - at > INT32_MAX ? INT32_MAX : (size_t)(end - at));

			if (n < 0)
				die(name, "copy");
			if (n == 0)     /* it was cut meanwhile */
				return;
		}
	}
	/* ENXIO: no data behind the last hole */
	if (at < 0 && errno != ENXIO)
		die(name, "copy");
}

/* A tmpfs has not all kinds (ENOTSUP), and a user namespace may not set all (EPERM): those are what cannot be had. */
static void
copy_xattrs(const char *from, const char *to, const char *name)
{
	autofree char *list = xcalloc(2, XATTR_LIST);
	char *value = list + XATTR_LIST;
	ssize_t len = listxattr(from, list, XATTR_LIST);

	if (len < 0 && errno != ENOTSUP)
		die(name, "list the extended attributes of");
	for (const char *key = list; key < list + len; key += strlen(key) + 1) {
		ssize_t size = getxattr(from, key, value, XATTR_LIST);

		if (size < 0 && (errno == ENODATA || errno == ENOTSUP || errno == EPERM))
			continue;
		if (size < 0 || (setxattr(to, key, value, (size_t)size, 0) && errno != ENOTSUP && errno != EPERM))
			die(name, "copy %s of", key);
	}
}

/* Owner first: a change of it takes set-id bits and file capabilities away. Times last: all else changes them. */
static void
copy_attributes(int from, const struct stat *st, int to, const char *name)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	char in[32], out[32];

	if (fchownat(to, "", st->st_uid, st->st_gid, AT_EMPTY_PATH))
		die(name, "change the owner of the copied");
	/* a magic link ends at the object itself, a symlink too */
	if (!S_ISLNK(st->st_mode) && chmod(fd_path(to, out), st->st_mode & 07777))
		die(name, "change the mode of the copied");
	copy_xattrs(fd_path(from, in), fd_path(to, out), name);
	if (utimensat(AT_FDCWD, fd_path(to, out), times, 0))
		die(name, "set the times of the copied");
}

/* Makes the directory for the names of files with several links, under a name that the original has not. */
static void
make_links(struct copy *copy)
{
	struct stat st;

	for (unsigned n = 0; copy->links < 0; n++) {
		free(copy->links_name);
		copy->links_name = xasprintf(".links%u", n);
		if (!fstatat(copy->from, copy->links_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (mkdirat(copy->to, copy->links_name, 0700))
			die(copy->what, "make a directory in the copy of");
		copy->links = openat(copy->to, copy->links_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (copy->links < 0)
			die(copy->what, "open a directory in the copy of");
	}
}

static void
remove_links(struct copy *copy)
{
	DIR *dir;
	struct dirent *entry;

	if (copy->links < 0)
		return;
	dir = fdopendir(copy->links);
	if (!dir)
		die(copy->what, "read a directory in the copy of");
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.' && unlinkat(copy->links, entry->d_name, 0))
			die(copy->what, "remove a link in the copy of");
	closedir(dir);
	if (unlinkat(copy->to, copy->links_name, AT_REMOVEDIR))
		die(copy->what, "remove a directory in the copy of");
	free(copy->links_name);
}

/* What is no directory, made as name in the directory to; returns its descriptor, or -1: it is left out. */
static int
copy_file(int from, const struct stat *st, int to, const char *name)
{
	char target[4096] = "";         /* the kernel's limit, NUL and all */
	autofd int out = -1;

	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_LARGEFILE, 0600);
		if (out < 0)
			die(name, "copy");
		copy_data(from, out, st, name);
		return steal_fd(&out);
	case S_IFLNK:
		if (readlinkat(from, "", target, sizeof(target) - 1) < 0 || symlinkat(target, to, name))
			die(name, "copy the symlink");
		break;
	default:
		if (!mknodat(to, name, (st->st_mode & S_IFMT) | 0600, st->st_rdev))
			break;
		if (errno != EPERM)
			die(name, "copy the device");
		warn(name, "a device that cannot be made here is not copied");
		return -1;
	}
	out = openat(to, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0)
		die(name, "open the copied");
	return steal_fd(&out);
}

static void
copy_entry(struct copy *copy, int from, int to, const char *name, unsigned depth)
{
	autofd int in = openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), out = -1;
	autofree char *link = NULL;
	struct stat st;

	if (in < 0 || fstat(in, &st))
		die(name, "open");
	if (S_ISDIR(st.st_mode)) {
		if (mkdirat(to, name, 0700) || (out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
			die(name, "make the copy of the directory");
		copy_contents(copy, in, out, depth + 1);
		copy_attributes(in, &st, out, name);
		return;
	}
	if (st.st_nlink > 1) {
		make_links(copy);
		link = xasprintf("%llx:%llx", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
		if (!linkat(copy->links, link, to, name, 0))
			return;
		if (errno != ENOENT)
			die(name, "link");
	}
	out = copy_file(in, &st, to, name);
	if (out < 0)
		return;
	copy_attributes(in, &st, out, name);
	if (link && linkat(to, name, copy->links, link, 0))
		die(name, "link");
}

static void
copy_contents(struct copy *copy, int from, int to, unsigned depth)
{
	/* "." of a descriptor is the directory itself, also when something is mounted on it now */
	int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (depth > DEPTH)
		fail(ST_UNSUPPORTED, copy->what, "its directories are more than %d deep", DEPTH);
	if (!dir)
		die(copy->what, "read a directory in");
	while (errno = 0, (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			copy_entry(copy, fd, to, entry->d_name, depth);
	if (errno)
		die(copy->what, "read a directory in");
	closedir(dir);
}

void
copy_tree(int from, int to, const char *what)
{
	struct copy copy = { from, to, -1, NULL, what };

	struct timespec times[2];
	struct stat st;
	char path[32];

	if (fstat(from, &st))
		die(what, "stat");
	copy_contents(&copy, from, to, 1);
	remove_links(&copy);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	if (utimensat(AT_FDCWD, fd_path(to, path), times, 0))
		die(what, "set the times of");
}
