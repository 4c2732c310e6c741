/* SPDX-License-Identifier: MIT */
/* oci-state: print what a container is doing, for programs to read. Standard
 * output has the document and nothing else.
 */
#include "ocibox.h"
#include "state.h"

static void
indent(int depth)
{
	putchar('\n');
	while (depth-- > 0)
		fputs("  ", stdout);
}

/* One line of JSON, spread over lines as runc does. */
static void
print_indented(const char *json)
{
	int depth = 0;

	for (; *json; json++)
		switch (*json) {
		case '"':
			do {
				putchar(*json);
				if (*json == '\\')
					putchar(*++json);
			} while (*++json != '"');
			putchar('"');
			break;
		case '{':
		case '[':
			putchar(*json);
			if (json[1] == '}' || json[1] == ']')
				putchar(*++json);
			else
				indent(++depth);
			break;
		case '}':
		case ']':
			indent(--depth);
			putchar(*json);
			break;
		case ',':
			putchar(*json);
			indent(depth);
			break;
		case ':':
			fputs(": ", stdout);
			break;
		default:
			putchar(*json);
		}
	putchar('\n');
}

char **
oci_state_main(int argc, char **argv)
{
	autofree char *owner = NULL, *document = NULL;
	struct state state;
	autofd int entry = -1;
	const char *id;

	if (getopt(argc, argv, "+") != -1 || !argv[optind])
		usage();
	id = argv[optind];
	entry = state_require(id, &state);
	owner = state_owner(&state);
	document = state_document(&state, state_condition(entry, &state), owner, entry);
	print_indented(document);
	return argv + optind + 1;
}
