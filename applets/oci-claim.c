/* SPDX-License-Identifier: MIT */
/* oci-claim: take an id, hold its entry in the state directory, then go on.
 *
 * The first step of a container, so that nothing is made for an id that another
 * has; only oci-seal comes before it. The configuration is read and checked
 * before the claim: a bad one leaves nothing. From here on it is the one in
 * force for all steps, and the entry's copy for all later commands.
 */
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "config.h"
#include "filter.h"
#include "ocibox.h"
#include "path.h"
#include "state.h"

/* The socket on which the container's process will await oci-release. It is made now, since its name
 * is out of reach after the pivot. */
static int
listen_at(int entry)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char dir[32];
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	/* a name of any length does not fit the 108 bytes of a socket's */
	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s/start.new", fd_path(entry, dir));
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) || listen(fd, 8))
		return -1;
	return steal_fd(&fd);
}

/* The entry of id, locked: made now, or one whose maker was killed before it was a container. */
static int
claim(int root, const char *id)
{
	for (;;) {
		autofd int entry = -1;

		if (mkdirat(root, id, 0700) && errno != EEXIST)
			die(id, "make the state directory of");
		entry = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (entry < 0 && errno == ENOENT)
			continue;       /* removed by its last owner just now */
		if (entry < 0)
			die(id, "open the state directory of");
		/* whoever has the lock wins, be it of another's directory: its maker finds it locked */
		if (state_flock(root, entry, id, LOCK_EX | LOCK_NB)) {
			if (state_has(entry, "state.json"))
				break;
			return steal_fd(&entry);
		}
		if (errno == EWOULDBLOCK)
			break;
		if (errno != ENOENT)
			die(id, "lock the state directory of");
	}
	fail(ST_EXISTS, id, "container with that id already exists");
}

/* The socket, or what stands for it when nobody will start the container: another name of its configuration, since
 * a new file takes ext4 longer. */
static int
await_start(int entry, bool unstarted)
{
	if (unstarted)
		return linkat(entry, "config.json", entry, "start.new", 0);
	chain.start = listen_at(entry);
	return chain.start < 0 ? -1 : 0;
}

/* Fills the entry; what could not be done, with errno, or NULL. */
static const char *
fill(int entry, const struct config *config, const struct state *state, bool chained, bool unstarted)
{
	struct state back;
	char error[256];

	if (state_clear(entry))
		return "clear the state directory of";
	if (config && state_put(entry, "config.json", 0600, config->text, config->len))
		return "write the configuration of";
	if (chained && await_start(entry, unstarted))
		return "make the start socket of";
	/* last: from here on it is a container */
	if (state_write(entry, state))
		return "write the state of";
	/* a name that is not UTF-8 does not come back as it was, and later commands would miss it */
	if (!state_read(entry, state->id, &back, error, sizeof(error)))
		return "read back the state of";
	errno = EINVAL;
	return strcmp(back.bundle, state->bundle) || strcmp(back.rootfs, state->rootfs) ? "record the paths of" : NULL;
}

static void
complete(struct state *state, const struct config *config, const char *rootfs)
{
	const char *bundle = state->bundle;

	state->created = state_now();
	state->owner = geteuid();
	if (config) {
		state->bundle = config->bundle;
		state->rootfs = config->rootfs ? config->rootfs : "";
		state->annotations = json_line(config->json, config_node(config, 0, "annotations"));
		state->oci_version = config_string(config, 0, "ociVersion");
		return;
	}
	state->bundle = realpath(bundle, NULL);
	if (!state->bundle)
		die(bundle, "open bundle");
	if (rootfs) {
		state->rootfs = realpath(rootfs, NULL);
		if (!state->rootfs)
			die(rootfs, "open");
	}
}

char **
oci_claim_main(int argc, char **argv)
{
	const char *bundle = NULL, *file = NULL, *rootfs = NULL, *id, *failed;
	const struct config *config = NULL;
	struct state state = { .bundle = ".", .rootfs = "", .annotations = "{}", .oci_version = "1.3.0" };
	autofd int root = -1;
	bool told = false, unstarted = false;
	int c;

	while ((c = getopt(argc, argv, "+A:b:B:f:nR:V:")) != -1)
		switch (c) {
		case 'A':
			state_annotation(&state, optarg);
			told = true;
			break;
		case 'B':
			state.bundle = optarg;
			told = true;
			break;
		case 'V':
			state.oci_version = optarg;
			told = true;
			break;
		case 'b':
			bundle = optarg;
			break;
		case 'f':
			file = optarg;
			break;
		case 'n':
			unstarted = true;
			break;
		case 'R':
			rootfs = optarg;
			break;
		default:
			usage();
		}
	id = argv[optind];
	if (!id || chain.entry >= 0 || (unstarted && !bundle && !file) || ((bundle || file) && told))
		usage();
	state_check_id(id);
	state.id = id;
	if (bundle || file)
		config = config_load_known(bundle, file, rootfs, filter_known);
	complete(&state, config, rootfs);

	root = state_root(true);
	chain.entry = claim(root, id);
	failed = fill(chain.entry, config, &state, argv[optind + 1], unstarted);
	if (failed) {
		int err = errno;

		(void)state_remove(root, chain.entry, id);      /* the first error is the one to tell */
		errno = err;
		die(id, "%s", failed);
	}
	if (argv[optind + 1] && !strcmp(argv[optind + 1], "oci-guard"))
		chain.claimed = id;
	return argv + optind + 1;
}
