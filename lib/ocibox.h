/* SPDX-License-Identifier: MIT */
/* What every applet uses: errors, descriptors, the chain. */
#ifndef OCIBOX_H
#define OCIBOX_H

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* The C library's open() sets O_CLOEXEC again, for kernels before 2.6.23: one more call for each file. */
#define open(...) openat(AT_FDCWD, __VA_ARGS__)

/* Exit statuses, one for each class of failure; ocibox(7) lists them. 126 and
 * 127 are the shell's: the program cannot be run, the program is not found. */
enum status {
	ST_USAGE = 110,    /* wrong options or operands */
	ST_CONFIG,         /* config.json is not valid */
	ST_NO_CONTAINER,   /* there is no container of that id */
	ST_STATE,          /* the container is in the wrong state */
	ST_PERMISSION,     /* EPERM, EACCES */
	ST_KERNEL,         /* the kernel refused, any other errno */
	ST_EXISTS,         /* the id is taken */
	ST_LOST,           /* the other side died, or a signal ended this one */
	ST_HOOK,           /* a hook failed or timed out */
	ST_UNSUPPORTED,    /* the kernel or this build cannot do it */
	ST_NOT_RUNNABLE = 126,
	ST_NOT_FOUND = 127,
};

/* One row of the table made from the manual pages by lib/table.awk. */
struct applet {
	const char *name;       /* "oci-mkdev" */
	const char *options;    /* "b:bundle q.quiet ": letter, ':' when it takes a value, long name */
	char **(*main)(int argc, char **argv);  /* a step: returns the words still to run */
	uint16_t help;          /* the text of --help behind "usage: ", as applet_text() counts: the synopsis is its first line */
	uint16_t script;        /* of a verb: the text for /bin/sh; of a step: one it reads; or 0 */
	bool verb;              /* main is script_main */
	enum __attribute__((packed)) { OPTIONS_FIRST, OPTIONS_BEHIND_ID, OPTIONS_ANYWHERE } order;      /* where options may stand among operands */
};

extern const struct applet applets[];
extern const size_t applet_count;
/* The texts, one behind the other as gzip(1) packs them; where each begins, and the last one ends; how many there are. */
extern const unsigned char text_packed[];
extern const uint32_t text_places[];
extern const size_t text_count;

/* What one process carries from step to step: all the mutable state there is. */
struct config;
struct filter;
struct join;
struct talk;
/* Of OCIBOX_TRACE; times in microseconds. */
struct trace {
	bool on;
	int fd;                 /* where the lines go; -1: nowhere, or, inside, to the peer */
	char **words;           /* the step at work; NULL: none, or its line is out */
	long long begun;        /* when it began */
	long long now, mono, real;      /* at the last look: since the machine began, and the two clocks */
};
extern struct chain {
	const char *step;       /* the applet at work, for messages */
	pid_t first;            /* the process that was started, and that all others end with, or before */
	pid_t self;             /* the process that runs the chain; what a step forks for itself is another */
	struct config *config;  /* config.json, read once a process */
	int peer;               /* the other side of the fork in oci-ns, or of oci-release; -1: none */
	const struct talk *talk;        /* how the peer is spoken to; NULL: there was none. Most selections of applets have no code for it */
	bool inside;            /* this is the container's process: its errors go to the peer */
	bool bound;             /* it dies with its parent: until the last gate */
	pid_t child;            /* parent side: the container's first process; 0: none, or it was let go */
	void (*settle)(int status);     /* ends the child and runs the undo before an exit; NULL: there was neither. As talk */
	bool began;             /* parent side: the child has become its program */
	int status;             /* what the process exits with when all words have run: the container's, or 0 */
	bool last;              /* parent side: the gate it waits at is its last */
	pid_t freed;            /* parent side: the pid of the process that was let go */
	const char *cwd;        /* the working directory that oci-program -n has entered, as it was named; NULL: none */
	int start;              /* the socket on which the container's process awaits oci-release; -1: none */
	int entry;              /* the locked state directory of the container at work; -1: none */
	const char *claimed;    /* its id, when oci-claim has made it and oci-guard is next, so that there is no more of it; else NULL */
	int successor;          /* inside, until oci-ns -l: takes the pid of the process that goes on in this one's place; -1: none */
	char **undo;            /* what ends this chain when it fails, as oci-guard was given it; NULL: nothing */
	bool undo_always;       /* or when it succeeds */
	int guard;              /* tells the guard that the undo has run; -1: there is none */
	pid_t guardian;         /* its pid */
	struct join *join;      /* namespaces of a container's process that oci-join has yet to join; NULL: none */
	int terminal;           /* outside: the master of the container's terminal, which oci-reap relays; -1: none */
	int done;               /* tells oci-supervise's waiting half that the container is created; -1: none */
	int notify;             /* outside: the socket on which the container says that it is ready; -1: none */
	int proc;               /* procfs, while many processes are looked at (proc_any); -1: it is opened for each */
	unsigned namespaces;    /* the kinds this kernel has, by their place in ns_kinds, when they were looked for; 0: not yet */
	char *mounts;           /* /proc/self/mountinfo when cgroup hierarchies were looked for; NULL: not yet, or with another root */
	struct trace trace;
	struct filter *filters; /* seccomp filters for the program's exec to load (lib/filter.h) */
	void (*load)(void);     /* does so; NULL: there are none. Most selections of applets have no code for it */
} chain;

