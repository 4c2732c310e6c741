/* SPDX-License-Identifier: MIT */
/* The schema of config.json. */
#include "config.h"

int
schema_check(const struct json *json, bool (*found)(void *arg, const char *place, const char *reason), void *arg)
{
	char place[1024];

	if (json_type(json, 0) == JSON_OBJECT)
		return 0;
	found(arg, json_place(json, 0, place, sizeof(place)), "not an object");
	return 1;
}
