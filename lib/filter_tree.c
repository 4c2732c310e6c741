/* SPDX-License-Identifier: MIT */
/* libseccomp's program, written anew with ranges of call numbers. The library compares a call with each number of the
 * profile; but neighbours mostly have the same fate, so a few ranges say the same, and the kernel checks, translates
 * and runs what is left in a fraction of the time. What a rule asks of arguments is copied as it is.
 *
 * And a profile that refuses what it does not name refuses calls younger than itself too, with EPERM as a rule, which a C
 * library that tries a new call first takes for an answer where ENOSYS would have it fall back. So, as in
 * runc, calls above the largest number a profile names get ENOSYS. */
#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <stddef.h>

#include "filter.h"

/* asm/unistd.h has it on x86 only */
#define X32_BIT 0x40000000U

/* What becomes of a call, as far as its number tells. */
struct fate {
	bool asks;              /* the instruction at value looks at its arguments */
	uint32_t value;         /* what the filter returns */
};

struct range {
	uint32_t first;
	struct fate fate;
};

/* A program being written from its end: all jumps are forward, so where they lead is known. A position counts the
 * instructions behind. */
struct writer {
	const struct sock_filter *old;
	size_t old_count;
	struct sock_filter *code;
	size_t size, count;
	size_t *moved;          /* for an instruction of old that is copied, its position */
};

enum { NEAR = 250 };

static struct fate
fate_of(const struct writer *w, uint32_t arch, uint32_t number)
{
	uint32_t a = 0;
	size_t at = 0;

	while (at < w->old_count) {
		const struct sock_filter *i = &w->old[at++];
		bool yes;

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (i->k != offsetof(struct seccomp_data, nr) && i->k != offsetof(struct seccomp_data, arch))
				return (struct fate){ .asks = true, .value = (uint32_t)at - 1 };
			a = i->k == offsetof(struct seccomp_data, nr) ? number : arch;
			continue;
		case BPF_RET | BPF_K:
			return (struct fate){ .value = i->k };
		case BPF_JMP | BPF_JA:
			at += i->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			yes = a == i->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			yes = a > i->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			yes = a >= i->k;
			break;
		default:
			fail(ST_UNSUPPORTED, NULL, "libseccomp has made a program of a form that is not known here");
		}
		at += yes ? i->jt : i->jf;
	}
	fail(ST_UNSUPPORTED, NULL, "libseccomp has made a program that does not end");
}

