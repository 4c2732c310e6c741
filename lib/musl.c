/* SPDX-License-Identifier: MIT */
/* Functions of the C library that musl has for more than this program is: for threads, for input from files, for
 * needles of any length, for messages in any language. Together they would be 12 KiB. The linker takes these, as
 * libc.a is searched last. */
#include <ctype.h>
#include <grp.h>
#include <limits.h>
#include <sys/syscall.h>

#include "compat.h"
#include "ocibox.h"

#ifndef __GLIBC__
/* A number from 0 to above, or with a minus before it down to below. */
static unsigned long long
whole(const char *text, char **end, int base, unsigned long long above, unsigned long long below)
{
	const char *p = text + strspn(text, " \t\n\v\f\r");
	bool minus = *p == '-', found = false, over = false;
	unsigned long long sum = 0, most = minus ? below : above;

	p += *p == '-' || *p == '+';
	if ((base == 0 || base == 16) && p[0] == '0' && (p[1] | 32) == 'x' && isxdigit((unsigned char)p[2])) {
		base = 16;
		p += 2;
	}
	if (base == 0)
		base = *p == '0' ? 8 : 10;
	for (; isalnum((unsigned char)*p); p++) {
		int digit = isdigit((unsigned char)*p) ? *p - '0' : (*p | 32) - 'a' + 10;

		if (digit >= base)
			break;
		found = true;
		over |= __builtin_mul_overflow(sum, (unsigned)base, &sum) || __builtin_add_overflow(sum, (unsigned)digit, &sum);
	}
	if (end)
		*end = (char *)(uintptr_t)(found ? p : text);
	if (over || sum > most) {
		errno = ERANGE;
		return most;
	}
	return minus ? -sum : sum;
}

unsigned long long
strtoull(const char *restrict text, char **restrict end, int base)
{
	return whole(text, end, base, ULLONG_MAX, ULLONG_MAX);
}

long long
strtoll(const char *restrict text, char **restrict end, int base)
{
	return (long long)whole(text, end, base, LLONG_MAX, LLONG_MAX + 1ULL);
}

unsigned long
strtoul(const char *restrict text, char **restrict end, int base)
{
	return (unsigned long)whole(text, end, base, ULONG_MAX, ULONG_MAX);
}

long
strtol(const char *restrict text, char **restrict end, int base)
{
	return (long)whole(text, end, base, LONG_MAX, LONG_MAX + 1ULL);
}

int
atoi(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

long
atol(const char *text)
{
	return strtol(text, NULL, 10);
}

char *
strstr(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (;; text++) {
		if (!strncmp(text, part, len))
			return (char *)(uintptr_t)text;
		if (!*text)
			return NULL;
	}
}

static void
swap(char *a, char *b, size_t size)
{
	for (; size--; a++, b++) {
		char was = *a;

		*a = *b;
		*b = was;
	}
}

/* Moves the element at root down until none below it is greater. */
static void
sift(char *base, size_t root, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	for (size_t child; (child = 2 * root + 1) < count; root = child) {
		if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (compare(base + root * size, base + child * size) >= 0)
			return;
		swap(base + root * size, base + child * size, size);
	}
}

/* A heap: no order of what others wrote makes it slow. */
void
qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	for (size_t root = count / 2; root-- > 0;)
		sift(base, root, count, size, compare);
	while (count-- > 1) {
		swap(base, (char *)base + count * size, size);
		sift(base, 0, count, size, compare);
	}
}

char *optarg;
int optind = 1, opterr, optopt;

/* Options stand before operands, as all letters' "+" says, and take a value always or never; it prints no message. */
int
getopt(int argc, char *const *argv, const char *letters)
{
	static size_t at;       /* in a word of several letters */
	const char *word, *row;

	if (!optind) {
		optind = 1;
		at = 0;
	}
	optarg = NULL;
	word = optind < argc ? argv[optind] : NULL;
	if (!at) {
		if (!word || *word != '-' || !word[1])
			return -1;
		if (!strcmp(word, "--")) {
			optind++;
			return -1;
		}
		at = 1;
	}
	optopt = (unsigned char)word[at++];
	row = optopt == ':' || optopt == '+' ? NULL : strchr(letters, optopt);
	if (row && row[1] == ':')
		optarg = word[at] ? argv[optind] + at : optind + 1 < argc ? argv[++optind] : NULL;
	if (optarg || !word[at]) {
		optind++;
		at = 0;
	}
	return row && (optarg || row[1] != ':') ? optopt : '?';
}

/* Since Linux 5.8 the kernel knows flags; before it there are the real ids alone, which are ours in effect, too. */
int
faccessat(int dir, const char *path, int mode, int flags)
{
	int result = flags ? (int)syscall(OCI_SYS_faccessat2, dir, path, mode, flags) : -1;

	if (!flags || (result && (errno == ENOSYS || errno == EPERM)))
		result = (int)syscall(SYS_faccessat, dir, path, mode);
	return result;
}

/* There is one thread: none to tell of other ids, and no lock to hold over a fork. */
pid_t
fork(void)
{
	return _Fork();
}

int
setgroups(size_t count, const gid_t *list)
{
	return (int)syscall(OCI_SYS_setgroups, count, list);
}

int
setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return (int)syscall(OCI_SYS_setresuid, real, effective, saved);
}

int
setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return (int)syscall(OCI_SYS_setresgid, real, effective, saved);
}
#endif
