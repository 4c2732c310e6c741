/* SPDX-License-Identifier: MIT */
#include <sys/socket.h>
#include <sys/un.h>

#include "handover.h"
#include "path.h"

bool
handover_give(int sock, const void *data, size_t len, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.space);
	}
	do
		n = sendmsg(sock, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

/* The first descriptor of a message; the others are closed. */
static int
descriptor_of(struct msghdr *message)
{
	int first = -1;

	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
		size_t count = at->cmsg_len > CMSG_LEN(0) ? (at->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;

		if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(at) + i * sizeof(fd), sizeof(fd));
			if (first < 0)
				first = fd;
			else
				close(fd);
		}
	}
	return first;
}

ssize_t
handover_take(int sock, void *data, size_t len, int flags, int *fd)
{
	union {
		struct cmsghdr header;
		/* for more than one, so that none is lost to us unseen */
		char space[CMSG_SPACE(8 * sizeof(int))];
	} control;
	struct iovec part = { .iov_base = data, .iov_len = len };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	autofd int got = -1;
	ssize_t n;

	do {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.space);
		n = recvmsg(sock, &message, flags | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		got = descriptor_of(&message);
	if (fd)
		*fd = steal_fd(&got);
	return n;
}

int
handover_connect(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	autofd int place = open(path, O_PATH | O_CLOEXEC);
	autofd int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[32];

	if (place < 0 || sock < 0)
		return -1;
	if (strlen(path) < sizeof(name.sun_path))
		memcpy(name.sun_path, path, strlen(path));
	else
		(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s", fd_path(place, text));
	if (connect(sock, (struct sockaddr *)&name, sizeof(name)))
		return -1;
	return steal_fd(&sock);
}
