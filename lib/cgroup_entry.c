/* SPDX-License-Identifier: MIT */
/* The file "cgroup" of a container's entry. */
#include <linux/sched.h>
#include <signal.h>

#include "cgroup.h"
#include "compat.h"
#include "state.h"

/* Takes line apart, in place; false: it is none. */
static bool
parse_line(char *line, struct cgroup *group)
{
	char *made = strsep(&line, "\t"), *version = strsep(&line, "\t");

	group->at.controllers = strsep(&line, "\t");
	group->at.mount = strsep(&line, "\t");
	group->at.own = NULL;
	group->path = line;
	if (!line || *line != '/' || *group->at.mount != '/')
		return false;
	group->made = !strcmp(made, "made");
	group->at.v2 = !strcmp(version, "v2");
	return true;
}

/* The entry's file; NULL and errno, EINVAL with *bad set: the line that is corrupt. */
static struct cgroup *
read_groups(int entry, size_t *count, size_t *bad)
{
	struct cgroup *groups;
	size_t n = 0, len = 0;
	autofree char *file = state_text(entry, "cgroup", &len);
	char *text;

	*count = *bad = 0;
	if (!file)
		return NULL;
	for (const char *p = file; *p; p++)
		n += *p == '\n';
	/* one piece, which who frees the groups frees */
	groups = xcalloc(1, n * sizeof(*groups) + len + 1);
	text = memcpy(groups + n, file, len);
	/* what is behind the last newline is a line cut short: nothing of it was made yet */
	for (size_t i = 0; i < n; i++)
		if (!parse_line(strsep(&text, "\n"), &groups[i])) {
			*bad = i + 1;
			errno = EINVAL;
			return NULL;
		}
	*count = n;
	return groups;
}

struct cgroup *
cgroup_of_entry(int entry, bool forgive, size_t *count)
{
	size_t bad;
	struct cgroup *groups = read_groups(entry, count, &bad);
	/* it may be read another time, and nothing else names them */
	bool passing = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EIO;

	if (!groups && errno != ENOENT && forgive && !passing) {
		warn("cgroup", "the entry's file is corrupt, the cgroups it named stay");
		return NULL;
	}
	if (!groups && bad)
		fail(ST_STATE, "cgroup", "the entry's file is corrupt in line %zu", bad);
	if (!groups && errno != ENOENT)
		die("cgroup", "open the entry's file");
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
	out = text_open(&text, &len);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s\t%s\t%s\t%s\t%s\n", groups[i].made ? "made" : "found", groups[i].at.v2 ? "v2" : "v1",
			groups[i].at.controllers, groups[i].at.mount, groups[i].path);
	text_close(out);
	write_all(fd, text, len, "cgroup");
}

/* The first byte of a file of the cgroup; 0: it cannot be read. That it is on a cgroup file system is left to who
 * changes something: a list asks for each container. */
static char
first_byte(const struct cgroup *group, const char *name)
{
	autofree char *path = xasprintf("%s%s/%s", group->at.mount, group->path, name);
	autofd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char byte = 0;

	if (fd < 0 || read(fd, &byte, 1) != 1)
		return 0;
	return byte;
}

/* A list asks for each container, so no more memory is taken than the file's. */
bool
cgroup_frozen(int entry)
{
	size_t len;
	autofree char *file = state_text(entry, "cgroup", &len);
	struct cgroup group, v2 = { .path = NULL };
	char *text = file;

	/* a corrupt file is for who changes the cgroups to tell: a list must go on */
	while (text && strchr(text, '\n') && parse_line(strsep(&text, "\n"), &group)) {
		/* its own, not an ancestor's, which no thaw of this one would end; before Linux 3.10 v1 tells one for both */
		if (cgroup_has(&group.at, "freezer"))
			return first_byte(&group, "freezer.state") == 'F' && first_byte(&group, "freezer.self_freezing") % '1' == 0;
		if (group.at.v2)
			v2 = group;
	}
	/* where cgroup_freeze() does it when no v1 hierarchy has the freezer */
	return v2.path && first_byte(&v2, "cgroup.freeze") == '1';
}

static int
v2_dir(int entry)
{
	size_t count = 0;
	autofree struct cgroup *groups = entry < 0 ? NULL : cgroup_of_entry(entry, false, &count);

	for (size_t i = 0; i < count; i++)
		if (groups[i].at.v2)
			return cgroup_open(&groups[i]);
	return -1;
}

/* Before Linux 6.4 cpuset does not see who is cloned into its cgroup. */
static bool
has_cpuset(int dir)
{
	char text[256];

	return (cgroup_read(dir, "cpuset.cpus", text, sizeof(text)) > 0 && *text && *text != '\n') ||
	       (cgroup_read(dir, "cpuset.mems", text, sizeof(text)) > 0 && *text && *text != '\n');
}

pid_t
cgroup_clone(int entry, unsigned long flags)
{
	struct clone_args args = { .flags = flags | CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	autofd int dir = v2_dir(entry);
	long pid;

	args.cgroup = (__u64)dir;
	pid = dir < 0 || has_cpuset(dir) ? -1 : syscall(OCI_SYS_clone3, &args, sizeof(args));
	/* before Linux 5.7 or without the right to be in there: oci-cgroup attach will do it, or say why not */
	return (pid_t)(pid >= 0 ? pid : syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0));
}
