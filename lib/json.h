/* SPDX-License-Identifier: MIT */
/* JSON text as a tree. Nodes are small numbers; 0 is the document's value and
 * -1 is "not there", which every reader here takes and answers with "not there". */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum json_type { JSON_NONE, JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL };

struct json;

/* Parses len bytes of text; name is the file's, for places. Strict RFC 8259, and
 * refused: duplicate keys, NUL in strings, lone surrogates, invalid UTF-8, more than 64 levels.
 * NULL on error, with "name:line:column: path: reason" in error. text must outlive the result. */
struct json *json_parse(const char *name, const char *text, size_t len, char *error, size_t error_size);
/* A member of a member of the document, given by their keys ("linux", "seccomp"). */
struct json_part {
	const char *outer, *inner;
	/* Whether the object that stands there, len bytes of text, is known; it has the document's syntax errors only. */
	bool (*known)(void *arg, const char *text, size_t len);
	void *arg;
};
/* The same; a part that is known is not taken apart: it has no members in the tree, and json_is_known is true of it.
 * Duplicate keys within it are for who knew it to refuse. part may be NULL. */
struct json *json_parse_part(const char *name, const char *text, size_t len, const struct json_part *part, char *error, size_t error_size);
bool json_is_known(const struct json *json, int node);
void json_free(struct json *json);

enum json_type json_type(const struct json *json, int node);
/* The member of object node called key; -1 when there is none, or it is null. */
int json_get(const struct json *json, int node, const char *key);
/* How many elements or members node has; 0 for anything else. */
int json_count(const struct json *json, int node);
/* Walks the elements of an array or the members of an object:
 * for (int n = json_first(j, node); n >= 0; n = json_next(j, n)). A member's node is its value. */
int json_first(const struct json *json, int node);
int json_next(const struct json *json, int node);
/* The key under which a member's value stands; NULL for an array's element. */
const char *json_key(const struct json *json, int node);
/* The decoded string, NUL-terminated; NULL when node is no string. */
const char *json_string(const struct json *json, int node);
/* Whole numbers, without going through double: false, and nothing of use in *value, when node is none, or out of range. */
bool json_int(const struct json *json, int node, int64_t *value);
bool json_uint(const struct json *json, int node, uint64_t *value);
/* The raw text of the value, for copying it through, and its length. */
const char *json_raw(const struct json *json, int node, size_t *len);
/* The text from one offset to another is of another file: places in it have that name, and lines and columns from
 * its beginning. One of a document. */
void json_graft(struct json *json, size_t from, size_t to, const char *name);
/* "name:line:column: linux.namespaces[2].type" into place, which it returns. */
const char *json_place(const struct json *json, int node, char *place, size_t size);

/* lib/json_indent.c: prints one line of valid JSON, a member or element a line, and a newline. */
void put_indented(FILE *out, const char *json);
#endif
