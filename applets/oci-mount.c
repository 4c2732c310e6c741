/* SPDX-License-Identifier: MIT */
/* oci-mount: mount filesystems and directories inside a root directory, then go on.
 *
 * After oci-rootfs, so that no mount reaches the host and the root can be pivoted to; before oci-mkdev,
 * which fills the /dev made here. What is read-only but must be written to by later mounts and by oci-mkdev becomes
 * read-only with -l, after them.
 * schema: namespaces
 */
#include <limits.h>
#include <sys/stat.h>

#include "config.h"
#include "mandatory.h"
#include "mnt.h"
#include "mntpoint.h"
#include "mntsource.h"
#include "overlay.h"
#include "path.h"

#define ATIME (MS_NOATIME | MS_RELATIME | MS_STRICTATIME)

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

/* Whether what is written there goes to an overlay; those for all directories pass over what can have none. */
static bool
has_overlay(const struct request *r, const struct source *source, mode_t type)
{
	if (!r->overlay || !strcmp(r->overlay, "none") || (!r->overlay_named && (source->detached || !S_ISDIR(type))))
		return false;
	if (!S_ISDIR(type))
		fail(ST_CONFIG, r->point, "%s is no directory, and cannot have an overlay", r->source);
	return true;
}

/* Attaches what source is, or a copy of what is mounted there. */
static void
bind(int root, const struct request *r, const struct source *source)
{
	const struct mount_options *o = &r->options;
	bool attached = false;
	autofd int target = -1, copy = -1;
	struct stat st;
	int fd = source->fd;

	if (fstat(fd, &st))
		die(r->source, "stat");
	if ((o->extra & OPT_COPY_SYMLINK) && S_ISLNK(st.st_mode)) {
		copy_symlink(root, r, fd);
		return;
	}
	target = request_target(root, r, S_ISDIR(st.st_mode), fd);
	if (has_overlay(r, source, st.st_mode)) {
		fd = copy = overlay_mount(fd, r->overlay, target, r->point);
		attached = true;
	} else if (!source->detached) {
		fd = copy = mnt_copy(fd, target, o->set & MS_REC, &attached);
	}
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

/* asked: its number among mounts[], when the process outside is to be asked for what cannot be reached here; or -1. */
static void
mount_request(int root, const struct request *r, ssize_t asked)
{
	if ((r->options.extra & OPT_COPY_UP) && !request_is(r, "tmpfs"))
		warn(r->point, "tmpcopyup is for a tmpfs only");
	if (r->options.set & MS_REMOUNT) {
		remount(root, r);
	} else if (request_is_bind(r)) {
		struct source source = asked < 0 ? source_open(r, -1) : source_ask(r, (size_t)asked);

		bind(root, r, &source);
		close(source.fd);
	} else {
		request_mount(root, r);
	}
}

static void
make_read_only(int root, const struct request *r)
{
	autofd int fd = path_open(root, r->point, O_PATH, 0);

	if (fd < 0)
		die(r->point, "open");
	mnt_flags(fd, MS_RDONLY | (r->options.deep_set & MS_RDONLY ? MS_REC : 0), 0, r->point);
}

/* All mounts of config.json in their order; late: only make read-only what has waited for it; ask: the process outside. */
static void
mount_config(int root, const struct config *config, bool late, bool ask)
{
	int mounts = config_node(config, 0, "mounts");
	size_t count = (size_t)json_count(config->json, mounts), i = 0;
	autofree struct request *list = xcalloc(count, sizeof(*list));
	autofree bool *above = NULL;

	request_check_label(config);
	overlay_check_annotations(config);
	/* all are read before the first is mounted: what is wrong with the last changes nothing */
	for (int n = json_first(config->json, mounts); n >= 0; n = json_next(config->json, n))
		request_read(list + i++, config, n);
	above = requests_above(list, count);
	for (i = 0; i < count; i++) {
		struct request r = list[i];
		bool waits = request_waits(list + i, above[i]);

		if (late && waits)
			make_read_only(root, &r);
		if (late)
			continue;
		if (waits) {
			r.options.set &= ~(unsigned long)MS_RDONLY;
			r.options.deep_set &= ~(unsigned long)MS_RDONLY;
		}
		mount_request(root, &r, ask ? (ssize_t)i : -1);
	}
	if (ask)
		source_enough();
	for (i = 0; i < count; i++)
		request_free(list + i);
}

struct words {
	const char *bundle, *options, *rootfs;
	struct request request;
	bool late, mandatory, ask;
};

static void
read_options(struct words *words, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+ab:D:lL:mo:O:r:s:t:")) != -1)
		switch (c) {
		case 'a':
			words->ask = true;
			break;
		case 'b':
			words->bundle = optarg;
			break;
		case 'D':
			words->request.overlay = xstrdup(optarg);
			break;
		case 'l':
			words->late = true;
			break;
		case 'L':
			words->request.label = optarg;
			break;
		case 'm':
			words->mandatory = true;
			break;
		case 'o':
			words->options = optarg;
			break;
		case 'O':
			words->request.overlay = xstrdup(optarg);
			words->request.overlay_named = true;
			break;
		case 'r':
			words->rootfs = optarg;
			break;
		case 's':
			words->request.source = optarg;
			break;
		case 't':
			words->request.type = optarg;
			break;
		default:
			usage();
		}
}

/* Of a bundle or the mandatory mounts all comes from there; else it is one mount, with its point behind the options. */
static bool
fits(const struct words *words, const char *point)
{
	const struct request *r = &words->request;

	if (!words->bundle && !words->mandatory)
		return !words->late && point;
	return !words->options && !r->source && !r->type && !r->overlay && !r->label && (words->bundle || words->rootfs) &&
	       !(words->ask && (words->late || words->mandatory));
}

char **
oci_mount_main(int argc, char **argv)
{
	struct words words = { 0 };
	const struct config *config = NULL;
	autofd int root = -1;

	read_options(&words, argc, argv);
	argv += optind;
	if (!fits(&words, argv[0]))
		usage();
	if (words.bundle) {
		config = config_load(words.bundle);
		words.rootfs = words.rootfs ? words.rootfs : config->rootfs;
		if (!words.rootfs)
			fail(ST_CONFIG, words.bundle, "config.json has no root");
	}
	root = root_open(words.rootfs ? words.rootfs : "/");
	if (words.ask && (!chain.inside || chain.peer < 0))
		fail(ST_USAGE, "-a", "not inside, behind oci-ns with a block in braces");
	if (words.mandatory)
		mandatory_mount(root, config, words.late);
	else if (words.bundle)
		mount_config(root, config, words.late, words.ask && source_is_asked(config));
	if (words.bundle || words.mandatory)
		return argv;
	words.request.point = *argv++;
	words.request.asked = words.ask;
	request_parse(&words.request, words.options ? words.options : "");
	mount_request(root, &words.request, words.ask ? 0 : -1);
	if (words.ask)
		source_enough();
	request_free(&words.request);
	return argv;
}
