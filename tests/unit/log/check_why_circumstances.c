/* check_why_circumstances.c: each circumstance of a reason alone: it holds when all
 * that it is made of is there, and not when any one of it is missing, or something
 * spoils it.  Moments are made up; check_why.c folds them as in life. */
#include "why.h"

#include "event_fixture.h"
#include "suites.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

enum { STRANGER = 4711 };

/* What a connection can have been through, a letter each. */
static void
add_to_connection(struct moment_connection *connection, char what)
{
	switch (what) {
	case 'a': connection->open = false; break;
	case 'b': connection->bytes_sent = 10; break;
	case 'c': connection->child = CHILD_PID + 1; break;
	case 'e': connection->child_ended = true; break;
	case 'f': connection->fin_received = true; break;
	case 'g': connection->client = STATE_GONE; break;
	case 'h': connection->half_closed = true; break;
	case 'k': connection->keepalive = true; break;
	case 'l': connection->client_close = CLOSE_BY_RST; break;
	case 'L': connection->client_left_unread = true; break;
	case 'p': connection->child = SERVER_PID; break;
	case 'r': connection->rebooted = true; break;
	case 'R': connection->reset = true; break;
	case 's': connection->silent = true; break;
	case 'S': connection->child_shut_down = true; break;
	case 't': connection->sent_in_silence = true; break;
	case 'u': connection->died_with_unread = true; break;
	case 'v': connection->bytes_served = 1; break;
	case 'V': connection->bytes_served = 10; break;
	case 'w': connection->server_was = true; break;
	case 'x': connection->child_end = (struct process_end){.known = true,
	    .status = SIGKILL}; break;
	case 'y': connection->child_end = (struct process_end){.known = true,
	    .status = 3 << 8}; break;
	case 'z': connection->server_unread = 1; break;
	default: ck_abort_msg("'%c' is nothing", what);
	}
}

/* The same of everything else: the host, the settings, the last error. */
static void
add(struct moment *now, char what, const struct event_call *call)
{
	switch (what) {
	case 'C': now->host_state = HOST_CRASHED; break;
	case 'D': now->host_state = HOST_DOWN; break;
	case 'U': now->host_state = HOST_UNPLUGGED; break;
	case 'n': strcpy(now->settings, "reap=wait close=unread"); break;
	case 'm': strcpy(now->settings, "reap=wait max_children=2"); break;
	case 'M': strcpy(now->settings, "reap=wait max_children=3"); break;
	case 'N':
	case 'Q':
		now->last = (struct moment_errno){.any = true, .call = *call};
		now->last.call.error = what == 'N' ? ENOTCONN : ECONNRESET;
		break;
	case 'O': now->last.call.pid = STRANGER; break;
	case 'X': strcpy(now->world, "remote"); break;
	default: add_to_connection(moment_connection(now, 1), what);
	}
}

/* Does the reason hold after these, without number missing of them (-1: all)? */
static bool
holds(const char *what, int missing, const struct event_call *call, const char *text)
{
	struct moment now;
	const char *section = NULL;
	fixture_begin(&now, 2);
	struct moment_connection *connection = moment_connection(&now, 1);
	*connection = (struct moment_connection){.conn = 1, .open = true,
	    .established = true, .client = STATE_ESTABLISHED, .server = STATE_ESTABLISHED};
	for (int i = 0; what[i] != '\0'; i++)
		if (i != missing)
			add(&now, what[i], call);
	bool found = strstr(why_call(&now, call, &section), text) != NULL;
	moment_release(&now);
	return found;
}

