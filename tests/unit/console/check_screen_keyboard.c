/* check_screen_keyboard.c: what a key does, wherever the focus is. */
#include "console_fixture.h"
#include "suites.h"


#include <readline/readline.h>

/* The input line's text. */
static const char *
typed(void)
{
	return rl_line_buffer;
}

/* The pane that is zoomed, by the name that show has for it; NULL: none. */
static const char *
zoomed(void)
{
	const struct pane_state *state = at.console->screen.zoomed;
	return state != NULL ? state->pane->name : NULL;
}

/* Nothing was given to the session. */
static void
nothing_is_done(void)
{
	ck_assert_str_eq(given(), "");
}

/* Lines as they are typed, and what the session is given. */
static const struct { const char *keys, *given; } lines[] = {
	{"hello\r", "line send hello"},
	{"hello\n", "line send hello"},
	{":kill child\r", "line kill child"},
	{"::x\r", "line send :x"},
	{"::\r", "line send :"},
	{"--number\r", "line send \"--number\""},
	{"-x\r", "line send -x"},
	{"\"a\"\r", "line send \"\"a\"\""},
	{"\"\"\r", "line send \"\"\"\""},
	{"\"\r", "line send \""},
	{"\"a\r", "line send \"a"},
	{"a\"\r", "line send a\""},
	{"\r", ""},
	{"abc", ""},
	{"\004", "key close"},
	{"abc\001\004\r", "line send bc"},
	{"one\rtwo\r", "line send one|line send two"},
};

START_TEST(a_line_is_sent_or_is_a_command)
{
	press(lines[_i].keys);
	ck_assert_str_eq(given(), lines[_i].given);
}
END_TEST

/* The F-keys as xterm sends them, and what they do with a connection. */
static const struct { const char *sequence, *given; } functions[] = {
	[1] = {"\033OP", ""}, [2] = {"\033OQ", "key kill child"},
	[3] = {"\033OR", "key kill server"}, [4] = {"\033OS", "key server restart"},
	[5] = {"\033[15~", "key host crash"}, [6] = {"\033[17~", "key host reboot"},
	[7] = {"\033[18~", "key host shutdown"}, [8] = {"\033[19~", "key host unplug"},
	[9] = {"\033[20~", ""}, [10] = {"\033[21~", ""}, [11] = {"\033[23~", ""},
	[12] = {"\033[24~", ""},
};

/* What F-key NUMBER was to do has been done. */
static void
function_was_pressed(int number)
{
	ck_assert_str_eq(given(), functions[number].given);
	ck_assert_int_eq(at.console->leaving, number == 10);
	ck_assert_int_eq(at.console->screen.menu.is_open, number == 9);
	if (number == 1)
		ck_assert_str_eq(zoomed(), "help");
	else
		ck_assert_ptr_null(zoomed());
}

START_TEST(an_f_key_works_in_the_line_and_in_the_panes)
{
	make_up_connection();
	press(_i % 2 == 1 ? "\t" : "abc");
	press(functions[_i / 2].sequence);
	function_was_pressed(_i / 2);
	if (_i % 2 == 0)
		ck_assert_str_eq(typed(), "abc");
}
END_TEST

/* Before a digit: in the empty line, in the panes, in the panes with Esc. */
START_TEST(a_digit_is_an_f_key)
{
	static const char *const before[] = {"\033", "\t", "\t\033"};
	char keys[8];
	int number = _i / 3;
	make_up_connection();
	snprintf(keys, sizeof keys, "%s%d", before[_i % 3], number % 10);
	press(keys);
	function_was_pressed(number);
}
END_TEST

/* readline has its own use for Esc and a digit in a line that is not empty. */
START_TEST(a_digit_in_a_line_is_text_or_readline_s)
{
	make_up_connection();
	press("2");
	ck_assert_str_eq(typed(), "2");
	press("\0333x");
	ck_assert_str_eq(typed(), "2xxx");
	nothing_is_done();
}
END_TEST

START_TEST(f8_puts_a_cable_in_that_is_out)
{
	make_up_connection();
	happen(fixture_host(HOST_UNPLUGGED));
	press(functions[8].sequence);
	ck_assert_str_eq(given(), "key host plug");
}
END_TEST

