/* SPDX-License-Identifier: MIT */
/* getpwuid(3) would ask nscd, through a socket that a container may have made. */
#include <sys/stat.h>

#include "passwd.h"

/* Longer, and it is no passwd file a person or an image builder wrote. */
#define PASSWD_MAX (1 << 20)

/* The field of a line with that number, from 0; false: there are fewer. */
static bool
find_field(const char *line, const char *end, int number, const char **at, size_t *len)
{
	for (;;) {
		const char *colon = memchr(line, ':', (size_t)(end - line));

		if (!number--) {
			*at = line;
			*len = (size_t)((colon ? colon : end) - line);
			return true;
		}
		if (!colon)
			return false;
		line = colon + 1;
	}
}

char *
passwd_field(uid_t uid, int number)
{
	/* O_NONBLOCK: it may be a fifo */
	autofd int fd = open("/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	autofree char *text = NULL;
	char own[16];
	const char *at;
	struct stat st;
	size_t len, digits = (size_t)snprintf(own, sizeof(own), "%lu", (unsigned long)uid);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		die("/etc/passwd", "open");
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return NULL;
	if (st.st_size > PASSWD_MAX) {
		warn("/etc/passwd", "larger than %d bytes, so it is not read", PASSWD_MAX);
		return NULL;
	}
	text = read_all(fd, PASSWD_MAX, &len, "/etc/passwd");
	for (const char *line = text, *end = text + len, *next; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			next = end;
		if (!find_field(line, next, 2, &at, &len) || len != digits || memcmp(at, own, len))
			continue;
		if (!find_field(line, next, number, &at, &len) || !len || memchr(at, '\0', len))
			return NULL;
		return xstrndup(at, len);
	}
	return NULL;
}
