/* SPDX-License-Identifier: MIT */
/* Paths inside a root directory, resolved as a process whose root it is would resolve them:
 * absolute symlinks and ".." stay inside, magic links are refused (design rule 1).
 * Everything after works on the descriptor. */
#ifndef PATH_H
#define PATH_H

#include <sys/types.h>

#include "ocibox.h"

/* path (the host's) without symlinks; as it is, where that cannot be found out in a user namespace. Dies; the caller frees it. */
char *root_path(const char *path);
/* The directory at path (the host's), as O_PATH: of several mounts there the uppermost, for "/" too. Dies. */
int root_open(const char *path);
/* path inside root as O_PATH, or with the given open flags; -1 and errno when it cannot be opened
 * (ENOENT: not there; ENOTDIR, ELOOP). O_NOFOLLOW: a symlink at the end is not followed. mode: with O_CREAT. */
int path_open(int root, const char *path, int flags, mode_t mode);
/* The directory at path inside root as O_PATH, made with its parents where missing (mode, whatever the
 * umask), those at the end of dangling symlinks too; -1 and errno. */
int path_mkdirs(int root, const char *path, mode_t mode);
/* The parent directory of path inside root as O_PATH, made where missing (0755), and in *name the last
 * component (the caller's to free). For mknodat, symlinkat, unlinkat: *name has no slash and is not "..".
 * -1 and errno, *name NULL; EINVAL: path has no last component, as "/" and "a/..". */
int path_parent(int root, const char *path, char **name);
/* A mount point for path: the directory (directory true) or an empty file, made where missing (0755, 0644),
 * dangling symlinks resolved inside root. O_PATH; -1 and errno; ENOTDIR: the other kind is there. */
int path_mountpoint(int root, const char *path, bool directory);
/* path from the root, without ".", ".." and double slashes; symlinks are not looked at: for
 * comparing, not for opening. The caller frees it. */
char *path_clean(const char *path);
/* "/proc/self/fd/N" into text (at least 32 bytes), which it returns: the name of a descriptor for calls that know none. */
const char *fd_path(int fd, char text[32]);
#endif
