/* SPDX-License-Identifier: MIT */
/* Numbers, and sscanf(3), of which musl's brings 10 KiB with it, with what is needed of it here. */
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>

#include "ocibox.h"

const char *
take_digits(const char *p, unsigned base, size_t width, uint64_t *value)
{
	const char *start = p;

	for (*value = 0; (size_t)(p - start) < width && *p >= '0' && *p < (char)('0' + base); p++)
		if (__builtin_mul_overflow(*value, base, value) || __builtin_add_overflow(*value, (unsigned)(*p - '0'), value))
			return NULL;
	return p == start ? NULL : p;
}

const char *
take_signed(const char *p, size_t width, int64_t *value)
{
	bool minus = *p == '-';
	uint64_t sum;

	p = take_digits(p + minus, 10, width - minus, &sum);
	if (!p || sum > (uint64_t)INT64_MAX + minus)
		return NULL;
	*value = (int64_t)(minus ? -sum : sum);
	return p;
}

static const char *
take_fraction(const char *p, double *value)
{
	uint64_t whole = 0;
	double unit = 1;

	if (*p != '.' || !isdigit((unsigned char)p[1]))
		p = take_digits(p, 10, SIZE_MAX, &whole);
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
	uint64_t value;
	int64_t number;

	switch (*format) {
	case 'd':
		p = take_signed(p, width, &number);
		if (p)
			*va_arg(*ap, int *) = (int)number;
		return p;
	case 'l':
		if (format[1] == 'f')
			return take_fraction(p, va_arg(*ap, double *));
		p = take_digits(p, 10, width, &value);
		if (p && format[1] == 'l')
			*va_arg(*ap, unsigned long long *) = value;
		else if (p && value > ULONG_MAX)
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
		const char *end;
		uint64_t width;

		if (*format == ' ') {
			p += strspn(p, " \t\n");
			continue;
		}
		if (*format != '%') {
			p = *p == *format ? p + 1 : NULL;
			continue;
		}
		end = take_digits(format + 1, 10, SIZE_MAX, &width);
		format = end ? end : format + 1;
		if (*format == 'n') {
			*va_arg(ap, int *) = (int)(p - text);
			continue;
		}
		p += strspn(p, " \t\n");
		p = convert(p, format, width ? (size_t)width : SIZE_MAX, &ap);
		count += p != NULL;
		/* to the letter that ends it */
		format += strspn(format, "l");
	}
	va_end(ap);
	return count;
}
