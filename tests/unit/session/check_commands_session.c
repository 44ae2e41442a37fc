/* Showing, waiting, asking, starting again, leaving. */
#include "bare_session.h"
#include "command.h"
#include "suites.h"
#include "victim.h"
#include "client.h"
#include "server_state.h"

/* Larger than any kernel.pid_max (proc(5)): no process has it. */
enum { BEYOND_PID_MAX = 4194304 + 1 };

static const struct { const char *line; enum event_type type; } snapshots[] = {
	{"show sockets", EVENT_SOCKETS}, {"show processes", EVENT_PROCESSES},
	{"show connections", EVENT_CONNECTIONS}, {"show errno", EVENT_ERRNO},
	{"show dispositions", EVENT_DISPOSITIONS}, {"show details", EVENT_CONNECTIONS},
	{"show states", EVENT_CONNECTIONS}, {"show figures", EVENT_CONNECTIONS},
	{"show bytes", EVENT_CONNECTIONS},
};

START_TEST(a_snapshot_waits_for_the_table)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	bare_run(session, snapshots[_i].line);
	ck_assert_uint_eq(bare_count(session, snapshots[_i].type), 0);
	ck_assert(bare_is_running(session));
	ck_assert_int_eq(session->running.deadline,
	    session->running.begun_at + SECONDS(1)); /* it is not waited for longer */
	socket_watch_read(session->world.sockets);
	runner_step(session);
	ck_assert(!bare_is_running(session));
	ck_assert_uint_eq(bare_count(session, snapshots[_i].type), 1);
	ck_assert(!session_has_failed(session));
	bare_close(session);
}
END_TEST

START_TEST(a_table_that_cannot_be_read_holds_no_snapshot_up)
{
	struct session *session = bare_open(4096);
	bare_run(session, "show sockets");
	session->running.deadline = 0;
	runner_step(session);
	ck_assert_uint_eq(bare_count(session, EVENT_SOCKETS), 1);
	bare_close(session);
}
END_TEST

START_TEST(settings_are_tcpservs)
{
	struct session *session = bare_open(4096);
	socket_watch_read(session->world.sockets);
	bare_run(session, "show settings");
	bare_later(session, SECONDS(60));
	bare_said(session, EVENT_NOTE, "settings are tcpserv's, and the server here is another "
	    "one");
	ck_assert_uint_eq(bare_count(session, EVENT_SETTINGS), 0);
	session->world.server.ours = true;
	bare_run(session, "show settings");
	bare_later(session, SECONDS(60));
	bare_said(session, EVENT_SETTINGS, "reap=waitpid");
	bare_close(session);
}
END_TEST

START_TEST(dispositions_are_of_those_that_run)
{
	struct session *session = bare_open(4096);
	struct victim ended = victim_start();
	signal(SIGUSR1, SIG_IGN);
	bare_tell(session, fixture_start("local"));
	bare_follow(session, getpid(), ROLE_CLIENT, 0);
	bare_follow(session, ended.pid, ROLE_SERVER, 0);
	process_watch_reaped(session->world.processes, ended.pid, 0, 1, 0);
	bare_tell(session, fixture_process(ROLE_CHILD, BEYOND_PID_MAX, 1, PROCESS_FORKED,
	    -1));
	bare_run(session, "show dispositions");
	bare_later(session, SECONDS(60));
	const struct event *event = bare_last(session, EVENT_DISPOSITIONS);
	ck_assert_uint_eq(event->dispositions.count, 1);
	ck_assert_int_eq(event->dispositions.rows[0].pid, getpid());
	ck_assert_int_eq(event->dispositions.rows[0].role, ROLE_CLIENT);
	ck_assert_uint_ne(event->dispositions.rows[0].signals.ignored &
	    VICTIM_BIT(SIGUSR1), 0);
	victim_end(&ended);
	bare_close(session);
}
END_TEST

