/* SPDX-License-Identifier: MIT */
/* A profile that refuses what it does not name refuses calls younger than itself too, with EPERM as a rule,
 * and a C library that tries a new call first takes that for an answer where ENOSYS would have it fall back.
 * So, as in runc, calls above the largest number a profile names get ENOSYS before the filter sees them. */
#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <stddef.h>

#include "filter.h"

/* asm/unistd.h has it on x86 only */
#define X32_BIT 0x40000000U

enum { SECTION = 7 };

size_t
filter_stub_size(size_t count)
{
	return 1 + SECTION * count;
}

/* Instruction n of a section ends it: to the filter's first one. How far that is, is known later. */
static struct sock_filter
to_filter(void)
{
	return (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX);
}

static size_t
section(struct sock_filter *code, const struct filter_limit *limit)
{
	const struct sock_filter enosys = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	size_t n = 1;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	if (limit->arch == AUDIT_ARCH_X86_64) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 1, 0);
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, limit->last, 1, 2);
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, limit->last_x32, 0, 1);
	} else {
		/* s390 gives number 0, never used otherwise, to calls its kernel does not know */
		if (limit->arch == AUDIT_ARCH_S390 || limit->arch == AUDIT_ARCH_S390X)
			code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, limit->last, 0, 1);
	}
	code[n++] = enosys;
	code[n++] = to_filter();
	code[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, limit->arch, 0, (unsigned char)(n - 1));
	return n;
}

size_t
filter_stub(struct sock_filter *code, const struct filter_limit *limits, size_t count)
{
	size_t n = 0;

	if (count == 0)
		return 0;
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	for (size_t i = 0; i < count; i++)
		n += section(code + n, &limits[i]);
	for (size_t i = 0; i < n; i++)
		if (code[i].code == (BPF_JMP | BPF_JA))
			code[i].k = (uint32_t)(n - i - 1);
	return n;
}
