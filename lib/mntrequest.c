/* SPDX-License-Identifier: MIT */
/* Mounts as config.json and the command line ask for them. */
#include "mntpoint.h"
#include "overlay.h"
#include "path.h"

bool
request_is_mapped(const struct request *r)
{
	return (r->options.extra & OPT_IDMAP) || r->uids.count;
}

/* What is wrong with a request whatever the machine; NULL: nothing. */
static const char *
wrong(const struct request *r)
{
	if (!request_is_bind(r) && !(r->options.set & MS_REMOUNT) && !r->type)
		return "no type";
	if (request_is_mapped(r) && (!request_is_bind(r) || (r->options.set & MS_REMOUNT)))
		return "only a new bind mount can have mapped ids";
	if (r->overlay_named && (!request_is_bind(r) || (r->options.set & MS_REMOUNT) || request_is_mapped(r)))
		return "only a new bind mount without mapped ids can have an overlay";
	if (!r->uids.count != !r->gids.count)
		return "uids and gids must both be mapped";
	if ((r->options.extra & OPT_COPY_SYMLINK) && (r->options.extra & (OPT_SRC_NOFOLLOW | OPT_DEST_NOFOLLOW)))
		return "copy-symlink cannot be had with src-nofollow or dest-nofollow";
	if (request_is_bind(r) && !(r->options.set & MS_REMOUNT) && (!r->source || !*r->source))
		return "a bind mount needs a source";
	return NULL;
}

/* "[@]ID-HOSTID-COUNT#...", as crun has it, or why not; with @, HOSTID is the one in the container. */
static const char *
read_extents(struct idmap *map, const char *text, const struct idmap *container)
{
	for (const char *at = text; *at; at += *at == '#') {
		unsigned long from, to, count;
		uint32_t host;
		int used = 0;
		bool relative = *at == '@';

		if (scan(at + relative, "%10lu-%10lu-%10lu%n", &from, &to, &count, &used) != 3 || from > UINT32_MAX ||
		    to > UINT32_MAX || count > UINT32_MAX || !strchr("#", at[relative + used]))
			return "not ID-HOSTID-COUNT";
		if (relative && !idmap_knows(container, (uint32_t)to, &host))
			return "not an id of the container";
		if (relative)
			to = host;

		autofree char *one = xasprintf("%lu:%lu:%lu", from, to, count);

		idmap_add(map, one);
		at += relative + used;
	}
	return NULL;
}

/* What stands behind idmap= : "uids=MAP;gids=MAP". NULL, or why it cannot be. */
static const char *
read_idmap(struct request *r, const struct config *config)
{
	autofree char *copy = xstrdup(r->options.idmap);
	struct idmap uids = { 0 }, gids = { 0 };
	const char *why = NULL;
	char *rest = copy, *part;

	if (config) {
		idmap_from_config(&uids, config, config_node(config, 0, "linux.uidMappings"));
		idmap_from_config(&gids, config, config_node(config, 0, "linux.gidMappings"));
	}
	while (!why && (part = strsep(&rest, ";"))) {
		if (!strncmp(part, "uids=", 5))
			why = read_extents(&r->uids, part + 5, &uids);
		else if (!strncmp(part, "gids=", 5))
			why = read_extents(&r->gids, part + 5, &gids);
		else
			why = "neither uids= nor gids=";
	}
	free(uids.list);
	free(gids.list);
	return why;
}

void
request_read(struct request *r, const struct config *config, int node)
{
	int options = config_node(config, node, "options");
	const char *why;

	r->type = config_string(config, node, "type");
	r->source = config_string(config, node, "source");
	r->base = config->bundle;
	r->point = config_destination(config, node);
	r->clean = path_clean(r->point);
	r->in_host = !config_has_namespace(config, "mount");
	r->label = config_string(config, 0, "linux.mountLabel");
	r->overlay = overlay_of_mount(config, r->point, &r->overlay_named);
	for (int n = json_first(config->json, options); n >= 0; n = json_next(config->json, n)) {
		why = mount_option(&r->options, json_string(config->json, n));
		if (why)
			config_fail(config, n, ST_UNSUPPORTED, "%s: %s", json_string(config->json, n), why);
	}
	idmap_from_config(&r->uids, config, config_node(config, node, "uidMappings"));
	idmap_from_config(&r->gids, config, config_node(config, node, "gidMappings"));
	why = r->options.idmap ? read_idmap(r, config) : NULL;
	if (why)
		config_fail(config, options, ST_CONFIG, "idmap=%s: %s", r->options.idmap, why);
	if (request_is_bind(r) && r->options.unknown)
		config_fail(config, options, ST_CONFIG, "%s: not an option of a bind mount", r->options.unknown);
	why = wrong(r);
	if (why)
		config_fail(config, node, ST_CONFIG, "%s", why);
}

void
request_parse(struct request *r, const char *options)
{
	autofree char *copy = xstrdup(options);
	const char *why;
	char *rest = copy;

	while (*rest) {
		const char *one = mount_option_cut(&rest);

		why = mount_option(&r->options, one);
		if (why)
			fail(ST_UNSUPPORTED, one, "%s", why);
	}
	r->base = ".";
	r->clean = path_clean(r->point);
	why = r->options.idmap ? read_idmap(r, NULL) : NULL;
	if (why)
		fail(ST_CONFIG, r->options.idmap, "%s", why);
	if (request_is_bind(r) && r->options.unknown)
		fail(ST_CONFIG, r->options.unknown, "not an option of a bind mount");
	if (!request_is_bind(r) && !(r->options.set & MS_REMOUNT) && !r->type)
		usage();
	why = wrong(r);
	if (why)
		fail(ST_CONFIG, r->point, "%s", why);
	if (request_is_mapped(r) && !r->uids.count && !r->asked)
		fail(ST_CONFIG, r->point, "idmap needs its maps: idmap=uids=...;gids=...");
}

void
request_free(struct request *r)
{
	mount_options_free(&r->options);
	free(r->clean);
	free(r->overlay);
	free(r->uids.list);
	free(r->gids.list);
}
