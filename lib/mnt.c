/* SPDX-License-Identifier: MIT */
/* New mounts, by descriptor. */
#include <sys/stat.h>

#include "compat.h"
#include "mnt.h"
#include "mntold.h"
#include "mntopt.h"

/* fsconfig(2) takes no longer string */
#define FSCONFIG_MAX 255

static int
refuse(int err)
{
	errno = err;
	return -1;
}

void
mnt_kernel_message(int context, char why[256])
{
	char text[256];
	ssize_t n;

	/* each read gives one */
	while ((n = read(context, text, sizeof(text) - 1)) > 0) {
		text[n] = '\0';
		text[strcspn(text, "\n")] = '\0';
		if (!strncmp(text, "e ", 2))
			(void)snprintf(why, 256, "%s", text + 2);
	}
}

/* The flags of the filesystem itself. */
static int
configure_flags(int context, unsigned long flags)
{
	static const struct {
		unsigned long flag;
		const char *name;
	} names[] = {
		{ MS_RDONLY, "ro" },
		{ MS_SYNCHRONOUS, "sync" },
		{ MS_DIRSYNC, "dirsync" },
		{ MS_MANDLOCK, "mand" },
		{ MS_LAZYTIME, "lazytime" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((flags & names[i].flag) &&
		    syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_SET_FLAG, names[i].name, NULL, 0))
			return -1;
	return 0;
}

/* SELinux contexts have commas in quotes, which mount(2) takes off. */
static void
unquote(char *text)
{
	char *out = text;

	for (; *text; text++)
		if (*text != '"')
			*out++ = *text;
	*out = '\0';
}

static int
configure_data(int context, const char *data)
{
	autofree char *copy = xstrdup(data ? data : "");
	char *at = copy;

	while (*at) {
		char *key = mount_option_cut(&at), *value = strchr(key, '=');

		if (!*key)
			continue;
		if (value)
			*value++ = '\0';
		if (value)
			unquote(value);
		if (syscall(OCI_SYS_fsconfig, context, value ? OCI_FSCONFIG_SET_STRING : OCI_FSCONFIG_SET_FLAG, key, value, 0))
			return -1;
	}
	return 0;
}

unsigned
mnt_attributes(unsigned long flags)
{
	return (flags & MS_RDONLY ? OCI_MOUNT_ATTR_RDONLY : 0) |
	       (flags & MS_NOSUID ? OCI_MOUNT_ATTR_NOSUID : 0) |
	       (flags & MS_NODEV ? OCI_MOUNT_ATTR_NODEV : 0) |
	       (flags & MS_NOEXEC ? OCI_MOUNT_ATTR_NOEXEC : 0) |
	       (flags & MS_NODIRATIME ? OCI_MOUNT_ATTR_NODIRATIME : 0) |
	       (flags & MS_NOSYMFOLLOW ? OCI_MOUNT_ATTR_NOSYMFOLLOW : 0) |
	       /* mount(2) gives strictatime the last word */
	       (flags & MS_STRICTATIME ? OCI_MOUNT_ATTR_STRICTATIME : flags & MS_NOATIME ? OCI_MOUNT_ATTR_NOATIME : 0);
}

/* "fuse.sshfs": what follows the dot is the filesystem's name for itself. mount(2) cuts it off, fsopen(2) does not. */
static int
configure_subtype(int context, const char *type)
{
	const char *dot = strchr(type, '.');

	return dot && syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_SET_STRING, "subtype", dot + 1, 0) ? -1 : 0;
}

static int
new_make(const struct old_mount *mnt, int target, char why[256])
{
	autofd int context = (int)syscall(OCI_SYS_fsopen, mnt->type, OCI_FSOPEN_CLOEXEC);
	autofd int fd = -1;
	int err;

	if (context < 0)
		return -1;
	if (syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_SET_STRING, "source", mnt->source, 0) ||
	    configure_subtype(context, mnt->type) ||
	    configure_flags(context, mnt->flags) || configure_data(context, mnt->data) ||
	    syscall(OCI_SYS_fsconfig, context, OCI_FSCONFIG_CMD_CREATE, NULL, NULL, 0) ||
	    (fd = (int)syscall(OCI_SYS_fsmount, context, OCI_FSMOUNT_CLOEXEC, mnt_attributes(mnt->flags))) < 0 ||
	    (target >= 0 && mnt_attach(fd, target))) {
		err = errno;
		mnt_kernel_message(context, why);
		return refuse(err);
	}
	return steal_fd(&fd);
}

/* What only mount(2) can say: MS_I_VERSION and MS_POSIXACL have no name that every filesystem takes, and
 * data may have options that are too long for fsconfig(2), such as overlay's lowerdir. */
static bool
needs_old(const struct old_mount *mnt)
{
	for (const char *at = mnt->data; at && *at; at += *at == ',') {
		size_t len = strcspn(at, ",");

		if (len > FSCONFIG_MAX)
			return true;
		at += len;
	}
	return mnt->flags & (MS_I_VERSION | MS_POSIXACL);
}

int
mnt_try_new(const char *type, const char *source, unsigned long flags, const char *data, int target, char why[256])
{
	struct old_mount mnt = { type, source && *source ? source : type, data && *data ? data : NULL, flags };
	struct stat st;
	int fd = -1;

	why[0] = '\0';
	errno = ENOSYS;
	if (!needs_old(&mnt))
		fd = new_make(&mnt, target, why);
	/* MOUNT_ATTR_NOSYMFOLLOW came in 5.14, the flag in 5.10 */
	if (fd >= 0 || target < 0 || !(mnt_missing(errno) || (errno == EINVAL && (flags & MS_NOSYMFOLLOW))))
		return fd;
	if (fstat(target, &st))
		return -1;
	return mnt_old(&mnt, S_ISDIR(st.st_mode), target);
}

void
mnt_refused(const char *type, const char *what, const char *why)
{
	int err = errno;
	const char *both = *why ? xasprintf("%s: %s", what, why) : what;

	errno = err;
	die(both, "mount %s on", type);
}

int
mnt_new(const char *type, const char *source, unsigned long flags, const char *data, int target, const char *what)
{
	char why[256];
	int fd = mnt_try_new(type, source, flags, data, target, why);

	if (fd < 0)
		mnt_refused(type, what, why);
	return fd;
}
