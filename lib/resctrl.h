/* SPDX-License-Identifier: MIT */
/* resctrl: groups of processes that share processor caches and memory bandwidth. Documentation/arch/x86/resctrl.rst. */
#ifndef RESCTRL_H
#define RESCTRL_H

#include "ocibox.h"

/* A directory of resctrl; -1 and errno. Dies when it is on another filesystem. */
int resctrl_open(const char *path);
/* Writes text to a file of a group; false and errno. */
bool resctrl_write(int dir, const char *name, const char *text);
/* Sets the schemata of the group at path, all lines or none; mount: the root of resctrl. Dies with the kernel's words. */
void resctrl_set(const char *mount, const char *path, const char *const *lines, size_t count);
/* The first line that is not in force in the group at path; NULL. */
const char *resctrl_differs(const char *path, const char *const *lines, size_t count);
#endif
