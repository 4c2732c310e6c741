/* SPDX-License-Identifier: MIT */
/* A copy of this program in memory that nothing can change. */
#include "seal.h"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "ocibox.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

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

static int
open_self(void)
{
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	if (self < 0)
		die("/proc/self/exe", "open");
	return self;
}

bool
seal_is_on(void)
{
	autofd int self = open_self();
	int seals = fcntl(self, F_GET_SEALS);

	/* EINVAL: not a file in memory */
	return seals >= 0 && (seals & SEALS) == SEALS;
}

int
seal_copy(void)
{
	autofd int self = open_self();
	autofd int sealed = memory_file();

	copy(self, sealed);
	if (fcntl(sealed, F_ADD_SEALS, SEALS))
		die(NULL, "seal the copy of this program");
	return steal_fd(&sealed);
}
