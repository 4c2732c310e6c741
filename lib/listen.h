/* SPDX-License-Identifier: MIT */
/* Descriptors that a service manager passes on from 3 on, as sd_listen_fds(3) has it. */
#ifndef LISTEN_H
#define LISTEN_H

/* How many there are by LISTEN_FDS; 0: none. */
unsigned listen_count(void);
/* Once, in the process that was started with them, and before what it forks: forgets them when LISTEN_PID says that they
 * are another's. 1 is taken for "whoever is started": clients write it, who do not know our pid. */
void listen_check(void);
#endif
