/* check_screen_views.c: the views of the current connection: TCP's states, the
 * calls and addresses of both sides, the bytes. */
#include "screen_fixture.h"
#include "state_diagram.h"
#include "suites.h"

#include "command.h"

/* Zooms a view. */
static void
zoom(const char *name)
{
	test.screen.zoomed = screen_pane(&test.screen, name);
	ck_assert_ptr_nonnull(test.screen.zoomed);
	test.screen.focus = FOCUS_PANES;
}

/* An end of connection 1 goes into another state. */
static void
state(enum connection_end end, enum tcp_state from, enum tcp_state to,
    bool inferred)
{
	struct event event = fixture_state(1, end, from, to);
	event.state.inferred = inferred;
	happen(event);
}

/* A call with the ends that it reports. */
static void
call(enum report_role role, unsigned conn, enum report_call number,
    int64_t result, int error, const char *local, const char *remote)
{
	struct event event = fixture_call(role, conn, number, result, error);
	if (local != NULL)
		event.call.local = fixture_endpoint(local);
	if (remote != NULL)
		event.call.remote = fixture_endpoint(remote);
	happen(event);
}

/* Connection 1 with its handshake. */
static void
shake_hands(void)
{
	happen(fixture_connection(1, CONNECTION_OPENED));
	happen(fixture_connection(1, CONNECTION_CURRENT));
	state(END_CLIENT, STATE_GONE, STATE_SYN_SENT, true);
	state(END_CLIENT, STATE_SYN_SENT, STATE_ESTABLISHED, false);
	state(END_SERVER, STATE_GONE, STATE_SYN_RECV, true);
	state(END_SERVER, STATE_SYN_RECV, STATE_ESTABLISHED, false);
}

/* Every byte on the screen is ASCII. */
static void
assert_ascii(void)
{
	char *text = dump();
	for (const char *byte = text; *byte != '\0'; byte++)
		ck_assert_int_lt((unsigned char)*byte, 0x80);
	free(text);
}

START_TEST(each_word_of_show_is_a_pane)
{
	size_t count;
	const struct command *commands = command_table(&count);
	char name[32];
	for (size_t i = 0; i < count; i++) {
		const char *words = commands[i].words;
		if (strcmp(commands[i].name, "show") != 0)
			continue;
		for (; *words != '\0'; words += *words == '|') {
			size_t length = strcspn(words, "|");
			snprintf(name, sizeof name, "%.*s", (int)length, words);
			ck_assert_msg(screen_pane(&test.screen, name) != NULL, "%s", name);
			words += length;
		}
	}
}
END_TEST

START_TEST(states_before_a_connection)
{
	begin();
	zoom("states");
	compare("states-listening", 24, 80);
}
END_TEST

START_TEST(states_of_a_handshake)
{
	begin();
	shake_hands();
	zoom("states");
	compare("states-established", 24, 80);
	ck_assert(mvinch(10, 32) & A_REVERSE); /* ESTABLISHED */
	ck_assert(!(mvinch(13, 60) & A_REVERSE)); /* CLOSE_WAIT */
	ck_assert(mvinch(3, 44) & A_BOLD); /* connect, taken */
	ck_assert(!(mvinch(5, 44) & A_BOLD)); /* write, not taken */
	compare("states-established", 36, 120);
	test.screen.draw.ascii = true;
	compare("states-ascii", 24, 80);
	assert_ascii();
}
END_TEST

START_TEST(states_of_a_normal_end)
{
	begin();
	shake_hands();
	state(END_SERVER, STATE_ESTABLISHED, STATE_CLOSE_WAIT, true);
	state(END_SERVER, STATE_CLOSE_WAIT, STATE_LAST_ACK, true);
	state(END_SERVER, STATE_LAST_ACK, STATE_GONE, false);
	state(END_CLIENT, STATE_ESTABLISHED, STATE_FIN_WAIT1, true);
	state(END_CLIENT, STATE_FIN_WAIT1, STATE_FIN_WAIT2, true);
	state(END_CLIENT, STATE_FIN_WAIT2, STATE_TIME_WAIT, false);
	zoom("states");
	compare("states-closed", 24, 80);
	compare("states-closed", 36, 120);
	state(END_CLIENT, STATE_TIME_WAIT, STATE_GONE, false);
	draw(24, 80);
	ck_assert(holds("both► CLOSED ◄═"));
}
END_TEST

