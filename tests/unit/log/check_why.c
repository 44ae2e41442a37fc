/* check_why.c: each errno, call and circumstance has its sentence and section.
 * Circumstances are made as they are in life: by events, folded one by one. */
#include "why.h"

#include "event_fixture.h"
#include "suites.h"

#include <errno.h>
#include <signal.h>

/* What happens before the call that failed, in words of one character each. */
struct story_case {
	const char *before;   /* see happen() */
	enum report_role role;
	enum report_call call;
	int error;            /* 0: end of file */
	const char *text;     /* a part of the sentence */
	const char *section;
};

enum { EXIT_0 = 0, KILLED = SIGKILL, STATUS_UNKNOWN = -1, PANE_WIDTH = 28,
	PANE_LINES = 5, SENTENCE_MAX = 130 };

/* The child's end of connection 1 stands with bytes that nobody has read. */
static void
leave_unread(struct moment *now)
{
	struct event event = fixture_socket(1, END_SERVER, SOCKET_CHANGED,
	    STATE_ESTABLISHED);
	event.socket.row.tcp.recv_q = 6;
	fixture_fold(now, event);
}

/* The listener goes, or its queue fills. */
static void
change_listener(struct moment *now, enum socket_what what, uint32_t recv_q)
{
	struct event event = fixture_socket(0, END_NONE, what, STATE_LISTEN);
	event.socket.row.tcp.recv_q = recv_q;
	fixture_fold(now, event);
}

/* A call of the client on connection 1, or of its child. */
static void
call_fails(struct moment *now, enum report_role role, enum report_call call,
    int error)
{
	fixture_fold(now, fixture_call(role, 1, call, 0, error));
}

/* One thing that happens, to the host, to a process, to a socket. */
static void
happen_elsewhere(struct moment *now, char what)
{
	switch (what) {
	case 'c': fixture_fold(now, fixture_host(HOST_CRASHED)); break;
	case 'u': fixture_fold(now, fixture_host(HOST_UNPLUGGED)); break;
	case 's': fixture_fold(now, fixture_host(HOST_SHUTTING_DOWN)); break;
	case 'd': fixture_fold(now, fixture_host(HOST_DOWN)); break;
	case 'b': fixture_fold(now, fixture_host(HOST_UP)); break;
	case 'k': fixture_fold(now, fixture_child(1, PROCESS_REAPED, KILLED)); break;
	case 'e': fixture_fold(now, fixture_child(1, PROCESS_REAPED, EXIT_0)); break;
	case 'x':
		fixture_fold(now, fixture_child(1, PROCESS_EXITED, STATUS_UNKNOWN));
		break;
	case 'z': fixture_fold(now, fixture_child(2, PROCESS_ZOMBIE, EXIT_0)); break;
	case 'p':
		fixture_fold(now, fixture_process(ROLE_SERVER, SERVER_PID, 0,
		    PROCESS_REAPED, KILLED));
		break;
	case 'r': leave_unread(now); break;
	case 'l': change_listener(now, SOCKET_GONE, 0); break;
	case 'q': change_listener(now, SOCKET_CHANGED, 2); break;
	case 'L':
		for (unsigned conn = 1; conn <= 2; conn++)
			fixture_fold(now, fixture_socket(conn, END_SERVER,
			    SOCKET_GONE, STATE_GONE));
		break;
	default: ck_abort_msg("'%c' does not happen", what);
	}
}

/* Sends so many bytes on connection 1. */
static void
send_bytes(struct moment *now, size_t bytes)
{
	struct event sent = fixture_event(EVENT_SENT, "text");
	sent.line.conn = 1;
	sent.line.bytes = bytes;
	fixture_fold(now, sent);
}

/* The client turns the probes of connection 1 on or off. */
static void
set_keepalive(struct moment *now, bool on)
{
	struct event event = fixture_call(ROLE_CLIENT, 1, CALL_SETSOCKOPT, 0, 0);
	event.call.about = OPTION_SO_KEEPALIVE;
	event.call.value = on;
	fixture_fold(now, event);
}

