/* SPDX-License-Identifier: MIT */
/* The limits of linux.resources, from a configuration or from options, and how a cgroup takes them.
 *
 * A limit is its name there, "memory.limit", and its value as text, with which cgroup v1's own files are written:
 * a number; "8:0 1048576" for a device's; "2MB 1073741824", "eth0 5", "mlx5_1 hca_handle=3"; and for unified
 * "memory.high 1048576". Some names of arrays stand for one element: they may come again. */
#ifndef LIMIT_H
#define LIMIT_H

#include "cgroup.h"
#include "config.h"
#include "devices.h"

struct limit {
	const char *name;
	const char *value;
	int node;               /* its place in the configuration; -1: it is an option */
};

struct limits {
	const struct config *config;    /* where the nodes are; NULL: there are none */
	struct limit *list;
	size_t count;
	struct device_rules devices;
	bool check;             /* memory.checkBeforeUpdate: refuse what is below the present usage */
};

/* What is written to one file of the cgroup. */
struct limit_write {
	const struct limit *limit;
	size_t group;           /* in the list of cgroups */
	char *file, *text;
	const char *none;       /* the file has a line for each device, with its name first: its words for no limit */
	bool optional;          /* says what the kernel does anyway when there is no such file */
	char *old;              /* what takes it back */
	int err;                /* why it is not written: errno; 0: it is */
};

struct limit_plan {
	const struct limits *limits;
	const struct cgroup *groups;
	size_t group_count;
	int *dirs;              /* of each group, once it was needed; -1 */
	bool fresh;             /* the cgroup is new: nothing in it has to be read or put back */
	struct limit_write *list;
	size_t count;
};

struct limit_row;
/* Adds the writes of a limit to the plan, in the hierarchy group. */
typedef void limit_planner(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group);

/* How one limit is applied. */
struct limit_row {
	const char *name;
	const char *v1, *v1_file;       /* controller and file; NULL: v1 has no such limit */
	const char *v2, *v2_file;
	unsigned flags;                 /* LIMIT_* */
	const char *none;               /* as in struct limit_write */
	limit_planner *plan_v1, *plan_v2;       /* NULL: the value goes into the file as it is */
};
enum {
	LIMIT_WORDS = 1,        /* the value is no number */
	LIMIT_ZERO = 2,         /* 0 is no limit given, as in runc: clients write it for that */
	LIMIT_MAX = 4,          /* -1 is no limit: "max", but on v1 for memory */
	LIMIT_OPTIONAL = 8,     /* 0 is what a kernel without the file does */
	LIMIT_LIST = 16,        /* in the configuration an array or a map */
};

/* lib/limit.c */

/* Adds the limits and device rules of the object at node resources, linux.resources. */
void limits_config(struct limits *limits, const struct config *config, int resources);
/* Adds those of config, or of the file (NULL: none) with linux.resources alone, which stands in for them; each may be NULL. */
void limits_wanted(struct limits *limits, const struct config *config, const char *file);
/* Adds NAME=VALUE, a number with or without K, M, G or T, or -1 or "max". Dies with ST_USAGE. */
void limits_option(struct limits *limits, const char *text);
/* The value of a limit that is there and says something; NULL. */
const char *limits_find(const struct limits *limits, const char *name);
/* Dies: what is wrong with a limit, at its place. */
_Noreturn void limit_fail(const struct limits *limits, const struct limit *limit, int status, const char *reason, ...)
	__attribute__((format(printf, 4, 5)));

/* lib/limit_table.c: all of them, in the order in which they are applied. */
extern const struct limit_row limit_rows[];
extern const size_t limit_row_count;
const struct limit_row *limit_row(const char *name);

/* lib/limit_plan.c: what is to be written; dies when a limit cannot be had here, and then nothing was written. */
void limits_plan(struct limit_plan *plan);
/* Adds a write. text is the plan's from now on. */
struct limit_write *limit_put(struct limit_plan *plan, const struct limit *limit, size_t group, const char *file, char *text);
/* The directory of a group, opened once. */
int limit_dir(struct limit_plan *plan, size_t group);

/* A number of a limit; dies unless it is in that range. */
unsigned long long limit_value(const struct limits *limits, const struct limit *limit, unsigned long long least, unsigned long long most);
/* Whether the group has that file; the number in it, -1: "max", or there is none. */
bool limit_has_file(struct limit_plan *plan, size_t group, const char *file);
long long limit_read(struct limit_plan *plan, size_t group, const char *file);

/* lib/limit_memory.c, lib/limits_cpu.c */
limit_planner limit_memory_v1, limit_memory_v2, limit_swap_v1, limit_swap_v2, limit_oom_v1, limit_hierarchy_v1, limit_false_v2,
	limit_true_v2;
limit_planner limit_shares_v1, limit_shares_v2, limit_quota_v2, limit_weight_v1, limit_weight_v2, limit_device_weight_v1,
	limit_device_weight_v2, limit_throttle_v1, limit_throttle_v2, limit_hugetlb_v1, limit_hugetlb_v2, limit_lines, limit_unified;

/* lib/limit_apply.c: applies all limits and device rules to the cgroup that groups are; fresh: it was made just now.
 * Dies when one of them is refused; then the values of before stand, in a cgroup that is not fresh. */
void limits_apply(const struct limits *limits, const struct cgroup *groups, size_t count, bool fresh);
#endif
