/* SPDX-License-Identifier: MIT */
/* listener SOCKET DOCUMENT [ERRNO]: takes a seccomp listener at SOCKET, made new, writes the document that came with
 * it to the file DOCUMENT, and answers each notified call with ERRNO (42) until the program has ended. Prints the
 * number of each. Says "ready" when it listens. */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void
check(int failed, const char *what)
{
	if (failed) {
		perror(what);
		exit(1);
	}
}

/* The descriptor that comes with the first bytes; all bytes go to the file. */
static int
take(int connection, const char *document)
{
	char data[4096], control[CMSG_SPACE(sizeof(int))];
	FILE *out = fopen(document, "w");
	int fd = -1;

	check(!out, document);
	for (;;) {
		struct iovec vector = { data, sizeof(data) };
		struct msghdr message = {
			.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(connection, &message, 0);

		check(n < 0, "recvmsg");
		if (n == 0)
			break;
		if (CMSG_FIRSTHDR(&message))
			memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
		check(fwrite(data, 1, (size_t)n, out) != (size_t)n, document);
		/* a whole document is there when its braces are even; the connection may stay open until the exec */
		if (data[n - 1] == '}' && n < (ssize_t)sizeof(data))
			break;
	}
	check(fclose(out), document);
	return fd;
}

int
main(int argc, char **argv)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int server = socket(AF_UNIX, SOCK_STREAM, 0), connection, fd;

	if (argc < 3 || strlen(argv[1]) >= sizeof(name.sun_path))
		return 2;
	strcpy(name.sun_path, argv[1]);
	check(bind(server, (struct sockaddr *)&name, sizeof(name)), "bind");
	check(listen(server, 1), "listen");
	puts("ready");
	fflush(stdout);
	connection = accept(server, NULL, NULL);
	check(connection < 0, "accept");
	fd = take(connection, argv[2]);
	check(fd < 0, "no descriptor came");
	for (;;) {
		struct seccomp_notif request = { 0 };
		struct seccomp_notif_resp answer = { 0 };
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		check(poll(&wait, 1, -1) < 0, "poll");
		/* nobody is left under the filter */
		if (!(wait.revents & POLLIN))
			return 0;
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &request))
			continue;
		printf("%d\n", request.data.nr);
		fflush(stdout);
		answer.id = request.id;
		answer.error = -(argc > 3 ? atoi(argv[3]) : 42);
		(void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}