/* The client closes, and has not read all. */
static void
close_unread(struct moment *now)
{
	struct event event = fixture_call(ROLE_CLIENT, 1, CALL_CLOSE, 0, 0);
	event.call.about = STATE_ESTABLISHED;
	event.call.value = 5;
	fixture_fold(now, event);
	fixture_fold(now, fixture_connection(1, CONNECTION_CLOSED));
}

/* One thing that happens, to the client's ends, or to the settings. */
static void
happen(struct moment *now, char what)
{
	switch (what) {
	case 'F':
		fixture_fold(now, fixture_state(1, END_CLIENT, STATE_ESTABLISHED,
		    STATE_CLOSE_WAIT));
		break;
	case 'G':
		fixture_fold(now, fixture_state(1, END_CLIENT, STATE_CLOSE_WAIT,
		    STATE_GONE));
		break;
	case 'H': call_fails(now, ROLE_CLIENT, CALL_SHUTDOWN, 0); break;
	case 'A': call_fails(now, ROLE_CLIENT, CALL_SETSOCKOPT, 0); break;
	case 'C': fixture_fold(now, fixture_connection(1, CONNECTION_CLOSED)); break;
	case 'R': call_fails(now, ROLE_CLIENT, CALL_READ, ECONNRESET); break;
	case 'N': call_fails(now, ROLE_CHILD, CALL_GETPEERNAME, ENOTCONN); break;
	case 'Q': call_fails(now, ROLE_CHILD, CALL_READ, ECONNRESET); break;
	case 'B': close_unread(now); break;
	case '3': fixture_fold(now, fixture_connection(3, CONNECTION_OPENED)); break;
	case 'S':
		fixture_fold(now, fixture_event(EVENT_SETTINGS, "reap=ignore "
		    "sa_restart=off reuseaddr=off backlog=1 max_children=2"));
		break;
	case 'D':
		fixture_fold(now, fixture_event(EVENT_SETTINGS, "reap=waitpid "
		    "sa_restart=on reuseaddr=on backlog=1024 max_children=2000"));
		break;
	case 'W': fixture_fold(now, fixture_start("remote")); break;
	case 'K': case 'O': set_keepalive(now, what == 'K'); break;
	case 'w': send_bytes(now, 5); break;
	case 'U':
		fixture_fold(now, fixture_event(EVENT_SETTINGS, "close=unread"));
		break;
	default: happen_elsewhere(now, what);
	}
}

