/* SPDX-License-Identifier: MIT */
/* Pseudoterminals of a container, made in its own devpts. */
#ifndef PTY_H
#define PTY_H

#include "ocibox.h"

/* What goes with the descriptor of a master to a console socket: clients want some text. */
#define PTY_NAME "/dev/pts/ptmx"

/* A new one of the devpts at /dev/pts, which is verified to be one, whatever the container has made of /dev: its master,
 * and in *slave its other end. Both close-on-exec, and no controlling terminal. Dies. */
int pty_make(int *slave);
/* Binds the terminal slave on /dev/console, a file or device that is there already; without one, nothing. Dies. */
void pty_bind_console(int slave);
#endif
