/* check_explain_told.c: which events are told as what led to a thing; what the words
 * behind `show why` mean; and what is said of an event of the log. */
#include "explain_fixture.h"
#include "explain_internal.h"
#include "suites.h"

#include <errno.h>

enum { STRANGER = 4711 };

/* A signal to a process. */
static struct event
signal_to(int number, pid_t pid)
{
	struct event event = {.type = EVENT_SIGNAL};
	event.signal.number = number;
	event.signal.to = pid;
	return event;
}

/* A line that the client of connection conn sent. */
static struct event
sent_on(unsigned conn)
{
	struct event event = fixture_event(EVENT_SENT, "hello");
	event.line.conn = conn;
	event.line.bytes = 6;
	return event;
}

/* A call on connection 2 of this process. */
static struct event
call_of(pid_t pid, unsigned conn, enum report_call call, int64_t result, int error)
{
	struct event event = fixture_call(pid == CLIENT_PID ? ROLE_CLIENT : ROLE_CHILD, conn,
	    call, result, error);
	event.call.pid = pid;
	return event;
}

/* What may happen: is it told of connection 2's client end, of its child 302, of the
 * last errno (the client's on 2), of SIGTERM? */
enum { OF_END = 1, OF_PROCESS = 2, OF_ERRNO = 4, OF_SIGNAL = 8 };

static const struct { const char *what; int told; } tellings[] = {
	{"state 2 client", OF_END | OF_ERRNO}, {"state 2 server", OF_END | OF_PROCESS | OF_ERRNO},
	{"state 3 client", 0}, {"closed 2", OF_END}, {"closed 3", 0},
	{"sent 2", OF_END | OF_ERRNO}, {"sent 3", 0},
	{"read 2 fails", OF_END | OF_ERRNO}, {"read 3 fails", 0},
	{"child's eof 2", OF_END | OF_PROCESS | OF_ERRNO}, {"child's read 2", 0},
	{"close 2", OF_END | OF_ERRNO}, {"shutdown 2", OF_END | OF_ERRNO},
	{"setsockopt 2", 0}, {"fork of it", OF_PROCESS}, {"fork of another", 0},
	{"SIGTERM to it", OF_END | OF_PROCESS | OF_ERRNO | OF_SIGNAL},
	{"SIGTERM to another", OF_ERRNO | OF_SIGNAL}, {"SIGHUP to another", OF_ERRNO},
	{"SIGCHLD to another", 0}, {"SIGCHLD to the client", OF_ERRNO},
	{"it is a zombie", OF_END | OF_PROCESS}, {"another is a zombie", 0},
	{"host", OF_END | OF_PROCESS | OF_ERRNO}, {"note", 0}, {"echo 2", 0},
};

/* The event of these words. */
static struct event
event_of(const char *what)
{
	unsigned conn = strchr(what, '3') != NULL ? 3 : 2;
	pid_t child = CHILD_PID + 2;
	if (strncmp(what, "state", 5) == 0)
		return fixture_state(conn, strstr(what, "server") != NULL ? END_SERVER :
		    END_CLIENT, STATE_ESTABLISHED, STATE_CLOSING);
	if (strncmp(what, "closed", 6) == 0)
		return fixture_connection(conn, CONNECTION_CLOSED);
	if (strncmp(what, "sent", 4) == 0)
		return sent_on(conn);
	if (strncmp(what, "read", 4) == 0)
		return call_of(CLIENT_PID, conn, CALL_READ, 0, EINTR);
	if (strncmp(what, "child's eof", 11) == 0)
		return call_of(child, conn, CALL_READ, 0, 0);
	if (strncmp(what, "child's read", 12) == 0)
		return call_of(child, conn, CALL_READ, 1, 0);
	if (strncmp(what, "close", 5) == 0)
		return call_of(CLIENT_PID, conn, CALL_CLOSE, 1, 0);
	if (strncmp(what, "shutdown", 8) == 0)
		return call_of(CLIENT_PID, conn, CALL_SHUTDOWN, 1, 0);
	if (strncmp(what, "setsockopt", 10) == 0)
		return call_of(CLIENT_PID, conn, CALL_SETSOCKOPT, 0, 0);
	if (strncmp(what, "fork", 4) == 0)
		return call_of(SERVER_PID, 0, CALL_FORK, strstr(what, "it") != NULL ? child :
		    STRANGER, 0);
	if (strncmp(what, "SIG", 3) == 0)
		return signal_to(what[3] == 'T' ? SIGTERM : what[3] == 'H' ? SIGHUP : SIGCHLD,
		    strstr(what, "to it") != NULL ? child : strstr(what, "client") != NULL ?
		    CLIENT_PID : STRANGER);
	if (strstr(what, "zombie") != NULL)
		return fixture_process(ROLE_CHILD, *what == 'i' ? child : STRANGER, 0,
		    PROCESS_ZOMBIE, 9);
	if (strcmp(what, "host") == 0)
		return fixture_host(HOST_UNPLUGGED);
	struct event echo = fixture_event(*what == 'e' ? EVENT_ECHO : EVENT_NOTE, "x");
	if (*what == 'e')
		echo.line.conn = conn;
	return echo;
}

