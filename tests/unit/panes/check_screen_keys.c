/* check_screen_keys.c: which F-keys there are at a moment, and what the bar calls them; the
 * signal menu. */
#include "keys.h"
#include "menu.h"

#include "event_fixture.h"
#include "suites.h"

#include "signal_name.h"

#include <signal.h>
#include <stdio.h>

enum { TEXT = 512, WIDE = 300 };

/* A story up to a moment. */
static void
nothing_yet(struct moment *moment)
{
	moment_init(moment);
}

static void
connected(struct moment *moment)
{
	fixture_begin(moment, 1);
	fixture_fold(moment, fixture_event(EVENT_SETTINGS, "reap=waitpid"));
}

static void
host_crashed(struct moment *moment)
{
	connected(moment);
	fixture_fold(moment, fixture_host(HOST_CRASHED));
}

static void
host_unplugged(struct moment *moment)
{
	connected(moment);
	fixture_fold(moment, fixture_host(HOST_UNPLUGGED));
}

static void
host_shuts_down(struct moment *moment)
{
	connected(moment);
	fixture_fold(moment, fixture_host(HOST_SHUTTING_DOWN));
}

static void
host_down(struct moment *moment)
{
	connected(moment);
	fixture_fold(moment, fixture_host(HOST_DOWN));
}

static void
server_killed(struct moment *moment)
{
	connected(moment);
	fixture_fold(moment, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED, 9));
}

static void
child_killed(struct moment *moment)
{
	connected(moment);
	fixture_fold(moment, fixture_child(1, PROCESS_ZOMBIE, 9));
}

static void
all_killed(struct moment *moment)
{
	server_killed(moment);
	fixture_fold(moment, fixture_child(1, PROCESS_REAPED, 9));
	fixture_fold(moment, fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_REAPED, 9));
}

static void
watched(struct moment *moment)
{
	fixture_begin(moment, 1);
}

static void
watched_host_unplugged(struct moment *moment)
{
	watched(moment);
	fixture_fold(moment, fixture_host(HOST_UNPLUGGED));
}

/* The whole bar at each of these moments. */
static const struct { void (*tell)(struct moment *moment); const char *bar; } bars[] = {
	{nothing_yet, " F1 Help F10 Quit"},
	{connected, " F1 Help F2 Kill child F3 Kill server F4 Restart F5 Crash F6 Reboot "
	    "F7 Shutdown F8 Unplug F9 Signal F10 Quit"},
	{host_crashed, " F1 Help F6 Reboot F9 Signal F10 Quit"},
	{host_unplugged, " F1 Help F2 Kill child F3 Kill server F4 Restart F5 Crash "
	    "F6 Reboot F8 Plug in F9 Signal F10 Quit"},
	{host_shuts_down, " F1 Help F2 Kill child F3 Kill server F4 Restart F6 Reboot "
	    "F9 Signal F10 Quit"},
	{host_down, " F1 Help F6 Reboot F9 Signal F10 Quit"},
	{server_killed, " F1 Help F2 Kill child F4 Start server F5 Crash F6 Reboot "
	    "F7 Shutdown F8 Unplug F9 Signal F10 Quit"},
	{child_killed, " F1 Help F3 Kill server F4 Restart F5 Crash F6 Reboot F7 Shutdown "
	    "F8 Unplug F9 Signal F10 Quit"},
	{all_killed, " F1 Help F4 Start server F5 Crash F6 Reboot F7 Shutdown F8 Unplug "
	    "F10 Quit"},
	{watched, " F1 Help F2 Kill child F3 Kill server F9 Signal F10 Quit"},
	{watched_host_unplugged, " F1 Help F2 Kill child F3 Kill server F8 Plug in "
	    "F9 Signal F10 Quit"},
};

START_TEST(the_bar_has_the_keys_that_work)
{
	struct moment moment;
	char bar[TEXT];
	bars[_i].tell(&moment);
	keys_write_bar(&moment, WIDE, bar, sizeof bar);
	ck_assert_str_eq(bar, bars[_i].bar);
	moment_release(&moment);
}
END_TEST

