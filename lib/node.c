/* SPDX-License-Identifier: MIT */
/* Device nodes, by mknod or, where that is not allowed (in a user namespace), by binding
 * the host's. The root may be hostile: what is at a name is looked at before it is used. */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cgroup.h"
#include "compat.h"
#include "mnt.h"
#include "node.h"
#include "path.h"
#include "proc.h"

static bool
is_node(const struct node *node, const struct stat *st)
{
	return (st->st_mode & S_IFMT) == node->type &&
	       (node->type == S_IFIFO || st->st_rdev == makedev(node->major, node->minor));
}

static _Noreturn void
fail_not(const struct node *node, const char *found)
{
	if (node->type == S_IFIFO)
		fail(ST_KERNEL, node->path, "%s is no fifo", found);
	fail(ST_KERNEL, node->path, "%s is no %s device %u:%u", found,
		node->type == S_IFCHR ? "character" : "block", node->major, node->minor);
}

bool
node_is_hosts(const struct place *place, const struct stat *st)
{
	return place->guarded && st->st_dev == place->host.st_dev &&
	       (place->apart || st->st_ino == place->host.st_ino);
}

/* A node in a /dev from outside: it must be there, and stays as it is. */
static void
require_node(const struct place *place, const struct node *node)
{
	autofd int fd = path_open(place->root, node->path, O_PATH, 0);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(node->path, "open");
	if (!is_node(node, &st))
		fail_not(node, "what is there");
}

/* Whether mknod is allowed at all, found by a node that is removed at once: on an
 * existing name EEXIST comes before EPERM. */
static bool
may_mknod(int parent)
{
	autofree char *name = xasprintf(".oci-mkdev.%d", (int)getpid());

	if (mknodat(parent, name, S_IFCHR, makedev(1, 3)))
		return errno != EPERM;
	(void)unlinkat(parent, name, 0);        /* made a moment ago, by us */
	return true;
}

/* The host's node of the same path, as O_PATH. Its mode and owner are the host's to choose. -1 and errno. */
static int
host_node(const struct node *node, struct stat *st)
{
	autofd int fd = open(node->path, O_PATH | O_CLOEXEC);

	return fd < 0 || fstat(fd, st) ? -1 : steal_fd(&fd);
}

/* Binds it on an empty file, which is made, or on a right node. */
static void
bind_node(const struct node *node, int parent, const char *name)
{
	struct stat st;
	autofd int source = host_node(node, &st);
	autofd int made = -1, target = -1, mount = -1;

	if (source < 0)
		die(node->path, "open the host's");
	if (!is_node(node, &st))
		fail_not(node, "the host's");
	made = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (made < 0 && errno != EEXIST)
		die(node->path, "make a file to mount on at");
	target = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0 || fstat(target, &st))
		die(node->path, "open");
	if (!S_ISREG(st.st_mode) && !is_node(node, &st))
		fail_not(node, "what is there");
	mount = mnt_bind(source, target, 0, node->path);
}

/* A right node that is there, in a user namespace: it may be on a filesystem whose devices are dead there, and its owner
 * one that has no id to change it with. The host's covers it where there is one; false: nothing was to be done. */
static bool
cover_node(const struct node *node, int parent, const char *name, const struct stat *there)
{
	struct stat st;
	autofd int fd = -1;

	if (node->type == S_IFIFO || !proc_usable() || !cgroup_unprivileged())
		return false;
	fd = host_node(node, &st);
	if (fd < 0 || !is_node(node, &st))
		return false;
	/* an earlier run's */
	if (st.st_dev != there->st_dev || st.st_ino != there->st_ino)
		bind_node(node, parent, name);
	return true;
}

static void
set_owner_and_mode(const struct node *node, int fd, struct stat *st)
{
	char name[32];

	if ((st->st_uid != node->uid || st->st_gid != node->gid) &&
	    fchownat(fd, "", node->uid, node->gid, AT_EMPTY_PATH))
		die(node->path, "change the owner of");
	/* before 6.6 no call takes an O_PATH descriptor, but the name /proc has for it */
	if ((st->st_mode & 07777) != node->mode &&
	    syscall(OCI_SYS_fchmodat2, fd, "", node->mode, AT_EMPTY_PATH) &&
	    chmod(fd_path(fd, name), node->mode))
		die(node->path, "change the mode of");
	if (fstat(fd, st))
		die(node->path, "stat");
	if ((st->st_mode & 07777) != node->mode || st->st_uid != node->uid || st->st_gid != node->gid)
		fail(ST_KERNEL, node->path, "mode and owner did not change");
}

