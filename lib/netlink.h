/* SPDX-License-Identifier: MIT */
/* Devices of the network and their addresses, by rtnetlink(7). */
#ifndef NETLINK_H
#define NETLINK_H

#include "ocibox.h"

/* A device as a dump names it. */
struct link {
	int index;
	char name[16];
};

/* An address to be kept: what RTM_NEWADDR takes, but for the index. */
struct address {
	unsigned char family, prefix;
	uint32_t flags;
	size_t len;
	char attributes[128];
};

/* A socket for the network namespace of this process. Dies. */
int netlink_open(void);
/* All devices of the socket's network namespace; *count of them. The caller frees them. Dies. */
struct link *netlink_links(int sock, size_t *count);
/* The addresses of a device that are permanent and of global scope. As above. */
struct address *netlink_addresses(int sock, int index, size_t *count);
/* Moves a device to the network namespace at descriptor ns, and names it so there; "%d" in it is the first number that is
 * free. false and errno. */
bool netlink_move(int sock, int index, int ns, const char *name);
/* Adds an address, where it is not there already; false and errno. */
bool netlink_address(int sock, int index, const struct address *address);
/* Sets the device up; false and errno. */
bool netlink_up(int sock, int index);
#endif
