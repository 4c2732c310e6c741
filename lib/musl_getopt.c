/* SPDX-License-Identifier: MIT */
/* getopt(3) of letters that begin with '+', without the messages and the characters of several bytes that musl's brings with
 * it: all that is said of an unknown letter, or of one without its value, is '?'. The linker takes this one, as libc.a is
 * searched last. */
#include "ocibox.h"

#ifndef __GLIBC__
char *optarg;
int optind = 1, opterr, optopt;

int
getopt(int argc, char *const argv[], const char *letters)
{
	static char none[] = "", *at = none;    /* what is left of a word of options */
	const char *letter;

	if (!optind) {
		optind = 1;
		at = none;
	}
	if (!*at) {
		if (optind >= argc || argv[optind][0] != '-' || !argv[optind][1])
			return -1;
		at = argv[optind++] + 1;
		if (!strcmp(at, "-")) {
			at = none;
			return -1;
		}
	}
	letter = *at == ':' ? NULL : strchr(letters + 1, *at);
	at++;
	if (!letter)
		return '?';
	if (letter[1] == ':') {
		optarg = *at ? at : argv[optind++];
		at = none;
		if (!optarg)
			return '?';
	}
	return *letter;
}
#endif
