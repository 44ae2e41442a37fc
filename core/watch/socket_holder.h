/* socket_holder.h: which process has a socket open.
 *
 * /proc/net/tcp names a socket's inode, /proc/PID/fd the same inode as
 * "socket:[N]" (proc_pid_fd(5)): the only way from one to the other is to look
 * through the descriptors. */
#ifndef SOCKET_HOLDER_H
#define SOCKET_HOLDER_H

#include "moment.h"

/* The sockets of the session's processes: found out at the first question, kept
 * until they are forgotten. */
struct socket_holders {
	struct socket_holder {
		uint64_t inode;
		pid_t pid;
		enum report_role role;
	} *all; /* sorted */
	size_t count, room;
	bool known;
};

/* Who of the moment's processes holds the socket: of several one that the server
 * forked rather than one that it forked in its turn, and either rather than the
 * server; of two alike the younger.  0 for nobody. */
pid_t socket_holders_find(struct socket_holders *holders, const struct moment *now,
    uint64_t inode);

/* The same for a listening socket: the server itself, if it holds it; else the one
 * that is oldest. */
pid_t socket_holders_find_listener(struct socket_holders *holders,
    const struct moment *now, uint64_t inode);

/* The next question looks anew. */
void socket_holders_forget(struct socket_holders *holders);

/* Frees what it holds. */
void socket_holders_free(struct socket_holders *holders);

/* May its descriptors not be looked at, though it is there: of another user's, or one that is
 * not dumpable (PR_SET_DUMPABLE, or a program without the right to be read; proc(5))? */
bool socket_holder_is_hidden(pid_t pid);

/* The process that holds the socket, of all on this machine that we may look
 * into; 0 for none. */
pid_t socket_holder_anybody(uint64_t inode);

#endif
