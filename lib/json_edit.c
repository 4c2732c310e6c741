/* SPDX-License-Identifier: MIT */
#include "json_edit.h"
#include "ocibox.h"

char *
json_merge(const struct json *json, int node, const struct json_member *members, size_t count)
{
	const char *glue = "";
	char *text = NULL;
	size_t size;
	FILE *out = text_open(&text, &size);

	fputc('{', out);
	for (int n = json_first(json, node); n >= 0; n = json_next(json, n)) {
		const char *key = json_key(json, n), *raw;
		size_t len, i = 0;

		while (i < count && (!members[i].text || strcmp(members[i].key, key)))
			i++;
		if (i < count)
			continue;
		raw = json_raw(json, n, &len);
		fputs(glue, out);
		put_json(out, key);
		fprintf(out, ":%.*s", (int)len, raw);
		glue = ",";
	}
	for (size_t i = 0; i < count; i++)
		if (members[i].text) {
			fprintf(out, "%s\"%s\":%s", glue, members[i].key, members[i].text);
			glue = ",";
		}
	fputc('}', out);
	text_close(out);
	return text;
}

char *
json_append(const struct json *json, int node, const char **more, size_t count, bool strings)
{
	const char *glue = "";
	char *text = NULL;
	size_t size;
	FILE *out = text_open(&text, &size);

	fputc('[', out);
	for (int n = json_first(json, node); n >= 0; n = json_next(json, n)) {
		size_t len;
		const char *raw = json_raw(json, n, &len);

		fprintf(out, "%s%.*s", glue, (int)len, raw);
		glue = ",";
	}
	for (size_t i = 0; i < count; i++, glue = ",") {
		fputs(glue, out);
		if (strings)
			put_json(out, more[i]);
		else
			fputs(more[i], out);
	}
	fputc(']', out);
	text_close(out);
	return text;
}
