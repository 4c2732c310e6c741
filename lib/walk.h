/* SPDX-License-Identifier: MIT */
/* Resolving a path inside a root directory without openat2(2), making what is missing. For lib/path.c alone. */
#ifndef WALK_H
#define WALK_H

#include "ocibox.h"

enum make { MAKE_NOTHING, MAKE_DIRECTORIES, MAKE_FILE };

/* As path_open; make: directories on the way that are missing are made (with mode), and
 * at the end a directory or a file. -1 and errno. */
int walk_path(int root, const char *path, int flags, mode_t mode, enum make make);
#endif
