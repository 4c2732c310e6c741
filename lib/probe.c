/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include <linux/seccomp.h>
#include <sched.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "capture.h"
#include "caps.h"
#include "cgroup.h"
#include "compat.h"
#include "criu.h"
#include "ns.h"
#include "passwd.h"
#include "probe_mount.h"
#include "proc.h"

/* What a probe prints is its detail. */
typedef enum answer prober(const char *argument);

enum answer
probe_result(bool there)
{
	if (!there)
		printf("%s", strerror(errno));
	return there ? ANSWER_YES : ANSWER_NO;
}

enum answer
probe_unprivileged(void)
{
	printf("cannot be tried without CAP_SYS_ADMIN");
	return ANSWER_UNKNOWN;
}

bool
probe_privileged(void)
{
	return caps_effective() >> CAP_SYS_ADMIN & 1;
}

bool
probe_user(void)
{
	autofree char *uid = xasprintf("0 %lu 1", (unsigned long)geteuid()), *gid = xasprintf("0 %lu 1", (unsigned long)getegid());

	return !unshare(CLONE_NEWUSER) && cgroup_write(AT_FDCWD, "/proc/self/setgroups", "deny") &&
	       cgroup_write(AT_FDCWD, "/proc/self/uid_map", uid) && cgroup_write(AT_FDCWD, "/proc/self/gid_map", gid);
}

/* The first line of a file; false and errno. */
static bool
line_of(const char *path, char text[256])
{
	ssize_t n = cgroup_read(AT_FDCWD, path, text, 256);

	text[strcspn(text, "\n")] = '\0';
	return n >= 0;
}

/* n TYPE: a namespace, in one of the user where there are no rights here. AppArmor may let a user namespace be, without rights in it. */
static enum answer
try_namespace(const char *type)
{
	unsigned long flag = ns_named(type, strlen(type))->flag;
	bool user = flag == CLONE_NEWUSER;

	return probe_result(((!user && probe_privileged()) || probe_user()) && !unshare(user ? CLONE_NEWNS : (int)flag));
}

/* s NUMBER: a system call, which none of them is with these arguments. */
static enum answer
try_call(const char *number)
{
	return probe_result(syscall(atol(number), -1L, -1L, -1L, -1L, -1L, -1L) >= 0 || errno != ENOSYS);
}

/* f PATH: a file. */
static enum answer
try_file(const char *path)
{
	return probe_result(!access(path, F_OK));
}

/* v PATH: what a file says. */
static enum answer
try_value(const char *path)
{
	char text[256];

	if (!line_of(path, text))
		return probe_result(false);
	fputs(text, stdout);
	return ANSWER_YES;
}

/* z PATH: not a 0 in it; Z PATH: nothing else; Y PATH: a Y. The first two say yes where there is no such file. */
static enum answer
is_value(const char *path, char letter)
{
	char text[256];

	if (!line_of(path, text))
		return letter == 'Y' ? ANSWER_NO : ANSWER_YES;
	fputs(text, stdout);
	return (letter == 'Y' ? *text == 'Y' : (*text == '0' && !text[1]) == (letter == 'Z')) ? ANSWER_YES : ANSWER_NO;
}

/* a NUMBER: an action of seccomp's; F NUMBER: flags for a filter, which is not there. */
static enum answer
try_action(const char *number)
{
	uint32_t action = (uint32_t)strtoul(number, NULL, 0);

	return probe_result(!syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
}

static enum answer
try_flags(const char *number)
{
	return probe_result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, atol(number), NULL) >= 0 || errno == EFAULT);
}

static enum answer
try_landlock(const char *argument)
{
	long version = syscall(OCI_SYS_landlock_create_ruleset, NULL, 0, OCI_LANDLOCK_CREATE_RULESET_VERSION);

	(void)argument;
	if (version > 0)
		printf("version %ld", version);
	return version > 0 ? ANSWER_YES : probe_result(false);
}

