/* SPDX-License-Identifier: MIT */
/* Between the user's terminal and the master of a container's. The user's is raw meanwhile, follows its window's size,
 * and is as it was when this process ends, stops, or returns. */
#ifndef RELAY_H
#define RELAY_H

#include "ocibox.h"

/* Where standard output is no terminal: the lines that a program writes to its terminal, which nobody relays yet, come
 * from master without carriage returns, as those of a program without one. */
void relay_lines(int master);
/* Under signals_hold: copies until the child pid ends, passing signals on as child_wait does; its status, 128+N for
 * a signal. What has been written to its terminal by then is copied too. */
int relay_wait(int master, pid_t pid);
/* Copies until the other end of master is closed: 0; or a signal comes: 128+N. input: standard input too. */
int relay_until_hangup(int master, bool input);
#endif
