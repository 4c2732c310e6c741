/* SPDX-License-Identifier: MIT */
/* Characters: UTF-8, and the four digits of an escape. */
#include <endian.h>
#include <string.h>

#include "json_tree.h"

size_t
utf8_length(const char *text, size_t left)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	/* the second byte's range excludes overlong forms, surrogates and what is above U+10FFFF */
	unsigned low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;

	if (p[0] < 0xc2 || p[0] > 0xf4 || left < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

size_t
utf8_put(char *out, long c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

long
hex4(const char *p, size_t left)
{
	static const char digits[] = "0123456789abcdef";
	long value = 0;

	for (size_t i = 0; i < 4; i++) {
		int c = i < left ? p[i] : 0;
		const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

		if (!at)
			return -1;
		value = value * 16 + (at - digits);
	}
	return value;
}

size_t
plain_length(const char *text, size_t left)
{
	enum { STEP = sizeof(uint64_t) };
	const uint64_t each = 0x0101010101010101, high = each << 7;
	uint64_t bytes, other;
	size_t n = 0;

	/* eight at a time: how a loop of so many steps as a word has letters ends is what the processor guesses wrong */
	for (; left - n >= STEP; n += STEP) {
		memcpy(&bytes, text + n, STEP);
		bytes = le64toh(bytes);
		/* the highest bit of a byte: it had it, or went below 0; what it borrows for that is of those behind it */
		other = (bytes | (bytes - each * ' ') | ((bytes ^ each * '"') - each) | ((bytes ^ each * '\\') - each)) & high;
		if (other)
			return n + (size_t)__builtin_ctzll(other) / 8;
	}
	while (n < left && (signed char)text[n] >= ' ' && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}
