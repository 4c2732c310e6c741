/* SPDX-License-Identifier: MIT */
#include <grp.h>
#include <sys/fsuid.h>

#include "caps.h"
#include "user.h"

/* 4294967295 is -1, which the set*id calls take for "leave it as it is". */
#define MAX_ID 4294967294LL

void
user_parse(struct user *user, const char *text)
{
	size_t len = strcspn(text, ":");
	autofree char *uid = xstrndup(text, len);

	user->uid = (uid_t)number(uid, 0, MAX_ID, "user id");
	user->gid = text[len] ? (gid_t)number(text + len + 1, 0, MAX_ID, "group id") : (gid_t)user->uid;
}

/* Each once: setgroups(2) would keep what a client gives twice, and id(1) shows it. */
static void
add_group(struct user *user, gid_t gid)
{
	for (size_t i = 0; i < user->group_count; i++)
		if (user->groups[i] == gid)
			return;
	user->groups[user->group_count++] = gid;
}

void
user_parse_groups(struct user *user, const char *text)
{
	size_t count = 1;

	for (const char *p = text; *p; p++)
		count += *p == ',';
	free(user->groups);
	user->groups = xcalloc(count, sizeof(*user->groups));
	user->group_count = 0;
	while (*text) {
		size_t len = strcspn(text, ",");
		autofree char *gid = xstrndup(text, len);

		add_group(user, (gid_t)number(gid, 0, MAX_ID, "group id"));
		text += len + (text[len] == ',');
	}
}

void
user_from_config(struct user *user, const struct config *config)
{
	const struct json *json = config->json;
	int groups = config_node(config, 0, "process.user.additionalGids");

	user->uid = (uid_t)config_uint(config, 0, "process.user.uid", 0);
	user->gid = (gid_t)config_uint(config, 0, "process.user.gid", 0);
	user->keep_groups = user_keeps_groups(config);
	free(user->groups);
	user->groups = xcalloc((size_t)json_count(json, groups), sizeof(*user->groups));
	user->group_count = 0;
	for (int n = json_first(json, groups); n >= 0; n = json_next(json, n)) {
		uint64_t gid;

		if (!json_uint(json, n, &gid) || gid > MAX_ID)
			config_fail(config, n, ST_CONFIG, "not a group id (0 to %lld)", MAX_ID);
		add_group(user, (gid_t)gid);
	}
}

bool
user_keeps_groups(const struct config *config)
{
	const char *keep = json_string(config->json, json_get(config->json, config_node(config, 0, "annotations"), "run.oci.keep_original_groups"));

	return keep && !strcmp(keep, "1");
}

struct identity
user_act_as(const struct user *user, uint64_t caps)
{
	struct identity before = { .user.keep_groups = user->keep_groups, .caps = caps_effective() };
	int count = user->keep_groups ? 0 : getgroups(0, NULL);

	if (count < 0)
		die(NULL, "get the supplementary groups");
	before.user.groups = xcalloc((size_t)count, sizeof(*before.user.groups));
	before.user.group_count = (size_t)count;
	if (count && getgroups(count, before.user.groups) < 0)
		die(NULL, "get the supplementary groups");
	/* EPERM: where they cannot be set, the program will have these too */
	if (!user->keep_groups && setgroups(user->group_count, user->groups) && errno != EPERM)
		die(NULL, "set the supplementary groups");
	before.user.gid = (gid_t)setfsgid(user->gid);
	before.user.uid = (uid_t)setfsuid(user->uid);
	/* these two tell no error: an impossible id gives the present one */
	if ((gid_t)setfsgid((gid_t)-1) != user->gid || (uid_t)setfsuid((uid_t)-1) != user->uid) {
		setfsuid(before.user.uid);
		fail(ST_PERMISSION, NULL, "cannot act as user %lu and group %lu",
		    (unsigned long)user->uid, (unsigned long)user->gid);
	}
	if (!caps_set_effective(caps))
		die(NULL, "lower the capabilities");
	return before;
}

void
user_act_back(struct identity *before)
{
	setfsuid(before->user.uid);
	setfsgid(before->user.gid);
	/* after the ids, which change it; before the groups, which need it */
	if (!caps_set_effective(before->caps))
		die(NULL, "raise the capabilities");
	if (!before->user.keep_groups && setgroups(before->user.group_count, before->user.groups) && errno != EPERM)
		die(NULL, "set the supplementary groups");
	free(before->user.groups);
}
