/* event_fixture.h: events in one line each, for the suites that fold them.
 *
 * The server is process 100, the client 200, connection N's child 300+N; the
 * client's end of connection N is 127.0.0.1:40000+N, the server's is port 9877.
 * Times are whole milliseconds. */
#ifndef EVENT_FIXTURE_H
#define EVENT_FIXTURE_H

#include "endpoint.h"
#include "moment.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { SERVER_PID = 100, CLIENT_PID = 200, CHILD_PID = 300, SERVER_PORT = 9877 };

#define FIXTURE_MS(number) ((int64_t)(number) * 1000000)

/* "127.0.0.1:9877" as an endpoint. */
static inline struct report_endpoint
fixture_endpoint(const char *text)
{
	struct report_endpoint endpoint;
	ck_assert_int_eq(endpoint_parse(&endpoint, text, 4), 0);
	return endpoint;
}

static inline struct report_endpoint
fixture_server_end(void)
{
	return fixture_endpoint("127.0.0.1:9877");
}

static inline struct report_endpoint
fixture_client_end(unsigned conn)
{
	struct report_endpoint endpoint = fixture_endpoint("127.0.0.1:40000");
	endpoint.port = (uint16_t)(endpoint.port + conn);
	return endpoint;
}

/* An event of a type with a text (NULL: none). */
static inline struct event
fixture_event(enum event_type type, const char *text)
{
	struct event event = {.type = type};
	if (text != NULL)
		ck_assert_int_eq(event_set_text(&event, text, strlen(text)), 0);
	return event;
}

static inline struct event
fixture_start(const char *world)
{
	struct event event = fixture_event(EVENT_START, "127.0.0.1");
	event.start.host = fixture_server_end();
	event.detail = strdup(world);
	ck_assert_ptr_nonnull(event.detail);
	return event;
}

static inline struct event
fixture_connection(unsigned conn, enum connection_what what)
{
	struct event event = {.type = EVENT_CONNECTION};
	event.connection.what = what;
	event.connection.conn = conn;
	event.connection.local = fixture_client_end(conn);
	event.connection.remote = fixture_server_end();
	return event;
}

/* A process; status below 0: how it ended is not known. */
static inline struct event
fixture_process(enum report_role role, pid_t pid, unsigned conn,
    enum process_what what, int status)
{
	struct event event = {.type = EVENT_PROCESS};
	event.process.what = what;
	event.process.row = (struct process_row){.pid = pid, .ppid = SERVER_PID,
	    .tty = "pts/6", .stat = "S", .command = "tcpserv 9877",
	    .wchan = "wait_woken/read", .role = role, .conn = conn,
	    .start_time = 123456, .cpu = FIXTURE_MS(20)};
	if (conn != 0)
		event.process.row.peer = fixture_client_end(conn);
	event.process.end.known = status >= 0;
	event.process.end.status = status >= 0 ? status : 0;
	return event;
}

/* The child of a connection. */
static inline struct event
fixture_child(unsigned conn, enum process_what what, int status)
{
	return fixture_process(ROLE_CHILD, CHILD_PID + (pid_t)conn, conn, what, status);
}

/* A row of the socket table; conn 0: the listener. */
static inline struct event
fixture_socket(unsigned conn, enum connection_end end, enum socket_what what,
    enum tcp_state state)
{
	struct event event = {.type = EVENT_SOCKET};
	struct socket_row *row = &event.socket.row;
	struct report_endpoint client = fixture_client_end(conn);
	bool is_client = end == END_CLIENT;
	event.socket.what = what;
	row->tcp = (struct tcp_row){.state = state, .family = 4, .uid = 1000,
	    .inode = 5000 + conn * 2 + (is_client ? 1 : 0)};
	row->tcp.local = is_client ? client : fixture_server_end();
	row->tcp.remote = is_client ? fixture_server_end() : client;
	if (conn == 0) {
		row->tcp.local = fixture_endpoint("*:9877");
		row->tcp.remote = fixture_endpoint("*:*");
	}
	row->conn = conn;
	row->end = end;
	row->owner_pid = is_client ? CLIENT_PID :
	    conn == 0 ? SERVER_PID : CHILD_PID + (pid_t)conn;
	return event;
}

