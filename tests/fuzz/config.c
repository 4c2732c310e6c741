/* SPDX-License-Identifier: MIT */
/* libFuzzer: any bytes as config.json. What the reader makes of them must be a tree without
 * contradictions, and the schema must find its way through it. */
#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(bool condition)
{
	if (!condition)
		abort();
}

static void
look_at(const struct json *json, int parent, int node, size_t depth)
{
	char place[256];
	size_t len;
	int count = 0;
	int64_t number;
	uint64_t positive;
	const char *key = json_key(json, node);

	demand(depth <= 64);
	demand(json_type(json, node) != JSON_NONE);
	demand(*json_place(json, node, place, sizeof(place)));
	demand(json_raw(json, node, &len) && len > 0);
	demand((json_type(json, node) == JSON_STRING) == (json_string(json, node) != NULL));
	demand((json_type(json, parent) == JSON_OBJECT) == (key != NULL));
	if (key)
		demand(json_get(json, parent, key) == (json_type(json, node) == JSON_NULL ? -1 : node));
	if (json_int(json, node, &number) && json_uint(json, node, &positive))
		demand(number >= 0 && (uint64_t)number == positive);
	for (int n = json_first(json, node); n >= 0; n = json_next(json, n)) {
		count++;
		look_at(json, node, n, depth + 1);
	}
	demand(count == json_count(json, node));
}

static bool
count_error(void *arg, const char *place, const char *reason)
{
	demand(*place && *reason);
	++*(int *)arg;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a copy of its own, so that a read beyond its end is one beyond an allocation */
	autofree char *text = malloc(size ? size : 1);
	char error[200] = "";
	struct json *json;
	int errors = 0;

	demand(text);
	if (size)
		memcpy(text, data, size);
	json = json_parse("f", text, size, error, sizeof(error));
	demand((json == NULL) == (*error != '\0'));
	if (!json)
		return 0;
	look_at(json, -1, 0, 0);
	demand(schema_check(json, count_error, &errors) == errors);
	json_free(json);
	return 0;
}
