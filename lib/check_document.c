/* SPDX-License-Identifier: MIT */
/* What a type and a range cannot say of config.json: all but the properties of linux. */
#include <ctype.h>
#include <string.h>

#include "schema.h"

/* The digits and dots of "1.2.3" at p: where they end; NULL: they are not such. */
static const char *
three_numbers(const char *p)
{
	for (int i = 0; i < 3; i++) {
		size_t digits = strspn(p, "0123456789");

		if (digits == 0 || (*p == '0' && digits > 1))
			return NULL;
		p += digits;
		if (i < 2 && *p++ != '.')
			return NULL;
	}
	return p;
}

/* The identifiers behind '-' or '+': where they end. numbers: those that are numbers have no leading zero. */
static const char *
identifiers(const char *p, bool numbers)
{
	do {
		const char *start = ++p;
		bool number = true;

		for (; isalnum((unsigned char)*p) || *p == '-'; p++)
			number = number && isdigit((unsigned char)*p);
		if (p == start || (numbers && number && *start == '0' && p > start + 1))
			return NULL;
	} while (*p == '.');
	return p;
}

void
check_version(struct checker *c, int parent, int node)
{
	const char *version = json_string(c->json, node), *p = three_numbers(version);

	(void)parent;
	if (p && *p == '-')
		p = identifiers(p, true);
	if (p && *p == '+')
		p = identifiers(p, false);
	if (!p || *p)
		refuse(c, node, "not a version as semver.org has it, such as 1.3.0");
	else if (strncmp(version, "1.", 2))
		refuse(c, node, "version %.40s: this program knows 1.x", version);
}

void
check_filled(struct checker *c, int parent, int node)
{
	(void)parent;
	if (!*json_string(c->json, node))
		refuse(c, node, "must not be empty");
}

void
check_absolute(struct checker *c, int parent, int node)
{
	(void)parent;
	if (*json_string(c->json, node) != '/')
		refuse(c, node, "must be an absolute path");
}

void
check_absolute_or_none(struct checker *c, int parent, int node)
{
	if (*json_string(c->json, node))
		check_absolute(c, parent, node);
}

void
check_key_filled(struct checker *c, int parent, int node)
{
	(void)parent;
	if (!*json_key(c->json, node))
		refuse(c, node, "the key must not be empty");
}

void
check_variable(struct checker *c, int parent, int node)
{
	const char *equals = strchr(json_string(c->json, node), '=');

	(void)parent;
	if (!equals || equals == json_string(c->json, node))
		refuse(c, node, "must have the form NAME=VALUE");
}

void
check_some(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_count(c->json, node) == 0)
		refuse(c, node, "must not be empty");
}

void
check_none(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_count(c->json, node) > 0)
		refuse(c, node, "must be empty: none is known");
}

bool
has_terminal(const struct checker *c, int parent)
{
	return json_type(c->json, json_get(c->json, parent, "terminal")) == JSON_TRUE;
}

void
check_uts_name(struct checker *c, int parent, int node)
{
	size_t len = strlen(json_string(c->json, node));

	(void)parent;
	if (len > 64)
		refuse(c, node, "longer than 64 bytes");
	if (len > 0 && !(c->namespaces & NS_UTS))
		refuse(c, node, "needs a uts namespace in linux.namespaces");
}

void
check_mount_namespace(struct checker *c, int parent, int node)
{
	(void)parent;
	if (json_count(c->json, node) > 0 && !(c->namespaces & NS_MOUNT))
		refuse(c, node, "needs a mount namespace in linux.namespaces");
}

void
check_mount(struct checker *c, int parent, int node)
{
	int uids = json_count(c->json, json_get(c->json, node, "uidMappings"));
	int gids = json_count(c->json, json_get(c->json, node, "gidMappings"));

	(void)parent;
	if (!uids != !gids)
		refuse(c, node, "needs both uidMappings and gidMappings, or neither");
}

void
check_mount_option(struct checker *c, int parent, int node)
{
	static const char *const idmap[] = { "idmap", "ridmap", NULL };
	bool mapped = json_count(c->json, json_get(c->json, parent, "uidMappings")) > 0;

	if (mapped || c->namespaces & NS_USER)
		return;
	for (int n = json_first(c->json, node); n >= 0; n = json_next(c->json, n))
		if (word_index(idmap, json_string(c->json, n)) >= 0)
			refuse(c, n, "needs uidMappings and gidMappings, or a user namespace in linux.namespaces");
}

void
check_cpu_list(struct checker *c, int parent, int node)
{
	const char *list = json_string(c->json, node);

	(void)parent;
	if (list[strspn(list, "0123456789,- ")])
		refuse(c, node, "must be a list such as 0-3,7");
}
