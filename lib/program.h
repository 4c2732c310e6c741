/* SPDX-License-Identifier: MIT */
/* What an execve(2) inside the container needs to know: where the program is, where its user's home is. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "ocibox.h"

/* Why a program cannot be run, in runc's words, which clients match. */
struct refusal {
	int status;             /* ST_NOT_FOUND, ST_NOT_RUNNABLE */
	char *reason;           /* the caller's to free */
};

/* The file that name means: itself when it has a slash, else the first in path (a PATH variable's value) that
 * the process's filesystem user may execute. The caller frees it; NULL and why in refusal. */
char *program_find(const char *name, const char *path, struct refusal *refusal);
/* Why execve(2) of file failed with err. */
void program_refused(const char *file, int err, struct refusal *refusal);
/* The home directory of uid in /etc/passwd, or "/"; the caller's to free. The file is the container's, so nothing in it is trusted. */
char *program_home(uid_t uid);
#endif
