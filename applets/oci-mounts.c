/* SPDX-License-Identifier: MIT */
/* oci-mounts: add mounts to a container that runs, or take some off.
 *
 * What is mounted is made outside, detached, with all its flags: the container never sees it otherwise, and needs no right
 * to the source. Its place is found inside, in the container's mount namespace, by descriptor.
 * schema: namespaces
 */
#include <linux/openat2.h>
#include <linux/stat.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "compat.h"
#include "config.h"
#include "guard.h"
#include "join.h"
#include "mnt.h"
#include "mntpoint.h"
#include "mntsource.h"
#include "overlay.h"
#include "path.h"
#include "proc.h"
#include "state.h"

struct added {
	struct request request;
	int fd;                 /* the mount; -1: not made yet */
};

/* The configuration with the file's mounts in it, and the namespaces of the container's process, to be joined. */
static const struct config *
open_container(const char *id, const char *file, struct state *state)
{
	autofd int entry = -1;
	autofree char *bundle = xasprintf("%s/%s", getenv("OCIBOX_ROOT"), id);
	enum condition condition;
	size_t len;
	char *text;

	(void)state_lock(id, &entry);
	state_expect(entry, id, state);
	condition = state_condition(entry, state);
	if (condition == COND_STOPPED || condition == COND_CREATING || !join_open(state))
		fail(ST_STATE, id, "container not running");
	(void)config_load(bundle);
	text = config_read(file, &len);
	/* with a pid namespace of the host's, the container's processes see this one */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		die(NULL, "hide this process from those in the container");
	(void)steal_fd(&entry);         /* the lock is held to the end */
	return config_set("mounts", text, len, strcmp(file, "-") ? file : "stdin");
}

/* What can be made, but not here. */
static void
check_request(const struct config *config, int node, const struct request *r)
{
	/* they show the namespaces, or the cgroup, of who mounts them */
	static const char *const bound[] = { "proc", "sysfs", "mqueue", "cgroup", "cgroup2" };
	const char *why = NULL;

	for (size_t i = 0; i < sizeof(bound) / sizeof(bound[0]); i++)
		if (request_is(r, bound[i]))
			why = "of this type";
	if (r->options.set & MS_REMOUNT)
		why = "that is there already";
	else if (r->options.extra & (OPT_COPY_SYMLINK | OPT_COPY_UP))
		why = "that is a copy";
	else if (r->overlay && strcmp(r->overlay, "none"))
		why = "with an overlay";
	if (why)
		config_fail(config, node, ST_UNSUPPORTED, "a mount %s cannot be added to a container that runs", why);
	request_check_place(r);
}

static int
make_bind(const struct request *r, int user)
{
	const struct mount_options *o = &r->options;
	struct source source = source_open(r, user);
	bool attached;
	int fd = source.detached ? source.fd : mnt_copy(source.fd, -1, o->set & MS_REC, &attached);

	if (fd < 0)
		die(r->source, "copy the mount of");
	if (!source.detached)
		close(source.fd);
	/* no peer of the host's, where the container's mounts would appear; its slave when some propagation is asked for */
	mnt_propagation(fd, (o->propagations ? MS_SLAVE : MS_PRIVATE) | MS_REC, r->point);
	if ((o->set & ~(unsigned long)OF_THE_CALL) || o->clear)
		mnt_flags_only(fd, o->set & ~(unsigned long)OF_THE_CALL, o->clear, r->point);
	mnt_flags(fd, o->deep_set | MS_REC, o->deep_clear, r->point);
	return fd;
}

/* Those that are no binds; root: of the container, where a tmpfs looks at what it covers. */
static void
make_new(struct added *list, size_t count, int root)
{
	for (size_t i = 0; i < count; i++) {
		const struct request *r = &list[i].request;

		if (request_is_bind(r))
			continue;
		list[i].fd = request_make(root, r);
		mnt_flags(list[i].fd, r->options.deep_set | MS_REC, r->options.deep_clear, r->point);
	}
	close(root);
}

/* The same where a source is the host's. */
static void
make_outside(struct added *list, size_t count, int proc, const struct state *state)
{
	autofree char *path = xasprintf("%ld/root", (long)state->pid);
	int root = openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		die(state->id, "open the root directory of");
	make_new(list, count, root);
}

/* To where the sources are, with what is locked for the container. An ordinary user may not go there as itself. */
static void
enter_user(int user)
{
	if (geteuid() == 0) {
		source_enter(user);
		return;
	}
	join_enter(CLONE_NEWUSER);
	if (unshare(CLONE_NEWNS))
		die(NULL, "make a mount namespace");
}

