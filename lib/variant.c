/* SPDX-License-Identifier: MIT */
/* GVariant's text form (the GLib manual, "GVariant Text Format") without maybe types, which D-Bus does not have. */
#include <ctype.h>

#include "variant.h"

enum { DEPTH = 16 };

/* The length of the first complete type of a signature; 0: it is none. */
static size_t
type_length(const char *signature)
{
	size_t n = 1, part;
	bool dict = *signature == '{';

	if (*signature == 'a')
		return (part = type_length(signature + 1)) ? 1 + part : 0;
	if (!dict && *signature != '(')
		return *signature && strchr("ybnqiuxtdsogvh", *signature) ? 1 : 0;
	for (int i = 0; signature[n] != (dict ? '}' : ')'); i++, n += part)
		if (!(part = type_length(signature + n)) || (dict && (i > 1 || (i == 0 && !strchr("ybnqiuxtdsogh", signature[n])))))
			return 0;
	return n == 1 ? 0 : n + 1;
}

static void
skip_space(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

/* Whether the next thing is this character, which is passed then. */
static bool
take(struct parser *p, char c)
{
	skip_space(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static char *value(struct parser *p, const char *want);

/* [1, 2], or {'a': 1, 'b': 2}, an array of pairs. */
static char *
array_value(struct parser *p, const char *want, bool dict)
{
	size_t place = p->out->count, n = 0;
	char *item = want ? xstrdup(want + 1) : NULL;

	if (want && (*want != 'a' || (want[1] == '{') != dict))
		return variant_bad(p, "values of different types");
	words_add(p->out, NULL);        /* how many there are */
	p->at++;
	for (; !take(p, dict ? '}' : ']'); n++) {
		char *key = NULL, *type;

		if (n && !take(p, ','))
			return variant_bad(p, "a comma or the end of the array is missing");
		if (dict) {
			key = value(p, item ? (char[]){ item[1], '\0' } : NULL);
			if (!key || key[1] || !take(p, ':'))
				return variant_bad(p, "not a key and its value");
		}
		if (dict && item) {
			autofree char *of = xstrndup(item + 2, strlen(item) - 3);

			type = value(p, of);
		} else {
			type = value(p, item);
		}
		if (!type)
			return NULL;
		if (!item)
			item = dict ? xasprintf("{%s%s}", key, type) : type;
	}
	if (!item)
		return variant_bad(p, "an empty array without its type");
	p->out->list[place] = xasprintf("%zu", n);
	return xasprintf("a%s", item);
}

static char *
tuple_value(struct parser *p, const char *want)
{
	char *all = xstrdup("(");

	if (want && *want != '(')
		return variant_bad(p, "values of different types");
	want = want ? want + 1 : NULL;
	p->at++;
	while (!take(p, ')')) {
		autofree char *part = want ? xstrndup(want, type_length(want)) : NULL, *before = all;
		autofree char *type = want && !*part ? NULL : value(p, part);

		if (!type || (!take(p, ',') && *p->at != ')'))
			return variant_bad(p, "not a tuple of that type");
		want = want ? want + strlen(type) : NULL;
		all = xasprintf("%s%s", before, type);
	}
	if (!all[1] || (want && *want != ')'))
		return variant_bad(p, "not a tuple of that type");
	return xasprintf("%s)", all);
}

/* <value> */
static char *
variant_value(struct parser *p, const char *want)
{
	size_t place = p->out->count;
	char *type;

	p->at++;
	words_add(p->out, NULL);        /* its signature */
	type = value(p, NULL);
	if (!type)
		return NULL;
	p->out->list[place] = type;
	if (!take(p, '>'))
		return variant_bad(p, "a variant without its end");
	return variant_agree(p, want, "v");
}

/* "true", or a type's name before a value; NULL with no error: it is neither. */
static char *
word_value(struct parser *p, const char *want)
{
	static const struct { const char *name, *type; } names[] = {
		{ "boolean", "b" }, { "byte", "y" }, { "int16", "n" }, { "uint16", "q" }, { "int32", "i" }, { "uint32", "u" },
		{ "int64", "x" }, { "uint64", "t" }, { "handle", "h" }, { "double", "d" }, { "string", "s" },
		{ "objectpath", "o" }, { "signature", "g" },
	};
	size_t len = 0;

	while (isalnum((unsigned char)p->at[len]))
		len++;
	if ((len == 4 && !strncmp(p->at, "true", 4)) || (len == 5 && !strncmp(p->at, "false", 5))) {
		words_add(p->out, len == 4 ? "true" : "false");
		p->at += len;
		return variant_agree(p, want, "b");
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == len && !strncmp(p->at, names[i].name, len)) {
			p->at += len;
			return want && strcmp(want, names[i].type) ? variant_bad(p, "values of different types") : value(p, names[i].type);
		}
	return variant_bad(p, "not a value");
}

/* One value, whose type must be want unless that is NULL. Its signature, or NULL with p->error set. */
static char *
value(struct parser *p, const char *want)
{
	char *type;

	skip_space(p);
	if (++p->depth > DEPTH)
		return variant_bad(p, "too many values inside each other");
	if (*p->at == '@') {
		/* D-Bus has none longer, and what is longer might be too deep */
		size_t len = strcspn(p->at + 1, " \t") > 255 ? 0 : type_length(p->at + 1);
		char *own = xstrndup(p->at + 1, len);

		p->at += 1 + len;
		type = !len || *own == '{' ? variant_bad(p, "not a type") : want && strcmp(want, own) ? variant_bad(p, "values of different types") : value(p, own);
	} else if (*p->at == '"' || *p->at == '\'') {
		type = variant_string(p, want);
	} else if (*p->at == 'b' && (p->at[1] == '"' || p->at[1] == '\'')) {
		type = variant_bytes(p, want);
	} else if (*p->at == '[' || *p->at == '{') {
		type = array_value(p, want, *p->at == '{');
	} else if (*p->at == '(') {
		type = tuple_value(p, want);
	} else if (*p->at == '<') {
		type = variant_value(p, want);
	} else {
		type = *p->at && strchr("+-.0123456789", *p->at) ? variant_number(p, want) : word_value(p, want);
	}
	p->depth--;
	return type;
}

const char *
variant_add(struct words *words, const char *text)
{
	struct words out = { 0 };
	struct parser p = { .at = text, .out = &out };
	char *type = value(&p, NULL);

	skip_space(&p);
	if (type && *p.at)
		type = variant_bad(&p, "something behind the value");
	if (type) {
		words_add(words, type);
		words_add_all(words, out.list);
	}
	free(out.list);
	return p.error;
}
