/* bare_session.h: the parts of a session without its processes.
 *
 * A test says what the log tells (event_fixture.h), is the client at the far end of its
 * channel, and moves a running command's clock.  Nothing listens at its port, and no
 * process of it is real, unless the test adds one. */
#ifndef BARE_SESSION_H
#define BARE_SESSION_H

#include "event_fixture.h"
#include "expect_internal.h"
#include "reports.h"
#include "session_internal.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BARE_PORT = 1 }; /* at which nobody is */

static inline void
bare_nothing(void *context)
{
	(void)context;
}

/* A session whose log keeps so many events. */
static inline struct session *
bare_open(size_t events)
{
	struct session *session = calloc(1, sizeof *session);
	ck_assert_ptr_nonnull(session);
	session->queue_end = &session->queue;
	session->host_endpoint = fixture_server_end();
	session->host_is_local = session->ready = true;
	session->loop = loop_new();
	session->log = log_new(events);
	session->processes = process_watch_new(session->loop, session->log,
	    bare_nothing, session);
	session->sockets = socket_watch_new(session->loop, session->log, BARE_PORT, 4,
	    bare_nothing, session);
	session->all = all_sockets_new(session->loop, session->log);
	session->tick = loop_timer(session->loop, bare_nothing, session);
	session->hold = loop_timer(session->loop, bare_nothing, session);
	ck_assert(session->hold != NULL && session->tick != NULL);
	ck_assert(session->processes != NULL && session->sockets != NULL);
	ck_assert(host_init(session));
	settings_init(&session->server.settings, "127.0.0.1");
	session->server.initial = session->server.settings;
	snprintf(session->host_name, sizeof session->host_name, "127.0.0.1");
	snprintf(session->directory, sizeof session->directory, "/nowhere");
	return session;
}

static inline void
bare_close(struct session *session)
{
	session->ended = true;
	launcher_free(session->launcher);
	session_forget_question(session);
	runner_free(session);
	client_free(session);
	server_free(session);
	process_watch_free(session->processes);
	socket_watch_free(session->sockets);
	all_sockets_free(session->all);
	loop_untimer(session->loop, session->tick);
	loop_untimer(session->loop, session->hold);
	loop_untimer(session->loop, session->host.timer);
	log_free(session->log);
	loop_free(session->loop);
	free(session->taken);
	free(session);
}

/* Appends the event, as of now. */
static inline void
bare_tell(struct session *session, struct event event)
{
	event.time = loop_now(session->loop);
	ck_assert_int_eq(log_append(session->log, &event), 0);
}

/* Begins a line, behind those that wait. */
static inline void
bare_run(struct session *session, const char *line)
{
	session_submit(session, line, SOURCE_STDIN);
	runner_step(session);
}

/* The running command began so much earlier. */
static inline void
bare_later(struct session *session, int64_t time)
{
	session->running.begun_at -= time;
	session->running.deadline -= time;
	session->running.deadline_seen -= time;
	runner_step(session);
}

static inline bool
bare_is_running(const struct session *session)
{
	return session->running.command != NULL;
}

/* The latest event of a type; NULL. */
static inline const struct event *
bare_last(const struct session *session, enum event_type type)
{
	uint64_t number = log_find_back(session->log, log_end(session->log),
	    log_first(session->log), LOG_TYPE(type));
	return number != UINT64_MAX ? log_event(session->log, number) : NULL;
}

/* How many events of a type there are. */
static inline unsigned
bare_count(const struct session *session, enum event_type type)
{
	unsigned count = 0;
	uint64_t end = log_end(session->log), i = log_first(session->log);
	while ((i = log_find(session->log, i, end, LOG_TYPE(type))) < end) {
		count++;
		i++;
	}
	return count;
}

/* The latest event of a type says this. */
static inline void
bare_said(const struct session *session, enum event_type type, const char *words)
{
	const struct event *event = bare_last(session, type);
	ck_assert_msg(event != NULL, "nothing said, wanted: %s", words);
	ck_assert_msg(strstr(event->text, words) != NULL, "said: %s\nwanted: %s",
	    event->text, words);
}

/* The line is refused, with these words. */
static inline void
bare_refuses(struct session *session, const char *line, const char *words)
{
	unsigned before = bare_count(session, EVENT_ERROR);
	bare_run(session, line);
	ck_assert_msg(bare_count(session, EVENT_ERROR) == before + 1, "%s: not refused", line);
	bare_said(session, EVENT_ERROR, words);
	ck_assert(!bare_is_running(session));
}

