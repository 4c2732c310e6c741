/* SPDX-License-Identifier: MIT */
/* Compiled filters are kept, since libseccomp needs longer for a profile than all else a container costs.
 * What is taken from the cache decides what a container may do: so nothing there is believed that another
 * user could have written. The file's own hash is against damage, not against its owner. */
#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#include "filter.h"

/* Each is some KiB, and a machine has a handful of profiles. */
enum { KEPT = 64, FILE_MOST = 64 << 10 };

/* The kernel's overflowuid. */
enum { NOBODY = 65534 };

/* By our version and the library's, so that a new one compiles anew, and by the architecture: programs of two may run here. */
static char *
name_of(const struct filter *filter)
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * BLAKE2B_SIZE + 1] = "";

	for (size_t i = 0; i < BLAKE2B_SIZE; i++) {
		hex[2 * i] = digits[filter->profile[i] >> 4];
		hex[2 * i + 1] = digits[filter->profile[i] & 15];
	}
	return xasprintf("%c-%06x-%08x-%s", FILTER_FORMAT, (unsigned)filter_library(), (unsigned)FILTER_ARCH, hex);
}

/* Whether it is this user's, and no one else has any right to it. */
static bool
ours_alone(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & 077);
}

/* -1: not there, and cannot be made; -2: not ours alone. look: makes nothing and says nothing. */
static int
try_open(const char *path, bool look)
{
	enum { FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
	autofd int dir = open(path, FLAGS);
	struct stat st;

	if (dir < 0 && look)
		return -1;
	if (dir < 0 && mkdir(path, 0700) && errno != EEXIST) {
		debug(path, "no cache of seccomp filters: %s", strerror(errno));
		return -1;
	}
	if (dir < 0)
		dir = open(path, FLAGS);
	if (dir >= 0 && !fstat(dir, &st) && ours_alone(&st))
		return steal_fd(&dir);
	/* what is the host's root's is nobody's to the root of a user namespace */
	if (!lstat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == NOBODY) {
		debug(path, "no cache of seccomp filters: of a user that is not of this namespace");
		return -1;
	}
	if (!look)
		warn(path, "not used as a cache of seccomp filters: not a directory that is this user's alone");
	return -2;
}

int
filter_cache_open(const char *path, bool look)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	autofree char *own = NULL;
	int dir = -1;

	if (path) {
		dir = try_open(path, look);
		return dir < 0 ? -1 : dir;
	}
	if (geteuid() == 0)
		dir = try_open("/run/ocibox-seccomp", look);
	/* root of a user namespace has no right to /run */
	if (dir == -1 && runtime && *runtime == '/') {
		own = xasprintf("%s/ocibox-seccomp", runtime);
		dir = try_open(own, look);
	}
	return dir < 0 ? -1 : dir;
}

bool
filter_cache_get(int cache, struct filter *filter)
{
	autofree char *name = name_of(filter), *data = NULL;
	/* a fifo must not be waited for */
	autofd int fd = openat(cache, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *why = "not a file that is this user's alone";
	struct stat st;
	size_t len;

	if (fd < 0 && errno == ENOENT)
		return false;
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && ours_alone(&st) && st.st_size <= FILE_MOST) {
		data = read_all(fd, FILE_MOST, &len, name);
		if (filter_decode(filter, data, len, true, filter_library(), &why))
			return true;
	}
	warn(name, "not used from the cache of seccomp filters: %s", why);
	/* a directory would stay in the way of the new one */
	(void)unlinkat(cache, name, AT_REMOVEDIR);
	return false;
}

bool
filter_beside(struct filter *filter, const char *bundle)
{
	autofree char *path = xasprintf("%s/seccomp.bpf", bundle), *data = NULL;
	autofd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *why = "others than its owner could have written it";
	struct stat st, dir;
	size_t len;

	if (fd < 0 && errno == ENOENT)
		return false;
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || stat(bundle, &dir)) {
		why = "not a regular file";
	} else if (!(st.st_mode & 022) && (st.st_uid == geteuid() || st.st_uid == dir.st_uid)) {
		data = read_all(fd, 1 << 20, &len, path);
		if (filter_decode(filter, data, len, true, 0, &why))
			return true;
	}
	debug(path, "not used: %s", why);
	return false;
}

struct filter *
filter_known(const char *bundle, const char *text, size_t len)
{
	struct filter *filter = filter_new();
	bool found;

	filter_profile_text(filter->profile, text, len);
	found = filter_beside(filter, bundle);
	if (!found) {
		autofd int cache = filter_cache_open(NULL, true);

		found = cache >= 0 && filter_cache_get(cache, filter);
	}
	/* its listener is in the text */
	if (found && !(filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return filter;
	free(filter->code);
	free(filter);
	return NULL;
}

/* What a killed process left counts too, so there is an end to it. */
static void
make_room(int cache)
{
	int fd = openat(cache, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	char oldest[NAME_MAX + 1] = "";
	struct timespec when = { 0 };
	struct dirent *item;
	int count = 0;

	while (stream && (item = readdir(stream))) {
		struct stat st;

		if (*item->d_name == '.' || fstatat(cache, item->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (count++ == 0 || st.st_mtim.tv_sec < when.tv_sec ||
		    (st.st_mtim.tv_sec == when.tv_sec && st.st_mtim.tv_nsec < when.tv_nsec)) {
			when = st.st_mtim;
			(void)snprintf(oldest, sizeof(oldest), "%s", item->d_name);
		}
	}
	if (stream)
		(void)closedir(stream);
	if (count >= KEPT)
		(void)unlinkat(cache, oldest, 0);
}

void
filter_cache_put(int cache, const struct filter *filter)
{
	autofree char *name = name_of(filter), *data = NULL;
	size_t len;

	make_room(cache);
	data = filter_encode(filter, &len);
	if (state_put(cache, name, 0600, data, len))
		debug(name, "not kept in the cache of seccomp filters: %s", strerror(errno));
}
