/* SPDX-License-Identifier: MIT */
/* Files of cgroups as numbers, and numbers as JSON. */
#include <inttypes.h>

#include "stats.h"

static void
begin(struct stats_out *out, const char *key)
{
	if (out->more)
		fputc(',', out->file);
	out->more = true;
	if (key) {
		put_json(out->file, key);
		fputc(':', out->file);
	}
}

void
stats_open(struct stats_out *out, const char *key, char bracket)
{
	begin(out, key);
	fputc(bracket, out->file);
	out->more = false;
}

void
stats_close(struct stats_out *out, char bracket)
{
	fputc(bracket, out->file);
	out->more = true;
}

void
stats_number(struct stats_out *out, const char *key, uint64_t value)
{
	begin(out, key);
	fprintf(out->file, "%" PRIu64, value);
}

void
stats_nonzero(struct stats_out *out, const char *key, uint64_t value)
{
	if (value)
		stats_number(out, key, value);
}

void
stats_raw(struct stats_out *out, const char *key, const char *value)
{
	begin(out, key);
	fputs(value, out->file);
}

char *
stats_text(int dir, const char *file)
{
	autofd int fd = dir < 0 ? -1 : openat(dir, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char byte;

	if (dir < 0 || (fd < 0 && (errno == ENOENT || errno == ENODEV)))
		return NULL;
	if (fd < 0)
		die(file, "open");
	/* ENODEV: removed since; EOPNOTSUPP: pressure files of a kernel that was told not to measure it */
	if (pread(fd, &byte, 1, 0) < 0 && (errno == ENODEV || errno == EOPNOTSUPP))
		return NULL;
	return read_all(fd, 64 << 20, NULL, file);
}

bool
stats_value(int dir, const char *file, uint64_t *value)
{
	autofree char *text = stats_text(dir, file);

	*value = !text ? 0 : !strncmp(text, "max", 3) ? UINT64_MAX : strtoull(text, NULL, 10);
	return text != NULL;
}

bool
stats_pair(char **text, const char **key, uint64_t *value)
{
	char *line;

	while ((line = strsep(text, "\n"))) {
		char *space = strchr(line, ' ');

		if (!space)
			continue;
		*space = '\0';
		*key = line;
		*value = strtoull(space + 1, NULL, 10);
		return true;
	}
	return false;
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", each number as it stands; zeros where there is none */
static void
put_pressure(struct stats_out *out, const char *text, const char *kind)
{
	static const char *const keys[] = { "avg10", "avg60", "avg300", "total" };
	const char *line = strstr(text, kind);

	stats_open(out, kind, '{');
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *at = line ? strstr(line, keys[i]) : NULL;
		int len = at ? (int)strspn(at + strlen(keys[i]) + 1, "0123456789.") : 0;
		autofree char *number = xasprintf("%.*s", len ? len : 1, len ? at + strlen(keys[i]) + 1 : "0");

		stats_raw(out, keys[i], number);
	}
	stats_close(out, '}');
}

void
stats_psi(struct stats_out *out, const struct stats_from *from, const char *file)
{
	autofree char *text = from->v2 ? stats_text(from->dir, file) : NULL;

	if (!text)
		return;
	stats_open(out, "psi", '{');
	put_pressure(out, text, "some");
	put_pressure(out, text, "full");
	stats_close(out, '}');
}