/* A second connection, the current one, with its child; then what happens, at 0.700. */
static struct log *
log_with(const char *what)
{
	struct log *log = new_log();
	begin(log);
	for (unsigned conn = 2; conn <= 3; conn++) {
		happen(log, fixture_connection(conn, CONNECTION_OPENED));
		happen(log, fixture_child(conn, PROCESS_FORKED, -1));
	}
	struct event event = event_of(what);
	event.time = FIXTURE_MS(700);
	ck_assert_int_eq(log_append(log, &event), 0);
	return log;
}

/* Stands the event of 0.700 in the explanation? */
static bool
is_told(const struct log *log, const struct moment *moment, const char *words)
{
	return strstr(ask_at(log, moment, log_end(log), words), "\n0.700 ") != NULL;
}

START_TEST(what_led_to_a_thing_is_told)
{
	struct log *log = log_with(tellings[_i].what);
	struct moment now;
	int told = tellings[_i].told;
	ck_assert_int_eq(moment_copy(&now, log_now(log)), 0);
	struct event last = call_of(CLIENT_PID, 2, CALL_WRITE, 0, EPIPE);
	now.last = (struct moment_errno){.any = true, .time = FIXTURE_MS(800),
	    .call = last.call, .why = "Why.", .section = "5.13"};
	ck_assert_msg(is_told(log, &now, "client 2") == ((told & OF_END) != 0), "end: %s",
	    tellings[_i].what);
	if (strcmp(tellings[_i].what, "host") == 0)
		ck_assert(is_told(log, &now, "client 1")); /* an end with a row, too */
	ck_assert_msg(is_told(log, &now, "pid:302") == ((told & OF_PROCESS) != 0),
	    "process: %s", tellings[_i].what);
	ck_assert_msg(is_told(log, &now, "EPIPE") == ((told & OF_ERRNO) != 0), "errno: %s",
	    tellings[_i].what);
	ck_assert_msg(is_told(log, &now, "SIGTERM") == ((told & OF_SIGNAL) != 0),
	    "signal: %s", tellings[_i].what);
	now.last.time = FIXTURE_MS(699); /* what came after it did not cause it */
	ck_assert(!is_told(log, &now, "EPIPE"));
	now.last.time = FIXTURE_MS(700);
	ck_assert_int_eq(is_told(log, &now, "EPIPE"), (told & OF_ERRNO) != 0);
	moment_release(&now);
	log_free(log);
}
END_TEST

/* A call of no connection: its process tells. */
START_TEST(a_call_without_a_connection_is_told_by_its_process)
{
	struct log *log = new_log();
	begin(log);
	struct event accepted = fixture_call(ROLE_SERVER, 0, CALL_ACCEPT, 0, EINTR);
	accepted.time = FIXTURE_MS(700);
	ck_assert_int_eq(log_append(log, &accepted), 0);
	struct event read = call_of(CLIENT_PID, 1, CALL_READ, 0, EINTR);
	read.time = FIXTURE_MS(710);
	ck_assert_int_eq(log_append(log, &read), 0);
	struct event failed = fixture_call(ROLE_SERVER, 0, CALL_ACCEPT, 0, EMFILE);
	happen(log, failed);
	const char *text = ask(log, "EMFILE");
	ck_assert_ptr_nonnull(strstr(text, "\n0.700 server  accept: EINTR"));
	ck_assert_ptr_null(strstr(text, "\n0.710 "));
	log_free(log);
}
END_TEST

