/* busy_session.h: the events of a session that goes on and on: connections come, a
 * line is sent and echoed, they go, a server like ours.  What it is like was taken
 * from a recording; no kernel is asked. */
#ifndef BUSY_SESSION_H
#define BUSY_SESSION_H

#include "event.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Connections are open for so many others; the clock steps on by so much. */
enum { BUSY_OPEN = 20, BUSY_STEPS = 33, BUSY_STEP_NS = 150000, BUSY_SERVER = 4000,
    BUSY_CLIENT = 4001, BUSY_CHILD = 5000, BUSY_PIDS = 30000, BUSY_PORT = 9877 };

struct busy {
	unsigned conn;   /* the newest */
	int step;        /* of the steps that open one and close another */
	int64_t time;
};

static inline struct report_endpoint
busy_endpoint(unsigned port)
{
	return (struct report_endpoint){.family = 4, .port = (uint16_t)port,
	    .address = {127, 0, 0, 1}};
}

static inline unsigned
busy_port(unsigned conn)
{
	return 32768 + conn % 28000;
}

static inline pid_t
busy_child(unsigned conn)
{
	return BUSY_CHILD + (pid_t)(conn % BUSY_PIDS);
}

static inline struct event
busy_text(enum event_type type, const char *text)
{
	struct event event = {.type = type};
	event_set_text(&event, text, strlen(text));
	return event;
}

static inline struct event
busy_line(enum event_type type, unsigned conn)
{
	char text[64];
	snprintf(text, sizeof text, "hello, this is line number %u", conn);
	struct event event = busy_text(type, text);
	event.line.conn = conn;
	event.line.bytes = strlen(text) + 1;
	return event;
}

static inline struct event
busy_call(enum report_role role, unsigned conn, enum report_call call,
    int64_t result)
{
	struct event event = {.type = EVENT_CALL};
	event.call = (struct event_call){.role = role, .conn = conn, .call = call,
	    .result = result, .pid = role == ROLE_CLIENT ? BUSY_CLIENT :
	    role == ROLE_SERVER ? BUSY_SERVER : busy_child(conn)};
	if (call == CALL_CONNECT) {
		event.call.local = busy_endpoint(busy_port(conn));
		event.call.remote = busy_endpoint(BUSY_PORT);
	}
	if (call == CALL_SHUTDOWN || call == CALL_CLOSE)
		event.call.about = role == ROLE_CLIENT ? (int)STATE_ESTABLISHED : 0;
	return event;
}

static inline struct event
busy_connection(unsigned conn, enum connection_what what)
{
	struct event event = {.type = EVENT_CONNECTION};
	event.connection.what = what;
	event.connection.conn = conn;
	event.connection.local = busy_endpoint(busy_port(conn));
	event.connection.remote = busy_endpoint(BUSY_PORT);
	return event;
}

static inline struct event
busy_state(unsigned conn, enum connection_end end, enum tcp_state from,
    enum tcp_state to)
{
	struct event event = {.type = EVENT_STATE};
	event.state.conn = conn;
	event.state.end = end;
	event.state.from = from;
	event.state.to = to;
	event.state.inferred = to == STATE_LAST_ACK;
	return event;
}

static inline struct event
busy_socket(unsigned conn, enum connection_end end, enum socket_what what,
    enum tcp_state state)
{
	struct event event = {.type = EVENT_SOCKET};
	struct socket_row *row = &event.socket.row;
	bool client = end == END_CLIENT;
	event.socket.what = what;
	row->tcp = (struct tcp_row){.state = state, .family = 4, .uid = 1000,
	    .inode = 7000000 + 2 * conn + client,
	    .local = busy_endpoint(client ? busy_port(conn) : BUSY_PORT),
	    .remote = busy_endpoint(client ? BUSY_PORT : busy_port(conn))};
	row->conn = conn;
	row->end = end;
	row->owner_pid = client ? BUSY_CLIENT : busy_child(conn);
	return event;
}

static inline struct event
busy_process(enum report_role role, unsigned conn, enum process_what what)
{
	struct event event = {.type = EVENT_PROCESS};
	struct process_row *row = &event.process.row;
	event.process.what = what;
	*row = (struct process_row){.role = role, .ppid = BUSY_SERVER,
	    .tty = "pts/6", .stat = "S", .command = "tcpserv 9877",
	    .wchan = "wait_woken/read", .conn = conn, .start_time = 123456 + conn};
	row->pid = role == ROLE_CLIENT ? BUSY_CLIENT :
	    role == ROLE_SERVER ? BUSY_SERVER : busy_child(conn);
	if (role == ROLE_CHILD)
		row->peer = busy_endpoint(busy_port(conn));
	if (what == PROCESS_ZOMBIE)
		snprintf(row->stat, sizeof row->stat, "Z");
	event.process.end.known = what == PROCESS_REAPED;
	event.process.end.by = what == PROCESS_REAPED ? BUSY_SERVER : 0;
	return event;
}

