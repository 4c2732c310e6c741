/* SPDX-License-Identifier: MIT */
/* Names that stand for the kernel's numbers, and lists of small numbers: what several steps read in the same form,
 * from options and from config.json. */
#ifndef WORD_H
#define WORD_H

#include "config.h"
#include "ocibox.h"

/* The last row of a table has no name. */
struct word {
	const char *name;       /* "FIFO" */
	unsigned value;
};

/* The value of name, which may begin with prefix ("SCHED_"), in letters of either case and with - for _. Dies when it
 * is none: kind is what it is not ("scheduling policy"). */
unsigned word_value(const struct word *words, const char *prefix, const char *name, const char *kind);
/* The values of a comma-separated list of names, or of the strings of the array at node, or'ed. */
unsigned word_list(const struct word *words, const char *prefix, const char *list, const char *kind);
unsigned word_nodes(const struct word *words, const char *prefix, const struct config *config, int node, const char *kind);
/* Sets in mask (bytes long) the bits a list like "0-3,7" names; returns how many. Dies when it is none, or
 * names a larger one. */
size_t word_numbers(const char *list, unsigned char *mask, size_t bytes);
#endif
