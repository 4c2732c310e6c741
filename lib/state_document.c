/* SPDX-License-Identifier: MIT */
/* Writing state.json, which is ours alone, and the state document, which is the specification's. */
#include <sys/stat.h>
#include <time.h>

#include "ns.h"
#include "passwd.h"
#include "state.h"

/* "key":"value", */
static void
put_member(FILE *out, const char *key, const char *value)
{
	put_json(out, key);
	fputc(':', out);
	put_json(out, value);
	fputc(',', out);
}

/* Adds text to a file of the entry by one write; -1 and errno. */
static int
append(int entry, const char *name, const char *text, size_t len)
{
	autofd int fd = openat(entry, name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len)
		return 0;
	/* the disk is full: what stays is no whole line, so nobody reads it */
	errno = n < 0 ? errno : ENOSPC;
	return -1;
}

int
state_write(int entry, const struct state *state)
{
	autofree char *text = NULL;
	size_t len;
	FILE *out = text_open(&text, &len);

	/* behind a line that was cut short */
	fputs("\n{", out);
	put_member(out, "ociVersion", state->oci_version);
	put_member(out, "id", state->id);
	put_member(out, "bundle", state->bundle);
	put_member(out, "rootfs", state->rootfs);
	put_member(out, "created", state->created);
	fprintf(out, "\"pid\":%d,\"startTime\":%llu,\"owner\":%u,\"annotations\":%s}\n",
		(int)state->pid, state->start_time, (unsigned)state->owner, state->annotations);
	text_close(out);
	if (!append(entry, "state.json", text, len))
		return 0;
	return errno == ENOENT ? state_put(entry, "state.json", 0600, text + 1, len - 1) : -1;
}

const char *
condition_name(enum condition condition)
{
	static const char *const names[] = { "creating", "created", "running", "paused", "stopped" };

	return names[condition];
}

enum condition
condition_named(const char *name)
{
	for (enum condition c = COND_CREATING; c <= COND_STOPPED; c++)
		if (!strcmp(name, condition_name(c)))
			return c;
	fail(ST_USAGE, name, "must be creating, created, running, paused or stopped");
}

/* A moment as nanoseconds since 1970, which JSON's readers take as a whole number. */
static void
put_moment(FILE *out, const char *key, const struct timespec *at)
{
	fprintf(out, ",\"%s\":%lld%09ld", key, (long long)at->tv_sec, at->tv_nsec);
}

/* When it was created, started and seen to end, as far as is known. */
static void
put_moments(FILE *out, const struct state *state, int entry)
{
	struct timespec created;
	struct stat st;

	if (date_read(state->created, &created))
		put_moment(out, "createdAt", &created);
	/* the start socket got this name when the program began: inode(7), a rename is a change of the inode's */
	if (!fstatat(entry, "started", &st, AT_SYMLINK_NOFOLLOW))
		put_moment(out, "startedAt", &st.st_mtim);
	if (!fstatat(entry, "exit", &st, AT_SYMLINK_NOFOLLOW)) {
		int status = state_exit(entry);

		put_moment(out, "finishedAt", &st.st_mtim);
		if (status >= 0)
			fprintf(out, ",\"exitCode\":%d", status);
	}
}

/* The kinds of namespace this kernel has, looked for once: a list has many containers. */
static void
find_namespaces(void)
{
	for (size_t i = 0; i < NS_COUNT; i++) {
		autofree char *path = xasprintf("/proc/self/ns/%s", ns_kinds[i].file);

		if (!access(path, F_OK))
			chain.namespaces |= 1U << i;
	}
}

/* Where each of its namespaces can be joined. */
static void
put_namespaces(FILE *out, pid_t pid)
{
	const char *before = "";

	if (!chain.namespaces)
		find_namespaces();
	fputs(",\"namespaces\":{", out);
	for (size_t i = 0; i < NS_COUNT; i++)
		if (chain.namespaces & 1U << i) {
			fprintf(out, "%s\"%s\":\"/proc/%d/ns/%s\"", before, ns_kinds[i].type, (int)pid, ns_kinds[i].file);
			before = ",";
		}
	fputc('}', out);
}

char *
state_document(const struct state *state, enum condition condition, const char *owner, int entry)
{
	char *text = NULL;
	size_t len;
	FILE *out = text_open(&text, &len);
	pid_t pid = condition == COND_STOPPED ? 0 : state->pid;

	fputc('{', out);
	put_member(out, "ociVersion", state->oci_version);
	put_member(out, "id", state->id);
	if (pid || owner)
		fprintf(out, "\"pid\":%d,", (int)pid);
	put_member(out, "status", condition_name(condition));
	fputs("\"bundle\":", out);
	put_json(out, state->bundle);
	if (owner) {
		fputc(',', out);
		put_member(out, "rootfs", state->rootfs);
		fputs("\"created\":", out);
		put_json(out, state->created);
	}
	if (strcmp(state->annotations, "{}"))
		fprintf(out, ",\"annotations\":%s", state->annotations);
	if (owner) {
		fputs(",\"owner\":", out);
		put_json(out, owner);
	}
	if (entry >= 0) {
		put_moments(out, state, entry);
		if (pid)
			put_namespaces(out, pid);
	}
	fputc('}', out);
	text_close(out);
	return text;
}

char *
state_owner(const struct state *state)
{
	char *name = passwd_field(state->owner, 0);

	return name ? name : xasprintf("#%u", (unsigned)state->owner);
}

char *
state_now(void)
{
	struct timespec now;
	char date[DATE_SIZE];

	if (clock_gettime(CLOCK_REALTIME, &now))
		die(NULL, "read the clock");
	return xasprintf("%s.%09ldZ", date_text(now.tv_sec, date), now.tv_nsec);
}
