/* SPDX-License-Identifier: MIT */
/* Seccomp filters, from linux.seccomp to the kernel (seccomp(2)). A filter is made early, while the files and
 * the rights of the host are there, and loaded by the execve(2) that ends the chain: no call of ours but that
 * one has to pass it. */
#ifndef FILTER_H
#define FILTER_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "blake2b.h"
#include "config.h"
#include "ocibox.h"
#include "state.h"

/* Changes with what filter_compile makes of a profile, and with the file it is kept in. */
#define FILTER_FORMAT '3'

/* AUDIT_ARCH_* of the processes that can load a program; it stands for the byte order, too. */
#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define FILTER_ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define FILTER_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define FILTER_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FILTER_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define FILTER_ARCH AUDIT_ARCH_S390X
#else
#error "no AUDIT_ARCH_ known for this processor"
#endif

struct filter {
	struct sock_filter *code;       /* classic BPF on struct seccomp_data */
	size_t count;                   /* 1 to BPF_MAXINSNS */
	uint32_t flags;                 /* SECCOMP_FILTER_FLAG_*; NEW_LISTENER: an action is SCMP_ACT_NOTIFY */
	uint32_t library;               /* the version that compiled it, as filter_library */
	unsigned char profile[BLAKE2B_SIZE];    /* of the profile it was compiled from, as filter_profile */
	const char *listener;           /* what the listener is handed over to: listenerPath, */
	int socket;                     /* connected to it; -1: none */
	const char *metadata;           /* listenerMetadata, or NULL */
	struct state state;             /* of the container, for who takes the listener; pid 0: this process's */
	enum condition condition;
	pid_t pid;                      /* this process as /proc has it; 0: as getpid(2) */
	struct filter *next;            /* loaded behind this one */
};

/* lib/filter.c: the filters of this chain. */

/* A filter without code. */
struct filter *filter_new(void);
/* Has the program's exec load it, behind those that are there: chain.load does so right before execve(2), and hands the
 * listener over. Dies when the kernel refuses one. */
void filter_add(struct filter *filter);
/* Connects to filter->listener (AF_UNIX, SOCK_STREAM); dies when nobody listens there. */
void filter_connect(struct filter *filter);
/* The process that goes on here is not the one that becomes the program: none is loaded. */
void filter_forget(void);

/* lib/filter_profile.c: what linux.seccomp at node says beside its rules. */

/* The hash of what decides what linux.seccomp at node compiles to: its text, or all but the listener's two properties. */
void filter_profile(unsigned char hash[BLAKE2B_SIZE], const struct config *config, int node);
/* That of a linux.seccomp without a listener. */
void filter_profile_text(unsigned char hash[BLAKE2B_SIZE], const char *text, size_t len);
/* seccomp(2)'s flags; dies with the place of a rule that would notify of a call the handing over needs. */
uint32_t filter_flags(const struct config *config, int node);
/* Whether a call that the library does not know is an error: the annotation run.oci.seccomp_fail_unknown_syscall is there
 * and not "0", as for crun. */
bool filter_is_strict(const struct config *config);
/* The properties of the listener, for a filter that has one. */
void filter_listener(struct filter *filter, const struct config *config, int node);

/* lib/filter_words.c: a profile as options say it. */
struct filter_words {
	const char *action;             /* ACTION[:ERRNO], of what no rule is about */
	const char *archs;              /* separated by commas; NULL: none */
	const char *flags;              /* the same; NULL: those of a profile without the property */
	const char *listener, *metadata;
	const char **rules;             /* ACTION[:ERRNO] NAME,... [INDEX:OPERATOR:VALUE[:VALUE] ...] */
	size_t count;
};
/* The linux.seccomp object that says the same, *len bytes; the caller frees it. Dies with ST_USAGE when words are no numbers. */
char *filter_text(const struct filter_words *words, size_t *len);

/* lib/filter_file.c: a compiled filter as a file, and the directory of those known. */

/* Takes code and flags from the len bytes of a file; false, and why, when they are not what filter_encode made
 * for this architecture, or with match, not for filter->profile, or with library, not by that version. */
bool filter_decode(struct filter *filter, const char *data, size_t len, bool match, uint32_t library, const char **why);
/* The file's content; the caller frees it. */
char *filter_encode(const struct filter *filter, size_t *len);
/* The directory of compiled filters, made when it is missing: path, or the first usable of /run/ocibox-seccomp
 * (for root) and $XDG_RUNTIME_DIR/ocibox-seccomp. -1 when there is none that is ours alone: one that exists and
 * is another's, or open to others, is never used, and warned of unless that is a user whom the namespace has not.
 * look: makes nothing and warns of nothing. */
int filter_cache_open(const char *path, bool look);
/* Looks for filter->profile, compiled by filter_library(); false when it is not there, or not to be trusted. */
bool filter_cache_get(int cache, struct filter *filter);
/* Keeps it. A failure is a debug message. */
void filter_cache_put(int cache, const struct filter *filter);
/* Looks for filter->profile in the file beside a bundle's config.json, which is from who may write that. */
bool filter_beside(struct filter *filter, const char *bundle);
/* The filter of a linux.seccomp of that text, from there or from the cache; NULL: there is none, or it has a listener. A profile
 * whose filter is found has been checked when it was compiled, and its text need not be taken apart. */
struct filter *filter_known(const char *bundle, const char *text, size_t len);

/* lib/filter_compile.c, with libseccomp; lib/filter_nolib.c, without. */

/* The library's version, 0x00MMmmpp; 0: there is none. */
uint32_t filter_library(void);
/* Compiles linux.seccomp at node into code and flags; dies with the place of what cannot be. */
void filter_compile(struct filter *filter, const struct config *config, int node);
/* The name of a system call of an architecture (AUDIT_ARCH_*), the caller's to free; NULL when unknown. */
char *filter_call_name(uint32_t arch, uint32_t number);

/* From here on are calls of arm's own (set_tls, cacheflush), which say nothing of how young a profile is. */
enum { FILTER_ARM_OWN = 0xf0000 };

/* lib/filter_tree.c: another program of the same meaning, and of a fraction of the length. */
struct filter_limit {
	uint32_t arch;          /* AUDIT_ARCH_* */
	uint32_t last;          /* calls with larger numbers do not exist for the profile: ENOSYS; UINT32_MAX: all do */
	uint32_t last_x32;      /* the same for x86_64's calls that have __X32_SYSCALL_BIT */
};
/* The *count instructions of code, which treats no architectures but those of the archs limits apart; the caller frees
 * the result, of which *count tells the length. Dies when code is none that libseccomp makes. */
struct sock_filter *filter_tree(const struct sock_filter *code, size_t *count, const struct filter_limit *limits, size_t archs);

/* lib/filter_dump.c: the program for people, a line an instruction. */
void filter_dump(FILE *out, const struct filter *filter);
#endif