/* Who died of SIGPIPE: its process and its connection tell. */
START_TEST(a_death_by_sigpipe_is_told)
{
	struct log *log = new_log();
	begin(log);
	struct event state = fixture_state(1, END_CLIENT, STATE_CLOSE_WAIT, STATE_GONE);
	happen(log, state);
	struct event pipe = signal_to(SIGPIPE, CLIENT_PID);
	pipe.signal.by = BY_KERNEL;
	happen(log, pipe);
	happen(log, fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_REAPED, SIGPIPE));
	const char *text = ask(log, "");
	ck_assert_int_eq(strncmp(text, "SIGPIPE (13)", 12), 0);
	ck_assert_ptr_nonnull(strstr(text, "died of it in write, at 0."));
	ck_assert_ptr_nonnull(strstr(text, "Here: The write to a connection"));
	ck_assert_ptr_nonnull(strstr(text, "conn 1  client → GONE"));
	ck_assert_ptr_nonnull(strstr(text, "client  200 reaped, signal 13"));
	ck_assert_ptr_null(strstr(ask(log, "SIGTERM"), "conn 1  client"));
	log_free(log);
}
END_TEST

/* At most six are told: the last ones, the oldest first. */
START_TEST(the_last_six_are_told_in_their_order)
{
	struct log *log = new_log();
	begin(log);
	for (int i = 0; i < 8; i++) {
		struct event event = signal_to(SIGUSR1, 1000 + i);
		happen(log, event);
	}
	const char *text = ask(log, "SIGUSR1");
	ck_assert_ptr_null(strstr(text, "→ 1001"));
	const char *before = text;
	for (int i = 2; i < 8; i++) {
		char line[32];
		snprintf(line, sizeof line, "SIGUSR1 → %d", 1000 + i);
		const char *at = strstr(text, line);
		ck_assert_msg(at != NULL && at > before, "%s: %s", line, text);
		before = at;
	}
	log_free(log);
}
END_TEST

/* The very first event of a session can be told; none of the session before. */
START_TEST(the_first_event_counts)
{
	struct log *log = new_log();
	struct moment moment;
	struct event event = signal_to(SIGUSR1, 1000);
	happen(log, event);
	ck_assert_ptr_nonnull(strstr(ask(log, "SIGUSR1"), "SIGUSR1 → 1000"));
	happen(log, fixture_start("local"));
	ck_assert_ptr_null(strstr(ask(log, "SIGUSR1"), "SIGUSR1 → 1000"));
	ck_assert_ptr_nonnull(strstr(ask(log, "event start"), "A session began"));
	ck_assert_int_eq(moment_copy(&moment, log_now(log)), 0);
	moment.begun = 0; /* as if it were all one */
	ck_assert_ptr_nonnull(strstr(ask_at(log, &moment, log_end(log), "SIGUSR1"),
	    "SIGUSR1 → 1000"));
	ck_assert_ptr_null(strstr(ask_at(log, &moment, 0, "SIGUSR1"), "SIGUSR1 → 1000"));
	moment_release(&moment);
	log_free(log);
}
END_TEST

/* What the words mean. */
static const struct {
	const char *words;
	enum explain_kind kind;
	int number;
	unsigned conn;
	enum connection_end end;
} meanings[] = {
	{"", EXPLAIN_LAST, 0, 0, END_NONE}, {"  ", EXPLAIN_LAST, 0, 0, END_NONE},
	{"client", EXPLAIN_END, 0, 0, END_CLIENT}, {"server", EXPLAIN_END, 0, 0, END_SERVER},
	{"client 2", EXPLAIN_END, 0, 2, END_CLIENT},
	{"server 999999999", EXPLAIN_END, 0, 999999999, END_SERVER},
	{"listener", EXPLAIN_END, 0, 0, END_NONE}, {"zombie", EXPLAIN_ZOMBIE, 0, 0, END_NONE},
	{"pid:1", EXPLAIN_PROCESS, 1, 0, END_NONE},
	{"pid:999999999", EXPLAIN_PROCESS, 999999999, 0, END_NONE},
	{"TIME_WAIT", EXPLAIN_STATE, STATE_TIME_WAIT, 0, END_NONE},
	{"GONE", EXPLAIN_STATE, STATE_GONE, 0, END_NONE},
	{"CLOSING", EXPLAIN_STATE, STATE_CLOSING, 0, END_NONE},
	{"ECONNRESET", EXPLAIN_ERRNO, ECONNRESET, 0, END_NONE},
	{"EPERM", EXPLAIN_ERRNO, EPERM, 0, END_NONE},
	{"SIGHUP", EXPLAIN_SIGNAL, SIGHUP, 0, END_NONE},
	{"SIGPIPE", EXPLAIN_SIGNAL, SIGPIPE, 0, END_NONE},
	{"event start", EXPLAIN_TYPE, EVENT_START, 0, END_NONE},
	{"event end", EXPLAIN_TYPE, EVENT_END, 0, END_NONE},
};

