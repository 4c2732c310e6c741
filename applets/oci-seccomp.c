/* SPDX-License-Identifier: MIT */
/* oci-seccomp: filter the system calls of the program that ends this chain.
 *
 * It makes the filter, from linux.seccomp or a compiled file, and has the program's exec load it: so no other
 * step has to pass it, whatever it refuses. Before oci-ns, while the cache and the listener's socket are the
 * host's and this process has its rights; with -p once more, behind oci-ns and before oci-pivot. oci-caps leaves
 * CAP_SYS_ADMIN to the process for loading, until that exec.
 * schema: seccomp
 */
#include "config.h"
#include "filter.h"
#include "ocibox.h"

struct request {
	const char *bundle, *profile, *compiled;        /* -b, -f, -l: where the filter comes from */
	struct filter_words words;                      /* -D, -a, -F, -L, -M, -R: or here it is */
	const char *output;                             /* -c */
	const char *cache;                              /* -C */
	const char *id;                                 /* -i */
	bool dump;                                      /* -d */
	bool fresh;                                     /* -n */
	bool own_pid;                                   /* -p */
};

/* Whether a filter that was compiled before may be taken: perhaps it was for a container that does not mind calls the library
 * does not know. */
static bool
may_be_old(const struct request *request, const struct config *config)
{
	return !request->fresh && !filter_is_strict(config);
}

static void
from_profile(struct filter *filter, const struct request *request, const struct config *config, int node)
{
	autofd int cache = -1;
	bool old = may_be_old(request, config);

	filter_profile(filter->profile, config, node);
	if (old && request->bundle && filter_beside(filter, config->bundle))
		return;
	if (old)
		cache = filter_cache_open(request->cache, false);
	if (cache >= 0 && filter_cache_get(cache, filter))
		return;
	filter_compile(filter, config, node);
	if (cache >= 0)
		filter_cache_put(cache, filter);
}

static void
from_file(struct filter *filter, const char *path, bool match)
{
	const char *why;
	size_t len;
	autofree char *data = config_read(path, &len);

	if (!filter_decode(filter, data, len, match, 0, &why))
		fail(ST_CONFIG, path, "%s", why);
}

/* The container, for who takes the listener. */
static void
describe(struct filter *filter, const struct config *config, const char *id)
{
	const char *version = config_string(config, 0, "ociVersion");
	char error[512];

	if (id) {
		autofd int entry = state_open(id);

		filter->condition = COND_CREATING;
		if (entry >= 0 && state_read(entry, id, &filter->state, error, sizeof(error))) {
			if (filter->state.pid)
				filter->condition = state_condition(entry, &filter->state);
			return;
		}
	}
	filter->state = (struct state){
		.id = id ? id : "",
		.bundle = config->bundle ? config->bundle : "",
		.oci_version = version ? version : "1.3.0",
		.annotations = json_line(config->json, config_node(config, 0, "annotations")),
	};
}

/* NULL: the configuration asks for none. */
static struct filter *
prepare(const struct request *request)
{
	const struct config *config = NULL;
	struct filter *filter;
	int node = 0;

	if (request->bundle) {
		config = config_load(request->bundle);
		if (config->filter && !request->cache && !request->compiled && may_be_old(request, config)) {
			filter = filter_new();
			*filter = *config->filter;
			return filter;
		}
		config = config_whole();
		node = config_node(config, 0, "linux.seccomp");
		if (node < 0)
			return NULL;
	} else if (request->words.action) {
		size_t len;
		const char *text = filter_text(&request->words, &len);

		config = config_take_part("options", text, len, "seccomp");
	} else if (request->profile) {
		config = config_load_part(request->profile, "seccomp");
		/* theirs have conditions on capabilities and architectures, which would be passed over in silence */
		if (json_get(config->json, 0, "archMap") >= 0)
			fail(ST_CONFIG, request->profile, "a profile as docker and podman take it, not linux.seccomp of a configuration");
	}
	filter = filter_new();
	if (request->compiled) {
		if (config)
			filter_profile(filter->profile, config, node);
		from_file(filter, request->compiled, config);
	} else {
		from_profile(filter, request, config, node);
	}
	if (request->output || request->dump || !(filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return filter;
	if (!config)
		fail(ST_CONFIG, request->compiled, "has SCMP_ACT_NOTIFY, and only a profile names the listener (-b, -f)");
	filter_listener(filter, config, node);
	describe(filter, config, request->id);
	filter_connect(filter);
	return filter;
}

static void
save(const struct filter *filter, const char *path)
{
	size_t len;
	autofree char *data = filter_encode(filter, &len);

	if (state_put(AT_FDCWD, path, 0644, data, len))
		die(path, "write");
}

/* Behind oci-ns getpid(2) may be 1; /proc is the host's until oci-pivot. */
static void
note_pid(void)
{
	char text[24] = "";

	if (!chain.filters)
		return;
	if (readlink("/proc/self", text, sizeof(text) - 1) < 0)
		die("/proc/self", "read link");
	for (struct filter *f = chain.filters; f; f = f->next)
		f->pid = (pid_t)atoi(text);
}

/* The profile itself; false: another option. */
static bool
take_word(struct filter_words *words, int c)
{
	const char **const places[] = { &words->action, &words->archs, &words->flags, &words->listener, &words->metadata };
	static const char letters[] = "DaFLM";
	const char *at = c ? strchr(letters, c) : NULL;

	if (at)
		*places[at - letters] = optarg;
	else if (c == 'R')
		words->rules[words->count++] = optarg;
	return at || c == 'R';
}

static void
take_options(struct request *request, int argc, char **argv)
{
	int c;

	request->words.rules = xcalloc((size_t)argc, sizeof(*request->words.rules));
	while ((c = getopt(argc, argv, "+a:b:c:C:dD:f:F:i:l:L:M:npR:")) != -1)
		switch (c) {
		case 'b':
			request->bundle = optarg;
			break;
		case 'c':
			request->output = optarg;
			break;
		case 'C':
			request->cache = optarg;
			break;
		case 'd':
			request->dump = true;
			break;
		case 'f':
			request->profile = optarg;
			break;
		case 'i':
			request->id = optarg;
			break;
		case 'l':
			request->compiled = optarg;
			break;
		case 'n':
			request->fresh = true;
			break;
		case 'p':
			request->own_pid = true;
			break;
		default:
			if (!take_word(&request->words, c))
				usage();
		}
}

char **
oci_seccomp_main(int argc, char **argv)
{
	struct request request = { 0 };
	struct filter *filter;
	int sources;

	take_options(&request, argc, argv);
	sources = !!request.bundle + !!request.profile + !!request.words.action;
	if (sources > 1 || (!request.words.action && (request.words.archs || request.words.flags || request.words.listener || request.words.count)))
		usage();
	if (!sources && !request.compiled) {
		if (!request.own_pid)
			usage();
		note_pid();
		return argv + optind;
	}
	filter = prepare(&request);
	if (!filter)
		return argv + optind;
	if (request.output)
		save(filter, request.output);
	if (request.dump)
		filter_dump(stdout, filter);
	if (!request.output && !request.dump)
		filter_add(filter);
	if (request.own_pid)
		note_pid();
	return argv + optind;
}
