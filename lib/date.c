/* SPDX-License-Identifier: MIT */
/* RFC 3339, in UTC. */
#include "ocibox.h"

char *
date_text(time_t when, char text[DATE_SIZE])
{
	struct tm tm = { 0 };

	gmtime_r(&when, &tm);
	(void)snprintf(text, DATE_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		       tm.tm_min, tm.tm_sec);
	return text;
}

bool
date_read(const char *text, struct timespec *when)
{
	struct tm tm = { 0 };

	if (scan(text, "%4d-%2d-%2dT%2d:%2d:%2d.%9ld", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
		 &when->tv_nsec) != 7 || tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	when->tv_sec = timegm(&tm);
	return true;
}
