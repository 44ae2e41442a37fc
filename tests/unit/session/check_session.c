/* A whole session in this process: its log alone rebuilds its tables, and the
 * tables agree with the kernel's. */
#include "session.h"

#include "endpoint.h"
#include "has_ipv6.h"
#include "parse_json.h"
#include "process_stat.h"
#include "render_json.h"
#include "session_fixture.h"
#include "suites.h"
#include "tcp_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The log, read as a stranger would: from its JSON lines alone. */
struct stranger {
	struct moment moment;
	unsigned bad;
};

static void
stranger_reads(void *context, const struct event *event, const struct moment *now)
{
	struct stranger *stranger = context;
	struct event copy;
	char *line = render_json(event, now);
	if (line == NULL || render_json_parse(line, &copy) < 0) {
		stranger->bad++;
	} else {
		if (moment_apply(&stranger->moment, &copy) < 0)
			stranger->bad++;
		event_release(&copy);
	}
	free(line);
}

/* What the session's first failed expectation or error said, and what came instead; ""
 * for none. */
static const char *
first_failure(struct session *session)
{
	static char text[512];
	struct log *log = session_log(session);
	for (uint64_t i = log_first(log); i < log_end(log); i++) {
		const struct event *event = log_event(log, i);
		if (event->type == EVENT_ERROR ||
		    (event->type == EVENT_EXPECT && !event->expect.pass)) {
			snprintf(text, sizeof text, "%s: got %s", event->text,
			    event->detail != NULL ? event->detail : "nothing");
			return text;
		}
	}
	return "";
}

/* Runs the lines to their end. */
static void
play(struct session *session, const char *const *lines)
{
	char patient[256];
	for (; *lines != NULL; lines++) {
		bool expects = strncmp(*lines, "expect ", 7) == 0 &&
		    strstr(*lines, " within ") == NULL;
		snprintf(patient, sizeof patient, "%s%s", *lines, expects ? " within 30" : "");
		ck_assert_msg(session_submit(session, patient, SOURCE_SCRIPT), "%s", patient);
	}
	int64_t end = loop_now(session_loop(session)) + SECONDS(120);
	while (!session_is_idle(session)) {
		ck_assert_int_lt(loop_now(session_loop(session)), end);
		ck_assert_int_eq(session_round(session, 100), 0);
	}
	ck_assert_msg(!session_has_failed(session), "%s", first_failure(session));
}

/* Are the two processes' rows the same? */
static bool
same_process(const struct moment_process *a, const struct moment_process *b)
{
	return a->row.ppid == b->row.ppid && a->row.role == b->row.role &&
	    a->what == b->what && a->forked == b->forked &&
	    strcmp(a->row.stat, b->row.stat) == 0 &&
	    strcmp(a->row.command, b->row.command) == 0 &&
	    strcmp(a->row.wchan, b->row.wchan) == 0 &&
	    endpoint_equal(&a->row.peer, &b->row.peer);
}

/* Does b hold every living row of a, the same? */
static void
assert_tables(const struct moment *a, const struct moment *b)
{
	for (size_t i = 0; i < a->socket_count; i++) {
		const struct socket_row *row = &a->sockets[i].row;
		if (a->sockets[i].gone_at != 0)
			continue;
		const struct moment_socket *other = moment_socket(b, &row->tcp.local,
		    &row->tcp.remote, row->tcp.family);
		ck_assert_ptr_nonnull(other);
		ck_assert_int_eq(other->row.tcp.state, row->tcp.state);
		ck_assert_uint_eq(other->row.tcp.inode, row->tcp.inode);
		ck_assert_uint_eq(other->row.tcp.recv_q, row->tcp.recv_q);
		ck_assert_int_eq(other->row.owner_pid, row->owner_pid);
		ck_assert_uint_eq(other->row.conn, row->conn);
	}
	for (size_t i = 0; i < a->process_count; i++) {
		const struct moment_process *process = &a->processes[i];
		const struct moment_process *other =
		    moment_process(b, process->row.pid);
		if (process->ended_at == 0) {
			ck_assert_ptr_nonnull(other);
			ck_assert(same_process(process, other));
		} else {
			ck_assert_ptr_null(other);
		}
	}
	ck_assert_uint_eq(a->connection_count, b->connection_count);
	for (size_t i = 0; i < a->connection_count; i++) {
		ck_assert_int_eq(a->connections[i].client, b->connections[i].client);
		ck_assert_int_eq(a->connections[i].server, b->connections[i].server);
		ck_assert_int_eq(a->connections[i].open, b->connections[i].open);
	}
	ck_assert_uint_eq(a->current, b->current);
	ck_assert_int_eq(a->host_state, b->host_state);
	ck_assert_str_eq(a->settings, b->settings);
}