static const struct {
	enum report_role role;
	enum report_call call;
	int error;             /* 0: end of file */
	const char *made_of, *spoiled_by, *text;
} circumstances[] = {
	{ROLE_CLIENT, CALL_READ, 0, "R", "f", "The call before has told of the RST"},
	{ROLE_CLIENT, CALL_READ, 0, "S", "", "The host was shutting down"},
	{ROLE_CLIENT, CALL_READ, 0, "fg", "has", "The FIN came first"},
	{ROLE_CLIENT, CALL_READ, 0, "evb", "hasuV", "The FIN came first"},
	{ROLE_CLIENT, CALL_READ, 0, "epx", "y", "A signal ended the server"},
	{ROLE_CLIENT, CALL_READ, 0, "epy", "x", "The server, which served us itself"},
	{ROLE_CLIENT, CALL_READ, 0, "ex", "yp", "A signal ended the child"},
	{ROLE_CLIENT, CALL_READ, 0, "h", "RS", "Our FIN went first"},
	{ROLE_CLIENT, CALL_READ, 0, "ey", "xhp", "The child ended by itself"},
	{ROLE_CLIENT, CALL_READ, 0, "e", "xyh", "that served this connection is gone"},
	{ROLE_CLIENT, CALL_READ, 0, "m", "cM", "As many children run"},
	{ROLE_CLIENT, CALL_READ, 0, "mp", "cM", "As many children run"},
	{ROLE_CHILD, CALL_READ, 0, "Q", "ON", "The call before has told of the RST"},
	{ROLE_CHILD, CALL_READ, 0, "a", "Q", "The client let go of its socket"},
	{ROLE_CHILD, CALL_READ, 0, "h", "aQ", "The client shut down its sending half"},
	{ROLE_CLIENT, CALL_READ, ECONNRESET, "r", "", "The host rebooted"},
	{ROLE_CLIENT, CALL_READ, ECONNRESET, "bn", "vVr", "The child closed its socket"},
	{ROLE_CLIENT, CALL_READ, ECONNRESET, "eu", "r", "The child died with data"},
	{ROLE_CLIENT, CALL_READ, ECONNRESET, "f", "r", "The peer had closed"},
	{ROLE_CLIENT, CALL_READ, ECONNRESET, "e", "ur", "The peer had closed"},
	{ROLE_CLIENT, CALL_READ, ECONNRESET, "m", "cMfr", "As many children run"},
	{ROLE_CLIENT, CALL_READ, ECONNRESET, "wz", "rsXf",
	    "The server closed its socket with data it had not read"},
	{ROLE_CLIENT, CALL_READ, ECONNRESET, "w", "rsXfz", "it aborted (SO_LINGER 0)"},
	{ROLE_CHILD, CALL_READ, ECONNRESET, "N", "OQ", "RST came before accept"},
	{ROLE_CHILD, CALL_READ, ECONNRESET, "al", "LN", "The client aborted"},
	{ROLE_CHILD, CALL_READ, ECONNRESET, "a", "lN", "The client's socket is closed"},
	{ROLE_CLIENT, CALL_WRITE, EPIPE, "h", "", "We have sent our own FIN"},
	{ROLE_CLIENT, CALL_WRITE, EPIPE, "rR", "h", "The rebooted host's RST"},
	{ROLE_CLIENT, CALL_WRITE, EPIPE, "f", "h", "The peer had closed"},
	{ROLE_CLIENT, CALL_WRITE, EPIPE, "e", "uh", "The peer had closed"},
	{ROLE_CLIENT, CALL_WRITE, EPIPE, "R", "hrf", "A RST has ended the connection"},
	{ROLE_CHILD, CALL_WRITE, EPIPE, "Q", "ON", "The client's RST was told"},
	{ROLE_CHILD, CALL_WRITE, EPIPE, "a", "Q", "The client had closed"},
	{ROLE_CLIENT, CALL_CONNECT, ETIMEDOUT, "sC", "UD", "The host has crashed: our SYN"},
	{ROLE_CLIENT, CALL_CONNECT, ETIMEDOUT, "sU", "CD", "The cable is out: our SYN"},
	{ROLE_CLIENT, CALL_READ, ETIMEDOUT, "ks", "t", "SO_KEEPALIVE had the kernel probe"},
	{ROLE_CLIENT, CALL_READ, ETIMEDOUT, "sC", "kUD", "The host has crashed: nothing"},
	{ROLE_CLIENT, CALL_READ, ETIMEDOUT, "sU", "kCD", "The cable is out: nothing"},
	{ROLE_CLIENT, CALL_READ, ETIMEDOUT, "sD", "kCU", "The host is down: nothing"},
	{ROLE_CLIENT, CALL_SHUTDOWN, ENOTCONN, "R", "", "nothing is left to shut down"},
};

START_TEST(each_circumstance_holds_wholly_or_not)
{
	struct event event = fixture_call(circumstances[_i].role, 1, circumstances[_i].call,
	    0, circumstances[_i].error);
	const char *what = circumstances[_i].made_of, *text = circumstances[_i].text;
	ck_assert_msg(holds(what, -1, &event.call, text), "\"%s\": not %s", what, text);
	for (int i = 0; what[i] != '\0'; i++)
		if (what[i] != 'p') /* the server is as good as nobody */
			ck_assert_msg(!holds(what, i, &event.call, text) || what[i + 1] == 'p',
			    "\"%s\" without '%c': %s", what, what[i], text);
	for (const char *bad = circumstances[_i].spoiled_by; *bad != '\0'; bad++) {
		char spoiled[16];
		snprintf(spoiled, sizeof spoiled, "%s%c", what, *bad);
		ck_assert_msg(!holds(spoiled, -1, &event.call, text), "\"%s\": %s", spoiled,
		    text);
	}
	event.call.conn = 99; /* of a connection that is not known, nothing is claimed */
	if (strpbrk(what, "NQ") == NULL)
		ck_assert_msg(!holds(what, -1, &event.call, text), "unknown: %s", text);
}
END_TEST

