/* SPDX-License-Identifier: MIT */
/* oci-mount: mount filesystems and directories inside a root directory, then go on.
 *
 * After oci-rootfs, so that no mount reaches the host and the root can be pivoted to; before oci-mkdev,
 * which fills the /dev made here. What is read-only but must be written to by later mounts and by oci-mkdev becomes
 * read-only with -l, after them.
 */
#include <limits.h>
#include <sys/stat.h>

#include "config.h"
#include "copytree.h"
#include "mandatory.h"
#include "mnt.h"
#include "mntpoint.h"
#include "path.h"

#define OF_THE_CALL (MS_BIND | MS_REC | MS_REMOUNT)
#define ATIME (MS_NOATIME | MS_RELATIME | MS_STRICTATIME)

/* What a bind mount's source is, as O_PATH. */
static int
open_source(const struct request *r, struct stat *st)
{
	bool relative = r->source && *r->source != '/', nofollow = r->options.extra & (OPT_SRC_NOFOLLOW | OPT_COPY_SYMLINK);
	autofree char *path = xasprintf("%s%s%s", relative ? r->base : "", relative ? "/" : "", r->source ? r->source : "");
	autofd int fd = -1;

	if ((r->options.extra & OPT_COPY_SYMLINK) && (r->options.extra & (OPT_SRC_NOFOLLOW | OPT_DEST_NOFOLLOW)))
		fail(ST_CONFIG, r->point, "copy-symlink cannot be had with src-nofollow or dest-nofollow");
	if (!r->source || !*r->source)
		fail(ST_CONFIG, r->point, "a bind mount needs a source");
	fd = open(path, O_PATH | O_CLOEXEC | (nofollow ? O_NOFOLLOW : 0));
	if (fd < 0 || fstat(fd, st))
		die(path, "open");
	return steal_fd(&fd);
}

/* The symlink that source is, at the mount point instead of a mount. */
static void
copy_symlink(int root, const struct request *r, int source)
{
	char target[PATH_MAX + 1] = "", there[PATH_MAX + 1] = "";
	autofree char *name = NULL;
	autofd int dir = -1;

	if (readlinkat(source, "", target, PATH_MAX) < 0)
		die(r->source, "read the symlink");
	request_check_place(r);
	dir = path_parent(root, r->point, &name);
	if (dir < 0)
		die(r->point, "make the directory of");
	if (!symlinkat(target, dir, name))
		return;
	if (errno != EEXIST)
		die(r->point, "make the symlink");
	if (readlinkat(dir, name, there, PATH_MAX) < 0 || strcmp(target, there))
		fail(ST_CONFIG, r->point, "there is something else than a symlink to %s", target);
}

static void
bind(int root, const struct request *r)
{
	const struct mount_options *o = &r->options;
	autofd int source = -1, target = -1, fd = -1;
	struct stat st;
	bool attached;

	source = open_source(r, &st);
	if ((o->extra & OPT_COPY_SYMLINK) && S_ISLNK(st.st_mode)) {
		copy_symlink(root, r, source);
		return;
	}
	target = request_target(root, r, S_ISDIR(st.st_mode), source);
	fd = mnt_copy(source, target, o->set & MS_REC, &attached);
	if (fd < 0)
		die(r->point, "bind %s on", r->source);
	/* shared with its source, which is the host's, it would take along there what is unmounted with it */
	if (r->in_host)
		mnt_propagation(fd, MS_SLAVE | MS_REC, r->point);
	/* without any, those of the source are kept; MS_REC stays out: only the r forms reach the mounts below */
	if ((o->set & ~(unsigned long)OF_THE_CALL) || o->clear)
		mnt_flags_only(fd, o->set & ~(unsigned long)OF_THE_CALL, o->clear, r->point);
	if (!attached) {
		mnt_flags(fd, o->deep_set | MS_REC, o->deep_clear, r->point);
		if (mnt_attach(fd, target))
			die(r->point, "bind %s on", r->source);
	}
	mount_options_finish(o, fd, r->point);
}

