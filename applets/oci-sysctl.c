/* SPDX-License-Identifier: MIT */
/* oci-sysctl: set kernel parameters of the namespaces this process is in, then go on.
 *
 * After oci-ns: before it, these are the host's. After the hooks that make network
 * devices, which have parameters too; before oci-ropaths, which makes /proc/sys read-only.
 */
#include "config.h"
#include "ocibox.h"
#include "proc.h"

/* key as a path below /proc/sys. As sysctl(8) has it: whichever of "." and "/" comes first
 * separates, and the other is a part of the name: net/ipv4/conf/eth0.100/forwarding. */
static char *
path_of(const char *key)
{
	char *path = xasprintf("%s", key);
	bool swap = key[strcspn(key, "./")] == '.';

	for (char *p = path; swap && *p; p++)
		if (*p == '.')
			*p = '/';
		else if (*p == '/')
			*p = '.';
	return path;
}

/* Whether path is plain: no empty component, no "." and no "..". */
static bool
plain(const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "/");

		if (!len || (len == 1 && *path == '.') || (len == 2 && !strncmp(path, "..", 2)))
			return false;
		if (!path[len])
			return true;
		path += len + 1;
	}
}

/* Whether the parameter belongs to a namespace, so that the host does not notice. */
static bool
namespaced(const char *path)
{
	static const char names[][24] = {
		"kernel/domainname", "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem", "kernel/shmall",
		"kernel/shmmax", "kernel/shmmni", "kernel/shm_rmid_forced",
	};

	if (!strncmp(path, "net/", 4) || !strncmp(path, "fs/mqueue/", 10))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(path, names[i]))
			return true;
	return false;
}

/* NULL, or why key at path cannot be set here. */
static const char *
objection(const char *path)
{
	if (!plain(path))
		return "not a kernel parameter's name";
	if (!strcmp(path, "kernel/hostname"))
		return "set with hostname in config.json, or with oci-hostname";
	if (!namespaced(path))
		return "belongs to no namespace: it would change the host";
	return NULL;
}

static void
set(const char *path, const char *value)
{
	autofree char *file = xasprintf("/proc/sys/%s", path);

	proc_write(file, value);
}

/* KEY=VALUE. apply false: only looks whether it may be set. */
static void
set_text(const char *text, bool apply)
{
	size_t len = strcspn(text, "=");
	autofree char *key = xasprintf("%.*s", (int)len, text);
	autofree char *path = path_of(key);
	const char *reason = objection(path);

	if (!text[len])
		fail(ST_USAGE, text, "not KEY=VALUE");
	if (reason)
		fail(ST_USAGE, key, "%s", reason);
	if (apply)
		set(path, text + len + 1);
}

static void
set_config(const struct config *config, bool apply)
{
	int map = config_node(config, 0, "linux.sysctl");

	for (int n = json_first(config->json, map); n >= 0; n = json_next(config->json, n)) {
		autofree char *path = path_of(json_key(config->json, n));
		const char *reason = objection(path);

		if (reason)
			config_fail(config, n, ST_CONFIG, "%s", reason);
		if (apply)
			set(path, json_string(config->json, n));
	}
}

char **
oci_sysctl_main(int argc, char **argv)
{
	autofree const char **texts = xcalloc((size_t)argc, sizeof(*texts));
	const char *bundle = NULL;
	size_t count = 0;
	int c;

	while ((c = getopt(argc, argv, "+b:w:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'w':
			set_text(optarg, false);
			texts[count++] = optarg;
			break;
		default:
			usage();
		}
	if (!bundle && !count)
		usage();
	if (bundle) {
		set_config(config_load(bundle), false);
		set_config(config_load(bundle), true);
	}
	for (size_t i = 0; i < count; i++)
		set_text(texts[i], true);
	return argv + optind;
}