/* Is this part of the reason for connect's ECONNREFUSED in this moment? */
static bool
refused_for(const struct moment *now, const char *text)
{
	const char *section;
	struct event event = fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, 0, ECONNREFUSED);
	return strstr(why_call(now, &event.call, &section), text) != NULL;
}

START_TEST(nobody_listens_is_said_where_that_is_seen)
{
	static const char nobody[] = "Nothing listens", serve_on[] = "the children serve on";
	struct moment now;
	fixture_begin(&now, 0);
	struct moment_socket *listener = &now.sockets[0];
	ck_assert(!refused_for(&now, nobody)); /* somebody does */
	listener->row.owner_pid = 0;
	ck_assert(!refused_for(&now, nobody)); /* we may not see who */
	listener->row.owner_pid = STRANGER;
	ck_assert(refused_for(&now, nobody));  /* one that is dead: the table is older */
	listener->row.owner_pid = SERVER_PID;
	listener->row.tcp.local.port++;
	ck_assert(refused_for(&now, nobody));
	listener->row.tcp.local.port--;
	listener->row.tcp.state = STATE_CLOSING;
	ck_assert(refused_for(&now, nobody));
	listener->row.tcp.state = STATE_LISTEN;
	listener->gone_at = 1;
	ck_assert(refused_for(&now, nobody));
	now.host_state = HOST_CRASHED;
	ck_assert(!refused_for(&now, nobody)); /* who is dark is not seen */
	now.host_state = HOST_UP;
	strcpy(now.world, "remote");
	ck_assert(!refused_for(&now, nobody));
	*now.world = '\0';
	ck_assert(!refused_for(&now, nobody));
	strcpy(now.world, "local");
	ck_assert(!refused_for(&now, serve_on));
	fixture_fold(&now, fixture_child(1, PROCESS_FORKED, -1));
	ck_assert(!refused_for(&now, serve_on)); /* the server runs: it is its parent */
	now.server = 0;
	ck_assert(refused_for(&now, serve_on));
	fixture_fold(&now, fixture_child(1, PROCESS_ZOMBIE, -1));
	ck_assert(!refused_for(&now, serve_on));
	moment_release(&now);
}
END_TEST

/* Has this call's reason this part, in this moment? */
static bool
reason_has(const struct moment *now, const struct event_call *call, const char *text)
{
	const char *section;
	return strstr(why_call(now, call, &section), text) != NULL;
}

START_TEST(a_queue_is_full_with_one_more_than_the_backlog)
{
	struct moment now;
	struct event event = fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, 0, ETIMEDOUT);
	fixture_begin(&now, 1);
	struct moment_socket *listener = &now.sockets[0];
	strcpy(now.settings, "reap=wait backlog=19");
	listener->row.tcp.recv_q = 19;
	ck_assert(!reason_has(&now, &event.call, "queue is full"));
	listener->row.tcp.recv_q = 20;
	ck_assert(reason_has(&now, &event.call, "queue is full"));
	listener->gone_at = 1;
	ck_assert(!reason_has(&now, &event.call, "queue is full"));
	listener->gone_at = 0;
	strcpy(now.settings, "reap=wait"); /* anybody's server: its backlog is not known */
	ck_assert(!reason_has(&now, &event.call, "queue is full"));
	strcpy(now.settings, "reap=wait backlog=many");
	ck_assert(!reason_has(&now, &event.call, "queue is full"));
	strcpy(now.settings, "backlog=9");
	ck_assert(reason_has(&now, &event.call, "queue is full"));
	strcpy(now.settings, "backlog=0");
	listener->row.tcp.state = STATE_CLOSE_WAIT; /* bytes, no connections */
	ck_assert(!reason_has(&now, &event.call, "queue is full"));
	moment_release(&now);
}
END_TEST

START_TEST(what_holds_a_port_is_told_apart)
{
	struct moment now;
	struct event event = fixture_call(ROLE_SERVER, 0, CALL_BIND, 0, EADDRINUSE);
	fixture_begin(&now, 1);
	struct moment_socket *server_end = &now.sockets[2];
	ck_assert(reason_has(&now, &event.call, "Another socket listens"));
	now.sockets[0].gone_at = 1;
	strcpy(now.settings, "reuseaddr=on");
	ck_assert(reason_has(&now, &event.call, "Old connections hold the port"));
	strcpy(now.settings, "reuseaddr=off");
	ck_assert(reason_has(&now, &event.call, "does not set SO_REUSEADDR"));
	server_end->row.tcp.local.port++; /* the client's end has another local port */
	ck_assert(reason_has(&now, &event.call, "taken by another socket"));
	server_end->row.tcp.local.port--;
	server_end->gone_at = 1;
	ck_assert(reason_has(&now, &event.call, "taken by another socket"));
	server_end->gone_at = 0;
	server_end->row.tcp.state = STATE_LISTEN;
	server_end->row.owner_pid = STRANGER; /* a listener that is about to go */
	ck_assert(reason_has(&now, &event.call, "taken by another socket"));
	moment_release(&now);
}
END_TEST