static inline struct event
busy_sigchld(void)
{
	struct event event = {.type = EVENT_SIGNAL};
	event.signal.number = SIGCHLD;
	event.signal.to = BUSY_SERVER;
	event.signal.by = BY_KERNEL;
	event.signal.caught = true;
	return event;
}

/* The steps in which connection conn comes. */
static inline struct event
busy_opening(unsigned conn, int step)
{
	switch (step) {
	case 0:
		return busy_text(EVENT_COMMAND, "connect");
	case 1:
		return busy_connection(conn, CONNECTION_OPENED);
	case 2:
		return busy_connection(conn, CONNECTION_CURRENT);
	case 3:
		return busy_call(ROLE_CLIENT, conn, CALL_CONNECT, 0);
	case 4:
		return busy_call(ROLE_SERVER, conn, CALL_FORK, busy_child(conn));
	case 5:
		return busy_process(ROLE_CHILD, conn, PROCESS_FORKED);
	case 6:
		return busy_state(conn, END_CLIENT, STATE_GONE, STATE_ESTABLISHED);
	case 7:
		return busy_socket(conn, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED);
	case 8:
		return busy_state(conn, END_SERVER, STATE_GONE, STATE_ESTABLISHED);
	case 9:
		return busy_socket(conn, END_SERVER, SOCKET_APPEARED, STATE_ESTABLISHED);
	case 10:
		return busy_text(EVENT_COMMAND, "send hello");
	case 11:
		return busy_call(ROLE_CLIENT, conn, CALL_WRITE, 30);
	case 12:
		return busy_line(EVENT_SENT, conn);
	case 13:
		return busy_call(ROLE_CHILD, conn, CALL_READ, 30);
	case 14:
		return busy_call(ROLE_CHILD, conn, CALL_WRITE, 30);
	case 15:
		return busy_line(EVENT_ECHO, conn);
	default:
		return busy_call(ROLE_CLIENT, conn, CALL_READ, 30);
	}
}

/* The steps in which connection conn goes; 0 has not come yet. */
static inline struct event
busy_closing(unsigned conn, int step)
{
	if (conn == 0)
		return busy_text(EVENT_NOTE, "nothing to close yet");
	switch (step) {
	case 17:
		return busy_text(EVENT_COMMAND, "close");
	case 18:
		return busy_call(ROLE_CLIENT, conn, CALL_CLOSE, 0);
	case 19:
		return busy_connection(conn, CONNECTION_CLOSED);
	case 20:
		return busy_state(conn, END_CLIENT, STATE_ESTABLISHED, STATE_FIN_WAIT2);
	case 21:
		return busy_call(ROLE_CHILD, conn, CALL_READ, 0);
	case 22:
		return busy_state(conn, END_SERVER, STATE_ESTABLISHED, STATE_LAST_ACK);
	case 23:
		return busy_process(ROLE_CHILD, conn, PROCESS_ZOMBIE);
	case 24:
		return busy_sigchld();
	case 25:
		return busy_call(ROLE_SERVER, 0, CALL_WAITPID, busy_child(conn));
	case 26:
		return busy_process(ROLE_CHILD, conn, PROCESS_REAPED);
	case 27:
		return busy_state(conn, END_SERVER, STATE_LAST_ACK, STATE_GONE);
	case 28:
		return busy_socket(conn, END_SERVER, SOCKET_GONE, STATE_GONE);
	case 29:
		return busy_state(conn, END_CLIENT, STATE_FIN_WAIT2, STATE_TIME_WAIT);
	case 30:
		return busy_socket(conn, END_CLIENT, SOCKET_CHANGED, STATE_TIME_WAIT);
	case 31:
		return busy_state(conn, END_CLIENT, STATE_TIME_WAIT, STATE_GONE);
	default:
		return busy_socket(conn, END_CLIENT, SOCKET_GONE, STATE_GONE);
	}
}

/* The first events, before any connection. */
static inline struct event
busy_start(void)
{
	struct event event = busy_text(EVENT_START, "127.0.0.1");
	event.start.host = busy_endpoint(BUSY_PORT);
	event.detail = strdup("local");
	event_stamp_start(&event);
	return event;
}

/* The next event; the caller owns what it owns. */
static inline struct event
busy_next(struct busy *busy)
{
	struct event event;
	if (busy->conn == 0 && busy->step < 3) {
		event = busy->step == 0 ? busy_start() : busy_process(busy->step == 1 ?
		    ROLE_SERVER : ROLE_CLIENT, 0, PROCESS_STARTED);
		busy->conn = busy->step == 2;
		busy->step = busy->step == 2 ? 0 : busy->step + 1;
	} else {
		event = busy->step < 17 ? busy_opening(busy->conn, busy->step) :
		    busy_closing(busy->conn > BUSY_OPEN ? busy->conn - BUSY_OPEN : 0,
		    busy->step);
		busy->step = (busy->step + 1) % BUSY_STEPS;
		busy->conn += busy->step == 0;
	}
	busy->time += BUSY_STEP_NS;
	event.time = busy->time;
	return event;
}

#endif
