/* SPDX-License-Identifier: MIT */
/* From limits to writes: which hierarchy has the controller, and what its file takes. */
#include "limit.h"

int
limit_dir(struct limit_plan *plan, size_t group)
{
	if (plan->dirs[group] < 0) {
		plan->dirs[group] = cgroup_open(&plan->groups[group]);
		if (plan->dirs[group] < 0) {
			autofree char *name = xasprintf("%s%s", plan->groups[group].at.mount, plan->groups[group].path);

			die(name, "open cgroup");
		}
	}
	return plan->dirs[group];
}

struct limit_write *
limit_put(struct limit_plan *plan, const struct limit *limit, size_t group, const char *file, char *text)
{
	plan->list = realloc(plan->list, (plan->count + 1) * sizeof(*plan->list));
	if (!plan->list)
		die(NULL, "allocate memory");
	plan->list[plan->count] = (struct limit_write){ .limit = limit, .group = group, .file = xstrdup(file), .text = text };
	return &plan->list[plan->count++];
}

unsigned long long
limit_value(const struct limits *limits, const struct limit *limit, unsigned long long least, unsigned long long most)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(limit->value, &end, 10);
	if (errno || *end || *limit->value == '-' || value < least || value > most)
		limit_fail(limits, limit, ST_CONFIG, "must be from %llu to %llu", least, most);
	return value;
}

bool
limit_has_file(struct limit_plan *plan, size_t group, const char *file)
{
	return faccessat(limit_dir(plan, group), file, F_OK, 0) == 0;
}

long long
limit_read(struct limit_plan *plan, size_t group, const char *file)
{
	char text[64];

	return cgroup_read(limit_dir(plan, group), file, text, sizeof(text)) > 0 && *text != 'm' ? strtoll(text, NULL, 10) : -1;
}

/* Whether it says nothing: 0 for none, or no limit where there is no controller either. */
static bool
says_nothing(const struct limit_row *row, const struct limit *limit, bool controller)
{
	return (row->flags & LIMIT_ZERO && !strcmp(limit->value, "0")) ||
	       (!controller && row->flags & LIMIT_MAX && !strcmp(limit->value, "-1")) ||
	       (!controller && row->flags & LIMIT_OPTIONAL && !strcmp(limit->value, "0")) ||
	       (!controller && !strcmp(row->name, "memory.disableOOMKiller") && !strcmp(limit->value, "0"));
}

/* The v1 hierarchy of the row's controller, or else v2; plan->group_count: neither. */
static size_t
group_of(const struct limit_plan *plan, const struct limit_row *row)
{
	size_t v2 = plan->group_count;

	for (size_t i = 0; i < plan->group_count; i++)
		if (plan->groups[i].at.v2)
			v2 = i;
		else if (row->v1 && cgroup_has(&plan->groups[i].at, row->v1))
			return i;
	return v2;
}

/* The controller that a v2 cgroup needs for it: the row's, or that of unified's file; "" for none, as cgroup.max.depth. */
static char *
controller_v2(const struct limit_row *row, const struct limit *limit)
{
	if (row->v1)
		return xstrdup(row->v2);
	if (!strncmp(limit->value, "cgroup.", 7))
		return xstrdup("");
	return xstrndup(limit->value, strcspn(limit->value, ". "));
}

static _Noreturn void
no_controller(const struct limit_plan *plan, const struct limit_row *row, const struct limit *limit)
{
	const char *name = row->v1 ? row->v1 : "";

	if (cgroup_unprivileged())
		limit_fail(plan->limits, limit, ST_PERMISSION, "this user may make no cgroup with the controller %s", name);
	if (!row->v1)
		limit_fail(plan->limits, limit, ST_UNSUPPORTED, "needs cgroup v2, which is not mounted");
	if (!row->v2)
		limit_fail(plan->limits, limit, ST_UNSUPPORTED, "needs the controller %s of cgroup v1, which is not mounted", name);
	limit_fail(plan->limits, limit, ST_UNSUPPORTED, "needs the cgroup controller %s, which is not mounted", name);
}

static void
need_v2(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit, size_t group)
{
	autofree char *controller = controller_v2(row, limit), *why = NULL;

	if (!*controller || cgroup_has_v2(limit_dir(plan, group), controller))
		return;
	why = cgroup_enable(&plan->groups[group], controller);
	if (cgroup_has_v2(limit_dir(plan, group), controller))
		return;
	limit_fail(plan->limits, limit, cgroup_unprivileged() ? ST_PERMISSION : ST_UNSUPPORTED, "%s",
		   why ? why : "the cgroup controller it needs is missing");
}

static void
plan_one(struct limit_plan *plan, const struct limit_row *row, const struct limit *limit)
{
	size_t group = group_of(plan, row);
	bool v2;

	if (says_nothing(row, limit, true))
		return;
	if (group == plan->group_count) {
		if (!says_nothing(row, limit, false))
			no_controller(plan, row, limit);
		return;
	}
	v2 = plan->groups[group].at.v2;
	if (v2 && !row->v2 && says_nothing(row, limit, false))
		return;
	if (v2 && !row->v2)
		limit_fail(plan->limits, limit, ST_UNSUPPORTED, "needs the controller %s of cgroup v1, which is not mounted", row->v1);
	if (v2)
		need_v2(plan, row, limit, group);
	if (v2 ? row->plan_v2 != NULL : row->plan_v1 != NULL) {
		(v2 ? row->plan_v2 : row->plan_v1)(plan, row, limit, group);
		return;
	}
	limit_put(plan, limit, group, v2 ? row->v2_file : row->v1_file,
		  /* the v1 files of memory and cpu take -1, no other does */
		  row->flags & LIMIT_MAX && !strcmp(limit->value, "-1") && (v2 || !strcmp(row->v1, "pids")) ?
		  xstrdup("max") : xstrdup(limit->value))->optional = row->flags & LIMIT_OPTIONAL && !strcmp(limit->value, "0");
}

void
limits_plan(struct limit_plan *plan)
{
	for (size_t r = 0; r < limit_row_count; r++) {
		const struct limit_row *row = &limit_rows[r];
		const struct limit *last = NULL;

		for (size_t i = 0; i < plan->limits->count; i++) {
			const struct limit *limit = &plan->limits->list[i];

			if (strcmp(limit->name, row->name))
				continue;
			if (row->flags & LIMIT_LIST)
				plan_one(plan, row, limit);
			else
				last = limit;
		}
		if (last)
			plan_one(plan, row, last);
	}
}
