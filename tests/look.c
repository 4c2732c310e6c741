/* SPDX-License-Identifier: MIT */
/* look [WHAT...]: what a process is that procfs does not tell of it, a line each; ring: the name and number of its session
 * keyring, or why there is none. */
#include <errno.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
ring(void)
{
	char text[512] = "";
	long id = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);

	if (id < 0 || syscall(SYS_keyctl, KEYCTL_DESCRIBE, id, text, sizeof(text)) < 0)
		printf("ring: %s\n", strerror(errno));
	else
		printf("ring: %ld %s\n", id, strrchr(text, ';') + 1);
}

static void
scheduler(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
		uint32_t least, most;
	} attr = { 0 };

	if (syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0))
		printf("scheduler: %s\n", strerror(errno));
	else
		printf("scheduler: %u flags %llx nice %d priority %u runtime %llu deadline %llu period %llu\n", attr.policy,
		       (unsigned long long)attr.flags, attr.nice, attr.priority, (unsigned long long)attr.runtime,
		       (unsigned long long)attr.deadline, (unsigned long long)attr.period);
}

static void
rest(void)
{
	unsigned long nodes[16] = { 0 };
	int mode = -1;

	printf("ioprio: %lx\n", syscall(SYS_ioprio_get, 1, 0));
	printf("personality: %x\n", (unsigned)personality(0xffffffff));
	if (syscall(SYS_get_mempolicy, &mode, nodes, 8 * sizeof(nodes), NULL, 0UL))
		printf("mempolicy: %s\n", strerror(errno));
	else
		printf("mempolicy: %x nodes %lx\n", (unsigned)mode, nodes[0]);
	printf("securebits: %x dumpable: %d nnp: %d keepcaps: %d pdeathsig:", (unsigned)prctl(PR_GET_SECUREBITS), prctl(PR_GET_DUMPABLE),
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_KEEPCAPS));
	if (!prctl(PR_GET_PDEATHSIG, &mode))
		printf(" %d", mode);
	printf("\nsession: %d group: %d subreaper:", getsid(0) == getpid(), getpgrp() == getpid());
	if (!prctl(PR_GET_CHILD_SUBREAPER, &mode))
		printf(" %d", mode);
	printf("\n");
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		scheduler();
		rest();
	}
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "ring"))
			ring();
		else
			return 2;
	return 0;
}
