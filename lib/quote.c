/* SPDX-License-Identifier: MIT */
/* Strings as JSON. */
#include "json_tree.h"
#include "ocibox.h"

/* A path need not be UTF-8, but JSON must. */
char *
json_try_quoted(const char *text)
{
	/* no byte becomes more than an escape of six */
	char *whole = malloc(6 * strlen(text) + 3), *out = whole;

	if (!whole)
		return NULL;
	*out++ = '"';
	while (*text) {
		size_t len = (unsigned char)*text < 0x80 ? 1 : utf8_length(text, strnlen(text, 4));

		if (*text == '"' || *text == '\\')
			*out++ = '\\';
		if (len == 0)
			out = stpcpy(out, "\\ufffd");
		else if ((unsigned char)*text < 0x20)
			out += snprintf(out, 7, "\\u%04x", (unsigned)*text);
		else
			out = mempcpy(out, text, len);
		text += len ? len : 1;
	}
	memcpy(out, "\"", 2);
	return whole;
}

char *
json_quoted(const char *text)
{
	char *whole = json_try_quoted(text);

	if (!whole)
		die(NULL, "allocate memory");
	return whole;
}

void
put_json(FILE *out, const char *text)
{
	autofree char *whole = json_quoted(text);

	fputs(whole, out);
}
