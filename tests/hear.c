/* SPDX-License-Identifier: MIT */
/* hear SOCKET: listens there and prints what comes, one connection after another, until it is killed. Of a descriptor
 * of a process that comes along, "pid N" and whether it has ended. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void
put_process(struct msghdr *message)
{
	struct cmsghdr *at = CMSG_FIRSTHDR(message);
	char path[64], line[64];
	struct pollfd wait = { .events = POLLIN };
	FILE *info;

	if (!at || at->cmsg_type != SCM_RIGHTS)
		return;
	memcpy(&wait.fd, CMSG_DATA(at), sizeof(wait.fd));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", wait.fd);
	info = fopen(path, "re");
	while (info && fgets(line, sizeof(line), info))
		if (!strncmp(line, "Pid:", 4))
			dprintf(STDOUT_FILENO, " pid %s%s", line + 5, poll(&wait, 1, 0) ? "ended\n" : "");
	if (info)
		fclose(info);
	close(wait.fd);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char text[4096];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc != 2 || strlen(argv[1]) >= sizeof(name.sun_path))
		return 2;
	strcpy(name.sun_path, argv[1]);
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) || listen(fd, 8)) {
		perror(argv[1]);
		return 1;
	}
	for (;;) {
		int one = accept(fd, NULL, NULL);
		ssize_t n;

		if (one < 0)
			return 1;
		for (;;) {
			union {
				struct cmsghdr header;
				char space[64];
			} control;
			struct iovec part = { .iov_base = text, .iov_len = sizeof(text) };
			struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };

			n = recvmsg(one, &message, 0);
			if (n <= 0)
				break;
			if (write(STDOUT_FILENO, text, (size_t)n) != n)
				return 1;
			put_process(&message);
		}
		close(one);
	}
}
