/* SPDX-License-Identifier: MIT */
/* The socket on which a created container awaits its start, whose name says how far that has come. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "path.h"
#include "state.h"

/* Connects to the socket of that name in the entry; -1 and errno. */
static int
connect_to(int entry, const char *socket_name)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char dir[32];
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	/* the entry's own path may not fit into the 108 bytes of a socket's name */
	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s/%s", fd_path(entry, dir), socket_name);
	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof(name)))
		return -1;
	return steal_fd(&fd);
}

int
state_connect(int entry)
{
	int fd = connect_to(entry, "start");

	if (fd >= 0 || errno != ENOENT)
		return fd;
	fd = connect_to(entry, "started");
	if (fd < 0 && errno == ECONNREFUSED)
		errno = ENOENT;
	return fd;
}

int
state_starting(int entry)
{
	/* the second when it never waited for a start: a run in the foreground */
	static const char *const names[] = { "start", "start.new" };

	for (size_t i = 0; i < 2; i++) {
		if (!renameat(entry, names[i], entry, "started"))
			return 0;
		if (errno != ENOENT)
			return -1;
	}
	return 0;
}

int
state_started(int entry)
{
	return utimensat(entry, "started", NULL, 0) && errno != ENOENT ? -1 : 0;
}

bool
state_has_started(int entry)
{
	autofd int fd = -1;
	struct stat st;

	if (fstatat(entry, "started", &st, AT_SYMLINK_NOFOLLOW))
		return false;
	/* noted by state_started(), which changes both at the same instant; the renaming changes the second */
	if (st.st_mtim.tv_sec == st.st_ctim.tv_sec && st.st_mtim.tv_nsec == st.st_ctim.tv_nsec)
		return true;
	return (fd = connect_to(entry, "started")) < 0;
}
