/* SPDX-License-Identifier: MIT */
/* Files of procfs and sysfs, verified to be of a real procfs or sysfs before they are written or
 * believed: a container can mount anything over /proc (design rule 3). */
#ifndef PROC_H
#define PROC_H

#include "ocibox.h"

/* Opens path (below "/proc/" or "/sys/"; no "..", no "//"). Refused, whatever the mounts: a /proc that is
 * not the root of a procfs, a mount over the file or a directory on the way to it, a symlink other than
 * /proc/self. Dies when it cannot be opened. */
int proc_open(const char *path, int flags);
/* The same, but -1 with errno when the file is not there (ENOENT), not ours (EACCES, EPERM) or its process ended (ESRCH). */
int proc_try_open(const char *path, int flags);
/* Whether /proc is the root of a procfs. */
bool proc_usable(void);
/* Writes text, in one write as procfs wants it, or dies: "write 5000 to /proc/self/oom_score_adj: ...". */
void proc_write(const char *path, const char *text);
/* /proc itself (O_PATH), verified as above and to count processes as this one's pid namespace does; for proc_write_in,
 * when another /proc may be in sight by then. Dies. */
int proc_own(void);
/* The same, whatever pid namespace it counts for; and our number there, into text, which it returns. Both die. */
int proc_any(void);
const char *proc_self(int proc, char text[32]);
/* The same as proc_write, for a path below that directory: "7/uid_map". */
void proc_write_in(int proc, const char *path, const char *text);
/* Whether this process is in another user namespace than the first, as far as /proc tells. */
bool proc_in_userns(void);
/* The 22nd field of /proc/PID/stat, the start time in clock ticks since boot; 0 when there is no such
 * process or it is a zombie. */
unsigned long long proc_start_time(pid_t pid);
#endif