START_TEST(f11_is_readline_s)
{
	char binding[] = "\"\\e[23~\": \"eleven\"", other[] = "\"\\e[24~\": \"twelve\"";
	rl_parse_and_bind(binding);
	rl_parse_and_bind(other);
	press("\033[23~\033[24~");
	ck_assert_str_eq(typed(), "eleventwelve");
}
END_TEST

START_TEST(without_a_process_there_is_no_menu)
{
	press(functions[9].sequence);
	ck_assert(!at.console->screen.menu.is_open);
	ck_assert(shows("there is no process to signal"));
	press("a"); /* what was said about a key goes with the next one */
	ck_assert(!shows("there is no process to signal"));
}
END_TEST

START_TEST(what_is_not_about_a_key_stays)
{
	console_notify(at.console, STYLE_STRONG, "the port is taken");
	press("a");
	ck_assert(shows("the port is taken"));
	console_hint(at.console, "not found");
	ck_assert(shows("not found"));
	press("b");
	ck_assert(!shows("not found"));
}
END_TEST

/* Tab and Esc lead to the panes from an empty line alone. */
static const struct { const char *keys; enum focus focus; } ways[] = {
	{"\t", FOCUS_PANES}, {"\033", FOCUS_PANES}, {"a\t", FOCUS_LINE},
	{"a\033", FOCUS_LINE}, {"\ti", FOCUS_LINE}, {"\t\033", FOCUS_LINE},
	{"\t\003", FOCUS_LINE}, {"\t:", FOCUS_LINE}, {"\t/", FOCUS_SEARCH},
	{"\t/\033", FOCUS_PANES}, {"\t/\003", FOCUS_PANES}, {"\t/x\r", FOCUS_PANES},
	{"\t/x\n", FOCUS_PANES}, {"\t/x", FOCUS_SEARCH}, {"\tK\033", FOCUS_PANES},
	{"\033s", FOCUS_PANES}, {"\033 ", FOCUS_PANES}, {"\033w", FOCUS_PANES},
	{"\033l", FOCUS_PANES}, {"\033OP", FOCUS_PANES}, {"\ts\033", FOCUS_LINE},
	{"\tw\033", FOCUS_PANES}, {"\033w\033", FOCUS_LINE},
	{"\t\033[200~pasted\033[201~", FOCUS_LINE},
	{"\t/\033[200~pasted\033[201~", FOCUS_LINE},
};

START_TEST(the_focus_goes_to_the_panes_and_back)
{
	make_up_connection();
	press(ways[_i].keys);
	ck_assert_int_eq(at.console->screen.focus, ways[_i].focus);
	if (ways[_i].focus == FOCUS_LINE)
		ck_assert_ptr_null(zoomed());
	nothing_is_done();
	ck_assert(!at.console->leaving);
}
END_TEST

START_TEST(esc_in_vi_s_line_is_vi_s)
{
	rl_variable_bind("editing-mode", "vi");
	press("\033");
	ck_assert_int_eq(at.console->screen.focus, FOCUS_LINE);
	press("\t");
	ck_assert_int_eq(at.console->screen.focus, FOCUS_PANES);
}
END_TEST

START_TEST(a_colon_in_the_panes_begins_a_command)
{
	press("\t:");
	ck_assert_str_eq(typed(), ":");
	press("x\001\t"); /* a line that is not empty stays as it is */
	ck_assert_str_eq(typed(), ":x");
	at.console->screen.focus = FOCUS_PANES;
	press(":");
	ck_assert_str_eq(typed(), ":x");
	ck_assert_int_eq(at.console->screen.focus, FOCUS_LINE);
}
END_TEST

/* From pane to pane: only those that are there. */
START_TEST(tab_walks_the_panes_in_their_order)
{
	static const size_t order[] = {PLACE_PROCESSES, PLACE_TIMELINE, PLACE_SENT,
	    PLACE_ECHOED, PLACE_ERRNO, PLACE_SOCKETS};
	make_up_connection();
	press("\t");
	ck_assert_uint_eq(at.console->screen.active, PLACE_SOCKETS);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		press("\t");
		ck_assert_uint_eq(at.console->screen.active, order[i]);
	}
	for (size_t i = sizeof order / sizeof *order - 1; i-- > 0;) {
		press("\033[Z");
		ck_assert_uint_eq(at.console->screen.active, order[i]);
	}
	press("z\t");
	ck_assert_ptr_null(zoomed());
	nothing_is_done();
}
END_TEST

