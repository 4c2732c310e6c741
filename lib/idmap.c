/* SPDX-License-Identifier: MIT */
#include <linux/capability.h>
#include <sys/wait.h>

#include "caps.h"
#include "idmap.h"
#include "proc.h"

/* The kernel takes 340 lines, in one write of less than a page. */
enum { MOST = 340, LINE = 34, PAGE = 4096 };

void
idmap_add_range(struct idmap *map, uint32_t inside, uint32_t outside, uint32_t count)
{
	struct extent *list = xcalloc(map->count + 1, sizeof(*list));

	if (map->count)
		memcpy(list, map->list, map->count * sizeof(*list));
	list[map->count++] = (struct extent){ inside, outside, count };
	free(map->list);
	map->list = list;
}

void
idmap_from_config(struct idmap *map, const struct config *config, int node)
{
	const struct json *json = config->json;
	size_t n = 0;

	free(map->list);
	map->count = (size_t)json_count(json, node);
	map->list = xcalloc(map->count, sizeof(*map->list));
	for (int m = json_first(json, node); m >= 0; m = json_next(json, m))
		map->list[n++] = (struct extent){
			(uint32_t)config_uint(config, m, "containerID", 0),
			(uint32_t)config_uint(config, m, "hostID", 0),
			(uint32_t)config_uint(config, m, "size", 0),
		};
}

void
idmap_add(struct idmap *map, const char *text)
{
	uint32_t field[3];
	const char *at = text;

	for (size_t i = 0; i < 3; i++) {
		size_t len = strcspn(at, ":");
		autofree char *one = xstrndup(at, len);

		if (!len || at[len] != (i < 2 ? ':' : '\0'))
			fail(ST_USAGE, text, "must be INSIDE:OUTSIDE:COUNT");
		field[i] = (uint32_t)number(one, 0, UINT32_MAX - 1, "id, or count of ids");
		at += len + 1;
	}
	idmap_add_range(map, field[0], field[1], field[2]);
}

bool
idmap_knows(const struct idmap *map, uint32_t inside, uint32_t *outside)
{
	for (size_t i = 0; i < map->count; i++)
		if (inside - map->list[i].inside < map->list[i].count) {
			*outside = map->list[i].outside + (inside - map->list[i].inside);
			return true;
		}
	return false;
}

/* What an ordinary user may do without help: map the one id it has. */
static bool
is_own(const struct idmap *map, uint32_t own)
{
	return map->count == 1 && map->list[0].count == 1 && map->list[0].outside == own;
}

/* What the file takes. */
static char *
text_of(const struct idmap *map, const char *what)
{
	char *text = xcalloc(MOST, LINE), *end = text;

	if (map->count > MOST)
		fail(ST_CONFIG, what, "more than %d ranges", MOST);
	for (size_t i = 0; i < map->count; i++)
		end += sprintf(end, "%lu %lu %lu\n", (unsigned long)map->list[i].inside,
			       (unsigned long)map->list[i].outside, (unsigned long)map->list[i].count);
	if (end - text >= PAGE)
		fail(ST_CONFIG, what, "the map is longer than the %d bytes that the kernel takes", PAGE - 1);
	return text;
}

/* Not from PATH: who sets it has no say in who may have which ids. */
static char *
helper_find(const char *name)
{
	static const char *const dirs[] = { "/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/run/wrappers/bin" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		char *path = xasprintf("%s/%s", dirs[i], name);

		if (!access(path, X_OK))
			return path;
		free(path);
	}
	fail(ST_PERMISSION, name, "not found: without it, an ordinary user can map its own id only");
}

static void
helper_run(const char *name, pid_t pid, const struct idmap *map)
{
	static const char *const none[] = { NULL };
	autofree char *path = helper_find(name);
	autofree const char **words = xcalloc(map->count * 3 + 3, sizeof(*words));
	int status;
	pid_t child;

	words[0] = name;
	words[1] = xasprintf("%ld", (long)pid);
	for (size_t i = 0; i < map->count; i++) {
		words[2 + i * 3] = xasprintf("%lu", (unsigned long)map->list[i].inside);
		words[3 + i * 3] = xasprintf("%lu", (unsigned long)map->list[i].outside);
		words[4 + i * 3] = xasprintf("%lu", (unsigned long)map->list[i].count);
	}
	child = fork();
	if (child < 0)
		die(NULL, "fork");
	if (child == 0) {
		close_from(3, true);
		/* it says on standard error what is wrong */
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		execve(path, (char **)(uintptr_t)words, (char **)(uintptr_t)none);
		_exit(ST_NOT_RUNNABLE);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			die(path, "wait for");
	if (WIFSIGNALED(status))
		fail(ST_PERMISSION, path, "killed by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status))
		fail(ST_PERMISSION, path, "refused the map (exit status %d): it must be one of the ranges of /etc/sub%cid",
		     WEXITSTATUS(status), name[3]);
	for (size_t i = 0; i < map->count * 3 + 1; i++)
		free((char *)(uintptr_t)words[1 + i]);
}

static void
write_map(int proc, pid_t pid, const struct idmap *map, bool groups)
{
	const char *name = groups ? "gid_map" : "uid_map";
	autofree char *path = xasprintf("%ld/%s", (long)pid, name);
	autofree char *text = text_of(map, name);
	bool may = caps_effective() >> (groups ? CAP_SETGID : CAP_SETUID) & 1;
	bool own = is_own(map, groups ? getegid() : geteuid());

	if (!may && !own) {
		helper_run(groups ? "newgidmap" : "newuidmap", pid, map);
		return;
	}
	/* or a process could drop a group that a file's mode shuts out; the kernel wants it said before the map */
	if (groups && !may) {
		autofree char *setgroups = xasprintf("%ld/setgroups", (long)pid);

		proc_write_in(proc, setgroups, "deny");
	}
	proc_write_in(proc, path, text);
}

void
idmap_write(int proc, pid_t pid, const struct idmap *uids, const struct idmap *gids)
{
	write_map(proc, pid, uids, false);
	write_map(proc, pid, gids, true);
}
