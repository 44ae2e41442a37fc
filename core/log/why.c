/* Why a call failed: the catalogue.
 *
 * errno is a number for a story that happened elsewhere: on the wire, in another
 * process, before the call.  A row tells one such story, and holds when its
 * circumstance shows in the moment in which the call returned.  The first row
 * that holds is taken, so within one errno the particular ones stand first and
 * the last one, with neither call, role nor circumstance, claims no more than the
 * number itself does.
 *
 * What Linux does is taken from tcp_reset(), tcp_recvmsg_locked() and
 * sk_stream_error() (net/ipv4/tcp_input.c, tcp.c, net/core/stream.c): a RST makes
 * ECONNRESET of an open connection, EPIPE of one whose peer has closed before,
 * ECONNREFUSED of one that is being opened; and a read after a FIN returns 0,
 * whatever came later.  Sections are those of "UNIX Network Programming", volume
 * 1, third edition. */
#include "why.h"

#include "moment.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* A circumstance; connection is NULL when the call's is not known. */
typedef bool circumstance(const struct moment *moment,
    const struct moment_connection *connection, const struct event_call *call);

struct story {
	int error;               /* 0: end of file */
	enum report_call call;   /* CALL_NONE: any */
	unsigned role;           /* enum report_role, 0: any */
	circumstance *when;      /* NULL: always */
	const char *text;
	const char *section;
};

/* Has the setting this value? */
static bool
setting_is(const struct moment *moment, const char *name, const char *wanted)
{
	char value[32];
	moment_setting(moment, name, value, sizeof value);
	return strcmp(value, wanted) == 0;
}

/* Do as many children run as max_children, which is known, allows? */
static bool
children_are_all(const struct moment *moment)
{
	char most[32];
	moment_setting(moment, "max_children", most, sizeof most);
	return *most >= '0' && *most <= '9' &&
	    moment_children(moment) >= strtoul(most, NULL, 10);
}

/* Defines a circumstance that holds when its expression does. */
#define CIRCUMSTANCE(name, expression) \
	static bool \
	name(const struct moment *moment, \
	    const struct moment_connection *connection, \
	    const struct event_call *call) \
	{ \
		(void)moment; \
		(void)connection; \
		(void)call; \
		return expression; \
	}

/* The host came back since, and knows the connection no longer. */
CIRCUMSTANCE(host_rebooted, connection != NULL && connection->rebooted)

/* The same, and a call has told of the RST already. */
CIRCUMSTANCE(rebooted_and_reset, connection != NULL && connection->rebooted &&
    connection->reset)

CIRCUMSTANCE(host_crashed, connection != NULL && connection->silent &&
    moment->host_state == HOST_CRASHED)

CIRCUMSTANCE(cable_is_out, connection != NULL && connection->silent &&
    moment->host_state == HOST_UNPLUGGED)

CIRCUMSTANCE(host_is_down, connection != NULL && connection->silent &&
    moment->host_state == HOST_DOWN)

/* The client had nothing under way when it fell silent, and probes. */
CIRCUMSTANCE(probes_unanswered, connection != NULL && connection->keepalive &&
    connection->silent && !connection->sent_in_silence)

/* A call of the client has told of a RST. */
CIRCUMSTANCE(was_reset, connection != NULL && connection->reset)

/* The same, and no FIN came before it. */
CIRCUMSTANCE(reset_without_fin, connection != NULL && connection->reset &&
    !connection->fin_received)

/* The client has sent a FIN of its own and kept the descriptor. */
CIRCUMSTANCE(half_closed, connection != NULL && connection->half_closed)

/* The peer's FIN has come. */
CIRCUMSTANCE(peer_closed, connection != NULL && (connection->fin_received ||
    (connection->child_ended && !connection->died_with_unread)))

/* CLOSE_WAIT has become no row at all under an open descriptor: by a RST.  Or, the
 * table not having been read since, the client has written to a child that was
 * dead, and whose kernel answers nothing else. */
CIRCUMSTANCE(reset_after_fin, connection != NULL && connection->open &&
    !connection->half_closed && !connection->silent &&
    ((connection->fin_received && connection->client == STATE_GONE) ||
    (connection->child_ended && !connection->died_with_unread &&
    connection->bytes_served > 0 &&
    connection->bytes_sent > connection->bytes_served)))

