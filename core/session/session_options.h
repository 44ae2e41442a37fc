/* session_options.h: what the command line says to a session, and who answers it. */
#ifndef SESSION_OPTIONS_H
#define SESSION_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct recorder;

/* What the command line says. */
struct session_options {
	const char *host;          /* NULL: 127.0.0.1 */
	const char *port;          /* NULL: 9877 */
	int family;                /* 0, 4 or 6 */
	bool no_server, no_connect;
	bool output_is_pipe;       /* of a server behind --; else a terminal */
	const char *const *set;    /* KEY=VALUE, set_count of them */
	size_t set_count;
	struct recorder *recorder; /* --record; NULL: none */
	size_t events;             /* that the log keeps; 0: LOG_CAPACITY */
	bool screen;               /* connection 1 is opened at the start */
	bool details;              /* TCP_INFO of the current connection is followed */
	const char *directory;     /* where tcpserv and tcpcli are */
	const char *const *server; /* SERVER and its arguments, run in place of tcpserv;
	                              NULL: tcpserv */
};

enum { SESSION_ERROR = 400 };

/* Asked before a process that is not the session's own is signalled.  The answer
 * comes by session_confirm, at any time. */
typedef void session_question(void *context, const char *question);

#endif