/* Do the session's rows stand in /proc/net/tcp and tcp6, in the same states?
 * Asked again until they do: what the kernel shows moves on. */
static bool
agrees_with_kernel(const struct moment *now)
{
	static const char *const paths[] = {"/proc/net/tcp", "/proc/net/tcp6"};
	struct tcp_table table = {0};
	char *buffer = NULL;
	size_t size = 0, living = 0;
	bool agrees = true;
	for (int i = 0; i < 2; i++)
		tcp_table_read(&table, paths[i], i == 0 ? 4 : 6, now->host.port,
		    &buffer, &size);
	for (size_t i = 0; i < now->socket_count; i++)
		living += now->sockets[i].gone_at == 0;
	for (size_t i = 0; i < table.count && agrees; i++) {
		const struct moment_socket *socket = moment_socket(now,
		    &table.rows[i].local, &table.rows[i].remote, table.rows[i].family);
		agrees = socket != NULL &&
		    socket->row.tcp.state == table.rows[i].state &&
		    socket->row.tcp.inode == table.rows[i].inode;
	}
	agrees = agrees && table.count == living;
	tcp_table_free(&table);
	free(buffer);
	return agrees;
}

/* A child stands still between the two FINs where a TIME_WAIT is waited for: else an ACK
 * that comes late can end it at once (RFC 1337). */
static const char *const lines_of_rebuild[] = {
	"connect 3", "expect children 3", "send hello", "expect echo hello",
	"server set reap=none", "expect listening yes", "connect 2", "expect children 5", "use 4", "send again",
	"expect echo again", "close 5", "expect zombies 1",
	"kill child 1", "expect state client CLOSE_WAIT 1",
	"expect state server FIN_WAIT2 1", "client sigpipe ignore",
	"use 2", "kill child STOP", "close", "expect state client FIN_WAIT2 2",
	"kill child 2 CONT", "expect state client TIME_WAIT 2", "host unplug",
	"use 3", "send late", "host plug", "expect echo late within 40",
	"show dispositions", "show sockets", "show processes", NULL};

/* Counts the snapshots of the connections. */
static void
note_snapshot(void *context, const struct event *event, const struct moment *now)
{
	unsigned *connections = context;
	(void)now;
	*connections += event->type == EVENT_CONNECTIONS;
}

START_TEST(a_picture_without_a_screen_is_its_connection)
{
	static const char *const lines[] = {"show states", "show figures",
	    "show bytes", "show settings", NULL};
	unsigned connections = 0;
	struct session *session = session_on("127.0.0.1", free_port());
	ck_assert_int_eq(log_subscribe(session_log(session), note_snapshot,
	    &connections), 0);
	session_begin(session);
	play(session, lines);
	ck_assert_uint_eq(connections, 3);
	session_free(session);
}
END_TEST

START_TEST(the_log_alone_rebuilds_the_tables)
{
	static const char *const hosts[] = {"127.0.0.1", "::1"};
	struct stranger stranger = {0};
	if (_i == 1 && !has_ipv6()) {
		printf("skipped a session on ::1: no IPv6\n");
		return;
	}
	struct session *session = session_on(hosts[_i], free_port());
	moment_init(&stranger.moment);
	ck_assert_int_eq(log_subscribe(session_log(session), stranger_reads,
	    &stranger), 0);
	session_begin(session);
	play(session, lines_of_rebuild);
	ck_assert_uint_eq(stranger.bad, 0);
	assert_tables(session_now(session), &stranger.moment);
	assert_tables(&stranger.moment, session_now(session));
	int64_t end = loop_now(session_loop(session)) + SECONDS(10);
	while (!agrees_with_kernel(session_now(session))) {
		ck_assert_int_lt(loop_now(session_loop(session)), end);
		ck_assert_int_eq(session_round(session, 50), 0);
	}
	moment_release(&stranger.moment);
	session_free(session);
}
END_TEST

