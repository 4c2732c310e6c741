/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
#include <signal.h>

#include "cgroup.h"
#include "compat.h"
#include "probe_mount.h"

enum answer
probe_clone(const char *argument)
{
	uint64_t args[11] = { [0] = 0x200000000, [4] = SIGCHLD, [10] = 1 << 30 };
	long pid = syscall(OCI_SYS_clone3, args, sizeof(args));

	(void)argument;
	if (pid == 0)
		_exit(0);
	return probe_result(pid > 0 || errno == EBADF);
}

enum answer
probe_bpf(const char *argument)
{
	struct bpf_insn program[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 }, { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = (uintptr_t)program, .insn_cnt = 2, .license = (uintptr_t)"MIT",
	};

	(void)argument;
	return probe_privileged() ? probe_result(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)) >= 0) : probe_unprivileged();
}

enum answer
probe_cgroups(bool writable)
{
	struct hierarchy *list;
	size_t count, found = 0;

	list = cgroup_hierarchies(&count);
	for (size_t i = 0; i < count; i++) {
		struct cgroup at = { .at = list[i], .path = cgroup_unprivileged() && list[i].own ? list[i].own : xstrdup("/") };
		autofd int dir = cgroup_open(&at);
		autofree char *controllers = xstrdup(list[i].controllers);
		char text[256];

		if (writable && (dir < 0 || faccessat(dir, ".", W_OK, AT_EACCESS)))
			continue;
		if (list[i].v2 && dir >= 0 && cgroup_read(dir, "cgroup.controllers", text, sizeof(text)) >= 0) {
			free(controllers);
			text[strcspn(text, "\n")] = '\0';
			controllers = xasprintf("v2: %s", *text ? text : "no controllers");
		}
		printf("%s%s", found++ ? "; " : "", controllers);
	}
	return found ? ANSWER_YES : ANSWER_NO;
}
