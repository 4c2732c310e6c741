/* SPDX-License-Identifier: MIT */
/* nosys CALL[=EPERM],... PROGRAM [ARGUMENT ...]: runs the program on a kernel
 * that answers ENOSYS (or EPERM, as seccomp filters older than a call do) to
 * the named system calls, so that the fallbacks can be tested. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
	{ "pidfd_send_signal", 424 },
	{ "open_tree", 428 },
	{ "move_mount", 429 },
	{ "fsopen", 430 },
	{ "fsconfig", 431 },
	{ "fsmount", 432 },
	{ "fspick", 433 },
	{ "pidfd_open", 434 },
	{ "clone3", 435 },
	{ "close_range", 436 },
	{ "openat2", 437 },
	{ "pidfd_getfd", 438 },
	{ "faccessat2", 439 },
	{ "mount_setattr", 442 },
	{ "landlock_create_ruleset", 444 },
	{ "fchmodat2", 452 },
	{ "statmount", 457 },
	{ "listmount", 458 },
	{ "mount", SYS_mount },
	{ "mknodat", SYS_mknodat },
	{ "memfd_create", SYS_memfd_create },
	{ "pivot_root", SYS_pivot_root },
	{ "unshare", SYS_unshare },
	{ "setns", SYS_setns },
	{ "seccomp", SYS_seccomp },
	{ "statx", SYS_statx },
	{ "renameat2", SYS_renameat2 },
	{ "keyctl", SYS_keyctl },
	{ "execveat", SYS_execveat },
};

static unsigned
number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(calls[i].name, name))
			return calls[i].number;
	fprintf(stderr, "nosys: %s: not in the table\n", name);
	exit(2);
}

int
main(int argc, char **argv)
{
	struct sock_filter code[130];
	struct sock_fprog program = { .filter = code };
	unsigned short n = 0;

	if (argc < 3) {
		fputs("usage: nosys call[=EPERM],... program [argument ...]\n", stderr);
		return 2;
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (char *name = strtok(argv[1], ","); name && n < 126; name = strtok(NULL, ",")) {
		char *with = strchr(name, '=');
		unsigned err = with && !strcmp(with, "=EPERM") ? EPERM : ENOSYS;

		if (with)
			*with = '\0';
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number_of(name), 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	/* root loads it as it is: no_new_privs would change what is tested */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) &&
	    (errno != EACCES || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	     prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))) {
		perror("nosys: seccomp");
		return 2;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
