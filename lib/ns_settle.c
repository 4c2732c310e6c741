/* SPDX-License-Identifier: MIT */
/* The first things to do in new namespaces. */
#include <grp.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "compat.h"
#include "ns.h"
#include "proc.h"

void
ns_undumpable(void)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		die(NULL, "clear the dumpable attribute");
}

/* The id to have in there: root's, or where the map has none the first it has. */
static unsigned long
id_to_take(const char *map)
{
	autofd int fd = proc_usable() ? proc_try_open(map, O_RDONLY) : -1;
	autofree char *text = fd < 0 ? NULL : read_all(fd, 1 << 16, NULL, map);
	unsigned long inside, outside, count, first = 0;
	bool any = false;

	for (const char *line = text; line && scan(line, "%lu %lu %lu", &inside, &outside, &count) == 3;) {
		if (!any || inside == 0)
			first = inside;
		any = true;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return first;
}

/* Who comes from outside has the ids from there, which may be no ids in here: what such a user makes has no owner. */
static void
take_ids(bool keep_groups)
{
	unsigned long uid = id_to_take("/proc/self/uid_map"), gid = id_to_take("/proc/self/gid_map");

	/* EPERM: a user namespace whose groups stay as they are */
	if (!keep_groups && setgroups(0, NULL) && errno != EPERM)
		die(NULL, "drop the supplementary groups");
	if (setresgid((gid_t)gid, (gid_t)gid, (gid_t)gid))
		die(NULL, "take group id %lu of the user namespace", gid);
	if (setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid))
		die(NULL, "take user id %lu of the user namespace", uid);
}

static void
write_offsets(const struct ns_plan *plan)
{
	bool dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;

	/* or the file is root's, of outside; in the new user namespace nobody else is */
	if (plan->make & CLONE_NEWUSER && !dumpable && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		die(NULL, "set the dumpable attribute");
	proc_write("/proc/self/timens_offsets", plan->offsets);
	if (!dumpable)
		ns_undumpable();
}

/* clone(2) has no bit for it, and unshare(2) moves the children alone. */
void
ns_time(const struct ns_plan *plan)
{
	autofd int fd = -1;

	if (unshare(CLONE_NEWTIME))
		die(NULL, "make a time namespace");
	/* its clocks are set before anybody is in it */
	if (plan->offsets)
		write_offsets(plan);
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("/proc/self/ns/time_for_children", "open");
	if (setns(fd, CLONE_NEWTIME))
		die(NULL, "enter the time namespace");
}

void
ns_loopback(void)
{
	/* any socket does for an interface's flags, and a kernel may lack AF_INET */
	autofd int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo" };

	if (sock < 0)
		die(NULL, "make a socket");
	if (ioctl(sock, SIOCGIFFLAGS, &lo))
		die("lo", "get the flags of");
	lo.ifr_flags |= IFF_UP;
	if (ioctl(sock, SIOCSIFFLAGS, &lo))
		die("lo", "bring up");
}

void
ns_settle(const struct ns_plan *plan, bool new_session)
{
	bool user = plan->make & CLONE_NEWUSER || ns_joins(plan, CLONE_NEWUSER);

	if (user)
		take_ids(plan->keep_groups);
	if (user && plan->make & CLONE_NEWIPC && unshare(CLONE_NEWIPC))
		die(NULL, "make an ipc namespace");
	if (plan->make & CLONE_NEWTIME)
		ns_time(plan);
	if (plan->make & CLONE_NEWNET)
		ns_loopback();
	if (new_session && setsid() < 0)
		die(NULL, "start a session");
	/* the change of ids may have set it to fs.suid_dumpable. In namespaces that nobody else is in, the hooks of
	 * an ordinary user want to open them by this process's pid */
	if (ns_joins(plan, CLONE_NEWUSER) || ns_joins(plan, CLONE_NEWPID))
		ns_undumpable();
}
