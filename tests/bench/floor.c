/* SPDX-License-Identifier: MIT */
/* floor ROOTFS ID [FILTER]: run /bin/true in a container with the system calls a container needs and nothing else:
 * no configuration is read, nothing is verified, a failure is the end. What a runtime takes beyond this
 * time is its own doing. FILTER: a file of seccomp(2)'s instructions, which are loaded for /bin/true. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define must(call) \
	do { \
		if ((call) < 0) \
			stop(#call); \
	} while (0)

static void
stop(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		stop(path);
	close(fd);
}

/* A new cpuset takes no process before it has processors and memory. */
static void
copy_up(const char *dir, const char *name)
{
	char path[512], text[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/../%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	put(path, text);
}

/* Every mounted hierarchy gets a cgroup called id; their paths into dirs. */
static size_t
make_cgroups(const char *id, char dirs[][512], size_t max)
{
	FILE *mounts = fopen("/proc/self/mounts", "re");
	char line[1024], at[256], type[64];
	size_t n = 0;

	if (!mounts)
		stop("/proc/self/mounts");
	while (n < max && fgets(line, sizeof(line), mounts)) {
		if (sscanf(line, "%*s %255s %63s", at, type) != 2 || strncmp(type, "cgroup", 6) != 0)
			continue;
		snprintf(dirs[n], sizeof(dirs[n]), "%s/%s", at, id);
		must(mkdir(dirs[n], 0755));
		if (strcmp(type, "cgroup") == 0) {
			copy_up(dirs[n], "cpuset.cpus");
			copy_up(dirs[n], "cpuset.mems");
		}
		n++;
	}
	fclose(mounts);
	return n;
}

static void
make_mounts(void)
{
	const unsigned long safe = MS_NOSUID | MS_NOEXEC | MS_NODEV;

	must(mount("proc", "proc", "proc", 0, NULL));
	must(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"));
	must(mkdir("dev/pts", 0755));
	must(mkdir("dev/shm", 0755));
	must(mkdir("dev/mqueue", 0755));
	must(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"));
	must(mount("shm", "dev/shm", "tmpfs", safe, "mode=1777,size=65536k"));
	must(mount("mqueue", "dev/mqueue", "mqueue", safe, NULL));
	must(mount("sysfs", "sys", "sysfs", safe | MS_RDONLY, NULL));
}

/* The container's own cgroup of each hierarchy, bound read-only. */
static void
mount_cgroups(char dirs[][512], size_t count)
{
	const unsigned long safe = MS_NOSUID | MS_NOEXEC | MS_NODEV;
	char target[512];

	must(mount("tmpfs", "sys/fs/cgroup", "tmpfs", safe, "mode=755"));
	for (size_t i = 0; i < count; i++) {
		char name[512];
		char *end;

		snprintf(name, sizeof(name), "%s", dirs[i]);
		end = strrchr(name, '/');
		*end = '\0';
		snprintf(target, sizeof(target), "sys/fs/cgroup/%.200s", strrchr(name, '/') + 1);
		must(mkdir(target, 0755));
		must(mount(dirs[i], target, NULL, MS_BIND, NULL));
		must(mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | safe, NULL));
	}
	must(mount(NULL, "sys/fs/cgroup", NULL, MS_REMOUNT | MS_RDONLY | safe, "mode=755"));
}

static void
make_devices(void)
{
	static const struct {
		const char *name;
		unsigned minor;
	} nodes[] = { { "dev/null", 3 }, { "dev/zero", 5 }, { "dev/full", 7 }, { "dev/random", 8 }, { "dev/urandom", 9 } };
	static const char *const links[][2] = {
		{ "pts/ptmx", "dev/ptmx" }, { "/proc/self/fd", "dev/fd" }, { "/proc/self/fd/0", "dev/stdin" },
		{ "/proc/self/fd/1", "dev/stdout" }, { "/proc/self/fd/2", "dev/stderr" }, { "/proc/kcore", "dev/core" },
	};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		must(mknod(nodes[i].name, S_IFCHR | 0666, makedev(1, nodes[i].minor)));
	must(mknod("dev/tty", S_IFCHR | 0666, makedev(5, 0)));
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		must(symlink(links[i][0], links[i][1]));
}

/* What is not there is left alone. */
static void
protect(void)
{
	static const char *const masked[] = { "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
		"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi" };
	static const char *const readonly[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger" };

	for (size_t i = 0; i < sizeof(readonly) / sizeof(readonly[0]); i++)
		if (mount(readonly[i], readonly[i], NULL, MS_BIND | MS_REC, NULL) == 0)
			must(mount(NULL, readonly[i], NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
		if (mount("/dev/null", masked[i], NULL, MS_BIND, NULL) < 0 && errno == ENOTDIR)
			must(mount("tmpfs", masked[i], "tmpfs", MS_RDONLY, NULL));
	must(mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
}

static void
drop_privileges(void)
{
	const unsigned keep = 1U << CAP_AUDIT_WRITE | 1U << CAP_KILL | 1U << CAP_NET_BIND_SERVICE;
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { keep, keep, 0 }, { 0 } };
	struct rlimit files = { 1024, 1024 };

	must(setrlimit(RLIMIT_NOFILE, &files));
	must(syscall(SYS_setgroups, 0, NULL));
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (cap > 31 || !(keep & 1U << cap))
			must(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0));
	must(syscall(SYS_capset, &header, data));
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static void
read_filter(const char *file, struct sock_fprog *program)
{
	static struct sock_filter code[BPF_MAXINSNS];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, code, sizeof(code));

	must(n);
	close(fd);
	*program = (struct sock_fprog){ .len = (unsigned short)((size_t)n / sizeof(code[0])), .filter = code };
}

static void
contain(const char *rootfs, int gate, char dirs[][512], size_t count, const struct sock_fprog *filter)
{
	char *const argv[] = { "/bin/true", NULL };
	char *const env[] = { "PATH=/bin", NULL };
	char byte;

	must(read(gate, &byte, 1));
	must(unshare(CLONE_NEWCGROUP));
	must(setsid());
	must(mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL));
	must(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL));
	must(chdir(rootfs));
	make_mounts();
	mount_cgroups(dirs, count);
	make_devices();
	must(syscall(SYS_pivot_root, ".", "."));
	must(umount2(".", MNT_DETACH));
	must(chdir("/"));
	must(sethostname("floor", 5));
	protect();
	drop_privileges();
	if (filter->len)
		must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, filter));
	execve(argv[0], argv, env);
	stop("/bin/true");
}

int
main(int argc, char **argv)
{
	static char dirs[32][512];
	const unsigned long namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	struct sock_fprog filter = { 0 };
	char path[600], number[32];
	int gate[2], status;
	size_t count;
	pid_t pid;

	if (argc != 3 && argc != 4)
		return 2;
	if (argc == 4)
		read_filter(argv[3], &filter);
	must(pipe2(gate, O_CLOEXEC));
	count = make_cgroups(argv[2], dirs, sizeof(dirs) / sizeof(dirs[0]));
	pid = (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, NULL);
	must(pid);
	if (pid == 0)
		contain(argv[1], gate[0], dirs, count, &filter);
	snprintf(number, sizeof(number), "%d", pid);
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", dirs[i]);
		put(path, number);
	}
	must(write(gate[1], "", 1));
	must(waitpid(pid, &status, 0));
	for (size_t i = 0; i < count; i++)
		must(rmdir(dirs[i]));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
