/* SPDX-License-Identifier: MIT */
/* In the place of lib/trace.c where oci-trace, which reads what that writes, is not among the applets. */
#include "ocibox.h"

void
trace_open(void)
{
	const char *where = getenv("OCIBOX_TRACE");

	if (where && *where && strcmp(where, "0"))
		warn(NULL, "built without oci-trace, so nothing is traced");
}

void
trace_put(const char *line)
{
	(void)line;
}

void
trace_begin(char **words)
{
	(void)words;
}

void
trace_end(const char *result, char **rest)
{
	(void)result;
	(void)rest;
}
