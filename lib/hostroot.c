/* SPDX-License-Identifier: MIT */
/* Mounts made in the host's mount namespace, and their end. */
#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#include "hostroot.h"
#include "mnt.h"
#include "mntold.h"
#include "path.h"
#include "state.h"

enum { RECORD_MAX = PATH_MAX + 256 };

struct record {
	int before, own;        /* mount ids */
	unsigned long long dev, ino;
	char path[PATH_MAX + 1];
};

/* What the entry records; false: nothing that can be read. */
static bool
record_read(int entry, struct record *record)
{
	autofd int fd = openat(entry, "mounts", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	autofree char *text = NULL;
	const char *path;

	if (fd < 0 && errno == ENOENT)
		return false;
	if (fd < 0)
		die("mounts", "open");
	text = read_all(fd, RECORD_MAX, NULL, "mounts");
	path = strchr(text, '\n');
	if (!path || path[1] != '/' || strlen(path + 1) > PATH_MAX ||
	    scan(text, "%d %d %llu %llu", &record->before, &record->own, &record->dev, &record->ino) != 4) {
		warn("mounts", "a container's record of its mounts is corrupt");
		return false;
	}
	(void)snprintf(record->path, sizeof(record->path), "%s", path + 1);
	return true;
}

static void
record_write(int entry, const struct record *record)
{
	autofree char *text = xasprintf("%d %d %llu %llu\n%s", record->before, record->own, record->dev, record->ino, record->path);

	if (entry >= 0 && state_put(entry, "mounts", 0600, text, strlen(text)))
		die(record->path, "record the mount of");
}

/* Of two with the same directory each sees the other's record here, or the first has mounted by then. */
static void
refuse_shared(const char *id, const struct record *ours)
{
	int root = state_root(false);
	DIR *stream = root < 0 ? NULL : fdopendir(root);
	struct dirent *item;

	if (!stream)
		die(getenv("OCIBOX_ROOT"), "read directory");
	while ((errno = 0, item = readdir(stream))) {
		autofd int entry = -1;
		struct record other;

		if (*item->d_name == '.' || !strcmp(item->d_name, id))
			continue;
		entry = openat(root, item->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (entry >= 0 && record_read(entry, &other) && !strcmp(other.path, ours->path))
			fail(ST_EXISTS, ours->path, "is the root of container %s, which has no mount namespace either", item->d_name);
	}
	if (errno)
		die(getenv("OCIBOX_ROOT"), "read directory");
	(void)closedir(stream);         /* was only read */
}

void
hostroot_make(const char *id, const char *rootfs)
{
	autofd int entry = id ? state_open(id) : -1, dir = root_open(rootfs), top = -1;
	struct record record = { 0 };
	char name[32];
	struct stat st;

	if (!strcmp(rootfs, "/"))
		fail(ST_UNSUPPORTED, rootfs, "the host's own root, in the host's mount namespace: every mount would be the host's");
	if (strlen(rootfs) > PATH_MAX || fstat(dir, &st))
		die(rootfs, "stat");
	if (id && entry < 0)
		state_none(id);
	record.dev = st.st_dev;
	record.ino = st.st_ino;
	(void)snprintf(record.path, sizeof(record.path), "%s", rootfs);
	if (entry >= 0) {
		record_write(entry, &record);
		refuse_shared(id, &record);
	}
	record.before = mount_id(dir, rootfs);
	record_write(entry, &record);
	/* with mount(2) on all kernels: what is moved to a place that is shared with it, as lib/mnt does on old
	 * ones, is mounted on itself once more */
	if (mount(fd_path(dir, name), name, NULL, MS_BIND | MS_REC, NULL))
		die(rootfs, "bind");
	top = root_open(rootfs);
	/* a shared directory's mounts below are the host's too, and would lose with it what is unmounted here */
	mnt_propagation(top, MS_PRIVATE | MS_REC, rootfs);
	record.own = mount_id(top, rootfs);
	record_write(entry, &record);
}

/* Whether the mount of this id, the uppermost at the record's path, is ours or is on ours there. */
static bool
is_ours(const struct record *record, int id, int fd)
{
	autofree char *text = NULL;
	size_t count;
	autofree struct mountinfo *list = mountinfo_read(&text, &count);
	const struct mountinfo *m = mountinfo_find(list, count, id);
	struct stat st;

	/* a maker that was killed before it knew the id: of the same directory, and nothing can be on it yet */
	if (!record->own)
		return m && !strcmp(m->point, record->path) && !fstat(fd, &st) &&
		       st.st_dev == record->dev && st.st_ino == record->ino;
	while (m && m->id != record->own && !strcmp(m->point, record->path))
		m = mountinfo_find(list, count, m->parent);
	return m && m->id == record->own && !strcmp(m->point, record->path);
}

/* A tree that is shared with the host would take the host's mounts with it. */
static void
unmount(int fd, const char *path)
{
	char name[32];

	mnt_propagation(fd, MS_PRIVATE | MS_REC, path);
	if (umount2(fd_path(fd, name), MNT_DETACH))
		die(path, "unmount");
}

/* Where the kernel has no detached mounts, each is made on a file or a directory of the host's procfs, and one
 * whose maker was killed may be there still. */
static void
clear_places(void)
{
	autofree char *text = NULL;
	size_t count;
	autofree struct mountinfo *list = mountinfo_read(&text, &count);

	for (size_t i = 0; i < count; i++)
		/* with what was made on it; EINVAL: it has just gone */
		while (mnt_old_is_place(list + i) && !umount2(list[i].point, MNT_DETACH | UMOUNT_NOFOLLOW))
			;
}

void
hostroot_undo(int entry)
{
	struct record record;

	if (!record_read(entry, &record))
		return;
	clear_places();
	for (;;) {
		autofd int fd = open(record.path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int id;

		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
			return;
		if (fd < 0)
			die(record.path, "open");
		id = mount_id(fd, record.path);
		if (!record.before || id == record.before || !is_ours(&record, id, fd))
			return;
		unmount(fd, record.path);
		if (id == record.own)
			return;
	}
}

void
hostroot_unmount(const char *path)
{
	autofd int fd = root_open(path);

	unmount(fd, path);
}
