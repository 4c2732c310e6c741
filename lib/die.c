/* SPDX-License-Identifier: MIT */
/* The only writer of errors. A message goes to stderr and, with --log, to the
 * log file; in a container's first process it goes to the peer instead, since
 * that process's stderr and file names are the container's. */
#include <stdarg.h>
#include <time.h>

#include "gate.h"
#include "ocibox.h"

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

/* What is not UTF-8 was refused on the way in or comes from a path, and is passed on as it is. */
void
put_json(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void
put_log(FILE *out, const char *level, int status, int err, const char *step, const char *operand, const char *line)
{
	const char *format = getenv("OCIBOX_LOG_FORMAT");
	time_t now = time(NULL);
	struct tm tm;
	char when[32];

	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!format || strcmp(format, "json")) {
		fprintf(out, "time=\"%s\" level=%s msg=", when, level);
		put_json(out, line);
	} else {
		fprintf(out, "{\"level\":\"%s\",\"msg\":", level);
		put_json(out, line);
		fprintf(out, ",\"time\":\"%s\",\"step\":", when);
		put_json(out, step);
		if (status)
			fprintf(out, ",\"class\":\"%s\",\"status\":%d", class_of(status), status);
		if (*operand) {
			fputs(",\"path\":", out);
			put_json(out, operand);
		}
		if (err)
			fprintf(out, ",\"errno\":%d", err);
		fputc('}', out);
	}
	fputc('\n', out);
}

void
report(const char *level, int status, int err, const char *step, const char *operand, const char *line)
{
	const char *log = getenv("OCIBOX_LOG");
	autofree char *text = NULL;
	size_t len = 0;
	autofd int fd = -1;
	FILE *out;

	/* a line of stderr is one write: two processes' lines do not mix */
	dprintf(STDERR_FILENO, "%s: %s%s\n", step, strcmp(level, "warning") ? "" : "warning: ", line);
	if (!log || !*log)
		return;
	fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
	out = fd < 0 ? NULL : open_memstream(&text, &len);
	if (!out) {
		dprintf(STDERR_FILENO, "%s: open %s: %s\n", step, log, strerror(errno));
		return;
	}
	put_log(out, level, status, err, step, operand, line);
	/* the message is on stderr already: a full disk must not hide it */
	if (fclose(out) || write(fd, text, len) < 0)
		dprintf(STDERR_FILENO, "%s: write %s: %s\n", step, log, strerror(errno));
}

static void
send_or_report(const char *level, int status, int err, const char *operand, const char *line)
{
	const char *what = operand ? operand : "";

	if (chain.peer >= 0 && !chain.child &&
	    frame_send_message(level, status, err, chain.step, what, line))
		return;
	report(level, status, err, chain.step, what, line);
}

void
die(const char *operand, const char *act, ...)
{
	int err = errno;
	char line[2048];
	size_t n;
	va_list ap;

	va_start(ap, act);
	(void)vsnprintf(line, sizeof(line), act, ap);
	va_end(ap);
	n = strlen(line);
	(void)snprintf(line + n, sizeof(line) - n, "%s%s: %s", operand ? " " : "", operand ? operand : "", strerror(err));
	send_or_report("error", status_of(err), err, operand, line);
	exit(status_of(err));
}

static void
say(const char *level, int status, const char *operand, const char *text, va_list ap)
{
	char line[2048];
	int n = snprintf(line, sizeof(line), "%s%s", operand ? operand : "", operand ? ": " : "");

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
	exit(status);
}

void
warn(const char *operand, const char *text, ...)
{
	va_list ap;

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

	fail(ST_USAGE, NULL, "usage: %s", row ? row->synopsis : "ocibox command [argument ...]");
}