START_TEST(states_of_a_close_at_once_of_both)
{
	begin();
	shake_hands();
	for (int end = END_CLIENT; end <= END_SERVER; end++) {
		state(end, STATE_ESTABLISHED, STATE_FIN_WAIT1, end == END_SERVER);
		state(end, STATE_FIN_WAIT1, STATE_CLOSING, false);
	}
	zoom("states");
	compare("states-closing", 24, 80);
}
END_TEST

START_TEST(states_that_end_without_an_arrow)
{
	begin();
	shake_hands();
	state(END_SERVER, STATE_ESTABLISHED, STATE_GONE, false);
	zoom("states");
	draw(24, 80);
	ck_assert(holds("▲client ×server"));
	ck_assert(holds("server► CLOSED ◄─"));
	ck_assert(holds("ESTABLISHED ► RST or timeout ► CLOSED"));
	state(END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT, false);
	state(END_CLIENT, STATE_CLOSE_WAIT, STATE_GONE, false);
	compare("states-reset", 24, 80);
}
END_TEST

START_TEST(states_of_a_refused_connect)
{
	happen(fixture_start("local"));
	happen(fixture_connection(1, CONNECTION_OPENED));
	happen(fixture_connection(1, CONNECTION_CURRENT));
	happen(fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, -1, ENETUNREACH));
	zoom("states");
	draw(24, 80);
	ck_assert(holds("client  no state of it was seen"));
	happen(fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, -1, ECONNREFUSED));
	compare("states-refused", 24, 80);
}
END_TEST

START_TEST(states_of_a_host_that_is_down)
{
	begin();
	shake_hands();
	happen(fixture_host(HOST_CRASHED));
	zoom("states");
	draw(24, 80);
	ck_assert(holds("▲client "));
	ck_assert(!holds("listening socket"));
	ck_assert(holds("server  (SYN_RECV) ► ESTABLISHED  its host is down"));
}
END_TEST

START_TEST(states_that_fell_out_of_the_log)
{
	begin();
	shake_hands();
	for (int i = 0; i < LOG_EVENTS; i++)
		line(EVENT_SENT, "x");
	zoom("states");
	draw(24, 80);
	ck_assert(holds("▲both"));
	ck_assert(holds("client  … ESTABLISHED"));
	state(END_CLIENT, STATE_ESTABLISHED, STATE_FIN_WAIT1, true);
	draw(24, 80);
	ck_assert(holds("client  … ESTABLISHED ► (FIN_WAIT1)"));
	for (int i = 0; i < 20; i++) {
		state(END_CLIENT, STATE_FIN_WAIT1, STATE_FIN_WAIT2, true);
		state(END_CLIENT, STATE_FIN_WAIT2, STATE_FIN_WAIT1, true);
	}
	draw(24, 80);
	ck_assert(holds("client  … (FIN_WAIT"));
}
END_TEST

START_TEST(a_step_back_in_time_is_an_earlier_state)
{
	begin();
	shake_hands();
	struct moment moment;
	moment_init(&moment);
	struct scene scene = {.moment = &moment, .log = test.log, .now = test.now,
	    .end = log_end(test.log) - 1};
	for (uint64_t i = 0; i < scene.end; i++)
		ck_assert_int_eq(moment_apply(&moment, log_event(test.log, i)), 0);
	ck_assert_int_eq(resizeterm(24, 80), OK);
	zoom("states");
	screen_frame(&test.screen, &scene, NULL);
	ck_assert(holds(" server► SYN_RECV "));
	ck_assert(holds("▲client "));
	ck_assert(holds("server  (SYN_RECV)  "));
	moment_release(&moment);
}
END_TEST

/* How often the picture holds this text. */
static int
count_of(const struct canvas *canvas, const char *wanted)
{
	int count = 0;
	for (int row = 0; row < canvas->rows; row++) {
		struct line text;
		canvas_write_line(canvas, row, &text);
		for (const char *at = text.text;
		    (at = strstr(at, wanted)) != NULL; at++)
			count++;
	}
	return count;
}

