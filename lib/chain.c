/* SPDX-License-Identifier: MIT */
/* The chain: each step gets the words from its own name on and returns those
 * still to run. One loop, one process, constant stack. */
#include "gate.h"
#include "ocibox.h"

static int
compare_names(const void *name, const void *row)
{
	return strcmp(name, ((const struct applet *)row)->name);
}

const struct applet *
applet_find(const char *name)
{
	return bsearch(name, applets, applet_count, sizeof(*applets), compare_names);
}

char *
verb_name(char *word)
{
	char *name;

	if (applet_find(word) || strchr(word, '/'))
		return word;
	name = xasprintf("oci-%s", word);
	if (!applet_find(name))
		fail(ST_USAGE, word, "no such command (see ocibox --help)");
	return name;
}

void
exec_announce(void)
{
	trace_end("exec", NULL);
	if (chain.inside && chain.peer >= 0)
		chain.talk->announce();
}

static _Noreturn void
program_exec(char **words)
{
	chain.step = "ocibox";
	exec_announce();
	if (chain.load)
		chain.load();
	execv(words[0], words);
	fail(errno == ENOENT ? ST_NOT_FOUND : ST_NOT_RUNNABLE, words[0], "%s", strerror(errno));
}

static bool
asks_help(const char *word)
{
	return word && (!strcmp(word, "--help") || !strcmp(word, "-help") || !strcmp(word, "-h") || !strcmp(word, "--h"));
}

static char **
step_run(char **words)
{
	const struct applet *row = applet_find(words[0]);
	int argc = 0;

	if (!row || !row->main)
		fail(ST_NOT_FOUND, words[0], "no such step (a program is given with a slash)");
	chain.step = row->name;
	if (asks_help(words[1]) || (row->order != OPTIONS_FIRST && words[1] && *words[1] != '-' && asks_help(words[2]))) {
		autofree char *help = applet_text(row->help);

		printf("usage: %s", help);
		while (*words)
			words++;
		return words;
	}
	/* a script's way to say how it is used: getopts' own name for an unknown option */
	if (words[1] && !strcmp(words[1], "-?"))
		usage();
	words = options_short(row, words);
	while (words[argc])
		argc++;
	optind = 0;     /* 0, not 1: the C library forgets where in a word it was */
	opterr = 0;
	return row->main(argc, words);
}

void
chain_run(char **words)
{
	trace_open();
	while (*words) {
		if (!strcmp(*words, "--")) {    /* for the reader's eye */
			words++;
			continue;
		}
		trace_begin(words);
		if (strchr(*words, '/'))
			program_exec(words);
		words = step_run(words);
		/* a fork in the next step must not print this step's text twice; what was written
		 * before the flush has left its error behind */
		if (fflush(stdout) || ferror(stdout))
			die("standard output", "write to");
		trace_end("ok", words);
	}
}

char **
block_take(char ***argv)
{
	char **words = *argv;
	size_t depth = 0, n = 0;
	char **block;

	if (!words[0] || strcmp(words[0], "{"))
		return NULL;
	for (n = 0;; n++) {
		if (!words[n])
			fail(ST_USAGE, "{", "no closing }");
		if (!strcmp(words[n], "{"))
			depth++;
		else if (!strcmp(words[n], "}") && --depth == 0)
			break;
	}
	block = xcalloc(n, sizeof(*block));     /* without the braces, with a NULL */
	memcpy(block, words + 1, (n - 1) * sizeof(*block));
	*argv = words + n + 1;
	return block;
}