START_TEST(words_have_their_meaning)
{
	struct explain_subject subject;
	char error[EXPLAIN_ERROR] = "before";
	ck_assert_msg(explain_parse(&subject, meanings[_i].words, error), "%s: %s",
	    meanings[_i].words, error);
	ck_assert_int_eq(subject.kind, meanings[_i].kind);
	ck_assert_int_eq(subject.number, meanings[_i].number);
	ck_assert_uint_eq(subject.conn, meanings[_i].conn);
	ck_assert_int_eq(subject.end, meanings[_i].end);
	ck_assert_str_eq(error, "");
}
END_TEST

START_TEST(the_end_of_file_has_a_word)
{
	struct explain_subject subject;
	char error[EXPLAIN_ERROR];
	ck_assert(explain_parse(&subject, "eof", error));
	ck_assert_int_eq(subject.kind, EXPLAIN_ERRNO);
	ck_assert_int_le(subject.number, 0);
}
END_TEST

static const char *const refused[] = {
	"client 2147483648", "client 1x", "client 1 2", "server 0", "server -1",
	"pid:2147483648", "pid:1x", "pid:0", "pid:1 2", "pid", "event", "event starts",
	"PIPE", "SIG", "SIG0", "clients", "zombies", "TIME_WAIT x", "eof x", "listener x",
};

START_TEST(words_without_a_meaning_are_refused)
{
	struct explain_subject subject;
	char error[EXPLAIN_ERROR];
	ck_assert_msg(!explain_parse(&subject, refused[_i], error), "%s", refused[_i]);
	ck_assert_int_eq(strncmp(error, "show why wants nothing", 22), 0);
}
END_TEST

/* The last event of a type: not the command that asks. */
START_TEST(the_last_of_a_type_is_meant)
{
	struct log *log = new_log();
	begin(log);
	happen(log, fixture_event(EVENT_COMMAND, "kill child"));
	happen(log, fixture_event(EVENT_COMMAND, "show why event command"));
	const char *text = ask(log, "event command");
	ck_assert_ptr_nonnull(strstr(text, "kill child"));
	ck_assert_ptr_null(strstr(text, "show why event"));
	happen(log, fixture_event(EVENT_COMMAND, "show whatever"));
	ck_assert_ptr_nonnull(strstr(ask(log, "event command"), "show whatever"));
	happen(log, (struct event){.type = EVENT_COMMAND});
	ck_assert_ptr_nonnull(strstr(ask(log, "event command"), "A command began"));
	ck_assert_ptr_nonnull(strstr(ask(log, "event output"), "error: no output event"));
	log_free(log);
}
END_TEST

/* The explanation of the log's last event; static. */
static const char *
last_said(struct log *log, struct event event)
{
	static char text[EXPLAINED];
	struct explanation out;
	char error[EXPLAIN_ERROR];
	happen(log, event);
	const struct explain_view view = {.command = command_says, .moment = log_now(log), .log = log,
	    .end = log_end(log)};
	const struct explain_subject subject = {.kind = EXPLAIN_EVENT,
	    .event = log_end(log) - 1};
	ck_assert(explain(&subject, &view, &out, error));
	snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n%s\n", out.subject, out.parts[0],
	    out.parts[1], out.parts[2], out.parts[3]);
	explain_release(&out);
	return text;
}