/* The session has a client, which is the test: its end of the channel. */
static inline int
bare_client(struct session *session)
{
	int program;
	session->client.channel = channel_open(session->loop, &program, reports_take,
	    session);
	ck_assert_ptr_nonnull(session->client.channel);
	session->client.pid = CLIENT_PID;
	return program;
}

/* The next order that the client was given; kind 0: none. */
static inline struct order *
bare_order(int program)
{
	static struct order order;
	memset(&order, 0, sizeof order);
	ssize_t size = recv(program, &order, sizeof order, MSG_DONTWAIT);
	if (size < 0)
		order.kind = 0;
	else
		ck_assert_uint_eq((size_t)size, offsetof(struct order, data) + order.length);
	return &order;
}

/* The next order is of this kind, with this number. */
static inline struct order *
bare_ordered(int program, enum order_kind kind, int number)
{
	struct order *order = bare_order(program);
	ck_assert_uint_eq(order->kind, kind);
	ck_assert_int_eq(order->number, number);
	return order;
}

/* The client says that it has carried the order out. */
static inline void
bare_done(struct session *session, int program, uint32_t serial)
{
	struct reporter reporter = {.fd = program, .role = ROLE_CLIENT, .pid = CLIENT_PID};
	struct report report = {.kind = REPORT_DONE, .order = serial};
	reporter_send(&reporter, &report);
	ck_assert_uint_eq(reporter.lost, 0);
	channel_drain(session->client.channel);
	runner_step(session);
}

/* The guard's PID is told; what else it says, nobody hears. */
static inline void
bare_started(void *context, uint32_t serial, pid_t pid, int error, int64_t time)
{
	(void)context, (void)serial, (void)pid, (void)error, (void)time;
}

static inline void
bare_reaped(void *context, pid_t pid, int status, int64_t time)
{
	(void)context, (void)pid, (void)status, (void)time;
}

/* The session has a guard, which finds none of its programs. */
static inline void
bare_guard(struct session *session)
{
	struct launcher_events events = {bare_started, bare_reaped, bare_nothing, NULL};
	session->launcher = launcher_new(session->loop, 1024, &events);
	ck_assert_ptr_nonnull(session->launcher);
	/* a client that cannot run lets go of what it is told at any moment */
	const char *build = getenv("BUILD");
	snprintf(session->directory, sizeof session->directory, "%s",
	    build != NULL ? build : "build");
}

/* A real process plays a part in the session. */
static inline void
bare_follow(struct session *session, pid_t pid, enum report_role role, unsigned conn)
{
	struct report_endpoint peer = fixture_client_end(conn);
	process_watch_add(session->processes, pid, role,
	    role == ROLE_CHILD ? PROCESS_FORKED : PROCESS_STARTED,
	    conn != 0 ? &peer : NULL, conn, loop_now(session->loop));
	if (role == ROLE_SERVER)
		session->server.pid = pid;
	if (role == ROLE_CLIENT)
		session->client.pid = pid;
	ck_assert_ptr_nonnull(moment_process(log_now(session->log), pid));
}

/* Rounds of the loop until the running command is over. */
static inline void
bare_await(struct session *session)
{
	int64_t end = loop_now(session->loop) + SECONDS(20);
	session->running.deadline = INT64_MAX; /* it is over when it is done */
	while (bare_is_running(session)) {
		ck_assert_int_lt(loop_now(session->loop), end);
		ck_assert_int_ge(loop_round(session->loop, 2), 0);
		runner_step(session);
	}
}

/* Connections 1 to count of the client, each with a child, current 1. */
static inline void
bare_connections(struct session *session, unsigned count)
{
	bare_tell(session, fixture_start("local"));
	bare_tell(session, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1));
	bare_tell(session, fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_STARTED, -1));
	for (unsigned conn = 1; conn <= count; conn++) {
		bare_tell(session, fixture_connection(conn, CONNECTION_OPENED));
		bare_tell(session, fixture_call(ROLE_CLIENT, conn, CALL_CONNECT, 0, 0));
		bare_tell(session, fixture_child(conn, PROCESS_FORKED, -1));
		bare_tell(session, fixture_state(conn, END_CLIENT, STATE_GONE,
		    STATE_ESTABLISHED));
		bare_tell(session, fixture_state(conn, END_SERVER, STATE_GONE,
		    STATE_ESTABLISHED));
	}
	if (count > 0)
		bare_tell(session, fixture_connection(1, CONNECTION_CURRENT));
	session->client.conns = count;
}

#endif
