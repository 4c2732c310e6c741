/* SPDX-License-Identifier: MIT */
/* Classic BPF as a seccomp filter uses it, for people: a line an instruction, jumps by line number. */
#include <linux/audit.h>
#include <linux/bpf_common.h>

#include "filter.h"

/* What the accumulator and the architecture are known to be when an instruction is reached. */
struct known {
	bool reached;
	bool mixed;             /* the accumulator differs with the way here */
	uint32_t loaded;        /* from this offset of struct seccomp_data */
	uint32_t arch;          /* compared equal on the way; 0: unknown */
};

static const char *
arch_name(uint32_t arch)
{
	static const struct {
		uint32_t arch;
		const char *name;
	} names[] = {
		{ AUDIT_ARCH_I386, "x86" }, { AUDIT_ARCH_X86_64, "x86_64" }, { AUDIT_ARCH_ARM, "arm" },
		{ AUDIT_ARCH_AARCH64, "aarch64" }, { AUDIT_ARCH_RISCV64, "riscv64" }, { AUDIT_ARCH_MIPS, "mips" },
		{ AUDIT_ARCH_MIPS64, "mips64" }, { AUDIT_ARCH_MIPS64N32, "mips64n32" }, { AUDIT_ARCH_MIPSEL, "mipsel" },
		{ AUDIT_ARCH_MIPSEL64, "mipsel64" }, { AUDIT_ARCH_MIPSEL64N32, "mipsel64n32" }, { AUDIT_ARCH_PPC, "ppc" },
		{ AUDIT_ARCH_PPC64, "ppc64" }, { AUDIT_ARCH_PPC64LE, "ppc64le" }, { AUDIT_ARCH_S390, "s390" },
		{ AUDIT_ARCH_S390X, "s390x" }, { AUDIT_ARCH_PARISC, "parisc" }, { AUDIT_ARCH_PARISC64, "parisc64" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].arch == arch)
			return names[i].name;
	return "another architecture";
}

static void
put_field(FILE *out, uint32_t offset)
{
	size_t argument = (offset - offsetof(struct seccomp_data, args)) / 8;
	bool first = offset % 8 == 0, little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	if (offset == offsetof(struct seccomp_data, nr))
		fputs("syscall", out);
	else if (offset == offsetof(struct seccomp_data, arch))
		fputs("arch", out);
	else if (offset < offsetof(struct seccomp_data, args))
		fprintf(out, "ip.%s", first == little ? "low" : "high");
	else
		fprintf(out, "args[%zu].%s", argument, first == little ? "low" : "high");
}

static void
put_action(FILE *out, uint32_t value)
{
	uint32_t data = value & SECCOMP_RET_DATA;

	switch (value & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_KILL_PROCESS:
		fputs("KILL_PROCESS", out);
		break;
	case SECCOMP_RET_KILL_THREAD:
		fputs("KILL_THREAD", out);
		break;
	case SECCOMP_RET_TRAP:
		fputs("TRAP", out);
		break;
	case SECCOMP_RET_ERRNO:
		fprintf(out, "ERRNO %u (%s)", (unsigned)data, strerror((int)data));
		break;
	case SECCOMP_RET_USER_NOTIF:
		fputs("NOTIFY", out);
		break;
	case SECCOMP_RET_TRACE:
		fprintf(out, "TRACE %u", (unsigned)data);
		break;
	case SECCOMP_RET_LOG:
		fputs("LOG", out);
		break;
	case SECCOMP_RET_ALLOW:
		fputs("ALLOW", out);
		break;
	default:
		fprintf(out, "%#x", (unsigned)value);
	}
}

/* What the constant of a comparison stands for. */
static void
put_meaning(FILE *out, const struct known *known, uint32_t value)
{
	autofree char *call = NULL;

	if (known->mixed)
		return;
	if (known->loaded == offsetof(struct seccomp_data, arch)) {
		fprintf(out, " (%s)", arch_name(value));
	} else if (known->loaded == offsetof(struct seccomp_data, nr) && known->arch) {
		call = filter_call_name(known->arch, value);
		if (call)
			fprintf(out, " (%s)", call);
	}
}

