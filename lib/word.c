/* SPDX-License-Identifier: MIT */
#include <ctype.h>

#include "word.h"

static bool
same(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int c = b[i] == '-' ? '_' : toupper((unsigned char)b[i]);

		if (a[i] != c)
			return false;
	}
	return true;
}

static unsigned
value_of(const struct word *words, const char *prefix, const char *name, size_t len, const char *kind)
{
	size_t skip = strlen(prefix), rest = len;
	const char *from = name;

	if (len > skip && same(prefix, name, skip)) {
		from += skip;
		rest -= skip;
	}
	for (; words->name; words++)
		if (strlen(words->name) == rest && same(words->name, from, rest))
			return words->value;
	fail(ST_USAGE, NULL, "%.*s: no %s", (int)len, name, kind);
}

unsigned
word_value(const struct word *words, const char *prefix, const char *name, const char *kind)
{
	return value_of(words, prefix, name, strlen(name), kind);
}

unsigned
word_list(const struct word *words, const char *prefix, const char *list, const char *kind)
{
	unsigned values = 0;

	while (*list) {
		size_t len = strcspn(list, ",");

		values |= value_of(words, prefix, list, len, kind);
		list += len + (list[len] == ',');
	}
	return values;
}

unsigned
word_nodes(const struct word *words, const char *prefix, const struct config *config, int node, const char *kind)
{
	unsigned values = 0;

	for (int n = json_first(config->json, node); n >= 0; n = json_next(config->json, n))
		values |= word_value(words, prefix, json_string(config->json, n), kind);
	return values;
}

/* A number at *p, and *p behind it; false: there is none below limit. */
static bool
take_number(const char **p, size_t limit, size_t *number)
{
	char *end;

	if (!isdigit((unsigned char)**p))
		return false;
	errno = 0;
	*number = strtoul(*p, &end, 10);
	*p = end;
	return !errno && *number < limit;
}

size_t
word_numbers(const char *list, unsigned char *mask, size_t bytes)
{
	const char *p = list;
	size_t count = 0, first, last;

	memset(mask, 0, bytes);
	while (*p) {
		p += strspn(p, " ");
		if (!take_number(&p, 8 * bytes, &first))
			fail(ST_USAGE, list, "must be a list such as 0-3,7, of numbers below %zu", 8 * bytes);
		last = first;
		if (*p == '-') {
			p++;
			if (!take_number(&p, 8 * bytes, &last) || last < first)
				fail(ST_USAGE, list, "must be a list such as 0-3,7, of numbers below %zu", 8 * bytes);
		}
		for (size_t i = first; i <= last; i++) {
			count += !(mask[i / 8] >> i % 8 & 1);
			mask[i / 8] |= (unsigned char)(1 << i % 8);
		}
		p += strspn(p, " ");
		if (*p && (*p != ',' || !p[1]))
			fail(ST_USAGE, list, "must be a list such as 0-3,7, of numbers below %zu", 8 * bytes);
		p += *p == ',';
	}
	return count;
}
