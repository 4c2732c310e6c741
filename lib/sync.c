/* SPDX-License-Identifier: MIT */
/* The entry's file "sync": the path of the socket, and what was told last, a line each. */
#include <sys/socket.h>
#include <sys/un.h>

#include "sync.h"

static int
put(int entry, const char *path, const char *told)
{
	autofree char *text = xasprintf("%s\n%s\n", path, told);

	return state_put(entry, "sync", 0600, text, strlen(text));
}

void
sync_begin(int entry, const char *id, const char *path)
{
	struct sockaddr_un name;

	if (*path != '/')
		fail(ST_USAGE, path, "the path of a sync socket must be absolute");
	if (strlen(path) >= sizeof(name.sun_path))
		fail(ST_USAGE, path, "the path of a sync socket may not be longer than %zu bytes", sizeof(name.sun_path) - 1);
	if (strchr(path, '\n'))
		fail(ST_USAGE, path, "the path of a sync socket may not have a newline");
	if (put(entry, path, ""))
		die(id, "write the sync file of");
}

/* The document on a connection of its own; false and errno. */
static bool
send_to(const char *path, const char *document)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 5 };
	struct iovec parts[] = {
		{ .iov_base = (char *)(uintptr_t)document, .iov_len = strlen(document) },
		{ .iov_base = "\n", .iov_len = 1 },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	autofd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t len = parts[0].iov_len + 1;
	ssize_t n;

	/* socket(7): it holds for connect(2) too */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)))
		return false;
	memcpy(name.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)))
		return false;
	n = sendmsg(fd, &message, MSG_NOSIGNAL);
	if (n >= 0 && (size_t)n < len)
		errno = ETIMEDOUT;
	return n == (ssize_t)len;
}

bool
sync_tell(int entry, const struct state *state, enum condition condition)
{
	/* O_NONBLOCK: a fifo of that name would wait for a writer */
	autofd int file = openat(entry, "sync", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	autofree char *text = NULL, *owner = NULL, *document = NULL;
	char *told, *end;

	if (file < 0)
		return errno == ENOENT;
	text = read_all(file, 4096, NULL, "sync");
	told = strchr(text, '\n');
	end = told ? strchr(told + 1, '\n') : NULL;
	if (!end)
		fail(ST_STATE, state->id, "its sync file is corrupt");
	*told++ = *end = '\0';
	if (!strcmp(told, condition_name(condition)))
		return true;
	owner = state_owner(state);
	document = state_document(state, condition, owner, entry);
	/* ENOENT: the container was deleted in the meantime */
	return send_to(text, document) && (!put(entry, text, condition_name(condition)) || errno == ENOENT);
}
