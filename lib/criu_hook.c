/* SPDX-License-Identifier: MIT */
/* criu's calls back, as the program that it is told of (--action-script). */
#include <sched.h>

#include "criu.h"
#include "ns.h"

/* Whether its network namespace is new: criu leaves it empty. */
static bool
has_new_network(const char *bundle)
{
	struct ns_plan plan = { 0 };

	ns_from_config(&plan, bundle, CLONE_NEWNET);
	return plan.make & CLONE_NEWNET;
}

/* As it is in a new container. */
static void
bring_loopback_up(const char *pid)
{
	autofree char *path = xasprintf("/proc/%s/ns/net", pid);
	autofd int there = open(path, O_RDONLY | O_CLOEXEC), own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (there < 0 || own < 0)
		die(path, "open");
	if (setns(there, CLONE_NEWNET))
		die(path, "join");
	ns_loopback();
	if (setns(own, CLONE_NEWNET))
		die(path, "leave");
}

char **
criu_called(void)
{
	const char *id = getenv("OCIBOX_RESTORE"), *pid = getenv("CRTOOLS_INIT_PID"), *moment = getenv("CRTOOLS_SCRIPT_ACTION");
	char *entry = xasprintf("%s/%s", getenv("OCIBOX_ROOT"), id ? id : "");
	char *const words[] = {
		"oci-hooks", "-b", entry, "-i", (char *)(uintptr_t)id, "prestart",
		"oci-hooks", "-b", entry, "-i", (char *)(uintptr_t)id, "createRuntime", NULL,
	};
	char **rest = xcalloc(sizeof(words) / sizeof(words[0]), sizeof(*rest));

	if (!id || !moment)
		usage();
	if (strcmp(moment, "setup-namespaces") || !pid)
		return rest;
	chain.freed = (pid_t)number(pid, 1, INT32_MAX, "process id");
	if (has_new_network(entry))
		bring_loopback_up(pid);
	memcpy(rest, words, sizeof(words));
	return rest;
}

void
criu_hooks(struct criu *criu, const struct config *config, int entry, const char *id)
{
	const char *self;

	if (!has_new_network(criu->bundle) && config_node(config, 0, "hooks.prestart") < 0 &&
	    config_node(config, 0, "hooks.createRuntime") < 0)
		return;
	name_self();
	self = getenv("OCIBOX");
	/* criu gives it no words: its name says what it is */
	if (!self || symlinkat(self, entry, "oci-criu"))
		die(id, "link the hooks of");
	criu_add(criu, "--action-script", xasprintf("%s/%s/oci-criu", getenv("OCIBOX_ROOT"), id));
}