START_TEST(why_is_answered_once_the_tables_were_read)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	bare_run(session, "show why TIME_WAIT");
	ck_assert_uint_eq(bare_count(session, EVENT_WHY), 0);
	bare_later(session, SECONDS(60));
	ck_assert_str_eq(bare_last(session, EVENT_WHY)->text, "TIME_WAIT");
	bare_run(session, "show why"); /* nothing has failed: that is no error */
	bare_later(session, SECONDS(60));
	ck_assert(!session_has_failed(session));
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 1);
	bare_refuses(session, "show why NOSUCH", "show why wants nothing");
	bare_run(session, "show why client 7");
	bare_later(session, SECONDS(60));
	ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 2);
	ck_assert_uint_eq(bare_count(session, EVENT_WHY), 1);
	bare_close(session);
}
END_TEST

/* What the screen was asked to show, and whether it can. */
static char shown[64];
static bool can_show;

static bool
show(void *context, const char *what)
{
	(void)context;
	snprintf(shown, sizeof shown, "%s", what);
	return can_show;
}

START_TEST(on_a_screen_its_pane_is_zoomed)
{
	struct session *session = bare_open(4096);
	session_show_by(session, show, NULL);
	can_show = true;
	bare_run(session, "show processes");
	ck_assert_str_eq(shown, "processes");
	bare_later(session, SECONDS(60));
	bare_run(session, "show why EPIPE");
	ck_assert_str_eq(shown, "why EPIPE");
	socket_watch_read(session->world.sockets);
	runner_step(session);
	ck_assert(!bare_is_running(session));
	ck_assert_uint_eq(bare_count(session, EVENT_WHY), 0);
	bare_run(session, "lessons");
	ck_assert_str_eq(shown, "lessons");
	bare_run(session, "help");
	ck_assert_str_eq(shown, "help");
	bare_run(session, "show all");
	ck_assert_str_eq(shown, "all");
	ck_assert(!bare_is_running(session));
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	can_show = false;
	bare_run(session, "show why EPIPE");
	bare_later(session, SECONDS(60));
	ck_assert_uint_eq(bare_count(session, EVENT_WHY), 1);
	bare_close(session);
}
END_TEST

START_TEST(all_sockets_are_waited_for_five_seconds)
{
	struct session *session = bare_open(4096);
	bare_run(session, "show all");
	ck_assert(bare_is_running(session));
	ck_assert_int_eq(session->running.deadline, session->running.begun_at + SECONDS(5));
	bare_await(session);
	ck_assert_uint_eq(bare_count(session, EVENT_ALL), 1);
	bare_run(session, "show all");
	session->running.deadline = 0;
	runner_step(session);
	ck_assert(!bare_is_running(session));
	bare_close(session);
}
END_TEST

START_TEST(help_is_the_table)
{
	struct session *session = bare_open(4096);
	size_t count;
	const struct command *table = command_table(&count);
	bare_run(session, "help");
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), count);
	char wanted[512];
	snprintf(wanted, sizeof wanted, "%s: %s", table[count - 1].name,
	    table[count - 1].help); /* which has no arguments */
	ck_assert_str_eq(bare_last(session, EVENT_NOTE)->text, wanted);
	const struct event *first = log_event(session->world.log, 1);
	snprintf(wanted, sizeof wanted, "%s %s: %s", table[0].name, table[0].arguments,
	    table[0].help);
	ck_assert_str_eq(first->text, wanted);
	bare_close(session);
}
END_TEST

START_TEST(lessons_that_are_not_there_are_an_error)
{
	struct session *session = bare_open(4096);
	setenv("XDG_DATA_HOME", "/nowhere", 1);
	bare_refuses(session, "lessons", "there are no scenarios beside this program");
	snprintf(session->world.directory, sizeof session->world.directory, ".");
	bare_run(session, "lessons");
	ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 1);
	ck_assert_uint_gt(bare_count(session, EVENT_NOTE), 3);
	ck_assert_ptr_nonnull(strstr(bare_last(session, EVENT_NOTE)->text, ", UNP "));
	bare_close(session);
}
END_TEST