/* The data, with the mode of the directory that is there, where a tmpfs is not told another; one that is made only
 * for it is no model, and the kernel's default holds. */
static char *
tmpfs_data(int root, const struct request *r)
{
	const char *data = r->options.data;
	autofd int covered = path_open(root, r->point, O_PATH | O_DIRECTORY, 0);
	struct stat st;

	if (r->options.has_mode || covered < 0)
		return xasprintf("%s", data ? data : "");
	if (fstat(covered, &st))
		die(r->point, "stat");
	return xasprintf("mode=%04o%s%s", st.st_mode & 07777, data ? "," : "", data ? data : "");
}

/* An existing mount; with "bind" that mount alone, else its filesystem too. */
static void
remount(int root, const struct request *r)
{
	const struct mount_options *o = &r->options;
	unsigned long set = o->set & ~(unsigned long)OF_THE_CALL, clear = o->clear | (set & ATIME ? ATIME : 0);
	autofd int fd = path_open(root, r->point, O_PATH, 0);
	char path[32];

	if (fd < 0)
		die(r->point, "open");
	if (o->set & MS_BIND)
		mnt_flags(fd, set, o->clear, r->point);
	else if (mount(NULL, fd_path(fd, path), NULL,
		       MS_REMOUNT | (mnt_flags_of(fd, r->point) & ~clear) | set, o->data))
		die(r->point, "remount");
	mount_options_finish(o, fd, r->point);
}

/* A new filesystem. */
static void
mount_new(int root, const struct request *r)
{
	const struct mount_options *o = &r->options;
	bool copy_up = (o->extra & OPT_COPY_UP) && request_is(r, "tmpfs");
	unsigned long flags = o->set & ~(unsigned long)(OF_THE_CALL | (copy_up ? MS_RDONLY : 0));
	autofree char *data = request_is(r, "tmpfs") ? tmpfs_data(root, r) : NULL;
	autofd int target = request_target(root, r, true, -1), fd = -1;

	if (request_is(r, "cgroup") || request_is(r, "cgroup2")) {
		mount_cgroups(r->type, o, target, r->point);
		return;
	}
	fd = mnt_new(r->type, r->source, flags, data ? data : o->data, target, r->point);
	if (copy_up)
		copy_tree(target, fd, r->point);
	if (copy_up && (o->set & MS_RDONLY))
		mnt_flags(fd, MS_RDONLY, 0, r->point);
	mount_options_finish(o, fd, r->point);
}

static void
mount_request(int root, const struct request *r)
{
	if ((r->options.extra & OPT_COPY_UP) && !request_is(r, "tmpfs"))
		warn(r->point, "tmpcopyup is for a tmpfs only");
	if (r->options.set & MS_REMOUNT)
		remount(root, r);
	else if (request_is_bind(r))
		bind(root, r);
	else
		mount_new(root, r);
}

/* Whether what is asked to be read-only has to stay writable until oci-mkdev and the later mounts are done:
 * /dev, where nodes are made, every tmpfs, and what later mount points are in (above). */
static bool
read_only_late(const struct request *r, bool above)
{
	if (!((r->options.set | r->options.deep_set) & MS_RDONLY) || (r->options.set & MS_REMOUNT))
		return false;
	if (request_is(r, "tmpfs") || !strcmp(r->clean, "/dev"))
		return true;
	/* there no mount point can be made in any case */
	return above && !request_is(r, "sysfs") && !request_is(r, "proc");
}

static void
make_read_only(int root, const struct request *r)
{
	autofd int fd = path_open(root, r->point, O_PATH, 0);

	if (fd < 0)
		die(r->point, "open");
	mnt_flags(fd, MS_RDONLY | (r->options.deep_set & MS_RDONLY ? MS_REC : 0), 0, r->point);
}

