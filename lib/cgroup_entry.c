/* SPDX-License-Identifier: MIT */
/* The file "cgroup" of a container's entry. */
#include "cgroup.h"

struct cgroup *
cgroup_of_entry(int entry, size_t *count)
{
	autofd int fd = openat(entry, "cgroup", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct cgroup *groups;
	char *text, *line;
	size_t n = 0;

	*count = 0;
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0)
		die("cgroup", "open the entry's file");
	text = read_all(fd, 1 << 20, NULL, "cgroup");   /* kept: the result points into it */
	for (const char *p = text; *p; p++)
		n += *p == '\n';
	groups = xcalloc(n, sizeof(*groups));
	/* what is behind the last newline is a line cut short: nothing of it was made yet */
	for (size_t i = 0; i < n; i++) {
		struct cgroup *group = &groups[i];
		char *made, *version;

		line = strsep(&text, "\n");
		made = strsep(&line, "\t");
		version = strsep(&line, "\t");
		group->at.controllers = strsep(&line, "\t");
		group->at.mount = strsep(&line, "\t");
		group->path = line;
		if (!line || *line != '/' || *group->at.mount != '/')
			fail(ST_STATE, "cgroup", "the entry's file is corrupt in line %zu", i + 1);
		group->made = !strcmp(made, "made");
		group->at.v2 = !strcmp(version, "v2");
	}
	*count = n;
	return groups;
}

void
cgroup_to_entry(int entry, const struct cgroup *groups, size_t count)
{
	autofd int fd = openat(entry, "cgroup", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	autofree char *text = NULL;
	size_t len = 0;
	FILE *out;

	if (fd < 0)
		die("cgroup", "write the entry's file");
	out = open_memstream(&text, &len);
	if (!out)
		die(NULL, "allocate memory");
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s\t%s\t%s\t%s\t%s\n", groups[i].made ? "made" : "found", groups[i].at.v2 ? "v2" : "v1",
			groups[i].at.controllers, groups[i].at.mount, groups[i].path);
	if (fclose(out))
		die(NULL, "allocate memory");
	write_all(fd, text, len, "cgroup");
}

bool
cgroup_frozen(int entry)
{
	size_t count;
	autofree struct cgroup *groups = cgroup_of_entry(entry, &count);
	char text[256];

	for (size_t i = 0; i < count; i++) {
		const struct cgroup *group = &groups[i];
		autofd int dir = -1;

		if (!group->at.v2 && !cgroup_has(&group->at, "freezer"))
			continue;
		dir = cgroup_open(group);
		if (dir < 0)
			continue;
		if (group->at.v2 ? cgroup_read(dir, "cgroup.events", text, sizeof(text)) > 0 && strstr(text, "frozen 1")
				 : cgroup_read(dir, "freezer.state", text, sizeof(text)) > 0 && !strncmp(text, "FR", 2))
			return true;
	}
	return false;
}

int
cgroup_clone_dir(int entry)
{
	size_t count = 0;
	autofree struct cgroup *groups = entry < 0 ? NULL : cgroup_of_entry(entry, &count);

	for (size_t i = 0; i < count; i++)
		if (groups[i].at.v2)
			return cgroup_open(&groups[i]);
	return -1;
}