/* This process has another root directory or mount namespace: paths of before lead elsewhere. */
static inline void
mounts_forget(void)
{
	free(chain.mounts);
	chain.mounts = NULL;
}

/* lib/die.c. "oci-mkdev: mknod /dev/null: Operation not permitted": applet, act,
 * operand, reason; on stderr, in --log, or to the peer when there is one. */

/* errno is the reason and gives the status. operand: what the user named, or NULL. */
_Noreturn void die(const char *operand, const char *act, ...) __attribute__((format(printf, 2, 3)));
/* The reason is reason: "oci-claim: OPERAND: REASON". */
_Noreturn void fail(int status, const char *operand, const char *reason, ...) __attribute__((format(printf, 3, 4)));
/* One line, the synopsis; status ST_USAGE. */
_Noreturn void usage(void);
/* "APPLET: warning: OPERAND: TEXT", and the caller goes on. */
void warn(const char *operand, const char *text, ...) __attribute__((format(printf, 2, 3)));
/* The same at level debug, only with --debug. */
void debug(const char *operand, const char *text, ...) __attribute__((format(printf, 2, 3)));
/* A message of a given level ("error", "warning", "debug") by step, to stderr and --log. err: errno or 0. */
void report(const char *level, int status, int err, const char *step, const char *operand, const char *line);
/* lib/quote.c: text as a JSON string, quotes and all; the caller's to free. Dies without memory; try: NULL then. */
char *json_quoted(const char *text);
char *json_try_quoted(const char *text);
void put_json(FILE *out, const char *text);

/* Ends the process, with status. What exit(3) would leave behind goes first: the container's process
 * on the parent side is killed and reaped, and the undo of oci-guard runs. A step's own fork just exits. */
_Noreturn void chain_end(int status);

/* lib/trace.c, or lib/trace_none.c in a selection without oci-trace. */

/* What OCIBOX_TRACE says of where lines go. Again, when descriptors were closed. */
void trace_open(void);
/* A step with these words begins. */
void trace_begin(char **words);
/* It ends: "ok", "exec", or an error's line. rest: the words behind its own, or NULL: those before the next applet's name
 * are taken for them. Nothing without trace_begin before. Safe in a signal handler. */
void trace_end(const char *result, char **rest);
/* Writes a finished line where lines go; for report. */
void trace_put(const char *line);

/* lib/chain.c. */