/* What goes first when there is less room, and what never does; each at its exact width
 * and one column less. */
START_TEST(a_narrow_bar_keeps_what_is_wanted_most)
{
	static const char *const steps[] = {
		" F1 Help F2 Kill child F3 Kill server F4 Restart F5 Crash F6 Reboot "
		    "F7 Shutdown F8 Unplug F9 Signal F10 Quit",
		" F1 Help F2 Kill child F3 Kill server F4 Restart F5 Crash F6 Reboot "
		    "F7 Shutdown F8 Unplug F10 Quit",
		" F1 Help F2 Kill child F3 Kill server F4 Restart F5 Crash F6 Reboot "
		    "F8 Unplug F10 Quit",
		" F1 Help F2 Kill child F3 Kill server F4 Restart F5 Crash F6 Reboot F10 Quit",
		" F1 Help F2 Kill child F3 Kill server F5 Crash F6 Reboot F10 Quit",
		" F1 Help F2 Kill child F10 Quit",
	};
	struct moment moment;
	char bar[TEXT];
	connected(&moment);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		keys_write_bar(&moment, (int)strlen(steps[i]), bar, sizeof bar);
		ck_assert_str_eq(bar, steps[i]);
		keys_write_bar(&moment, (int)strlen(steps[i]) - 1, bar, sizeof bar);
		ck_assert_str_ne(bar, steps[i]);
	}
	keys_write_bar(&moment, 0, bar, sizeof bar); /* the way out is always there */
	ck_assert_str_eq(bar, " F1 Help F10 Quit");
	moment_release(&moment);
}
END_TEST

/* A key that does not work gives its command all the same: that says why. */
START_TEST(a_key_that_does_not_work_says_why)
{
	static const struct { int function; const char *command; } table[] = {
		{2, "kill child"}, {3, "kill server"}, {4, "server restart"}, {5, "host crash"},
		{6, "host reboot"}, {7, "host shutdown"}, {8, "host unplug"}, {10, "quit"},
	};
	struct moment moment;
	nothing_yet(&moment);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		ck_assert_pstr_eq(keys_find(table[i].function, &moment)->command,
		    table[i].command);
	ck_assert_int_eq(keys_find(1, &moment)->action, KEY_HELP);
	ck_assert_int_eq(keys_find(9, &moment)->action, KEY_MENU);
	ck_assert_ptr_null(keys_find(0, &moment));
	ck_assert_ptr_null(keys_find(11, &moment));
	moment_release(&moment);
}
END_TEST

START_TEST(f4_starts_a_server_or_starts_it_again)
{
	struct moment moment;
	server_killed(&moment);
	ck_assert_str_eq(keys_find(4, &moment)->label, "Start server");
	moment_release(&moment);
	connected(&moment);
	ck_assert_str_eq(keys_find(4, &moment)->label, "Restart");
	moment_release(&moment);
}
END_TEST

START_TEST(a_command_has_the_name_of_its_key)
{
	static const struct { const char *command, *key; } table[] = {
		{"kill child", "F2"}, {"kill server", "F3"}, {"server restart", "F4"},
		{"host crash", "F5"}, {"host reboot", "F6"}, {"host shutdown", "F7"},
		{"host unplug", "F8"}, {"host plug", "F8"}, {"quit", "F10"},
		{"close", "Ctrl-D"}, {"kill", NULL}, {"close 2", NULL}, {"", NULL},
		{"kill child SIGTERM", NULL},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].key == NULL)
			ck_assert_ptr_null(keys_of_command(table[i].command));
		else
			ck_assert_pstr_eq(keys_of_command(table[i].command), table[i].key);
}
END_TEST