/* The child read nothing of what was sent, and was told to close so. */
CIRCUMSTANCE(closed_unread, connection != NULL && connection->bytes_sent > 0 &&
    connection->bytes_served == 0 && setting_is(moment, "close", "unread"))

/* The child died, and bytes stood in its receive queue. */
CIRCUMSTANCE(died_with_unread_data, connection != NULL &&
    connection->child_ended && connection->died_with_unread)

CIRCUMSTANCE(child_ended, connection != NULL && connection->child_ended)

CIRCUMSTANCE(server_was_killed, moment_server_served(moment, connection) &&
    connection->child_end.known && WIFSIGNALED(connection->child_end.status))

CIRCUMSTANCE(server_exited, moment_server_served(moment, connection) &&
    connection->child_end.known && WIFEXITED(connection->child_end.status))

/* We see the server's end of the connection, and its host has been up all the time. */
static bool
both_ends_are_seen(const struct moment *moment, const struct moment_connection *connection)
{
	return connection != NULL && connection->server_was && !connection->rebooted &&
	    !connection->silent && strcmp(moment->world, "remote") != 0;
}

CIRCUMSTANCE(server_left_unread, both_ends_are_seen(moment, connection) &&
    connection->server_unread > 0)

CIRCUMSTANCE(server_aborted, both_ends_are_seen(moment, connection))

CIRCUMSTANCE(child_was_killed, connection != NULL && connection->child_ended &&
    connection->child_end.known && WIFSIGNALED(connection->child_end.status))

CIRCUMSTANCE(child_exited, connection != NULL && connection->child_ended &&
    connection->child_end.known && WIFEXITED(connection->child_end.status))

CIRCUMSTANCE(host_shut_down, connection != NULL && connection->child_shut_down)

/* The client has let go of its end, or is gone. */
CIRCUMSTANCE(client_let_go, connection != NULL && !connection->open)

CIRCUMSTANCE(client_aborted, connection != NULL && !connection->open &&
    connection->client_close == CLOSE_BY_RST && !connection->client_left_unread)

/* No child was forked for it, and no more are allowed. */
CIRCUMSTANCE(turned_away, connection != NULL &&
    (connection->child == 0 || connection->child == moment->server) &&
    children_are_all(moment))

/* The last error of this process was this one. */
static bool
told_before(const struct moment *moment, const struct event_call *call, int error)
{
	return moment->last.any && moment->last.call.pid == call->pid &&
	    moment->last.call.error == error;
}

/* Row 13 of the lecture: accept returned a connection that was dead already. */
CIRCUMSTANCE(aborted_before_accept, told_before(moment, call, ENOTCONN))

CIRCUMSTANCE(reset_told_before, told_before(moment, call, ECONNRESET))

/* Does a socket listen at our port?  The row of a process that is known to be dead is
 * about to go: the table was read before. */
static bool
somebody_listens(const struct moment *moment)
{
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_listener(moment, socket)) != NULL;) {
		pid_t owner = socket->row.owner_pid;
		if (owner == 0 || moment_process_runs(moment_process(moment, owner)))
			return true;
	}
	return false;
}

/* The kernel's table is one that we can see, and nothing listens in it. */
CIRCUMSTANCE(nobody_listens, moment->world[0] != '\0' &&
    strcmp(moment->world, "remote") != 0 && !moment_host_is_dark(moment) &&
    !somebody_listens(moment))

/* The same, while children of the server go on. */
CIRCUMSTANCE(children_serve_on, nobody_listens(moment, connection, call) &&
    moment->server == 0 && moment_children(moment) > 0)

CIRCUMSTANCE(port_has_listener, somebody_listens(moment))

CIRCUMSTANCE(queue_is_full, moment_queue_is_full(moment))

/* A row of an earlier connection has our port as its local one. */
static bool
port_has_remains(const struct moment *moment,
    const struct moment_connection *connection, const struct event_call *call)
{
	(void)connection;
	(void)call;
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(moment, socket)) != NULL;)
		if (socket->row.tcp.state != STATE_LISTEN &&
		    socket->row.tcp.local.port == moment->host.port)
			return true;
	return false;
}

CIRCUMSTANCE(remains_without_reuse, setting_is(moment, "reuseaddr", "off") &&
    port_has_remains(moment, connection, call))

CIRCUMSTANCE(restart_is_off, setting_is(moment, "sa_restart", "off"))

