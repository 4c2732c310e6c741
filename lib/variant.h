/* SPDX-License-Identifier: MIT */
/* Words for busctl(1), and values in GVariant's text form as such words. */
#ifndef VARIANT_H
#define VARIANT_H

#include "ocibox.h"

/* A list of words that grows. list is NULL-terminated, and its owner's to free; the words are not freed. */
struct words {
	const char **list;
	size_t count;
};

/* Dies when there is no memory. */
void words_add(struct words *words, const char *word);
/* Adds the words up to NULL. */
void words_add_all(struct words *words, const char *const *more);

/* Adds a value in GVariant's text form, "uint64 5", "'text'", "[1, 2]", "{'a': <true>}", as busctl(1) takes a
 * variant: its signature, and its parts in words of their own. NULL; or what is wrong with it, and nothing is added. */
const char *variant_add(struct words *words, const char *text);

/* For lib/variant*.c alone. */
struct parser {
	const char *at, *error;
	struct words *out;
	int depth;
};

/* NULL, with why as the error when it is the first. */
char *variant_bad(struct parser *parser, const char *why);
/* own, a signature, or NULL with an error when want is another; want may be NULL. */
char *variant_agree(struct parser *parser, const char *want, const char *own);
/* These take the value that begins at parser->at, and return its signature, or NULL with an error. */
char *variant_string(struct parser *parser, const char *want);
char *variant_bytes(struct parser *parser, const char *want);
char *variant_number(struct parser *parser, const char *want);
#endif
