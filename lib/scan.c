/* SPDX-License-Identifier: MIT */
/* sscanf(3), of which musl's brings 10 KiB with it, with what is needed of it here. */
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>

#include "ocibox.h"

/* Digits, at most width, without a sign when it is false; where they end, NULL: there are none, or too many. */
static const char *
take_whole(const char *p, size_t width, bool sign, long long *value)
{
	unsigned long long sum = 0;
	bool minus = sign && *p == '-';
	const char *start = p += minus;

	for (; isdigit((unsigned char)*p) && (size_t)(p - start) < width; p++)
		if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, (unsigned)(*p - '0'), &sum))
			return NULL;
	*value = minus ? -(long long)sum : (long long)sum;
	return p == start ? NULL : p;
}

static const char *
take_fraction(const char *p, double *value)
{
	long long whole = 0;
	double unit = 1;

	if (*p != '.' || !isdigit((unsigned char)p[1]))
		p = take_whole(p, SIZE_MAX, false, &whole);
	if (!p)
		return NULL;
	*value = (double)whole;
	if (*p == '.')
		for (p++; isdigit((unsigned char)*p); p++)
			*value += (*p - '0') * (unit /= 10);
	return p;
}

/* One conversion, of which format is behind the width; where it ends in text, NULL: it does not match. */
static const char *
convert(const char *p, const char *format, size_t width, va_list *ap)
{
	long long value;

	switch (*format) {
	case 'd':
		p = take_whole(p, width, true, &value);
		if (p)
			*va_arg(*ap, int *) = (int)value;
		return p;
	case 'l':
		if (format[1] == 'f')
			return take_fraction(p, va_arg(*ap, double *));
		p = take_whole(p, width, false, &value);
		if (p && format[1] == 'l')
			*va_arg(*ap, unsigned long long *) = (unsigned long long)value;
		else if (p && (unsigned long long)value > ULONG_MAX)
			return NULL;
		else if (p)
			*va_arg(*ap, unsigned long *) = (unsigned long)value;
		return p;
	default:
		return NULL;
	}
}

int
scan(const char *text, const char *format, ...)
{
	const char *p = text;
	va_list ap;
	int count = 0;

	va_start(ap, format);
	for (; *format && p; format++) {
		char *end;
		size_t width;

		if (*format == ' ') {
			p += strspn(p, " \t\n");
			continue;
		}
		if (*format != '%') {
			p = *p == *format ? p + 1 : NULL;
			continue;
		}
		width = strtoul(format + 1, &end, 10);
		format = end;
		if (*format == 'n') {
			*va_arg(ap, int *) = (int)(p - text);
			continue;
		}
		p += strspn(p, " \t\n");
		p = convert(p, format, width ? width : SIZE_MAX, &ap);
		count += p != NULL;
		/* to the letter that ends it */
		format += strspn(format, "l");
	}
	va_end(ap);
	return count;
}
