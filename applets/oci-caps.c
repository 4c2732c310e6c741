/* SPDX-License-Identifier: MIT */
/* oci-caps: set the five capability sets, then go on.
 *
 * After oci-user, which needs capabilities and lets them be kept; before oci-nnp and
 * oci-program. What counts is seen after the program's exec, which computes the sets anew:
 * for user 0 from inheritable and bounding, for others from ambient.
 * schema: process
 */
#include <sys/capability.h>
#include <sys/prctl.h>

#include "caps.h"
#include "config.h"
#include "ocibox.h"

enum set { BOUNDING, PERMITTED, EFFECTIVE, INHERITABLE, AMBIENT, SETS };

struct sets {
	uint64_t mask[SETS];
	bool named[SETS];       /* false: leave this set as it is */
	uint64_t loading;       /* stays permitted and effective: see loading() */
};

static void
from_config(struct sets *sets, const struct config *config)
{
	static const char keys[SETS][12] = { "bounding", "permitted", "effective", "inheritable", "ambient" };

	/* a set that the configuration does not name is empty; so are all without "capabilities" */
	for (int i = 0; i < SETS; i++) {
		sets->mask[i] = caps_from_config(config, keys[i], false);
		sets->named[i] = true;
	}
}

/* "cap_chown"; for a message, so never freed. */
static const char *
name_of(cap_value_t value)
{
	const char *name = cap_to_name(value);

	return name ? name : "a capability";
}

/* What the program's exec needs for a filter of oci-seccomp, if not for no_new_privs, which may come behind this
 * step. It does not reach the program: exec does not look at what was permitted or effective before (capabilities(7)). */
static uint64_t
loading(void)
{
	return chain.filters ? 1ULL << CAP_SYS_ADMIN : 0;
}

static void
drop_bounding(uint64_t keep)
{
	for (cap_value_t c = 0; c < 64; c++) {
		if (keep >> c & 1 || !cap_drop_bound(c))
			continue;
		/* the kernel knows no more of them */
		if (errno == EINVAL)
			return;
		/* one that is not there needs no right to be dropped */
		if (cap_get_bound(c))
			die(name_of(c), "drop from the bounding set");
	}
}

static void
set_flags(const struct sets *sets)
{
	static const cap_flag_t flags[SETS] = {
		[PERMITTED] = CAP_PERMITTED, [EFFECTIVE] = CAP_EFFECTIVE, [INHERITABLE] = CAP_INHERITABLE,
	};
	cap_t caps = cap_get_proc();
	cap_flag_value_t had;

	if (!caps)
		die(NULL, "get the capabilities");
	for (cap_value_t c = 0; c < 64 && !cap_get_flag(caps, c, CAP_PERMITTED, &had); c++) {
		if (sets->named[PERMITTED] && had == CAP_CLEAR && sets->mask[PERMITTED] >> c & 1)
			fail(ST_PERMISSION, name_of(c), "not permitted here, so it cannot be given");
		/* effective as it was, as far as it is still permitted */
		if (sets->named[PERMITTED] && !sets->named[EFFECTIVE] && !(sets->mask[PERMITTED] >> c & 1) &&
		    cap_set_flag(caps, CAP_EFFECTIVE, 1, &c, CAP_CLEAR))
			die(name_of(c), "name");
		for (int i = PERMITTED; i <= INHERITABLE; i++) {
			uint64_t mask = sets->mask[i] | (i != INHERITABLE && had == CAP_SET ? sets->loading : 0);

			if (sets->named[i] && cap_set_flag(caps, flags[i], 1, &c, mask >> c & 1 ? CAP_SET : CAP_CLEAR))
				die(name_of(c), "name");
		}
	}
	if (cap_set_proc(caps))
		die(NULL, "set the capabilities");
	cap_free(caps);
}

static void
set_ambient(uint64_t mask, void (*say)(const char *, const char *, ...))
{
	/* not cap_reset_ambient, which asks for each one first */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		die(NULL, "clear the ambient capabilities");
	for (cap_value_t c = 0; c < 64; c++) {
		if (!(mask >> c & 1) || !cap_set_ambient(c, CAP_SET))
			continue;
		if (errno != EPERM)
			die(name_of(c), "make ambient");
		/* runc and crun go on too, and configurations rely on that: runc spec writes such a one */
		say(name_of(c), "not both permitted and inheritable, so it is not made ambient");
	}
}

static void
take_option(struct sets *given, int c)
{
	static const char letters[SETS + 1] = "BPEIA";
	const char *at = strchr(letters, c);

	if (!at)
		usage();
	given->mask[at - letters] = caps_from_list(optarg);
	given->named[at - letters] = true;
}

char **
oci_caps_main(int argc, char **argv)
{
	struct sets sets = { 0 }, given = { 0 };
	const char *bundle = NULL;
	bool keep = false, quiet = false;
	int c;

	while ((c = getopt(argc, argv, "+b:kqB:P:E:I:A:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'k':
			keep = true;
			break;
		case 'q':
			quiet = true;
			break;
		default:
			take_option(&given, c);
		}
	if (bundle)
		from_config(&sets, config_load(bundle));
	for (int i = 0; i < SETS; i++) {
		if (given.named[i])
			sets.mask[i] = given.mask[i];
		sets.named[i] |= given.named[i] || !keep;
	}
	/* lowering the bounding set needs CAP_SETPCAP, which the next call may take away */
	if (sets.named[BOUNDING])
		drop_bounding(sets.mask[BOUNDING]);
	sets.loading = loading();
	set_flags(&sets);
	/* nor may it become ambient, which does reach the program */
	if (sets.named[PERMITTED])
		sets.mask[AMBIENT] &= ~sets.loading | sets.mask[PERMITTED];
	if (sets.named[AMBIENT])
		set_ambient(sets.mask[AMBIENT], given.named[AMBIENT] && !quiet ? warn : debug);
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0))
		die(NULL, "stop keeping the capabilities");
	return argv + optind;
}
