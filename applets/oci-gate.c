/* SPDX-License-Identifier: MIT */
/* oci-gate: where the two sides of a container's creation wait for each other.
 *
 * Only behind oci-ns with a block in braces. Each gate stands on both sides, in
 * the same order: NAME inside, -w NAME and later -o outside. The last one inside
 * is -d: behind it the container's process has no parent to report to. A process
 * that reports until its program runs, and lives on, has -u on both sides.
 */
#include "config.h"
#include "gate.h"
#include "hook.h"
#include "ocibox.h"

static void
need(bool there, const char *operand)
{
	if (!there)
		fail(ST_USAGE, operand, "not a side of oci-ns with a block in braces");
}

static void
reach(const char *name, bool last)
{
	need(chain.inside && chain.peer >= 0, name);
	/* a step may have acted as another user, which clears the parent's death signal */
	if (chain.bound)
		parent_bind(chain.peer);
	if (!frame_send(last ? FRAME_LAST : FRAME_REACHED, name) || frame_next(NULL) != FRAME_OPEN)
		/* nobody is left to hear why */
		chain_end(ST_LOST);
	if (!last)
		return;
	parent_unbind();
	/* while there is somebody to tell */
	trace_end("ok", NULL);
	/* a parent that is dead now was killed, and its guard undoes this container */
	if (!frame_send(FRAME_DETACHED, ""))
		chain_end(ST_LOST);
	peer_set(-1);
}

static void
await(const char *name)
{
	autofree char *text = NULL;
	char kind;

	need(chain.child > 0 && chain.peer >= 0, name);
	kind = frame_next(&text);
	if (kind == FRAME_EXEC)
		fail(ST_USAGE, name, "the container's process begins its program and has not been at this gate");
	if (kind == FRAME_WANT || kind == FRAME_ENOUGH)
		fail(ST_USAGE, name, "the container's process asks for mounts, which oci-sources answers");
	if (kind != FRAME_REACHED && kind != FRAME_LAST)
		peer_gone(name);
	if (strcmp(text, name))
		fail(ST_USAGE, name, "the container's process is at gate %s", text);
	chain.last = kind == FRAME_LAST;
}

static void
let_go(void)
{
	need(chain.child > 0 && chain.peer >= 0, "-o");
	if (!frame_send(FRAME_OPEN, ""))
		peer_gone("the next gate");
	if (!chain.last)
		return;
	if (frame_next(NULL) != FRAME_DETACHED)
		peer_gone("its independence");
	peer_set(-1);
	chain.freed = chain.child;
	chain.child = 0;
}

/* From here on neither side's end is the other's. Inside, errors still go to the outside. */
static void
part(void)
{
	if (chain.inside) {
		parent_unbind();
		return;
	}
	need(chain.child > 0, "-u");
	chain.freed = chain.child;
	chain.child = 0;
}

/* Whether somebody outside has hooks to run while the container's process stands at a gate. */
static bool
has_hooks(const char *bundle)
{
	const struct json *json = config_load(bundle)->json;

	return json_first(json, hook_list(json, "prestart")) >= 0 || json_first(json, hook_list(json, "createRuntime")) >= 0;
}

char **
oci_gate_main(int argc, char **argv)
{
	const char *wait_for = NULL, *bundle = NULL;
	bool last = false, open_it = false, exec = false, part_now = false;
	int c;

	while ((c = getopt(argc, argv, "+b:duw:ox")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'd':
			last = true;
			break;
		case 'w':
			wait_for = optarg;
			break;
		case 'u':
			part_now = true;
			break;
		case 'o':
			open_it = true;
			break;
		case 'x':
			exec = true;
			break;
		default:
			usage();
		}
	argv += optind;
	if ((wait_for != NULL) + open_it + exec + part_now + last > 1 || (bundle && (exec || part_now || last)))
		usage();
	if (!wait_for && !open_it && !exec && !part_now && !argv[0])
		usage();
	if (bundle && !has_hooks(bundle))
		return argv + (!wait_for && !open_it);
	if (wait_for) {
		await(wait_for);
	} else if (open_it) {
		let_go();
	} else if (exec) {
		need(chain.child > 0 && chain.peer >= 0, "-x");
		exec_await();
	} else if (part_now) {
		part();
	} else {
		reach(*argv++, last);
	}
	return argv;
}
