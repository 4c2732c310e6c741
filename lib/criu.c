/* SPDX-License-Identifier: MIT */
#include "capture.h"
#include "criu.h"
#include "overlay.h"
#include "path.h"
#include "state.h"

/* Whether all directories of a PATH are: what is found in another is whoever's that wrote into the working directory. */
static bool
absolute(const char *path)
{
	while (*path == '/') {
		path += strcspn(path, ":");
		if (!*path++)
			return true;
	}
	return false;
}

char *
criu_find(struct refusal *refusal)
{
	const char *named = getenv("OCIBOX_CRIU"), *path = getenv("OCIBOX_PATH");
	autofree char *both = NULL;

	if (!path)
		path = getenv("PATH");
	both = xasprintf("%s:%s", path && absolute(path) ? path : HOST_PATH, HOST_PATH);
	return program_find(named && *named ? named : "criu", both, refusal);
}

void
criu_add(struct criu *criu, const char *word, const char *value)
{
	criu->words = realloc(criu->words, (criu->count + 3) * sizeof(*criu->words));
	if (!criu->words)
		die(NULL, "allocate memory");
	criu->words[criu->count++] = word;
	if (value)
		criu->words[criu->count++] = value;
	criu->words[criu->count] = NULL;
}

void
criu_add_descriptor(struct criu *criu, const char *word, int fd, const char *file)
{
	char name[32];

	if (fcntl(fd, F_SETFD, 0))
		die(word, "pass on the descriptor of");
	criu_add(criu, word, xasprintf("%s%s", fd_path(fd, name), file));
}

static void
check(const struct config *config)
{
	int annotations = config_node(config, 0, "annotations"), terminal = config_node(config, 0, "process.terminal");
	char *overlay = overlay_annotation(config);

	if (config_bool(config, 0, "process.terminal", false))
		config_fail(config, terminal, ST_UNSUPPORTED, "a container with a terminal cannot be checkpointed or restored: "
			    "criu hands terminals over by its RPC only");
	for (int n = json_first(config->json, annotations); n >= 0; n = json_next(config->json, n))
		if (!strncmp(json_key(config->json, n), "org.ocibox.landlock.", 20))
			config_fail(config, n, ST_UNSUPPORTED, "criu does not restore landlock rules");
	if (overlay && !strncmp(overlay, "tmpfs", 5))
		config_fail(config, annotations, ST_UNSUPPORTED, "criu does not save the overlay of the root, which is in memory");
}

/* The directory of that name, made where missing. */
static int
directory(const char *path)
{
	char *here = realpath(".", NULL);
	char *whole = xasprintf("%s/%s", *path == '/' || !here ? "" : here, path);
	int root = root_open("/");
	int fd = path_mkdirs(root, whole, 0700);

	if (fd < 0)
		die(path, "open");
	return fd;
}

const char *
criu_log(const struct criu *criu)
{
	return criu->restore ? "restore.log" : "dump.log";
}

/* criu's settings: those of runc's users hold for ours. */
static void
settings(struct criu *criu, const struct config *config)
{
	static const char *const usual = "/etc/criu/runc.conf";
	int own = json_get(config->json, config_node(config, 0, "annotations"), "org.criu.config");
	const char *file = own >= 0 ? json_string(config->json, own) : !access(usual, F_OK) ? usual : "";

	if (*file)
		criu_add(criu, "--config", file);
}

static void
page_server(struct criu *criu, const char *text)
{
	const char *colon = strrchr(text, ':');
	bool bracket = *text == '[' && colon && colon > text + 2 && colon[-1] == ']';

	if (!colon || colon == text || !colon[1])
		fail(ST_USAGE, text, "use --page-server ADDRESS:PORT to specify page server");
	criu_add(criu, "--page-server", NULL);
	criu_add(criu, "--address", xstrndup(text + bracket, (size_t)(colon - text) - (bracket ? 2 : 0)));
	criu_add(criu, "--port", colon + 1);
}

int
criu_begin(struct criu *criu, const struct config *config)
{
	int image;

	check(config);
	image = criu->restore ? open(criu->image, O_PATH | O_DIRECTORY | O_CLOEXEC) : directory(criu->image);
	if (image < 0)
		die(criu->image, "open");
	criu_add_descriptor(criu, "-D", image, "");
	if (criu->work)
		criu_add_descriptor(criu, "-W", directory(criu->work), "");
	criu_add(criu, "-v4", NULL);
	criu_add(criu, "-o", criu_log(criu));
	criu_add(criu, xasprintf("--manage-cgroups=%s", criu->mode), NULL);
	/* networks are the client's business, and its hooks' */
	criu_add(criu, "--empty-ns", "net");
	settings(criu, config);
	if (criu->server)
		page_server(criu, criu->server);
	return image;
}

void
criu_save_descriptors(int image, int process)
{
	char *text = NULL;
	size_t len;
	FILE *out = text_open(&text, &len);

	for (char name[] = "fd/0"; name[3] <= '2'; name[3]++) {
		char target[4096];
		ssize_t n = readlinkat(process, name, target, sizeof(target) - 1);

		/* one that is closed has no name */
		target[n < 0 ? 0 : n] = '\0';
		putc(name[3] == '0' ? '[' : ',', out);
		put_json(out, target);
	}
	putc(']', out);
	text_close(out);
	if (state_put(image, "descriptors.json", 0600, text, len))
		die("descriptors.json", "write");
}

void
criu_take_descriptors(struct criu *criu, int image)
{
	char *name = xasprintf("%s/descriptors.json", criu->image);
	int file = openat(image, "descriptors.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct json *json;
	char error[256];
	size_t len;
	char *text;
	int fd = 0;

	if (file < 0)
		die(name, "open");
	/* both stay: the names are words */
	text = read_all(file, 1 << 16, &len, name);
	json = json_parse(name, text, len, error, sizeof(error));
	if (!json)
		fail(ST_CONFIG, NULL, "%s", error);
	for (int n = json_first(json, 0); n >= 0 && fd <= 2; n = json_next(json, n), fd++) {
		const char *was = json_string(json, n);

		if (was && !strncmp(was, "pipe:", 5))
			criu_add(criu, "--inherit-fd", xasprintf("fd[%d]:%s", fd, was));
	}
}

const char *
criu_error(const char *log)
{
	autofd int fd = open(log, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char *rest = fd < 0 ? NULL : read_all(fd, 64 << 20, NULL, log), *line;

	while (rest && (line = strsep(&rest, "\n"))) {
		const char *error = strncmp(line, "oci-", 4) ? strstr(line, "Error (") : line;

		/* its own limit is nobody's error */
		if (error && !strstr(error, "rlimit:"))
			return error;
	}
	return "no reason given";
}
