/* SPDX-License-Identifier: MIT */
/* Places: "config.json:41:17: linux.namespaces[2].type". */
#include <stdio.h>
#include <string.h>

#include "json_tree.h"

void
place_vput(struct place *place, const char *format, va_list ap)
{
	int n = vsnprintf(place->text + place->used, place->size - place->used, format, ap);

	if (n > 0)
		place->used += (size_t)n;
	if (place->used >= place->size)
		place->used = place->size - 1;
}

void
place_put(struct place *place, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	place_vput(place, format, ap);
	va_end(ap);
}

void
place_advance(struct cursor *at, const char *text, size_t offset)
{
	const char *newline;

	while ((newline = memchr(text + at->offset, '\n', offset - at->offset))) {
		at->line++;
		at->start = at->offset = (size_t)(newline - text) + 1;
	}
	at->offset = offset;
}

void
place_begin(struct place *place, const char *name, const struct cursor *at)
{
	place_put(place, "%s:%zu:%zu: ", name, at->line, at->offset - at->start + 1);
	place->path = place->used;
}

void
place_key(struct place *place, const char *raw)
{
	size_t len = 0, plain;

	while (raw[len] != '"')
		len += raw[len] == '\\' ? 2 : 1;
	plain = strspn(raw, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	if (plain == len && len > 0)
		place_put(place, "%s%.*s", place->used > place->path ? "." : "", (int)len, raw);
	else
		place_put(place, "[\"%.*s\"]", (int)len, raw);
}

void
place_index(struct place *place, long index)
{
	place_put(place, "[%ld]", index);
}

void
place_node(const struct json *json, int node, int offset, const char *reason, char *text, size_t size)
{
	struct place place = { .text = text, .size = size };
	int above[JSON_DEPTH + 1] = { 0 }, depth = 0;
	bool grafted = (size_t)offset >= json->graft.from && (size_t)offset < json->graft.to;
	size_t origin = grafted ? json->graft.from : 0;
	struct cursor *at = json->cursor;

	/* from the last place on when that is not behind it */
	if ((size_t)offset < at->offset || at->origin != origin)
		*at = (struct cursor){ origin, 1, origin, origin };
	place_advance(at, json->text, (size_t)offset);
	place_begin(&place, grafted ? json->graft.name : json->name, at);
	for (; json->nodes[node].parent >= 0; node = json->nodes[node].parent)
		above[depth++] = node;
	while (depth-- > 0) {
		const struct node *n = &json->nodes[above[depth]];

		if (n->key >= 0)
			place_key(&place, json->text + n->key);
		else
			place_index(&place, n->index);
	}
	if (place.used == place.path && place.used >= 2)
		place.text[place.used -= 2] = '\0';     /* the document itself: no path */
	if (reason)
		place_put(&place, ": %s", reason);
}

void
json_graft(struct json *json, size_t from, size_t to, const char *name)
{
	json->graft.from = from;
	json->graft.to = to;
	json->graft.name = name;
}

const char *
json_place(const struct json *json, int node, char *place, size_t size)
{
	int offset;

	if (node < 0)
		node = 0;
	offset = json->nodes[node].start - (json->nodes[node].type == JSON_STRING);
	place_node(json, node, offset, NULL, place, size);
	return place;
}