/* The bars of the other modes with all their keys. */
static const char *const modes[KEY_MODES] = {
	[KEYS_PANES] = " Tab Next   Enter Zoom   1-0 F1-10   w Why   Space Freeze   "
	    "l Lessons   ? Help   i Line   q Quit   s States   f Figures   a All   x Bytes",
	[KEYS_ZOOMED] = " q Back   PgUp PgDn Scroll   / Search   n Again   ? Help   "
	    ": Command   i Line   F10 Quit",
	[KEYS_LESSON] = " Tab Next   Enter Zoom   b Again   l Lessons   K Signal   "
	    "1-0 F1-F10   ? Help   i Line   q Quit",
	[KEYS_LESSONS] = " Enter Play   Up Down Lesson   / Search   n Again   q Back   "
	    "Esc Line   F10 Quit",
	[KEYS_MENU] = " Enter Send   Up Down Signal   Left Right Process   Esc Back   "
	    "F10 Quit",
	[KEYS_SEARCH] = " Enter Find   Esc Back   F10 Quit",
	[KEYS_QUESTION] = " y Yes   n No   F10 Quit",
	[KEYS_PAST] = " Space Now   [ ] Event   { } Command   Home End First, last   "
	    "Tab Next   z Zoom   ? Help   i Line   q Quit",
	[KEYS_PAST_LINE] = " Esc Space Now   Esc [ ] Event   Esc { } Command   Tab Panes   "
	    "F1 Help   F10 Quit",
	[KEYS_PAST_ZOOMED] = " q Back   [ ] Event   { } Command   Home End First, last   "
	    "PgUp PgDn Scroll   / Search   F10 Quit",
	[KEYS_RECORDING] = " [ ] Event   { } Command   Home End First, last   Tab Next   "
	    "z Zoom   ? Help   q Quit   / Search",
	[KEYS_RECORDING_LINE] = " Esc [ ] Event   Esc { } Command   Tab Panes   F1 Help   "
	    "F10 Quit",
};

/* In fewer columns, with less between them first: so many blanks in all of them. */
START_TEST(each_mode_has_its_bar)
{
	char bar[TEXT];
	int width = (int)strlen(modes[_i]), keys = 0;
	for (const char *at = modes[_i]; (at = strstr(at, "   ")) != NULL; at += 3)
		keys++;
	for (int blanks = 3; blanks > 0; blanks--, width -= keys) {
		keys_write_mode_bar((enum key_mode)_i, width, bar, sizeof bar);
		ck_assert_uint_eq(strlen(bar), (size_t)width);
		if (blanks == 3)
			ck_assert_str_eq(bar, modes[_i]);
		else
			ck_assert_ptr_null(strstr(bar, "   "));
		ck_assert_int_eq(strstr(bar + 1, "  ") != NULL, blanks > 1);
	}
	keys_write_mode_bar((enum key_mode)_i, width + keys - 1, bar, sizeof bar);
	ck_assert_uint_lt(strlen(bar), (size_t)(width + keys - 1)); /* the last is left out */
	ck_assert_str_ne(bar, "");
	keys_write_mode_bar((enum key_mode)_i, 80, bar, 10);
	ck_assert_uint_lt(strlen(bar), 10);
}
END_TEST

/* What the help tells of has words, and the time keys are among it. */
START_TEST(the_help_s_keys_are_there)
{
	size_t count;
	const struct pane_key *keys = keys_of_panes(&count);
	for (size_t i = 0; i < count; i++)
		ck_assert(keys[i].help != NULL || (keys[i].key == NULL && keys[i].label == NULL &&
		    keys[i].bytes != NULL));
	ck_assert_str_eq(keys[0].key, "Tab");
	ck_assert_str_eq(keys[count - 1].key, "x");
	keys = keys_of_lesson(&count);
	ck_assert_uint_eq(count, 4);
	for (size_t i = 0; i < count; i++)
		ck_assert_ptr_nonnull(keys[i].help);
	keys = keys_of_time(&count);
	ck_assert_str_eq(keys[0].key, "Space");
	ck_assert_str_eq(keys[count - 1].key, "q");
}
END_TEST

