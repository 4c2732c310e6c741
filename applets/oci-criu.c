/* SPDX-License-Identifier: MIT */
/* oci-criu: save the processes of a container with criu, or bring saved ones back.
 *
 * Behind oci-ns with a block in braces: this process becomes criu; in the block, with -A, the outside awaits
 * its end. For a restore behind oci-cgroup attach and oci-rootfs, in a mount namespace of its own: what is
 * restored is in criu's cgroup, and its root is what is mounted there. The processes that come
 * back are children of the outside, which goes on with the first as it does behind oci-ns.
 *
 * Without words it is criu that calls, for the hooks, when the namespaces are there.
 * schema: hooks namespaces process
 */
#include <signal.h>
#include <sys/wait.h>

#include "capture.h"
#include "criu.h"
#include "gate.h"
#include "guard.h"
#include "mnt.h"
#include "path.h"
#include "proc.h"
#include "state.h"

struct request {
	struct criu criu;
	const char *id;
	int ready;              /* where criu tells that it serves pages; -1: nowhere */
	const char *console;    /* the socket of a client for a terminal; NULL: none */
	bool leave;             /* the processes go on behind a dump */
	bool await;
};

/* What criu does itself, by letter. */
static void
add_flag(struct request *request, int letter)
{
	static const struct {
		char letter;
		const char *word;
	} flags[] = {
		{ 'R', "--leave-running" }, { 't', "--tcp-established" }, { 'k', "--skip-in-flight" }, { 'L', "--link-remap" },
		{ 'x', "--ext-unix-sk" }, { 'j', "--shell-job" }, { 'z', "--lazy-pages" }, { 'l', "--file-locks" },
		{ 'a', "--auto-dedup" }, { 'T', "--tcp-close" }, { 'N', "--network-lock" }, { 'M', "--lsm-profile" },
		{ 'C', "--lsm-mount-context" },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].letter == letter)
			/* getopt(3) leaves the value of an option before */
			criu_add(&request->criu, flags[i].word, strchr("NMC", letter) ? optarg : NULL);
	request->leave |= letter == 'R' || letter == 'P';
	request->criu.pre |= letter == 'P';
	request->await |= letter == 'A';
}

static void
check_words(const struct request *request, const char *operation, const char *network)
{
	static const char *const modes = " soft full strict ignore ";
	autofree char *mode = xasprintf(" %s ", request->criu.mode);
	int access = request->ready < 0 ? O_WRONLY : fcntl(request->ready, F_GETFL);

	if (!operation || (!request->criu.restore && strcmp(operation, "dump")))
		usage();
	if (!strstr(modes, mode))
		fail(ST_USAGE, request->criu.mode, "invalid manage-cgroups-mode value");
	if (request->criu.parent && *request->criu.parent == '/')
		fail(ST_USAGE, request->criu.parent, "--parent-path must be relative");
	if (network && strcmp(network, "network"))
		fail(ST_UNSUPPORTED, network, "namespace is not supported");
	if (access < 0 || (access & O_ACCMODE) == O_RDONLY)
		fail(ST_USAGE, NULL, "invalid --status-fd argument %d: not writable", request->ready);
}

static char **
read_request(struct request *request, int argc, char **argv)
{
	const char *pidfile, *network = NULL, *operation = NULL;
	const struct {
		char letter;
		const char **value;
	} values[] = {
		{ 'b', &request->criu.bundle }, { 'c', &request->console }, { 'e', &network }, { 'F', &pidfile }, { 'i', &request->criu.image },
		{ 'm', &request->criu.mode }, { 'o', &operation }, { 'p', &request->criu.parent }, { 'S', &request->criu.server },
		{ 'w', &request->criu.work },
	};
	int c;

	while ((c = getopt(argc, argv, "+Aab:C:c:de:F:f:i:jkLlM:m:N:no:Pp:RS:sTtw:xz")) != -1) {
		if (c == '?')
			usage();
		if (c == 'f')
			request->ready = (int)number(optarg, 0, INT32_MAX, "descriptor");
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			if (values[i].letter == c)
				*values[i].value = optarg;
		add_flag(request, c);
	}
	request->id = argv[optind];
	request->criu.restore = operation && !strcmp(operation, "restore");
	if (!request->id)
		usage();
	state_check_id(request->id);
	check_words(request, operation, network);
	return argv + optind + 1;
}