START_TEST(a_wait_is_as_long_as_it_says)
{
	struct session *session = bare_open(4096);
	bare_run(session, "wait 1.5");
	ck_assert_int_eq(session->running.deadline - session->running.begun_at,
	    MILLISECONDS(1500));
	session->running.deadline = loop_now(session->world.loop) + SECONDS(60);
	runner_step(session);
	ck_assert(bare_is_running(session));
	session->running.deadline = loop_now(session->world.loop);
	runner_step(session);
	ck_assert(!bare_is_running(session));
	bare_run(session, "wait 0");
	ck_assert(!bare_is_running(session));
	bare_refuses(session, "wait", "wait wants seconds");
	bare_refuses(session, "wait -1", "wait wants seconds");
	bare_close(session);
}
END_TEST

/* Questions, and how they are read. */
static const struct {
	const char *line, *question, *answers;
	unsigned answer;
} asks[] = {
	{"ask Who? | I | You = 2", "Who?", "I\nYou", 2},
	{"ask Who?|I|You=1", "Who?", "I\nYou", 1},
	{"ask  Who is it?  |  you  there |\tno one \t| c = 3", "Who is it?",
	    "you  there\nno one\nc", 3},
	{"ask x | a = b | c = 2", "x", "a = b\nc", 2},
	{"ask x | | b = 1", "x", "\nb", 1},
};

START_TEST(a_question_is_read)
{
	struct session *session = bare_open(4096);
	bare_run(session, asks[_i].line);
	const struct event *event = bare_last(session, EVENT_ASK);
	ck_assert_str_eq(event->text, asks[_i].question);
	ck_assert_str_eq(event->detail, asks[_i].answers);
	ck_assert_uint_eq(event->ask.answer, asks[_i].answer);
	ck_assert_uint_eq(event->ask.chosen, 0);
	ck_assert(!bare_is_running(session)); /* nobody is there who could answer */
	ck_assert_uint_eq(bare_count(session, EVENT_ASK), 1);
	bare_close(session);
}
END_TEST

START_TEST(a_wrong_question_is_refused)
{
	static const char *const lines[] = {"ask", "ask Who?", "ask Who? | I = 1",
		"ask Who? | I | You", "ask Who? | I | You = 0", "ask Who? | I | You = 3",
		"ask Who? | I | You = x", "ask Who? | I | You = 1 x", "ask = | a | b",
		"ask a = 1 | b | c"};
	struct session *session = bare_open(4096);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		bare_refuses(session, lines[i], "ask wants TEXT | ANSWER | ANSWER... = N");
	ck_assert_uint_eq(bare_count(session, EVENT_ASK), 0);
	bare_close(session);
}
END_TEST

START_TEST(the_room_chooses)
{
	struct session *session = bare_open(4096);
	session_room_by(session, true);
	session->chosen = 2; /* of an earlier question */
	bare_run(session, "ask Who? | I | You = 2");
	ck_assert(bare_is_running(session));
	bare_later(session, SECONDS(3600)); /* it takes the time it takes */
	ck_assert(bare_is_running(session));
	timer_stop(session->world.tick);
	session_choose(session, 1);
	ck_assert(timer_is_running(session->world.tick));
	runner_step(session);
	ck_assert(!bare_is_running(session));
	const struct event *event = bare_last(session, EVENT_ASK);
	ck_assert_uint_eq(event->ask.chosen, 1);
	ck_assert_uint_eq(event->ask.answer, 2);
	ck_assert_str_eq(event->text, "Who?");
	ck_assert_uint_eq(bare_count(session, EVENT_ASK), 2);
	session_room_by(session, false);
	bare_run(session, "ask Who? | I | You = 2");
	ck_assert(!bare_is_running(session));
	bare_close(session);
}
END_TEST

START_TEST(the_narrator_speaks)
{
	struct session *session = bare_open(4096);
	bare_run(session, "say  \" Look  here. \"");
	ck_assert_str_eq(bare_last(session, EVENT_SAY)->text, " Look  here. ");
	bare_run(session, "say");
	ck_assert_str_eq(bare_last(session, EVENT_SAY)->text, "");
	bare_close(session);
}
END_TEST

