/* SPDX-License-Identifier: MIT */
/* oci-trace: run the rest of the chain with OCIBOX_TRACE, and draw when each step ran and how long.
 *
 * Before everything else: what it waits for is a child, in which the rest goes on.
 */
#include <sys/mman.h>

#include "guard.h"

enum { BAR = 32 };

/* A line of the trace; times in microseconds. */
struct line {
	unsigned long long begin, took;
	const char *text;       /* from the side on */
	bool wait;              /* for the program, whose time is none of the runtime's */
};

static int
by_begin(const void *a, const void *b)
{
	const struct line *one = a, *other = b;

	return (one->begin > other->begin) - (one->begin < other->begin);
}

/* Cuts text into lines, and reads those that are of a trace. */
static size_t
read_lines(char *text, struct line **lines)
{
	size_t count = 0, max = 1;
	char *line;

	for (const char *at = text; *at; at++)
		max += *at == '\n';
	*lines = xcalloc(max, sizeof(**lines));
	while ((line = strsep(&text, "\n"))) {
		unsigned long long t[4], pid;
		int n = 0;

		if (scan(line, "+ %llu.%6llu %llu.%6llu %llu %n", t, t + 1, t + 2, t + 3, &pid, &n) != 5)
			continue;
		t[0] = t[0] * 1000000 + t[1];
		t[2] = t[2] * 1000000 + t[3];
		(*lines)[count++] = (struct line){ t[0] > t[2] ? t[0] - t[2] : 0, t[2], line + n, !strncmp(line + n, "outside oci-reap", 16) };
	}
	qsort(*lines, count, sizeof(**lines), by_begin);
	return count;
}

/* Moves together what nothing of ours lies between: the time of the program, and those of more than a second. Returns the
 * length of all. */
static unsigned long long
close_gaps(struct line *lines, size_t count)
{
	unsigned long long cut = count ? lines->begin : 0, end = 0;
	bool waits = false;

	for (size_t i = 0; i < count; i++) {
		struct line *line = lines + i;

		line->begin -= cut;
		if (line->begin > end && (waits || line->begin - end > 1000000)) {
			cut += line->begin - end;
			line->begin = end;
		}
		waits = line->wait;
		if (!waits && line->begin + line->took > end)
			end = line->begin + line->took;
	}
	return end;
}

static void
draw(char *text)
{
	struct line *lines;
	size_t count = read_lines(text, &lines);
	unsigned long long whole = close_gaps(lines, count) + 1;

	fprintf(stderr, "%10s %10s  step\n", "begin ms", "took ms");
	for (struct line *line = lines; line < lines + count; line++) {
		unsigned long long end = line->wait ? line->begin : line->begin + line->took;
		int from = (int)(line->begin * BAR / whole), to = (int)(end * BAR / whole);

		fprintf(stderr, "%6llu.%03llu %6llu.%03llu  |%*s%.*s%*s| %s\n", line->begin / 1000, line->begin % 1000,
			line->took / 1000, line->took % 1000, from, "", to - from + 1, "################################", BAR - 1 - to, "", line->text);
	}
	fprintf(stderr, "%6llu.%03llu ms, %zu steps\n", whole / 1000, whole % 1000, count);
	free(lines);
}

/* The file, or one in memory, that the lines go to. */
static int
open_trace(const char *file)
{
	autofree char *path = NULL;
	int fd = file ? open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600) : memfd_create("trace", MFD_CLOEXEC);

	if (fd < 0)
		die(file, file ? "open" : "make a file in memory");
	path = xasprintf("/proc/%ld/fd/%d", (long)getpid(), fd);
	if (setenv("OCIBOX_TRACE", path, 1))
		die("OCIBOX_TRACE", "set the environment variable");
	return fd;
}

static void
draw_file(int fd, const char *name)
{
	autofree char *text = read_all(fd, 64 << 20, NULL, name);

	draw(text);
}

char **
oci_trace_main(int argc, char **argv)
{
	const char *file = NULL, *summary = NULL;
	struct signals held;
	autofd int fd = -1;
	pid_t pid;
	int c;

	while ((c = getopt(argc, argv, "+o:s:")) != -1)
		switch (c) {
		case 'o':
			file = optarg;
			break;
		case 's':
			summary = optarg;
			break;
		default:
			usage();
		}
	argv += optind;
	if (!*argv == !summary || (file && summary))
		usage();
	if (summary) {
		fd = !strcmp(summary, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(summary, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			die(summary, "open");
		draw_file(fd, summary);
		return argv;
	}
	*argv = verb_name(*argv);
	fd = open_trace(file);
	pid = signals_fork(&held);
	if (pid == 0) {
		chain.self = getpid();
		undo_disarm();
		signals_release(&held);
		trace_open();
		return argv;
	}
	chain.status = child_wait(pid, -1, NULL);
	draw_file(fd, file ? file : "the trace");
	chain_end(chain.status);
}
