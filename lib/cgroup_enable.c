/* SPDX-License-Identifier: MIT */
/* Controllers of cgroup v2: a cgroup has those that every cgroup above it hands down. */
#include "cgroup.h"

enum { FILE_MAX = 512 };

/* Whether word, of length len, is one of the words of list. */
static bool
in_words(const char *list, const char *word, size_t len)
{
	for (; *list; list += strspn(list, " \n")) {
		size_t n = strcspn(list, " \n");

		if (n == len && !memcmp(list, word, n))
			return true;
		list += n;
	}
	return false;
}

bool
cgroup_has_v2(int dir, const char *controller)
{
	char text[FILE_MAX];

	return cgroup_read(dir, "cgroup.controllers", text, sizeof(text)) > 0 && in_words(text, controller, strlen(controller));
}

static char *
reason(int dir, const char *name, const char *word, size_t len, int err)
{
	char type[64];

	if (err == EBUSY)
		return xasprintf("%s has processes of its own, and so can hand no controller (%.*s) to the cgroups below it", name,
				 (int)len, word);
	if (err == EOPNOTSUPP && cgroup_read(dir, "cgroup.type", type, sizeof(type)) > 0)
		return xasprintf("%s cannot hand the controller %.*s down: its cgroup.type is %.*s", name, (int)len, word,
				 (int)strcspn(type, "\n"), type);
	return xasprintf("%s cannot hand the controller %.*s down: %s", name, (int)len, word, strerror(err));
}

/* Only the root of all may have both, processes and cgroups with controllers; it has no cgroup.type. The kernel would let
 * cpu and pids be handed down, which threads can have, and then no process could be moved to a cgroup below. */
static bool
has_processes(int dir)
{
	char text[16];

	return faccessat(dir, "cgroup.type", F_OK, 0) == 0 && cgroup_read(dir, "cgroup.procs", text, sizeof(text)) > 0;
}

/* Has the cgroup dir hand those of wanted down; NULL, or why one is not. *none: it has none of them. */
static char *
hand_down(int dir, const char *name, const char *wanted, bool *none)
{
	char have[FILE_MAX], on[FILE_MAX], text[FILE_MAX];
	char *why = NULL;
	size_t used = 0;

	*none = true;
	if (cgroup_read(dir, "cgroup.controllers", have, sizeof(have)) < 0 ||
	    cgroup_read(dir, "cgroup.subtree_control", on, sizeof(on)) < 0)
		return xasprintf("%s cannot be read: %s", name, strerror(errno));
	for (const char *word = wanted; *word; word += strspn(word, " ")) {
		size_t len = strcspn(word, " ");

		if (!in_words(have, word, len)) {
			free(why);
			why = xasprintf("the requested cgroup controller `%.*s` is not available in %s", (int)len, word, name);
		} else {
			*none = false;
			if (!in_words(on, word, len) && used + len + 3 < sizeof(text))
				used += (size_t)snprintf(text + used, sizeof(text) - used, "+%.*s ", (int)len, word);
		}
		word += len;
	}
	if (used > 0 && has_processes(dir)) {
		free(why);
		return reason(dir, name, text + 1, strlen(text) - 2, EBUSY);
	}
	if (used == 0 || cgroup_write(dir, "cgroup.subtree_control", text))
		return why;
	/* it is all of them or none: one by one, then */
	for (char *rest = text, *word; (word = strsep(&rest, " "));) {
		if (!*word || cgroup_write(dir, "cgroup.subtree_control", word))
			continue;
		free(why);
		why = reason(dir, name, word + 1, strlen(word + 1), errno);
	}
	return why;
}

char *
cgroup_enable(const struct cgroup *group, const char *wanted)
{
	struct cgroup above = { .at = group->at, .path = xstrdup("/") };
	char *first = NULL;
	bool none = false;

	for (const char *slash = group->path; slash && !none; slash = strchr(slash + 1, '/')) {
		autofree char *name = NULL, *why = NULL;
		autofd int dir = -1;

		if (slash != group->path) {
			free(above.path);
			above.path = xstrndup(group->path, (size_t)(slash - group->path));
		}
		name = xasprintf("%s%s", above.at.mount, above.path);
		dir = cgroup_open(&above);
		why = dir < 0 ? xasprintf("%s cannot be opened: %s", name, strerror(errno)) : hand_down(dir, name, wanted, &none);
		if (!first) {
			first = why;
			why = NULL;
		}
	}
	free(above.path);
	return first;
}
