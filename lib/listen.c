/* SPDX-License-Identifier: MIT */
#include "listen.h"
#include "ocibox.h"

enum { LISTEN_MAX = 1 << 16 };

static long
number_in(const char *variable, long max)
{
	const char *text = getenv(variable);
	char *end;
	long value;

	if (!text || *text < '0' || *text > '9')
		return 0;
	value = strtol(text, &end, 10);
	return *end || value > max ? 0 : value;
}

unsigned
listen_count(void)
{
	return (unsigned)number_in("LISTEN_FDS", LISTEN_MAX);
}

void
listen_check(void)
{
	long pid = number_in("LISTEN_PID", INT32_MAX);

	if (listen_count() > 0 && (pid == getpid() || pid == 1))
		return;
	if (unsetenv("LISTEN_FDS") || unsetenv("LISTEN_PID") || unsetenv("LISTEN_FDNAMES"))
		die("LISTEN_FDS", "unset the environment variable");
}
