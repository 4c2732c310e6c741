/* SPDX-License-Identifier: MIT */
/* Lists of words, and the values of GVariant's text form that have no others in them. */
#include "variant.h"

void
words_add(struct words *words, const char *word)
{
	words->list = realloc(words->list, (words->count + 2) * sizeof(*words->list));
	if (!words->list)
		die(NULL, "allocate memory");
	words->list[words->count++] = word;
	words->list[words->count] = NULL;
}

void
words_add_all(struct words *words, const char *const *more)
{
	while (*more)
		words_add(words, *more++);
}

char *
variant_bad(struct parser *p, const char *why)
{
	if (!p->error)
		p->error = why;
	return NULL;
}

/* want or, when that is NULL, own; NULL when the two differ. */
char *
variant_agree(struct parser *p, const char *want, const char *own)
{
	if (want && strcmp(want, own))
		return variant_bad(p, "values of different types");
	return xstrdup(own);
}

/* The text of a string in quotes, without its escapes; the caller frees it. */
static char *
take_quoted(struct parser *p)
{
	char quote = *p->at++, *text = xcalloc(strlen(p->at) + 1, 4), *out = text;

	while (*p->at && *p->at != quote) {
		static const char escapes[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
		const char *known;

		if (*p->at != '\\') {
			*out++ = *p->at++;
			continue;
		}
		p->at++;
		known = *p->at ? strchr(escapes, *p->at) : NULL;
		if (!*p->at || *p->at == 'u' || *p->at == 'U') {
			free(text);
			return variant_bad(p, "an escape that is not supported");
		}
		if (known)
			*out++ = values[known - escapes];
		else
			*out++ = *p->at;
		p->at++;
	}
	if (!*p->at) {
		free(text);
		return variant_bad(p, "a string without its end");
	}
	p->at++;
	return text;
}

char *
variant_string(struct parser *p, const char *want)
{
	char *text;

	if (want && strcmp(want, "s") && strcmp(want, "o") && strcmp(want, "g"))
		return variant_bad(p, "values of different types");
	text = take_quoted(p);
	if (!text)
		return NULL;
	words_add(p->out, text);
	return xstrdup(want ? want : "s");
}

/* b'bytes' */
char *
variant_bytes(struct parser *p, const char *want)
{
	char *type = variant_agree(p, want, "ay"), *text = NULL;

	p->at++;
	if (type)
		text = take_quoted(p);
	if (!text)
		return NULL;
	words_add(p->out, xasprintf("%zu", strlen(text) + 1));
	for (size_t i = 0; i <= strlen(text); i++)
		words_add(p->out, xasprintf("%d", (unsigned char)text[i]));
	return type;
}

/* "-1.5e3"; by hand: the C library's reading of such numbers is larger than all of this. */
static bool
is_decimal(const char *text)
{
	size_t whole, fraction = 0;

	text += *text == '-';
	text += whole = strspn(text, "0123456789");
	if (*text == '.')
		text += 1 + (fraction = strspn(text + 1, "0123456789"));
	if (!whole && !fraction)
		return false;
	if (*text != 'e' && *text != 'E')
		return !*text;
	text += text[1] == '-' || text[1] == '+' ? 2 : 1;
	return *text && !text[strspn(text, "0123456789")];
}

static bool
in_range(const char *text, char type)
{
	static const struct { char type; long long least; unsigned long long most; } ranges[] = {
		{ 'y', 0, UINT8_MAX }, { 'n', INT16_MIN, INT16_MAX }, { 'q', 0, UINT16_MAX }, { 'i', INT32_MIN, INT32_MAX },
		{ 'h', 0, INT32_MAX }, { 'u', 0, UINT32_MAX }, { 'x', INT64_MIN, INT64_MAX }, { 't', 0, UINT64_MAX },
	};
	char *end, *end_unsigned;

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		long long value;
		unsigned long long positive;

		if (ranges[i].type != type)
			continue;
		errno = 0;
		value = strtoll(text, &end, 0);
		if (*text == '-')
			return !errno && !*end && value >= ranges[i].least;
		errno = 0;
		positive = strtoull(text, &end_unsigned, 0);
		return !errno && !*end_unsigned && positive <= ranges[i].most;
	}
	return type == 'd' && is_decimal(text);
}

char *
variant_number(struct parser *p, const char *want)
{
	size_t len = strspn(p->at, "+-.0123456789abcdefABCDEFxX");
	const char *digits = *p->at == '+' ? p->at + 1 : p->at;
	char *text = xstrndup(digits, len - (size_t)(digits - p->at));
	bool hexadecimal = strpbrk(text, "xX");
	const char *own = want ? want : !hexadecimal && strpbrk(text, ".eE") ? "d" : "i";

	if (own[1] || !in_range(text, *own)) {
		free(text);
		return variant_bad(p, "not a number, or not one of that type");
	}
	p->at += len;
	words_add(p->out, text);
	return xstrdup(own);
}
