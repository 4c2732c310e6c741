/* SPDX-License-Identifier: MIT */
/* oci-landlock: from here on this process and all it starts reach only what is listed.
 *
 * Behind oci-nnp, since the kernel wants no_new_privs of whoever has not CAP_SYS_ADMIN,
 * and behind everything that mounts: landlock(7) forbids that to who is restricted.
 */
#include <sys/stat.h>

#include "compat.h"
#include "config.h"

struct rules {
	int version;                            /* of landlock, as the kernel tells it */
	int fd;                                 /* the ruleset */
	struct oci_landlock_ruleset handled;    /* what is forbidden unless a rule allows it */
	const struct config *config;            /* whose annotations the rules are, or NULL */
	int node;                               /* the annotation at hand */
};

/* What an option, or the annotation org.ocibox.landlock.NAME, is about. */
static const struct topic {
	const char *name;
	const char *separators;
	char letter;
	int version;                            /* of landlock that has it */
	uint64_t fs, net, scope;
} topics[] = {
	{ "read", ":", 'r', 1, OCI_LANDLOCK_FS_READ_FILE | OCI_LANDLOCK_FS_READ_DIR, 0, 0 },
	{ "execute", ":", 'x', 1, OCI_LANDLOCK_FS_READ_FILE | OCI_LANDLOCK_FS_READ_DIR | OCI_LANDLOCK_FS_EXECUTE, 0, 0 },
	{ "write", ":", 'w', 1, ~OCI_LANDLOCK_FS_EXECUTE, 0, 0 },
	{ "bind", ",", 'B', 4, 0, OCI_LANDLOCK_NET_BIND_TCP, 0 },
	{ "connect", ",", 'C', 4, 0, OCI_LANDLOCK_NET_CONNECT_TCP, 0 },
	{ "scope", ",", 'S', 6, 0, 0, OCI_LANDLOCK_SCOPE_SIGNAL | OCI_LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET },
};

/* The rights over files that this version has: unknown ones are refused, and those it lacks nobody can forbid. */
static uint64_t
fs_rights(int version)
{
	uint64_t rights = OCI_LANDLOCK_FS_REFER - 1;

	if (version >= 2)
		rights |= OCI_LANDLOCK_FS_REFER;
	if (version >= 3)
		rights |= OCI_LANDLOCK_FS_TRUNCATE;
	if (version >= 5)
		rights |= OCI_LANDLOCK_FS_IOCTL_DEV;
	return rights;
}

static _Noreturn void
refuse(const struct rules *rules, const char *item, int status, const char *reason)
{
	if (rules->config)
		config_fail(rules->config, rules->node, status, "%s: %s", item, reason);
	fail(status == ST_CONFIG ? ST_USAGE : status, item, "%s", reason);
}

static uint64_t
scope_named(const struct rules *rules, const char *name)
{
	if (!strcmp(name, "signal"))
		return OCI_LANDLOCK_SCOPE_SIGNAL;
	if (!strcmp(name, "abstract"))
		return OCI_LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET;
	refuse(rules, name, ST_CONFIG, "must be signal or abstract");
}

