/* SPDX-License-Identifier: MIT */
/* Running one hook of config.json. */
#ifndef HOOK_H
#define HOOK_H

#include "json.h"
#include "ocibox.h"

struct hook {
	const char *path;
	const char **argv;
	const char **envp;
	const char *dir;        /* its current directory, or / when that cannot be entered */
	long long timeout;      /* milliseconds; 0: none */
	int out, err;           /* what it writes to; -1: to our standard error */
	bool watch;             /* it is of no use, and is killed, when chain.peer closes its end */
};

/* How a hook ended: NULL when all is well, else words for the message. Dies on failures of our own. */
struct ending {
	char *reason;
	bool peer_lost;         /* because of the peer's end */
};

/* The array of a configuration's hooks of that kind ("prestart"), or -1; json_first tells whether there are some. */
int hook_list(const struct json *json, const char *kind);
/* Whether the bundle's configuration has no hook of a kind, read without dying of anything: one that was read before is
 * good; a container that was made without one has none. */
bool hook_lacking(const char *kind, const char *bundle);
/* The file for what hooks write that an annotation of crun's names, run.oci.hooks.stdout or .stderr, open to append to and the
 * caller's to close; -1: it names none. Dies. */
int hook_output(const struct json *json, const char *annotation);
/* Runs the hook with document as its standard input, and what it writes passed on to our standard error;
 * when it fails, its last line ends the reason. Children it leaves behind are not waited for. */
struct ending hook_run(const struct hook *hook, const char *document);
#endif
