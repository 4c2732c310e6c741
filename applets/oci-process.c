/* SPDX-License-Identifier: MIT */
/* oci-process: take the process to run in a container from oci-exec's words: from here on
 * the configuration in force is the container's with this process in it.
 *
 * Before oci-join, while --process names a file of the host's. The steps behind it stand
 * in braces and have their -b as in oci-create; the program and what is added to its
 * environment go to the last of them as they are, since JSON is not for any bytes.
 * schema: process
 */
#include "config.h"
#include "filter.h"
#include "json_edit.h"
#include "ocibox.h"
#include "state.h"
#include "user.h"

struct request {
	const char *file;               /* the process's, or NULL */
	const char *apparmor, *label, *user;
	const char **caps, **groups;
	size_t cap_count, group_count;
	bool terminal, no_new_privileges;
	char **words;                   /* for oci-program: -e NAME=VALUE, -c DIRECTORY */
	size_t word_count;
};

/* process.user, or NULL when nothing is asked for. */
static char *
user_text(const struct request *request, const struct config *config)
{
	struct json_member members[] = { { "uid", NULL }, { "gid", NULL }, { "additionalGids", NULL } };
	int node = config_node(config, 0, "process.user");

	if (request->user) {
		struct user user;

		user_parse(&user, request->user);
		members[0].text = xasprintf("%lu", (unsigned long)user.uid);
		/* without a group the container's stays, as with runc */
		if (strchr(request->user, ':') || json_get(config->json, node, "gid") < 0)
			members[1].text = xasprintf("%lu", strchr(request->user, ':') ? (unsigned long)user.gid : 0UL);
	}
	if (request->group_count)
		members[2].text = json_append(config->json, json_get(config->json, node, "additionalGids"), request->groups,
		    request->group_count, false);
	return request->user || request->group_count ? json_merge(config->json, node, members, 3) : NULL;
}

/* process.capabilities, or NULL. Not inheritable: a program with file capabilities would get them (CVE-2022-29162). Ambient,
 * as with runc, where the configuration has inheritable ones, without which no ambient one can be had. */
static char *
caps_text(const struct request *request, const struct config *config)
{
	struct json_member members[] = { { "bounding", NULL }, { "effective", NULL }, { "permitted", NULL }, { "ambient", NULL } };
	int node = config_node(config, 0, "process.capabilities");
	size_t count = json_count(config->json, json_get(config->json, node, "inheritable")) > 0 ? 4 : 3;

	if (!request->cap_count)
		return NULL;
	for (size_t i = 0; i < count; i++)
		members[i].text = json_append(config->json, json_get(config->json, node, members[i].key), request->caps,
		    request->cap_count, true);
	return json_merge(config->json, node, members, count);
}

/* The configuration with these members in its process. */
static const struct config *
change(const struct config *config, const struct json_member *members, size_t count)
{
	bool changed = false;
	char *text;

	for (size_t i = 0; i < count; i++)
		changed |= members[i].text != NULL;
	if (!changed)
		return config;
	if (config_node(config, 0, "process") < 0)
		fail(ST_CONFIG, config->file, "process: missing, so there is nothing to change for this one");
	text = json_merge(config->json, config_node(config, 0, "process"), members, count);
	return config_set("process", text, strlen(text), "process");
}

/* The configuration with the file's process, which has from the container's what it does not say and no program should
 * lack or escape, as with runc. */
static const struct config *
from_file(const char *file, const struct config *own)
{
	static const char *const kept[] = {
		"capabilities", "apparmorProfile", "selinuxLabel", "oomScoreAdj", "ioPriority", "scheduler", "execCPUAffinity",
	};
	enum { KEPT = sizeof(kept) / sizeof(kept[0]) };
	int process = config_node(own, 0, "process");
	struct json_member members[KEPT + 1] = { 0 };
	struct json_member umask = { "umask", NULL };
	const struct config *config;
	int user;
	size_t len;
	char *text = config_read(file, &len);

	config = config_set("process", text, len, strcmp(file, "-") ? file : "stdin");
	for (size_t i = 0; i < KEPT; i++) {
		const char *raw = json_raw(own->json, json_get(own->json, process, kept[i]), &len);

		if (len > 0 && json_get(config->json, config_node(config, 0, "process"), kept[i]) < 0)
			members[i] = (struct json_member){ kept[i], xstrndup(raw, len) };
	}
	user = config_node(config, 0, "process.user");
	text = (char *)(uintptr_t)json_raw(own->json, config_node(own, 0, "process.user.umask"), &len);
	if (len > 0 && user >= 0 && json_get(config->json, user, "umask") < 0) {
		umask.text = xstrndup(text, len);
		members[KEPT] = (struct json_member){ "user", json_merge(config->json, user, &umask, 1) };
	}
	return change(config, members, KEPT + 1);
}

