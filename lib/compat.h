/* SPDX-License-Identifier: MIT */
/* System calls younger than the C library, and constants younger than the
 * kernel headers we build with. Numbers above 423 are the same everywhere. */
#ifndef COMPAT_H
#define COMPAT_H

#include <linux/types.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OCI_SYS_pidfd_send_signal 424
#define OCI_SYS_open_tree 428
#define OCI_SYS_move_mount 429
#define OCI_SYS_fsopen 430
#define OCI_SYS_fsconfig 431
#define OCI_SYS_fsmount 432
#define OCI_SYS_pidfd_open 434
#define OCI_SYS_clone3 435
#define OCI_SYS_close_range 436
#define OCI_SYS_openat2 437
#define OCI_SYS_mount_setattr 442
#define OCI_SYS_fchmodat2 452

#endif