/* c: all capabilities in the bounding set. */
static enum answer
try_caps(const char *argument)
{
	bool missing = false;

	(void)argument;
	for (cap_value_t cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (!prctl(PR_CAPBSET_READ, cap)) {
			char *name = cap_to_name(cap);

			printf("%s%s", missing ? " " : "without ", name ? name : "?");
			cap_free(name);
			missing = true;
		}
	return missing ? ANSWER_NO : ANSWER_YES;
}

/* x NAME: a program. */
static enum answer
try_program(const char *name)
{
	struct refusal refusal;
	char *file = *name ? program_find(name, HOST_PATH, &refusal) : criu_find(&refusal);

	fputs(file ? file : *name ? "not found" : refusal.reason, stdout);
	return file ? ANSWER_YES : ANSWER_NO;
}

/* r PATH: a range of ids for this user. */
static enum answer
try_range(const char *path)
{
	autofree char *name = passwd_field(getuid(), 0), *id = xasprintf("%lu:", (unsigned long)getuid());
	autofree char *named = xasprintf("%s:", name ? name : "");
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	autofree char *text = fd < 0 ? NULL : read_all(fd, 1 << 20, NULL, path);
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, id, strlen(id)) && (!name || strncmp(line, named, strlen(named))))
			continue;
		fputs(line, stdout);
		return ANSWER_YES;
	}
	return ANSWER_NO;
}

/* k MAJOR.MINOR: for what would change something if it were tried. */
static enum answer
is_kernel(const char *since)
{
	struct utsname name;
	int major = 0, minor = 0, need[2] = { 0 };

	(void)uname(&name);     /* cannot fail */
	(void)scan(name.release, "%d.%d", &major, &minor);
	(void)scan(since, "%d.%d", need, need + 1);
	printf("by its number");
	return major > need[0] || (major == need[0] && minor >= need[1]) ? ANSWER_YES : ANSWER_NO;
}

static enum answer
run(char letter, const char *argument)
{
	static const struct {
		char letter;
		prober *probe;
	} probers[] = {
		{ 'n', try_namespace }, { 's', try_call }, { 'f', try_file }, { 'v', try_value }, { 'a', try_action }, { 'F', try_flags },
		{ 'l', try_landlock }, { 'C', probe_clone }, { 'b', probe_bpf }, { 'c', try_caps }, { 'x', try_program }, { 'r', try_range },
		{ 'k', is_kernel }, { 'p', probe_proc }, { 'o', probe_overlay }, { 'i', probe_idmap }, { 'R', probe_root },
	};

	for (size_t i = 0; i < sizeof(probers) / sizeof(probers[0]); i++)
		if (probers[i].letter == letter)
			return probers[i].probe(argument);
	if (letter == 'm')
		return probe_result(memfd_create("probe", MFD_CLOEXEC) >= 0);
	return strchr("gd", letter) ? probe_cgroups(letter == 'd') : is_value(argument, letter);
}

enum answer
probe(char letter, const char *argument, char **detail)
{
	enum answer answer;
	int out[2], status;
	pid_t pid;

	if (fflush(NULL) || pipe2(out, O_CLOEXEC))
		die(NULL, "make a pipe");
	pid = fork();
	if (pid < 0)
		die(NULL, "fork");
	if (pid == 0) {
		chain.trace.words = NULL;
		if (unsetenv("OCIBOX_LOG") || dup2(out[1], 1) < 0 || dup2(out[1], 2) < 0)
			_exit(ANSWER_UNKNOWN);
		answer = run(letter, argument);
		_exit(fflush(stdout) ? (int)ANSWER_UNKNOWN : (int)answer);
	}
	close(out[1]);
	*detail = read_all(out[0], 1 << 16, NULL, "a probe");
	close(out[0]);
	(*detail)[strcspn(*detail, "\n")] = '\0';
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die(NULL, "wait for a probe");
	return WIFEXITED(status) && WEXITSTATUS(status) < ANSWER_UNKNOWN ? (enum answer)WEXITSTATUS(status) : ANSWER_UNKNOWN;
}