static void
attach(const struct added *list, size_t count)
{
	autofd int root = root_open("/");

	for (size_t i = 0; i < count; i++) {
		const struct request *r = &list[i].request;
		struct stat st;

		if (fstat(list[i].fd, &st))
			die(r->point, "stat");

		autofd int target = request_target(root, r, S_ISDIR(st.st_mode), request_is_bind(r) ? list[i].fd : -1);

		if (mnt_attach(list[i].fd, target))
			die(r->point, "mount on");
		mount_options_finish(&r->options, list[i].fd, r->point);
	}
}

/* Takes off the mount of this descriptor. Our /proc is not in sight any more. */
static int
detach(int proc, int fd)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "self/fd/%d", fd);
	return fchdir(proc) || umount2(name, MNT_DETACH) ? -1 : 0;
}

/* By a process of its own: when it fails, be it killed, what it has attached is taken off. */
static void
attach_all(const struct added *list, size_t count, int proc)
{
	struct signals held;
	int status;
	pid_t pid;

	pid = signals_fork(&held);
	if (pid == 0) {
		signals_release(&held);
		attach(list, count);
		_exit(0);
	}
	status = child_wait(pid, -1, NULL);
	signals_release(&held);
	/* EINVAL: it is not attached */
	for (size_t i = count; status && i-- > 0;)
		if (detach(proc, list[i].fd) && errno != EINVAL)
			warn(list[i].request.point, "stays mounted: %s", strerror(errno));
	if (status)
		chain_end(status);
}

static void
add(const struct config *config, const struct state *state, int proc)
{
	int mounts = config_node(config, 0, "mounts");
	/* join_enter() closes its own; -1: there is none */
	autofd int user = fcntl(join_fd(CLONE_NEWUSER), F_DUPFD_CLOEXEC, 3);
	size_t count = (size_t)json_count(config->json, mounts), i = 0;
	autofree struct added *list = xcalloc(count, sizeof(*list));

	request_check_label(config);
	for (int n = json_first(config->json, mounts); n >= 0; n = json_next(config->json, n), i++) {
		request_read(&list[i].request, config, n);
		list[i].request.base = state->bundle;
		check_request(config, n, &list[i].request);
	}
	if (user >= 0)
		enter_user(user);
	if (!mnt_changes_detached())
		fail(ST_UNSUPPORTED, state->id, "this kernel cannot add mounts to a container that runs");
	/* what the container's root may mount itself is made in its user namespace, and is its own */
	if (user < 0)
		make_outside(list, count, proc, state);
	for (i = 0; i < count; i++)
		if (request_is_bind(&list[i].request))
			list[i].fd = make_bind(&list[i].request, user);
	join_enter(CLONE_NEWUSER | CLONE_NEWNS);
	if (user >= 0)
		make_new(list, count, root_open("/"));
	attach_all(list, count, proc);
}

/* The uppermost mount at point, which is a mount point by itself: a link of the container's would choose another. */
static int
open_mount(int root, const char *point)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	autofd int fd = (int)syscall(OCI_SYS_openat2, root, point, &how, sizeof(how));
	struct statx st;

	if (fd < 0 && errno == ELOOP)
		fail(ST_STATE, point, "a symbolic link leads there, which is not followed");
	if (fd < 0)
		die(point, "open");
	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, 0, &st))
		die(point, "stat");
	if (!(st.stx_attributes & st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
		fail(ST_STATE, point, "not a mount point");
	return steal_fd(&fd);
}

static void
take_off(const struct config *config, int proc)
{
	autofree const char **points = NULL;
	int mounts = config_node(config, 0, "mounts");
	size_t count = (size_t)json_count(config->json, mounts), i = 0;
	autofd int root = -1;

	points = xcalloc(count, sizeof(*points));
	for (int n = json_first(config->json, mounts); n >= 0; n = json_next(config->json, n), i++) {
		struct request r = { .point = config_destination(config, n) };

		points[i] = r.clean = path_clean(r.point);
		request_check_place(&r);
	}
	join_enter(CLONE_NEWUSER | CLONE_NEWNS);
	root = root_open("/");
	for (i = 0; i < count; i++) {
		autofd int fd = open_mount(root, points[i]);
	}
	/* the last first: it may be on another of them */
	while (i-- > 0) {
		autofd int fd = open_mount(root, points[i]);

		if (detach(proc, fd))
			die(points[i], "unmount");
	}
}

char **
oci_mounts_main(int argc, char **argv)
{
	const struct config *config;
	struct state state;
	autofd int proc = -1;
	bool adds;

	if (getopt(argc, argv, "+") != -1)
		usage();
	argv += optind;
	if (argc - optind != 3 || (strcmp(argv[0], "add") && strcmp(argv[0], "remove")))
		usage();
	adds = *argv[0] == 'a';
	state_check_id(argv[1]);
	proc = proc_any();
	config = open_container(argv[1], argv[2], &state);
	if (adds)
		add(config, &state, proc);
	else
		take_off(config, proc);
	return argv + 3;
}