static void
put_jump(FILE *out, size_t at, const struct sock_filter *insn, const struct known *known)
{
	static const char *const operators[] = { "", "==", ">", ">=", "&" };
	unsigned operator = BPF_OP(insn->code) >> 4;

	if (operator == 0) {
		fprintf(out, "goto %zu", at + 1 + insn->k);
		return;
	}
	if (operator > 4 || BPF_SRC(insn->code) != BPF_K) {
		fprintf(out, "? %#x %u %u %#x", insn->code, insn->jt, insn->jf, (unsigned)insn->k);
		return;
	}
	fprintf(out, "if A %s ", operators[operator]);
	fprintf(out, operator == 4 || insn->k > 0xffff ? "%#x" : "%u", (unsigned)insn->k);
	if (operator != 4)
		put_meaning(out, known, insn->k);
	fprintf(out, " goto %zu else %zu", at + 1 + insn->jt, at + 1 + insn->jf);
}

static void
put_instruction(FILE *out, size_t at, const struct sock_filter *insn, const struct known *known)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		fputs("A = ", out);
		put_field(out, insn->k);
		break;
	case BPF_ALU | BPF_AND | BPF_K:
		fprintf(out, "A &= %#x", (unsigned)insn->k);
		break;
	case BPF_ST:
		fprintf(out, "M[%u] = A", (unsigned)insn->k);
		break;
	case BPF_LD | BPF_MEM:
		fprintf(out, "A = M[%u]", (unsigned)insn->k);
		break;
	case BPF_RET | BPF_K:
		fputs("return ", out);
		put_action(out, insn->k);
		break;
	default:
		if (BPF_CLASS(insn->code) == BPF_JMP)
			put_jump(out, at, insn, known);
		else
			fprintf(out, "? %#x %#x", insn->code, (unsigned)insn->k);
	}
}

/* An instruction is reached in one more way. */
static void
reach(struct known *to, const struct known *from)
{
	if (!to->reached) {
		*to = *from;
		to->reached = true;
		return;
	}
	to->mixed |= from->mixed || to->loaded != from->loaded;
	if (to->arch != from->arch)
		to->arch = 0;
}

void
filter_dump(FILE *out, const struct filter *filter)
{
	/* one more than there are: nothing jumps farther in what the kernel takes, and what it does not is cut here */
	struct known *known = xcalloc(filter->count + 1, sizeof(*known));
	const struct known begin = { .mixed = true };

	reach(&known[0], &begin);
	for (size_t i = 0; i < filter->count; i++) {
		const struct sock_filter *insn = &filter->code[i];
		size_t targets[2] = { i + 1, i + 1 };
		struct known after = known[i];

		fprintf(out, "%4zu  ", i);
		put_instruction(out, i, insn, &known[i]);
		fputc('\n', out);
		if (BPF_CLASS(insn->code) == BPF_LD) {
			after.mixed = insn->code != (BPF_LD | BPF_W | BPF_ABS);
			after.loaded = insn->k;
		} else if (BPF_CLASS(insn->code) == BPF_ALU) {
			after.mixed = true;
		} else if (insn->code == (BPF_JMP | BPF_JA)) {
			targets[0] = targets[1] = i + 1 + insn->k;
		} else if (BPF_CLASS(insn->code) == BPF_JMP) {
			targets[0] += insn->jt;
			targets[1] += insn->jf;
		}
		if (BPF_CLASS(insn->code) == BPF_RET)
			continue;
		for (int way = 0; way < 2; way++) {
			struct known then = after;

			if (insn->code == (BPF_JMP | BPF_JEQ | BPF_K) && way == 0 && !known[i].mixed &&
			    known[i].loaded == offsetof(struct seccomp_data, arch))
				then.arch = insn->k;
			if (targets[way] <= filter->count)
				reach(&known[targets[way]], &then);
		}
	}
	free(known);
}
