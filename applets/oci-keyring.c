/* SPDX-License-Identifier: MIT */
/* oci-keyring: a session keyring of the container's own, then go on.
 *
 * Before oci-user: the new keyring belongs to the user it is made by. Keys that the
 * caller's session holds are out of reach from here on.
 */
#include <linux/keyctl.h>

#include "compat.h"
#include "config.h"
#include "ocibox.h"
#include "state.h"

/* keyctl(2) has no header for these */
#define USER_SEARCH 0x00080000U
#define OTHER_SEARCH 0x00000008U

/* of a container's entry, for oci-exec */
#define NO_KEYRING "no-keyring"

/* Lets a process that comes later (exec) find the keyring by its name and join it. */
static void
allow(long ring, unsigned more, const char *name)
{
	char text[512], *at;
	long n = syscall(SYS_keyctl, KEYCTL_DESCRIBE, ring, text, sizeof(text) - 1);
	unsigned long permissions;

	if (n < 0)
		die(name, "describe the keyring");
	text[n < (long)sizeof(text) ? n : (long)sizeof(text) - 1] = '\0';
	/* type;uid;gid;permissions;name */
	at = text;
	for (int i = 0; i < 3 && at; i++) {
		at = strchr(at, ';');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		fail(ST_KERNEL, name, "the kernel describes the keyring as %s", text);
	permissions = strtoul(at, NULL, 16) | more;
	if (syscall(SYS_keyctl, KEYCTL_SETPERM, ring, permissions))
		die(name, "set the permissions of the keyring");
}

char **
oci_keyring_main(int argc, char **argv)
{
	autofree char *name = NULL;
	const char *bundle = NULL;
	bool all = false, none = false;
	long ring;
	int c;

	while ((c = getopt(argc, argv, "+ab:n")) != -1)
		switch (c) {
		case 'a':
			all = true;
			break;
		case 'b':
			bundle = optarg;
			break;
		case 'n':
			none = true;
			break;
		default:
			usage();
		}
	argv += optind;
	if (none && chain.entry >= 0) {
		if (state_put(chain.entry, NO_KEYRING, 0600, "", 0))
			die(NULL, "note that there is no keyring");
		return argv;
	}
	if (!argv[0] || none)
		usage();
	name = xasprintf("_ses.%s", argv[0]);
	ring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
	if (ring < 0 && errno == ENOSYS) {
		/* a kernel without keyrings has nothing to hide */
		debug(name, "this kernel has no keyrings");
		return argv + 1;
	}
	if (ring < 0 && errno == EDQUOT)
		fail(ST_KERNEL, name, "this user's share of keys is used up (/proc/sys/kernel/keys/maxkeys, maxbytes)");
	if (ring < 0)
		die(name, "join the session keyring");
	/* 0: it is this process's already */
	if (!ring)
		ring = KEY_SPEC_SESSION_KEYRING;
	/* in a user namespace without a user 0 the one who comes later is another to the kernel */
	allow(ring, USER_SEARCH | (all || (bundle && config_has_namespace(config_load(bundle), "user")) ? OTHER_SEARCH : 0), name);
	return argv + 1;
}
