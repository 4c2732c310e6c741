/* SPDX-License-Identifier: MIT */
/* Frames that carry a descriptor (unix(7), SCM_RIGHTS). */
#include <sys/socket.h>

#include "gate.h"
#include "ocibox.h"

/* Room for one, aligned as CMSG_DATA wants it. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

bool
frame_send_file(char kind, int fd)
{
	struct frame frame = { .kind = kind };
	struct iovec data = { &frame, offsetof(struct frame, text) + 1 };
	union control control = { 0 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	ssize_t n;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	do
		n = sendmsg(chain.peer, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

char
frame_take_file(int *fd)
{
	struct frame frame = { 0 };
	struct iovec data = { &frame, sizeof(frame) };
	union control control = { 0 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(chain.peer, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return 0;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(*fd)))
		memcpy(fd, CMSG_DATA(header), sizeof(*fd));
	return frame.kind;
}