/* Nothing in the picture hides anything else. */
START_TEST(the_diagram_hides_nothing)
{
	struct diagram diagram = {.known = {false, true, true}};
	struct canvas canvas = {0};
	for (int i = 0; i < DIAGRAM_ARROWS; i++) {
		diagram.taken[END_CLIENT][i] = TAKEN_SEEN;
		diagram.taken[END_SERVER][i] = TAKEN_INFERRED;
	}
	for (int at = STATE_GONE; at < STATE_COUNT; at++) {
		diagram.now[END_CLIENT] = diagram.now[END_SERVER] =
		    (enum tcp_state)at;
		canvas_clear(&canvas, DIAGRAM_ROWS, DIAGRAM_COLUMNS);
		diagram_draw(&diagram, &canvas, 0);
		ck_assert_int_eq(count_of(&canvas, "c(s)"), DIAGRAM_ARROWS);
		ck_assert_int_eq(count_of(&canvas, "both"), at != STATE_CLOSE);
		for (int other = STATE_GONE; other < STATE_COUNT; other++)
			ck_assert_int_eq(count_of(&canvas,
			    diagram_name((enum tcp_state)other)), 1);
		ck_assert_int_eq(count_of(&canvas, "close / FIN"), 3);
		ck_assert_int_eq(count_of(&canvas, "FIN / ACK"), 3);
		ck_assert_int_eq(count_of(&canvas, "SYN / SYN+ACK"), 2);
	}
	canvas_release(&canvas);
}
END_TEST

START_TEST(the_diagram_has_each_arrow_of_the_figure)
{
	int found = 0;
	for (int from = STATE_GONE; from < STATE_COUNT; from++)
		for (int to = STATE_GONE; to < STATE_COUNT; to++)
			found += from != STATE_CLOSE && to != STATE_CLOSE &&
			    diagram_arrow((enum tcp_state)from,
			    (enum tcp_state)to) >= 0;
	ck_assert_int_eq(found, DIAGRAM_ARROWS + 1); /* SYN_RECV from a LISTEN */
	ck_assert_int_eq(diagram_arrow(STATE_ESTABLISHED, STATE_GONE), -1);
	ck_assert_int_eq(diagram_arrow(STATE_GONE, STATE_ESTABLISHED), -1);
}
END_TEST

/* The server's calls before anybody connects. */
static void
listen_at(const char *local)
{
	call(ROLE_SERVER, 0, CALL_SOCKET, 4, 0, NULL, NULL);
	call(ROLE_SERVER, 0, CALL_BIND, 0, 0, local, NULL);
	call(ROLE_SERVER, 0, CALL_LISTEN, 0, 0, local, NULL);
}

/* The calls that make connection 1. */
static void
connect_and_accept(void)
{
	call(ROLE_CLIENT, 1, CALL_SOCKET, 4, 0, NULL, "127.0.0.1:9877");
	happen(fixture_connection(1, CONNECTION_OPENED));
	happen(fixture_connection(1, CONNECTION_CURRENT));
	call(ROLE_CLIENT, 1, CALL_CONNECT, 0, 0, "127.0.0.1:40001",
	    "127.0.0.1:9877");
	call(ROLE_SERVER, 1, CALL_ACCEPT, 5, 0, "127.0.0.1:9877",
	    "127.0.0.1:40001");
	call(ROLE_SERVER, 1, CALL_FORK, CHILD_PID + 1, 0, NULL, NULL);
	happen(fixture_child(1, PROCESS_FORKED, -1));
}

START_TEST(figures_before_a_connection)
{
	begin();
	listen_at("127.0.0.1:9877");
	zoom("figures");
	compare("figures-listening", 24, 80);
}
END_TEST

START_TEST(figures_of_a_connection)
{
	begin();
	listen_at("127.0.0.1:9877");
	connect_and_accept();
	for (int i = 0; i < 2; i++) {
		call(ROLE_CLIENT, 1, CALL_WRITE, 6, 0, NULL, NULL);
		call(ROLE_CHILD, 1, CALL_READ, 6, 0, NULL, NULL);
		call(ROLE_CHILD, 1, CALL_WRITE, 6, 0, NULL, NULL);
		call(ROLE_CLIENT, 1, CALL_READ, 6, 0, NULL, NULL);
	}
	zoom("figures");
	compare("figures", 24, 80);
	compare("figures", 36, 120);
	call(ROLE_CLIENT, 1, CALL_CLOSE, 0, 0, NULL, NULL);
	call(ROLE_CHILD, 1, CALL_READ, 0, 0, NULL, NULL);
	draw(24, 80);
	ck_assert(holds("= 0, EOF, 3 times"));
	test.screen.draw.ascii = true;
	draw(24, 80);
	assert_ascii();
}
END_TEST

