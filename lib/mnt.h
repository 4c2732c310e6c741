/* SPDX-License-Identifier: MIT */
/* Mounts by descriptor: made detached and attached with move_mount(2); where the kernel lacks the new calls
 * (before 5.2, 5.12) or a seccomp filter hides them, made on a private mount over a file of procfs and moved
 * with mount(2). Both have the same effect, and neither has a moment in which a swapped symlink or directory
 * could redirect a mount. The fallback needs /proc mounted; the new calls do not.
 * Flags are mount(2)'s MS_* in both. what is what the user named, for the message. */
#ifndef MNT_H
#define MNT_H

#include <sys/mount.h>

#include "ocibox.h"

/* Mounts a new filesystem of a type on target (an O_PATH descriptor). source NULL: the type's name. data:
 * comma-separated options, or NULL. Returns a descriptor (O_PATH) of the new mount's root. Dies when refused, with
 * the kernel's own message where it gives one: "mount tmpfs on /dev: tmpfs: Bad value for 'size': Invalid argument". */
int mnt_new(const char *type, const char *source, unsigned long flags, const char *data, int target, const char *what);
/* The same, but -1 and errno when refused, with the kernel's message, or "", in why. target -1: detached, on kernels that can. */
int mnt_try_new(const char *type, const char *source, unsigned long flags, const char *data, int target, char why[256]);
/* Dies as mnt_new does, with errno and why. */
_Noreturn void mnt_refused(const char *type, const char *what, const char *why);
/* Binds source (O_PATH) on target; flags: MS_REC. Returns a descriptor of the mount's root. Dies. */
int mnt_bind(int source, int target, unsigned long flags, const char *what);
/* The same, but -1 and errno. */
int mnt_try_bind(int source, int target, unsigned long flags);
/* The first half of it: a copy of what is mounted at source, to be given flags and what else it needs before anyone can see
 * it, and then to mnt_attach. *attached: the kernel cannot change a detached mount, and it is on target already. -1 and errno. */
int mnt_copy(int source, int target, unsigned long flags, bool *attached);
/* Attaches a detached mount to target (O_PATH); -1 and errno. */
int mnt_attach(int mount, int target);
/* Binds source on target with the flags of set, as mnt_flags sets them, from its first moment. Dies. */
int mnt_bind_flags(int source, int target, unsigned long flags, unsigned long set, const char *what);

/* For who calls fsopen(2) itself. The last error message of a filesystem context, if there is one, in why; the flags of a
 * mount as MOUNT_ATTR_*. */
void mnt_kernel_message(int context, char why[256]);
unsigned mnt_attributes(unsigned long flags);

/* lib/mntflags.c */

/* Sets and clears flags (MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOSYMFOLLOW, MS_NOATIME, MS_RELATIME,
 * MS_STRICTATIME, MS_NODIRATIME; others are ignored) on the mount that mount (a descriptor of its root) is; MS_REC in
 * set: on all below too. What is not named stays, locked flags included; a locked one that is named is an error, which names it.
 * Clearing MS_NOATIME or MS_STRICTATIME gives MS_RELATIME, the kernel's default. Dies. */
void mnt_flags(int mount, unsigned long set, unsigned long clear, const char *what);
/* Gives a new bind mount exactly the flags in set, as runc has it: others of those above, which its source has, are
 * cleared. Access times stay when none of theirs is in set or clear. Flags locked by a user namespace stay,
 * unless clear has them: that is an error, and so is another access time than the locked one. Dies. */
void mnt_flags_only(int mount, unsigned long set, unsigned long clear, const char *what);
/* Whether the kernel changes detached mounts, and knows all of these flags for them: since 5.14. */
bool mnt_changes_detached(void);
/* The flags above that are in force on the mount of this descriptor, as MS_*; dies. */
unsigned long mnt_flags_of(int mount, const char *what);
/* Changes propagation: one of MS_SHARED MS_SLAVE MS_PRIVATE MS_UNBINDABLE, with MS_REC for all below. Dies. */
void mnt_propagation(int mnt, unsigned long flags, const char *what);
/* The same, but -1 and errno (EINVAL: not the root of a mount). */
int mnt_try_propagation(int mnt, unsigned long flags);

/* lib/mountinfo.c */

/* A line of /proc/self/mountinfo. Strings are unescaped and live as long as the text. */
struct mountinfo {
	int id, parent;
	char *root;             /* the directory of the filesystem that is mounted */
	char *point;            /* where, as this process sees it */
	char *options;          /* of the mount: "rw,nosuid" */
	char *tags;             /* of propagation: "shared:1 master:2", or "" */
	char *type;
	char *source;
	char *super;            /* the filesystem's own options */
};

/* The mounts of this process's namespace that it can reach; *count of them. The caller frees the list and *text. Dies. */
struct mountinfo *mountinfo_read(char **text, size_t *count);
/* The one of this id, or NULL. */
const struct mountinfo *mountinfo_find(const struct mountinfo *list, size_t count, int id);
/* Sets below[i] for each mount under the one of this id, however deep; not for itself. In n log n steps. */
void mountinfo_below(const struct mountinfo *list, size_t count, int id, bool *below);
/* Takes back, in place, that space, tab, newline and backslash stand there as \ooo; returns text, which may be NULL. */
char *mountinfo_unescape(char *text);
/* The id of the mount that fd is on, as mountinfo has it, by statx(2); -1 before Linux 5.8. */
int fd_mount(int fd);
/* The same from the text of /proc/PID/fdinfo/FD. */
int fdinfo_mount(const char *text);
/* The id of the mount that this descriptor is on, as mountinfo has it; dies. */
int mount_id(int fd, const char *what);
#endif