CIRCUMSTANCE(reaps_by_ignoring, setting_is(moment, "reap", "ignore"))

CIRCUMSTANCE(there_are_zombies, moment_zombies(moment) > 0)

/* No program may set the disposition of these two. */
CIRCUMSTANCE(is_kernels_own, call->about == SIGKILL || call->about == SIGSTOP)

/* IPPORT_RESERVED of <netinet/in.h>. */
CIRCUMSTANCE(port_is_reserved, (call->local.port != 0 ? call->local.port :
    moment->host.port) < IPPORT_RESERVED)

static const struct story end_of_file[] = {
	{.role = ROLE_CLIENT, .when = reset_without_fin, .section = "5.12",
	 .text = "The call before has told of the RST; what is left to read is "
	     "end of file."},
	{.role = ROLE_CLIENT, .when = host_shut_down, .section = "5.16",
	 .text = "The host was shutting down: its processes were ended, and "
	     "with each socket TCP sent a FIN."},
	{.role = ROLE_CLIENT, .when = reset_after_fin, .section = "5.12",
	 .text = "The FIN came first: on Linux read returns 0 even after the "
	     "RST, where the book expects ECONNRESET."},
	{.role = ROLE_CLIENT, .when = server_was_killed, .section = "5.12",
	 .text = "A signal ended the server, which served us itself: the kernel closed "
	     "its socket, and its TCP sent us a FIN."},
	{.role = ROLE_CLIENT, .when = server_exited, .section = "5.12",
	 .text = "The server, which served us itself, has ended: its TCP sent us a FIN."},
	{.role = ROLE_CLIENT, .when = child_was_killed, .section = "5.12",
	 .text = "A signal ended the child: the kernel closed its socket, and "
	     "its TCP sent us a FIN."},
	{.role = ROLE_CLIENT, .when = half_closed, .section = "6.6",
	 .text = "Our FIN went first; now the server's has come, and both "
	     "directions are closed."},
	{.role = ROLE_CLIENT, .when = child_exited, .section = "5.12",
	 .text = "The child ended by itself: its TCP sent us a FIN."},
	{.role = ROLE_CLIENT, .when = child_ended, .section = "5.12",
	 .text = "The process that served this connection is gone: its TCP sent "
	     "us a FIN."},
	{.role = ROLE_CLIENT, .when = turned_away, .section = "4.8",
	 .text = "As many children run as max_children allows: the parent "
	     "closed the connection at once."},
	{.role = ROLE_CLIENT, .section = "5.12",
	 .text = "The server's TCP sent a FIN: it will send us nothing more."},
	{.role = ROLE_CHILD, .when = reset_told_before, .section = "5.11",
	 .text = "The call before has told of the RST; what is left to read is "
	     "end of file."},
	{.role = ROLE_CHILD, .when = client_let_go, .section = "5.7",
	 .text = "The client let go of its socket: its TCP sent a FIN."},
	{.role = ROLE_CHILD, .when = half_closed, .section = "6.6",
	 .text = "The client shut down its sending half: its FIN has come, and "
	     "it can still read."},
	{.section = "5.7",
	 .text = "The peer's FIN has come: it will send nothing more."},
};

