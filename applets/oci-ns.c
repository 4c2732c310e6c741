/* SPDX-License-Identifier: MIT */
/* oci-ns: run the rest of the chain in new namespaces, or in those of others.
 *
 * First of the steps that act on the process itself: oci-rootfs, oci-mount and
 * all behind them act on what this makes. With a block in braces the rest runs
 * in a new process, and this one goes on with the block: the two sides of a
 * container's creation. A cgroup namespace shows the cgroup its maker was in, and
 * in a user namespace there is no right to the host's cgroups and files: so in a chain with
 * oci-cgroup attach there are two, oci-ns -e before what needs the host, and oci-ns -l behind it.
 * schema: namespaces process
 */
#include <sched.h>
#include <sys/socket.h>

#include "filter.h"
#include "gate.h"
#include "guard.h"
#include "join.h"
#include "ns.h"

struct request {
	struct ns_plan plan;
	const char *bundle;
	unsigned long only;     /* the types that -b is to look at */
	unsigned long foreign;  /* those that must not be this process's when they are joined */
	bool early, late;
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

static void
check_user(struct ns_plan *plan)
{
	bool user = plan->make & CLONE_NEWUSER, uids = plan->uids.count, gids = plan->gids.count;

	/* one that is joined has its maps */
	if (!ns_joins(plan, CLONE_NEWUSER) && (uids != gids || (uids && !user)))
		fail(ST_USAGE, NULL, "-M and -G go together, with -U");
	if (user && !uids)
		ns_map_self(plan);
	if (plan->offsets && !(plan->make & CLONE_NEWTIME))
		fail(ST_USAGE, NULL, "-o is for a new time namespace (-T)");
}

static char **
read_request(struct request *request, int argc, char **argv)
{
	char **rest;
	int c;

	while ((c = getopt(argc, argv, "+mpniuCUTb:k:t:x:sfj:M:G:o:el")) != -1)
		switch (c) {
		case 'b':
			request->bundle = optarg;
			break;
		case 'k':
			request->foreign |= ns_list(optarg);
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
		case 'e':
			request->early = true;
			break;
		case 'l':
			request->late = true;
			break;
		case 'M':
			idmap_add(&request->plan.uids, optarg);
			break;
		case 'G':
			idmap_add(&request->plan.gids, optarg);
			break;
		case 'o':
			ns_offset(&request->plan, optarg);
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
	if (!rest[0] || (request->early && (request->late || !request->block)))
		usage();
	check_user(&request->plan);
	return rest;
}

static void
forget(struct ns_plan *plan)
{
	for (size_t i = 0; i < NS_COUNT; i++)
		close_fd(&plan->fd[i]);
}

/* The new process, before its words. */
static void
begin_child(struct request *request, const int pair[2], const int succession[2])
{
	close(pair[0]);
	close(succession[0]);
	chain.self = getpid();
	/* the outside's conversation is not ours; the inside's goes on here */
	if (!chain.inside)
		peer_set(-1);
	chain.child = 0;
	undo_disarm();
	close_fd(&chain.entry);
	chain.entry = -1;
	close_fd(&chain.done);
	chain.done = -1;
	if (request->block) {
		peer_set(pair[1]);
		chain.inside = true;
		close_fd(&chain.trace.fd);
		chain.trace.fd = -1;
	}
	parent_bind(pair[1]);
	if (ns_succession(&request->plan)) {
		chain.successor = succession[1];
		if (!request->early)
			ns_succeed(&request->plan, pair[1], request->new_session);
		else
			forget(&request->plan);
	} else {
		close(succession[1]);
		ns_join(&request->plan);
		ns_settle(&request->plan, request->new_session);
	}
	if (!request->block) {
		close(pair[1]);
		chain.bound = false;
	}
}

static char **
run_apart(struct request *request, char **rest)
{
	static const struct ns_plan none;
	bool succession = ns_succession(&request->plan);
	struct signals held;
	int pair[2], line[2];
	pid_t pid;

	if (chain.peer >= 0 && request->block)
		fail(ST_USAGE, "{", "this process has another side already");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) || pipe2(line, O_CLOEXEC))
		die(NULL, "make a pair of sockets");
	/* a SIGTERM must find both the child and what is known of it, or neither */
	signals_hold(&held);
	pid = ns_fork(succession ? &none : &request->plan, chain.entry, 0);
	if (pid == 0) {
		begin_child(request, pair, line);
		signals_release(&held);
		return rest;
	}
	close(pair[1]);
	close(line[1]);
	if (request->block)
		child_take(pid);
	if (succession)
		pid = ns_successor(pid, line[0], &held.mask);
	close(line[0]);
	if (!request->block) {
		/* the child speaks for itself */
		chain.trace.words = NULL;
		if (chain.inside)
			close_fd(&chain.peer);
		chain.inside = false;
		close_fd(&chain.start);
		chain_end(child_wait(pid, -1, NULL));
	}
	child_take(pid);
	peer_set(pair[0]);
	join_close();
	/* they are for the child's program */
	filter_forget();
	/* the container's process alone answers there: when it is dead, nobody does */
	close_fd(&chain.start);
	chain.start = -1;
	forget(&request->plan);
	signals_release(&held);
	return request->block;
}

/* -e and -l: which of them it falls to. */
static void
divide(struct request *request)
{
	struct ns_plan *plan = &request->plan;
	bool all = chain.successor >= 0;

	if (!request->late)
		request->only &= ~(unsigned long)CLONE_NEWCGROUP;
	else if (!all)
		request->only &= CLONE_NEWCGROUP;
	if (request->bundle)
		ns_from_config(plan, request->bundle, request->only);
	plan->make &= request->only;
	for (size_t i = 0; i < NS_COUNT; i++)
		if (!(ns_kinds[i].flag & request->only))
			plan->join[i] = NULL;
	if (request->late && !all)
		request->new_session = false;
}

char **
oci_ns_main(int argc, char **argv)
{
	struct request request = { .only = ~0UL };
	char **rest = read_request(&request, argc, argv);
	struct ns_plan *plan = &request.plan;

	if (request.early || request.late)
		divide(&request);
	else if (request.bundle)
		ns_from_config(plan, request.bundle, request.only);
	ns_open(plan);
	/* the outside is where they are the host's */
	if (request.bundle && !request.late)
		ns_check_own(plan, config_load(request.bundle));
	for (size_t i = 0; i < NS_COUNT; i++)
		if (plan->own & request.foreign & ns_kinds[i].flag && !request.late)
			fail(ST_CONFIG, plan->join[i], "the %s namespace that is to be joined is the one of here: it would be changed", ns_kinds[i].type);
	if (request.late && chain.successor >= 0) {
		ns_succeed(plan, chain.peer, request.new_session);
		return rest;
	}
	if (request.block || request.fork || plan->make & (CLONE_NEWPID | CLONE_NEWUSER) || ns_joins(plan, CLONE_NEWPID))
		return run_apart(&request, rest);
	ns_join(plan);
	ns_make(plan);
	ns_settle(plan, request.new_session);
	return rest;
}
