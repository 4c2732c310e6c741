/* SPDX-License-Identifier: MIT */
/* oci-features: print what this program can do, as the specification's features document.
 *
 * What it lists comes from the tables that the configuration is checked with, so that nothing
 * is promised that would be refused. It is the same on every kernel and for every user, but for criu, which is
 * there or not.
 * schema: hooks machine seccomp
 */
#include <ctype.h>
#include <sys/capability.h>

#include "criu.h"
#include "filter.h"
#include "mntopt.h"
#include "schema.h"
#include "ocibox.h"

/* What the schema allows a property to be, as a member behind before. */
static void
put_allowed(FILE *out, const char *before, const char *key, const char *path)
{
	const char *const *words = schema_find(path)->words;

	fprintf(out, "%s\"%s\":[", before, key);
	for (size_t i = 0; words[i]; i++)
		fprintf(out, "%s\"%s\"", i ? "," : "", words[i]);
	putc(']', out);
}

static void
put_hooks(FILE *out)
{
	const char *between = "\"hooks\":[";

	for (const struct rule *rule = schema_find("hooks")->inside; rule->key; rule++) {
		fprintf(out, "%s\"%s\"", between, rule->key);
		between = ",";
	}
	fputs("],", out);
}

static void
put_mount_options(FILE *out)
{
	const char *name;

	fputs("\"mountOptions\":[", out);
	for (size_t i = 0; (name = mount_option_name(i)); i++)
		fprintf(out, "%s\"%s\"", i ? "," : "", name);
	fputs("],", out);
}

/* libcap's names of all there were when it was made, not of those this kernel has. */
static void
put_capabilities(FILE *out)
{
	fputs("\"capabilities\":[", out);
	for (cap_value_t value = 0;; value++) {
		char *name = cap_to_name(value);

		/* cap_to_name(3): one without a name is its number */
		if (!name || isdigit((unsigned char)*name)) {
			cap_free(name);
			break;
		}
		for (char *at = name; *at; at++)
			*at = (char)toupper((unsigned char)*at);
		fprintf(out, "%s\"%s\"", value ? "," : "", name);
		cap_free(name);
	}
	fputs("],", out);
}

static void
put_seccomp(FILE *out)
{
	if (!filter_library()) {
		fputs("\"seccomp\":{\"enabled\":false},", out);
		return;
	}
	fputs("\"seccomp\":{\"enabled\":true,", out);
	put_allowed(out, "", "actions", "linux.seccomp.defaultAction");
	put_allowed(out, ",", "operators", "linux.seccomp.syscalls.[].args.[].op");
	put_allowed(out, ",", "archs", "linux.seccomp.architectures.[]");
	put_allowed(out, ",", "knownFlags", "linux.seccomp.flags.[]");
	put_allowed(out, ",", "supportedFlags", "linux.seccomp.flags.[]");
	fputs("},", out);
}

static void
put_linux(FILE *out)
{
	put_allowed(out, "\"linux\":{", "namespaces", "linux.namespaces.[].type");
	putc(',', out);
	put_capabilities(out);
	fputs("\"cgroup\":{\"v1\":true,\"v2\":true,\"systemd\":true,\"systemdUser\":true,\"rdma\":true},", out);
	put_seccomp(out);
	fputs("\"apparmor\":{\"enabled\":true},\"selinux\":{\"enabled\":true},"
	      "\"intelRdt\":{\"enabled\":true,\"schemata\":true,\"monitoring\":true},", out);
	put_allowed(out, "\"memoryPolicy\":{", "modes", "linux.memoryPolicy.mode");
	put_allowed(out, ",", "flags", "linux.memoryPolicy.flags.[]");
	fputs("},\"mountExtensions\":{\"idmap\":{\"enabled\":true}},\"netDevices\":{\"enabled\":true}},", out);
}

char **
oci_features_main(int argc, char **argv)
{
	unsigned library = filter_library();
	struct refusal refusal;
	autofree char *text = NULL;
	size_t len;
	FILE *out;

	if (getopt(argc, argv, "+") != -1)
		usage();
	out = text_open(&text, &len);
	fputs("{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"1.3.0\",", out);
	put_hooks(out);
	put_mount_options(out);
	put_linux(out);
	fprintf(out, "\"annotations\":{\"org.ocibox.version\":\"%s\",\"org.ocibox.commit\":\"%s\",", OCIBOX_VERSION, OCIBOX_COMMIT);
	if (library)
		fprintf(out, "\"io.github.seccomp.libseccomp.version\":\"%u.%u.%u\",", library >> 16, library >> 8 & 255, library & 255);
	/* the name that clients look for, whatever the runtime */
	fprintf(out, "\"org.opencontainers.runc.checkpoint.enabled\":\"%s\"},"
		"\"potentiallyUnsafeConfigAnnotations\":[\"org.criu.config\",\"org.ocibox.\",\"org.systemd.property.\",\"run.oci.\"]}",
		criu_find(&refusal) ? "true" : "false");
	text_close(out);
	put_indented(stdout, text);
	return argv + optind;
}