START_TEST(figures_of_a_wildcard_and_a_death)
{
	begin();
	listen_at("*:9877");
	zoom("figures");
	draw(24, 80);
	ck_assert(holds("local address   * (any)"));
	ck_assert(holds("bind: any; accept will tell"));
	connect_and_accept();
	call(ROLE_CLIENT, 1, CALL_READ, -1, ECONNRESET, NULL, NULL);
	happen(fixture_child(1, PROCESS_REAPED, 9));
	compare("figures-any", 24, 80);
}
END_TEST

START_TEST(figures_follow_the_connection_s_own_server)
{
	begin();
	listen_at("127.0.0.1:9877");
	connect_and_accept();
	struct event event = fixture_call(ROLE_SERVER, 0, CALL_SOCKET, 66, 0);
	event.call.pid = SERVER_PID + 7;
	happen(event); /* of one that was started since */
	zoom("figures");
	draw(24, 80);
	ck_assert(holds("Server (5.16): 100, child 301"));
	ck_assert(!holds("= 66"));
}
END_TEST

START_TEST(figures_of_a_server_that_tells_nothing)
{
	happen(fixture_start("local"));
	happen(fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	zoom("figures");
	draw(24, 80);
	ck_assert(holds("Server (5.16): not ours, tells nothing"));
	ck_assert(holds("local port      9877"));
	ck_assert(holds("Client (5.15): no connection yet"));
}
END_TEST

START_TEST(a_lesson_talks_above_what_it_shows)
{
	begin();
	happen(fixture_lesson(LESSON_BEGUN, "Zombies"));
	happen(fixture_event(EVENT_SAY, "See both ends."));
	listen_at("127.0.0.1:9877");
	connect_and_accept();
	zoom("figures");
	test.screen.focus = FOCUS_LINE;
	test.screen.zoomed_by_lesson = true;
	draw(24, 80);
	ck_assert(holds("See both ends."));
	ck_assert(holds("local   127.0.0.1:40001"));
	ck_assert(holds("foreign 127.0.0.1:40001"));
	ck_assert(holds("connect: the caller"));
	state(END_CLIENT, STATE_SYN_SENT, STATE_ESTABLISHED, false);
	zoom("states");
	test.screen.focus = FOCUS_LINE;
	draw(24, 80);
	ck_assert(holds("See both ends."));
	ck_assert(holds("▲client"));
	ck_assert(holds("client  … SYN_SENT ► ESTABLISHED"));
	ck_assert(!holds("event / segment sent"));
	test.screen.zoomed_by_lesson = false; /* by a key: all of it */
	draw(24, 80);
	ck_assert(!holds("See both ends."));
	ck_assert(holds("event / segment sent"));
	ck_assert(holds("client  … SYN_SENT ► ESTABLISHED"));
}
END_TEST

/* Numbers went out or came back. */
static void
numbers(enum event_type type, const char *text, const char *hex)
{
	struct event event = fixture_event(type, text);
	event.line.conn = 1;
	event.line.bytes = (strlen(hex) + 1) / 3;
	event.detail = strdup(hex);
	ck_assert_ptr_nonnull(event.detail);
	happen(event);
}

/* A piece of text without a newline. */
static void
piece(enum event_type type, const char *text, size_t length, size_t bytes)
{
	struct event event = {.type = type};
	ck_assert_int_eq(event_set_text(&event, text, length), 0);
	event.line.conn = 1;
	event.line.bytes = bytes;
	happen(event);
}

START_TEST(bytes_before_any)
{
	zoom("bytes");
	begin();
	draw(24, 80);
	ck_assert(holds("No connection yet"));
	shake_hands();
	draw(24, 80);
	ck_assert(holds("No byte has gone out"));
}
END_TEST

START_TEST(bytes_of_text)
{
	static const char hostile[] = "a\033[2J\0\x9b\xe2\x80\xae" "b\x7f\r";
	begin();
	shake_hands();
	line(EVENT_SENT, "hello");
	line(EVENT_ECHO, "hello");
	piece(EVENT_SENT, "a line of more than sixteen bytes", 33, 33);
	piece(EVENT_SENT, "!", 1, 2);
	piece(EVENT_ECHO, hostile, sizeof hostile - 1, sizeof hostile - 1);
	struct event other = fixture_event(EVENT_SENT, "of connection 2");
	other.line.conn = 2;
	other.line.bytes = other.length;
	happen(other);
	zoom("bytes");
	compare("bytes", 24, 80);
	test.screen.draw.ascii = true;
	compare("bytes-ascii", 24, 80);
	assert_ascii();
}
END_TEST

START_TEST(bytes_of_four_as_integers)
{
	begin();
	shake_hands();
	numbers(EVENT_SENT, "1 2", "00 00 00 01 00 00 00 02");
	numbers(EVENT_ECHO, "3", "00 00 00 03");
	numbers(EVENT_SENT, "-22 -77", "ff ff ff ea ff ff ff b3");
	numbers(EVENT_ECHO, "-16777314", "fe ff ff 9e");
	zoom("bytes");
	compare("bytes-binary", 24, 80);
	compare("bytes-binary", 36, 120);
}
END_TEST

START_TEST(bytes_of_eight_as_integers)
{
	begin();
	shake_hands();
	numbers(EVENT_SENT, "1 -9223372036854775808",
	    "01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 80");
	numbers(EVENT_ECHO, "0", "00 00 00 00 00 00 00 00");
	zoom("bytes");
	compare("bytes-binary-64", 24, 80);
}
END_TEST

START_TEST(bytes_of_no_whole_integer_are_plain)
{
	begin();
	shake_hands();
	numbers(EVENT_ECHO, "\\x69\\x6e\\x0a", "69 6e 0a");
	zoom("bytes");
	draw(24, 80);
	ck_assert(holds("000000  69 6e 0a"));
	ck_assert(!holds("big-endian"));
	piece(EVENT_ECHO, "\\x9b", 4, 1); /* as a recording writes it */
	draw(24, 80);
	ck_assert(holds("000003  not in this log"));
}
END_TEST

START_TEST(bytes_are_scrolled_and_searched)
{
	char text[200];
	begin();
	shake_hands();
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "line %d of a hundred", i);
		line(EVENT_SENT, text);
	}
	zoom("bytes");
	draw(24, 80);
	ck_assert(holds("line 99 of"));
	struct pane_state *pane = test.screen.zoomed;
	pane_walk(pane, WALK_FIRST, 19);
	draw(24, 80);
	ck_assert(holds("line 0 of"));
	struct rectangle inside = screen_focused_inside(&test.screen);
	struct scene scene = {.moment = log_now(test.log), .log = test.log,
	    .end = log_end(test.log), .now = test.now};
	ck_assert(pane_search(pane, &scene, &inside, "line 42"));
	draw(24, 80);
	ck_assert(holds("line 42 of"));
	for (int i = 0; i < LOG_EVENTS; i++) /* offsets survive the ring */
		line(EVENT_SENT, "1234567");
	pane_walk(pane, WALK_LAST, 19);
	draw(24, 80);
	snprintf(text, sizeof text, "%06x", 100 * 21 - 10 + LOG_EVENTS * 8 - 8);
	ck_assert_msg(holds(text), "%s", text);
}
END_TEST

