/* SPDX-License-Identifier: MIT */
/* oci-user: become a user: umask, supplementary groups, group and user ids, then go on.
 *
 * The permitted capabilities stay, and are effective again, for oci-caps to set as
 * they should be: it comes next. Without it they end with the next exec, if the user
 * is not root. After all steps that need a root user: mounts, devices, limits.
 * schema: process
 */
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "caps.h"
#include "ocibox.h"
#include "proc.h"
#include "user.h"

/* runc's and crun's when the configuration names none */
#define DEFAULT_UMASK 0022

/* Whether this user namespace may not set groups (user_namespaces(7)): without a reading of
 * /proc/self/setgroups, because a refusal to someone who has the capability means that. */
static bool
groups_denied(void)
{
	autofd int fd = -1;
	char text[16] = "";

	if (!(caps_effective() >> CAP_SETGID & 1))
		return false;
	if (!proc_usable())
		return true;
	fd = proc_open("/proc/self/setgroups", O_RDONLY);
	if (read(fd, text, sizeof(text) - 1) < 0)
		die("/proc/self/setgroups", "read");
	return !strncmp(text, "deny", 4);
}

/* Or a program that opens /dev/stdout anew may not: a pipe belongs to who made it. As runc, and files, sockets and
 * terminals too; but no other device, which is the host's for all. */
static void
give_stdio(uid_t uid)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		struct stat st;

		if (fstat(fd, &st) || st.st_uid == uid || S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode) || (S_ISCHR(st.st_mode) && !isatty(fd)))
			continue;
		/* an owner that this user namespace does not have, a read-only filesystem: it works as it is too */
		if (fchown(fd, uid, (gid_t)-1) && errno != EPERM && errno != EINVAL && errno != EROFS)
			die(NULL, "give descriptor %d to the user", fd);
	}
}

static void
become(const struct user *user)
{
	if (!user->keep_groups && setgroups(user->group_count, user->groups)) {
		/* there is no way to drop them there, so to have none named is no request */
		bool denied = errno == EPERM && !user->group_count && groups_denied();

		if (!denied)
			die(NULL, "set the supplementary groups");
	}
	if (setresgid(user->gid, user->gid, user->gid)) {
		autofree char *gid = xasprintf("%lu", (unsigned long)user->gid);

		if (errno == EINVAL)
			fail(ST_KERNEL, gid, "no group id of this user namespace");
		die(gid, "set the group id to");
	}
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		die(NULL, "keep the capabilities");
	if (setresuid(user->uid, user->uid, user->uid)) {
		autofree char *uid = xasprintf("%lu", (unsigned long)user->uid);

		if (errno == EINVAL)
			fail(ST_KERNEL, uid, "no user id of this user namespace");
		die(uid, "set the user id to");
	}
	/* leaving user 0 cleared them, kept or not */
	if (!caps_set_effective(~0ULL))
		die(NULL, "raise the capabilities");
}

static mode_t
octal(const char *text)
{
	char *end;
	unsigned long mask = strtoul(text, &end, 8);

	if (*text < '0' || *text > '7' || *end || mask > 0777)
		fail(ST_USAGE, text, "not a umask (0 to 0777, octal)");
	return (mode_t)mask;
}

char **
oci_user_main(int argc, char **argv)
{
	const char *bundle = NULL, *groups = NULL, *mask = NULL, *cwd;
	struct user user = { 0 };
	bool pipes = false;
	int c;

	while ((c = getopt(argc, argv, "+b:g:m:s")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'g':
			groups = optarg;
			break;
		case 'm':
			mask = optarg;
			break;
		case 's':
			pipes = true;
			break;
		default:
			usage();
		}
	argv += optind;
	if (bundle) {
		const struct config *config = config_load(bundle);

		user_from_config(&user, config);
		/* where only root may go the program may start, as with runc; oci-program says what is wrong */
		cwd = config_string(config, 0, "process.cwd");
		if (!chain.cwd && cwd && !chdir(cwd))
			chain.cwd = cwd;
		pipes = true;
		if (!mask)
			umask((mode_t)config_uint(config, 0, "process.user.umask", DEFAULT_UMASK));
	} else {
		if (!*argv)
			usage();
		user_parse(&user, *argv++);
	}
	if (groups)
		user_parse_groups(&user, groups);
	if (mask)
		umask(octal(mask));
	if (pipes)
		give_stdio(user.uid);
	become(&user);
	free(user.groups);
	return argv;
}
