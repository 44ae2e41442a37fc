/* tcp_state.h: TCP's states, their names, and the ways from one to another.
 *
 * The numbers are the kernel's (include/net/tcp_states.h), the names netstat's. */
#ifndef TCP_STATE_H
#define TCP_STATE_H

#include <stdbool.h>
#include <stddef.h>

enum tcp_state {
	STATE_GONE,        /* the table has no such row */
	STATE_ESTABLISHED, /* 01 */
	STATE_SYN_SENT,
	STATE_SYN_RECV,
	STATE_FIN_WAIT1,
	STATE_FIN_WAIT2,
	STATE_TIME_WAIT,
	STATE_CLOSE,
	STATE_CLOSE_WAIT,
	STATE_LAST_ACK,
	STATE_LISTEN,
	STATE_CLOSING,     /* 0B */
	STATE_COUNT
};

/* How an end is known to have let go of its socket. */
enum tcp_close { CLOSE_UNKNOWN, CLOSE_BY_FIN, CLOSE_BY_RST };

/* "ESTABLISHED", "GONE", ...; never NULL ("UNKNOWN" for a number out of range). */
const char *tcp_state_name(enum tcp_state state);

/* The state called NAME, without regard to case; STATE_COUNT when there is none. */
enum tcp_state tcp_state_from_name(const char *name);

enum { TCP_PATH_MAX = 8 };

/* The states that must have been passed on the way from FROM to TO, TO itself
 * last, by RFC 9293's figure 5 (a table of transitions in tcp_state.c), the
 * shortest way.  To GONE it leads through last, the last state that is known to
 * have been reached (see last_state.h); from there the row vanished.  path has
 * room for TCP_PATH_MAX; returns how many were written, at least 1 when FROM is
 * not TO (a jump that the figure does not know is written as TO alone). */
size_t tcp_state_path(enum tcp_state from, enum tcp_state to,
    enum tcp_state last, enum tcp_state *path);

#endif
