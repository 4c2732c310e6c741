/* SPDX-License-Identifier: MIT */
/* What the files of the JSON module share: the check of the text, the nodes, places. */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include <stdarg.h>
#include <stddef.h>

#include "json.h"

enum { JSON_DEPTH = 64 };

struct node {
	enum json_type type;
	int start, end;         /* the value in the text; a string without its quotes */
	int key;                /* where the key begins, behind its quote; -1: an array's element */
	int parent, next;
	int count;              /* members or elements */
	int index;              /* among its siblings */
};

/* Where the last place was: errors come in the file's order, lines are counted once. */
struct cursor {
	size_t offset, line, start;
	size_t origin;          /* where line 1 begins */
};

struct json {
	char *name;
	const char *text;
	char *strings;          /* the text again; strings are decoded in place */
	struct node *nodes;
	int count;
	struct cursor *cursor;
	int known;              /* where the value that was known begins; -1: there is none */
	struct {
		size_t from, to;        /* both 0: there is none */
		const char *name;
	} graft;
};

/* Where the value of a json_part stands: from up to to, which has that many tokens; to 0: nowhere. */
struct extent {
	size_t from, to;
	long tokens;
};

/* Checks that text is one JSON value as json_parse wants it, duplicate keys aside. Returns how
 * many tokens jsmn will make of it (values and keys), or -1 with "name:line:column: path: reason" in error.
 * *extent: of part, which may be NULL. */
long json_scan(const char *name, const char *text, size_t len, const struct json_part *part, struct extent *extent,
	       char *error, size_t error_size);

/* lib/json_number.c */

/* What is wrong with the number at text, of at most len bytes, the first of which is a digit or '-'; NULL: nothing, and its length. */
const char *number_scan(const char *text, size_t len, size_t *length);
/* Whether c is of those of which numbers and true, false, null are made. */
bool is_word(int c);

/* lib/json_utf8.c */

/* How many bytes at text, of at most left, stand for themselves in a string: ASCII but for controls, '"' and '\\'. */
size_t plain_length(const char *text, size_t left);

/* How many bytes the UTF-8 character of two or more bytes at text has, of at most left; 0: it is none. */
size_t utf8_length(const char *text, size_t left);
/* The character c at out, which has room for four bytes; how many it took. */
size_t utf8_put(char *out, long c);
/* The value of four hexadecimal digits at p, or -1 when they are not there in left bytes. */
long hex4(const char *p, size_t left);

/* A place under construction: writes never pass size, what does not fit is cut. */
struct place {
	char *text;
	size_t size, used;
	size_t path;    /* where the path begins */
};

/* Moves a cursor on to offset in the text. */
void place_advance(struct cursor *at, const char *text, size_t offset);
/* "name:line:column: " */
void place_begin(struct place *place, const char *name, const struct cursor *at);
/* ".key", or ["key"] for one that would not read as one word; raw: its text as it stands in the file,
 * from behind the opening quote on. */
void place_key(struct place *place, const char *raw);
/* "[7]" */
void place_index(struct place *place, long index);
void place_put(struct place *place, const char *format, ...) __attribute__((format(printf, 2, 3)));
void place_vput(struct place *place, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* The place of node, but with line and column of the byte at offset; ": reason" unless that is NULL. */
void place_node(const struct json *json, int node, int offset, const char *reason, char *text, size_t size);
#endif
