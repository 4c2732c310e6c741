/* SPDX-License-Identifier: MIT */
/* Is this text JSON? jsmn finds the tokens of a right text but takes many wrong
 * ones: missing and doubled commas, "01", "tru", a second document, any bytes in
 * strings. So all is checked here first, and every refusal has its place. */
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "json_tree.h"

struct level {
	const char *key;        /* raw text behind the quote; NULL: an array, or no key yet */
	long index;             /* of the element; -1: an object */
};

struct scan {
	const char *name, *text;
	size_t len, pos;
	long tokens;
	int depth;
	struct level levels[JSON_DEPTH];
	const struct json_part *part;
	struct extent *extent;
	char *error;
	size_t error_size;
};

static bool scan_value(struct scan *s);

static bool __attribute__((format(printf, 3, 4)))
refuse(struct scan *s, size_t at, const char *reason, ...)
{
	struct place place = { .text = s->error, .size = s->error_size };
	struct cursor cursor = { .line = 1 };
	va_list ap;

	place_advance(&cursor, s->text, at);
	place_begin(&place, s->name, &cursor);
	for (int i = 0; i < s->depth; i++) {
		if (s->levels[i].index >= 0)
			place_index(&place, s->levels[i].index);
		else if (s->levels[i].key)
			place_key(&place, s->levels[i].key);
	}
	place_put(&place, "%s", place.used > place.path ? ": " : "");
	va_start(ap, reason);
	place_vput(&place, reason, ap);
	va_end(ap);
	return false;
}

/* The byte at the cursor, or -1 at the end. */
static int
peek(const struct scan *s)
{
	return s->pos < s->len ? (unsigned char)s->text[s->pos] : -1;
}

/* Over space. */
static void
skip(struct scan *s)
{
	const char *at = s->text + s->pos, *end = s->text + s->len;

	while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
		at++;
	s->pos = (size_t)(at - s->text);
}

/* Something else stands where due is expected. */
static bool
unexpected(struct scan *s, const char *due)
{
	int c = peek(s);

	if (c < 0)
		return refuse(s, s->pos, "the file ends where %s is due", due);
	if (c == '/')
		return refuse(s, s->pos, "JSON has no comments");
	if (c == '\'')
		return refuse(s, s->pos, "strings stand in double quotes");
	if (c < 0x20 || c >= 0x7f)
		return refuse(s, s->pos, "byte 0x%02x where %s is due", (unsigned)c, due);
	return refuse(s, s->pos, "'%c' where %s is due", c, due);
}

/* The cursor is behind a backslash. */
static bool
scan_escape(struct scan *s)
{
	size_t at = s->pos - 1;
	int c = peek(s);
	long value;

	s->pos++;
	if (c > 0 && strchr("\"\\/bfnrt", c))
		return true;
	if (c != 'u')
		return refuse(s, at, "unknown escape in a string");
	value = hex4(s->text + s->pos, s->len - s->pos);
	if (value < 0)
		return refuse(s, at, "\\u must be followed by four hexadecimal digits");
	s->pos += 4;
	if (value == 0)
		return refuse(s, at, "NUL in a string");
	if (value < 0xd800 || value > 0xdfff)
		return true;
	if (value < 0xdc00 && s->len - s->pos >= 6 && !memcmp(s->text + s->pos, "\\u", 2)) {
		value = hex4(s->text + s->pos + 2, 4);
		s->pos += 6;
		if (value >= 0xdc00 && value <= 0xdfff)
			return true;
	}
	return refuse(s, at, "half of a surrogate pair in a string");
}

static bool
scan_string(struct scan *s)
{
	size_t start = s->pos++;

	s->tokens++;
	for (;;) {
		size_t n = 1;
		int c;

		s->pos += plain_length(s->text + s->pos, s->len - s->pos);
		c = peek(s);
		if (c < 0)
			return refuse(s, start, "string without its closing quote");
		if (c < 0x20)
			return refuse(s, s->pos, "control character 0x%02x in a string must be written as an escape", (unsigned)c);
		if (c >= 0x80)
			n = utf8_length(s->text + s->pos, s->len - s->pos);
		if (n == 0)
			return refuse(s, s->pos, "invalid UTF-8 in a string");
		s->pos += n;
		if (c == '"')
			return true;
		if (c == '\\' && !scan_escape(s))
			return false;
	}
}

