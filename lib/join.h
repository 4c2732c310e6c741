/* SPDX-License-Identifier: MIT */
/* The namespaces of a container's process, to be joined by another that comes later. They are opened before
 * the first of them is joined: behind that, /proc and process numbers are the container's. */
#ifndef JOIN_H
#define JOIN_H

#include "ocibox.h"
#include "state.h"

/* Opens those of the process of state that are not this process's own, into chain.join; false: it has ended.
 * Dies on other errors. */
bool join_open(const struct state *state);
/* Joins those of chain.join that are in which (CLONE_NEW*) and not joined yet: all at once by pidfd, before Linux 5.8
 * one after the other. A pid namespace is that of processes made from now on. In a user namespace this process
 * becomes user 0 where there is one. Where an ordinary user may join the pid namespace only behind the user
 * namespace, that is joined too. When nothing is left to join, what is open is closed. Dies. */
void join_enter(unsigned long which);
/* The namespace of that kind, to be joined yet; -1: it is this process's own, or joined already. It stays join_enter's. */
int join_fd(unsigned long kind);
/* Closes what is open; chain.join is NULL then. */
void join_close(void);
#endif
