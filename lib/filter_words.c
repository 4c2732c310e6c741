/* SPDX-License-Identifier: MIT */
/* A profile in the words of options, made into the text of the linux.seccomp object that says the same. */
#include "filter.h"

/* "a,b" as ["a","b"]. */
static void
put_list(FILE *out, const char *key, const char *list)
{
	const char *glue = "";

	fprintf(out, "\"%s\":[", key);
	while (*list) {
		size_t len = strcspn(list, ",");
		autofree char *one = xstrndup(list, len);

		fputs(glue, out);
		put_json(out, one);
		glue = ",";
		list += len + (list[len] == ',');
	}
	fputc(']', out);
}

/* The text before the next colon of *rest as the number key has, when there is one. */
static void
put_number(FILE *out, const char *key, char **rest, const char *whole)
{
	const char *text = strsep(rest, ":");

	if (!text)
		return;
	if (!*text || text[strspn(text, "0123456789")])
		fail(ST_USAGE, whole, "%s: not a number", key);
	fprintf(out, ",\"%s\":%s", key, text);
}

/* ACTION[:ERRNO] */
static void
put_action(FILE *out, const char *action, const char *errno_key, char *word, const char *whole)
{
	fprintf(out, "\"%s\":", action);
	put_json(out, strsep(&word, ":"));
	put_number(out, errno_key, &word, whole);
}

/* INDEX:OPERATOR:VALUE[:VALUE] */
static void
put_argument(FILE *out, char *word, const char *whole)
{
	autofree char *index = xstrdup(strsep(&word, ":"));
	char *at = index;

	if (!word)
		fail(ST_USAGE, whole, "not INDEX:OPERATOR:VALUE[:VALUE]");
	fputs("{\"op\":", out);
	put_json(out, strsep(&word, ":"));
	put_number(out, "index", &at, whole);
	put_number(out, "value", &word, whole);
	put_number(out, "valueTwo", &word, whole);
	fputc('}', out);
}

/* ACTION[:ERRNO] NAME,... [ARGUMENT ...] */
static void
put_rule(FILE *out, const char *rule)
{
	autofree char *copy = xstrdup(rule);
	char *rest = copy, *word = strsep(&rest, " ");
	const char *glue = "";

	fputc('{', out);
	put_action(out, "action", "errnoRet", word, rule);
	fputc(',', out);
	put_list(out, "names", rest ? strsep(&rest, " ") : "");
	fputs(",\"args\":[", out);
	while ((word = strsep(&rest, " "))) {
		fputs(glue, out);
		put_argument(out, word, rule);
		glue = ",";
	}
	fputs("]}", out);
}

char *
filter_text(const struct filter_words *words, size_t *len)
{
	autofree char *action = xstrdup(words->action);
	const char *glue = "";
	char *text = NULL;
	FILE *out = text_open(&text, len);

	fputc('{', out);
	put_action(out, "defaultAction", "defaultErrnoRet", action, words->action);
	fputc(',', out);
	put_list(out, "architectures", words->archs ? words->archs : "");
	if (words->flags) {
		fputc(',', out);
		put_list(out, "flags", words->flags);
	}
	if (words->listener) {
		fputs(",\"listenerPath\":", out);
		put_json(out, words->listener);
	}
	if (words->metadata) {
		fputs(",\"listenerMetadata\":", out);
		put_json(out, words->metadata);
	}
	fputs(",\"syscalls\":[", out);
	for (size_t i = 0; i < words->count; i++, glue = ",") {
		fputs(glue, out);
		put_rule(out, words->rules[i]);
	}
	fputs("]}", out);
	text_close(out);
	return text;
}
