/* SPDX-License-Identifier: MIT */
/* oci-ns: run the rest of the chain in new namespaces, or in those of others.
 *
 * First of the steps that act on the process itself: oci-rootfs, oci-mount and
 * all behind them act on what this makes. With a block in braces the rest runs
 * in a new process, and this one goes on with the block: the two sides of a
 * container's creation. A cgroup namespace shows the cgroup its maker was in,
 * so in a chain with oci-cgroup attach it is made by a second oci-ns behind it.
 */
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "gate.h"
#include "guard.h"
#include "ns.h"

struct request {
	struct ns_plan plan;
	const char *bundle;
	unsigned long only;     /* the types that -b is to look at */
	bool new_session;
	bool fork;
	char **block;           /* the parent side's words, or NULL */
};

/* -j TYPE=PATH */
static void
add_join(struct ns_plan *plan, const char *text)
{
	size_t len = strcspn(text, "=");
	const struct ns_kind *kind = ns_named(text, len);

	if (!kind || !text[len])
		fail(ST_USAGE, text, "must be TYPE=PATH, with a type of namespace");
	if (!kind->letter)
		fail(ST_UNSUPPORTED, text, "a %s namespace is not supported yet", kind->type);
	plan->join[kind - ns_kinds] = text + len + 1;
}

/* The namespace that letter asks for. */
static unsigned long
flag_of(int letter)
{
	size_t i = 0;

	while (ns_kinds[i].letter != letter)
		i++;
	return ns_kinds[i].flag;
}

static char **
read_request(struct request *request, int argc, char **argv)
{
	char **rest;
	int c;

	while ((c = getopt(argc, argv, "+mpniuCb:t:x:sfj:")) != -1)
		switch (c) {
		case 'b':
			request->bundle = optarg;
			break;
		case 't':
			request->only = ns_list(optarg);
			break;
		case 'x':
			request->only = ~ns_list(optarg);
			break;
		case 's':
			request->new_session = true;
			break;
		case 'f':
			request->fork = true;
			break;
		case 'j':
			add_join(&request->plan, optarg);
			break;
		case '?':
			usage();
		default:
			request->plan.make |= flag_of(c);
		}
	rest = argv + optind;
	request->block = block_take(&rest);
	if (!rest[0])
		usage();
	return rest;
}

/* What remains to be done by the process that goes on with the rest. */
static void
settle_in(struct request *request)
{
	ns_join(&request->plan, ~0UL);
	if (request->plan.make & CLONE_NEWNET)
		ns_loopback_up();
	if (request->new_session && setsid() < 0)
		die(NULL, "start a session");
}

/* fork with new namespaces. pid namespaces are joined by children only: so the
 * parent joins, forks, and goes back, or its hooks would run in there too. */
static pid_t
fork_into(struct ns_plan *plan)
{
	autofd int own = -1;
	bool joined = plan->join[ns_named("pid", 3) - ns_kinds];
	pid_t pid;

	if (joined) {
		own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
		if (own < 0)
			die("/proc/self/ns/pid", "open");
		ns_join(plan, CLONE_NEWPID);
	}
	/* what is in stdio's buffers would be written twice */
	if (fflush(NULL))
		die(NULL, "flush standard output");
	pid = cgroup_clone(chain.entry, plan->make);
	if (pid < 0 && joined && errno == ENOMEM)
		fail(ST_STATE, plan->join[ns_named("pid", 3) - ns_kinds], "the first process of this pid namespace has ended");
	if (pid < 0) {
		autofree char *names = ns_names(plan->make);

		die(*names ? names : NULL, "fork%s", *names ? " into new namespaces" : "");
	}
	if (joined && pid > 0 && setns(own, CLONE_NEWPID))
		die("/proc/self/ns/pid", "go back to");
	return pid;
}

/* The new process, before its words. */
static void
begin_child(struct request *request, const int pair[2])
{
	close(pair[0]);
	chain.self = getpid();
	/* the outside's conversation is not ours; the inside's goes on here */
	if (!chain.inside) {
		close_fd(&chain.peer);
		chain.peer = -1;
	}
	chain.child = 0;
	undo_disarm();
	close_fd(&chain.entry);
	chain.entry = -1;
	close_fd(&chain.done);
	chain.done = -1;
	if (request->block) {
		chain.peer = pair[1];
		chain.inside = true;
	}
	parent_bind(pair[1]);
	if (!request->block) {
		close(pair[1]);
		chain.bound = false;
	}
	settle_in(request);
}

static char **
run_apart(struct request *request, char **rest)
{
	struct signals held;
	int pair[2];
	pid_t pid;

	if (chain.peer >= 0 && request->block)
		fail(ST_USAGE, "{", "this process has another side already");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		die(NULL, "make a pair of sockets");
	/* a SIGTERM must find both the child and what is known of it, or neither */
	signals_hold(&held);
	pid = fork_into(&request->plan);
	if (pid == 0) {
		begin_child(request, pair);
		signals_release(&held);
		return rest;
	}
	close(pair[1]);
	if (!request->block) {
		/* the child speaks for itself */
		if (chain.inside)
			close_fd(&chain.peer);
		chain.inside = false;
		close_fd(&chain.start);
		chain_end(child_wait(pid, -1, NULL));
	}
	chain.child = pid;
	chain.peer = pair[0];
	/* the container's process alone answers there: when it is dead, nobody does */
	close_fd(&chain.start);
	chain.start = -1;
	for (size_t i = 0; i < NS_COUNT; i++)
		close_fd(&request->plan.fd[i]);
	signals_release(&held);
	return request->block;
}

char **
oci_ns_main(int argc, char **argv)
{
	struct request request = { .only = ~0UL };
	char **rest = read_request(&request, argc, argv);
	struct ns_plan *plan = &request.plan;

	if (request.bundle)
		ns_from_config(plan, request.bundle, request.only);
	ns_open(plan);
	if (request.block || request.fork || plan->make & CLONE_NEWPID || plan->join[ns_named("pid", 3) - ns_kinds])
		return run_apart(&request, rest);
	if (plan->make && unshare((int)plan->make)) {
		autofree char *names = ns_names(plan->make);

		die(names, "make new namespaces");
	}
	settle_in(&request);
	return rest;
}