/* A setting is found by its whole name, and has its whole value. */
static const struct { const char *settings; bool off; } restarts[] = {
	{"sa_restart=off", true}, {"reap=wait sa_restart=off", true},
	{"reap=wait  sa_restart=off bind=any", true}, {"sa_restart=on", false},
	{"sa_restart=offline", false}, {"sa_restart=of", false}, {"sa_restart=", false},
	{"sa_restarted=off", false}, {"xsa_restart=off", false}, {"sa_restart off", false},
	{"sa_restart", false}, {"", false}, {"sa_restart=on x=sa_restart=off", false},
};

START_TEST(a_setting_is_found_by_its_name)
{
	struct moment now;
	struct event event = fixture_call(ROLE_SERVER, 0, CALL_ACCEPT, 0, EINTR);
	moment_init(&now);
	strcpy(now.settings, restarts[_i].settings);
	ck_assert_msg(reason_has(&now, &event.call, "without SA_RESTART") ==
	    restarts[_i].off, "%s", restarts[_i].settings);
	moment_release(&now);
}
END_TEST

START_TEST(zombies_are_counted_when_fork_fails)
{
	struct moment now;
	struct event event = fixture_call(ROLE_SERVER, 0, CALL_FORK, 0, EAGAIN);
	fixture_begin(&now, 1);
	ck_assert(!reason_has(&now, &event.call, "zombies count"));
	fixture_fold(&now, fixture_child(1, PROCESS_ZOMBIE, -1));
	ck_assert(reason_has(&now, &event.call, "zombies count"));
	strcpy(now.settings, "reap=ignored");
	event.call.call = CALL_WAIT;
	event.call.error = ECHILD;
	ck_assert(!reason_has(&now, &event.call, "SIGCHLD is ignored"));
	strcpy(now.settings, "reap=ignore");
	ck_assert(reason_has(&now, &event.call, "SIGCHLD is ignored"));
	moment_release(&now);
}
END_TEST

/* The port that bind was given, or, when that is not known, the host's. */
START_TEST(reserved_ports_end_at_1023)
{
	static const struct { uint16_t local, host; bool reserved; } ports[] = {
		{1023, 9877, true}, {1024, 9877, false}, {1, 9877, true},
		{0, 1023, true}, {0, 1024, false}, {1024, 7, false},
	};
	struct moment now;
	struct event event = fixture_call(ROLE_SERVER, 0, CALL_BIND, 0, EACCES);
	moment_init(&now);
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		event.call.local.port = ports[i].local;
		now.host.port = ports[i].host;
		ck_assert_msg(reason_has(&now, &event.call, "Ports below 1024") ==
		    ports[i].reserved, "%u, %u", ports[i].local, ports[i].host);
	}
	moment_release(&now);
}
END_TEST

/* As many as max_children allows: neither zombies nor the gone count. */
START_TEST(only_running_children_fill_a_server)
{
	struct moment now;
	struct event event = fixture_call(ROLE_CLIENT, 3, CALL_READ, 0, 0);
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_connection(3, CONNECTION_OPENED));
	strcpy(now.settings, "max_children=2");
	ck_assert(reason_has(&now, &event.call, "As many children run"));
	strcpy(now.settings, "max_children=1");
	ck_assert(reason_has(&now, &event.call, "As many children run"));
	strcpy(now.settings, "max_children=2");
	fixture_fold(&now, fixture_child(2, PROCESS_ZOMBIE, -1));
	ck_assert(!reason_has(&now, &event.call, "As many children run"));
	moment_release(&now);
}
END_TEST

Suite *
why_circumstances_suite(void)
{
	Suite *suite = suite_create("why_circumstances");
	TCase *tests = tcase_create("circumstances");
	tcase_add_loop_test(tests, each_circumstance_holds_wholly_or_not, 0,
	    sizeof circumstances / sizeof *circumstances);
	tcase_add_test(tests, nobody_listens_is_said_where_that_is_seen);
	tcase_add_test(tests, a_queue_is_full_with_one_more_than_the_backlog);
	tcase_add_test(tests, what_holds_a_port_is_told_apart);
	tcase_add_loop_test(tests, a_setting_is_found_by_its_name, 0,
	    sizeof restarts / sizeof *restarts);
	tcase_add_test(tests, zombies_are_counted_when_fork_fails);
	tcase_add_test(tests, reserved_ports_end_at_1023);
	tcase_add_test(tests, only_running_children_fill_a_server);
	suite_add_tcase(suite, tests);
	return suite;
}
