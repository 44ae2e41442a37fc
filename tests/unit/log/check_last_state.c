/* check_last_state.c: from which state an end left the table, by what is known. */
#include "last_state.h"

#include "event_fixture.h"
#include "suites.h"

/* The client shuts down or closes, with so many bytes not read. */
static void
lets_go(struct moment *now, enum report_call call, enum tcp_state state, int unread)
{
	struct event event = fixture_call(ROLE_CLIENT, 1, call, 0, 0);
	event.call.about = state;
	event.call.value = unread;
	fixture_fold(now, event);
	if (call == CALL_CLOSE)
		fixture_fold(now, fixture_connection(1, CONNECTION_CLOSED));
}

/* What the client does: half-closes, closes, leaves bytes unread, aborts (in
 * CLOSE_WAIT that no reading saw), closes a dead end, is killed, reads end of file or
 * ECONNRESET, writes. */
static void
client_does(struct moment *now, char what)
{
	const struct moment_connection *connection = moment_connection(now, 1);
	enum tcp_state state = connection->client_reached != STATE_GONE ?
	    connection->client_reached : connection->client;
	struct event linger = fixture_call(ROLE_CLIENT, 1, CALL_SETSOCKOPT, 0, 0);
	linger.call.about = OPTION_SO_LINGER;
	if (what == 'A' || what == 'X')
		fixture_fold(now, linger);
	switch (what) {
	case 'H': lets_go(now, CALL_SHUTDOWN, state, 0); break;
	case 'C': case 'A': lets_go(now, CALL_CLOSE, state, 0); break;
	case 'X': lets_go(now, CALL_CLOSE, STATE_CLOSE_WAIT, 0); break;
	case 'U': lets_go(now, CALL_CLOSE, state, 5); break;
	case 'D': lets_go(now, CALL_CLOSE, STATE_CLOSE, 0); break;
	case 'K': fixture_fold(now, fixture_connection(1, CONNECTION_CLOSED)); break;
	case 'E': fixture_fold(now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0)); break;
	case 'R':
		fixture_fold(now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
		break;
	case 'W': fixture_fold(now, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 4, 0)); break;
	default: ck_abort_msg("%c?", what);
	}
}

/* What happens: CLOSE_WAIT was seen; the host falls silent, and
 * heals; the child reads end of file, writes, is killed. */
static void
happens(struct moment *now, char what)
{
	switch (what) {
	case 'F':
		fixture_fold(now, fixture_state(1, END_CLIENT, STATE_ESTABLISHED,
		    STATE_CLOSE_WAIT));
		break;
	case 'S': fixture_fold(now, fixture_host(HOST_UNPLUGGED)); break;
	case 'P': fixture_fold(now, fixture_host(HOST_UP)); break;
	case 'e': fixture_fold(now, fixture_call(ROLE_CHILD, 1, CALL_READ, 0, 0)); break;
	case 'w': fixture_fold(now, fixture_call(ROLE_CHILD, 1, CALL_WRITE, 4, 0)); break;
	case 'k': fixture_fold(now, fixture_child(1, PROCESS_ZOMBIE, -1)); break;
	default: client_does(now, what);
	}
}

static const struct {
	const char *happens;
	enum tcp_state other, client, server;
} fates[] = {
	/* the other end is in TIME_WAIT: this one answered its FIN */
	{"C", STATE_TIME_WAIT, STATE_LAST_ACK, STATE_LAST_ACK},
	{"", STATE_TIME_WAIT, STATE_LAST_ACK, STATE_LAST_ACK},
	/* nothing is known */
	{"", STATE_GONE, STATE_ESTABLISHED, STATE_ESTABLISHED},
	{"K", STATE_GONE, STATE_ESTABLISHED, STATE_ESTABLISHED},
	{"k", STATE_GONE, STATE_ESTABLISHED, STATE_ESTABLISHED},
	{"R", STATE_GONE, STATE_ESTABLISHED, STATE_ESTABLISHED},
	{"RE", STATE_GONE, STATE_ESTABLISHED, STATE_ESTABLISHED},
	/* the client was first, then a RST */
	{"C", STATE_GONE, STATE_FIN_WAIT1, STATE_CLOSE_WAIT},
	{"H", STATE_GONE, STATE_FIN_WAIT1, STATE_CLOSE_WAIT},
	{"Ck", STATE_GONE, STATE_FIN_WAIT1, STATE_CLOSE_WAIT},
	{"Cw", STATE_GONE, STATE_FIN_WAIT2, STATE_CLOSE_WAIT},
	{"wC", STATE_GONE, STATE_FIN_WAIT1, STATE_CLOSE_WAIT},
	{"Cwek", STATE_GONE, STATE_FIN_WAIT2, STATE_CLOSE_WAIT},
	{"Cek", STATE_GONE, STATE_FIN_WAIT1, STATE_LAST_ACK},
	{"HAek", STATE_GONE, STATE_FIN_WAIT1, STATE_CLOSE_WAIT},
	{"SC", STATE_FIN_WAIT1, STATE_FIN_WAIT1, STATE_ESTABLISHED},
	{"SPC", STATE_GONE, STATE_FIN_WAIT1, STATE_CLOSE_WAIT},
	/* the server was */
	{"F", STATE_GONE, STATE_CLOSE_WAIT, STATE_FIN_WAIT1},
	{"E", STATE_GONE, STATE_CLOSE_WAIT, STATE_FIN_WAIT1},
	{"FC", STATE_GONE, STATE_LAST_ACK, STATE_FIN_WAIT1},
	{"FW", STATE_GONE, STATE_CLOSE_WAIT, STATE_FIN_WAIT2},
	{"WF", STATE_GONE, STATE_CLOSE_WAIT, STATE_FIN_WAIT1},
	{"FWD", STATE_GONE, STATE_CLOSE_WAIT, STATE_FIN_WAIT2},
	{"X", STATE_GONE, STATE_CLOSE_WAIT, STATE_FIN_WAIT1},
	{"FU", STATE_GONE, STATE_CLOSE_WAIT, STATE_FIN_WAIT1},
	/* nobody was: a RST at once */
	{"A", STATE_GONE, STATE_ESTABLISHED, STATE_ESTABLISHED},
	{"U", STATE_GONE, STATE_ESTABLISHED, STATE_ESTABLISHED},
	{"D", STATE_GONE, STATE_ESTABLISHED, STATE_ESTABLISHED},
};

START_TEST(what_happened_tells_the_last_state)
{
	struct moment now;
	fixture_begin(&now, 1);
	fixture_fold(&now, fixture_state(1, END_SERVER, STATE_SYN_RECV,
	    STATE_ESTABLISHED));
	for (const char *what = fates[_i].happens; *what != '\0'; what++)
		happens(&now, *what);
	const struct moment_connection *connection = moment_connection(&now, 1);
	ck_assert_msg(last_state(connection, END_CLIENT, fates[_i].other) ==
	    fates[_i].client, "client, \"%s\": %s", fates[_i].happens,
	    tcp_state_name(last_state(connection, END_CLIENT, fates[_i].other)));
	ck_assert_msg(last_state(connection, END_SERVER, fates[_i].other) ==
	    fates[_i].server, "server, \"%s\": %s", fates[_i].happens,
	    tcp_state_name(last_state(connection, END_SERVER, fates[_i].other)));
	moment_release(&now);
}
END_TEST

Suite *
last_state_suite(void)
{
	Suite *suite = suite_create("last_state");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, what_happened_tells_the_last_state, 0,
	    sizeof fates / sizeof *fates);
	suite_add_tcase(suite, all);
	return suite;
}
