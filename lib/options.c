/* SPDX-License-Identifier: MIT */
/* Long options. The page of an applet gives each option a letter and perhaps a
 * long name; here the long forms that clients write (--name value, --name=value,
 * -name value and -n=value as Go's flag package has it, unique beginnings) become the letter,
 * so that an applet knows getopt(3) and a verb knows getopts, and nothing else. */
#include "ocibox.h"

struct option_row {
	char letter;
	bool takes_value;
};

/* The entry of row->options at *at, moved to the next; false at the end. */
static bool
next_option(const char **at, struct option_row *option, const char **name, size_t *len)
{
	const char *p = *at;

	if (!*p)
		return false;
	option->letter = p[0];
	option->takes_value = p[1] == ':';
	*name = p + 2;
	*len = strcspn(*name, " ");
	*at = *name + *len + (*(*name + *len) == ' ');
	return true;
}

/* How many long options word (without dashes, up to '=') names or begins; *found is one of them. */
static size_t
find_long(const struct applet *row, const char *word, size_t len, bool exact, struct option_row *found)
{
	const char *at = row->options, *name;
	struct option_row option;
	size_t n, hits = 0;

	while (next_option(&at, &option, &name, &n)) {
		/* "-b=x" and "--b=x" are Go's ways to write a letter */
		if (len == 1 && option.letter == *word) {
			*found = option;
			return 1;
		}
		if (len == 0 || n < len)
			continue;
		if (n == len && !memcmp(name, word, len)) {
			*found = option;
			return 1;
		}
		if (!exact && !memcmp(name, word, len)) {
			hits += hits == 0 || found->letter != option.letter;
			*found = option;
		}
	}
	return hits;
}

static bool
letter_takes_value(const struct applet *row, char letter)
{
	const char *at = row->options, *name;
	struct option_row option;
	size_t n;

	while (next_option(&at, &option, &name, &n))
		if (option.letter == letter)
			return option.takes_value;
	return false;
}

/* Whether a word of short options ("-ab") leaves its value to the next word. */
static bool
wants_next(const struct applet *row, const char *word)
{
	for (word++; *word; word++)
		if (letter_takes_value(row, *word))
			return !word[1];
	return false;
}

/* A truth as Go's strconv.ParseBool has it: 1 or 0; -1: it is none. */
static int
truth(const char *text)
{
	static const char words[][6] = {
		"0", "1", "f", "t", "F", "T", "false", "true", "False", "True", "FALSE", "TRUE",
	};

	for (int i = 0; i < (int)(sizeof(words) / sizeof(*words)); i++)
		if (!strcmp(text, words[i]))
			return i % 2;
	return -1;
}

/* Turns one long option at *in into words at *out; false: it is not a long option. */
static bool
take_long(const struct applet *row, char ***in, char ***out)
{
	char *word = **in;
	bool two = word[1] == '-';
	char *name = word + 1 + two, *value;
	size_t len = strcspn(name, "="), hits;
	struct option_row option = { 0 };

	/* "-no-subreaper" is Go's way; "-mpu" are three letters */
	if (!two && len < 2 && name[len] != '=')
		return false;
	hits = find_long(row, name, len, !two, &option);
	if (hits != 1 && two)
		fail(ST_USAGE, word, "%s option (see %s --help)", hits ? "ambiguous" : "no such", row->name);
	if (hits != 1)
		return false;
	value = name[len] ? name + len + 1 : NULL;
	if (!option.takes_value && value && truth(value) < 0)
		fail(ST_USAGE, word, "this option takes no value");
	++*in;
	if (!option.takes_value && value && !truth(value))
		return true;
	*(*out)++ = xasprintf("-%c", option.letter);
	if (!option.takes_value)
		return true;
	if (!value && !**in)
		fail(ST_USAGE, word, "a value is missing");
	*(*out)++ = value ? value : *(*in)++;
	return true;
}

/* Whether *argv is the id of a step that always has this one operand, and an option of that step's follows. */
static bool
leads_option(const struct applet *row, char **argv)
{
	return row->order == OPTIONS_BEHIND_ID && argv[1] && argv[1][0] == '-' && argv[1][1] && strcmp(argv[1], "--");
}

/* Whether all options are letters already, and stand before the operands. */
static bool
is_short(const struct applet *row, char **argv)
{
	struct option_row option;
	char *word;

	while ((word = *++argv) && word[0] == '-' && word[1] && strcmp(word, "--")) {
		if (word[1] == '-' || (word[2] && find_long(row, word + 1, strcspn(word + 1, "="), true, &option)))
			return false;
		if (wants_next(row, word) && argv[1])
			argv++;
	}
	return !word || word[0] == '-' || !leads_option(row, argv);
}

char **
options_short(const struct applet *row, char **argv)
{
	bool permute = row->order == OPTIONS_ANYWHERE;
	size_t n = 0, later = 0;
	char **words, **out, **operands;

	/* a copy at each of a chain's steps, of all the words behind it, would be most of the memory it takes */
	if (!permute && is_short(row, argv))
		return argv;
	while (argv[n])
		n++;
	/* an option with "=value" becomes two words */
	words = out = xcalloc(2 * n + 2, sizeof(*words));
	operands = xcalloc(n + 1, sizeof(*operands));
	*out++ = *argv++;
	while (*argv) {
		if (!strcmp(*argv, "--") || (**argv != '-' && !permute && !leads_option(row, argv)))
			break;
		if (**argv != '-' || !(*argv)[1]) {
			operands[later++] = *argv++;
			continue;
		}
		if (take_long(row, &argv, &out))
			continue;
		*out = *argv++;
		if (wants_next(row, *out++) && *argv)
			*out++ = *argv++;
	}
	if (permute) {
		*out++ = "--";
		if (*argv)
			argv++;
	}
	memcpy(out, operands, later * sizeof(*out));
	for (out += later; *argv; argv++)
		*out++ = *argv;
	free(operands);
	return words;
}
