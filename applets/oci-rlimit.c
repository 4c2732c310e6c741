/* SPDX-License-Identifier: MIT */
/* oci-rlimit: set resource limits, then go on.
 *
 * Before oci-user and oci-caps: raising a hard limit needs CAP_SYS_RESOURCE, in the
 * initial user namespace. On the parent side of oci-ns it sets the limits of the
 * container's process. Late: the steps after it live within the limits. With -r early, before
 * oci-ns -l: behind it, in a user namespace, there is no such right.
 * schema: process
 */
#include <sys/resource.h>

#include "config.h"
#include "ocibox.h"

struct limit {
	char name[20];
	int number;
};

static const struct limit limits[] = {
	{ "RLIMIT_AS", RLIMIT_AS }, { "RLIMIT_CORE", RLIMIT_CORE }, { "RLIMIT_CPU", RLIMIT_CPU },
	{ "RLIMIT_DATA", RLIMIT_DATA }, { "RLIMIT_FSIZE", RLIMIT_FSIZE }, { "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK }, { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE }, { "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE }, { "RLIMIT_NPROC", RLIMIT_NPROC }, { "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO }, { "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING }, { "RLIMIT_STACK", RLIMIT_STACK },
};

/* The row of a name of len bytes, RLIMIT_ or not, in any case. */
static const struct limit *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const char *whole = limits[i].name, *brief = whole + strlen("RLIMIT_");

		if ((strlen(whole) == len && !strncasecmp(whole, name, len)) ||
		    (strlen(brief) == len && !strncasecmp(brief, name, len)))
			return &limits[i];
	}
	return NULL;
}

/* raise: only makes room for what is asked for. */
static void
set(const struct limit *limit, rlim_t soft, rlim_t hard, bool raise)
{
	struct rlimit wanted = { soft, hard }, was;

	if (prlimit(chain.child, limit->number, NULL, &was))
		die(limit->name, "get");
	if (raise) {
		if (hard <= was.rlim_max)
			return;
		wanted.rlim_cur = was.rlim_cur;
	}
	if (!prlimit(chain.child, limit->number, &wanted, NULL))
		return;
	if (errno == EPERM && hard > was.rlim_max)
		fail(ST_PERMISSION, limit->name, "raising the hard limit from %llu to %llu needs CAP_SYS_RESOURCE%s",
		    (unsigned long long)was.rlim_max, (unsigned long long)hard,
		    limit->number == RLIMIT_NOFILE ? ", and no more than /proc/sys/fs/nr_open" : "");
	die(limit->name, "set");
}

static rlim_t
amount(const char *text)
{
	char *end;
	unsigned long long value;

	if (!strcmp(text, "unlimited") || !strcmp(text, "infinity"))
		return RLIM_INFINITY;
	errno = 0;
	value = strtoull(text, &end, 10);
	/* strtoull takes -1 for the largest number */
	if (*text < '0' || *text > '9' || *end || errno)
		fail(ST_USAGE, text, "not a limit: a number, unlimited or infinity");
	return value;
}

/* TYPE=SOFT[:HARD]. apply false: only looks whether it is one. */
static void
set_text(const char *text, bool apply, bool raise)
{
	size_t len = strcspn(text, "=");
	const struct limit *limit = find(text, len);
	autofree char *soft = NULL;
	rlim_t low, high;

	if (!limit)
		fail(ST_USAGE, text, "no such limit");
	if (!text[len])
		fail(ST_USAGE, text, "not TYPE=SOFT[:HARD]");
	text += len + 1;
	len = strcspn(text, ":");
	soft = xstrndup(text, len);
	low = amount(soft);
	high = text[len] ? amount(text + len + 1) : low;
	if (low > high)
		fail(ST_USAGE, limit->name, "the soft limit is above the hard limit");
	if (apply)
		set(limit, low, high, raise);
}

static void
set_config(const struct config *config, bool raise)
{
	int list = config_node(config, 0, "process.rlimits");
	unsigned seen = 0;

	for (int n = json_first(config->json, list); n >= 0; n = json_next(config->json, n)) {
		const char *type = config_string(config, n, "type");
		const struct limit *limit = type ? find(type, strlen(type)) : NULL;
		uint64_t soft = config_uint(config, n, "soft", 0), hard = config_uint(config, n, "hard", 0);

		if (!limit)
			config_fail(config, config_node(config, n, "type"), ST_CONFIG, "no such limit");
		if (seen & 1U << limit->number)
			config_fail(config, n, ST_CONFIG, "%s is here twice", limit->name);
		if (soft > hard)
			config_fail(config, n, ST_CONFIG, "the soft limit is above the hard limit");
		seen |= 1U << limit->number;
		set(limit, soft, hard, raise);
	}
}

char **
oci_rlimit_main(int argc, char **argv)
{
	autofree const char **texts = xcalloc((size_t)argc, sizeof(*texts));
	const char *bundle = NULL;
	size_t count = 0;
	bool raise = false;
	int c;

	while ((c = getopt(argc, argv, "+b:l:r")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'l':
			set_text(optarg, false, false);
			texts[count++] = optarg;
			break;
		case 'r':
			raise = true;
			break;
		default:
			usage();
		}
	if (!bundle && !count)
		usage();
	if (bundle)
		set_config(config_load(bundle), raise);
	for (size_t i = 0; i < count; i++)
		set_text(texts[i], true, raise);
	return argv + optind;
}