static const struct story catalogue[] = {
	{.error = ECONNREFUSED, .call = CALL_CONNECT, .when = children_serve_on,
	 .section = "4.8",
	 .text = "The parent is gone and its listener with it: a SYN meets a "
	     "RST, though the children serve on."},
	{.error = ECONNREFUSED, .call = CALL_CONNECT, .when = nobody_listens,
	 .section = "4.3",
	 .text = "Nothing listens at the port: the host's TCP answered our SYN "
	     "with RST."},
	{.error = ECONNREFUSED, .section = "4.3",
	 .text = "Our SYN was turned away: by a RST (no listener), or an ICMP "
	     "port unreachable."},

	{.error = ECONNRESET, .role = ROLE_CLIENT, .when = host_rebooted,
	 .section = "5.15",
	 .text = "The host rebooted: its TCP knows no such connection and "
	     "answers with RST."},
	{.error = ECONNRESET, .role = ROLE_CLIENT, .when = closed_unread,
	 .section = "5.12",
	 .text = "The child closed its socket with data it had not read: then "
	     "TCP sends RST, not FIN."},
	{.error = ECONNRESET, .role = ROLE_CLIENT, .when = died_with_unread_data,
	 .section = "5.12",
	 .text = "The child died with data it had not read: then TCP sends RST, "
	     "not FIN."},
	{.error = ECONNRESET, .role = ROLE_CLIENT, .when = peer_closed,
	 .section = "5.12",
	 .text = "The peer had closed: what we wrote found no socket there, and "
	     "a RST came back."},
	{.error = ECONNRESET, .role = ROLE_CLIENT, .when = turned_away,
	 .section = "4.8",
	 .text = "As many children run as max_children allows: the parent "
	     "closed at once, and a RST came."},
	{.error = ECONNRESET, .role = ROLE_CLIENT, .when = server_left_unread,
	 .section = "5.12",
	 .text = "The server closed its socket with data it had not read: then TCP "
	     "sends RST, not FIN."},
	{.error = ECONNRESET, .role = ROLE_CLIENT, .when = server_aborted,
	 .section = "7.5",
	 .text = "The server's end sent a RST: it aborted (SO_LINGER 0), or closed with "
	     "data that it had not read."},
	{.error = ECONNRESET, .role = ROLE_CHILD, .when = aborted_before_accept,
	 .section = "5.11",
	 .text = "The client's RST came before accept. Linux returned the dead "
	     "connection; read tells of the RST."},
	{.error = ECONNRESET, .role = ROLE_CHILD, .when = client_aborted,
	 .section = "7.5",
	 .text = "The client aborted: with SO_LINGER 0 its close sent RST "
	     "instead of FIN."},
	{.error = ECONNRESET, .role = ROLE_CHILD, .when = client_let_go,
	 .section = "5.12",
	 .text = "The client's socket is closed and a RST came: it left data "
	     "unread, or ours came too late."},
	{.error = ECONNRESET, .section = "4.3",
	 .text = "The peer's TCP sent a RST: it has no such connection, or has "
	     "given it up."},

	{.error = EPIPE, .role = ROLE_CLIENT, .when = half_closed,
	 .section = "6.6",
	 .text = "We have sent our own FIN (shutdown): nothing can be written "
	     "after it."},
	{.error = EPIPE, .role = ROLE_CLIENT, .when = rebooted_and_reset,
	 .section = "5.15",
	 .text = "The rebooted host's RST was told already; every later write "
	     "is EPIPE, with SIGPIPE."},
	{.error = EPIPE, .role = ROLE_CLIENT, .when = peer_closed,
	 .section = "5.13",
	 .text = "The peer had closed: an earlier write drew its RST, and every "
	     "later one is EPIPE, with SIGPIPE."},
	{.error = EPIPE, .role = ROLE_CLIENT, .when = was_reset,
	 .section = "5.13",
	 .text = "A RST has ended the connection, as a call before told; every "
	     "later write is EPIPE, with SIGPIPE."},
	{.error = EPIPE, .role = ROLE_CHILD, .when = reset_told_before,
	 .section = "5.13",
	 .text = "The client's RST was told already; every later write is "
	     "EPIPE, with SIGPIPE."},
	{.error = EPIPE, .role = ROLE_CHILD, .when = client_let_go,
	 .section = "5.13",
	 .text = "The client had closed: our write before drew its RST, and every "
	     "later one is EPIPE, with SIGPIPE."},
	{.error = EPIPE, .section = "5.13",
	 .text = "Nothing can be written any more: a RST ended the connection, "
	     "or we shut it down."},

	{.error = ETIMEDOUT, .call = CALL_CONNECT, .when = host_crashed,
	 .section = "5.14",
	 .text = "The host has crashed: our SYN went out again and again, and "
	     "nobody answered."},
	{.error = ETIMEDOUT, .call = CALL_CONNECT, .when = cable_is_out,
	 .section = "4.3",
	 .text = "The cable is out: our SYN went out again and again, and no "
	     "answer came."},
	{.error = ETIMEDOUT, .call = CALL_CONNECT, .when = queue_is_full,
	 .section = "4.5",
	 .text = "The listener's queue is full: its TCP dropped our SYN each time."},
	{.error = ETIMEDOUT, .call = CALL_CONNECT, .section = "4.3",
	 .text = "Our SYN went out again and again, and no answer came."},
	{.error = ETIMEDOUT, .when = probes_unanswered, .section = "7.5",
	 .text = "Nothing was under way, but SO_KEEPALIVE had the kernel probe: "
	     "the keepalive probes went unanswered."},
	{.error = ETIMEDOUT, .when = host_crashed, .section = "5.14",
	 .text = "The host has crashed: nothing was acknowledged, and TCP, "
	     "after all its retransmissions, gave up."},
	{.error = ETIMEDOUT, .when = cable_is_out, .section = "5.14",
	 .text = "The cable is out: nothing was acknowledged, and TCP, after "
	     "all its retransmissions, gave up."},
	{.error = ETIMEDOUT, .when = host_is_down, .section = "5.14",
	 .text = "The host is down: nothing was acknowledged, and TCP, after "
	     "all its retransmissions, gave up."},
	{.error = ETIMEDOUT, .section = "5.14",
	 .text = "No acknowledgement came for so long that TCP gave the "
	     "connection up."},

	{.error = EADDRINUSE, .call = CALL_BIND, .when = port_has_listener,
	 .section = "7.5",
	 .text = "Another socket listens at this port already."},
	{.error = EADDRINUSE, .call = CALL_BIND, .when = remains_without_reuse,
	 .section = "7.5",
	 .text = "Connections of an earlier server hold the port, and this one "
	     "does not set SO_REUSEADDR."},
	{.error = EADDRINUSE, .call = CALL_BIND, .when = port_has_remains,
	 .section = "7.5",
	 .text = "Old connections hold the port; SO_REUSEADDR helps only where "
	     "their listener had set it too."},
	{.error = EADDRINUSE, .section = "7.5",
	 .text = "The address and port are taken by another socket."},

	{.error = EINTR, .call = CALL_ACCEPT, .when = restart_is_off,
	 .section = "5.9",
	 .text = "A signal handler ran while accept slept; without SA_RESTART "
	     "the kernel does not resume it."},
	{.error = EINTR, .call = CALL_ACCEPT, .section = "5.9",
	 .text = "A signal interrupted accept while it slept; call it again."},
	{.error = EINTR, .call = CALL_READ, .when = restart_is_off,
	 .role = ROLE_CHILD, .section = "5.9",
	 .text = "A signal handler ran while read slept; without SA_RESTART the "
	     "kernel does not resume it."},
	{.error = EINTR, .call = CALL_READ, .section = "5.9",
	 .text = "A signal interrupted read before any byte came; call it again."},
	{.error = EINTR, .call = CALL_CONNECT, .section = "5.9",
	 .text = "A signal interrupted connect, the handshake goes on: poll "
	     "until writable, then read SO_ERROR."},
	{.error = EINTR, .section = "5.9",
	 .text = "A signal interrupted the call while it slept."},

	{.error = ECONNABORTED, .section = "5.11",
	 .text = "The connection was aborted before accept returned it: POSIX's "
	     "name for it. Accept the next."},
	{.error = EPROTO, .section = "5.11",
	 .text = "A protocol error: SVR4's name for a connection aborted before "
	     "accept; Linux hands on a pending error."},

	{.error = ENOTCONN, .call = CALL_GETPEERNAME, .role = ROLE_CHILD,
	 .section = "5.11",
	 .text = "The connection was dead when the child asked: Linux's accept "
	     "returns one that was aborted, too."},
	{.error = ENOTCONN, .call = CALL_SHUTDOWN, .when = was_reset,
	 .section = "6.6",
	 .text = "A RST has ended the connection: nothing is left to shut down."},
	{.error = ENOTCONN, .section = "4.3",
	 .text = "The socket is not connected, or no longer."},

	{.error = EISCONN, .section = "5.9",
	 .text = "The connection is established already: one connect too many. "
	     "poll and SO_ERROR would have told."},
	{.error = EALREADY, .section = "16.3",
	 .text = "An earlier connect is still under way: its SYN has not been "
	     "answered."},
	{.error = EINPROGRESS, .section = "16.3",
	 .text = "The socket does not block: the handshake has begun and goes "
	     "on meanwhile."},

	{.error = EMFILE, .section = "4.8",
	 .text = "The process has as many descriptors open as it may (RLIMIT_NOFILE)."},
	{.error = ENFILE, .section = "4.8",
	 .text = "All processes together have as many files open as the kernel "
	     "allows."},
	{.error = EAGAIN, .call = CALL_FORK, .when = there_are_zombies,
	 .section = "5.9",
	 .text = "No process more is allowed, and zombies count: each keeps its "
	     "PID until it is waited for."},
	{.error = EAGAIN, .call = CALL_FORK, .section = "4.7",
	 .text = "No process more is allowed: a limit such as RLIMIT_NPROC is "
	     "reached."},
	{.error = EAGAIN, .section = "16.1",
	 .text = "The call would have to wait, and was told not to, or not so long."},

	{.error = EACCES, .call = CALL_BIND, .when = port_is_reserved,
	 .section = "4.4",
	 .text = "Ports below 1024 are reserved: they need root or "
	     "CAP_NET_BIND_SERVICE."},
	{.error = EACCES, .section = "4.4",
	 .text = "The kernel's permissions or a firewall's rule forbid this call."},
	{.error = EPERM, .section = "4.4",
	 .text = "The kernel's permissions or a firewall's rule forbid this call."},

	{.error = EHOSTUNREACH, .call = CALL_CONNECT, .section = "4.3",
	 .text = "The host cannot be reached: a router said so by ICMP, or "
	     "nobody answered on our own link."},
	{.error = EHOSTUNREACH, .section = "5.14",
	 .text = "TCP gave up; a host unreachable that came meanwhile is told "
	     "in place of ETIMEDOUT."},
	{.error = ENETUNREACH, .call = CALL_CONNECT, .section = "4.3",
	 .text = "No route leads to that network: our own kernel says so, or a "
	     "router by ICMP."},
	{.error = ENETUNREACH, .section = "5.14",
	 .text = "TCP gave up; a network unreachable that came meanwhile is "
	     "told in place of ETIMEDOUT."},
	{.error = EADDRNOTAVAIL, .call = CALL_BIND, .section = "4.4",
	 .text = "No interface of this host has that address."},
	{.error = EADDRNOTAVAIL, .section = "4.3",
	 .text = "The kernel found no local address and free port for this "
	     "connection."},

	{.error = EBADF, .section = "4.9",
	 .text = "The descriptor is not open: it was closed before."},
	{.error = ECHILD, .when = reaps_by_ignoring, .section = "5.10",
	 .text = "SIGCHLD is ignored: the kernel reaps by itself, and no child "
	     "is left to wait for."},
	{.error = ECHILD, .section = "5.10",
	 .text = "There is no child to wait for."},
	{.error = EINVAL, .call = CALL_SIGACTION, .when = is_kernels_own,
	 .section = "5.8",
	 .text = "SIGKILL and SIGSTOP are the kernel's own: neither can be "
	     "caught or ignored."},
	{.error = EINVAL, .call = CALL_SIGACTION, .section = "5.8",
	 .text = "That is no signal of which a program may set the disposition."},
	{.error = EINVAL, .section = "1.4",
	 .text = "The kernel found an argument, or the socket's state, wrong "
	     "for this call."},
	{.error = ENOMEM, .section = "1.4",
	 .text = "The kernel has no memory for it."},
	{.error = ENOBUFS, .section = "1.4",
	 .text = "The kernel has no buffer for it."},
};

/* The same for every number that is not in the catalogue. */
static const struct story otherwise = {.section = "1.4",
    .text = "The kernel refused the call with this error; its manual page lists the causes."};

/* The first story of these that holds; NULL when none does. */
static const struct story *
story_find(const struct story *stories, size_t count, int error,
    const struct moment *moment, const struct event_call *call)
{
	const struct moment_connection *connection =
	    moment_connection(moment, call->conn);
	for (const struct story *story = stories; story < stories + count; story++) {
		if (story->error == error &&
		    (story->call == CALL_NONE || story->call == call->call) &&
		    (story->role == 0 || story->role == (unsigned)call->role) &&
		    (story->when == NULL || story->when(moment, connection, call)))
			return story;
	}
	return NULL;
}

const char *
why_call(const struct moment *moment, const struct event_call *call,
    const char **section)
{
	const struct story *story;
	if (call->error == 0)
		story = story_find(end_of_file,
		    sizeof end_of_file / sizeof *end_of_file, 0, moment, call);
	else
		story = story_find(catalogue,
		    sizeof catalogue / sizeof *catalogue, call->error, moment, call);
	if (story == NULL)
		story = &otherwise;
	*section = story->section;
	return story->text;
}