/* Keys in the panes, and the pane that is zoomed then. */
static const struct { const char *keys, *zoomed; } zooms[] = {
	{"z", "sockets"}, {"\r", "sockets"}, {"\n", "sockets"}, {"zz", NULL},
	{"z\r", NULL}, {"\t\r", "processes"}, {"?", "help"}, {"1", "help"},
	{"s", "states"}, {"ss", NULL}, {"f", "figures"}, {"ff", NULL}, {"x", "bytes"},
	{"xx", NULL}, {"a", "all"}, {"aa", NULL}, {"sf", "figures"}, {"sq", NULL},
	{"zq", NULL}, {"l", "lessons"}, {"lq", NULL}, {"w", "why"}, {"ww", NULL},
	{"wq", NULL}, {"w\033", NULL}, {"sw", "why"}, {"swq", "states"},
	{"zw\033", "sockets"}, {"z/x\r", "sockets"}, {"sz", NULL},
	{"y", NULL}, {"Z", NULL}, {"S", NULL},
};

START_TEST(a_pane_is_zoomed_and_comes_back)
{
	make_up_connection();
	press("\t");
	press(zooms[_i].keys);
	if (zooms[_i].zoomed == NULL)
		ck_assert_ptr_null(zoomed());
	else
		ck_assert_pstr_eq(zoomed(), zooms[_i].zoomed);
	ck_assert_int_eq(at.console->screen.focus, FOCUS_PANES);
	ck_assert(!at.console->leaving);
	nothing_is_done();
}
END_TEST

START_TEST(q_leaves_when_nothing_is_zoomed)
{
	press("\tq");
	ck_assert(at.console->leaving);
	ck_assert_int_eq(at.console->status, 0);
}
END_TEST

START_TEST(help_is_opened_from_the_line_too)
{
	press("\033OP");
	ck_assert(shows(" Help"));
	ck_assert(shows("q Back"));
}
END_TEST

/* Keys in the sockets, of which there are three and the first is selected. */
static const struct { const char *keys; size_t selected; } walks[] = {
	{"j", 1}, {"\033[B", 1}, {"jj", 2}, {"jjj", 2}, {"jk", 0}, {"jj\033[A", 1},
	{"G", 2}, {"\033[F", 2}, {"Gg", 0}, {"G\033[H", 0}, {"\033[6~", 2},
	{"G\033[5~", 0},
};

START_TEST(keys_walk_a_pane)
{
	make_up_connection();
	struct pane_state *sockets = screen_pane(&at.console->screen, "sockets");
	press("\tg"); /* whatever was selected for it */
	frame();
	press(walks[_i].keys);
	frame();
	ck_assert_uint_eq(sockets->selected, walks[_i].selected);
	nothing_is_done();
}
END_TEST

START_TEST(left_and_right_scroll_sideways)
{
	make_up_connection();
	const struct pane_state *state;
	press("\t\t\t");
	state = screen_focused(&at.console->screen);
	press("\033[C");
	size_t shift = state->shift;
	ck_assert_uint_gt(shift, 0);
	press("\033[C");
	ck_assert_uint_gt(state->shift, shift);
	press("\033[D\033[D");
	ck_assert_uint_eq(state->shift, 0);
}
END_TEST

/* Keys in the open menu: what they send, and is it closed then?  The current
 * connection's child comes first, and SIGKILL. */
static const struct { const char *keys, *given; bool open; } menus[] = {
	{"\r", "key kill pid:301 SIGKILL", false},
	{"\n", "key kill pid:301 SIGKILL", false},
	{"j\r", "key kill pid:301 SIGTERM", false},
	{"\033[B\033[B\r", "key kill pid:301 SIGSTOP", false},
	{"k\r", "key kill pid:301 SIGABRT", false},
	{"G\r", "key kill pid:301 SIGABRT", false},
	{"Gg\r", "key kill pid:301 SIGKILL", false},
	{"\033[C\r", "key kill pid:100 SIGKILL", false},
	{"\033[D\r", "key kill pid:200 SIGKILL", false},
	{"\033", "", false}, {"q", "", false}, {"\003", "", false},
	{"\033\r", "", true}, {"x", "", true}, {"y", "", true}, {"2", "", true},
	{"\033OQ", "", true}, {"\t", "", true}, {"\033[200~y\033[201~", "", false},
};