/* What each byte does in each mode; a digit, a view's letter and what is no key nothing. */
static const struct {
	enum key_mode mode;
	int byte;
	enum key_action action;
} bytes[] = {
	{KEYS_PANES, '\t', KEY_NEXT}, {KEYS_PANES, '\r', KEY_ENTER}, {KEYS_PANES, '\n', KEY_ENTER},
	{KEYS_PANES, 'z', KEY_ZOOM}, {KEYS_PANES, 'K', KEY_MENU}, {KEYS_PANES, '/', KEY_SEARCH},
	{KEYS_PANES, 'n', KEY_SEARCH_AGAIN}, {KEYS_PANES, 'w', KEY_WHY},
	{KEYS_PANES, 'l', KEY_LESSONS}, {KEYS_PANES, 'b', KEY_LESSON_AGAIN},
	{KEYS_PANES, '?', KEY_HELP}, {KEYS_PANES, ':', KEY_COLON}, {KEYS_PANES, 'i', KEY_LINE},
	{KEYS_PANES, 3, KEY_LINE}, {KEYS_PANES, 'q', KEY_LEAVE}, {KEYS_PANES, 's', KEY_NOTHING},
	{KEYS_PANES, '1', KEY_NOTHING}, {KEYS_PANES, 'k', KEY_NOTHING},
	{KEYS_PANES, 0, KEY_NOTHING}, {KEYS_PANES, -1, KEY_NOTHING},
	{KEYS_PANES, 256 + 'q', KEY_NOTHING}, {KEYS_PANES, ' ', KEY_NOTHING},
	{KEYS_PANES, 27, KEY_NOTHING}, {KEYS_PANES, 'y', KEY_NOTHING},
	{KEYS_MENU, '\r', KEY_SEND}, {KEYS_MENU, '\n', KEY_SEND}, {KEYS_MENU, 27, KEY_MENU_BACK},
	{KEYS_MENU, 'q', KEY_MENU_BACK}, {KEYS_MENU, 3, KEY_MENU_BACK},
	{KEYS_MENU, 'y', KEY_NOTHING}, {KEYS_MENU, 0, KEY_NOTHING},
	{KEYS_SEARCH, '\r', KEY_FIND}, {KEYS_SEARCH, '\n', KEY_FIND},
	{KEYS_SEARCH, 27, KEY_SEARCH_BACK}, {KEYS_SEARCH, 3, KEY_SEARCH_BACK},
	{KEYS_SEARCH, '\b', KEY_ERASE}, {KEYS_SEARCH, 127, KEY_ERASE},
	{KEYS_SEARCH, 'q', KEY_NOTHING}, {KEYS_SEARCH, 128, KEY_NOTHING},
	{KEYS_QUESTION, 'y', KEY_YES}, {KEYS_QUESTION, 'Y', KEY_YES}, {KEYS_QUESTION, 'n', KEY_NO},
	{KEYS_QUESTION, 'N', KEY_NO}, {KEYS_QUESTION, 27, KEY_NO}, {KEYS_QUESTION, 3, KEY_NO},
	{KEYS_QUESTION, '\r', KEY_NOTHING}, {KEYS_QUESTION, 'q', KEY_NOTHING},
	{KEYS_PAST, ' ', KEY_FREEZE}, {KEYS_PAST, '[', KEY_EVENT_BACK},
	{KEYS_PAST, ']', KEY_EVENT_ON}, {KEYS_PAST, '{', KEY_COMMAND_BACK},
	{KEYS_PAST, '}', KEY_COMMAND_ON}, {KEYS_PAST, 'q', KEY_NOTHING},
	{KEYS_PAST, 27, KEY_NOTHING},
};

START_TEST(bytes_do_what_the_table_says)
{
	for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
		ck_assert_msg(keys_action(bytes[i].mode, bytes[i].byte) == bytes[i].action,
		    "mode %d, %d", (int)bytes[i].mode, bytes[i].byte);
}
END_TEST

