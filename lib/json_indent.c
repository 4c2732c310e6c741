/* SPDX-License-Identifier: MIT */
/* JSON for people: spread over lines as runc does. */
#include "json.h"

static void
indent(FILE *out, int depth)
{
	putc('\n', out);
	while (depth-- > 0)
		fputs("  ", out);
}

void
put_indented(FILE *out, const char *json)
{
	int depth = 0;

	for (; *json; json++)
		switch (*json) {
		case '"':
			do {
				putc(*json, out);
				if (*json == '\\')
					putc(*++json, out);
			} while (*++json != '"');
			putc('"', out);
			break;
		case '{':
		case '[':
			putc(*json, out);
			if (json[1] == '}' || json[1] == ']')
				putc(*++json, out);
			else
				indent(out, ++depth);
			break;
		case '}':
		case ']':
			indent(out, --depth);
			putc(*json, out);
			break;
		case ',':
			putc(*json, out);
			indent(out, depth);
			break;
		case ':':
			fputs(": ", out);
			break;
		default:
			putc(*json, out);
		}
	putc('\n', out);
}