static bool
beyond(const struct filter_limit *limit, uint32_t number)
{
	/* s390 gives number 0, never used otherwise, to calls its kernel does not know */
	if ((limit->arch == AUDIT_ARCH_S390 || limit->arch == AUDIT_ARCH_S390X) && limit->last != UINT32_MAX && number == 0)
		return true;
	if (limit->arch == AUDIT_ARCH_X86_64 && number & X32_BIT)
		return number > limit->last_x32;
	if (limit->arch == AUDIT_ARCH_ARM && number >= FILTER_ARM_OWN)
		return false;
	return number > limit->last;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The numbers at which the fate may change: where a comparison, or a limit, does. The caller frees them. */
static uint32_t *
borders(const struct writer *w, const struct filter_limit *limit, size_t *count)
{
	const uint32_t own[] = {
		0, 1, limit->last + 1, limit->last_x32 + 1, FILTER_ARM_OWN, X32_BIT, 2 * X32_BIT, 3 * X32_BIT,
	};
	uint32_t *numbers = xcalloc(2 * w->old_count + sizeof(own) / sizeof(own[0]), sizeof(*numbers));
	size_t n = sizeof(own) / sizeof(own[0]);

	memcpy(numbers, own, sizeof(own));
	for (size_t i = 0; i < w->old_count; i++)
		if (BPF_CLASS(w->old[i].code) == BPF_JMP && w->old[i].code != (BPF_JMP | BPF_JA)) {
			numbers[n++] = w->old[i].k;
			numbers[n++] = w->old[i].k + 1;
		}
	qsort(numbers, n, sizeof(*numbers), by_number);
	*count = n;
	return numbers;
}

static bool
same(struct fate a, struct fate b)
{
	return a.asks == b.asks && a.value == b.value;
}

/* All numbers as ranges of one fate each; the caller frees them. */
static struct range *
ranges_of(const struct writer *w, const struct filter_limit *limit, size_t *count)
{
	size_t n, out = 0;
	autofree uint32_t *numbers = borders(w, limit, &n);
	struct range *ranges = xcalloc(n, sizeof(*ranges));

	for (size_t i = 0; i < n; i++) {
		struct fate fate = { .value = SECCOMP_RET_ERRNO | ENOSYS };

		if (!beyond(limit, numbers[i]))
			fate = fate_of(w, limit->arch, numbers[i]);
		if (out == 0 || !same(ranges[out - 1].fate, fate))
			ranges[out++] = (struct range){ .first = numbers[i], .fate = fate };
	}
	*count = out;
	return ranges;
}

/* Puts an instruction before all others; its position. */
static size_t
push(struct writer *w, uint16_t code, uint32_t k, size_t jt, size_t jf)
{
	if (w->count == w->size) {
		struct sock_filter *more = xcalloc(2 * w->size, sizeof(*more));

		memcpy(more + w->size, w->code, w->size * sizeof(*more));
		free(w->code);
		w->code = more;
		w->size *= 2;
	}
	w->code[w->size - 1 - w->count] = (struct sock_filter){ code, (unsigned char)jt, (unsigned char)jf, k };
	return w->count++;
}

static size_t
push_goto(struct writer *w, size_t to)
{
	return push(w, BPF_JMP | BPF_JA, (uint32_t)(w->count - to - 1), 0, 0);
}

/* A position with the same effect as to, that the next instructions can reach. */
static size_t
near(struct writer *w, size_t to)
{
	const struct sock_filter *there = &w->code[w->size - 1 - to];

	if (w->count - to < NEAR)
		return to;
	if (there->code == (BPF_RET | BPF_K))
		return push(w, there->code, there->k, 0, 0);
	return push_goto(w, to);
}

/* Where the fate is decided: a return close by that is the same, or a new one. */
static size_t
put_fate(struct writer *w, struct fate fate)
{
	if (fate.asks)
		return w->moved[fate.value];
	for (size_t at = w->count; at > 0 && w->count - at < NEAR / 2; at--) {
		const struct sock_filter *there = &w->code[w->size - at];

		if (there->code == (BPF_RET | BPF_K) && there->k == fate.value)
			return at - 1;
	}
	return push(w, BPF_RET | BPF_K, fate.value, 0, 0);
}

/* A search among the ranges; where it begins. */
static size_t
put_search(struct writer *w, const struct range *ranges, size_t count)
{
	size_t half = count / 2, above, below;

	if (count == 1)
		return put_fate(w, ranges->fate);
	above = put_search(w, ranges + half, count - half);
	below = put_search(w, ranges, half);
	above = near(w, above);
	below = near(w, below);
	return push(w, BPF_JMP | BPF_JGE | BPF_K, ranges[half].first, w->count - above - 1, w->count - below - 1);
}

/* Copies the instructions from first on that some range needs: all that can follow. */
static void
copy_asking(struct writer *w, struct range *const *ranges, const size_t *counts, size_t archs)
{
	autofree bool *needed = xcalloc(w->old_count + 256, sizeof(*needed));

	for (size_t a = 0; a < archs; a++)
		for (size_t r = 0; r < counts[a]; r++)
			if (ranges[a][r].fate.asks)
				needed[ranges[a][r].fate.value] = true;
	for (size_t i = 0; i < w->old_count; i++) {
		const struct sock_filter *insn = &w->old[i];

		if (!needed[i] || BPF_CLASS(insn->code) == BPF_RET)
			continue;
		if (insn->code == (BPF_JMP | BPF_JA)) {
			needed[i + 1 + insn->k] = true;
		} else if (BPF_CLASS(insn->code) == BPF_JMP) {
			needed[i + 1 + insn->jt] = true;
			needed[i + 1 + insn->jf] = true;
		} else {
			needed[i + 1] = true;
		}
	}
	/* what is between them goes, so no jump becomes longer */
	for (size_t i = w->old_count; i-- > 0;) {
		const struct sock_filter *insn = &w->old[i];

		if (!needed[i])
			continue;
		if (insn->code == (BPF_JMP | BPF_JA))
			w->moved[i] = push_goto(w, w->moved[i + 1 + insn->k]);
		else if (BPF_CLASS(insn->code) == BPF_JMP)
			w->moved[i] = push(w, insn->code, insn->k, w->count - w->moved[i + 1 + insn->jt] - 1,
					   w->count - w->moved[i + 1 + insn->jf] - 1);
		else
			w->moved[i] = push(w, insn->code, insn->k, 0, 0);
	}
}

struct sock_filter *
filter_tree(const struct sock_filter *code, size_t *count, const struct filter_limit *limits, size_t archs)
{
	struct writer w = { .old = code, .old_count = *count, .size = 256 };
	autofree struct range **ranges = xcalloc(archs, sizeof(*ranges));
	autofree size_t *counts = xcalloc(archs, sizeof(*counts));
	autofree size_t *sections = xcalloc(archs, sizeof(*sections));
	/* of no machine: all that the profile does not name have this one's fate */
	struct fate other = fate_of(&w, 0, 0);
	struct sock_filter *result;

	w.code = xcalloc(w.size, sizeof(*w.code));
	w.moved = xcalloc(w.old_count, sizeof(*w.moved));
	for (size_t a = 0; a < archs; a++)
		ranges[a] = ranges_of(&w, &limits[a], &counts[a]);
	copy_asking(&w, ranges, counts, archs);
	for (size_t a = 0; a < archs; a++) {
		/* the search may end at an instruction that is there already: a load in between would be lost */
		size_t search = put_search(&w, ranges[a], counts[a]);

		if (search + 1 != w.count)
			(void)push_goto(&w, search);
		sections[a] = push(&w, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
		free(ranges[a]);
	}
	(void)push(&w, BPF_RET | BPF_K, other.value, 0, 0);
	for (size_t a = 0; a < archs; a++) {
		(void)push_goto(&w, sections[a]);
		(void)push(&w, BPF_JMP | BPF_JEQ | BPF_K, limits[a].arch, 0, 1);
	}
	(void)push(&w, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	result = xcalloc(w.count, sizeof(*result));
	memcpy(result, w.code + w.size - w.count, w.count * sizeof(*result));
	*count = w.count;
	free(w.code);
	free(w.moved);
	return result;
}
