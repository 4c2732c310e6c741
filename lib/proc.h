/* SPDX-License-Identifier: MIT */
/* Files of procfs and sysfs, verified to be of a real procfs or sysfs before they are written or
 * believed: a container can mount anything over /proc (design rule 3). */
#ifndef PROC_H
#define PROC_H

#include "ocibox.h"

/* Opens path (below "/proc/" or "/sys/") without following symlinks but those of /proc/self, checked by fstatfs; dies. */
int proc_open(const char *path, int flags);
/* Writes text, in one write as procfs wants it, or dies: "write 5000 to /proc/self/oom_score_adj: ...". */
void proc_write(const char *path, const char *text);
/* The 22nd field of /proc/PID/stat, the start time in clock ticks since boot; 0 when there is no such
 * process or it is a zombie. */
unsigned long long proc_start_time(pid_t pid);
#endif
