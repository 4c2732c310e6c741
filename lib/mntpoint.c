/* SPDX-License-Identifier: MIT */
/* Where a mount may go, and its mount point. */
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "mntpoint.h"
#include "path.h"

/* of procfs and of sysfs, and nothing else there is */
#define ROOT_INODE 1

bool
request_is_bind(const struct request *r)
{
	return (r->options.set & MS_BIND) || (r->type && !strcmp(r->type, "bind"));
}

bool
request_is(const struct request *r, const char *type)
{
	return !request_is_bind(r) && r->type && !strcmp(r->type, type);
}

static bool
is_on(int fd, long magic)
{
	struct statfs st;

	return !fstatfs(fd, &st) && (long)st.f_type == magic;
}

/* Whether fd is a directory or file of the root's /proc, by whatever path; a procfs elsewhere is none of ours. */
static bool
in_proc(int root, int fd, const struct stat *st)
{
	autofd int proc = is_on(fd, PROC_SUPER_MAGIC) ? path_open(root, "/proc", O_PATH, 0) : -1;
	struct stat there;

	return proc >= 0 && !fstat(proc, &there) && there.st_dev == st->st_dev;
}

/* Whether the whole of procfs or sysfs is mounted: as a new filesystem, or bound from source. */
static bool
is_kernels(const struct request *r, int source)
{
	struct stat st;

	if (source < 0)
		return request_is(r, "proc") || request_is(r, "sysfs");
	return (is_on(source, PROC_SUPER_MAGIC) || is_on(source, SYSFS_MAGIC)) && !fstat(source, &st) && st.st_ino == ROOT_INODE;
}

/* The files of procfs that lxcfs and others replace with a container's own. */
static bool
replaceable(const char *clean)
{
	static const char *const names[] = {
		"cpuinfo", "diskstats", "meminfo", "stat", "swaps", "uptime", "loadavg", "slabinfo",
		"sys/kernel/ns_last_pid", "sys/crypto/fips_enabled", "net/dev",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(clean + strlen("/proc/"), names[i]))
			return true;
	return false;
}

/* Nothing is mounted on the root, and nothing in /proc: what is read from there must be the kernel's. */
void
request_check_place(const struct request *r)
{
	if (!strcmp(r->clean, "/"))
		fail(ST_CONFIG, r->point, "nothing can be mounted on the root");
	if (!strncmp(r->clean, "/proc/", strlen("/proc/")) && !replaceable(r->clean))
		fail(ST_CONFIG, r->point, "nothing can be mounted inside /proc");
}

/* The same of the directory that symlinks have led to. source: of a bind, else -1. */
static void
check_target(int root, int target, const struct request *r, int source)
{
	bool is_proc = request_is(r, "proc") || (source >= 0 && is_on(source, PROC_SUPER_MAGIC)), inside;
	struct stat at, top;

	if (fstat(target, &at) || fstat(root, &top))
		die(r->point, "stat");
	if (at.st_dev == top.st_dev && at.st_ino == top.st_ino)
		fail(ST_CONFIG, r->point, "nothing can be mounted on the root");
	inside = in_proc(root, target, &at);
	if (inside && at.st_ino != ROOT_INODE && strncmp(r->clean, "/proc/", strlen("/proc/")))
		fail(ST_CONFIG, r->point, "nothing can be mounted inside /proc");
	if (!is_proc && (!strcmp(r->clean, "/proc") || (inside && at.st_ino == ROOT_INODE)))
		fail(ST_CONFIG, r->point, "only proc can be mounted there");
	if (source >= 0 && is_proc && !strcmp(r->clean, "/proc") && !fstat(source, &at) && at.st_ino != ROOT_INODE)
		warn(r->point, "%s is a part of a procfs only", r->source);
}

/* A real directory, made where missing. A symlink would put the kernel's files where the image wants them, with nothing masked
 * in the place where they are looked for; so would ".." behind one. */
static int
real_directory(int root, const struct request *r)
{
	autofd int fd = path_open(root, r->clean, O_PATH | O_NOFOLLOW, 0), made = -1;
	struct stat st;

	if (fd < 0 && errno == ENOENT && (made = path_mkdirs(root, r->clean, 0755)) >= 0)
		fd = path_open(root, r->clean, O_PATH | O_NOFOLLOW, 0);
	if (fd >= 0 && (fstat(fd, &st) || !S_ISDIR(st.st_mode)))
		fail(ST_CONFIG, r->point, "filesystem \"%s\" must be mounted on ordinary directory",
		     r->type && !request_is_bind(r) ? r->type : r->source);
	return steal_fd(&fd);
}

int
request_target(int root, const struct request *r, bool directory, int source)
{
	bool whole = is_kernels(r, source);
	autofd int fd = -1;

	request_check_place(r);
	if (whole)
		fd = real_directory(root, r);
	else if (r->options.extra & OPT_DEST_NOFOLLOW)
		fd = path_open(root, r->point, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0 && !whole)
		fd = path_mountpoint(root, r->point, directory);
	if (fd < 0)
		die(r->point, "make the mount point");
	check_target(root, fd, r, source);
	return steal_fd(&fd);
}

/* A request in the order of a walk through the tree of all places, each directory before what is in it. */
struct walked {
	const char *clean;
	size_t index;           /* in the list */
	size_t latest;          /* the highest index of those below, +1; 0: there is none */
	size_t end;             /* the first behind all that are below */
};

/* A slash sorts before every other byte, so that nothing comes between a directory and what is in it. */
static int
compare_places(const void *a, const void *b)
{
	const struct walked *x = a, *y = b;
	const char *p = x->clean, *q = y->clean;

	for (; *p && *p == *q; p++)
		q++;
	if (*p == *q)
		return x->index < y->index ? -1 : 1;
	if (!*p || !*q)
		return *p ? 1 : -1;
	if (*p == '/' || *q == '/')
		return *p == '/' ? -1 : 1;
	return (unsigned char)*p < (unsigned char)*q ? -1 : 1;
}

bool *
requests_above(const struct request *list, size_t count)
{
	autofree struct walked *all = xcalloc(count, sizeof(*all));
	bool *above = xcalloc(count, sizeof(*above));

	for (size_t i = 0; i < count; i++)
		all[i] = (struct walked){ list[i].clean, i, 0, 0 };
	qsort(all, count, sizeof(*all), compare_places);
	/* from the end: what is below was counted before, and is stepped over as a whole */
	for (size_t i = count; i-- > 0;) {
		struct walked *at = all + i, *next = at + 1;
		size_t len = strlen(at->clean);

		for (; next < all + count && !strncmp(next->clean, at->clean, len); next = all + next->end) {
			size_t latest = next->latest;

			if (next->clean[len] && next->clean[len] != '/' && len > 1)
				break;
			if (next->clean[len] && next->index + 1 > latest)
				latest = next->index + 1;
			if (latest > at->latest)
				at->latest = latest;
		}
		at->end = (size_t)(next - all);
		above[at->index] = at->latest > at->index + 1;
	}
	return above;
}

bool
request_waits(const struct request *r, bool above)
{
	if (!((r->options.set | r->options.deep_set) & MS_RDONLY) || (r->options.set & MS_REMOUNT))
		return false;
	if (request_is(r, "tmpfs") || !strcmp(r->clean, "/dev"))
		return true;
	/* there no mount point can be made in any case; of cgroups v1 it can, in the tmpfs that is never read-only */
	return above && !request_is(r, "sysfs") && !request_is(r, "proc") && !request_is(r, "cgroup") && !request_is(r, "cgroup2");
}