/* The mounts[] of config.json that node is. */
static void
request_read(const struct config *config, int node, struct request *r)
{
	int options = config_node(config, node, "options");
	const char *why;

	r->type = config_string(config, node, "type");
	r->source = config_string(config, node, "source");
	r->base = config->bundle;
	r->in_host = !config_has_namespace(config, "mount");
	r->point = config_string(config, node, "destination");
	r->clean = path_clean(r->point);
	for (int n = json_first(config->json, options); n >= 0; n = json_next(config->json, n)) {
		why = mount_option(&r->options, json_string(config->json, n));
		if (why)
			config_fail(config, n, ST_UNSUPPORTED, "%s: %s", json_string(config->json, n), why);
	}
	if (config_node(config, node, "uidMappings") >= 0 || config_node(config, node, "gidMappings") >= 0)
		config_fail(config, node, ST_UNSUPPORTED, "mounts with mapped ids are not supported yet");
	if (request_is_bind(r) && r->options.unknown)
		config_fail(config, options, ST_CONFIG, "%s: not an option of a bind mount", r->options.unknown);
	if (!request_is_bind(r) && !(r->options.set & MS_REMOUNT) && !r->type)
		config_fail(config, node, ST_CONFIG, "no type");
}

/* All mounts of config.json in their order; late: only make read-only what has waited for it. */
static void
mount_config(int root, const struct config *config, bool late)
{
	int mounts = config_node(config, 0, "mounts");
	size_t count = (size_t)json_count(config->json, mounts), i = 0;
	autofree struct request *list = xcalloc(count, sizeof(*list));
	autofree bool *above = NULL;

	/* all are read before the first is mounted: what is wrong with the last changes nothing */
	for (int n = json_first(config->json, mounts); n >= 0; n = json_next(config->json, n))
		request_read(config, n, list + i++);
	above = requests_above(list, count);
	for (i = 0; i < count; i++) {
		struct request r = list[i];
		bool waits = read_only_late(list + i, above[i]);

		if (late && waits)
			make_read_only(root, &r);
		if (late)
			continue;
		if (waits) {
			r.options.set &= ~(unsigned long)MS_RDONLY;
			r.options.deep_set &= ~(unsigned long)MS_RDONLY;
		}
		mount_request(root, &r);
	}
	for (i = 0; i < count; i++) {
		mount_options_free(&list[i].options);
		free(list[i].clean);
	}
}

/* The one mount of the command line. */
static void
mount_one(int root, struct request *r, const char *options)
{
	autofree char *copy = xasprintf("%s", options ? options : "");
	char *rest = copy;

	while (*rest) {
		const char *one = mount_option_cut(&rest), *why = mount_option(&r->options, one);

		if (why)
			fail(ST_UNSUPPORTED, one, "%s", why);
	}
	if (request_is_bind(r) && r->options.unknown)
		fail(ST_CONFIG, r->options.unknown, "not an option of a bind mount");
	if (!request_is_bind(r) && !(r->options.set & MS_REMOUNT) && !r->type)
		usage();
	r->base = ".";
	r->clean = path_clean(r->point);
	mount_request(root, r);
	mount_options_free(&r->options);
	free(r->clean);
}

char **
oci_mount_main(int argc, char **argv)
{
	const char *bundle = NULL, *options = NULL, *rootfs = NULL;
	const struct config *config = NULL;
	struct request r = { 0 };
	bool late = false, mandatory = false;
	autofd int root = -1;
	int c;

	while ((c = getopt(argc, argv, "+b:lmo:r:s:t:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'l':
			late = true;
			break;
		case 'm':
			mandatory = true;
			break;
		case 'o':
			options = optarg;
			break;
		case 'r':
			rootfs = optarg;
			break;
		case 's':
			r.source = optarg;
			break;
		case 't':
			r.type = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	if (bundle || mandatory ? options || r.source || r.type || (!bundle && !rootfs) : late || !argv[0])
		usage();
	if (bundle) {
		config = config_load(bundle);
		rootfs = rootfs ? rootfs : config->rootfs;
		if (!rootfs)
			fail(ST_CONFIG, bundle, "config.json has no root");
	}
	root = root_open(rootfs ? rootfs : "/");
	if (mandatory)
		mandatory_mount(root, config, late);
	else if (bundle)
		mount_config(root, config, late);
	if (bundle || mandatory)
		return argv;
	r.point = *argv++;
	mount_one(root, &r, options);
	return argv;
}
