/* SPDX-License-Identifier: MIT */
/* oci-label: the AppArmor profile and the SELinux label of the program that ends this chain, then go on.
 *
 * They act on the next execve(2), so behind the startContainer hooks. Before oci-nnp, under which AppArmor allows less.
 * The files are written below a /proc that is verified: an image could bring one of its own, and the
 * program would go without (CVE-2019-16884, CVE-2025-52881).
 */
#include "config.h"
#include "ocibox.h"
#include "proc.h"

/* Whether AppArmor is at work: file tells "unconfined", or "PROFILE (MODE)". One that is built in and was not chosen
 * at boot has its files, but does not answer; before Linux 5.8 all modules share one file. */
static bool
apparmor_answers(const char *file)
{
	autofd int fd = proc_try_open(file, O_RDONLY);
	char answer[4096];
	ssize_t n = fd < 0 ? -1 : read(fd, answer, sizeof(answer) - 1);

	if (n <= 0)
		return false;
	answer[n] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
	return !strcmp(answer, "unconfined") || (*answer && answer[strlen(answer) - 1] == ')');
}

static void
set_apparmor(const char *profile)
{
	autofree char *text = xasprintf("exec %s", profile);

	if (apparmor_answers("/proc/self/attr/apparmor/current"))
		proc_write("/proc/self/attr/apparmor/exec", text);
	else if (apparmor_answers("/proc/self/attr/current"))
		proc_write("/proc/self/attr/exec", text);
	else
		fail(ST_UNSUPPORTED, profile, "an AppArmor profile, and the kernel has no AppArmor");
}

static bool
selinux_enabled(void)
{
	autofd int fd = proc_open("/proc/filesystems", O_RDONLY);
	size_t len;
	autofree char *text = read_all(fd, 1 << 16, &len, "/proc/filesystems");

	return strstr(text, "\tselinuxfs\n");
}

static void
set_selinux(const char *label)
{
	if (!selinux_enabled())
		fail(ST_UNSUPPORTED, label, "an SELinux label, and the kernel has no SELinux");
	proc_write("/proc/self/attr/exec", label);
}

char **
oci_label_main(int argc, char **argv)
{
	const char *bundle = NULL, *profile = NULL, *label = NULL;
	int c;

	while ((c = getopt(argc, argv, "+a:b:s:")) != -1)
		switch (c) {
		case 'a':
			profile = optarg;
			break;
		case 'b':
			bundle = optarg;
			break;
		case 's':
			label = optarg;
			break;
		default:
			usage();
		}
	if (!bundle && !profile && !label)
		usage();
	if (bundle && !profile)
		profile = config_string(config_load(bundle), 0, "process.apparmorProfile");
	if (bundle && !label)
		label = config_string(config_load(bundle), 0, "process.selinuxLabel");
	if (profile && *profile)
		set_apparmor(profile);
	if (label && *label)
		set_selinux(label);
	return argv + optind;
}