static void
take_process(const struct request *request, const char *id)
{
	autofree char *bundle = xasprintf("%s/%s", getenv("OCIBOX_ROOT"), id);
	const struct config *config = config_load_known(bundle, NULL, NULL, filter_known);
	struct json_member members[6];

	if (request->file)
		config = from_file(request->file, config);
	members[0] = (struct json_member){ "user", user_text(request, config) };
	members[1] = (struct json_member){ "capabilities", caps_text(request, config) };
	members[2] = (struct json_member){ "apparmorProfile", request->apparmor ? json_quoted(request->apparmor) : NULL };
	members[3] = (struct json_member){ "selinuxLabel", request->label ? json_quoted(request->label) : NULL };
	members[4] = (struct json_member){ "noNewPrivileges", request->no_new_privileges ? xstrdup("true") : NULL };
	members[5] = (struct json_member){ "terminal", NULL };
	/* whether the container's own has a terminal says nothing of this one */
	if (config_bool(config, 0, "process.terminal", false) ? !request->file && !request->terminal : request->terminal)
		members[5].text = xstrdup(request->terminal ? "true" : "false");
	(void)change(config, members, 6);
}

static void
take_option(struct request *request, int c)
{
	/* as runc, none: scripts write --user "$user" */
	if (strchr("ALuw", c) && !*optarg)
		return;
	switch (c) {
	case 'p':
		request->file = optarg;
		break;
	case 't':
		request->terminal = true;
		break;
	case 'n':
		request->no_new_privileges = true;
		break;
	case 'u':
		request->user = optarg;
		break;
	case 'g':
		(void)number(optarg, 0, UINT32_MAX - 1, "group id");
		request->groups[request->group_count++] = optarg;
		break;
	case 'c':
		request->caps[request->cap_count++] = optarg;
		break;
	case 'A':
		request->apparmor = optarg;
		break;
	case 'L':
		request->label = optarg;
		break;
	case 'e':
	case 'w':
		request->words[request->word_count++] = xasprintf("-%c", c == 'w' ? 'c' : 'e');
		request->words[request->word_count++] = optarg;
		break;
	default:
		/* these are the script's */
		if (!strchr("dfFGIPs", c))
			usage();
	}
}

/* The block, what is for its last step behind it, and the program's words. */
static char **
compose(char **block, const struct request *request, char **program)
{
	size_t n = 0, words = 0;
	char **rest;

	while (block[n])
		n++;
	while (program[words])
		words++;
	rest = xcalloc(n + request->word_count + words + 2, sizeof(*rest));
	memcpy(rest, block, n * sizeof(*rest));
	memcpy(rest + n, request->words, request->word_count * sizeof(*rest));
	n += request->word_count;
	/* its options end here */
	rest[n++] = (char *)(uintptr_t)"--";
	memcpy(rest + n, program, words * sizeof(*rest));
	return rest;
}

char **
oci_process_main(int argc, char **argv)
{
	struct request request = { 0 };
	char **rest = argv + 1, **block = block_take(&rest);
	const char *id;
	int c;

	if (!block || !block[0])
		usage();
	argc -= (int)(rest - argv) - 1;
	/* getopt passes over the first word, as over a name */
	argv = rest - 1;
	request.words = xcalloc(2 * (size_t)argc, sizeof(*request.words));
	request.caps = xcalloc((size_t)argc, sizeof(*request.caps));
	request.groups = xcalloc((size_t)argc, sizeof(*request.groups));
	while ((c = getopt(argc, argv, "+A:c:de:f:F:g:G:IL:np:P:s:tu:w:")) != -1)
		take_option(&request, c);
	argv += optind;
	id = *argv++;
	if (!id)
		usage();
	state_check_id(id);
	if (*argv && !strcmp(*argv, "--"))
		argv++;
	/* who gives neither wants what the container runs, which is never meant */
	if (!*argv && !request.file)
		usage();
	take_process(&request, id);
	return compose(block, &request, argv);
}
