/* SPDX-License-Identifier: MIT */
/* Frames between the container's first process and the process outside that
 * looks after it: the parent side of oci-ns until the container is created, and
 * oci-release while it starts. One SOCK_SEQPACKET message is one frame. */
#ifndef GATE_H
#define GATE_H

#include <stdbool.h>
#include <stddef.h>

enum frame_kind {
	FRAME_REACHED = 'G',    /* inside: this gate is reached; text: its name */
	FRAME_LAST = 'L',       /* inside: the same, and I detach when it opens */
	FRAME_OPEN = 'o',       /* outside: go on */
	FRAME_DETACHED = 'd',   /* inside: detached, nothing more will come */
	FRAME_ACCEPTED = 'a',   /* inside: I am the one that starts */
	FRAME_EXEC = 'x',       /* inside: the end that follows is the program's beginning */
	FRAME_REACH = 'h',      /* inside: open this for me; text: a path, status: flags of open(2) */
	FRAME_FILE = 'f',       /* outside: there it is (SCM_RIGHTS), or err says why not */
	FRAME_TERMINAL = 't',   /* inside: the master of my terminal is attached */
	FRAME_MESSAGE = 'm',    /* inside: a message for stderr and the log */
	FRAME_WANT = 'w',       /* inside: the source of this mount is wanted (mntsource.h) */
	FRAME_PATH = 'p',       /* outside: here is one, as O_PATH */
	FRAME_MOUNT = 't',      /* outside: here is one, as a detached mount */
	FRAME_NONE = 'n',       /* outside: nor can it be had here */
	FRAME_ENOUGH = 'e',     /* inside: no more are wanted */
};

/* an operand, and a line of die() */
#define FRAME_TEXT ((size_t)14 * 1024)

/* text holds, for a message, four strings one after the other: level, step,
 * operand (may be empty), line. */
struct frame {
	char kind;
	int status;             /* of an error: the status to exit with; else 0 */
	int err;                /* its errno, or 0 */
	char text[FRAME_TEXT];
};

/* The beginning of one, with an empty text: a whole one takes four pages of stack, which a memory limit counts. */
struct frame_head {
	char kind;
	int status, err;
	char text[1];
};

/* What those who may have a peer call. */
struct talk {
	/* Sends a message's frame; false: the peer is gone. */
	bool (*message)(const char *level, int status, int err, const char *step, const char *operand, const char *line);
	/* Outside, before an error of our own: reports what the container's process has said and we have not read.
	 * When that is an error, the process ends with its status. */
	void (*drain)(void);
	/* Inside, before execve(2): see exec_announce. */
	void (*announce)(void);
	/* Inside: what host_open may not reach itself. */
	int (*reach)(const char *path, int flags);
};

/* chain.peer is fd from now on; -1: it has ended, and what it was is closed. */
void peer_set(int fd);

/* Sends a frame of that kind with that text to chain.peer. false: the peer is gone. */
bool frame_send(char kind, const char *text);
/* One with a descriptor and no text. */
bool frame_send_descriptor(char kind, int fd);
/* The same for a FRAME_REACH. */
bool frame_send_path(const char *path, int flags);
/* The kind of the next frame that is no message from chain.peer; text: NULL, or gets its text, which the caller frees.
 * Messages are reported; after an error the process ends with its status; files are opened. 0: the peer closed its end. */
char frame_next(char **text);
/* The next frame's descriptor; that frame must be of this kind. -1: it is another, or the peer closed its end. */
int frame_next_descriptor(char kind);

/* The kind of the next frame, and its descriptor, or -1, in *fd; 0: the peer is gone. Messages are not looked for. */
char frame_take_file(int *fd);

/* Outside: waits until the container's process has become its program, and closes the peer. Dies with what went wrong. */
void exec_await(void);

/* lib/outside.c */

/* A file or directory of the host by its absolute path, before the pivot, as O_PATH; flags: O_NOFOLLOW, O_DIRECTORY. What
 * the user namespace of here may not reach, the outside opens. -1 and errno. */
int host_open(const char *path, int flags);
/* Inside: asks for it. */
int host_ask(const char *path, int flags);
/* Outside: answers a FRAME_REACH. */
void host_serve(const struct frame *frame);

/* Inside a new process: dies with its parent from now on; peer: a descriptor whose other end the parent holds. */
void parent_bind(int peer);
/* Inside: the parent may go. */
void parent_unbind(void);
/* Outside: the peer closed its end too early: dies, and says how the container's process ended when it is our child. */
_Noreturn void peer_gone(const char *waiting_for);
#endif
