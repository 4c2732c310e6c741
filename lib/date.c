/* SPDX-License-Identifier: MIT */
/* RFC 3339, in UTC. gmtime(3) and timegm(3) would reckon with centuries of four kinds and bring 2 KiB. */
#include "ocibox.h"

static int
days_in_month(int year, int month)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

char *
date_text(time_t when, char text[DATE_SIZE])
{
	int second = (int)(when % 86400), year = 1970, month = 1, length;
	time_t day = when / 86400;

	for (; day >= (length = days_in_month(year, month)); day -= length)
		if (++month > 12) {
			month = 1;
			year++;
		}
	(void)snprintf(text, DATE_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, (int)day + 1, second / 3600,
		       second / 60 % 60, second % 60);
	return text;
}

bool
date_read(const char *text, struct timespec *when)
{
	int year, month, day, hour, minute, second;
	long days = 0;

	if (scan(text, "%4d-%2d-%2dT%2d:%2d:%2d.%9ld", &year, &month, &day, &hour, &minute, &second, &when->tv_nsec) != 7 ||
	    year < 1970 || month < 1 || month > 12)
		return false;
	while (month > 1 || year > 1970) {
		if (--month < 1) {
			month = 12;
			year--;
		}
		days += days_in_month(year, month);
	}
	when->tv_sec = (((time_t)days + day - 1) * 24 + hour) * 3600 + (time_t)minute * 60 + second;
	return true;
}