START_TEST(two_sessions_live_side_by_side)
{
	char ports[2][16];
	struct session *sessions[2];
	for (int i = 0; i < 2; i++) {
		snprintf(ports[i], sizeof ports[i], "%s", free_port());
		sessions[i] = session_on("127.0.0.1", ports[i]);
		session_begin(sessions[i]);
	}
	for (int i = 0; i < 2; i++) {
		static const char *const lines[] = {"connect 2", "send a",
		    "expect echo a", "expect children 2", NULL};
		play(sessions[i], lines);
	}
	session_free(sessions[0]);
	static const char *const more[] = {"send b", "expect echo b", "reset",
	    "connect", "send c", "expect echo c", "expect zombies 0", NULL};
	play(sessions[1], more);
	session_free(sessions[1]);
}
END_TEST

START_TEST(no_descriptor_is_left_open)
{
	int before = dup(0);
	close(before);
	static const char *const lines[] = {"connect 5", "send a", "expect echo a",
	    "kill client", "connect", "host crash", "host reboot", "reset", NULL};
	struct session *session = session_on("127.0.0.1", free_port());
	session_begin(session);
	play(session, lines);
	session_free(session);
	int after = dup(0);
	close(after);
	ck_assert_int_eq(before, after);
}
END_TEST

#define OPEN "connect", "expect state client ESTABLISHED", \
	"expect state server ESTABLISHED"
#define SEEN OPEN, "expect children 1"
#define BOTH_GONE "expect state client GONE", "expect state server GONE"

/* How the two ends of connection 1 are to go, whether a reading of the table saw
 * each state or not: what is told must be what TCP did. */
static const struct {
	const char *const lines[12];
	const char *client, *server;
} ways[] = {
	/* the one that closed first is the one that is left in TIME_WAIT */
	{{SEEN, "close", "expect state client TIME_WAIT", "expect state server GONE"},
	    "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT",
	    "SYN_RECV ESTABLISHED CLOSE_WAIT LAST_ACK GONE"},
	{{SEEN, "shutdown", "read", "expect eof", "close",
	    "expect state client TIME_WAIT", "expect state server GONE"},
	    "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT",
	    "SYN_RECV ESTABLISHED CLOSE_WAIT LAST_ACK GONE"},
	{{SEEN, "kill child", "expect children 0", "close",
	    "expect state client GONE", "expect state server TIME_WAIT"},
	    "SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK GONE",
	    "SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT"},
	{{SEEN, "kill child STOP", "close", "kill child",
	    "expect state client TIME_WAIT", "expect state server GONE"},
	    "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT",
	    "SYN_RECV ESTABLISHED CLOSE_WAIT LAST_ACK GONE"},
	/* data for a client that has closed draws a RST; the FIN was answered */
	{{SEEN, "kill child STOP", "send one", "close", "kill child CONT", BOTH_GONE},
	    "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 GONE",
	    "SYN_RECV ESTABLISHED CLOSE_WAIT GONE"},
	{{SEEN, "kill child STOP", "send one", "close",
	    "expect state server CLOSE_WAIT", "kill child CONT", BOTH_GONE},
	    "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 GONE",
	    "SYN_RECV ESTABLISHED CLOSE_WAIT GONE"},
	{{"server pause", OPEN, "send one", "close", "server resume", BOTH_GONE},
	    "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 GONE",
	    "SYN_RECV ESTABLISHED CLOSE_WAIT GONE"},
	/* RST at once, of either end; what is closed after it sends nothing */
	{{SEEN, "abort", BOTH_GONE},
	    "SYN_SENT ESTABLISHED GONE", "SYN_RECV ESTABLISHED GONE"},
	{{SEEN, "kill child STOP", "send one", "kill child", "expect children 0",
	    "close", BOTH_GONE},
	    "SYN_SENT ESTABLISHED GONE", "SYN_RECV ESTABLISHED GONE"},
};

/* The states that an end of connection 1 is told to have passed, as text. */
static void
tell_way(struct session *session, enum connection_end end, char *text, size_t size)
{
	struct log *log = session_log(session);
	size_t used = 0;
	text[0] = '\0';
	for (uint64_t i = log_first(log); i < log_end(log) && used < size; i++) {
		const struct event *event = log_event(log, i);
		if (event->type != EVENT_STATE || event->state.conn != 1 ||
		    event->state.end != end)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    used > 0 ? " " : "", tcp_state_name(event->state.to));
	}
}

/* Was the client's row read to be gone before the child had told of its write?  Nobody
 * could know then that the FIN had been answered, and nothing is claimed. */
