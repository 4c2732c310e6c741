/* SPDX-License-Identifier: MIT */
/* hear SOCKET: listens there and prints what comes, one connection after another, until it is killed. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
		while ((n = read(one, text, sizeof(text))) > 0)
			if (write(STDOUT_FILENO, text, (size_t)n) != n)
				return 1;
		close(one);
	}
}
