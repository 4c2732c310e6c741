/* SPDX-License-Identifier: MIT */
/* oci-sysctl: set kernel parameters of the namespaces this process is in, then go on.
 *
 * After oci-ns: before it, these are the host's. After the hooks that make network
 * devices, which have parameters too; before oci-ropaths, which makes /proc/sys read-only.
 * schema: namespaces
 */
#include <limits.h>

#include "config.h"
#include "ocibox.h"
#include "proc.h"
#include "sysctl.h"

/* The path of key; dies when it cannot be set here. node: in config, or -1 when it stands on the command line. */
static void
resolve(const char *key, char path[PATH_MAX], const struct config *config, int node)
{
	const char *type = NULL, *reason = NULL;

	if (!sysctl_path(key, path, PATH_MAX))
		reason = "not a kernel parameter's name";
	else if (!strcmp(path, "kernel/hostname"))
		reason = "set with hostname in config.json, or with oci-hostname";
	else if (type = sysctl_namespace(path), !type)
		reason = "belongs to no namespace: it would change the host";
	if (reason && config)
		config_fail(config, node, ST_CONFIG, "%s", reason);
	if (reason)
		fail(ST_USAGE, key, "%s", reason);
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
	autofree char *key = xstrndup(text, len);
	char path[PATH_MAX];

	resolve(key, path, NULL, -1);
	if (!text[len])
		fail(ST_USAGE, text, "not KEY=VALUE");
	if (apply)
		set(path, text + len + 1);
}

static void
set_config(const struct config *config, bool apply)
{
	int map = config_node(config, 0, "linux.sysctl");

	for (int n = json_first(config->json, map); n >= 0; n = json_next(config->json, n)) {
		char path[PATH_MAX];

		resolve(json_key(config->json, n), path, config, n);
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
