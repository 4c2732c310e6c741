/* SPDX-License-Identifier: MIT */
/* linux.seccomp to a program, with libseccomp; what the specification leaves open is done as runc does it. */
#include <ctype.h>
#include <seccomp.h>
#include <sys/mman.h>

#include "filter.h"

enum { ARGUMENTS = 6, TREE_FROM = 32 };

struct compiler {
	const struct config *config;
	int node;
	scmp_filter_ctx context;
	uint32_t otherwise;     /* the default action */
	unsigned added;         /* rules */
};

uint32_t
filter_library(void)
{
	const struct scmp_version *version = seccomp_version();

	return version->major << 16 | version->minor << 8 | version->micro;
}

char *
filter_call_name(uint32_t arch, uint32_t number)
{
	/* the two share a value of the kernel's, and their calls are told apart by a bit */
	if (arch == SCMP_ARCH_X86_64 && number & 0x40000000)
		arch = SCMP_ARCH_X32;
	return seccomp_syscall_resolve_num_arch(arch, (int)number);
}

static uint32_t
action_of(const char *name, uint64_t data)
{
	static const struct {
		const char *name;
		uint32_t action;
	} actions[] = {
		{ "KILL", SCMP_ACT_KILL_THREAD },
		{ "KILL_THREAD", SCMP_ACT_KILL_THREAD },
		{ "KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
		{ "TRAP", SCMP_ACT_TRAP },
		{ "ALLOW", SCMP_ACT_ALLOW },
		{ "LOG", SCMP_ACT_LOG },
		{ "NOTIFY", SCMP_ACT_NOTIFY },
		{ "ERRNO", SCMP_ACT_ERRNO(0U) },
		{ "TRACE", SCMP_ACT_TRACE(0U) },
	};
	size_t i = 0;

	/* the schema knows no other names */
	while (strcmp(actions[i].name, name + strlen("SCMP_ACT_")))
		i++;
	if (actions[i].action == SCMP_ACT_ERRNO(0U) || actions[i].action == SCMP_ACT_TRACE(0U))
		return actions[i].action | (uint32_t)(data & 0xffff);
	return actions[i].action;
}

/* "SCMP_ARCH_X86_64" as the library's number; 0: no process of this machine can have it. */
static uint32_t
arch_of(const char *name)
{
	char lower[32] = "";
	uint32_t arch;

	name += strlen("SCMP_ARCH_");
	for (size_t i = 0; i < sizeof(lower) - 1 && name[i]; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	arch = seccomp_arch_resolve_name(lower);
	/* the library may be built with the calls of this machine's architectures alone (packaging/deps.sh) */
	return arch && seccomp_syscall_resolve_name_arch(arch, "read") != __NR_SCMP_ERROR ? arch : 0;
}

static void
add_architectures(struct compiler *c)
{
	const struct json *json = c->config->json;
	int list = config_node(c->config, c->node, "architectures");

	for (int n = json_first(json, list); n >= 0; n = json_next(json, n)) {
		uint32_t arch = arch_of(json_string(json, n));
		int err = arch ? -seccomp_arch_add(c->context, arch) : EDOM;

		/* EDOM: of another byte order */
		if (err == EDOM)
			debug(json_string(json, n), "no process of this machine has this architecture, left out");
		else if (err && err != EEXIST)
			config_fail(c->config, n, ST_UNSUPPORTED, "libseccomp refuses the architecture: %s", strerror(err));
	}
}

/* The conditions of a rule; the caller frees them. *repeated: two are about one argument. */
static struct scmp_arg_cmp *
conditions_of(struct compiler *c, int rule, unsigned *count, bool *repeated)
{
	static const char *const operators[] = { "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ" };
	const struct json *json = c->config->json;
	int list = config_node(c->config, rule, "args");
	struct scmp_arg_cmp *conditions = xcalloc((size_t)json_count(json, list), sizeof(*conditions));
	bool seen[ARGUMENTS] = { false };

	*count = 0;
	*repeated = false;
	for (int n = json_first(json, list); n >= 0; n = json_next(json, n)) {
		const char *operator = config_string(c->config, n, "op") + strlen("SCMP_CMP_");
		struct scmp_arg_cmp *condition = &conditions[(*count)++];
		unsigned i = 0;

		while (strcmp(operators[i], operator))
			i++;
		*condition = (struct scmp_arg_cmp){
			.arg = (unsigned)config_uint(c->config, n, "index", 0),
			.op = (enum scmp_compare)(SCMP_CMP_NE + i),
			.datum_a = config_uint(c->config, n, "value", 0),
			.datum_b = config_uint(c->config, n, "valueTwo", 0),
		};
		*repeated |= seen[condition->arg];
		seen[condition->arg] = true;
	}
	return conditions;
}

static void
add_one(struct compiler *c, int place, uint32_t action, int call, unsigned count, const struct scmp_arg_cmp *conditions)
{
	int err = -seccomp_rule_add_array(c->context, action, call, count, conditions);

	if (err)
		config_fail(c->config, place, ST_CONFIG, "libseccomp refuses the rule for %s: %s",
			    json_string(c->config->json, place), strerror(err));
	c->added++;
}

static void
add_rule(struct compiler *c, int rule)
{
	const struct json *json = c->config->json;
	uint32_t action = action_of(config_string(c->config, rule, "action"), config_uint(c->config, rule, "errnoRet", EPERM));
	autofree struct scmp_arg_cmp *conditions = NULL;
	int names = config_node(c->config, rule, "names");
	bool repeated;
	unsigned count;

	/* says nothing that is not said already, and the library would refuse it */
	if (action == c->otherwise)
		return;
	conditions = conditions_of(c, rule, &count, &repeated);
	for (int n = json_first(json, names); n >= 0; n = json_next(json, n)) {
		const char *name = json_string(json, n);
		int call = seccomp_syscall_resolve_name(name);

		if (!*name)
			config_fail(c->config, n, ST_CONFIG, "must not be empty");
		if (call == __NR_SCMP_ERROR) {
			if (filter_is_strict(c->config))
				config_fail(c->config, n, ST_CONFIG, "no system call this libseccomp knows");
			debug(name, "no system call this libseccomp knows, left out");
			continue;
		}
		if (!repeated)
			add_one(c, n, action, call, count, conditions);
		/* conditions on different arguments must hold together; of several on the same, one is enough */
		for (unsigned i = 0; repeated && i < count; i++)
			add_one(c, n, action, call, 1, &conditions[i]);
	}
}

/* The largest number of a call that the profile names, whatever its action. */
static uint32_t
last_call(const struct compiler *c, uint32_t arch)
{
	const struct json *json = c->config->json;
	int rules = config_node(c->config, c->node, "syscalls"), last = 0;

	for (int r = json_first(json, rules); r >= 0; r = json_next(json, r)) {
		int names = config_node(c->config, r, "names");

		for (int n = json_first(json, names); n >= 0; n = json_next(json, n)) {
			int call = seccomp_syscall_resolve_name_arch(arch, json_string(json, n));

			if (call > last && (arch != SCMP_ARCH_ARM || call < FILTER_ARM_OWN))
				last = call;
		}
	}
	return last ? (uint32_t)last : UINT32_MAX;
}

/* Adds the architecture to limits. bounded: it has a last call. */
static void
limit(struct compiler *c, struct filter_limit *limits, size_t *count, uint32_t token, bool bounded)
{
	uint32_t arch = token == SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : token;
	uint32_t last = bounded ? last_call(c, token) : UINT32_MAX;
	size_t i = 0;

	while (i < *count && limits[i].arch != arch)
		i++;
	if (i == *count)
		limits[(*count)++] = (struct filter_limit){ .arch = arch, .last = UINT32_MAX, .last_x32 = UINT32_MAX };
	if (token == SCMP_ARCH_X32)
		limits[i].last_x32 = last;
	else
		limits[i].last = last;
}

/* The architectures of the filter; the caller frees them. */
static struct filter_limit *
limits_of(struct compiler *c, size_t *count)
{
	const struct json *json = c->config->json;
	int list = config_node(c->config, c->node, "architectures");
	struct filter_limit *limits = xcalloc((size_t)json_count(json, list) + 1, sizeof(*limits));
	/* where the default is to let pass, the kernel answers for what it does not know */
	bool bounded = c->otherwise != SCMP_ACT_ALLOW && c->otherwise != SCMP_ACT_LOG &&
		(c->otherwise & SECCOMP_RET_ACTION_FULL) != SCMP_ACT_TRACE(0U);

	*count = 0;
	limit(c, limits, count, seccomp_arch_native(), bounded);
	for (int n = json_first(json, list); n >= 0; n = json_next(json, n)) {
		uint32_t token = arch_of(json_string(json, n));

		if (token && token != seccomp_arch_native())
			limit(c, limits, count, token, bounded);
	}
	return limits;
}

/* The library's program, made shorter. */
static void
assemble(struct compiler *c, struct filter *filter)
{
	size_t bytes, archs;
	autofree struct filter_limit *limits = limits_of(c, &archs);
	/* the library writes to a descriptor only, before its version 2.6 */
	autofd int fd = memfd_create("seccomp", MFD_CLOEXEC);
	autofree char *own = NULL;
	int err;

	if (fd < 0)
		die(NULL, "make a file in memory");
	err = -seccomp_export_bpf(c->context, fd);
	if (err)
		config_fail(c->config, c->node, ST_CONFIG, "libseccomp cannot compile the profile: %s", strerror(err));
	if (lseek(fd, 0, SEEK_SET))
		die(NULL, "go to the begin of a file in memory");
	own = read_all(fd, 1 << 28, &bytes, "a file in memory");
	filter->count = bytes / sizeof(*filter->code);
	filter->code = filter_tree((const struct sock_filter *)(uintptr_t)own, &filter->count, limits, archs);
	if (filter->count > BPF_MAXINSNS)
		config_fail(c->config, c->node, ST_CONFIG, "compiles to %zu instructions, and the kernel takes %d",
			    filter->count, BPF_MAXINSNS);
}

void
filter_compile(struct filter *filter, const struct config *config, int node)
{
	struct compiler c = { .config = config, .node = node };
	int rules = config_node(config, node, "syscalls");

	/* not what this kernel has, which may not be the one that gets the program */
	(void)seccomp_api_set(6);
	c.otherwise = action_of(config_string(config, node, "defaultAction"), config_uint(config, node, "defaultErrnoRet", EPERM));
	filter->flags = filter_flags(config, node);
	filter->library = filter_library();
	c.context = seccomp_init(c.otherwise);
	if (!c.context)
		die(NULL, "begin a seccomp filter");
	add_architectures(&c);
	for (int n = json_first(config->json, rules); n >= 0; n = json_next(config->json, n))
		add_rule(&c, n);
	/* a tree of comparisons instead of a list, as runc has it; with no rules at all, versions before 2.5.5 get it wrong */
	if (c.added > TREE_FROM)
		(void)seccomp_attr_set(c.context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	assemble(&c, filter);
	seccomp_release(c.context);
}