START_TEST(events_are_said_to_be_what_they_are)
{
	struct log *log = new_log();
	begin(log);
	const char *text = last_said(log, fixture_state(1, END_CLIENT, STATE_ESTABLISHED,
	    STATE_CLOSE_WAIT));
	ck_assert_ptr_nonnull(strstr(text, "conn 1  client ESTABLISHED → CLOSE_WAIT\n"));
	ck_assert_ptr_nonnull(strstr(text, "It was ESTABLISHED before."));
	ck_assert_ptr_nonnull(strstr(text, "The client does not know yet"));
	ck_assert_ptr_null(strstr(text, "In parentheses"));
	struct event event = fixture_state(1, END_CLIENT, STATE_GONE, STATE_SYN_SENT);
	event.state.inferred = true;
	text = last_said(log, event);
	ck_assert_ptr_nonnull(strstr(text, "In parentheses: no reading"));
	ck_assert_ptr_null(strstr(text, "before."));
	event = signal_to(SIGTERM, CHILD_PID + 1);
	ck_assert_ptr_nonnull(strstr(last_said(log, event),
	    "Here a user sent it to tcpserv 301."));
	event.signal.by = BY_KERNEL;
	ck_assert_ptr_nonnull(strstr(last_said(log, event), "Here the kernel sent it to"));
	event.signal.by = BY_HOST;
	ck_assert_ptr_nonnull(strstr(last_said(log, event), "Here the host sent it to"));
	event.signal.caught = true;
	text = last_said(log, event);
	ck_assert_ptr_nonnull(strstr(text, "Here its handler ran in tcpserv 301."));
	ck_assert_ptr_null(strstr(text, "sent it to"));
	text = last_said(log, fixture_event(EVENT_COMMAND, "kill child"));
	ck_assert_ptr_nonnull(strstr(text, "kill child\nA command began."));
	ck_assert_ptr_nonnull(strstr(text, " kill child: "));
	text = last_said(log, fixture_event(EVENT_COMMAND, "nonsense"));
	ck_assert_ptr_null(strstr(text, "nonsense: "));
	event = fixture_host(HOST_UNPLUGGED);
	event.detail = strdup("deaf\x1b");
	ck_assert_ptr_nonnull(strstr(last_said(log, event), "Here: deaf^[."));
	event = fixture_host(HOST_UP);
	event.detail = strdup("");
	ck_assert_ptr_null(strstr(last_said(log, event), "Here: "));
	log_free(log);
}
END_TEST

START_TEST(events_of_processes_and_calls_are_said)
{
	struct log *log = new_log();
	begin(log);
	const char *text = last_said(log, fixture_child(1, PROCESS_ZOMBIE, SIGKILL));
	ck_assert_ptr_nonnull(strstr(text, "child   301 zombie, signal 9\n"));
	ck_assert_ptr_nonnull(strstr(text, "Here it was killed by SIGKILL."));
	ck_assert_ptr_nonnull(strstr(text, "A child of the server: "));
	ck_assert_ptr_nonnull(strstr(text, "and 0.02 s of CPU time."));
	text = last_said(log, fixture_child(1, PROCESS_EXITED, -1));
	ck_assert_ptr_null(strstr(text, "Here it"));
	ck_assert_ptr_null(strstr(text, "CPU time."));
	text = last_said(log, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 5, 0));
	ck_assert_ptr_nonnull(strstr(text, " call\nwrite copied bytes")); /* it has no line */
	text = last_said(log, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0));
	ck_assert_ptr_nonnull(strstr(text, "read returned 0: no error."));
	text = last_said(log, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 0, 0));
	ck_assert_ptr_nonnull(strstr(text, "write copied bytes"));
	text = last_said(log, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 0, EPIPE));
	ck_assert_ptr_nonnull(strstr(text, "Here write of tcpcli 200 on connection 1"));
	text = last_said(log, (struct event){.type = EVENT_ERRNO});
	ck_assert_ptr_nonnull(strstr(text, "Broken pipe"));
	text = last_said(log, fixture_socket(1, END_CLIENT, SOCKET_CHANGED,
	    STATE_CLOSE_WAIT));
	ck_assert_ptr_nonnull(strstr(text, " socket\nThe peer's FIN has come"));
	ck_assert_ptr_null(strstr(text, "It left the table"));
	text = last_said(log, fixture_socket(1, END_CLIENT, SOCKET_GONE, STATE_CLOSE_WAIT));
	ck_assert_ptr_nonnull(strstr(text, "It left the table at 0."));
	log_free(log);
}
END_TEST

