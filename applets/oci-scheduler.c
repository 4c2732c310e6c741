/* SPDX-License-Identifier: MIT */
/* oci-scheduler: set the scheduling policy of this process (sched(7)), then go on.
 *
 * Before oci-user and oci-caps: real-time policies and lower nice values need CAP_SYS_NICE. Behind everything that
 * forks, hooks too: a process with the policy deadline may not. It survives exec.
 * schema: process
 */
#include <sys/syscall.h>

#include "config.h"
#include "ocibox.h"
#include "word.h"

enum { DEADLINE = 6 };

/* sched_setattr(2)'s, of Linux 5.3; what older ones do not know is 0, which they take */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;     /* nanoseconds */
	uint32_t clamp_min, clamp_max;
};

static const char *const policy_prefix = "SCHED_", *const flag_prefix = "SCHED_FLAG_";
static const char *const policy_kind = "scheduling policy", *const flag_kind = "scheduling flag";
static const struct word policies[] = {
	{ "OTHER", 0 }, { "FIFO", 1 }, { "RR", 2 }, { "BATCH", 3 }, { "ISO", 4 }, { "IDLE", 5 }, { "DEADLINE", DEADLINE }, { NULL },
};
static const struct word flags[] = {
	{ "RESET_ON_FORK", 1 }, { "RECLAIM", 2 }, { "DL_OVERRUN", 4 }, { "KEEP_POLICY", 8 }, { "KEEP_PARAMS", 16 },
	{ "UTIL_CLAMP_MIN", 32 }, { "UTIL_CLAMP_MAX", 64 }, { NULL },
};

/* false: the configuration says nothing of it. */
static bool
from_config(struct attributes *a, const struct config *config)
{
	int node = config_node(config, 0, "process.scheduler");

	if (node < 0)
		return false;
	a->policy = word_value(policies, policy_prefix, config_string(config, node, "policy"), policy_kind);
	a->flags = word_nodes(flags, flag_prefix, config, config_node(config, node, "flags"), flag_kind);
	a->nice = (int32_t)config_int(config, node, "nice", 0);
	a->priority = (uint32_t)config_int(config, node, "priority", 0);
	a->runtime = config_uint(config, node, "runtime", 0);
	a->deadline = config_uint(config, node, "deadline", 0);
	a->period = config_uint(config, node, "period", 0);
	/* the kernel would not look at them */
	if (a->policy != DEADLINE && (a->runtime || a->deadline || a->period))
		config_fail(config, node, ST_CONFIG, "runtime, deadline and period are for SCHED_DEADLINE");
	return true;
}

/* What is wrong with the times of a deadline, which the kernel only calls invalid; in crun's words. missing: a bit for each that
 * is not in the configuration. */
static void
check_times(const struct attributes *a, unsigned missing)
{
	/* no period is one as long as the deadline */
	const uint64_t times[] = { a->runtime, a->deadline, a->period ? a->period : a->deadline };
	static const char *const names[] = { "runtime", "deadline", "period" };
	static const char *const act = "sched_setattr: `SCHED_DEADLINE`";

	for (size_t i = 0; i < 2; i++)
		if (missing >> i & 1)
			fail(ST_KERNEL, NULL, "%s requires `%s`", act, names[i]);
	for (size_t i = 0; i < 2; i++)
		if (!times[i])
			fail(ST_KERNEL, NULL, "%s %s must be greater than 0", act, names[i]);
	for (size_t i = 0; i < 2; i++)
		if (times[i] > times[i + 1])
			fail(ST_KERNEL, NULL, "%s %s (%llu) must be <= %s (%llu)", act, names[i], (unsigned long long)times[i],
			     names[i + 1], (unsigned long long)times[i + 1]);
	for (size_t i = 0; i < 3; i++)
		if (times[i] < 1024 || times[i] > INT64_MAX)
			fail(ST_KERNEL, NULL, "%s %s (%llu) must be between 1024 and %lld", act, names[i],
			     (unsigned long long)times[i], (long long)INT64_MAX);
	errno = EINVAL;
}

static uint64_t
nanoseconds(const char *text)
{
	return (uint64_t)number(text, 0, INT64_MAX, "number of nanoseconds");
}

static const char *
take_options(struct attributes *a, int argc, char **argv)
{
	const char *bundle = NULL;
	int c;

	while ((c = getopt(argc, argv, "+b:d:e:f:n:p:r:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'd':
			a->deadline = nanoseconds(optarg);
			break;
		case 'e':
			a->period = nanoseconds(optarg);
			break;
		case 'f':
			a->flags |= word_list(flags, flag_prefix, optarg, flag_kind);
			break;
		case 'n':
			a->nice = (int32_t)number(optarg, -20, 19, "nice value");
			break;
		case 'p':
			a->priority = (uint32_t)number(optarg, 0, 99, "priority");
			break;
		case 'r':
			a->runtime = nanoseconds(optarg);
			break;
		default:
			usage();
		}
	return bundle;
}

char **
oci_scheduler_main(int argc, char **argv)
{
	struct attributes a = { .size = sizeof(a) };
	const char *bundle = take_options(&a, argc, argv);
	unsigned missing = 0;

	argv += optind;
	if (bundle) {
		const struct config *config = config_load(bundle);

		if (!from_config(&a, config))
			return argv;
		missing = (config_node(config, 0, "process.scheduler.runtime") < 0)
			  | (config_node(config, 0, "process.scheduler.deadline") < 0) << 1;
	} else {
		if (!argv[0])
			usage();
		a.policy = word_value(policies, policy_prefix, *argv++, policy_kind);
		if (a.policy != DEADLINE && (a.runtime || a.deadline || a.period))
			fail(ST_USAGE, NULL, "-r, -d and -e are for the policy deadline");
	}
	if (!syscall(SYS_sched_setattr, 0, &a, 0))
		return argv;
	if (errno == EINVAL && a.policy == DEADLINE)
		check_times(&a, missing);
	die(NULL, "set the scheduling policy");
}
