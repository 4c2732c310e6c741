/* SPDX-License-Identifier: MIT */
/* oci-mkdev: make device nodes and the usual links of /dev in a root directory.
 *
 * After oci-mount, since the nodes belong on the filesystem mounted on /dev;
 * before oci-pivot, since where mknod is not allowed the host's nodes are bound.
 * The root may be hostile: nothing in it is believed to be what its name says.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "config.h"
#include "node.h"
#include "path.h"

enum { MAJOR_MAX = (1 << 12) - 1, MINOR_MAX = (1 << 20) - 1 };      /* of the kernel's dev_t */

static const struct node default_nodes[] = {
	{ "/dev/null", S_IFCHR, 1, 3, 0666, 0, 0 },
	{ "/dev/zero", S_IFCHR, 1, 5, 0666, 0, 0 },
	{ "/dev/full", S_IFCHR, 1, 7, 0666, 0, 0 },
	{ "/dev/random", S_IFCHR, 1, 8, 0666, 0, 0 },
	{ "/dev/urandom", S_IFCHR, 1, 9, 0666, 0, 0 },
	{ "/dev/tty", S_IFCHR, 5, 0, 0666, 0, 0 },
};

static bool
is_path(const char *path, const char *wanted)
{
	autofree char *clean = path_clean(path);

	return !strcmp(clean, wanted);
}

static mode_t
type_of(const char *letter)
{
	if (!strcmp(letter, "c") || !strcmp(letter, "u"))
		return S_IFCHR;
	if (!strcmp(letter, "b"))
		return S_IFBLK;
	return strcmp(letter, "p") ? 0 : S_IFIFO;
}

/* A copy of one field of TYPE:PATH:MAJOR:..., ended by a colon; "\\:" is a colon in the path. */
static char *
take_field(const char **at)
{
	char *field = xstrdup(*at ? *at : ""), *out = field;
	const char *in = *at;

	if (!in)
		return field;
	for (; *in && *in != ':'; *out++ = *in++)
		if (in[0] == '\\' && in[1] == ':')
			in++;
	*out = '\0';
	*at = *in ? in + 1 : NULL;
	return field;
}

static long long
take_number(const char **at, unsigned base, long long max, long long absent, const char *what)
{
	autofree char *field = take_field(at);
	const char *end;
	uint64_t value;

	if (!*field)
		return absent;
	end = take_digits(field, base, SIZE_MAX, &value);
	if (!end || *end || value > (uint64_t)max)
		fail(ST_USAGE, field, "not a %s", what);
	return (long long)value;
}

static struct node
parse_node(const char *text)
{
	const char *at = text;
	autofree char *letter = take_field(&at);
	struct node node = { .path = take_field(&at), .type = type_of(letter) };
	long long major = take_number(&at, 10, MAJOR_MAX, -1, "major number");
	long long minor = take_number(&at, 10, MINOR_MAX, -1, "minor number");

	node.mode = (mode_t)take_number(&at, 8, 07777, 0666, "mode");
	node.uid = (uid_t)take_number(&at, 10, UINT32_MAX - 1, 0, "user id");
	node.gid = (gid_t)take_number(&at, 10, UINT32_MAX - 1, 0, "group id");
	if (!node.type || *node.path != '/' || at || (node.type != S_IFIFO && (major < 0 || minor < 0)))
		fail(ST_USAGE, text, "not TYPE:PATH:MAJOR:MINOR[:MODE[:UID[:GID]]] with a type of b, c, u or p");
	node.major = major < 0 ? 0 : (unsigned)major;
	node.minor = minor < 0 ? 0 : (unsigned)minor;
	return node;
}

static struct node
config_device(const struct config *config, int entry)
{
	const char *letter = config_string(config, entry, "type");
	const char *path = config_string(config, entry, "path");
	int64_t major = config_int(config, entry, "major", -1);
	int64_t minor = config_int(config, entry, "minor", -1);
	struct node node = {
		.path = path ? path : "",
		.type = type_of(letter ? letter : ""),
		/* some clients write the whole st_mode */
		.mode = (mode_t)config_uint(config, entry, "fileMode", 0666) & 07777,
		.uid = (uid_t)config_uint(config, entry, "uid", 0),
		.gid = (gid_t)config_uint(config, entry, "gid", 0),
	};

	if (!node.type || *node.path != '/')
		config_fail(config, entry, ST_CONFIG, "a device needs an absolute path and a type of b, c, u or p");
	if (node.type == S_IFIFO)
		return node;
	if (major < 0 || major > MAJOR_MAX || minor < 0 || minor > MINOR_MAX)
		config_fail(config, entry, ST_CONFIG, "a device needs a major number of 0 to %d and a minor number of 0 to %d",
			MAJOR_MAX, MINOR_MAX);
	node.major = (unsigned)major;
	node.minor = (unsigned)minor;
	return node;
}

