/* SPDX-License-Identifier: MIT */
/* The only writer of errors. A message goes to stderr and, with --log, to the
 * log file; in a container's first process it goes to the peer instead, since
 * that process's stderr and file names are the container's. */
#include <ctype.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <time.h>

#include "gate.h"
#include "ocibox.h"

/* A path and what was done to it. */
#define LINE_MAX_BYTES (2 * PATH_MAX)

static int
status_of(int err)
{
	switch (err) {
	case EPERM:
	case EACCES:
		return ST_PERMISSION;
	case ENOSYS:
	case EOPNOTSUPP:
		return ST_UNSUPPORTED;
	default:
		return ST_KERNEL;
	}
}

static const char *
class_of(int status)
{
	static const char *const names[] = {
		[ST_USAGE - ST_USAGE] = "usage",
		[ST_CONFIG - ST_USAGE] = "config",
		[ST_NO_CONTAINER - ST_USAGE] = "no-container",
		[ST_STATE - ST_USAGE] = "state",
		[ST_PERMISSION - ST_USAGE] = "permission",
		[ST_KERNEL - ST_USAGE] = "kernel",
		[ST_EXISTS - ST_USAGE] = "exists",
		[ST_LOST - ST_USAGE] = "lost",
		[ST_HOOK - ST_USAGE] = "hook",
		[ST_UNSUPPORTED - ST_USAGE] = "unsupported",
		[ST_NOT_RUNNABLE - ST_USAGE] = "not-runnable",
		[ST_NOT_FOUND - ST_USAGE] = "not-found",
	};
	size_t i = (size_t)(status - ST_USAGE);

	return i < sizeof(names) / sizeof(names[0]) && names[i] ? names[i] : "other";
}

/* A line of the log; the caller's to free. NULL: no memory. */
static char *
log_line(const char *level, int status, int err, const char *step, const char *operand, const char *line)
{
	autofree char *message = json_try_quoted(line), *name = json_try_quoted(step), *path = json_try_quoted(operand);
	const char *format = getenv("OCIBOX_LOG_FORMAT");
	char when[DATE_SIZE], class[48] = "", number[32] = "";
	char *text;
	int len;

	if (!message || !name || !path)
		return NULL;
	date_text(time(NULL), when);
	if (status)
		(void)snprintf(class, sizeof(class), ",\"class\":\"%s\",\"status\":%d", class_of(status), status);
	if (err)
		(void)snprintf(number, sizeof(number), ",\"errno\":%d", err);
	if (!format || strcmp(format, "json"))
		len = asprintf(&text, "time=\"%sZ\" level=%s msg=%s\n", when, level, message);
	else
		len = asprintf(&text, "{\"level\":\"%s\",\"msg\":%s,\"time\":\"%sZ\",\"step\":%s%s%s%s%s}\n", level, message, when, name,
			       class, *operand ? ",\"path\":" : "", *operand ? path : "", number);
	return len < 0 ? NULL : text;
}

/* To stderr, as one write: two processes' lines do not mix. What it names may be an image's or a configuration's, and is no line
 * of its own, nor tells a terminal what to do. */
static void
put_line(const char *step, const char *prefix, const char *line)
{
	autofree char *text = NULL;
	int len = asprintf(&text, "%s: %s%s\n", step, prefix, line);

	for (int i = 0; i < len - 1; i++)
		if (iscntrl((unsigned char)text[i]))
			text[i] = '?';
	/* nobody is left to hear of a failure here */
	if (len < 0 || write(STDERR_FILENO, text, (size_t)len) < 0)
		return;
}

/* The kernel's reason in line as Go has it, "no such file or directory": clients look for these words, some of them
 * in these letters. */
static void
lower_reason(char *line, int err)
{
	const char *words = strerror(err);
	size_t len = strlen(line), count = strlen(words);
	char *reason = line + (len > count ? len - count : 0);

	if (err && !strcmp(reason, words) && islower((unsigned char)reason[1]))
		*reason = (char)tolower((unsigned char)*reason);
}

