/* SPDX-License-Identifier: MIT */
#include <sys/capability.h>

#include "caps.h"

/* The mask of one name; 0: unknown, or younger than this kernel. */
static uint64_t
caps_of_name(const char *name)
{
	bool whole = !strncasecmp(name, "CAP_", 4);
	autofree char *full = xasprintf("cap_%s", name + (whole ? 4 : 0));
	cap_value_t value;

	/* cap_get_bound fails for one the kernel has not */
	if (cap_from_name(full, &value) || value > 63 || cap_get_bound(value) < 0)
		return 0;
	return 1ULL << value;
}

uint64_t
caps_all(void)
{
	uint64_t all = 0;

	for (cap_value_t c = 0; c < 64 && cap_get_bound(c) >= 0; c++)
		all |= (uint64_t)(cap_get_bound(c) > 0) << c;
	return all;
}

uint64_t
caps_from_list(const char *list)
{
	uint64_t mask = 0;

	while (*list) {
		size_t len = strcspn(list, ",");
		autofree char *name = xstrndup(list, len);
		uint64_t one = caps_of_name(name);

		if (!strcasecmp(name, "all"))
			one = caps_all();
		else if (!one && strcasecmp(name, "none"))
			warn(name, "no capability of this kernel, left out");
		mask |= one;
		list += len + (list[len] == ',');
	}
	return mask;
}

uint64_t
caps_from_config(const struct config *config, const char *set, bool quiet)
{
	autofree char *path = xasprintf("process.capabilities.%s", set);
	const struct json *json = config->json;
	int list = config_node(config, 0, path);
	uint64_t mask = 0;

	for (int n = json_first(json, list); n >= 0; n = json_next(json, n)) {
		const char *name = json_string(json, n);
		uint64_t one = name ? caps_of_name(name) : 0;
		char place[512];

		if (!one && !quiet)
			warn(json_place(json, n, place, sizeof(place)), "%s is no capability of this kernel, left out", name);
		mask |= one;
	}
	return mask;
}

uint64_t
caps_effective(void)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t value;
	uint64_t mask = 0;

	if (!caps)
		die(NULL, "get the capabilities");
	for (cap_value_t c = 0; c < 64 && !cap_get_flag(caps, c, CAP_EFFECTIVE, &value); c++)
		mask |= (uint64_t)(value == CAP_SET) << c;
	cap_free(caps);
	return mask;
}

bool
caps_set_effective(uint64_t mask)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t value;
	bool done;

	if (!caps)
		return false;
	for (cap_value_t c = 0; c < 64 && !cap_get_flag(caps, c, CAP_PERMITTED, &value); c++)
		(void)cap_set_flag(caps, CAP_EFFECTIVE, 1, &c, value == CAP_SET && mask >> c & 1 ? CAP_SET : CAP_CLEAR);
	done = !cap_set_proc(caps);
	cap_free(caps);
	return done;
}