START_TEST(enter_in_the_menu_sends_the_chosen_signal)
{
	make_up_connection();
	press("\033[20~");
	ck_assert(at.console->screen.menu.is_open);
	ck_assert(shows("Enter sends, Esc does not"));
	press(menus[_i].keys);
	ck_assert_str_eq(given(), menus[_i].given);
	ck_assert_int_eq(at.console->screen.menu.is_open, menus[_i].open);
}
END_TEST

START_TEST(f10_leaves_from_the_menu)
{
	make_up_connection();
	press("\033[20~\033[21~");
	ck_assert(at.console->leaving);
	nothing_is_done();
}
END_TEST

/* The process that is selected in the panes; in the line the connection's. */
START_TEST(the_menu_opens_on_the_selected_process)
{
	make_up_connection();
	press("\t\t");
	frame();
	press("g");
	frame();
	pid_t first = (pid_t)screen_pane(&at.console->screen, "processes")->identity;
	ck_assert_int_eq(first, CLIENT_PID);
	press("K\r");
	ck_assert_str_eq(given(), "key kill pid:200 SIGKILL");
	press("i\033[20~\r");
	ck_assert_str_eq(given(), "key kill pid:301 SIGKILL");
}
END_TEST

/* Texts to search for, as they are typed. */
static const struct { const char *keys, *text; } searches[] = {
	{"abc", "abc"}, {"abc\177", "ab"}, {"abc\b", "ab"}, {"a\177", ""},
	{"\177", ""}, {"\177x", "x"}, {"a b", "a b"}, {"h\xc3\xa9\177", "h"},
	{"\xe4\xb8\x96\xe7\x95\x8c\177", "\xe4\xb8\x96"},
	{"\xe4\xb8\x96\177\177a", "a"}, {"a\001\tb", "ab"}, {"a\033[Ab", "ab"},
	{"qjkiz", "qjkiz"}, {"a\033OQb", "ab"},
};

START_TEST(a_search_is_edited)
{
	make_up_connection();
	press("\t/old\r/");
	ck_assert_str_eq(at.console->screen.search, "");
	press(searches[_i].keys);
	ck_assert_str_eq(at.console->screen.search, searches[_i].text);
	ck_assert(shows("/"));
	nothing_is_done();
}
END_TEST

START_TEST(a_search_has_an_end)
{
	press("\t/");
	for (int i = 0; i < 3 * SEARCH_TEXT; i++)
		press("x");
	ck_assert_uint_eq(strlen(at.console->screen.search), SEARCH_TEXT - 1);
	press("\177");
	ck_assert_uint_eq(strlen(at.console->screen.search), SEARCH_TEXT - 2);
}
END_TEST

START_TEST(enter_finds_and_n_finds_the_next)
{
	make_up_connection();
	struct pane_state *sockets = screen_pane(&at.console->screen, "sockets");
	press("\tgn"); /* nothing to search for yet */
	frame();
	ck_assert_uint_eq(sockets->selected, 0);
	press("/established\r");
	frame();
	ck_assert_uint_eq(sockets->selected, 1);
	press("n");
	frame();
	ck_assert_uint_eq(sockets->selected, 2);
	ck_assert(!holds("not found"));
	press("/TIME_WAIT\r");
	ck_assert(shows("not found"));
	frame();
	ck_assert_uint_eq(sockets->selected, 2);
	press("/LISTEN\033"); /* not looked for */
	frame();
	ck_assert_uint_eq(sockets->selected, 2);
	press("n");
	frame();
	ck_assert_uint_eq(sockets->selected, 0);
}
END_TEST

START_TEST(a_key_that_waits_for_the_room_says_so)
{
	make_up_connection();
	press("\033OQ");
	ck_assert(!shows("that waits for the room's answer"));
	happen(fixture_ask("How many?", "one\ntwo", 2, 0));
	press("\033OR");
	ck_assert(shows("that waits for the room's answer: press its number"));
	ck_assert_str_eq(given(), "key kill child|key kill server");
}
END_TEST

/* A digit answers the room's question while one is open, and is no F-key. */
START_TEST(a_digit_answers_the_room_s_question)
{
	make_up_connection();
	happen(fixture_ask("How many?", "one\ntwo", 2, 0));
	if (_i == 1)
		press("\t");
	press("3");
	ck_assert(shows("there is no answer 3: 1 to 2"));
	press("0");
	ck_assert(shows("there is no answer 0: 1 to 2"));
	ck_assert_uint_eq(at.console->session->chosen, 0);
	press(_i == 2 ? "\t2" : "2");
	ck_assert_uint_eq(at.console->session->chosen, 2);
	nothing_is_done();
}
END_TEST