static const struct story_case cases[] = {
	/* end of file of the client */
	{"", ROLE_CLIENT, CALL_READ, 0, "server's TCP sent a FIN", "5.12"},
	{"kF", ROLE_CLIENT, CALL_READ, 0, "A signal ended the child", "5.12"},
	{"kFG", ROLE_CLIENT, CALL_READ, 0, "The FIN came first", "5.12"},
	{"kFHG", ROLE_CLIENT, CALL_READ, 0, "A signal ended the child", "5.12"},
	{"eF", ROLE_CLIENT, CALL_READ, 0, "ended by itself", "5.12"},
	{"xF", ROLE_CLIENT, CALL_READ, 0, "is gone", "5.12"},
	{"He", ROLE_CLIENT, CALL_READ, 0, "Our FIN went first", "6.6"},
	{"skdF", ROLE_CLIENT, CALL_READ, 0, "The host was shutting down", "5.16"},
	{"ksdF", ROLE_CLIENT, CALL_READ, 0, "A signal ended the child", "5.12"},
	{"rkR", ROLE_CLIENT, CALL_READ, 0, "told of the RST", "5.12"},
	/* of a child */
	{"", ROLE_CHILD, CALL_READ, 0, "peer's FIN has come", "5.7"},
	{"C", ROLE_CHILD, CALL_READ, 0, "The client let go", "5.7"},
	{"H", ROLE_CHILD, CALL_READ, 0, "shut down its sending half", "6.6"},
	{"NQ", ROLE_CHILD, CALL_READ, 0, "told of the RST", "5.11"},
	/* ECONNREFUSED */
	{"Llp", ROLE_CLIENT, CALL_CONNECT, ECONNREFUSED, "children serve on", "4.8"},
	{"l", ROLE_CLIENT, CALL_CONNECT, ECONNREFUSED, "Nothing listens", "4.3"},
	{"", ROLE_CLIENT, CALL_CONNECT, ECONNREFUSED, "turned away", "4.3"},
	{"Wl", ROLE_CLIENT, CALL_CONNECT, ECONNREFUSED, "turned away", "4.3"},
	{"l", ROLE_CLIENT, CALL_WRITE, ECONNREFUSED, "turned away", "4.3"},
	/* ECONNRESET */
	{"cb", ROLE_CLIENT, CALL_READ, ECONNRESET, "The host rebooted", "5.15"},
	{"cb", ROLE_CLIENT, CALL_WRITE, ECONNRESET, "The host rebooted", "5.15"},
	{"ub", ROLE_CLIENT, CALL_READ, ECONNRESET, "sent a RST", "7.5"},
	{"rk", ROLE_CLIENT, CALL_READ, ECONNRESET, "had not read", "5.12"},
	{"rk", ROLE_CLIENT, CALL_WRITE, ECONNRESET, "had not read", "5.12"},
	{"kF", ROLE_CLIENT, CALL_READ, ECONNRESET, "The peer had closed", "5.12"},
	{"k", ROLE_CLIENT, CALL_READ, ECONNRESET, "The peer had closed", "5.12"},
	{"", ROLE_CLIENT, CALL_READ, ECONNRESET, "sent a RST", "7.5"},
	{"Uw", ROLE_CLIENT, CALL_READ, ECONNRESET, "The child closed", "5.12"},
	{"Uwe", ROLE_CLIENT, CALL_READ, ECONNRESET, "The child closed", "5.12"},
	{"Dw", ROLE_CLIENT, CALL_READ, ECONNRESET, "sent a RST", "7.5"},
	{"Kcb", ROLE_CLIENT, CALL_READ, ECONNRESET, "The host rebooted", "5.15"},
	{"N", ROLE_CHILD, CALL_READ, ECONNRESET, "before accept", "5.11"},
	{"N", ROLE_CHILD, CALL_WRITE, ECONNRESET, "before accept", "5.11"},
	{"AC", ROLE_CHILD, CALL_READ, ECONNRESET, "SO_LINGER 0", "7.5"},
	{"B", ROLE_CHILD, CALL_READ, ECONNRESET, "it left data unread", "5.12"},
	{"C", ROLE_CHILD, CALL_READ, ECONNRESET, "socket is closed", "5.12"},
	{"", ROLE_CHILD, CALL_READ, ECONNRESET, "sent a RST", "4.3"},
	/* EPIPE */
	{"cbR", ROLE_CLIENT, CALL_WRITE, EPIPE, "rebooted host's RST", "5.15"},
	{"H", ROLE_CLIENT, CALL_WRITE, EPIPE, "our own FIN", "6.6"},
	{"kF", ROLE_CLIENT, CALL_WRITE, EPIPE, "The peer had closed", "5.13"},
	{"rkR", ROLE_CLIENT, CALL_WRITE, EPIPE, "as a call before told", "5.13"},
	{"Q", ROLE_CHILD, CALL_WRITE, EPIPE, "client's RST was told", "5.13"},
	{"", ROLE_CLIENT, CALL_WRITE, EPIPE, "Nothing can be written", "5.13"},
	{"", ROLE_CHILD, CALL_WRITE, EPIPE, "Nothing can be written", "5.13"},
	{"C", ROLE_CHILD, CALL_WRITE, EPIPE, "The client had closed", "5.13"},
	{"KC", ROLE_CHILD, CALL_READ, ECONNRESET, "socket is closed", "5.12"},
	/* ETIMEDOUT */
	{"c", ROLE_CLIENT, CALL_CONNECT, ETIMEDOUT, "has crashed: our SYN", "5.14"},
	{"u", ROLE_CLIENT, CALL_CONNECT, ETIMEDOUT, "cable is out: our SYN", "4.3"},
	{"Sq", ROLE_CLIENT, CALL_CONNECT, ETIMEDOUT, "queue is full", "4.5"},
	{"Dq", ROLE_CLIENT, CALL_CONNECT, ETIMEDOUT, "no answer came", "4.3"},
	{"c", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "host has crashed: nothing", "5.14"},
	{"c", ROLE_CLIENT, CALL_WRITE, ETIMEDOUT, "host has crashed: nothing", "5.14"},
	{"u", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "cable is out: nothing", "5.14"},
	{"d", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "host is down: nothing", "5.14"},
	{"", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "gave the connection up", "5.14"},
	{"Kc", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "keepalive probes", "7.5"},
	{"cK", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "keepalive probes", "7.5"},
	{"wKu", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "keepalive probes", "7.5"},
	{"Kcw", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "host has crashed: nothing", "5.14"},
	{"KOc", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "host has crashed: nothing", "5.14"},
	{"K", ROLE_CLIENT, CALL_READ, ETIMEDOUT, "gave the connection up", "5.14"},
	{"", ROLE_CLIENT, CALL_SIGACTION, EINVAL, "no signal of which", "5.8"},
	/* EADDRINUSE */
	{"", ROLE_SERVER, CALL_BIND, EADDRINUSE, "Another socket listens", "7.5"},
	{"lS", ROLE_SERVER, CALL_BIND, EADDRINUSE, "does not set SO_REUSEADDR", "7.5"},
	{"pS", ROLE_SERVER, CALL_BIND, EADDRINUSE, "does not set SO_REUSEADDR", "7.5"},
	{"lD", ROLE_SERVER, CALL_BIND, EADDRINUSE, "listener had set it", "7.5"},
	{"lL", ROLE_SERVER, CALL_BIND, EADDRINUSE, "taken by another", "7.5"},
	{"", ROLE_SERVER, CALL_LISTEN, EADDRINUSE, "taken by another", "7.5"},
	/* EINTR */
	{"S", ROLE_SERVER, CALL_ACCEPT, EINTR, "accept slept; without SA_RES", "5.9"},
	{"D", ROLE_SERVER, CALL_ACCEPT, EINTR, "interrupted accept", "5.9"},
	{"S", ROLE_CHILD, CALL_READ, EINTR, "read slept; without SA_RES", "5.9"},
	{"D", ROLE_CHILD, CALL_READ, EINTR, "interrupted read", "5.9"},
	{"S", ROLE_CLIENT, CALL_READ, EINTR, "interrupted read", "5.9"},
	{"", ROLE_CLIENT, CALL_CONNECT, EINTR, "read SO_ERROR", "5.9"},
	{"", ROLE_SERVER, CALL_WAITPID, EINTR, "interrupted the call", "5.9"},
	/* accept, connect and their kin */
	{"", ROLE_SERVER, CALL_ACCEPT, ECONNABORTED, "POSIX", "5.11"},
	{"", ROLE_SERVER, CALL_ACCEPT, EPROTO, "SVR4", "5.11"},
	{"", ROLE_CHILD, CALL_GETPEERNAME, ENOTCONN, "Linux's accept", "5.11"},
	{"R", ROLE_CLIENT, CALL_SHUTDOWN, ENOTCONN, "nothing is left", "6.6"},
	{"", ROLE_CLIENT, CALL_SHUTDOWN, ENOTCONN, "is not connected", "4.3"},
	{"", ROLE_CLIENT, CALL_CONNECT, EISCONN, "established already", "5.9"},
	{"", ROLE_CLIENT, CALL_CONNECT, EALREADY, "still under way", "16.3"},
	{"", ROLE_CLIENT, CALL_CONNECT, EINPROGRESS, "does not block", "16.3"},
	{"", ROLE_SERVER, CALL_ACCEPT, EMFILE, "RLIMIT_NOFILE", "4.8"},
	{"", ROLE_SERVER, CALL_ACCEPT, ENFILE, "All processes together", "4.8"},
	{"z", ROLE_SERVER, CALL_FORK, EAGAIN, "zombies count", "5.9"},
	{"", ROLE_SERVER, CALL_FORK, EAGAIN, "RLIMIT_NPROC", "4.7"},
	{"z", ROLE_CLIENT, CALL_READ, EAGAIN, "told not to", "16.1"},
	{"", ROLE_SERVER, CALL_BIND, EACCES, "or a firewall", "4.4"},
	{"", ROLE_CLIENT, CALL_CONNECT, EACCES, "or a firewall", "4.4"},
	{"", ROLE_CLIENT, CALL_CONNECT, EPERM, "or a firewall", "4.4"},
	{"", ROLE_CLIENT, CALL_CONNECT, EHOSTUNREACH, "ICMP", "4.3"},
	{"", ROLE_CLIENT, CALL_READ, EHOSTUNREACH, "place of ETIMEDOUT", "5.14"},
	{"", ROLE_CLIENT, CALL_CONNECT, ENETUNREACH, "No route", "4.3"},
	{"", ROLE_CLIENT, CALL_READ, ENETUNREACH, "place of ETIMEDOUT", "5.14"},
	{"", ROLE_SERVER, CALL_BIND, EADDRNOTAVAIL, "No interface", "4.4"},
	{"", ROLE_CLIENT, CALL_CONNECT, EADDRNOTAVAIL, "free port", "4.3"},
	{"", ROLE_CLIENT, CALL_READ, EBADF, "closed before", "4.9"},
	{"S", ROLE_SERVER, CALL_WAIT, ECHILD, "SIGCHLD is ignored", "5.10"},
	{"D", ROLE_SERVER, CALL_WAIT, ECHILD, "no child to wait for", "5.10"},
	{"", ROLE_CLIENT, CALL_CONNECT, EINVAL, "argument", "1.4"},
	{"", ROLE_CLIENT, CALL_SOCKET, ENOMEM, "memory", "1.4"},
	{"", ROLE_CLIENT, CALL_SOCKET, ENOBUFS, "buffer", "1.4"},
	{"", ROLE_CLIENT, CALL_SOCKET, EXFULL, "manual page", "1.4"},
	{"", ROLE_CLIENT, CALL_SOCKET, 9999, "manual page", "1.4"},
};

