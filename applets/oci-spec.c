/* SPDX-License-Identifier: MIT */
/* oci-spec: write a first config.json for a bundle, or check one.
 *
 * Stands alone: its operands are the container's command, so nothing can follow it.
 */
#include <linux/magic.h>
#include <sys/statfs.h>

#include "config.h"
#include "ocibox.h"

enum when { ALWAYS, FULL, ROOTLESS, CGROUP_NAMESPACE, ARGS, MAPPINGS };

struct options {
	bool rootless;
	char **args;    /* NULL: "sh" */
};

/* ' stands for ", so that it can be read. What it holds is what runc spec writes, but for the
 * name and the terminal: the first run needs no tty. Read-only, and no device but the default ones. */
static const struct part {
	enum when when;
	const char *text;
} parts[] = {
	{ ALWAYS, "{\n"
	"	'ociVersion': '1.3.0',\n"
	"	'process': {\n"
	"		'terminal': false,\n"
	"		'user': { 'uid': 0, 'gid': 0 },\n"
	"		'args': [\n" },
	{ ARGS, "" },
	{ ALWAYS,
	"		],\n"
	"		'env': [\n"
	"			'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',\n"
	"			'TERM=xterm'\n"
	"		],\n"
	"		'cwd': '/',\n"
	"		'capabilities': {\n"
	"			'bounding': [ 'CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE' ],\n"
	"			'effective': [ 'CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE' ],\n"
	"			'permitted': [ 'CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE' ]\n"
	"		},\n"
	"		'rlimits': [ { 'type': 'RLIMIT_NOFILE', 'hard': 1024, 'soft': 1024 } ],\n"
	"		'noNewPrivileges': true\n"
	"	},\n"
	"	'root': { 'path': 'rootfs', 'readonly': true },\n"
	"	'hostname': 'ocibox',\n"
	"	'mounts': [\n"
	"		{ 'destination': '/proc', 'type': 'proc', 'source': 'proc' },\n"
	"		{\n"
	"			'destination': '/dev',\n"
	"			'type': 'tmpfs',\n"
	"			'source': 'tmpfs',\n"
	"			'options': [ 'nosuid', 'strictatime', 'mode=755', 'size=65536k' ]\n"
	"		},\n"
	"		{\n"
	"			'destination': '/dev/pts',\n"
	"			'type': 'devpts',\n"
	"			'source': 'devpts',\n" },
	{ FULL,
	"			'options': [ 'nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5' ]\n" },
	/* group 5 is not one of a rootless container */
	{ ROOTLESS,
	"			'options': [ 'nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620' ]\n" },
	{ ALWAYS,
	"		},\n"
	"		{\n"
	"			'destination': '/dev/shm',\n"
	"			'type': 'tmpfs',\n"
	"			'source': 'shm',\n"
	"			'options': [ 'nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k' ]\n"
	"		},\n"
	"		{\n"
	"			'destination': '/dev/mqueue',\n"
	"			'type': 'mqueue',\n"
	"			'source': 'mqueue',\n"
	"			'options': [ 'nosuid', 'noexec', 'nodev' ]\n"
	"		},\n"
	"		{\n"
	"			'destination': '/sys',\n" },
	{ FULL,
	"			'type': 'sysfs',\n"
	"			'source': 'sysfs',\n"
	"			'options': [ 'nosuid', 'noexec', 'nodev', 'ro' ]\n" },
	/* a new sysfs is for the owner of the network namespace, which here is the host's */
	{ ROOTLESS,
	"			'type': 'none',\n"
	"			'source': '/sys',\n"
	"			'options': [ 'rbind', 'nosuid', 'noexec', 'nodev', 'ro' ]\n" },
	{ ALWAYS,
	"		},\n"
	"		{\n"
	"			'destination': '/sys/fs/cgroup',\n"
	"			'type': 'cgroup',\n"
	"			'source': 'cgroup',\n"
	"			'options': [ 'nosuid', 'noexec', 'nodev', 'relatime', 'ro' ]\n"
	"		}\n"
	"	],\n"
	"	'linux': {\n" },
	{ FULL,
	"		'resources': {\n"
	"			'devices': [ { 'allow': false, 'access': 'rwm' } ]\n"
	"		},\n" },
	{ MAPPINGS, "" },
	{ ALWAYS,
	"		'namespaces': [\n"
	"			{ 'type': 'pid' },\n" },
	{ FULL,
	"			{ 'type': 'network' },\n" },
	{ ROOTLESS,
	"			{ 'type': 'user' },\n" },
	{ CGROUP_NAMESPACE,
	"			{ 'type': 'cgroup' },\n" },
	{ ALWAYS,
	"			{ 'type': 'ipc' },\n"
	"			{ 'type': 'uts' },\n"
	"			{ 'type': 'mount' }\n"
	"		],\n"
	"		'maskedPaths': [\n"
	"			'/proc/acpi',\n"
	"			'/proc/asound',\n"
	"			'/proc/kcore',\n"
	"			'/proc/keys',\n"
	"			'/proc/latency_stats',\n"
	"			'/proc/timer_list',\n"
	"			'/proc/timer_stats',\n"
	"			'/proc/sched_debug',\n"
	"			'/sys/firmware',\n"
	"			'/proc/scsi'\n"
	"		],\n"
	"		'readonlyPaths': [\n"
	"			'/proc/bus',\n"
	"			'/proc/fs',\n"
	"			'/proc/irq',\n"
	"			'/proc/sys',\n"
	"			'/proc/sysrq-trigger'\n"
	"		]\n	}\n}\n" },
};

