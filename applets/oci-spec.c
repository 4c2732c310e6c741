/* SPDX-License-Identifier: MIT */
/* oci-spec: write a first config.json for a bundle, or check one.
 *
 * Stands alone: its operands are the container's command, so nothing can follow it.
 */
#include <linux/magic.h>
#include <sys/statfs.h>

#include "config.h"
#include "ocibox.h"

struct options {
	bool rootless;
	char **args;    /* NULL: "sh" */
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

/* Whether a line of the template that begins with mark is to be there. */
static bool
wanted(char mark, const struct options *options)
{
	switch (mark) {
	case 'f':
		return !options->rootless;
	case 'm':
	case 'r':
		return options->rootless;
	case 'c':
		return is_cgroup2();
	case 't':
		return !options->args;
	case 'w':
		return options->args;
	default:
		return true;
	}
}

static void
put_config(FILE *out, const struct options *options)
{
	autofree char *template = applet_text(applet_find("oci-spec")->script);
	char *rest = template, *line;

	while ((line = strsep(&rest, "\n")) && *line) {
		if (!wanted(*line, options))
			continue;
		if (*line == 'a')
			put_args(out, options->args);
		else if (*line == 'm')
			put_mappings(out);
		else
			fprintf(out, "%s\n", line + strspn(line, "cfrtw"));
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
	bool out = !strcmp(file, "-"), here = !*bundle || !strcmp(bundle, ".") || *file == '/';
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
