/* SPDX-License-Identifier: MIT */
/* A program of the host that is run for what it prints. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "ocibox.h"

/* The directories in which programs of the host are looked for: the caller's PATH could name others. */
#define HOST_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* The environment for a script of ours: of this process's what ocibox(7) lists. The caller's PATH, IFS, ENV, LD_* and exported
 * functions would change what the script does. all: the others are there too, under names that no shell knows, for
 * caller_environment(). Has room for another variable; the caller frees it, not its strings. */
char **clean_environment(bool all);

/* What the environment was when the first script was called, or is, when this process is none of a script's; without what is
 * ocibox's own. */
const char **caller_environment(void);

/* Runs words, the first looked for in HOST_PATH, with the environment env and nothing on standard input, and waits for its
 * end. Returns what it has written to standard output and error, which the caller frees; *status is its exit status, 128
 * and the signal's number when one ended it. It dies with this process. Without such a program it is what a shell says
 * then, and its status: who undoes something goes on. */
char *capture(const char *const *words, const char *const *env, int *status);
#endif
