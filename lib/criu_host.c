/* SPDX-License-Identifier: MIT */
/* What a container has of the host's, which criu is told of and does not save. */
#include <sys/stat.h>

#include "cgroup.h"
#include "criu.h"
#include "mntpoint.h"
#include "ns.h"
#include "path.h"
#include "proc.h"

/* A mount of the host's: criu knows the one at point by name, and at its restore has source there. */
static void
external(struct criu *criu, const char *point, const char *name, const char *source)
{
	criu_add(criu, "--external", criu->restore ? xasprintf("mnt[%s]:%s", name, source) : xasprintf("mnt[%s]:%s", point, name));
}

/* path, which links in the container may lead elsewhere, as its mounts have it. */
static char *
mount_point(int root, const char *path)
{
	int fd = path_open(root, path, O_PATH, 0);
	char link[32], real[4096];
	ssize_t n = fd < 0 ? -1 : readlink(fd_path(fd, link), real, sizeof(real) - 1);

	return n > 0 && *real == '/' ? xstrndup(real, (size_t)n) : xstrdup(path);
}

/* What is bound there, by a name that does not depend on the working directory. */
static char *
source_of(const struct request *r)
{
	return *r->source == '/' ? xstrdup(r->source) : xasprintf("%s/%s", r->base, r->source);
}

static void
bind_mount(struct criu *criu, const struct request *r, int root)
{
	char *point = criu->restore ? NULL : mount_point(root, r->clean), *source = source_of(r);

	external(criu, point, r->clean, source);
}

/* Of v1 without a cgroup namespace: each is a bind of the container's own. */
static void
cgroup_mounts(struct criu *criu, const struct request *r, int entry)
{
	size_t count;
	struct cgroup *groups = cgroup_of_entry(entry, false, &count);

	for (size_t i = 0; i < count; i++) {
		const struct hierarchy *at = &groups[i].at;
		char *point = xasprintf("%s%s", r->clean, strrchr(at->mount, '/'));
		char *source = xasprintf("%s%s", at->mount, groups[i].path);

		if (!at->v2)
			external(criu, point, point, source);
	}
}

/* Whether it is on another of the mounts, which has its mount point. */
static bool
is_above(const struct request *list, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(list[i].clean);

		if (len > 1 && !strncmp(path, list[i].clean, len) && path[len] == '/')
			return true;
	}
	return false;
}

static void
make_point(int root, const struct request *r)
{
	char *source = request_is_bind(r) ? source_of(r) : NULL;
	struct stat st = { .st_mode = S_IFDIR };

	if (source && stat(source, &st))
		die(source, "examine");
	close(request_target(root, r, S_ISDIR(st.st_mode), -1));
}

static void
device_nodes(struct criu *criu, const struct config *config)
{
	static const char *const always[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty" };
	int devices = config_node(config, 0, "linux.devices");

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		external(criu, always[i], always[i], always[i]);
	for (int n = json_first(config->json, devices); n >= 0; n = json_next(config->json, n)) {
		const char *path = config_string(config, n, "path");

		external(criu, path, path, path);
	}
}

void
criu_mounts(struct criu *criu, const struct config *config, int root, int entry)
{
	int mounts = config_node(config, 0, "mounts");
	size_t count = 0;
	struct request *list = xcalloc((size_t)json_count(config->json, mounts), sizeof(*list));

	for (int n = json_first(config->json, mounts); n >= 0; n = json_next(config->json, n)) {
		struct request *r = list + count++;

		request_read(r, config, n);
		if (r->overlay || request_is_mapped(r))
			config_fail(config, n, ST_UNSUPPORTED, "criu does not restore a mount with mapped ids or an overlay");
	}
	for (size_t i = 0; i < count; i++) {
		const struct request *r = list + i;

		if (r->options.set & MS_REMOUNT)
			continue;
		if (criu->restore && !is_above(list, count, r->clean))
			make_point(root, r);
		if (request_is_bind(r))
			bind_mount(criu, r, root);
		else if (request_is(r, "cgroup") && !config_has_namespace(config, "cgroup"))
			cgroup_mounts(criu, r, entry);
	}
	device_nodes(criu, config);
}

/* criu's own names of these are of the programs that use it: what runc's checkpoints have. */
static const char *
key_of(const struct ns_kind *kind)
{
	return !strcmp(kind->file, "net") ? "extRootNetNS" : !strcmp(kind->file, "pid") ? "extRootPidNS" : NULL;
}

static void
join(struct criu *criu, const struct ns_kind *kind, const char *path)
{
	int fd;

	if (!key_of(kind)) {
		criu_add(criu, "--join-ns", xasprintf("%s:%s", kind->file, path));
		return;
	}
	/* to be inherited */
	fd = open(path, O_RDONLY | O_NOCTTY);
	if (fd < 0)
		die(path, "open namespace");
	criu_add(criu, "--inherit-fd", xasprintf("fd[%d]:%s", fd, key_of(kind)));
}

void
criu_namespaces(struct criu *criu, const struct config *config, int process)
{
	int list = config_node(config, 0, "linux.namespaces");

	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n)) {
		const char *path = config_namespace_path(config, n), *type = config_string(config, n, "type");
		const struct ns_kind *kind = ns_named(type, strlen(type));
		char *name = xasprintf("ns/%s", kind->file);
		struct stat st;

		if (!path)
			continue;
		if (criu->restore) {
			join(criu, kind, path);
			continue;
		}
		if (fstatat(process, name, &st, 0))
			die(type, "examine the namespace");
		if (key_of(kind))
			criu_add(criu, "--external", xasprintf("%s[%lu]:%s", kind->file, (unsigned long)st.st_ino, key_of(kind)));
	}
}

/* Those that this process is in, in the place of those that are saved. */
static void
cgroup_roots(struct criu *criu)
{
	static const char *const file = "/proc/self/cgroup";
	char *rest = read_all(proc_open(file, O_RDONLY), 1 << 20, NULL, file), *line;

	while ((line = strsep(&rest, "\n"))) {
		char *at = strchr(line, ':');

		if (at)
			criu_add(criu, "--cgroup-root", at + 1);
	}
}

void
criu_cgroups(struct criu *criu, int entry)
{
	const struct cgroup *freezer, *groups;
	size_t count;

	if (criu->restore) {
		cgroup_roots(criu);
		return;
	}
	groups = cgroup_of_entry(entry, false, &count);
	freezer = cgroup_chief(groups, count);
	if (freezer && (freezer->at.v2 || cgroup_has(&freezer->at, "freezer")))
		criu_add(criu, "--freeze-cgroup", xasprintf("%s%s", freezer->at.mount, freezer->path));
}