/* No bar of the panes or of time shows a letter that does nothing there: the words before
 * the last of each entry are its keys. */
START_TEST(no_bar_shows_a_key_that_does_nothing)
{
	static const char views[] = "sfax";
	static const enum key_mode shown[] = {KEYS_PANES, KEYS_ZOOMED, KEYS_LESSON, KEYS_LESSONS,
	    KEYS_PAST, KEYS_PAST_ZOOMED, KEYS_RECORDING};
	enum key_mode mode = shown[_i];
	size_t letters = 0;
	for (const char *at = modes[mode]; *at != '\0'; at++) {
		bool alone = at > modes[mode] && at[-1] == ' ' && at[1] == ' ';
		if (!alone || *at == ' ')
			continue;
		letters++;
		ck_assert_msg(keys_action(KEYS_PANES, *at) != KEY_NOTHING ||
		    keys_action(KEYS_PAST, *at) != KEY_NOTHING || strchr(views, *at) != NULL,
		    "mode %d, %c", (int)mode, *at);
	}
	ck_assert_uint_ge(letters, 3);
}
END_TEST

/* Whom the menu opens on. */
static const struct {
	void (*tell)(struct moment *moment);
	pid_t wanted, pid;
} choices[] = {
	{connected, 0, CHILD_PID + 1}, {connected, SERVER_PID, SERVER_PID},
	{connected, CLIENT_PID, CLIENT_PID}, {connected, 77, CHILD_PID + 1},
	{child_killed, 0, CHILD_PID + 1}, {server_killed, SERVER_PID, CHILD_PID + 1},
	{all_killed, 0, 0}, {all_killed, CHILD_PID + 1, 0}, {nothing_yet, 0, 0},
	{nothing_yet, 7, 0},
};

START_TEST(the_menu_opens_on_a_process_that_is_there)
{
	struct menu menu = {.selected = 5, .pid = 9};
	struct moment moment;
	choices[_i].tell(&moment);
	ck_assert_int_eq(menu_open(&menu, &moment, choices[_i].wanted), choices[_i].pid != 0);
	ck_assert_int_eq(menu.is_open, choices[_i].pid != 0);
	ck_assert_int_eq(menu.pid, choices[_i].pid);
	ck_assert_uint_eq(menu.selected, 0);
	moment_release(&moment);
}
END_TEST

/* Without a connection: the server, then the client, then whoever runs. */
START_TEST(the_menu_falls_back)
{
	struct menu menu;
	struct moment moment;
	fixture_begin(&moment, 0);
	ck_assert(menu_open(&menu, &moment, 0));
	ck_assert_int_eq(menu.pid, SERVER_PID);
	fixture_fold(&moment, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED, 9));
	ck_assert(menu_open(&menu, &moment, 0));
	ck_assert_int_eq(menu.pid, CLIENT_PID);
	fixture_fold(&moment, fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_REAPED, 9));
	ck_assert(!menu_open(&menu, &moment, 0));
	fixture_fold(&moment, fixture_process(ROLE_OTHER, 55, 0, PROCESS_STARTED, -1));
	ck_assert(menu_open(&menu, &moment, 0));
	ck_assert_int_eq(menu.pid, 55);
	moment_release(&moment);
}
END_TEST

/* Left and right go from process to process, around, past those that have ended. */
START_TEST(the_menu_walks_the_processes)
{
	static const pid_t order[] = {SERVER_PID, CLIENT_PID, CHILD_PID + 1, CHILD_PID + 3};
	struct menu menu;
	struct moment moment;
	fixture_begin(&moment, 3);
	fixture_fold(&moment, fixture_child(2, PROCESS_REAPED, 9));
	ck_assert(menu_open(&menu, &moment, SERVER_PID));
	for (int i = 1; i <= 8; i++) {
		menu_walk(&menu, &moment, WALK_RIGHT);
		ck_assert_int_eq(menu.pid, order[i % 4]);
	}
	for (int i = 7; i >= 0; i--) {
		menu_walk(&menu, &moment, WALK_LEFT);
		ck_assert_int_eq(menu.pid, order[i % 4]);
	}
	ck_assert_uint_eq(menu.selected, 0);
	moment_release(&moment);
}
END_TEST

