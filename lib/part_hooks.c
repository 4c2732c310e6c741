/* SPDX-License-Identifier: MIT */
/* hooks in config.json. */
#include "schema.h"

static const struct rule hook[] = {
	{ "path", STRING, .required = true, .check = check_absolute },
	{ "args", ARRAY, .inside = &schema_string },
	{ "env", ARRAY, .inside = &schema_variable },
	{ "timeout", RANGE(1, INT32_MAX) },
	{ NULL },
};
const struct rule schema_hooks[] = {
	{ "prestart", LIST(hook) },
	{ "createRuntime", LIST(hook) },
	{ "createContainer", LIST(hook) },
	{ "startContainer", LIST(hook) },
	{ "poststart", LIST(hook) },
	{ "poststop", LIST(hook) },
	{ NULL },
};
