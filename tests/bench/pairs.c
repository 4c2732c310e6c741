/* SPDX-License-Identifier: MIT */
/* pairs ROUNDS -- NAME COMMAND [+ COMMAND ...] [-- NAME COMMAND ...] ...
 *
 * Times commands against each other: every round runs each of them once, so that what else the machine does
 * falls on all alike, and in another order, since the kernel cleans up after one while the next runs. Commands behind "+" are timed together with the one before. "%" in a word is the round.
 * Prints a line for each: name, median, minimum, maximum, first and third quartile in microseconds. */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 10000

extern char **environ;

struct command {
	const char *name;
	char **words;           /* up to NULL, with "+" between */
	long *times;
};

static void
stop(const char *text, const char *what)
{
	fprintf(stderr, "pairs: %s: %s\n", what, text);
	exit(1);
}

static long
microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

/* The word with "%" made into round. */
static char *
numbered(const char *word, long round)
{
	const char *mark = strchr(word, '%');
	char *out = NULL;

	if (!mark)
		return strdup(word);
	if (asprintf(&out, "%.*s%ld%s", (int)(mark - word), word, round, mark + 1) < 0)
		stop("no memory", word);
	return out;
}

/* Spawned as with vfork: a fork would be charged with copying our memory. */
static void
run_one(const struct command *command, char **words, size_t count, long round)
{
	posix_spawn_file_actions_t files;
	char *argv[256];
	pid_t pid;
	int status;

	if (count == 0 || count >= sizeof(argv) / sizeof(argv[0]))
		stop("no command, or one too long", command->name);
	for (size_t i = 0; i < count; i++)
		argv[i] = numbered(words[i], round);
	argv[count] = NULL;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, argv[0], &files, NULL, argv, environ) != 0)
		stop("cannot be run", argv[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		stop("failed", command->name);
	posix_spawn_file_actions_destroy(&files);
	for (size_t i = 0; i < count; i++)
		free(argv[i]);
}

static void
run(struct command *command, long round, long slot)
{
	char **words = command->words;
	long start = microseconds();

	while (*words) {
		size_t count = 0;

		while (words[count] && strcmp(words[count], "+") != 0)
			count++;
		run_one(command, words, count, round);
		words += count + (words[count] != NULL);
	}
	if (slot >= 0)
		command->times[slot] = microseconds() - start;
	/* the containers that create left to us */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

/* The numbers below count in some order; the same orders every time. */
static void
shuffle(size_t *order, size_t count)
{
	static unsigned long seed = 1;

	for (size_t i = 0; i < count; i++) {
		size_t other;

		seed = seed * 6364136223846793005UL + 1442695040888963407UL;
		other = (seed >> 33) % (i + 1);
		order[i] = order[other];
		order[other] = i;
	}
}

static int
by_time(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	struct command commands[64] = { 0 };
	size_t count = 0, order[sizeof(commands) / sizeof(commands[0])] = { 0 };
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		stop("the number of rounds", argc > 1 ? argv[1] : "usage");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		stop("cannot become a subreaper", "prctl");
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		argv[i] = NULL;
		if (i + 2 >= argc || count == sizeof(commands) / sizeof(commands[0]))
			stop("a name and a command must follow", "--");
		commands[count].name = argv[i + 1];
		commands[count].words = argv + i + 2;
		commands[count].times = calloc((size_t)rounds, sizeof(long));
		if (!commands[count++].times)
			stop("no memory", "rounds");
	}
	/* a first round for the caches */
	for (long round = 0; round <= rounds; round++) {
		shuffle(order, count);
		for (size_t i = 0; i < count; i++)
			run(&commands[order[i]], round, round - 1);
	}
	for (size_t i = 0; i < count; i++) {
		long *times = commands[i].times;

		qsort(times, (size_t)rounds, sizeof(*times), by_time);
		printf("%s\t%ld\t%ld\t%ld\t%ld\t%ld\n", commands[i].name, times[rounds / 2], times[0], times[rounds - 1],
		       times[rounds / 4], times[rounds * 3 / 4]);
		free(times);
	}
	return 0;
}