/* What is mounted at its path stays, but at /dev/null, which the steps themselves use. */
void
node_make(const struct place *place, const struct node *node)
{
	autofree char *clean = path_clean(node->path), *name = NULL;
	autofd int parent = -1, fd = -1;
	struct stat st;
	mode_t mask;
	int err;

	if (place->taken && !strncmp(clean, "/dev/", 5)) {
		require_node(place, node);
		return;
	}
	parent = path_parent(place->root, node->path, &name);
	if (parent < 0 || fstat(parent, &st))
		die(node->path, "make the directory of");
	if (node_is_hosts(place, &st)) {
		require_node(place, node);
		return;
	}
	mask = umask(0);
	err = mknodat(parent, name, node->type | node->mode, makedev(node->major, node->minor)) ? errno : 0;
	umask(mask);
	if (err == EPERM && node->type != S_IFIFO) {
		bind_node(node, parent, name);
		return;
	}
	errno = err;
	if (err && err != EEXIST)
		die(node->path, "mknod");

	fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		die(node->path, "open");
	if (is_node(node, &st)) {
		/* one that is bound here already is the host's */
		if (!node_is_hosts(place, &st) && !(err && cover_node(node, parent, name, &st)))
			set_owner_and_mode(node, fd, &st);
	} else if (S_ISREG(st.st_mode) && st.st_size == 0 && node->type != S_IFIFO && !may_mknod(parent)) {
		bind_node(node, parent, name);  /* what an earlier run bound it on */
	} else if (!strcmp(clean, "/dev/null") || mount_id(fd, node->path) == mount_id(parent, node->path)) {
		fail_not(node, "what is there");
	}
}

static void
make_ptmx(int dev)
{
	static const char text[] = "pts/ptmx";
	char now[sizeof(text)];
	ssize_t n = readlinkat(dev, "ptmx", now, sizeof(now));

	if (n == (ssize_t)strlen(text) && !memcmp(now, text, strlen(text)))
		return;
	/* the image's own could be the host's multiplexer, or lead to another's */
	if (unlinkat(dev, "ptmx", 0) && errno != ENOENT) {
		if (errno == EBUSY)     /* config.json mounts one */
			return;
		die("/dev/ptmx", "replace");
	}
	if (symlinkat(text, dev, "ptmx"))
		die("/dev/ptmx", "symlink");
}

void
node_links(int dev)
{
	static const char links[][2][16] = {
		{ "/dev/fd", "/proc/self/fd" },
		{ "/dev/stdin", "/proc/self/fd/0" },
		{ "/dev/stdout", "/proc/self/fd/1" },
		{ "/dev/stderr", "/proc/self/fd/2" },
		{ "/dev/core", "/proc/kcore" },
	};
	/* a kernel may be built without it */
	size_t count = sizeof(links) / sizeof(links[0]) - (access("/proc/kcore", F_OK) != 0);

	for (size_t i = 0; i < count; i++)
		if (symlinkat(links[i][1], dev, links[i][0] + strlen("/dev/")) && errno != EEXIST)
			die(links[i][0], "symlink");
	make_ptmx(dev);
}

void
node_console(int dev)
{
	autofd int made = openat(dev, "console", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;

	if (made < 0 && errno != EEXIST)
		die("/dev/console", "make");
	if (fstatat(dev, "console", &st, AT_SYMLINK_NOFOLLOW))
		die("/dev/console", "stat");
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		fail(ST_KERNEL, "/dev/console", "what is there is neither a file nor a device");
}

bool
node_dev_is_bound(const struct config *config)
{
	int mounts = config_node(config, 0, "mounts");
	bool bound = false;

	for (int m = json_first(config->json, mounts); m >= 0; m = json_next(config->json, m)) {
		const char *destination = config_destination(config, m);
		const char *type = config_string(config, m, "type");
		autofree const char **options = config_strings(config, m, "options");
		autofree char *clean = path_clean(destination);

		if (strcmp(clean, "/dev"))
			continue;
		bound = type && !strcmp(type, "bind");
		for (size_t i = 0; options && options[i]; i++)
			bound = bound || !strcmp(options[i], "bind") || !strcmp(options[i], "rbind");
	}
	return bound;
}