START_TEST(the_only_process_stays)
{
	struct menu menu;
	struct moment moment;
	moment_init(&moment);
	fixture_fold(&moment, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1));
	ck_assert(menu_open(&menu, &moment, 0));
	menu_walk(&menu, &moment, WALK_RIGHT);
	ck_assert_int_eq(menu.pid, SERVER_PID);
	fixture_fold(&moment, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED, 9));
	menu_walk(&menu, &moment, WALK_LEFT);
	ck_assert_int_eq(menu.pid, SERVER_PID); /* gone, and nobody else's number */
	moment_release(&moment);
}
END_TEST

/* Each signal once, by a name that the command knows, to the process that is chosen. */
START_TEST(the_menu_names_each_signal)
{
	static const int order[] = {SIGKILL, SIGTERM, SIGSTOP, SIGCONT, SIGINT, SIGHUP,
	    SIGQUIT, SIGPIPE, SIGCHLD, SIGALRM, SIGUSR1, SIGUSR2, SIGSEGV, SIGABRT};
	enum { COUNT = sizeof order / sizeof *order };
	struct menu menu = {.pid = 4194303};
	struct moment moment;
	char command[64], wanted[64];
	moment_init(&moment);
	for (size_t i = 0; i <= COUNT; i++) {
		snprintf(wanted, sizeof wanted, "kill pid:4194303 %s",
		    signal_name(order[i % COUNT]));
		menu_command(&menu, command, sizeof command);
		ck_assert_str_eq(command, wanted);
		menu_walk(&menu, &moment, i % 2 == 0 ? WALK_DOWN : WALK_PAGE_DOWN);
	}
	menu_walk(&menu, &moment, WALK_FIRST);
	ck_assert_uint_eq(menu.selected, 0);
	menu_walk(&menu, &moment, WALK_UP);
	ck_assert_uint_eq(menu.selected, COUNT - 1);
	menu_walk(&menu, &moment, WALK_PAGE_UP);
	ck_assert_uint_eq(menu.selected, COUNT - 2);
	menu_walk(&menu, &moment, WALK_LAST);
	ck_assert_uint_eq(menu.selected, COUNT - 1);
	moment_release(&moment);
}
END_TEST

Suite *
screen_keys_suite(void)
{
	Suite *suite = suite_create("screen keys");
	TCase *keys = tcase_create("keys"), *menu = tcase_create("menu");
	tcase_add_loop_test(keys, the_bar_has_the_keys_that_work, 0,
	    sizeof bars / sizeof *bars);
	tcase_add_test(keys, a_narrow_bar_keeps_what_is_wanted_most);
	tcase_add_test(keys, a_key_that_does_not_work_says_why);
	tcase_add_test(keys, f4_starts_a_server_or_starts_it_again);
	tcase_add_test(keys, a_command_has_the_name_of_its_key);
	tcase_add_loop_test(keys, each_mode_has_its_bar, 0, KEY_MODES);
	tcase_add_test(keys, the_help_s_keys_are_there);
	tcase_add_test(keys, bytes_do_what_the_table_says);
	tcase_add_loop_test(keys, no_bar_shows_a_key_that_does_nothing, 0, 7);
	tcase_add_loop_test(menu, the_menu_opens_on_a_process_that_is_there, 0,
	    sizeof choices / sizeof *choices);
	tcase_add_test(menu, the_menu_falls_back);
	tcase_add_test(menu, the_menu_walks_the_processes);
	tcase_add_test(menu, the_only_process_stays);
	tcase_add_test(menu, the_menu_names_each_signal);
	suite_add_tcase(suite, keys);
	suite_add_tcase(suite, menu);
	return suite;
}