static bool
was_gone_before_the_write(struct session *session)
{
	struct log *log = session_log(session);
	for (uint64_t i = log_first(log); i < log_end(log); i++) {
		const struct event *event = log_event(log, i);
		if (event->type == EVENT_CALL && event->call.role == ROLE_CHILD &&
		    event->call.call == CALL_WRITE)
			return false;
		if (event->type == EVENT_STATE && event->state.end == END_CLIENT &&
		    event->state.to == STATE_GONE)
			return true;
	}
	return false;
}

START_TEST(the_states_told_are_those_that_were_passed)
{
	char client[256], server[256];
	const char *expected = ways[_i].client;
	struct session *session = session_on("127.0.0.1", free_port());
	session_begin(session);
	play(session, ways[_i].lines);
	tell_way(session, END_CLIENT, client, sizeof client);
	tell_way(session, END_SERVER, server, sizeof server);
	if (strcmp(expected, "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 GONE") == 0 &&
	    was_gone_before_the_write(session))
		expected = "SYN_SENT ESTABLISHED FIN_WAIT1 GONE";
	ck_assert_str_eq(client, expected);
	ck_assert_str_eq(server, ways[_i].server);
	session_free(session);
}
END_TEST

/* The questions a session asks about strangers. */
static void
remember_question(void *context, const char *question)
{
	snprintf(context, 400, "%s", question);
}

START_TEST(a_stranger_is_asked_about)
{
	char question[400] = "", line[64];
	struct session *session = session_on("127.0.0.1", free_port());
	session_ask_by(session, remember_question, question);
	session_begin(session);
	snprintf(line, sizeof line, "kill pid:%d USR1", (int)getppid());
	session_submit(session, line, SOURCE_LINE);
	int64_t end = loop_now(session_loop(session)) + SECONDS(10);
	while (question[0] == '\0') {
		ck_assert_int_lt(loop_now(session_loop(session)), end);
		ck_assert_int_eq(session_round(session, 100), 0);
	}
	session_confirm(session, false);
	ck_assert(!session_has_failed(session));
	session_free(session);
}
END_TEST

/* What play was asked for. */
static bool
remember_play(void *context, const char *name, char *error)
{
	snprintf(context, 64, "%s", name);
	snprintf(error, SESSION_ERROR, "not this one");
	return strcmp(name, "bad") != 0;
}

/* Counts notes and errors. */
static void
count_words(void *context, const struct event *event, const struct moment *now)
{
	unsigned *counts = context;
	(void)now;
	counts[0] += event->type == EVENT_NOTE;
	counts[1] += event->type == EVENT_ERROR;
}

/* Runs one line to its end. */
static void
run_line(struct session *session, const char *line)
{
	session_submit(session, line, SOURCE_STDIN);
	int64_t end = loop_now(session_loop(session)) + SECONDS(20);
	while (!session_is_idle(session)) {
		ck_assert_int_lt(loop_now(session_loop(session)), end);
		ck_assert_int_eq(session_round(session, 100), 0);
	}
}

START_TEST(lessons_are_played_by_who_can)
{
	char name[64] = "";
	unsigned counts[2] = {0, 0};
	struct session *session = session_on("127.0.0.1", free_port());
	ck_assert_int_eq(log_subscribe(session_log(session), count_words, counts), 0);
	session_begin(session);
	run_line(session, "lessons");
	ck_assert_uint_gt(counts[0], 0); /* a note for each */
	ck_assert_uint_eq(counts[1], 0);
	run_line(session, "play zombies"); /* nobody there who could */
	ck_assert_uint_eq(counts[1], 1);
	session_play_by(session, remember_play, name);
	run_line(session, "play zombies  ");
	ck_assert_str_eq(name, "zombies");
	ck_assert_uint_eq(counts[1], 1);
	run_line(session, "play bad");
	run_line(session, "play");
	ck_assert_uint_eq(counts[1], 3);
	session_free(session);
}
END_TEST

Suite *
session_suite(void)
{
	Suite *suite = suite_create("session");
	TCase *all = tcase_create("all");
	tcase_set_timeout(all, 200);
	tcase_add_test(all, a_picture_without_a_screen_is_its_connection);
	tcase_add_loop_test(all, the_log_alone_rebuilds_the_tables, 0, 2);
	tcase_add_loop_test(all, the_states_told_are_those_that_were_passed, 0,
	    sizeof ways / sizeof *ways);
	tcase_add_test(all, two_sessions_live_side_by_side);
	tcase_add_test(all, no_descriptor_is_left_open);
	tcase_add_test(all, a_stranger_is_asked_about);
	tcase_add_test(all, lessons_are_played_by_who_can);
	suite_add_tcase(suite, all);
	return suite;
}