static void
put_args(FILE *out, char **args)
{
	char *shell[] = { (char[]){ "sh" }, NULL };

	for (char **arg = args ? args : shell; *arg; arg++) {
		fputs("\t\t\t\"", out);
		for (const char *p = *arg; *p; p++)
			if (*p == '"' || *p == '\\')
				fprintf(out, "\\%c", *p);
			else if ((unsigned char)*p < 0x20)
				fprintf(out, "\\u%04x", (unsigned)*p);
			else
				fputc(*p, out);
		fprintf(out, "\"%s\n", arg[1] ? "," : "");
	}
}

static void
put_mappings(FILE *out)
{
	fprintf(out, "\t\t\"uidMappings\": [\n\t\t\t{ \"containerID\": 0, \"hostID\": %u, \"size\": 1 }\n\t\t],\n", geteuid());
	fprintf(out, "\t\t\"gidMappings\": [\n\t\t\t{ \"containerID\": 0, \"hostID\": %u, \"size\": 1 }\n\t\t],\n", getegid());
}

/* On v1 a cgroup namespace shows the container the path of its cgroup all the same. */
static bool
is_cgroup2(void)
{
	struct statfs fs;

	return !statfs("/sys/fs/cgroup", &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static void
put_config(FILE *out, const struct options *options)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		enum when when = parts[i].when;

		if (when == ARGS)
			put_args(out, options->args);
		if (when == MAPPINGS && options->rootless)
			put_mappings(out);
		if ((when == FULL && options->rootless) || (when == ROOTLESS && !options->rootless) ||
		    (when == CGROUP_NAMESPACE && !is_cgroup2()))
			continue;
		for (const char *p = parts[i].text; *p; p++)
			fputc(*p == '\'' ? '"' : *p, out);
	}
}

/* Makes the file, whole or not at all; one that exists is never touched. */
static void
write_file(const char *path, const char *text, size_t len)
{
	autofd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
	ssize_t n;

	if (fd < 0)
		die(path, "make");
	n = write(fd, text, len);
	if (n == (ssize_t)len)
		return;
	if (n >= 0)
		errno = ENOSPC;
	(void)unlink(path);     /* what counts is why the write failed */
	die(path, "write");
}

static bool
tell(void *arg, const char *place, const char *reason)
{
	autofree char *line = xasprintf("%s: %s", place, reason);

	(void)arg;
	report("error", ST_CONFIG, 0, chain.step, place, line);
	return true;
}

/* Tells all that is wrong with text; exits unless that is nothing. */
static void
check(const char *name, const char *text, size_t len)
{
	char error[1024];
	struct json *json = json_parse(name, text, len, error, sizeof(error));

	if (!json)
		fail(ST_CONFIG, NULL, "%s", error);
	if (schema_check(json, tell, NULL))
		exit(ST_CONFIG);
	json_free(json);
}

static void
write_config(const char *bundle, const char *file, const struct options *options)
{
	bool out = !strcmp(file, "-"), here = !strcmp(bundle, ".") || *file == '/';
	autofree char *path = xasprintf("%s%s%s", here ? "" : bundle, here ? "" : "/", file);
	autofree char *text = NULL;
	size_t len;
	FILE *stream = text_open(&text, &len);

	put_config(stream, options);
	text_close(stream);
	/* the command may be text that JSON cannot hold */
	check(out ? "stdout" : path, text, len);
	if (out)
		write_all(STDOUT_FILENO, text, len, "standard output");
	else
		write_file(path, text, len);
}

char **
oci_spec_main(int argc, char **argv)
{
	const char *bundle = ".", *checked = "", *file = "config.json";
	struct options options = { .args = NULL };
	bool reading = false, writing = false;
	int c;

	while ((c = getopt(argc, argv, "+b:c:f:R")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			writing = true;
			break;
		case 'c':
			checked = optarg;
			reading = true;
			break;
		case 'f':
			file = optarg;
			writing = true;
			break;
		case 'R':
			options.rootless = writing = true;
			break;
		default:
			usage();
		}
	if (argv[optind])
		options.args = argv + optind;
	if (reading && (writing || options.args))
		usage();

	if (reading) {
		size_t len;
		autofree char *text = config_read(checked, &len);

		check(strcmp(checked, "-") ? checked : "stdin", text, len);
	} else {
		write_config(bundle, file, &options);
	}
	return argv + argc;
}