static void
dump(struct request *request)
{
	struct criu *criu = &request->criu;
	struct state state;
	int entry = state_require(request->id, &state), image, process, root;
	char *copy = xasprintf("%s/%s", getenv("OCIBOX_ROOT"), request->id);
	char *proc = xasprintf("/proc/%d", (int)state.pid);
	const struct config *config = config_load(copy);

	process = proc_open(proc, O_RDONLY | O_DIRECTORY);
	root = openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		die(request->id, "open the root directory of");
	criu_namespaces(criu, config, process);
	if (!criu->pre)
		criu_mounts(criu, config, root, entry);
	image = criu_begin(criu, config);
	criu_add(criu, "-t", xasprintf("%d", (int)state.pid));
	criu_add(criu, "--root", state.rootfs);
	if (criu->parent) {
		int parent = openat(image, criu->parent, O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (parent < 0)
			die(criu->parent, "open the parent path");
		criu_add(criu, "--prev-images-dir", criu->parent);
	}
	if (criu->parent || criu->pre)
		criu_add(criu, "--track-mem", NULL);
	if (request->ready >= 0) {
		(void)fcntl(request->ready, F_SETFD, 0);        /* read_request has seen that it is there */
		criu_add(criu, "--status-fd", xasprintf("%d", request->ready));
	}
	criu_cgroups(criu, entry);
	if (!criu->pre)
		criu_save_descriptors(image, process);
	/* one that is killed leaves the container's processes as they are at that moment */
	parent_unbind();
}

static void
restore(struct request *request)
{
	struct criu *criu = &request->criu;
	const struct config *config = config_load(criu->bundle);
	struct state state;
	int entry = state_require(request->id, &state), image, root;
	const char *rootfs = config->rootfs;

	if (!rootfs)
		fail(ST_CONFIG, criu->bundle, "config.json has no root");
	rootfs = root_path(rootfs);
	root = root_open(rootfs);
	image = criu_begin(criu, config);
	/* in the words of runc; one with a terminal does not come here */
	if (request->console)
		fail(ST_USAGE, request->console, "cannot use console socket if the process has no terminal");
	criu_add(criu, "--root", rootfs);
	criu_add(criu, "-d", "--restore-sibling");
	criu_add(criu, "--evasive-devices", NULL);
	criu_add_descriptor(criu, "--pidfile", entry, "/criu.pid");
	criu_cgroups(criu, entry);
	criu_namespaces(criu, config, -1);
	criu_mounts(criu, config, root, entry);
	criu_take_descriptors(criu, image);
	if (config_bool(config, 0, "root.readonly", false))
		mnt_flags(root, MS_RDONLY, 0, rootfs);
	criu_hooks(criu, config, entry, request->id);
}

/* Waits for criu's end. A dump is not disturbed by signals meanwhile: it would leave stopped processes behind. A restore ends
 * at once, whatever criu does with signals while a hook runs. */
static void
await_end(const struct criu *criu)
{
	autofree char *log = xasprintf("%s/%s", criu->work ? criu->work : criu->image, criu_log(criu));
	pid_t pid = chain.child;
	struct signals held;
	int status;

	if (pid <= 0 || chain.peer < 0)
		fail(ST_USAGE, NULL, "not the outside of oci-ns with a block in braces");
	exec_await();
	chain.began = false;
	signals_hold(&held);
	if (criu->restore)
		(void)sigprocmask(SIG_SETMASK, &held.mask, NULL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die(NULL, "wait for criu");
	chain.child = 0;
	signals_release(&held);
	if (status)
		fail(ST_KERNEL, NULL, "criu failed with status %d: %s: log file: %s",
		     WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), criu_error(log), log);
}

/* What criu has left in the entry goes, but the number of the first of the processes that came back. */
static void
take_over(int entry, const char *id)
{
	autofd int fd = openat(entry, "criu.pid", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	autofree char *text = NULL;

	if (fd < 0)
		die(id, "find the process of");
	text = read_all(fd, 64, NULL, "criu.pid");
	child_take((pid_t)atoi(text));
	chain.began = true;
	if (unlinkat(entry, "criu.pid", 0) || (unlinkat(entry, "oci-criu", 0) && errno != ENOENT))
		die(id, "clear the entry of");
}

/* In the place of this process. */
static _Noreturn void
become(struct request *request)
{
	struct refusal refusal = { 0 };
	struct criu *criu = &request->criu;
	char *file = criu_find(&refusal), **env = clean_environment(false);
	size_t n = 0;

	if (!file)
		fail(refusal.status, NULL, "%s", refusal.reason);
	criu->words[0] = file;
	criu_add(criu, criu->restore ? "restore" : criu->pre ? "pre-dump" : "dump", NULL);
	/* all that it is to inherit is told so below */
	close_from(3, true);
	if (criu->restore)
		restore(request);
	else
		dump(request);
	while (env[n])
		n++;
	env[n] = xasprintf("OCIBOX_RESTORE=%s", request->id);
	exec_announce();
	execve(file, (char **)(uintptr_t)criu->words, env);
	die(file, "execute");
}

char **
oci_criu_main(int argc, char **argv)
{
	struct request request = { .criu = { .image = "checkpoint", .bundle = ".", .mode = "soft" }, .ready = -1 };
	autofd int own = -1;
	char **rest;
	int entry;

	if (argc == 1)
		return criu_called();
	criu_add(&request.criu, "criu", NULL);
	rest = read_request(&request, argc, argv);
	if (!request.await)
		become(&request);
	await_end(&request.criu);
	entry = chain.entry >= 0 ? chain.entry : (own = state_entry(request.id));
	if (request.criu.restore)
		take_over(entry, request.id);
	else if (!request.leave && state_put(entry, "checkpoint", 0600, "", 0))
		die(request.id, "mark the end of");
	return rest;
}
