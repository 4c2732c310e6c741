/* SPDX-License-Identifier: MIT */
/* Descriptors that go from process to process through a unix socket, with SCM_RIGHTS (unix(7)). */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "ocibox.h"

/* Sends data with fd (-1: without one); false and errno. A peer that is gone is an error, not a SIGPIPE. */
bool handover_give(int sock, const void *data, size_t len, int fd);
/* Receives at most len bytes as recv(2), and the descriptor that came with them, close-on-exec, or -1; fd NULL:
 * one that comes is closed. Of several all but the first are closed. */
ssize_t handover_take(int sock, void *data, size_t len, int flags, int *fd);
/* A stream socket connected to the one at path, which may be longer than a socket's name; -1 and errno. */
int handover_connect(const char *path);
#endif