/* How many lines of the pane a sentence takes, broken at blanks. */
static unsigned
lines_of(const char *text)
{
	unsigned lines = 1;
	size_t column = 0;
	while (*text != '\0') {
		size_t word = strcspn(text, " ");
		if (column > 0 && column + 1 + word > PANE_WIDTH) {
			lines++;
			column = word;
		} else {
			column += word + (column > 0);
		}
		text += word;
		text += strspn(text, " ");
	}
	return lines;
}

static void
check_sentence(const char *text, const char *wanted, const char *section,
    const char *wanted_section)
{
	ck_assert_ptr_nonnull(text);
	ck_assert_msg(strstr(text, wanted) != NULL, "\"%s\" has no \"%s\"", text, wanted);
	ck_assert_str_eq(section, wanted_section);
	ck_assert_uint_le(strlen(text), SENTENCE_MAX);
	ck_assert_msg(lines_of(text) <= PANE_LINES, "too long for the pane: %s", text);
}

START_TEST(each_circumstance_has_its_sentence)
{
	const struct story_case *each = &cases[_i];
	struct moment now;
	const char *section = NULL;
	fixture_begin(&now, 2);
	for (const char *what = each->before; *what != '\0'; what++)
		happen(&now, *what);
	struct event event = fixture_call(each->role, 1, each->call, 0, each->error);
	const char *text = why_call(&now, &event.call, &section);
	check_sentence(text, each->text, section, each->section);
	moment_release(&now);
}
END_TEST

