/* SPDX-License-Identifier: MIT */
/* Device rules on cgroup v2: an eBPF program of type CGROUP_DEVICE, which the kernel asks before each mknod and
 * open of a device. Its verdict is for one request that may want several kinds of access at once. */
#include <linux/bpf.h>
#include <sys/resource.h>

#include "compat.h"
#include "devices.h"

/* r1 the request, later scratch; what it holds stays in r2 to r5 */
enum { RESULT = 0, SCRATCH = 1, TYPE = 2, WANTED = 3, MAJOR = 4, MINOR = 5 };
enum { PER_RULE = 9, AROUND = 8, MOST_PROGRAMS = 64 };
static const char ours[] = "ocibox_devices";

static struct bpf_insn
insn(int code, int dst, int src, int off, int32_t imm)
{
	return (struct bpf_insn){ .code = (__u8)code, .dst_reg = (__u8)dst & 15, .src_reg = (__u8)src & 15,
				  .off = (__s16)off, .imm = imm };
}

static size_t
begin(struct bpf_insn *at)
{
	size_t n = 0;

	at[n++] = insn(BPF_LDX | BPF_MEM | BPF_W, TYPE, SCRATCH, offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
	at[n++] = insn(BPF_ALU | BPF_MOV | BPF_X, WANTED, TYPE, 0, 0);
	at[n++] = insn(BPF_ALU | BPF_AND | BPF_K, TYPE, 0, 0, 0xffff);
	at[n++] = insn(BPF_ALU | BPF_RSH | BPF_K, WANTED, 0, 0, 16);
	at[n++] = insn(BPF_LDX | BPF_MEM | BPF_W, MAJOR, SCRATCH, offsetof(struct bpf_cgroup_dev_ctx, major), 0);
	at[n++] = insn(BPF_LDX | BPF_MEM | BPF_W, MINOR, SCRATCH, offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
	return n;
}

/* The instructions of one rule; their number. */
static size_t
one_rule(struct bpf_insn *at, const struct device_rule *rule)
{
	size_t n = 0, tests;

	if (rule->type != 'a')
		at[n++] = insn(BPF_JMP | BPF_JNE | BPF_K, TYPE, 0, 0, rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (rule->major != DEVICE_ANY)
		at[n++] = insn(BPF_JMP | BPF_JNE | BPF_K, MAJOR, 0, 0, (int32_t)rule->major);
	if (rule->minor != DEVICE_ANY)
		at[n++] = insn(BPF_JMP | BPF_JNE | BPF_K, MINOR, 0, 0, (int32_t)rule->minor);
	tests = n;
	if (rule->allow) {
		/* what this rule grants is no longer wanted; a request with nothing left is granted */
		at[n++] = insn(BPF_ALU | BPF_AND | BPF_K, WANTED, 0, 0, DEVICE_ALL & ~rule->access);
		at[n++] = insn(BPF_JMP | BPF_JNE | BPF_K, WANTED, 0, 2, 0);
	} else {
		at[n++] = insn(BPF_ALU | BPF_MOV | BPF_X, SCRATCH, WANTED, 0, 0);
		at[n++] = insn(BPF_ALU | BPF_AND | BPF_K, SCRATCH, 0, 0, rule->access);
		at[n++] = insn(BPF_JMP | BPF_JEQ | BPF_K, SCRATCH, 0, 2, 0);
	}
	at[n++] = insn(BPF_ALU | BPF_MOV | BPF_K, RESULT, 0, 0, rule->allow);
	at[n++] = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	for (size_t i = 0; i < tests; i++)
		at[i].off = (__s16)(n - i - 1);
	return n;
}

static int
load(const struct bpf_insn *program, size_t count)
{
	union bpf_attr attr = { 0 };

	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t)program;
	attr.insn_cnt = (__u32)count;
	attr.license = (uintptr_t)"MIT";
	memcpy(attr.prog_name, ours, sizeof(ours));
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* Before Linux 5.11 programs count as locked memory, of which there may be little; the limit is put back, since
 * the container would inherit it. */
static int
load_unlimited(const struct bpf_insn *program, size_t count)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY }, old;
	int fd = load(program, count), err = errno;

	if (fd >= 0 || err != EPERM || prlimit(0, RLIMIT_MEMLOCK, &all, &old)) {
		errno = err;
		return fd;
	}
	fd = load(program, count);
	err = errno;
	if (prlimit(0, RLIMIT_MEMLOCK, &old, NULL))
		die(NULL, "put back the limit of locked memory");
	errno = err;
	return fd;
}

/* The program an earlier call attached to the cgroup, or -1. Others' programs are not ours to replace. */
static int
find_earlier(int dir)
{
	union bpf_attr query = { 0 };
	__u32 ids[MOST_PROGRAMS] = { 0 };

	query.query.target_fd = (__u32)dir;
	query.query.attach_type = BPF_CGROUP_DEVICE;
	query.query.prog_ids = (uintptr_t)ids;
	query.query.prog_cnt = MOST_PROGRAMS;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)))
		return -1;
	for (__u32 i = 0; i < query.query.prog_cnt; i++) {
		union bpf_attr by_id = { .prog_id = ids[i] }, about = { 0 };
		struct bpf_prog_info info = { 0 };
		autofd int fd = (int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &by_id, sizeof(by_id));

		about.info.bpf_fd = (__u32)fd;
		about.info.info_len = sizeof(info);
		about.info.info = (uintptr_t)&info;
		if (fd >= 0 && !syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &about, sizeof(about)) && !strcmp(info.name, ours))
			return steal_fd(&fd);
	}
	return -1;
}

static bool
attach(int dir, int program, int earlier)
{
	union bpf_attr attr = { 0 };

	attr.target_fd = (__u32)dir;
	attr.attach_bpf_fd = (__u32)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	/* as runc, crun and systemd do: programs of the cgroups above and below are asked too */
	attr.attach_flags = BPF_F_ALLOW_MULTI | (earlier >= 0 ? BPF_F_REPLACE : 0);
	attr.replace_bpf_fd = earlier >= 0 ? (__u32)earlier : 0;
	if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)) == 0)
		return true;
	if (earlier < 0 || errno != EINVAL)
		return false;
	/* before Linux 5.6: for a moment both are asked */
	if (!attach(dir, program, -1))
		return false;
	attr = (union bpf_attr){ 0 };
	attr.target_fd = (__u32)dir;
	attr.attach_bpf_fd = (__u32)earlier;
	attr.attach_type = BPF_CGROUP_DEVICE;
	return syscall(SYS_bpf, BPF_PROG_DETACH, &attr, sizeof(attr)) == 0;
}

bool
devfilter_attach(int dir, const struct device_rule *rules, size_t count)
{
	autofree struct bpf_insn *program = xcalloc(count * PER_RULE + AROUND, sizeof(*program));
	size_t n = begin(program);
	autofd int fd = -1, earlier = -1;

	/* backwards: the last rule that matches decides */
	for (size_t i = count; i-- > 0;)
		n += one_rule(program + n, &rules[i]);
	program[n++] = insn(BPF_ALU | BPF_MOV | BPF_K, RESULT, 0, 0, 0);
	program[n++] = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	fd = load_unlimited(program, n);
	if (fd < 0)
		return false;
	earlier = find_earlier(dir);
	return attach(dir, fd, earlier);
}