/* Run words, step after step, until none is left. */
void chain_run(char **words);
/* Before execve(2), by who calls it: the step's line of the trace. Inside, the program will die with its parent as its process
 * did (a change of credentials had undone that), and the peer hears that its end of the line, when it closes, was no death. */
void exec_announce(void);
/* The applet's name for a command as people write it: "create" is oci-create; a name with a slash or oci- is itself. Dies. */
char *verb_name(char *word);
/* The row of the applet called name, or NULL. */
const struct applet *applet_find(const char *name);
/* argv with long options made into their letters, as row->options says, and before the operands, as
 * row->order says. Dies on an unknown or ambiguous one. */
char **options_short(const struct applet *row, char **argv);
/* "{ words }" at *argv: returns the words between as a list of their own and moves
 * *argv behind the closing brace; NULL, nothing moved, when there is no "{". */
char **block_take(char ***argv);
/* Put this program's path into $OCIBOX, for scripts. */
void name_self(void);
/* The main of each verb: replaces this process by /bin/sh running its script. argv[0] is the verb's name. */
_Noreturn char **script_main(int argc, char **argv);

/* Descriptors and memory that end with their scope: die() frees nothing, the
 * kernel does; but a step that returns has closed what it opened. */
static inline void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void
free_ptr(void *p)
{
	free(*(void **)p);
}

#define autofd __attribute__((cleanup(close_fd)))
#define autofree __attribute__((cleanup(free_ptr)))

/* Hands a descriptor over: *fd will not be closed at the end of its scope. */
static inline int
steal_fd(int *fd)
{
	int was = *fd;

	*fd = -1;
	return was;
}

/* lib/text.c. A text of the table; the caller's to free. */
char *applet_text(unsigned text);
/* The first count texts, at text_places; the caller's to free. */
char *applet_texts(unsigned count);

/* lib/util.c: these die when they fail. */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *xcalloc(size_t count, size_t size);
char *xstrdup(const char *text) __attribute__((nonnull));
/* At most len bytes of it. */
char *xstrndup(const char *text, size_t len) __attribute__((nonnull));
/* A stream into memory, and its end: the text is at *text then, NUL-terminated, the caller's to free. */
FILE *text_open(char **text, size_t *len);
void text_close(FILE *out);
/* text as a whole number in min..max; what it is for the message. */
long long number(const char *text, long long min, long long max, const char *what);
/* lib/date.c: a moment since 1970 in UTC as RFC 3339 begins it, "2026-11-22T20:16:41", in text, which is returned. */
enum { DATE_SIZE = 80 };
char *date_text(time_t when, char text[DATE_SIZE]);
/* The moment that text, with nine digits of a fraction, names; false: it does not, or names one before 1970. */
bool date_read(const char *text, struct timespec *when);
/* lib/scan.c: the number that the digits at p, at most width of them, are to base, 8 or 10: where they end; NULL: there are none,
 * or it is too large. */
const char *take_digits(const char *p, unsigned base, size_t width, uint64_t *value);
/* The same to base 10, of at most width characters, which may begin with a minus. */
const char *take_signed(const char *p, size_t width, int64_t *value);
/* sscanf(3) with %d, %lu, %llu, %lf (digits, perhaps a point and more), a width, %n, spaces and other
 * characters; a number too large does not match. */
int scan(const char *text, const char *format, ...) __attribute__((format(scanf, 2, 3)));
/* All of the file at descriptor fd, NUL-terminated, at most max bytes; what: its name for messages. */
char *read_all(int fd, size_t max, size_t *len, const char *what);
/* Writes all len bytes, or dies. */
void write_all(int fd, const void *data, size_t len, const char *what);

/* lib/close.c: closes all descriptors from first on; on_exec: has execve(2) do it. */
void close_from(int first, bool on_exec);
/* The descriptor that name is: "/dev/fd/N", as shells give one to a program; -1: it is none. */
int fd_named(const char *name);

#endif
