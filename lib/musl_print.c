/* SPDX-License-Identifier: MIT */
/* vfprintf(3), to which all of musl's printf functions come, without the floating point and wide characters that
 * make 10 KiB of musl's: %d %i %u %x %X %o %c %s %p %%, with flags, width, precision and length. The linker takes
 * this one, as libc.a is searched last. */
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>

#include "ocibox.h"

#ifndef __GLIBC__
/* Pieces go to the file together: standard error and descriptors have no buffer of their own. */
struct sink {
	FILE *file;
	unsigned long long count;
	size_t used;
	char buffer[256];
};

struct field {
	bool left, zero, alternate;
	char sign;              /* what stands before a positive number, or 0 */
	int width, precision;   /* precision -1: none */
	int longs;              /* l: 1, ll: 2, h: -1, hh: -2 */
};

static void
flush(struct sink *sink)
{
	fwrite(sink->buffer, 1, sink->used, sink->file);
	sink->used = 0;
}

static void
put(struct sink *sink, const char *text, size_t len)
{
	for (sink->count += len; len; len--) {
		if (sink->used == sizeof(sink->buffer))
			flush(sink);
		sink->buffer[sink->used++] = *text++;
	}
}

static void
pad(struct sink *sink, char c, long long count)
{
	while (count-- > 0)
		put(sink, &c, 1);
}

/* prefix, zeros up to the precision, text, in the field's width. */
static void
put_field(struct sink *sink, const struct field *field, const char *prefix, size_t zeros, const char *text, size_t len)
{
	long long room = (long long)field->width - (long long)(strlen(prefix) + zeros + len);

	if (!field->left && !field->zero)
		pad(sink, ' ', room);
	put(sink, prefix, strlen(prefix));
	if (!field->left && field->zero)
		pad(sink, '0', room);
	pad(sink, '0', (long long)zeros);
	put(sink, text, len);
	if (field->left)
		pad(sink, ' ', room);
}

static void
put_number(struct sink *sink, struct field *field, const char *prefix, unsigned long long value, unsigned base, bool upper)
{
	char digits[3 * sizeof(value)];
	size_t at = sizeof(digits), len, zeros;

	for (; value; value /= base)
		digits[--at] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
	len = sizeof(digits) - at;
	zeros = field->precision < 0 ? !len : (size_t)field->precision > len ? (size_t)field->precision - len : 0;
	if (base == 8 && field->alternate && !zeros)
		zeros = 1;
	field->zero = field->zero && field->precision < 0;
	put_field(sink, field, prefix, zeros, digits + at, len);
}

static void
put_signed(struct sink *sink, struct field *field, va_list *ap)
{
	long long value = field->longs > 1 ? va_arg(*ap, long long) : field->longs == 1 ? va_arg(*ap, long) : va_arg(*ap, int);
	char prefix[2] = { field->sign, '\0' };

	value = field->longs == -1 ? (short)value : field->longs == -2 ? (signed char)value : value;
	if (value < 0)
		*prefix = '-';
	put_number(sink, field, prefix, value < 0 ? -(unsigned long long)value : (unsigned long long)value, 10, false);
}

static void
put_unsigned(struct sink *sink, struct field *field, char kind, va_list *ap)
{
	unsigned long long value = field->longs > 1 ? va_arg(*ap, unsigned long long) :
		field->longs == 1 ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned);
	bool hex = kind == 'x' || kind == 'X';

	value = field->longs == -1 ? (unsigned short)value : field->longs == -2 ? (unsigned char)value : value;
	put_number(sink, field, hex && field->alternate && value ? kind == 'x' ? "0x" : "0X" : "", value,
		   hex ? 16 : kind == 'o' ? 8 : 10, kind == 'X');
}

/* A width or precision at format; the letter behind it is returned. */
static const char *
take_count(const char *format, int *count, va_list *ap)
{
	if (*format == '*') {
		*count = va_arg(*ap, int);
		return format + 1;
	}
	/* not by strtoul(3): where there are no digits it sets errno, which callers still want to say */
	for (*count = 0; isdigit((unsigned char)*format); format++)
		*count = *count * 10 + *format - '0';
	return format;
}

/* What stands between % and the letter that says what to print, where format is moved to. */
static struct field
take_field(const char **format, va_list *ap)
{
	struct field field = { .precision = -1 };
	const char *p = *format;

	for (; *p && strchr("-0#+ ", *p); p++) {
		field.left |= *p == '-';
		field.zero |= *p == '0';
		field.alternate |= *p == '#';
		if (*p == '+' || (*p == ' ' && !field.sign))
			field.sign = *p;
	}
	p = take_count(p, &field.width, ap);
	if (field.width < 0) {
		field.left = true;
		field.width = -field.width;
	}
	if (*p == '.')
		p = take_count(p + 1, &field.precision, ap);
	for (; *p && strchr("hljzt", *p); p++)
		field.longs += *p == 'h' ? -1 : *p == 'j' ? 2 : 1;      /* size_t and ptrdiff_t are as long as long */
	*format = p;
	return field;
}

static void
put_conversion(struct sink *sink, const char **format, va_list *ap)
{
	struct field field = take_field(format, ap);
	char c = *(*format)++;
	const char *text = &c;
	size_t len = 1;

	switch (c) {
	case 'd':
	case 'i':
		put_signed(sink, &field, ap);
		return;
	case 'p':
		c = 'x';
		field.longs = 1;
		field.alternate = true;
		/* fall through */
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		put_unsigned(sink, &field, c, ap);
		return;
	case 's':
		text = va_arg(*ap, const char *);
		text = text ? text : "(null)";
		len = strnlen(text, field.precision < 0 ? SIZE_MAX : (size_t)field.precision);
		break;
	case 'c':
		c = (char)va_arg(*ap, int);
		break;
	case '%':
		break;
	default:
		__builtin_trap();        /* -Wformat lets it compile, but it is none of these */
	}
	field.zero = false;
	put_field(sink, &field, "", 0, text, len);
}

int
vfprintf(FILE *file, const char *format, va_list ap)
{
	struct sink sink = { .file = file };
	va_list words;

	va_copy(words, ap);
	while (*format) {
		size_t len = strcspn(format, "%");

		put(&sink, format, len);
		format += len;
		if (*format) {
			format++;
			put_conversion(&sink, &format, &words);
		}
	}
	va_end(words);
	flush(&sink);
	if (sink.count > INT_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	return ferror(file) ? -1 : (int)sink.count;
}
#endif
