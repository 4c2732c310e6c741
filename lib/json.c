/* SPDX-License-Identifier: MIT */
/* The tree: jsmn finds the tokens of a text that json_scan has found right; from
 * them comes one node for each value, in the file's order, so that a node's
 * first child is the node behind it. Everything here is linear in the text, but
 * for the sort that finds duplicate keys. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#include <jsmn.h>

#include "json.h"
#include "json_tree.h"

/* Undoes the escapes of the string from p to end, in place; no escape is shorter than what
 * it stands for, so the closing quote, at end, is the latest place for the NUL. */
static void
decode(char *p, char *end)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	char *out = p;

	while (p < end) {
		long c;

		if (*p != '\\') {
			*out++ = *p++;
			continue;
		}
		if (p[1] != 'u') {
			const char *at = strchr(from, p[1]);

			*out++ = (char)(at ? to[at - from] : p[1]);
			p += 2;
			continue;
		}
		c = hex4(p + 2, 4);
		p += 6;
		if (c >= 0xd800 && c <= 0xdbff) {
			c = 0x10000 + ((c & 0x3ff) << 10) + (hex4(p + 2, 4) & 0x3ff);
			p += 6;
		}
		out += utf8_put(out, c);
	}
	*out = '\0';
}

static enum json_type
type_of(const jsmntok_t *token, const char *text)
{
	switch (token->type) {
	case JSMN_OBJECT:
		return JSON_OBJECT;
	case JSMN_ARRAY:
		return JSON_ARRAY;
	case JSMN_STRING:
		return JSON_STRING;
	default:
		break;
	}
	switch (text[token->start]) {
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

/* Tokens to nodes: a key and its value become one. */
static void
make_nodes(struct json *json, const jsmntok_t *tokens, long count, size_t len)
{
	/* few files have one */
	bool escapes = memchr(json->text, '\\', len);
	int open[JSON_DEPTH + 1], last[JSON_DEPTH + 1], depth = 0, key = -1;

	for (long i = 0; i < count; i++) {
		const jsmntok_t *token = &tokens[i];
		int n = json->count;
		struct node *node = &json->nodes[n];

		while (depth > 0 && token->start >= json->nodes[open[depth - 1]].end)
			depth--;
		if (token->type == JSMN_STRING && !escapes)
			json->strings[token->end] = '\0';
		else if (token->type == JSMN_STRING)
			decode(json->strings + token->start, json->strings + token->end);
		if (key < 0 && depth > 0 && json->nodes[open[depth - 1]].type == JSON_OBJECT) {
			key = token->start;
			continue;
		}
		*node = (struct node){ type_of(token, json->text), token->start, token->end, key, -1, -1, 0, 0 };
		key = -1;
		if (depth > 0) {
			struct node *parent = &json->nodes[open[depth - 1]];

			node->parent = open[depth - 1];
			node->index = parent->count++;
			if (node->index > 0)
				json->nodes[last[depth - 1]].next = n;
			last[depth - 1] = n;
		}
		if (node->type == JSON_OBJECT || node->type == JSON_ARRAY)
			open[depth++] = n;
		json->count++;
	}
}

/* The members of objects as lists in the order of their keys. */
struct order {
	const struct json *json;
	int *next;              /* of each node, in its list; -1: the last */
	int duplicate;          /* the first member, as the file goes, whose key its object had before; -1: none so far */
};

/* Two lists as one; all of b's members stand behind a's in the file. */
static int
merge(struct order *order, int a, int b)
{
	int first, *end = &first;

	while (a >= 0 && b >= 0) {
		int differs = strcmp(json_key(order->json, a), json_key(order->json, b));
		int *least = differs <= 0 ? &a : &b;

		if (!differs && (order->duplicate < 0 || b < order->duplicate))
			order->duplicate = b;
		*end = *least;
		end = &order->next[*least];
		*least = *end;
	}
	*end = a >= 0 ? a : b;
	return first;
}

/* The list of count members from *member on, which becomes the one behind them. */
static int
sort(struct order *order, int *member, int count)
{
	int first;

	if (count > 1) {
		first = sort(order, member, count / 2);
		return merge(order, first, sort(order, member, count - count / 2));
	}
	first = *member;
	*member = json_next(order->json, first);
	order->next[first] = -1;
	return first;
}

/* The first member, as the file goes, whose key its object had before; -1: none; -2: no memory. */
static int
find_duplicate(const struct json *json)
{
	struct order order = { json, malloc(sizeof(*order.next) * (size_t)json->count), -1 };

	if (!order.next)
		return -2;
	for (int n = 0; n < json->count; n++) {
		int member = json_first(json, n);

		if (member >= 0 && json->nodes[n].type == JSON_OBJECT)
			sort(&order, &member, json_count(json, n));
	}
	free(order.next);
	return order.duplicate;
}

/* Fills an empty json; known: what becomes an empty object, or NULL. false: no memory. */
static bool
build(struct json *json, const char *name, size_t len, long count, const struct extent *known)
{
	jsmntok_t *tokens = malloc(sizeof(*tokens) * (size_t)count);
	jsmn_parser parser;

	json->name = strdup(name);
	json->strings = malloc(len + 1);
	json->nodes = malloc(sizeof(*json->nodes) * (size_t)count);
	json->cursor = malloc(sizeof(*json->cursor));
	if (!tokens || !json->name || !json->strings || !json->nodes || !json->cursor) {
		free(tokens);
		return false;
	}
	memcpy(json->strings, json->text, len);
	json->strings[len] = '\n';      /* jsmn wants something behind a number */
	json->known = known ? (int)known->from : -1;
	jsmn_init(&parser);
	if (known) {
		/* to behind its opening brace; then on from its closing one */
		(void)jsmn_parse(&parser, json->strings, known->from + 1, tokens, (unsigned)count);
		parser.pos = (unsigned)known->to - 1;
	}
	/* cannot fail: the text is right and count is what it takes */
	if (jsmn_parse(&parser, json->strings, len + 1, tokens, (unsigned)count) != count)
		__builtin_trap();
	make_nodes(json, tokens, count, len);
	free(tokens);
	*json->cursor = (struct cursor){ 0, 1, 0 };
	return true;
}

struct json *
json_parse(const char *name, const char *text, size_t len, char *error, size_t error_size)
{
	return json_parse_part(name, text, len, NULL, error, error_size);
}

struct json *
json_parse_part(const char *name, const char *text, size_t len, const struct json_part *part, char *error, size_t error_size)
{
	struct extent extent = { 0 };
	struct json *json;
	int duplicate = -2;
	bool known;
	long count;

	if (len > INT_MAX / 2) {
		(void)snprintf(error, error_size, "%s: too large", name);
		return NULL;
	}
	count = json_scan(name, text, len, part, &extent, error, error_size);
	if (count < 0)
		return NULL;
	known = part && extent.to > 0 && text[extent.from] == '{' && part->known(part->arg, text + extent.from, extent.to - extent.from);
	if (known)
		count -= extent.tokens - 1;
	json = calloc(1, sizeof(*json));
	if (json) {
		json->text = text;
		if (build(json, name, len, count, known ? &extent : NULL))
			duplicate = find_duplicate(json);
	}
	if (duplicate == -1)
		return json;
	if (duplicate == -2)
		(void)snprintf(error, error_size, "%s: %s", name, strerror(ENOMEM));
	else
		place_node(json, duplicate, json->nodes[duplicate].key - 1, "duplicate key", error, error_size);
	json_free(json);
	return NULL;
}

void
json_free(struct json *json)
{
	if (!json)
		return;
	free(json->name);
	free(json->strings);
	free(json->nodes);
	free(json->cursor);
	free(json);
}
