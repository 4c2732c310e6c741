/* SPDX-License-Identifier: MIT */
/* The writes of limits: all of them, or none. */
#include "limit.h"

enum { FILE_MAX = 4096 };

/* The line of text whose first word is that of key; NULL. */
static const char *
find_line(const char *text, const char *key)
{
	size_t len = strcspn(key, " ");

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (!strncmp(text, key, len) && text[len] == ' ')
			return text;
	return NULL;
}

/* What takes a write back, of a file that says text now. */
static char *
undo_of(const struct limit_write *write, const char *text)
{
	static const char *const titles[] = { "default ", "oom_kill_disable " };

	if (write->none) {
		const char *line = find_line(text, write->text);

		if (line)
			return xstrndup(line, strcspn(line, "\n"));
		return xasprintf("%.*s %s", (int)strcspn(write->text, " "), write->text, write->none);
	}
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (!strncmp(text, titles[i], strlen(titles[i])))
			text += strlen(titles[i]);
	/* a newline alone: an empty list of processors, and a write of nothing would be none */
	return *text && *text != '\n' ? xstrndup(text, strcspn(text, "\n")) : xstrdup("\n");
}

static void
write_one(struct limit_plan *plan, struct limit_write *write)
{
	int dir = limit_dir(plan, write->group);

	write->err = cgroup_write(dir, write->file, write->text) ? 0 : errno;
	if (write->err == ENOENT && write->optional) {
		write->err = 0;
		free(write->old);
		write->old = NULL;
	}
}

/* Writes all; false: one is refused, and *at is it. The kernel checks each value against what the others are now, memory
 * against memory and swap, quota against burst: what is invalid now is tried again behind the others. */
static bool
write_all_of(struct limit_plan *plan, size_t *at)
{
	bool progress = true;

	for (size_t i = 0; i < plan->count; i++)
		plan->list[i].err = -1;
	while (progress) {
		progress = false;
		*at = plan->count;
		for (size_t i = 0; i < plan->count; i++) {
			struct limit_write *write = &plan->list[i];
			int before = write->err;

			if (before == 0)
				continue;
			write_one(plan, write);
			progress = progress || write->err == 0;
			if (write->err && *at == plan->count)
				*at = i;
			if (write->err && write->err != EINVAL)
				return false;
		}
		if (*at == plan->count)
			return true;
	}
	return false;
}

static void
remember(struct limit_plan *plan)
{
	char text[FILE_MAX];

	for (size_t i = 0; i < plan->count; i++) {
		struct limit_write *write = &plan->list[i];

		if (cgroup_read(limit_dir(plan, write->group), write->file, text, sizeof(text)) >= 0)
			write->old = undo_of(write, text);
	}
}

/* The last one first. */
static void
take_back(struct limit_plan *plan)
{
	struct limit_plan back = *plan;
	size_t at;

	back.list = xcalloc(plan->count, sizeof(*back.list));
	back.count = 0;
	for (size_t i = plan->count; i-- > 0;)
		if (plan->list[i].err == 0 && plan->list[i].old) {
			back.list[back.count] = plan->list[i];
			back.list[back.count++].text = plan->list[i].old;
		}
	if (!write_all_of(&back, &at))
		warn(back.list[at].file, "the value of before could not be written back: %s", strerror(back.list[at].err));
	free(back.list);
}

static _Noreturn void
refused(const struct limit_plan *plan, const struct limit_write *write)
{
	const struct cgroup *group = &plan->groups[write->group];
	int err = write->err, status = err == EPERM || err == EACCES ? ST_PERMISSION : ST_KERNEL;
	const char *why = strerror(err);

	if (err == EINVAL && !strcmp(write->file, "cpu.rt_runtime_us"))
		why = "the cgroup above has less to give";
	/* lowering a limit below what cannot be reclaimed */
	if (err == EBUSY && strstr(write->file, "limit_in_bytes"))
		why = "more than that is in use now";
	limit_fail(plan->limits, write->limit, status, "write %s to %s%s/%s: %s", write->text, group->at.mount, group->path,
		   write->file, why);
}

static void
write_plan(struct limit_plan *plan)
{
	size_t at;

	if (!plan->fresh)
		remember(plan);
	if (write_all_of(plan, &at))
		return;
	if (!plan->fresh) {
		int err = plan->list[at].err;

		take_back(plan);
		plan->list[at].err = err;
	}
	refused(plan, &plan->list[at]);
}

static void
apply_devices(struct limit_plan *plan, const struct cgroup *group)
{
	int err;

	if (devices_apply(&plan->limits->devices, group, plan->fresh))
		return;
	err = errno;
	/* device rules are what the kernel lets an ordinary user set nowhere */
	if ((err == EPERM || err == EACCES) && cgroup_unprivileged()) {
		debug(group->path, "no device rules set: %s", strerror(err));
		return;
	}
	if (!plan->fresh)
		take_back(plan);
	errno = err;
	die(group->path, "set device rules of");
}

void
limits_apply(const struct limits *limits, const struct cgroup *groups, size_t count, bool fresh)
{
	autofree int *dirs = xcalloc(count, sizeof(*dirs));
	struct limit_plan plan = { .limits = limits, .groups = groups, .group_count = count, .dirs = dirs, .fresh = fresh };
	size_t devices = limits->devices.count ? devices_group(&limits->devices, groups, count) : count;

	for (size_t i = 0; i < count; i++)
		dirs[i] = -1;
	limits_plan(&plan);
	/* what v1 cannot say is told before anything is written */
	if (devices < count && !groups[devices].at.v2)
		free(devices_table(&limits->devices).except);
	write_plan(&plan);
	if (devices < count)
		apply_devices(&plan, &groups[devices]);
	for (size_t i = 0; i < count; i++)
		close_fd(&dirs[i]);
	for (size_t i = 0; i < plan.count; i++) {
		free(plan.list[i].file);
		free(plan.list[i].text);
		free(plan.list[i].old);
	}
	free(plan.list);
}
