/* explain_fixture.h: a log with a session in it that `show why` is asked about. */
#ifndef EXPLAIN_FIXTURE_H
#define EXPLAIN_FIXTURE_H

#include "book.h"
#include "command.h"
#include "explain.h"
#include "log.h"

#include "event_fixture.h"

#include <signal.h>
#include <stdio.h>

enum { EXPLAINED = 4096 };

/* A log with the fixture's events in it. */
static inline struct log *
new_log(void)
{
	struct log *log = log_new(100);
	ck_assert_ptr_nonnull(log);
	return log;
}

/* Appends an event, ten milliseconds after the one before. */
static inline void
happen(struct log *log, struct event event)
{
	event.time = log_now(log)->time + FIXTURE_MS(10);
	ck_assert_int_eq(log_append(log, &event), 0);
}

/* A server that listens, a client, connection 1. */
static inline void
begin(struct log *log)
{
	happen(log, fixture_start("local"));
	happen(log, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1));
	struct event client = fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_STARTED, -1);
	memcpy(client.process.row.command, "tcpcli", 7);
	happen(log, client);
	happen(log, fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	happen(log, fixture_connection(1, CONNECTION_OPENED));
	happen(log, fixture_connection(1, CONNECTION_CURRENT));
	happen(log, fixture_child(1, PROCESS_FORKED, -1));
	happen(log, fixture_state(1, END_CLIENT, STATE_SYN_SENT, STATE_ESTABLISHED));
	happen(log, fixture_state(1, END_SERVER, STATE_SYN_RECV, STATE_ESTABLISHED));
	happen(log, fixture_socket(1, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED));
	happen(log, fixture_socket(1, END_SERVER, SOCKET_APPEARED, STATE_ESTABLISHED));
}

/* A child is killed: the first half of row 14 of the lecture. */
static inline void
kill_child(struct log *log)
{
	struct event signal = {.type = EVENT_SIGNAL};
	signal.signal.number = SIGKILL;
	signal.signal.to = CHILD_PID + 1;
	happen(log, signal);
	happen(log, fixture_child(1, PROCESS_ZOMBIE, SIGKILL));
	happen(log, fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT));
	struct event row = fixture_socket(1, END_CLIENT, SOCKET_CHANGED, STATE_CLOSE_WAIT);
	row.socket.row.tcp.recv_q = 1;
	happen(log, row);
	row = fixture_socket(1, END_SERVER, SOCKET_CHANGED, STATE_FIN_WAIT2);
	row.socket.row.owner_pid = 0;
	row.socket.row.tcp.inode = 0;
	row.socket.row.tcp.timer = TIMER_TIME_WAIT;
	row.socket.row.timer_at = FIXTURE_MS(60150);
	happen(log, row);
	happen(log, fixture_state(1, END_SERVER, STATE_ESTABLISHED, STATE_FIN_WAIT2));
}

/* The text, which is static, of `show why WORDS` at the log's end, or at number. */
static inline char *
ask_at(const struct log *log, const struct moment *moment, uint64_t number,
    const char *words)
{
	const struct explain_view view = {.moment = moment, .log = log, .end = number,
	    .command = command_says};
	struct explain_subject subject;
	struct explanation out;
	struct event event;
	static char text[EXPLAINED];
	char error[EXPLAIN_ERROR];
	ck_assert_msg(explain_parse(&subject, words, error), "%s: %s", words, error);
	if (!explain(&subject, &view, &out, error)) {
		snprintf(text, sizeof text, "error: %s\n", error);
		return text;
	}
	ck_assert(explain_to_event(&out, &event));
	ck_assert_ptr_nonnull(book_title(event.why.section));
	snprintf(text, sizeof text, "%s\n%s\nUNP %s %s\n", event.text, event.detail,
	    event.why.section, book_title(event.why.section));
	event_release(&event);
	explain_release(&out);
	return text;
}

static inline char *
ask(const struct log *log, const char *words)
{
	return ask_at(log, log_now(log), log_end(log), words);
}

#endif