/* One that is no longer there, and one that no log has. */
START_TEST(an_event_that_fell_out_is_said_to_be_gone)
{
	struct log *log = new_log();
	struct explanation out;
	char error[EXPLAIN_ERROR];
	begin(log);
	struct explain_view view = {.moment = log_now(log), .log = log, .end = log_end(log)};
	const struct explain_subject subject = {.kind = EXPLAIN_EVENT, .event = 9999};
	ck_assert(explain(&subject, &view, &out, error));
	ck_assert_str_eq(out.subject, "An event that is no longer in the log");
	ck_assert_uint_gt(strlen(out.parts[EXPLAIN_IS]), 0);
	ck_assert_ptr_nonnull(out.section);
	explain_release(&out);
	view.log = NULL;
	ck_assert(explain(&subject, &view, &out, error));
	ck_assert_str_eq(out.subject, "An event that is no longer in the log");
	explain_release(&out);
	log_free(log);
}
END_TEST

START_TEST(an_explanation_becomes_an_event)
{
	struct log *log = new_log();
	struct explanation out;
	struct event event;
	char error[EXPLAIN_ERROR];
	begin(log);
	const struct explain_view view = {.moment = log_now(log)};
	const struct explain_subject subject = {.kind = EXPLAIN_SIGNAL, .number = SIGPIPE};
	ck_assert(explain(&subject, &view, &out, error));
	ck_assert(explain_to_event(&out, &event));
	ck_assert_int_eq(event.type, EVENT_WHY);
	ck_assert_str_eq(event.text, "SIGPIPE (13): Broken pipe");
	ck_assert_str_eq(event.why.section, "5.13");
	const char *at = event.detail;
	for (int part = 0; part < EXPLAIN_PARTS; part++) {
		const char *heading = explain_heading((enum explain_part)part);
		size_t length = strlen(heading);
		ck_assert_int_eq(strncmp(at, heading, length), 0);
		ck_assert_int_eq(strncmp(at + length, ": ", 2), 0);
		ck_assert_int_eq(strncmp(at + length + 2, out.parts[part], 20), 0);
		at += strcspn(at, "\n") + (part < EXPLAIN_PARTS - 1);
	}
	ck_assert_str_eq(at, "");
	ck_assert_str_eq(explain_heading(EXPLAIN_PARTS), "?");
	event_release(&event);
	*out.parts[EXPLAIN_DIFFERS] = '\0'; /* nothing to say: no heading */
	ck_assert(explain_to_event(&out, &event));
	ck_assert_ptr_null(strstr(event.detail, explain_heading(EXPLAIN_DIFFERS)));
	ck_assert_ptr_nonnull(strstr(event.detail, explain_heading(EXPLAIN_ENDS)));
	event_release(&event);
	explain_release(&out);
	log_free(log);
}
END_TEST

Suite *
explain_told_suite(void)
{
	Suite *suite = suite_create("explain_told");
	TCase *tests = tcase_create("told");
	tcase_add_loop_test(tests, what_led_to_a_thing_is_told, 0,
	    sizeof tellings / sizeof *tellings);
	tcase_add_test(tests, a_call_without_a_connection_is_told_by_its_process);
	tcase_add_test(tests, a_death_by_sigpipe_is_told);
	tcase_add_test(tests, the_last_six_are_told_in_their_order);
	tcase_add_test(tests, the_first_event_counts);
	tcase_add_loop_test(tests, words_have_their_meaning, 0,
	    sizeof meanings / sizeof *meanings);
	tcase_add_test(tests, the_end_of_file_has_a_word);
	tcase_add_loop_test(tests, words_without_a_meaning_are_refused, 0,
	    sizeof refused / sizeof *refused);
	tcase_add_test(tests, the_last_of_a_type_is_meant);
	tcase_add_test(tests, events_are_said_to_be_what_they_are);
	tcase_add_test(tests, events_of_processes_and_calls_are_said);
	tcase_add_test(tests, an_event_that_fell_out_is_said_to_be_gone);
	tcase_add_test(tests, an_explanation_becomes_an_event);
	suite_add_tcase(suite, tests);
	return suite;
}
