/* SPDX-License-Identifier: MIT */
/* System calls younger than the C library, and constants younger than the
 * kernel headers we build with. Numbers above 423 are the same everywhere. */
#ifndef COMPAT_H
#define COMPAT_H

#include <linux/ioctl.h>
#include <linux/types.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OCI_SYS_pidfd_send_signal 424
#define OCI_SYS_open_tree 428
#define OCI_SYS_move_mount 429
#define OCI_SYS_fsopen 430
#define OCI_SYS_fsconfig 431
#define OCI_SYS_fsmount 432
#define OCI_SYS_fspick 433
#define OCI_SYS_pidfd_open 434
#define OCI_SYS_clone3 435
#define OCI_SYS_close_range 436
#define OCI_SYS_openat2 437
#define OCI_SYS_faccessat2 439
#define OCI_SYS_mount_setattr 442
#define OCI_SYS_landlock_create_ruleset 444
#define OCI_SYS_landlock_add_rule 445
#define OCI_SYS_landlock_restrict_self 446
#define OCI_SYS_fchmodat2 452

/* ids of 32 bits have calls of their own on machines of 32 bits */
#ifdef SYS_setgroups32
#define OCI_SYS_setgroups SYS_setgroups32
#define OCI_SYS_setresuid SYS_setresuid32
#define OCI_SYS_setresgid SYS_setresgid32
#else
#define OCI_SYS_setgroups SYS_setgroups
#define OCI_SYS_setresuid SYS_setresuid
#define OCI_SYS_setresgid SYS_setresgid
#endif

/* nor are there locks of 64 bits in the older call */
#ifdef SYS_fcntl64
#define OCI_SYS_fcntl SYS_fcntl64
#else
#define OCI_SYS_fcntl SYS_fcntl
#endif

/* namespaces(7), Linux 5.6 */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

#define OCI_CLOSE_RANGE_CLOEXEC 4
#define OCI_OPEN_TREE_CLONE 1
#define OCI_OPEN_TREE_CLOEXEC O_CLOEXEC
#define OCI_AT_RECURSIVE 0x8000
#define OCI_FSOPEN_CLOEXEC 1
#define OCI_FSMOUNT_CLOEXEC 1
#define OCI_FSCONFIG_SET_FLAG 0
#define OCI_FSCONFIG_SET_STRING 1
#define OCI_FSCONFIG_SET_FD 5
#define OCI_FSCONFIG_CMD_CREATE 6
#define OCI_MOVE_MOUNT_F_EMPTY_PATH 0x04
#define OCI_MOVE_MOUNT_T_EMPTY_PATH 0x40
#define OCI_MOUNT_ATTR_RDONLY 0x01
#define OCI_MOUNT_ATTR_NOSUID 0x02
#define OCI_MOUNT_ATTR_NODEV 0x04
#define OCI_MOUNT_ATTR_NOEXEC 0x08
#define OCI_MOUNT_ATTR_NOATIME 0x10
#define OCI_MOUNT_ATTR_STRICTATIME 0x20
#define OCI_MOUNT_ATTR__ATIME 0x70
#define OCI_MOUNT_ATTR_NODIRATIME 0x80
#define OCI_MOUNT_ATTR_IDMAP 0x100000
#define OCI_MOUNT_ATTR_NOSYMFOLLOW 0x200000
/* statfs(2)'s f_flags, where it differs from MS_* */
#define OCI_ST_RELATIME 0x1000
#define OCI_ST_NOSYMFOLLOW 0x2000

/* mount_setattr(2)'s */
struct oci_mount_attr {
	__u64 attr_set;
	__u64 attr_clr;
	__u64 propagation;
	__u64 userns_fd;
};

/* PIDFD_GET_INFO (Linux 6.13) with PIDFD_INFO_EXIT (6.15): the exit status of a process that was waited for */
struct oci_pidfd_info {
	__u64 mask;
	__u64 cgroup_id;
	__u32 ids[11];
	__s32 exit_code;
};
#define OCI_PIDFD_INFO_EXIT (1U << 3)
#define OCI_PIDFD_GET_INFO _IOWR(0xFF, 11, struct oci_pidfd_info)

/* landlock(7): what rights there are grows with the version that the kernel tells */
struct oci_landlock_ruleset {
	__u64 handled_access_fs;
	__u64 handled_access_net;       /* version 4 */
	__u64 scoped;                   /* version 6 */
};
struct oci_landlock_path {
	__u64 allowed_access;
	__s32 parent_fd;
} __attribute__((packed));
struct oci_landlock_port {
	__u64 allowed_access;
	__u64 port;
};
#define OCI_LANDLOCK_CREATE_RULESET_VERSION 1
#define OCI_LANDLOCK_RULE_PATH_BENEATH 1
#define OCI_LANDLOCK_RULE_NET_PORT 2
#define OCI_LANDLOCK_FS_EXECUTE (1ULL << 0)
#define OCI_LANDLOCK_FS_WRITE_FILE (1ULL << 1)
#define OCI_LANDLOCK_FS_READ_FILE (1ULL << 2)
#define OCI_LANDLOCK_FS_READ_DIR (1ULL << 3)
#define OCI_LANDLOCK_FS_REFER (1ULL << 13)
#define OCI_LANDLOCK_FS_TRUNCATE (1ULL << 14)
#define OCI_LANDLOCK_FS_IOCTL_DEV (1ULL << 15)
#define OCI_LANDLOCK_NET_BIND_TCP (1ULL << 0)
#define OCI_LANDLOCK_NET_CONNECT_TCP (1ULL << 1)
#define OCI_LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define OCI_LANDLOCK_SCOPE_SIGNAL (1ULL << 1)

#endif
