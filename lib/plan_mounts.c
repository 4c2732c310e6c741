/* SPDX-License-Identifier: MIT */
/* mounts[] as steps. */
#include "mntpoint.h"
#include "overlay.h"
#include "plan.h"

/* The options of a mount, separated by commas, but for those that wait and the maps of ids, which are written out. */
static char *
options_of(const struct plan *plan, int mount, const struct request *r, bool waits)
{
	const struct json *json = plan->config->json;
	int list = json_get(json, mount, "options");
	const char *glue = "";
	char *text = NULL;
	size_t size;
	FILE *out = text_open(&text, &size);

	for (int n = json_first(json, list); n >= 0; n = json_next(json, n)) {
		const char *option = json_string(json, n);
		autofree char *copy = xstrdup(option);
		char *rest = copy;
		size_t quotes = 0;

		if (!*option || (waits && (!strcmp(option, "ro") || !strcmp(option, "rro"))) ||
		    (r->uids.count && (!strncmp(option, "idmap", 5) || !strncmp(option, "ridmap", 6))))
			continue;
		for (const char *p = option; *p; p++)
			quotes += *p == '"';
		(void)mount_option_cut(&rest);
		if (*rest || quotes % 2)
			config_fail(plan->config, n, ST_UNSUPPORTED, "cannot be planned: a comma or quote within an option");
		fprintf(out, "%s%s", glue, option);
		glue = ",";
	}
	for (size_t i = 0; i < r->uids.count + r->gids.count; i++) {
		size_t at = i < r->uids.count ? i : i - r->uids.count;
		const struct extent *e = (i < r->uids.count ? r->uids.list : r->gids.list) + at;

		if (!i)
			fprintf(out, "%s%sidmap=", glue, r->options.extra & OPT_DEEP_IDMAP ? "r" : "");
		fprintf(out, "%s%u-%u-%u", at ? "#" : i ? ";gids=" : "uids=", e->inside, e->outside, e->count);
	}
	text_close(out);
	return text;
}

/* A mount of the list, as the functions below need it. */
struct one {
	const struct request *r;
	bool bind;              /* a new bind mount */
	bool asked;             /* and its source is handed over from outside */
	bool waits;             /* to be read-only */
	char *source, *options;
};

static void
stub(struct plan *plan, const struct one *one)
{
	if (one->r->options.extra & OPT_COPY_SYMLINK)
		plan_put(plan, ".options", "-l", NULL);
	if (request_is(one->r, "tmpfs"))
		plan_put(plan, ".type", "-t", NULL);
	if (request_is_bind(one->r))
		plan_put(plan, ".source", "-s", "%s", one->source);
	plan_put(plan, ".destination", "-p", "%s", one->r->point);
}

static void
source(struct plan *plan, const struct one *one)
{
	plan->step = "oci-sources";
	plan_put(plan, ".source", "-s", "%s", one->source);
	if (*one->options)
		plan_put(plan, ".options", "-o", "%s", one->options);
}

static void
mount_step(struct plan *plan, const struct one *one)
{
	const struct request *r = one->r;
	/* where the mounts are the host's, its own must not go with them */
	bool in_host = !plan->init && r->in_host && one->bind;

	plan->step = one->asked ? "oci-mount -a -r \"$rootfs\"" : "oci-mount -r \"$rootfs\"";
	if (r->type)
		plan_put(plan, ".type", "-t", "%s", r->type);
	if (one->source)
		plan_put(plan, ".source", "-s", "%s", one->source);
	if (*one->options || in_host)
		plan_put(plan, ".options", "-o", "%s%s", one->options, !in_host ? "" : *one->options ? ",rslave" : "rslave");
	if (r->overlay)
		plan_put(plan, ": overlay", r->overlay_named ? "-O" : "-D", "%s", r->overlay);
	if (r->label && *r->label && !request_is_bind(r))
		plan_put(plan, ", linux.mountLabel", "-L", "%s", r->label);
	plan_put(plan, ".destination", "--", "%s", r->point);
}

static void
late(struct plan *plan, const struct one *one)
{
	plan->step = "oci-mount -r \"$rootfs\"";
	plan_put(plan, ".options", one->r->options.deep_set & MS_RDONLY ? "-o remount,bind,ro,rro" : "-o remount,bind,ro", NULL);
	plan_put(plan, ".destination", "--", "%s", one->r->point);
}

void
plan_mounts(struct plan *plan, char letter)
{
	const struct json *json = plan->config->json;
	int mounts = config_node(plan->config, 0, "mounts");
	size_t count = (size_t)json_count(json, mounts), i = 0;
	autofree struct request *list = xcalloc(count, sizeof(*list));
	autofree bool *above = NULL;

	overlay_check_annotations(plan->config);
	for (int n = json_first(json, mounts); n >= 0; n = json_next(json, n))
		request_read(list + i++, plan->config, n);
	above = requests_above(list, count);
	i = 0;
	for (int n = json_first(json, mounts); n >= 0; n = json_next(json, n), i++) {
		const struct request *r = list + i;
		struct one one = { .r = r, .waits = request_waits(r, above[i]) };
		bool relative = request_is_bind(r) && r->source && *r->source != '/';

		one.bind = request_is_bind(r) && !(r->options.set & MS_REMOUNT);
		one.asked = one.bind && !plan->init && config_has_namespace(plan->config, "user");
		one.source = r->source ? xasprintf("%s%s%s", relative ? plan->config->bundle : "", relative ? "/" : "", r->source) : NULL;
		one.options = options_of(plan, n, r, one.waits);
		free(plan->path);
		plan->path = xasprintf("mounts[%zu]", i);
		if (letter == 'r')
			stub(plan, &one);
		else if (letter == 'm')
			mount_step(plan, &one);
		else if (letter == 'a' && one.asked)
			source(plan, &one);
		else if (letter == 'M' && one.waits)
			late(plan, &one);
		free(one.source);
		free(one.options);
	}
}
