/* SPDX-License-Identifier: MIT */
/* musl: what lib/musl_getopt.c, lib/musl_print.c and lib/date.c do, against what the standard and the C library say. */
#include "../lib/date.c"
#include "../lib/musl_getopt.c"
#include "../lib/musl_print.c"
#include "../lib/scan.c"

static int failures;

static void
expect(bool good, const char *what)
{
	if (good)
		return;
	failures++;
	puts(what);
}

static void __attribute__((format(printf, 2, 3)))
print(const char *wanted, const char *format, ...)
{
	char text[1024], cut[6] = "#####";
	va_list ap;
	int n, m;

	errno = EACCES;
	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	expect(errno == EACCES, "a format changes errno");
	va_start(ap, format);
	m = vsnprintf(cut, 5, format, ap);
	va_end(ap);
	if (n == (int)strlen(wanted) && m == n && !strcmp(text, wanted) && !strncmp(cut, wanted, 4) &&
	    !cut[n < 4 ? n : 4] && cut[5] == '\0')
		return;
	failures++;
	fputs(format, stdout);
	fputs(" gives ", stdout);
	puts(text);
}

static void
prints(void)
{
	char long_text[600];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	print("", "%s", "");
	print("a%b", "a%%b");
	print("<word>", "<%s>", "word");
	print("<  word>", "<%6s>", "word");
	print("<word  >", "<%-6s>", "word");
	print("<word  >", "<%*s>", -6, "word");
	print("<wo>", "<%.2s>", "word");
	print("<wo>", "<%.*s>", 2, "word");
	print("<word>", "<%.*s>", -1, "word");
	print("<>", "<%.0s>", "word");
	print("<  c>", "<%3c>", 'c');
	print(long_text, "%s", long_text);
	print("0 -1 2147483647 -2147483648", "%d %d %i %d", 0, -1, INT_MAX, INT_MIN);
	print("-9223372036854775808 9223372036854775807", "%lld %lld", LLONG_MIN, LLONG_MAX);
	print(sizeof(long) == 8 ? "-9223372036854775808 18446744073709551615" : "-2147483648 4294967295", "%ld %lu", LONG_MIN, ULONG_MAX);
	print("18446744073709551615 0 4294967295", "%llu %zu %u", ULLONG_MAX, (size_t)0, UINT_MAX);
	print("-1 255 1 65535", "%hhd %hhu %hd %hu", 255, 511, 65537, -1);
	print("ff FF 377 0xff 0XFF 0377 0 0", "%x %X %o %#x %#X %#o %#x %#o", 255, 255, 255, 255, 255, 255, 0, 0);
	print("<00042> <-0042> <   42> <42   > <+42> < 42>", "<%05d> <%05d> <%5d> <%-5d> <%+d> <% d>", 42, -42, 42, 42, 42, 42);
	print("<0x002a> <  002a> <> <000>", "<%#06x> <%6.4x> <%.0d> <%.3d>", 42, 42, 0, 0);
	print("0x1234", "%p", (void *)0x1234);
	print("2026-11-22T00:05:09.000000007", "%04d-%02d-%02dT%02d:%02d:%02d.%09ld", 2026, 11, 22, 0, 5, 9, 7L);
	print("1234 -5678", "%jd %td", (intmax_t)1234, (ptrdiff_t)-5678);
}

/* The options of words, and where the operands begin. */
static void
options(const char *wanted, int argc, char **words)
{
	char text[64] = "";
	int c, used = 0;

	optind = 0;
	while (optarg = NULL, (c = getopt(argc, words, "+ab:c")) != -1)
		used += snprintf(text + used, sizeof(text) - (size_t)used, "%c%s ", c, optarg ? optarg : "");
	(void)snprintf(text + used, sizeof(text) - (size_t)used, "%d", optind);
	expect(!strcmp(text, wanted), wanted);
}
#define OPTIONS(wanted, ...) options(wanted, sizeof((char *[]){ "x", __VA_ARGS__ }) / sizeof(char *), (char *[]){ "x", __VA_ARGS__, NULL })

static void
words(void)
{
	OPTIONS("a c 3", "-a", "-c", "o");
	OPTIONS("a c bx 2", "-acbx", "-");
	OPTIONS("by b-a bz 5", "-by", "-b", "-a", "-bz");
	OPTIONS("b-- a 4", "-b", "--", "-a");
	OPTIONS("a 3", "-a", "--", "-c");
	OPTIONS("a 2", "-a", "o", "-c");
	OPTIONS("? ? ? a 3", "-+", "-:za");
	OPTIONS("1", "");
	OPTIONS("1", "-");
	/* a chain's next step begins anew, in whatever word the one before it ended */
	expect(getopt(2, (char *[]){ "x", "-ac", NULL }, "+ac") == 'a', "a step that ends in a word");
	OPTIONS("c 2", "-c");
	/* nothing follows */
	OPTIONS("a ? 3", "-ab");
}

static void
dates(void)
{
	for (time_t t = 0; t < 9000000000; t += 1000003) {
		char wanted[DATE_SIZE], text[DATE_SIZE + 11];
		struct timespec read = { 0 };
		struct tm tm;

		strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%S", gmtime_r(&t, &tm));
		expect(!strcmp(date_text(t, text), wanted), wanted);
		strcat(text, ".000000042Z");
		expect(date_read(text, &read) && read.tv_sec == t && read.tv_nsec == 42, text);
	}
	expect(!date_read("1969-12-31T23:59:59.000000000Z", &(struct timespec){ 0 }) && !date_read("2026-13-01T00:00:00.0Z", &(struct timespec){ 0 }) &&
	       !date_read("", &(struct timespec){ 0 }), "no date");
}

int
main(void)
{
	prints();
	words();
	dates();
	return failures != 0;
}