/* What play was asked for. */
static bool
play(void *context, const char *name, char *error)
{
	snprintf(context, 64, "%s", name);
	snprintf(error, SESSION_ERROR, "no such lesson");
	return strcmp(name, "bad") != 0;
}

START_TEST(a_lesson_is_played_by_the_screen)
{
	struct session *session = bare_open(4096);
	char name[64] = "", error[SESSION_ERROR];
	bare_refuses(session, "play zombies",
	    "play wants a screen; without one: tcpconsole --headless --play zombies");
	session_play_by(session, play, name);
	bare_run(session, "play a/b c.scenario \t");
	ck_assert_str_eq(name, "a/b c.scenario");
	bare_refuses(session, "play", "play wants a lesson's name");
	bare_refuses(session, "play bad", "no such lesson");
	ck_assert(!runner_check("play zombies", error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "play stands in no scenario"));
	bare_close(session);
}
END_TEST

START_TEST(a_reset_forgets_what_was_set)
{
	struct session *session = bare_open(4096);
	static const char *const lines[] = {"client sigpipe catch", "client timeout 3",
	    "client keepalive 7", "client byte_order big", "client long 32",
	    "client reads always", "client on-eof exit"};
	bare_guard(session);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		bare_run(session, lines[i]);
	settings_set(&session->world.server.initial, "backlog=7", NULL, 0);
	settings_set(&session->world.server.settings, "reap=wait", NULL, 0);
	session->world.server.ours = true;
	bare_run(session, "reset");
	ck_assert_str_eq(settings_get(&session->world.server.settings, "reap"), "waitpid");
	ck_assert_str_eq(settings_get(&session->world.server.settings, "backlog"), "7");
	ck_assert_uint_eq(session->world.client.order_serial, 0); /* the new one is told nothing */
	ck_assert(session->world.client.starting);
	ck_assert_uint_eq(session->world.client.start_serial, 2);
	ck_assert_uint_eq(session->world.server.start_serial, 1);
	bare_said(session, EVENT_SETTINGS, "backlog=7");
	ck_assert_uint_eq(bare_count(session, EVENT_HOST), 0);
	ck_assert(bare_is_running(session));
	session->world.client.starting = false;
	runner_step(session);
	ck_assert(bare_is_running(session)); /* the server does not listen yet */
	session->world.server.starting = false;
	runner_step(session);
	ck_assert(!bare_is_running(session));
	bare_close(session);
}
END_TEST

START_TEST(a_reset_brings_the_host_up)
{
	struct session *session = bare_open(4096);
	bare_guard(session);
	bare_tell(session, fixture_start("local"));
	bare_tell(session, fixture_host(_i == 0 ? HOST_CRASHED : HOST_UNPLUGGED));
	bare_run(session, "reset");
	ck_assert_int_eq(bare_last(session, EVENT_HOST)->host.what, HOST_UP);
	ck_assert_uint_eq(bare_count(session, EVENT_HOST), 2);
	ck_assert_uint_eq(bare_count(session, EVENT_SETTINGS), 0); /* no server of ours */
	ck_assert_uint_eq(session->world.server.start_serial, 0);
	bare_close(session);
}
END_TEST

START_TEST(a_reset_waits_until_nobody_is_left)
{
	struct session *session = bare_open(4096);
	struct victim server = victim_start();
	bare_guard(session);
	bare_tell(session, fixture_start("local"));
	session->world.server.ours = true;
	bare_follow(session, server.pid, ROLE_SERVER, 0);
	bare_run(session, "reset");
	ck_assert(!victim_answers(&server));
	ck_assert(bare_is_running(session));
	ck_assert_uint_eq(session->world.client.start_serial, 0);
	process_watch_reaped(session->world.processes, server.pid, SIGKILL, 1, 0);
	server_ended(&session->world);
	session->world.server.starting = true; /* one is just being started */
	runner_step(session);
	ck_assert_uint_eq(session->world.client.start_serial, 0);
	session->world.server.starting = false;
	runner_step(session);
	ck_assert_uint_ne(session->world.client.start_serial, 0);
	victim_end(&server);
	bare_close(session);
}
END_TEST