START_TEST(ctrl_c_clears_the_line_and_never_leaves)
{
	press("abc\003");
	ck_assert_str_eq(typed(), "");
	ck_assert(!shows("Ctrl-C does not leave"));
	press("\003");
	ck_assert(shows("Ctrl-C does not leave: F10 or :quit"));
	ck_assert(!at.console->leaving);
}
END_TEST

START_TEST(ctrl_c_drops_the_lines_that_wait)
{
	press("one\rtwo\r\003");
	ck_assert(shows("2 lines that waited: dropped"));
	nothing_is_done();
	press("one\r\003");
	ck_assert(shows("1 line that waited: dropped"));
	press("one\rtwo\003"); /* the line first */
	ck_assert_str_eq(given(), "line send one");
	ck_assert_str_eq(typed(), "");
}
END_TEST

START_TEST(ctrl_l_draws_everything_anew)
{
	char bytes[65536];
	make_up_connection();
	ck_assert(terminal_flush());
	drain();
	frame();
	ck_assert(terminal_flush());
	ssize_t calm = read(at.terminal, bytes, sizeof bytes);
	press(_i == 0 ? "\014" : "\t\014");
	frame();
	ck_assert(terminal_flush());
	ssize_t anew = read(at.terminal, bytes, sizeof bytes);
	ck_assert_int_lt(calm, 100);
	ck_assert_int_gt(anew, 1000);
}
END_TEST

Suite *
screen_keyboard_suite(void)
{
	Suite *suite = suite_create("screen keyboard");
	TCase *keys = tcase_create("keys");
	tcase_add_checked_fixture(keys, setup_console, teardown_console);
	tcase_add_loop_test(keys, a_line_is_sent_or_is_a_command, 0,
	    sizeof lines / sizeof *lines);
	tcase_add_loop_test(keys, an_f_key_works_in_the_line_and_in_the_panes, 2, 26);
	tcase_add_loop_test(keys, a_digit_is_an_f_key, 3, 33);
	tcase_add_test(keys, a_digit_in_a_line_is_text_or_readline_s);
	tcase_add_test(keys, f8_puts_a_cable_in_that_is_out);
	tcase_add_test(keys, f11_is_readline_s);
	tcase_add_test(keys, without_a_process_there_is_no_menu);
	tcase_add_test(keys, what_is_not_about_a_key_stays);
	tcase_add_loop_test(keys, the_focus_goes_to_the_panes_and_back, 0,
	    sizeof ways / sizeof *ways);
	tcase_add_test(keys, esc_in_vi_s_line_is_vi_s);
	tcase_add_test(keys, a_colon_in_the_panes_begins_a_command);
	tcase_add_test(keys, tab_walks_the_panes_in_their_order);
	tcase_add_loop_test(keys, a_pane_is_zoomed_and_comes_back, 0,
	    sizeof zooms / sizeof *zooms);
	tcase_add_test(keys, q_leaves_when_nothing_is_zoomed);
	tcase_add_test(keys, help_is_opened_from_the_line_too);
	tcase_add_loop_test(keys, keys_walk_a_pane, 0, sizeof walks / sizeof *walks);
	tcase_add_test(keys, left_and_right_scroll_sideways);
	tcase_add_loop_test(keys, enter_in_the_menu_sends_the_chosen_signal, 0,
	    sizeof menus / sizeof *menus);
	tcase_add_test(keys, f10_leaves_from_the_menu);
	tcase_add_test(keys, the_menu_opens_on_the_selected_process);
	tcase_add_loop_test(keys, a_search_is_edited, 0,
	    sizeof searches / sizeof *searches);
	tcase_add_test(keys, a_search_has_an_end);
	tcase_add_test(keys, enter_finds_and_n_finds_the_next);
	tcase_add_test(keys, a_key_that_waits_for_the_room_says_so);
	tcase_add_loop_test(keys, a_digit_answers_the_room_s_question, 0, 3);
	tcase_add_test(keys, ctrl_c_clears_the_line_and_never_leaves);
	tcase_add_test(keys, ctrl_c_drops_the_lines_that_wait);
	tcase_add_loop_test(keys, ctrl_l_draws_everything_anew, 0, 2);
	suite_add_tcase(suite, keys);
	return suite;
}