/* Connection 3 meets a server that has as many children as it may. */
START_TEST(a_connection_too_many_is_closed_at_once)
{
	struct moment now;
	const char *section, *text;
	struct event event = fixture_call(ROLE_CLIENT, 3, CALL_READ, 0, 0);
	fixture_begin(&now, 2);
	happen(&now, '3');
	happen(&now, 'D');
	text = why_call(&now, &event.call, &section);
	check_sentence(text, "server's TCP sent a FIN", section, "5.12");
	happen(&now, 'S');
	text = why_call(&now, &event.call, &section);
	check_sentence(text, "max_children allows", section, "4.8");
	event.call.result = -1;
	event.call.error = ECONNRESET;
	text = why_call(&now, &event.call, &section);
	check_sentence(text, "max_children allows", section, "4.8");
	event.call.conn = 1;
	text = why_call(&now, &event.call, &section);
	check_sentence(text, "sent a RST", section, "7.5");
	moment_release(&now);
}
END_TEST

START_TEST(ports_below_1024_are_reserved)
{
	struct moment now;
	const char *section, *text;
	struct event event = fixture_call(ROLE_SERVER, 0, CALL_BIND, 0, EACCES);
	moment_init(&now);
	event.call.local = fixture_endpoint("127.0.0.1:7");
	text = why_call(&now, &event.call, &section);
	check_sentence(text, "Ports below 1024", section, "4.4");
	moment_release(&now);
}
END_TEST

