/* SPDX-License-Identifier: MIT */
/* oci-stdio: give the standard descriptors other files.
 *
 * With files: before oci-pivot, since they are the host's. With -z: after
 * oci-pivot, since a descriptor of the host's /dev/null is a way to the host's
 * device node, which its mode and owner could be changed through.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "ocibox.h"

/* Above 2, where it cannot be in the way while 0, 1 and 2 are put in place. */
static int
open_high(const char *path, int flags)
{
	autofd int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0644);

	if (fd >= 0 && fd <= STDERR_FILENO) {
		int low = fd;

		fd = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		close(low);
	}
	if (fd < 0)
		die(path, "open");
	return steal_fd(&fd);
}

static void
put(int fd, int as)
{
	if (fd >= 0 && dup2(fd, as) < 0)
		die(NULL, "replace descriptor %d", as);
}

static bool
is_null(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

static void
reopen_null(int as)
{
	autofd int seen = -1, fd = -1;
	int flags;

	if (!is_null(as))
		return;
	flags = fcntl(as, F_GETFL);
	/* looked at first: opening a fifo would wait, opening some devices does things */
	seen = open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (flags < 0 || seen < 0)
		die("/dev/null", "open");
	if (!is_null(seen))
		fail(ST_KERNEL, "/dev/null", "not the null device");
	/* for both, as runc has it: containerd opens one for reading and gives it to all three */
	fd = open_high("/dev/null", O_RDWR | O_NOFOLLOW | O_NONBLOCK);
	if (!is_null(fd))
		fail(ST_KERNEL, "/dev/null", "not the null device");
	if (fcntl(fd, F_SETFL, flags & (O_APPEND | O_NONBLOCK)))
		die("/dev/null", "set the flags of");
	put(fd, as);
}

char **
oci_stdio_main(int argc, char **argv)
{
	const char *in = NULL, *out = NULL, *err = NULL;
	autofd int in_fd = -1, out_fd = -1, err_fd = -1;
	/* O_APPEND: who writes through another description, or truncates the file, leaves no hole */
	const int written = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
	bool null = false;
	int c;

	while ((c = getopt(argc, argv, "+e:i:o:z")) != -1)
		switch (c) {
		case 'e':
			err = optarg;
			break;
		case 'i':
			in = optarg;
			break;
		case 'o':
			out = optarg;
			break;
		case 'z':
			null = true;
			break;
		default:
			usage();
		}
	if (!in && !out && !err && !null)
		usage();

	/* all opened before one is replaced: an error is said where the caller hears it */
	if (in)
		in_fd = open_high(in, O_RDONLY);
	if (out)
		out_fd = open_high(out, written);
	if (err)
		err_fd = out && !strcmp(out, err) ? fcntl(out_fd, F_DUPFD_CLOEXEC, 3) : open_high(err, written);
	if (err && err_fd < 0)
		die(err, "open");
	put(in_fd, STDIN_FILENO);
	put(out_fd, STDOUT_FILENO);
	put(err_fd, STDERR_FILENO);
	for (int fd = STDIN_FILENO; null && fd <= STDERR_FILENO; fd++)
		reopen_null(fd);
	return argv + optind;
}
