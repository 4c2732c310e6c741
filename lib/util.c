/* SPDX-License-Identifier: MIT */
/* Memory, numbers and whole files, for callers that can only die when they fail. */
#include <stdarg.h>
#include <sys/stat.h>

#include "ocibox.h"

char *
xasprintf(const char *format, ...)
{
	char start[256], *text;
	va_list ap;
	int n;

	/* most are short, and printed once this way */
	va_start(ap, format);
	n = vsnprintf(start, sizeof(start), format, ap);
	va_end(ap);
	text = n < 0 ? NULL : malloc((size_t)n + 1);
	if (!text)
		die(NULL, "allocate memory");
	if ((size_t)n < sizeof(start))
		return memcpy(text, start, (size_t)n + 1);
	va_start(ap, format);
	(void)vsnprintf(text, (size_t)n + 1, format, ap);
	va_end(ap);
	return text;
}

char *
xstrdup(const char *text)
{
	return xstrndup(text, SIZE_MAX);
}

char *
xstrndup(const char *text, size_t len)
{
	char *copy = strndup(text, len);

	if (!copy)
		die(NULL, "allocate memory");
	return copy;
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		die(NULL, "allocate memory");
	return p;
}

FILE *
text_open(char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);

	if (!out)
		die(NULL, "allocate memory");
	return out;
}

void
text_close(FILE *out)
{
	bool lost = ferror(out);

	if (fclose(out) || lost)
		die(NULL, "allocate memory");
}

long long
number(const char *text, long long min, long long max, const char *what)
{
	/* a plus as Go takes it */
	const char *end;
	int64_t value;

	end = take_signed(text + (*text == '+'), SIZE_MAX, &value);
	if (!end || *end || value < min || value > max)
		fail(ST_USAGE, text, "must be a %s (%lld to %lld)", what, min, max);
	return value;
}

/* Reads until text has size bytes, or the file ends; returns how many there are. */
static size_t
fill(int fd, char *text, size_t size, const char *what)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, text + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die(what, "read");
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return used;
}

/* Room for size bytes and a NUL. */
static char *
room(char *text, size_t size)
{
	text = realloc(text, size + 1);
	if (!text)
		die(NULL, "allocate memory");
	return text;
}

/* Most files are small: memory for one is taken when its size is known, as pages that come and go take time. */
char *
read_all(int fd, size_t max, size_t *len, const char *what)
{
	char start[4096];
	size_t used = fill(fd, start, sizeof(start), what), size = used;
	struct stat st;
	char *text;

	/* a file that has a size ends there, which the read of one more byte tells */
	if (used == sizeof(start) && !fstat(fd, &st) && st.st_size >= (off_t)used && (size_t)st.st_size <= max)
		size = (size_t)st.st_size + 1;
	text = memcpy(room(NULL, size), start, used);
	used += fill(fd, text + used, size - used, what);
	while (used == size && used >= sizeof(start) && used <= max) {
		text = room(text, size *= 2);
		used += fill(fd, text + used, size - used, what);
	}
	if (used > max)
		fail(ST_CONFIG, what, "larger than %zu bytes", max);
	text[used] = '\0';
	if (len)
		*len = used;
	return text;
}

void
write_all(int fd, const void *data, size_t len, const char *what)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die(what, "write");
		p += n;
		len -= (size_t)n;
	}
}
