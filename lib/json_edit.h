/* SPDX-License-Identifier: MIT */
/* JSON text made of other JSON text. Each returns a new string, the caller's to free, and dies without memory. */
#ifndef JSON_EDIT_H
#define JSON_EDIT_H

#include "json.h"

/* A member to be written in the place of the one of its name. */
struct json_member {
	const char *key;
	char *text;     /* its value as JSON; NULL: leave the one there is */
};

/* The object at node (-1: an empty one) with these members in it. */
char *json_merge(const struct json *json, int node, const struct json_member *members, size_t count);
/* The array at node (-1: an empty one) with these behind it: as strings, or as the JSON they are. */
char *json_append(const struct json *json, int node, const char **more, size_t count, bool strings);
#endif
