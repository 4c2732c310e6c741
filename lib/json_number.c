/* SPDX-License-Identifier: MIT */
/* Numbers as RFC 8259, section 6 has them. */
#include "json_tree.h"

static size_t
digits(const char *text, size_t at, size_t len)
{
	while (at < len && text[at] >= '0' && text[at] <= '9')
		at++;
	return at;
}

bool
is_word(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

const char *
number_scan(const char *text, size_t len, size_t *length)
{
	size_t whole = text[0] == '-', end = digits(text, whole, len), more;

	if (end == whole)
		return "number without digits";
	if (text[whole] == '0' && end > whole + 1)
		return "number with a leading zero";
	if (end < len && text[end] == '.') {
		more = digits(text, end + 1, len);
		if (more == end + 1)
			return "number without digits behind its point";
		end = more;
	}
	if (end < len && (text[end] == 'e' || text[end] == 'E')) {
		size_t sign = end + 1 < len && (text[end + 1] == '+' || text[end + 1] == '-');

		more = digits(text, end + 1 + sign, len);
		if (more == end + 1 + sign)
			return "number without digits in its exponent";
		end = more;
	}
	if (end < len && (is_word((unsigned char)text[end]) || text[end] == '.'))
		return "not a decimal number";
	*length = end;
	return NULL;
}
