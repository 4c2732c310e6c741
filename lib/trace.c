/* SPDX-License-Identifier: MIT */
/* OCIBOX_TRACE: a line for each step as it ends. Inside it goes to the peer, as errors do: a container must not find a
 * descriptor of the host's. No memory is allocated, as a signal's handler ends a step too. */
#include <stdarg.h>
#include <sys/uio.h>

#include "gate.h"
#include "ocibox.h"

enum { TRACE_LINE = 2048 };

static long long
microseconds(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t); /* cannot fail for these */
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Since the machine began. A new time namespace moves the one clock, who sets the time the other: the shorter way that
 * is none back is the true one. */
static long long
now(void)
{
	struct trace *trace = &chain.trace;
	long long mono = microseconds(CLOCK_MONOTONIC), real = microseconds(CLOCK_REALTIME);
	long long went = mono - trace->mono, by_date = real - trace->real;

	trace->now += trace->mono && (went < 0 || (by_date >= 0 && by_date < went)) ? by_date : went;
	trace->mono = mono;
	trace->real = real;
	return trace->now;
}

void
trace_open(void)
{
	const char *where = getenv("OCIBOX_TRACE");

	if (!where || !*where || !strcmp(where, "0"))
		return;
	chain.trace.on = true;
	/* not blocking: who reads a fifo must not hold a container up. A chain may change what standard error is */
	chain.trace.fd = *where == '/' ? open(where, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600) :
		fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (chain.trace.fd < 0)
		warn(where, "cannot be opened for a trace: %s", strerror(errno));
}

void
trace_put(const char *line)
{
	struct iovec parts[] = { { (void *)(uintptr_t)line, strlen(line) }, { (void *)(uintptr_t)"\n", 1 } };

	/* nobody is left to hear of a failure here */
	if (writev(chain.trace.fd, parts, 2) < 0)
		return;
}

void
trace_begin(char **words)
{
	chain.trace.words = NULL;
	if (!chain.trace.on)
		return;
	chain.trace.begun = now();
	chain.trace.words = words;
}

static void __attribute__((format(printf, 2, 3)))
add(char *line, const char *format, ...)
{
	size_t used = strlen(line);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(line + used, TRACE_LINE - used, format, ap);
	va_end(ap);
}

void
trace_end(const char *result, char **rest)
{
	char line[TRACE_LINE] = "", **words = chain.trace.words;
	const struct applet *row;
	bool variable = false;
	long long end, took;

	if (!words)
		return;
	row = applet_find(*words);
	chain.trace.words = NULL;
	end = now();
	took = end - chain.trace.begun;
	add(line, "+ %lld.%06lld %lld.%06lld %ld %sside %s", end / 1000000, end % 1000000, took / 1000000, took % 1000000,
	    (long)getpid(), chain.inside ? "in" : "out", *words);
	/* those of later steps have lines of their own; the value of a variable is nobody's business */
	while (row && *++words && **words != '{' && (!rest || *words != *rest) && !applet_find(*words)) {
		size_t len = strcspn(*words, "=");
		bool hidden = (*words)[len] && (variable || !strncmp(*words, "-e", 2) || !strncmp(*words, "--e", 3));

		add(line, " %.*s%s", hidden ? (int)len : 512, *words, hidden ? "=..." : "");
		variable = !strcmp(*words, "-e") || !strcmp(*words, "--env");
	}
	add(line, " = %.1000s", result);
	for (char *at = line; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 127)
			*at = '?';
	if (!chain.inside || chain.peer < 0 || !chain.talk->message("trace", 0, 0, chain.step, "", line))
		report("trace", 0, 0, chain.step, "", line);
}
