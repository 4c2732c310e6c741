/* SPDX-License-Identifier: MIT */
/* tries [-f PLACE]... [-n FILE] N PROGRAM [ARGUMENT ...]: runs the program N times, each time in a mount namespace of its
 * own, while somebody else attacks it. Each try has to work or to be refused (110 to 119). Then no mount may be on or below
 * a PLACE in that namespace, and FILE, where the program worked, must be the null device. Says "N worked, N refused, N mounts", the
 * mounts being those that were made. The mounts of the caller must be the same after all. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACES_MAX = 8, TEXT_MAX = 1 << 20 };

static const char *places[PLACES_MAX], *null_file;
static size_t place_count;

static void
check(int failed, const char *what)
{
	if (failed) {
		perror(what);
		exit(2);
	}
}

static void
read_mounts(char *text)
{
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n;

	check(fd < 0, "mountinfo");
	while ((n = read(fd, text + used, TEXT_MAX - 1 - used)) > 0)
		used += (size_t)n;
	check(n < 0, "read mountinfo");
	text[used] = '\0';
	close(fd);
}

static long
lines_of(const char *text)
{
	long n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Whether a mount point, the fifth field of a line, is one that must not be. */
static int
is_forbidden(const char *line)
{
	for (int i = 0; i < 4 && line; i++)
		if ((line = strchr(line, ' ')))
			line++;
	for (size_t i = 0; line && i < place_count; i++) {
		size_t len = strlen(places[i]);

		if (!strncmp(line, places[i], len) && strchr("/ ", line[len]))
			return 1;
	}
	return 0;
}

static int
run(char **words)
{
	pid_t child = fork();
	int status;

	check(child < 0, "fork");
	if (child == 0) {
		execv(words[0], words);
		perror(words[0]);
		_exit(127);
	}
	check(waitpid(child, &status, 0) < 0, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* In a process of its own. 0: worked, 1: refused, 2: what must not be. made: how many mounts there are more. */
static int
try_once(char **words, int report)
{
	static char text[TEXT_MAX];
	struct stat st;
	long before, made;
	int status;

	check(unshare(CLONE_NEWNS), "unshare");
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make / private");
	read_mounts(text);
	before = lines_of(text);
	status = run(words);
	read_mounts(text);
	for (char *line = text; *line; line += strcspn(line, "\n") + 1)
		if (is_forbidden(line)) {
			printf("a mount where none may be: %.*s\n", (int)strcspn(line, "\n"), line);
			return 2;
		}
	if (status == 0 && null_file && (stat(null_file, &st) || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))) {
		printf("%s is not the null device\n", null_file);
		return 2;
	}
	if (status != 0 && (status < 110 || status > 119)) {
		printf("ended with status %d\n", status);
		return 2;
	}
	made = lines_of(text) - before;
	check(write(report, &made, sizeof(made)) != sizeof(made), "write");
	return status != 0;
}

int
main(int argc, char **argv)
{
	static char before[TEXT_MAX], after[TEXT_MAX];
	long counts[2] = { 0 }, mounts = 0, made;
	int option, report[2];

	while ((option = getopt(argc, argv, "+f:n:")) != -1) {
		if (option == 'f' && place_count < PLACES_MAX)
			places[place_count++] = optarg;
		else if (option == 'n')
			null_file = optarg;
		else
			return 2;
	}
	if (argc - optind < 2)
		return 2;
	/* whoever else mounts on this machine meanwhile is not meant */
	check(unshare(CLONE_NEWNS), "unshare");
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make / private");
	read_mounts(before);
	check(pipe2(report, O_CLOEXEC), "pipe");
	for (long i = atol(argv[optind]); i > 0; i--) {
		pid_t child = fork();
		int status;

		check(child < 0, "fork");
		if (child == 0) {
			int result = try_once(argv + optind + 1, report[1]);

			fflush(stdout);
			_exit(result);
		}
		check(waitpid(child, &status, 0) < 0, "waitpid");
		if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
			return 1;
		counts[WEXITSTATUS(status)]++;
		check(read(report[0], &made, sizeof(made)) != sizeof(made), "read");
		mounts += made;
	}
	read_mounts(after);
	if (strcmp(before, after)) {
		printf("the caller's mounts have changed:\n%s", after);
		return 1;
	}
	printf("%ld worked, %ld refused, %ld mounts\n", counts[0], counts[1], mounts);
	return 0;
}
