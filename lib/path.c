/* SPDX-License-Identifier: MIT */
/* Paths inside a root directory. openat2(2) resolves them in the kernel since
 * 5.6; before that, or where a seccomp filter older than the call answers for
 * it, and to make what is missing, the walk of lib/walk.c does. */
#include <linux/openat2.h>
#include <sys/stat.h>

#include "compat.h"
#include "config.h"
#include "gate.h"
#include "path.h"
#include "walk.h"

enum { RETRIES = 32 };          /* of openat2: EAGAIN as long as someone renames directories */

static int
refuse(int err)
{
	errno = err;
	return -1;
}

char *
root_path(const char *path)
{
	char *real = realpath(path, NULL);

	if (!real && errno == EACCES && *path == '/')
		real = xstrdup(path);
	if (!real)
		die(path, "open");
	return real;
}

int
root_open(const char *path)
{
	/* the configuration's is without symlinks already */
	autofree char *real = chain.config && path == chain.config->rootfs ? NULL : realpath(path, NULL);
	/* a lookup that starts at "/" does not see what is mounted over it; ".." of it does */
	int fd = host_open(!strcmp(real ? real : path, "/") ? "/.." : path, O_DIRECTORY);

	if (fd < 0)
		die(path, "open");
	return fd;
}

int
path_open(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_LARGEFILE)),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = -1;

	for (int i = 0; i < RETRIES; i++) {
		fd = (int)syscall(OCI_SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	/* EPERM: a seccomp filter that does not know the call; a real one comes back from the walk */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
		return walk_path(root, path, flags, mode, MAKE_NOTHING);
	return fd;
}

int
path_mkdirs(int root, const char *path, mode_t mode)
{
	int fd = path_open(root, path, O_PATH | O_DIRECTORY, 0);

	if (fd < 0 && errno == ENOENT)
		return walk_path(root, path, O_PATH | O_DIRECTORY, mode, MAKE_DIRECTORIES);
	return fd;
}

int
path_parent(int root, const char *path, char **name)
{
	autofree char *parent = NULL;
	size_t end = strlen(path), start;
	int fd;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		;
	*name = xstrndup(path + start, (size_t)(end - start));
	parent = xasprintf("/%.*s", (int)start, path);
	if (!**name || !strcmp(*name, ".") || !strcmp(*name, ".."))
		fd = refuse(EINVAL);
	else
		fd = path_mkdirs(root, parent, 0755);
	if (fd < 0) {
		free(*name);
		*name = NULL;
	}
	return fd;
}

int
path_mountpoint(int root, const char *path, bool directory)
{
	autofd int fd = path_open(root, path, O_PATH, 0);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		fd = walk_path(root, path, O_PATH, 0755, directory ? MAKE_DIRECTORIES : MAKE_FILE);
	if (fd < 0 || fstat(fd, &st))
		return -1;
	/* as mount(2) has it, whichever of the two is the directory: clients tell their users what that means */
	if (directory != S_ISDIR(st.st_mode))
		return refuse(ENOTDIR);
	return steal_fd(&fd);
}

char *
path_clean(const char *path)
{
	char *copy = xstrdup(path), *rest = copy, *part;
	char *clean = xcalloc(strlen(path) + 2, 1), *end = clean;

	while ((part = strsep(&rest, "/"))) {
		if (!*part || !strcmp(part, "."))
			continue;
		if (!strcmp(part, "..")) {
			while (end > clean && *--end != '/')
				;
			*end = '\0';
			continue;
		}
		*end++ = '/';
		end = stpcpy(end, part);
	}
	if (end == clean)
		clean[0] = '/';
	free(copy);
	return clean;
}

const char *
fd_path(int fd, char text[32])
{
	(void)snprintf(text, 32, "/proc/self/fd/%d", fd);
	return text;
}