struct wish {
	struct node *nodes;
	size_t count;
	bool defaults, console;
};

/* Adds what config.json wants in front of what the command line wants. */
static void
take_config(const struct config *config, struct wish *wish)
{
	int devices = config_node(config, 0, "linux.devices");
	size_t more = (size_t)json_count(config->json, devices);
	struct node *nodes = xcalloc(more + wish->count, sizeof(*nodes));
	size_t n = 0;

	for (int d = json_first(config->json, devices); d >= 0; d = json_next(config->json, d))
		nodes[n++] = config_device(config, d);
	if (wish->count)
		memcpy(nodes + n, wish->nodes, wish->count * sizeof(*nodes));
	free(wish->nodes);
	wish->nodes = nodes;
	wish->count += n;
	wish->console = wish->console || config_bool(config, 0, "process.terminal", false);
}

static void
make_all(struct place *place, const struct wish *wish)
{
	autofd int dev = path_open(place->root, "/dev", O_PATH | O_DIRECTORY, 0);
	struct stat root, st;

	if (stat("/", &root) || stat("/dev", &place->host))
		place->guarded = false; /* nothing to guard */
	place->apart = place->guarded && place->host.st_dev != root.st_dev;
	if (dev >= 0 && fstat(dev, &st) == 0 && node_is_hosts(place, &st))
		place->taken = true;

	for (size_t i = 0; wish->defaults && !place->taken && i < sizeof(default_nodes) / sizeof(default_nodes[0]); i++) {
		bool listed = false;

		for (size_t n = 0; n < wish->count; n++)
			listed = listed || is_path(wish->nodes[n].path, default_nodes[i].path);
		if (!listed)
			node_make(place, &default_nodes[i]);
	}
	for (size_t i = 0; i < wish->count; i++)
		/* always the link: a node of the host's multiplexer would give terminals of the host */
		if (!is_path(wish->nodes[i].path, "/dev/ptmx"))
			node_make(place, &wish->nodes[i]);
	if (place->taken || (!wish->defaults && !wish->console))
		return;
	if (dev < 0)
		dev = path_mkdirs(place->root, "/dev", 0755);
	if (dev < 0)
		die("/dev", "make");
	if (wish->defaults)
		node_links(dev);
	if (wish->console)
		node_console(dev);
}

char **
oci_mkdev_main(int argc, char **argv)
{
	struct wish wish = { .defaults = true };
	const char *bundle = NULL, *root = NULL;
	struct place place = { .root = -1 };
	int c;

	while ((c = getopt(argc, argv, "+b:d:gnor:t")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'd':
			/* not before: the words are the whole chain's, and a container's memory may be short */
			if (!wish.nodes)
				wish.nodes = xcalloc((size_t)argc, sizeof(*wish.nodes));
			wish.nodes[wish.count++] = parse_node(optarg);
			break;
		case 'g':
			place.guarded = true;
			break;
		case 'n':
			wish.defaults = false;
			break;
		case 'o':
			place.taken = true;
			break;
		case 'r':
			root = optarg;
			break;
		case 't':
			wish.console = true;
			break;
		default:
			usage();
		}
	if (!bundle && !root)
		usage();
	if (bundle) {
		const struct config *config = config_load(bundle);

		take_config(config, &wish);
		place.taken = place.taken || node_dev_is_bound(config);
		/* a root from config.json may be "/", or have the host's /dev in it */
		place.guarded = place.guarded || !root;
		if (!root)
			root = config->rootfs;
		if (!root)
			config_fail(config, 0, ST_CONFIG, "no root");
	}

	place.root = root_open(root);
	make_all(&place, &wish);
	close(place.root);
	free(wish.nodes);
	return argv + optind;
}
