/* SPDX-License-Identifier: MIT */
/* oci-plan: print the script of steps that makes the container of a configuration. oci-plan.chain is what it prints.
 * schema: hooks machine namespaces process resources seccomp
 */
#include <stdarg.h>
#include <sys/stat.h>

#include "config.h"
#include "plan.h"
#include "state.h"

/* text as one word of the shell. */
static void
put_quoted(FILE *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	bool quoted = !*text || text[strspn(text, plain)];

	if (quoted)
		fputc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	if (quoted)
		fputc('\'', out);
}

/* Prints the step that waits for its first option. */
static void
begin(struct plan *plan)
{
	if (plan->step)
		fprintf(plan->out, "set -- \"$@\" %.*s\n", (int)strcspn(plan->step, "\n"), plan->step);
	plan->step = NULL;
}

void
plan_put(struct plan *plan, const char *suffix, const char *option, const char *value, ...)
{
	begin(plan);
	fprintf(plan->out, "set -- \"$@\"   %s", option ? option : "");
	if (value) {
		autofree char *text = NULL;
		va_list ap;

		va_start(ap, value);
		if (vasprintf(&text, value, ap) < 0)
			die(NULL, "allocate memory");
		va_end(ap);
		/* a brace alone would be one of ours */
		if (option && (!*text || text[1] || !strchr("{}", *text)))
			fputc(' ', plan->out);
		put_quoted(plan->out, text);
	}
	fprintf(plan->out, " # %s%s\n", plan->path, suffix);
}

/* The words of a property that is there; they end with the line. */
static void
put_row(struct plan *plan, const char *words, int node)
{
	bool unless_empty = *words == '~';
	size_t len = strcspn(words += unless_empty, "\n"), option = *words == '-' ? strcspn(words, " \n") : 0;
	/* words of the shell, with nothing of the property in them, stand as they are */
	bool raw = memchr(words, '"', len);
	size_t at = raw ? len : option && option < len ? option + 1 : option;
	autofree char *name = xstrndup(words, raw ? len : option), *value = NULL;

	if (*words == '&' && len > 1)
		plan_words(plan, words[1], node);
	else if (*words == '=')
		fprintf(plan->out, "# %s: nothing to do, it %.*s\n", plan->path, (int)len - 1, words + 1);
	else if (!len)
		begin(plan);
	if (!len || strchr("&!=", *words))
		return;
	value = plan_text(plan, words + at, len - at, node);
	if (value && (*value || !unless_empty))
		plan_put(plan, "", *name ? name : NULL, len > at ? "%s" : NULL, value);
}

/* A line of the chain about the property at path, which ends at a space. */
static void
put_property(struct plan *plan, const char *path)
{
	const struct json *json = plan->config->json;
	size_t len = strcspn(path, " "), bracket = strcspn(path, "[ ");
	const char *words = path + len + 1;
	bool marked = strchr("+-!.", *path) != NULL;
	char kind = path[0];
	autofree char *name = xstrndup(path + marked, bracket - marked);
	bool there = (kind == '+' || kind == '-') && config_has_namespace(plan->config, name) == (kind == '+');
	int node = kind == '+' || kind == '-' ? -1 : config_node(plan->config, 0, name), index = 0;

	if (kind == '!')
		there = node < 0 || (json_string(json, node) && !*json_string(json, node));
	else if (kind != '+' && kind != '-')
		there = kind == '.' || (node >= 0 && json_type(json, node) != JSON_FALSE);
	if (!there)
		return;
	free(plan->path);
	plan->path = xstrdup(kind == '+' || kind == '-' ? "linux.namespaces" : name);
	if (bracket == len) {
		put_row(plan, words, kind == '!' ? 0 : node);
		return;
	}
	for (int n = json_first(json, node); n >= 0 && (!index || path[bracket + 1] == ']'); n = json_next(json, n)) {
		free(plan->path);
		plan->path = xasprintf("%s[%d]", name, index++);
		put_row(plan, words, n);
	}
}

/* A line of the script; ~ is the next of values. */
static void
put_line(FILE *out, const char *line, const char ***values)
{
	for (; *line != '\n'; line++)
		if (*line == '~' && **values)
			put_quoted(out, *(*values)++);
		else
			fputc(*line, out);
	fputc('\n', out);
}

static void
put_script(struct plan *plan, const char **values)
{
	for (const char *line = plan->table; *line; line = strchr(line, '\n') + 1) {
		char kind = line[1];

		if (*line == (plan->init ? 'r' : 'i'))
			continue;
		if (kind == ':')
			put_line(plan->out, line + 2, &values);
		if (kind == '!' || kind == '?')
			plan->step = line + 2;
		if (kind == '!')
			begin(plan);
		if (kind == '.' && !plan->step)
			fprintf(plan->out, "set -- \"$@\"   %.*s\n", (int)strcspn(line + 2, "\n"), line + 2);
		if (kind == ' ' || (kind == ',' && !plan->step))
			put_property(plan, line + 2);
	}
}

/* The configuration of a bundle, or a file in one. */
static const struct config *
load(const char *name, const char *rootfs)
{
	char *bundle = xstrdup(name), *slash = strrchr(bundle, '/');
	struct stat st;

	if (slash)
		slash[slash == bundle] = '\0';
	if (!stat(name, &st) && S_ISDIR(st.st_mode))
		(void)config_load_from(name, NULL, rootfs);
	else
		(void)config_load_from(slash ? bundle : ".", name, rootfs);
	return config_whole();
}

char **
oci_plan_main(int argc, char **argv)
{
	const char *id = NULL, *rootfs = NULL, *slash;
	struct plan plan = { 0 };
	char *script = NULL;
	size_t len;
	bool list = false;
	int c;

	while ((c = getopt(argc, argv, "+e:i:lR:")) != -1)
		switch (c) {
		case 'e':
			if (strcmp(optarg, "run") && strcmp(optarg, "init"))
				fail(ST_USAGE, optarg, "--exec must be run or init");
			plan.init = *optarg == 'i';
			break;
		case 'i':
			id = optarg;
			break;
		case 'l':
			list = true;
			break;
		case 'R':
			rootfs = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	plan.table = applet_text(applet_find("oci-plan")->script);
	if (list && !plan_cover(&plan, true))
		fail(ST_UNSUPPORTED, NULL, "not every property can be planned");
	if (list)
		return argv;
	if (!argv[0])
		usage();
	plan.config = load(*argv++, rootfs);
	if (!plan.config->rootfs || config_node(plan.config, 0, "process") < 0)
		config_fail(plan.config, 0, ST_CONFIG, "root or process is missing, so there is nothing to run");
	slash = strrchr(plan.config->bundle, '/');
	id = id ? id : slash[1] ? slash + 1 : "root";
	state_check_id(id);
	(void)plan_cover(&plan, false);
	/* all of it, or nothing */
	plan.out = text_open(&script, &len);
	put_script(&plan, (const char *[]){ id, plan.config->bundle, plan.config->rootfs, NULL });
	text_close(plan.out);
	fputs(script, stdout);
	free(script);
	return argv;
}