static inline struct event
fixture_state(unsigned conn, enum connection_end end, enum tcp_state from,
    enum tcp_state to)
{
	struct event event = {.type = EVENT_STATE};
	event.state.conn = conn;
	event.state.end = end;
	event.state.from = from;
	event.state.to = to;
	return event;
}

static inline struct event
fixture_host(enum host_what what)
{
	struct event event = {.type = EVENT_HOST};
	event.host.what = what;
	return event;
}

/* What TCP_INFO said about an end of a connection. */
static inline struct event
fixture_details(unsigned conn, enum connection_end end)
{
	struct event event = {.type = EVENT_DETAILS};
	event.details.conn = conn;
	event.details.end = end;
	event.details.tcp = (struct tcp_details){.rtt = 31, .rtt_variation = 14,
	    .rto = 3264000, .backoff = 4, .retransmits = 4, .total_retransmits = 5,
	    .probes = 1, .unacked = 2, .lost = 1, .cwnd = 1, .ssthresh = 7,
	    .mss = 32768, .bytes_sent = 35, .bytes_received = 6,
	    .sent_ago = FIXTURE_MS(12), .received_ago = FIXTURE_MS(1500)};
	return event;
}

/* A call; error 0: result is what it returned. */
static inline struct event
fixture_call(enum report_role role, unsigned conn, enum report_call call,
    int64_t result, int error)
{
	struct event event = {.type = EVENT_CALL};
	event.call = (struct event_call){.role = role, .conn = conn, .call = call,
	    .result = error != 0 ? -1 : result, .error = error};
	event.call.pid = role == ROLE_CLIENT ? CLIENT_PID :
	    role == ROLE_SERVER ? SERVER_PID : CHILD_PID + (pid_t)conn;
	return event;
}

/* A question with its answers, a line each. */
static inline struct event
fixture_ask(const char *question, const char *answers, unsigned answer,
    unsigned chosen)
{
	struct event event = fixture_event(EVENT_ASK, question);
	event.detail = strdup(answers);
	event.ask.answer = answer;
	event.ask.chosen = chosen;
	return event;
}

/* The lesson about zombies, section 5.9. */
static inline struct event
fixture_lesson(enum lesson_what what, const char *detail)
{
	struct event event = fixture_event(EVENT_LESSON, "zombies");
	event.detail = strdup(detail);
	event.lesson.what = what;
	event.lesson.line = what == LESSON_FAILED ? 12 : 0;
	memcpy(event.lesson.section, "5.9", 4);
	return event;
}

/* Folds the event, a millisecond after the one before, and releases it. */
static inline void
fixture_fold(struct moment *moment, struct event event)
{
	event.time = moment->time + FIXTURE_MS(1);
	ck_assert_int_eq(moment_apply(moment, &event), 0);
	event_release(&event);
}

/* A server that listens, a client, and count connections with their children. */
static inline void
fixture_begin(struct moment *moment, unsigned count)
{
	moment_init(moment);
	fixture_fold(moment, fixture_start("local"));
	fixture_fold(moment, fixture_process(ROLE_SERVER, SERVER_PID, 0,
	    PROCESS_STARTED, -1));
	fixture_fold(moment, fixture_process(ROLE_CLIENT, CLIENT_PID, 0,
	    PROCESS_STARTED, -1));
	fixture_fold(moment, fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	for (unsigned conn = 1; conn <= count; conn++) {
		fixture_fold(moment, fixture_connection(conn, CONNECTION_OPENED));
		fixture_fold(moment, fixture_call(ROLE_CLIENT, conn, CALL_CONNECT, 0, 0));
		fixture_fold(moment, fixture_child(conn, PROCESS_FORKED, -1));
		fixture_fold(moment, fixture_state(conn, END_CLIENT, STATE_GONE,
		    STATE_ESTABLISHED));
		fixture_fold(moment, fixture_state(conn, END_SERVER, STATE_GONE,
		    STATE_ESTABLISHED));
		fixture_fold(moment, fixture_socket(conn, END_CLIENT,
		    SOCKET_APPEARED, STATE_ESTABLISHED));
		fixture_fold(moment, fixture_socket(conn, END_SERVER,
		    SOCKET_APPEARED, STATE_ESTABLISHED));
	}
	if (count > 0)
		fixture_fold(moment, fixture_connection(1, CONNECTION_CURRENT));
}

#endif