static bool
scan_number(struct scan *s)
{
	size_t len;
	const char *wrong = number_scan(s->text + s->pos, s->len - s->pos, &len);

	if (wrong)
		return refuse(s, s->pos, "%s", wrong);
	s->tokens++;
	s->pos += len;
	return true;
}

static bool
scan_word(struct scan *s)
{
	size_t start = s->pos, n;

	s->tokens++;
	while (is_word(peek(s)))
		s->pos++;
	n = s->pos - start;
	if ((n == 4 && !memcmp(s->text + start, "true", 4)) || (n == 4 && !memcmp(s->text + start, "null", 4)) ||
	    (n == 5 && !memcmp(s->text + start, "false", 5)))
		return true;
	return refuse(s, start, "unknown word \"%.*s\"", n > 40 ? 40 : (int)n, s->text + start);
}

/* The cursor is on an object's key: up to behind its colon. */
static bool
scan_key(struct scan *s, struct level *level)
{
	const char *key = s->text + s->pos + 1;

	level->key = NULL;
	if (peek(s) != '"')
		return unexpected(s, "a key in double quotes");
	if (!scan_string(s))
		return false;
	skip(s);
	if (peek(s) != ':')
		return unexpected(s, "a colon");
	s->pos++;
	level->key = key;       /* from here on it is part of the path */
	return true;
}

/* Whether raw, behind its opening quote, is this key, as it is commonly written. */
static bool
is_key(const char *raw, const char *key)
{
	size_t len = strlen(key);

	return !strncmp(raw, key, len) && raw[len] == '"';
}

static bool
scan_member(struct scan *s, struct level *level)
{
	struct extent extent;

	if (!scan_key(s, level))
		return false;
	skip(s);
	extent = (struct extent){ .from = s->pos, .tokens = s->tokens };
	if (!scan_value(s))
		return false;
	if (s->part && s->depth == 2 && is_key(level->key, s->part->inner) && s->levels[0].key && is_key(s->levels[0].key, s->part->outer))
		*s->extent = (struct extent){ extent.from, s->pos, s->tokens - extent.tokens };
	return true;
}

/* The cursor is on '{' or '['. */
static bool
scan_container(struct scan *s)
{
	bool array = peek(s) == '[';
	int close = array ? ']' : '}';
	struct level *level;

	if (s->depth == JSON_DEPTH)
		return refuse(s, s->pos, "more than %d levels", JSON_DEPTH);
	level = &s->levels[s->depth++];
	*level = (struct level){ .index = array ? 0 : -1 };
	s->tokens++;
	s->pos++;
	skip(s);
	for (bool first = true; !first || peek(s) != close; first = false) {
		if (array ? !scan_value(s) : !scan_member(s, level))
			return false;
		skip(s);
		if (peek(s) == close)
			break;
		if (peek(s) != ',')
			return unexpected(s, array ? "a comma or ]" : "a comma or }");
		s->pos++;
		skip(s);
		if (peek(s) == close)
			return refuse(s, s->pos - 1, "comma without a value behind it");
		level->index += array;
	}
	s->pos++;
	s->depth--;
	return true;
}

static bool
scan_value(struct scan *s)
{
	int c;

	skip(s);
	c = peek(s);
	if (c == '{' || c == '[')
		return scan_container(s);
	if (c == '"')
		return scan_string(s);
	if (c == '-' || (c >= '0' && c <= '9'))
		return scan_number(s);
	if (is_word(c))
		return scan_word(s);
	return unexpected(s, "a value");
}

long
json_scan(const char *name, const char *text, size_t len, const struct json_part *part, struct extent *extent,
	  char *error, size_t error_size)
{
	struct scan s = {
		.name = name, .text = text, .len = len, .part = part, .extent = extent, .error = error, .error_size = error_size,
	};

	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return refuse(&s, 0, "the file begins with a byte order mark, which JSON does not have") - 1;
	skip(&s);
	if (s.pos == len)
		return refuse(&s, 0, "the file is empty") - 1;
	if (!scan_value(&s))
		return -1;
	skip(&s);
	if (s.pos < len)
		return refuse(&s, s.pos, "text behind the end of the document") - 1;
	return s.tokens;
}