START_TEST(the_client_leaves_first)
{
	struct session *session = bare_open(4096);
	struct victim client = victim_start();
	bare_guard(session);
	bare_tell(session, fixture_start("local"));
	int program = bare_client(session);
	bare_follow(session, client.pid, ROLE_CLIENT, 0);
	bare_run(session, "quit");
	ck_assert(!victim_answers(&client));
	ck_assert(!session_has_ended(session));
	ck_assert_int_gt(launcher_guard(session->world.launcher), 0);
	ck_assert_int_eq(session->running.deadline - session->running.begun_at, SECONDS(1));
	session->running.deadline += SECONDS(60);
	runner_step(session);
	ck_assert(!session_has_ended(session));
	client_ended(&session->world);
	runner_step(session);
	ck_assert(session_has_ended(session));
	ck_assert_int_eq(launcher_guard(session->world.launcher), 0);
	ck_assert_ptr_null(moment_process(session_now(session), client.pid));
	close(program);
	victim_end(&client);
	bare_close(session);
}
END_TEST

START_TEST(a_client_that_stays_holds_no_end_up)
{
	struct session *session = bare_open(4096);
	bare_guard(session);
	int program = bare_client(session);
	bare_run(session, "quit");
	session->running.deadline = 0;
	runner_step(session);
	ck_assert(session_has_ended(session));
	close(program);
	bare_close(session);
}
END_TEST

START_TEST(what_is_only_checked_is_not_done)
{
	static const char *const good[] = {"show all", "show details", "show why", "show why EPIPE",
		"wait 3600", "say x", "ask a | b | c = 1", "lessons", "help", "reset", "quit"};
	static const char *const bad[] = {"show", "show nothing", "show why nothing", "wait",
		"ask a"};
	char error[SESSION_ERROR];
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert_msg(runner_check(good[i], error, sizeof error), "%s: %s", good[i],
		    error);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!runner_check(bad[i], error, sizeof error), "%s", bad[i]);
}
END_TEST

Suite *
commands_session_suite(void)
{
	Suite *suite = suite_create("commands_session");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, a_snapshot_waits_for_the_table, 0,
	    sizeof snapshots / sizeof *snapshots);
	tcase_add_test(all, a_table_that_cannot_be_read_holds_no_snapshot_up);
	tcase_add_test(all, settings_are_tcpservs);
	tcase_add_test(all, dispositions_are_of_those_that_run);
	tcase_add_test(all, why_is_answered_once_the_tables_were_read);
	tcase_add_test(all, on_a_screen_its_pane_is_zoomed);
	tcase_add_test(all, all_sockets_are_waited_for_five_seconds);
	tcase_add_test(all, help_is_the_table);
	tcase_add_test(all, lessons_that_are_not_there_are_an_error);
	tcase_add_test(all, a_wait_is_as_long_as_it_says);
	tcase_add_loop_test(all, a_question_is_read, 0, sizeof asks / sizeof *asks);
	tcase_add_test(all, a_wrong_question_is_refused);
	tcase_add_test(all, the_room_chooses);
	tcase_add_test(all, the_narrator_speaks);
	tcase_add_test(all, a_lesson_is_played_by_the_screen);
	tcase_add_test(all, a_reset_forgets_what_was_set);
	tcase_add_loop_test(all, a_reset_brings_the_host_up, 0, 2);
	tcase_add_test(all, a_reset_waits_until_nobody_is_left);
	tcase_add_test(all, the_client_leaves_first);
	tcase_add_test(all, a_client_that_stays_holds_no_end_up);
	tcase_add_test(all, what_is_only_checked_is_not_done);
	suite_add_tcase(suite, all);
	return suite;
}