static void
add_path(const struct rules *rules, const struct topic *topic, const char *path)
{
	struct oci_landlock_path rule = { .allowed_access = topic->fs & rules->handled.handled_access_fs };
	autofd int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(path, "open");
	/* rights that are about what a directory holds are refused for anything else */
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= OCI_LANDLOCK_FS_EXECUTE | OCI_LANDLOCK_FS_WRITE_FILE | OCI_LANDLOCK_FS_READ_FILE |
			OCI_LANDLOCK_FS_TRUNCATE | OCI_LANDLOCK_FS_IOCTL_DEV;
	rule.parent_fd = fd;
	if (syscall(OCI_SYS_landlock_add_rule, rules->fd, OCI_LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		die(path, "allow the use of");
}

static void
add_port(const struct rules *rules, const struct topic *topic, const char *text)
{
	struct oci_landlock_port rule = { .allowed_access = topic->net };
	char *end;

	if (!strcmp(text, "none"))
		return;
	errno = 0;
	rule.port = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || rule.port > 65535)
		refuse(rules, text, ST_CONFIG, "must be a port (0 to 65535), or none");
	if (syscall(OCI_SYS_landlock_add_rule, rules->fd, OCI_LANDLOCK_RULE_NET_PORT, &rule, 0))
		die(text, "allow the use of port");
}

/* First of two rounds: what is handled must be known when the ruleset is made, before any rule is added. */
static void
handle(struct rules *rules, const struct topic *topic, const char *item)
{
	if (rules->version < topic->version)
		refuse(rules, topic->name, ST_UNSUPPORTED, rules->version < 0 ? "this kernel has no landlock" : "this kernel's landlock cannot do that");
	rules->handled.handled_access_fs |= topic->fs ? fs_rights(rules->version) : 0;
	rules->handled.handled_access_net |= topic->net;
	rules->handled.scoped |= topic->scope ? scope_named(rules, item) : 0;
}

static void
apply(struct rules *rules, const struct topic *topic, const char *item)
{
	if (rules->fd < 0)
		handle(rules, topic, item);
	else if (topic->fs)
		add_path(rules, topic, item);
	else if (topic->net)
		add_port(rules, topic, item);
}

static const struct topic *
topic_of(int letter)
{
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
		if (topics[i].letter == letter)
			return &topics[i];
	usage();
}

static void
apply_annotations(struct rules *rules)
{
	int list = config_node(rules->config, 0, "annotations");

	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		autofree char *key = xasprintf("org.ocibox.landlock.%s", topics[i].name), *copy = NULL;
		char *rest, *item;

		rules->node = json_get(rules->config->json, list, key);
		if (rules->node < 0)
			continue;
		rest = copy = xstrdup(json_string(rules->config->json, rules->node));
		while ((item = strsep(&rest, topics[i].separators)))
			if (*item)
				apply(rules, &topics[i], item);
	}
}

/* One round over all options; the first finds what is to be handled. Returns the words behind them. */
static char **
round_of(struct rules *rules, int argc, char **argv)
{
	const char *bundle = NULL;
	int c;

	optind = 0;
	while ((c = getopt(argc, argv, "+b:r:x:w:B:C:S:")) != -1) {
		if (c == 'b')
			bundle = optarg;
		else
			apply(rules, topic_of(c), optarg);
	}
	if (bundle) {
		rules->config = config_load(bundle);
		apply_annotations(rules);
	}
	return argv + optind;
}

char **
oci_landlock_main(int argc, char **argv)
{
	struct rules rules = { .fd = -1 };
	autofd int fd = -1;
	size_t size = sizeof(rules.handled);
	char **rest;

	/* ENOSYS, or EOPNOTSUPP when it is switched off: then there is no version */
	rules.version = (int)syscall(OCI_SYS_landlock_create_ruleset, NULL, 0, OCI_LANDLOCK_CREATE_RULESET_VERSION);
	rest = round_of(&rules, argc, argv);
	if (!rules.handled.handled_access_fs && !rules.handled.handled_access_net && !rules.handled.scoped)
		return rest;
	/* a struct longer than the kernel's is taken when what it does not know is zero */
	fd = (int)syscall(OCI_SYS_landlock_create_ruleset, &rules.handled, size, 0);
	if (fd < 0)
		die("landlock", "make a ruleset of");
	rules.fd = fd;
	rules.config = NULL;
	(void)round_of(&rules, argc, argv);
	if (!syscall(OCI_SYS_landlock_restrict_self, fd, 0))
		return rest;
	if (errno == EPERM)
		fail(ST_PERMISSION, "landlock", "needs no_new_privs, or CAP_SYS_ADMIN");
	die("landlock", "restrict this process with");
}
