/* SPDX-License-Identifier: MIT */
/* notify hear NAME: what comes at this datagram socket, a line for each: its sender's pid, "+" for each descriptor that came
 * along, the text with newlines as "|"; until it is killed. notify send NAME TEXT...: sends each, with a descriptor instead
 * of a "+" that it begins with. A NAME that begins with "@" is an abstract one; "-" is $NOTIFY_SOCKET. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

union room {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(8 * sizeof(int))];
};

static int
hear(int fd, const struct sockaddr_un *name, socklen_t len)
{
	int on = 1;

	if (bind(fd, (const struct sockaddr *)name, len) || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)))
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready\n");
	for (;;) {
		char text[4096];
		union room room;
		struct iovec part = { text, sizeof(text) - 1 };
		struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = sizeof(room) };
		ssize_t n = recvmsg(fd, &message, 0);
		char files[9] = "";
		int held[8], count = 0;
		long pid = 0;

		if (n < 0)
			return 1;
		text[n] = '\0';
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
			struct ucred who;
			int file;

			if (c->cmsg_type == SCM_CREDENTIALS) {
				memcpy(&who, CMSG_DATA(c), sizeof(who));
				pid = who.pid;
			}
			for (size_t at = 0; c->cmsg_type == SCM_RIGHTS && CMSG_LEN(at) < c->cmsg_len; at += sizeof(file)) {
				memcpy(&file, CMSG_DATA(c) + at, sizeof(file));
				held[count++] = file;
				strcat(files, "+");
			}
		}
		for (char *p = text; *p; p++)
			if (*p == '\n')
				*p = '|';
		printf("%ld %s%s\n", pid, files, text);
		/* the sender may wait for their end */
		while (count > 0)
			close(held[--count]);
	}
}

static int
say(int fd, const struct sockaddr_un *name, socklen_t len, char *text)
{
	int file = open("/", O_RDONLY);
	union room room = { .header = { .cmsg_len = CMSG_LEN(sizeof(file)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec part = { text + (*text == '+'), strlen(text + (*text == '+')) };
	struct msghdr message = { .msg_name = (void *)(uintptr_t)name, .msg_namelen = len, .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	memcpy(CMSG_DATA(&room.header), &file, sizeof(file));
	if (*text == '+') {
		message.msg_control = &room;
		message.msg_controllen = CMSG_SPACE(sizeof(file));
	}
	n = sendmsg(fd, &message, 0);
	close(file);
	return n < 0;
}

int
main(int argc, char **argv)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const char *path = argc > 2 ? argv[2] : "";
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), failed = 0;
	socklen_t len;

	if (!strcmp(path, "-"))
		path = getenv("NOTIFY_SOCKET");
	if (fd < 0 || !path || !*path || strlen(path) >= sizeof(name.sun_path))
		return 2;
	strcpy(name.sun_path, path);
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + (*path != '@'));
	if (*path == '@')
		name.sun_path[0] = '\0';
	if (!strcmp(argv[1], "hear"))
		failed = hear(fd, &name, len);
	for (int i = 3; i < argc && !strcmp(argv[1], "send") && !failed; i++)
		failed = say(fd, &name, len, argv[i]);
	if (failed)
		perror(argv[1]);
	return failed;
}
