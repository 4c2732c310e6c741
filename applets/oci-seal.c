/* SPDX-License-Identifier: MIT */
/* oci-seal: go on from a copy of this program that nothing can change.
 *
 * First of a chain that enters a container: a process in there may open
 * /proc/PID/exe of ours, and write to it as soon as it is not being run
 * (CVE-2019-5736). What it finds is a sealed copy in memory. The exec also is
 * the moment to let go of what the caller left open: a container's process that
 * awaits its start would hold it.
 */
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "listen.h"
#include "ocibox.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

extern char **environ;

/* A file in memory that may be executed. The flag came with vm.memfd_noexec (6.3), and is refused before. */
static int
memory_file(void)
{
	int fd = memfd_create("ocibox", MFD_CLOEXEC | MFD_ALLOW_SEALING | 0x10 /* MFD_EXEC */);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("ocibox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		die(NULL, "make a file in memory");
	return fd;
}

static void
copy(int from, int to)
{
	struct stat st;
	off_t done = 0;

	if (fstat(from, &st))
		die("/proc/self/exe", "examine");
	while (done < st.st_size) {
		ssize_t n = sendfile(to, from, &done, (size_t)(st.st_size - done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("/proc/self/exe", "copy");
		if (n == 0)
			fail(ST_KERNEL, "/proc/self/exe", "shorter than it was");
	}
}

char **
oci_seal_main(int argc, char **argv)
{
	autofd int self = -1, sealed = -1;
	long long kept = -1;
	char **words;
	int c;

	while ((c = getopt(argc, argv, "+p:")) != -1)
		switch (c) {
		case 'p':
			kept = number(optarg, 0, 1 << 20, "count of descriptors");
			break;
		default:
			usage();
		}
	words = argv + optind;
	while (words[0] && !strcmp(words[0], "--"))
		words++;
	if (!words[0])
		usage();
	/* all that is carried from step to step ends at an exec */
	if (chain.config || chain.entry >= 0 || chain.start >= 0 || chain.peer >= 0 || chain.child || chain.undo)
		fail(ST_USAGE, NULL, "must be the first step");

	self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (self < 0)
		die("/proc/self/exe", "open");
	/* EINVAL: not a file in memory */
	if (kept < 0 && (fcntl(self, F_GET_SEALS) & SEALS) == SEALS && fcntl(self, F_GET_SEALS) >= 0)
		return words;
	/* the copy has no name: what scripts call is this */
	name_self();
	sealed = memory_file();
	copy(self, sealed);
	if (fcntl(sealed, F_ADD_SEALS, SEALS))
		die(NULL, "seal the copy of this program");
	words[-1] = "ocibox";
	if (kept >= 0) {
		listen_check();
		close_on_exec(3 + (int)kept + (int)listen_count());
	}
	syscall(SYS_execveat, sealed, "", words - 1, environ, AT_EMPTY_PATH);
	die(NULL, "execute the copy of this program");
}