/* Without a log it goes to stderr. */
static void
append_log(const char *log, const char *level, int status, int err, const char *step, const char *operand, const char *line)
{
	autofree char *text = NULL, *said = strdup(line);
	autofd int fd = log ? open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644) :
			      fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0 && said) {
		lower_reason(said, err);
		text = log_line(level, status, err, step, operand, said);
	}
	/* the message is on stderr already: a full disk must not hide it */
	if ((!text || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) && log) {
		autofree char *why = NULL;

		if (asprintf(&why, "write to %s: %s", log, strerror(errno)) >= 0)
			put_line(step, "warning: ", why);
	}
}

void
report(const char *level, int status, int err, const char *step, const char *operand, const char *line)
{
	const char *log = getenv("OCIBOX_LOG"), *format = getenv("OCIBOX_LOG_FORMAT");
	struct sigaction ignore = { .sa_handler = SIG_IGN }, was;

	/* inside, the log's name is one of the container's files */
	bool traced = !strcmp(level, "trace"), logged = log && *log && !chain.inside && !traced;

	/* a reader of stderr that went away must not change the exit status */
	(void)sigaction(SIGPIPE, &ignore, &was);
	/* with a log only what ends the program is said besides: stderr may be the container's already, or a client's
	 * who reads a document from it and from stdout */
	if (traced)
		trace_put(line);
	else if (!logged && format && !strcmp(format, "json"))
		append_log(NULL, level, status, err, step, operand, line);
	else if (status || !logged)
		put_line(step, strcmp(level, "warning") ? "" : "warning: ", line);
	if (logged)
		append_log(log, level, status, err, step, operand, line);
	(void)sigaction(SIGPIPE, &was, NULL);
}

static void
send_or_report(const char *level, int status, int err, const char *operand, const char *line)
{
	const char *what = operand ? operand : "";

	/* before the error, at which the other side ends */
	if (status && chain.inside)
		trace_end(line, NULL);
	if (chain.inside && chain.peer >= 0 &&
	    chain.talk->message(level, status, err, chain.step, what, line))
		return;
	/* our failure may only follow from the container's process's own, which it has told us */
	if (status && chain.child && chain.peer >= 0 && getpid() == chain.self)
		chain.talk->drain();
	if (status)
		trace_end(line, NULL);
	report(level, status, err, chain.step, what, line);
}

void
die(const char *operand, const char *act, ...)
{
	int err = errno;
	char did[LINE_MAX_BYTES / 2], line[LINE_MAX_BYTES];
	va_list ap;

	va_start(ap, act);
	(void)vsnprintf(did, sizeof(did), act, ap);
	va_end(ap);
	/* the reason stands last, and must not be what is cut */
	(void)snprintf(line, sizeof(line), "%s%s%.*s: %s", did, operand ? " " : "", PATH_MAX,
		       operand ? operand : "", strerror(err));
	send_or_report("error", status_of(err), err, operand, line);
	chain_end(status_of(err));
}

static void
say(const char *level, int status, const char *operand, const char *text, va_list ap)
{
	char line[LINE_MAX_BYTES];
	int n = snprintf(line, sizeof(line), "%.*s%s", PATH_MAX, operand ? operand : "", operand ? ": " : "");

	if (n >= 0 && (size_t)n < sizeof(line))
		(void)vsnprintf(line + n, sizeof(line) - (size_t)n, text, ap);
	send_or_report(level, status, 0, operand, line);
}

void
fail(int status, const char *operand, const char *reason, ...)
{
	va_list ap;

	va_start(ap, reason);
	say("error", status, operand, reason, ap);
	va_end(ap);
	chain_end(status);
}

void
warn(const char *operand, const char *text, ...)
{
	va_list ap;

	if (getenv("OCIBOX_QUIET"))
		return;
	va_start(ap, text);
	say("warning", 0, operand, text, ap);
	va_end(ap);
}

void
debug(const char *operand, const char *text, ...)
{
	va_list ap;

	if (!getenv("OCIBOX_DEBUG"))
		return;
	va_start(ap, text);
	say("debug", 0, operand, text, ap);
	va_end(ap);
}

void
usage(void)
{
	const struct applet *row = applet_find(chain.step);
	const char *text = row ? applet_text(row->help) : "ocibox command [argument ...]";

	fail(ST_USAGE, NULL, "usage: %.*s", (int)strcspn(text, "\n"), text);
}
