/* SPDX-License-Identifier: MIT */
/* oci-doctor: say what this kernel and machine offer a container. oci-doctor.chain is what it looks for.
 *
 * It goes nowhere in a chain: what it tries is tried in processes of their own.
 */
#include <sys/utsname.h>

#include "json.h"
#include "probe.h"

static const char *const answers[] = { [ANSWER_YES] = "yes", [ANSWER_NO] = "no", [ANSWER_UNKNOWN] = "unknown" };

struct finding {
	const char *group, *name, *effect;
	enum answer answer;
	char *detail;
	bool needed;
};

static void
put_text(FILE *out, const struct finding *found, const char *group)
{
	bool there = found->answer == ANSWER_YES;

	if (group != found->group)
		fprintf(out, "%s\n", found->group);
	fprintf(out, "  %-7s  %s%s%s%s%s%s\n", answers[found->answer], found->name, *found->detail ? " (" : "", found->detail,
		*found->detail ? ")" : "", there ? "" : ": ", there ? "" : found->effect);
}

static void
put_member(FILE *out, const char *before, const char *value)
{
	fputs(before, out);
	put_json(out, value);
}

static void
put_object(FILE *out, const struct finding *found, bool first)
{
	put_member(out, first ? "{\"group\":" : ",{\"group\":", found->group);
	put_member(out, ",\"name\":", found->name);
	put_member(out, ",\"answer\":", answers[found->answer]);
	if (*found->detail)
		put_member(out, ",\"detail\":", found->detail);
	put_member(out, ",\"otherwise\":", found->effect);
	fprintf(out, ",\"needed\":%s}", found->needed ? "true" : "false");
}

/* Looks for all of the table; returns the names of what a default container needs and is not there, or "". */
static char *
examine(char *table, FILE *out, bool json)
{
	char *missing = xstrdup("");
	const char *group = "", *last = NULL;
	char *line;

	while ((line = strsep(&table, "\n")) && *line) {
		struct finding found = { .group = group, .needed = *line == '!' || (*line == 'u' && geteuid()) };
		char letter = line[1], *argument = line + 2;

		if (*line == '=') {
			group = line + 1;
			continue;
		}
		line += 2;
		(void)strsep(&line, "|");
		found.name = strsep(&line, "|");
		found.effect = line;
		found.answer = probe(letter, argument, &found.detail);
		if (json)
			put_object(out, &found, !last);
		else
			put_text(out, &found, last);
		last = group;
		if (found.needed && found.answer == ANSWER_NO) {
			autofree char *was = missing;

			missing = xasprintf("%s%s%s", was, *was ? ", " : "", found.name);
		}
		free(found.detail);
	}
	return missing;
}

char **
oci_doctor_main(int argc, char **argv)
{
	autofree char *table = NULL, *text = NULL, *missing = NULL;
	struct utsname name;
	bool json = false;
	size_t len;
	FILE *out;
	int c;

	while ((c = getopt(argc, argv, "+j")) != -1)
		switch (c) {
		case 'j':
			json = true;
			break;
		default:
			usage();
		}
	argv += optind;
	(void)uname(&name);     /* cannot fail */
	table = applet_text(applet_find("oci-doctor")->script);
	out = text_open(&text, &len);
	fprintf(out, json ? "{\"ocibox\":\"%s\",\"kernel\":\"%s\",\"machine\":\"%s\",\"user\":%lu,\"found\":[" :
		"ocibox %s, Linux %s, %s, user %lu\n", OCIBOX_VERSION, name.release, name.machine, (unsigned long)geteuid());
	missing = examine(table, out, json);
	if (json)
		fprintf(out, "],\"runs\":%s}", *missing ? "false" : "true");
	else if (!*missing)
		fputs("A default container runs here.\n", out);
	text_close(out);
	if (json)
		put_indented(stdout, text);
	else
		fputs(text, stdout);
	if (*missing)
		fail(ST_UNSUPPORTED, NULL, "a default container does not run here, for want of: %s", missing);
	return argv;
}
