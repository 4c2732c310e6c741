/* SPDX-License-Identifier: MIT */
/* Copying a directory's contents by descriptor. */
#ifndef COPYTREE_H
#define COPYTREE_H

#include "ocibox.h"

/* Copies what the directory from holds into the empty directory to (descriptors, O_PATH will do), as cp -a does: owners,
 * modes, extended attributes, times, symlinks, hard links, devices, fifos, sockets, holes of files; mounts on the way are
 * entered. Of the directory itself only the times are copied. No symlink is followed and no path is resolved twice, whoever changes the tree meanwhile. Devices that a
 * user namespace may not make are left out with a warning. Needs /proc. Dies. what: from's name, for messages. */
void copy_tree(int from, int to, const char *what);
#endif
