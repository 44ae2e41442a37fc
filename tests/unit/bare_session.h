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
#include "runner.h"
#include "session.h"
#include "session_state.h"
#include "client.h"
#include "host.h"
#include "server.h"

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
	session->world.host_endpoint = fixture_server_end();
	session->world.host_is_local = session->ready = true;
	session->world.loop = loop_new();
	session->world.log = log_new(events);
	session->world.processes = process_watch_new(session->world.loop, session->world.log,
	    bare_nothing, &session->world);
	session->world.sockets = socket_watch_new(session->world.loop, session->world.log, BARE_PORT, 4,
	    bare_nothing, &session->world);
	session->world.all = all_sockets_new(session->world.loop, session->world.log);
	session->world.tick = loop_timer(session->world.loop, bare_nothing, session);
	session->world.hold = loop_timer(session->world.loop, bare_nothing, session);
	session->world.unended = loop_timer(session->world.loop, bare_nothing, session);
	ck_assert(session->world.hold != NULL && session->world.tick != NULL);
	ck_assert(session->world.processes != NULL && session->world.sockets != NULL);
	ck_assert(host_init(&session->world));
	settings_init(&session->world.server.settings, "127.0.0.1");
	session->world.server.initial = session->world.server.settings;
	snprintf(session->world.host_name, sizeof session->world.host_name, "127.0.0.1");
	snprintf(session->world.directory, sizeof session->world.directory, "/nowhere");
	return session;
}

static inline void
bare_close(struct session *session)
{
	session->world.ended = true;
	launcher_free(session->world.launcher);
	session_forget_question(session);
	runner_free(session);
	client_free(&session->world);
	server_free(&session->world);
	process_watch_free(session->world.processes);
	socket_watch_free(session->world.sockets);
	all_sockets_free(session->world.all);
	loop_untimer(session->world.loop, session->world.tick);
	loop_untimer(session->world.loop, session->world.hold);
	loop_untimer(session->world.loop, session->world.unended);
	loop_untimer(session->world.loop, session->world.host.timer);
	log_free(session->world.log);
	loop_free(session->world.loop);
	free(session->taken);
	free(session);
}

/* Appends the event, as of now. */
static inline void
bare_tell(struct session *session, struct event event)
{
	event.time = loop_now(session->world.loop);
	ck_assert_int_eq(log_append(session->world.log, &event), 0);
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
	if (session->running.read_until != 0) { /* what came in time has been read */
		session->running.read_until = 1;
		runner_step(session);
	}
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
	uint64_t number = log_find_back(session->world.log, log_end(session->world.log),
	    log_first(session->world.log), LOG_TYPE(type));
	return number != UINT64_MAX ? log_event(session->world.log, number) : NULL;
}

/* How many events of a type there are. */
static inline unsigned
bare_count(const struct session *session, enum event_type type)
{
	unsigned count = 0;
	uint64_t end = log_end(session->world.log), i = log_first(session->world.log);
	while ((i = log_find(session->world.log, i, end, LOG_TYPE(type))) < end) {
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
	session->world.client.channel = channel_open(session->world.loop, &program, reports_take,
	    &session->world);
	ck_assert_ptr_nonnull(session->world.client.channel);
	session->world.client.pid = CLIENT_PID;
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
	channel_drain(session->world.client.channel);
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
	session->world.launcher = launcher_new(session->world.loop,
	    &(struct guard_files){.limit = 1024}, &events);
	ck_assert_ptr_nonnull(session->world.launcher);
	/* a client that cannot run lets go of what it is told at any moment */
	const char *build = getenv("BUILD");
	snprintf(session->world.directory, sizeof session->world.directory, "%s",
	    build != NULL ? build : "build");
}

/* A real process plays a part in the session. */
static inline void
bare_follow(struct session *session, pid_t pid, enum report_role role, unsigned conn)
{
	struct report_endpoint peer = fixture_client_end(conn);
	process_watch_add(session->world.processes, pid, role,
	    role == ROLE_CHILD ? PROCESS_FORKED : PROCESS_STARTED,
	    conn != 0 ? &peer : NULL, conn, loop_now(session->world.loop));
	if (role == ROLE_SERVER)
		session->world.server.pid = pid;
	if (role == ROLE_CLIENT)
		session->world.client.pid = pid;
	ck_assert_ptr_nonnull(moment_process(log_now(session->world.log), pid));
}

/* Rounds of the loop until the running command is over. */
static inline void
bare_await(struct session *session)
{
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	session->running.deadline = INT64_MAX; /* it is over when it is done */
	while (bare_is_running(session)) {
		ck_assert_int_lt(loop_now(session->world.loop), end);
		ck_assert_int_ge(loop_round(session->world.loop, 2), 0);
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
	session->world.client.conns = count;
}

#endif