START_TEST(two_signals_are_the_kernels_own)
{
	static const int numbers[] = {SIGKILL, SIGSTOP};
	struct moment now;
	const char *section, *text;
	struct event event = fixture_call(ROLE_CLIENT, 0, CALL_SIGACTION, 0, EINVAL);
	moment_init(&now);
	event.call.about = numbers[_i];
	text = why_call(&now, &event.call, &section);
	check_sentence(text, "neither can be caught", section, "5.8");
	moment_release(&now);
}
END_TEST

/* A moment that knows nothing, and a connection that nobody knows. */
START_TEST(nothing_known_is_no_crash)
{
	struct moment now;
	moment_init(&now);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *section = NULL;
		struct event event = fixture_call(cases[i].role, 77, cases[i].call, 0,
		    cases[i].error);
		ck_assert_ptr_nonnull(why_call(&now, &event.call, &section));
		ck_assert_ptr_nonnull(section);
	}
	moment_release(&now);
}
END_TEST

/* The client reads end of file before its child's death is told. */
START_TEST(a_late_death_explains_the_end_of_file)
{
	struct moment now;
	fixture_begin(&now, 1);
	call_fails(&now, ROLE_CLIENT, CALL_READ, 0);
	check_sentence(now.last.why, "server's TCP sent a FIN", now.last.section, "5.12");
	happen(&now, 'k');
	check_sentence(now.last.why, "A signal ended", now.last.section, "5.12");
	moment_release(&now);
}
END_TEST

/* What was written to a dead child drew a RST, whatever the table last said. */
START_TEST(a_write_to_the_dead_is_told_from_the_fin_alone)
{
	struct moment now;
	fixture_begin(&now, 1);
	send_bytes(&now, 5);
	fixture_fold(&now, fixture_call(ROLE_CHILD, 1, CALL_READ, 5, 0));
	happen(&now, 'k');
	call_fails(&now, ROLE_CLIENT, CALL_READ, 0);
	check_sentence(now.last.why, "A signal ended", now.last.section, "5.12");
	send_bytes(&now, 5);
	call_fails(&now, ROLE_CLIENT, CALL_READ, 0);
	check_sentence(now.last.why, "book expects ECONNRESET", now.last.section, "5.12");
	moment_release(&now);
}
END_TEST

Suite *
why_suite(void)
{
	Suite *suite = suite_create("why");
	TCase *tests = tcase_create("why");
	tcase_add_loop_test(tests, each_circumstance_has_its_sentence, 0,
	    (int)(sizeof cases / sizeof *cases));
	tcase_add_test(tests, a_connection_too_many_is_closed_at_once);
	tcase_add_test(tests, ports_below_1024_are_reserved);
	tcase_add_loop_test(tests, two_signals_are_the_kernels_own, 0, 2);
	tcase_add_test(tests, nothing_known_is_no_crash);
	tcase_add_test(tests, a_late_death_explains_the_end_of_file);
	tcase_add_test(tests, a_write_to_the_dead_is_told_from_the_fin_alone);
	suite_add_tcase(suite, tests);
	return suite;
}