Suite *
screen_views_suite(void)
{
	Suite *suite = suite_create("screen views");
	TCase *tcase = tcase_create("drawn");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, each_word_of_show_is_a_pane);
	tcase_add_test(tcase, states_before_a_connection);
	tcase_add_test(tcase, states_of_a_handshake);
	tcase_add_test(tcase, states_of_a_normal_end);
	tcase_add_test(tcase, states_of_a_close_at_once_of_both);
	tcase_add_test(tcase, states_that_end_without_an_arrow);
	tcase_add_test(tcase, states_of_a_refused_connect);
	tcase_add_test(tcase, states_of_a_host_that_is_down);
	tcase_add_test(tcase, states_that_fell_out_of_the_log);
	tcase_add_test(tcase, a_step_back_in_time_is_an_earlier_state);
	tcase_add_test(tcase, the_diagram_hides_nothing);
	tcase_add_test(tcase, the_diagram_has_each_arrow_of_the_figure);
	tcase_add_test(tcase, figures_before_a_connection);
	tcase_add_test(tcase, figures_of_a_connection);
	tcase_add_test(tcase, figures_of_a_wildcard_and_a_death);
	tcase_add_test(tcase, figures_follow_the_connection_s_own_server);
	tcase_add_test(tcase, figures_of_a_server_that_tells_nothing);
	tcase_add_test(tcase, a_lesson_talks_above_what_it_shows);
	tcase_add_test(tcase, bytes_before_any);
	tcase_add_test(tcase, bytes_of_text);
	tcase_add_test(tcase, bytes_of_four_as_integers);
	tcase_add_test(tcase, bytes_of_eight_as_integers);
	tcase_add_test(tcase, bytes_of_no_whole_integer_are_plain);
	tcase_add_test(tcase, bytes_are_scrolled_and_searched);
	suite_add_tcase(suite, tcase);
	return suite;
}
