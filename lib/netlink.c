/* SPDX-License-Identifier: MIT */
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include "netlink.h"

/* A request under construction. */
struct request {
	struct nlmsghdr head;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
	};
	char attributes[256];
};

int
netlink_open(void)
{
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (sock < 0)
		die(NULL, "make a netlink socket");
	return sock;
}

static void
add(struct request *r, unsigned short type, const void *data, size_t len)
{
	struct rtattr *attribute = (struct rtattr *)(void *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(attribute), data, len);
	r->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(attribute->rta_len));
}

static bool
transmit(int sock, const struct request *r)
{
	ssize_t n;

	do
		n = send(sock, r, r->head.nlmsg_len, 0);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

/* Datagrams of the kernel are at most 32 KiB, unless more is asked for. */
union datagram {
	struct nlmsghdr head;
	char bytes[32768];
};

static ssize_t
receive(int sock, union datagram *in)
{
	ssize_t n;

	do
		n = recv(sock, in, sizeof(*in), 0);
	while (n < 0 && errno == EINTR);
	return n;
}

/* The kernel's answer, as an errno. */
static bool
call(int sock, struct request *r)
{
	union datagram in;
	const struct nlmsgerr *answer = NLMSG_DATA(&in.head);
	ssize_t n;

	r->head.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (!transmit(sock, r))
		return false;
	n = receive(sock, &in);
	if (n < 0)
		return false;
	errno = n < (ssize_t)NLMSG_LENGTH(sizeof(*answer)) || in.head.nlmsg_type != NLMSG_ERROR ? EPROTO : -answer->error;
	return !errno;
}

/* Asks for a list and hands each entry to take. Dies. */
static void
dump(int sock, struct request *r, void (*take)(void *arg, const struct nlmsghdr *entry), void *arg)
{
	union datagram in;
	ssize_t n;

	r->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (!transmit(sock, r))
		die(NULL, "list the network's devices");
	for (;;) {
		n = receive(sock, &in);
		if (n < 0)
			die(NULL, "list the network's devices");
		for (const struct nlmsghdr *entry = &in.head; NLMSG_OK(entry, n); entry = NLMSG_NEXT(entry, n)) {
			if (entry->nlmsg_type == NLMSG_DONE)
				return;
			if (entry->nlmsg_type == NLMSG_ERROR) {
				errno = -((const struct nlmsgerr *)NLMSG_DATA(entry))->error;
				die(NULL, "list the network's devices");
			}
			take(arg, entry);
		}
	}
}

/* What dump's callbacks gather. */
struct list {
	int index;      /* of the device whose addresses they are */
	void *entries;
	size_t count;
};

/* Room for one more. */
static void *
grow(struct list *list, size_t size)
{
	void *more = realloc(list->entries, (list->count + 1) * size);

	if (!more)
		die(NULL, "allocate memory");
	list->entries = more;
	more = (char *)more + list->count++ * size;
	return memset(more, 0, size);
}

static void
take_link(void *arg, const struct nlmsghdr *entry)
{
	const struct ifinfomsg *info = NLMSG_DATA(entry);
	int len = (int)IFLA_PAYLOAD(entry);
	struct link *link = grow(arg, sizeof(*link));

	link->index = info->ifi_index;
	for (const struct rtattr *a = IFLA_RTA(info); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == IFLA_IFNAME)
			(void)snprintf(link->name, sizeof(link->name), "%s", (const char *)RTA_DATA(a));
}

struct link *
netlink_links(int sock, size_t *count)
{
	struct request r = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.link)), .nlmsg_type = RTM_GETLINK } };
	struct list list = { 0 };

	dump(sock, &r, take_link, &list);
	*count = list.count;
	return list.entries;
}

/* What an address is made of; its label is made from the device's name, and its lifetime is without end. */
static bool
is_kept(unsigned short type)
{
	return type == IFA_ADDRESS || type == IFA_LOCAL || type == IFA_BROADCAST || type == IFA_ANYCAST || type == IFA_RT_PRIORITY;
}

static void
take_address(void *arg, const struct nlmsghdr *entry)
{
	const struct ifaddrmsg *info = NLMSG_DATA(entry);
	struct list *list = arg;
	int len = (int)IFA_PAYLOAD(entry);
	struct address found = { .family = info->ifa_family, .prefix = info->ifa_prefixlen, .flags = info->ifa_flags };

	if ((int)info->ifa_index != list->index || info->ifa_scope != RT_SCOPE_UNIVERSE)
		return;
	for (const struct rtattr *a = IFA_RTA(info); RTA_OK(a, len); a = RTA_NEXT(a, len)) {
		if (a->rta_type == IFA_FLAGS)
			memcpy(&found.flags, RTA_DATA(a), sizeof(found.flags));
		if (!is_kept(a->rta_type) || found.len + RTA_ALIGN(a->rta_len) > sizeof(found.attributes))
			continue;
		memcpy(found.attributes + found.len, a, a->rta_len);
		found.len += RTA_ALIGN(a->rta_len);
	}
	if (!(found.flags & IFA_F_PERMANENT))
		return;
	*(struct address *)grow(list, sizeof(found)) = found;
}

struct address *
netlink_addresses(int sock, int index, size_t *count)
{
	struct request r = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.address)), .nlmsg_type = RTM_GETADDR } };
	struct list list = { .index = index };

	dump(sock, &r, take_address, &list);
	*count = list.count;
	return list.entries;
}

bool
netlink_move(int sock, int index, int ns, const char *name)
{
	struct request r = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.link)), .nlmsg_type = RTM_NEWLINK },
		.link = { .ifi_index = index },
	};

	add(&r, IFLA_NET_NS_FD, &ns, sizeof(ns));
	add(&r, IFLA_IFNAME, name, strlen(name) + 1);
	return call(sock, &r);
}

bool
netlink_address(int sock, int index, const struct address *address)
{
	/* the others are the kernel's to say */
	uint32_t flags = address->flags & (IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE);
	struct request r = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.address)), .nlmsg_type = RTM_NEWADDR, .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL },
		.address = { .ifa_family = address->family, .ifa_prefixlen = address->prefix, .ifa_index = (unsigned)index },
	};

	memcpy((char *)&r + NLMSG_ALIGN(r.head.nlmsg_len), address->attributes, address->len);
	r.head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r.head.nlmsg_len) + address->len);
	add(&r, IFA_FLAGS, &flags, sizeof(flags));
	return call(sock, &r) || errno == EEXIST;
}

bool
netlink_up(int sock, int index)
{
	struct request r = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.link)), .nlmsg_type = RTM_NEWLINK },
		.link = { .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP },
	};

	return call(sock, &r);
}
