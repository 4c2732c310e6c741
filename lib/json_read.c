/* SPDX-License-Identifier: MIT */
/* Readers of the tree. Each takes -1, "not there", and answers in kind. */
#include <string.h>

#include "json_tree.h"
#include "ocibox.h"

enum json_type
json_type(const struct json *json, int node)
{
	return node < 0 ? JSON_NONE : json->nodes[node].type;
}

bool
json_is_known(const struct json *json, int node)
{
	return node >= 0 && json->nodes[node].start == json->known;
}

int
json_get(const struct json *json, int node, const char *key)
{
	if (json_type(json, node) != JSON_OBJECT)
		return -1;
	/* what is in it would be passed over */
	if (json_is_known(json, node))
		__builtin_trap();
	for (int n = json_first(json, node); n >= 0; n = json_next(json, n))
		if (!strcmp(json_key(json, n), key))
			return json_type(json, n) == JSON_NULL ? -1 : n;
	return -1;
}

int
json_count(const struct json *json, int node)
{
	return node < 0 ? 0 : json->nodes[node].count;
}

int
json_first(const struct json *json, int node)
{
	return json_count(json, node) > 0 ? node + 1 : -1;
}

int
json_next(const struct json *json, int node)
{
	return node < 0 ? -1 : json->nodes[node].next;
}

const char *
json_key(const struct json *json, int node)
{
	return node < 0 || json->nodes[node].key < 0 ? NULL : json->strings + json->nodes[node].key;
}

const char *
json_string(const struct json *json, int node)
{
	return json_type(json, node) == JSON_STRING ? json->strings + json->nodes[node].start : NULL;
}

bool
json_int(const struct json *json, int node, int64_t *value)
{
	size_t len;
	const char *raw = json_raw(json, node, &len);

	return json_type(json, node) == JSON_NUMBER && take_signed(raw, len, value) == raw + len;
}

bool
json_uint(const struct json *json, int node, uint64_t *value)
{
	size_t len;
	const char *raw = json_raw(json, node, &len);

	return json_type(json, node) == JSON_NUMBER && take_digits(raw, 10, len, value) == raw + len;
}

const char *
json_raw(const struct json *json, int node, size_t *len)
{
	const struct node *n;
	int quote;

	*len = 0;
	if (node < 0)
		return "";
	n = &json->nodes[node];
	quote = n->type == JSON_STRING;
	*len = (size_t)(n->end - n->start) + (quote ? 2 : 0);
	return json->text + n->start - quote;
}
