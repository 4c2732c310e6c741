/* SPDX-License-Identifier: MIT */
/* oci-securebits: how capabilities and user 0 hang together (capabilities(7)), then go on.
 *
 * Before oci-caps takes CAP_SETPCAP away. All but keep-caps survive exec.
 */
#include <linux/securebits.h>
#include <sys/prctl.h>

#include "ocibox.h"
#include "word.h"

char **
oci_securebits_main(int argc, char **argv)
{
	static const struct word bits[] = {
		{ "NOROOT", SECBIT_NOROOT }, { "NOROOT_LOCKED", SECBIT_NOROOT_LOCKED },
		{ "NO_SETUID_FIXUP", SECBIT_NO_SETUID_FIXUP }, { "NO_SETUID_FIXUP_LOCKED", SECBIT_NO_SETUID_FIXUP_LOCKED },
		{ "KEEP_CAPS", SECBIT_KEEP_CAPS }, { "KEEP_CAPS_LOCKED", SECBIT_KEEP_CAPS_LOCKED },
		{ "NO_CAP_AMBIENT_RAISE", SECBIT_NO_CAP_AMBIENT_RAISE },
		{ "NO_CAP_AMBIENT_RAISE_LOCKED", SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED }, { "NONE", 0 }, { NULL },
	};

	if (getopt(argc, argv, "+") != -1 || !argv[optind])
		usage();
	argv += optind;
	if (prctl(PR_SET_SECUREBITS, word_list(bits, "SECBIT_", argv[0], "secure bit"), 0, 0, 0))
		die(argv[0], "set the secure bits to");
	return argv + 1;
}
