/* SPDX-License-Identifier: MIT */
/* What a container has used, as runc's "events --stats" prints it. */
#ifndef STATS_H
#define STATS_H

#include "cgroup.h"

/* Prints the object "data" of runc 1.3's types.Stats: its keys and units, bytes and nanoseconds, and like it leaves out
 * what is zero where Go's omitempty does. Each controller is read where it is mounted, v1 before v2; what the kernel does
 * not tell is zero. Dies when a file cannot be read, but not when its cgroup is gone. */
void stats_put(FILE *file, const struct cgroup *groups, size_t count);

/* For lib/stats*.c alone: JSON written piece by piece. */
struct stats_out {
	FILE *file;
	bool more;              /* the next member needs a comma before it */
};

/* One controller's cgroup; dir -1: there is none. */
struct stats_from {
	int dir;
	bool v2;
};

/* key may be NULL: an array's element, or the whole. bracket: '{' or '[', and '}' or ']'. */
void stats_open(struct stats_out *out, const char *key, char bracket);
void stats_close(struct stats_out *out, char bracket);
void stats_number(struct stats_out *out, const char *key, uint64_t value);
/* The same, but nothing for 0. */
void stats_nonzero(struct stats_out *out, const char *key, uint64_t value);
/* A value of any kind that is JSON already. */
void stats_raw(struct stats_out *out, const char *key, const char *value);

/* All of the file; the caller frees it. NULL: there is none, or its cgroup is gone. Dies on other errors. */
char *stats_text(int dir, const char *file);
/* A file of one number into *value; "max" is the largest. false: there is none, and *value is 0. */
bool stats_value(int dir, const char *file, uint64_t *value);
/* The next line of text, which is moved behind it: its first word at *key, the number behind that; false: no more. */
bool stats_pair(char **text, const char **key, uint64_t *value);
/* v2's pressure file as "psi"; nothing when there is none. */
void stats_psi(struct stats_out *out, const struct stats_from *from, const char *file);

/* lib/stats_io.c: the members blkio and hugetlb. */
void stats_blkio(struct stats_out *out, const struct stats_from *from);
void stats_hugetlb(struct stats_out *out, const struct stats_from *from);
#endif
