/* SPDX-License-Identifier: MIT */
/* New filesystems, with what each type needs. */
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "copytree.h"
#include "mnt.h"
#include "mntpoint.h"
#include "path.h"
#include "proc.h"

#define SELINUX_MAGIC 0xf97cff8cU

void
request_check_label(const struct config *config)
{
	int node = config_node(config, 0, "linux.mountLabel");
	const char *label = config_string(config, 0, "linux.mountLabel");
	struct statfs st;

	if (!label || !*label)
		return;
	if (statfs("/sys/fs/selinux", &st) || (unsigned)st.f_type != SELINUX_MAGIC)
		config_fail(config, node, ST_UNSUPPORTED, "SELinux is not in force here");
}

/* The mode of the directory that is there, where a tmpfs is not told another; one that is made only for it is
 * no model, and the kernel's default holds. "" for others. */
static char *
mode_of_covered(int root, const struct request *r)
{
	bool wanted = request_is(r, "tmpfs") && !r->options.has_mode;
	autofd int covered = wanted ? path_open(root, r->point, O_PATH | O_DIRECTORY, 0) : -1;
	struct stat st;

	if (covered < 0)
		return xstrdup("");
	if (fstat(covered, &st))
		die(r->point, "stat");
	return xasprintf("mode=%04o", st.st_mode & 07777);
}

/* All of the data. proc and sysfs have the kernel's labels, an mqueue takes its own only once it is mounted. */
static char *
data_of(int root, const struct request *r)
{
	const char *data = r->options.data ? r->options.data : "";
	autofree char *mode = mode_of_covered(root, r);
	bool labelled = r->label && *r->label && !request_is(r, "proc") && !request_is(r, "sysfs") && !request_is(r, "mqueue");
	/* quoted: its categories have commas */
	autofree char *label = labelled ? xasprintf("context=\"%s\"", r->label) : xstrdup("");

	return xasprintf("%s%s%s%s%s", mode, *mode && *data ? "," : "", data, (*mode || *data) && *label ? "," : "", label);
}

/* A copy of data without gid=NUMBER; NULL: it has none. */
static char *
without_gid(const char *data)
{
	const char *at = data - 1, *end;

	/* quotes are in labels alone, which come last */
	while ((at = strstr(at + 1, "gid=")) && at > data && at[-1] != ',')
		;
	if (!at || !at[4] || at[4 + strspn(at + 4, "0123456789")] > ',')
		return NULL;
	end = strchr(at, ',');
	return xasprintf("%.*s%s", (int)(at - data), data, end ? end + 1 : "");
}

/* The host's /sys: a network namespace that is not the user namespace's own has no other for it. */
static int
bind_sysfs(const struct request *r, int target)
{
	const struct mount_options *o = &r->options;
	autofd int source = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool attached;
	autofd int fd = source < 0 ? -1 : mnt_copy(source, target, MS_REC, &attached);

	if (fd < 0)
		die(r->point, "bind /sys on");
	mnt_flags(fd, o->set & ~(unsigned long)OF_THE_CALL, o->clear, r->point);
	if (!attached && mnt_attach(fd, target))
		die(r->point, "bind /sys on");
	return steal_fd(&fd);
}

/* Tries again without what a user namespace may not have. */
static int
mount_type(const struct request *r, unsigned long flags, const char *data, int target)
{
	autofree char *less = NULL;
	char why[256], again[256];
	int fd = mnt_try_new(r->type, r->source, flags, data, target, why), err = errno;

	if (fd < 0 && err == EPERM && request_is(r, "sysfs") && proc_in_userns())
		return bind_sysfs(r, target);
	/* the group tty, which the map may not have: its terminals then get their user's group */
	if (fd < 0 && err == EINVAL && request_is(r, "devpts") && proc_in_userns() && (less = without_gid(data)))
		fd = mnt_try_new(r->type, r->source, flags, less, target, again);
	errno = err;
	if (fd < 0)
		mnt_refused(r->type, r->point, why);
	return fd;
}

int
request_make(int root, const struct request *r)
{
	autofree char *data = data_of(root, r);

	return mount_type(r, r->options.set & ~(unsigned long)OF_THE_CALL, data, -1);
}

void
request_mount(int root, const struct request *r)
{
	const struct mount_options *o = &r->options;
	bool copy_up = (o->extra & OPT_COPY_UP) && request_is(r, "tmpfs");
	unsigned long flags = o->set & ~(unsigned long)(OF_THE_CALL | (copy_up ? MS_RDONLY : 0));
	autofree char *data = data_of(root, r);
	autofd int target = request_target(root, r, true, -1), fd = -1;
	char path[32];

	if (request_is(r, "cgroup") || request_is(r, "cgroup2")) {
		mount_cgroups(r->type, o, target, r->point);
		return;
	}
	fd = mount_type(r, flags, data, target);
	if (copy_up)
		copy_tree(target, fd, r->point);
	if (copy_up && (o->set & MS_RDONLY))
		mnt_flags(fd, MS_RDONLY, 0, r->point);
	if (r->label && *r->label && request_is(r, "mqueue") &&
	    setxattr(fd_path(fd, path), "security.selinux", r->label, strlen(r->label) + 1, 0))
		die(r->point, "label");
	mount_options_finish(o, fd, r->point);
}
