/* What the commands do to the server, its children and the client: processes of the
 * test play them, and tell which signals they were sent. */
#include "bare_session.h"
#include "server_command.h"
#include "suites.h"
#include "victim.h"
#include "client.h"
#include "server_state.h"

#include <sys/socket.h>
#include <sys/stat.h>

#define TERM_BIT VICTIM_BIT(SIGTERM)

/* A session that owns its server, which is the victim. */
static struct session *
open_served(struct victim *victim)
{
	struct session *session = bare_open(4096);
	bare_guard(session);
	session->world.server.ours = true;
	bare_connections(session, 0);
	*victim = victim_start();
	bare_follow(session, victim->pid, ROLE_SERVER, 0);
	session->world.server.listening = true;
	return session;
}

static void
close_served(struct session *session, const struct victim *victim)
{
	victim_end(victim);
	bare_close(session);
}

/* The running command began so long ago. */
static void
began(struct session *session, int64_t ago)
{
	session->running.begun_at = loop_now(session->world.loop) - ago;
	session->running.deadline = session->running.begun_at + SECONDS(3600);
	runner_step(session);
}

static const struct { const char *line; uint64_t sent; } sent[] = {
	{"server stop", VICTIM_BIT(SIGTERM)},
	{"server resume", VICTIM_BIT(SIGCONT)},
	/* a paused one is to die of it */
	{"server restart", VICTIM_BIT(SIGTERM) | VICTIM_BIT(SIGCONT)},
	{"server set reap=wait", VICTIM_BIT(SIGTERM) | VICTIM_BIT(SIGCONT)},
	{"kill server TERM", VICTIM_BIT(SIGTERM)},
	{"kill server 1", VICTIM_BIT(SIGHUP)},
	{"kill server SIGUSR2", VICTIM_BIT(SIGUSR2)},
};

START_TEST(the_server_is_sent_what_the_line_says)
{
	struct victim victim;
	struct session *session = open_served(&victim);
	bare_run(session, sent[_i].line);
	ck_assert_uint_eq(victim_was_sent(&victim), sent[_i].sent);
	ck_assert(victim_answers(&victim));
	ck_assert_uint_eq(bare_count(session, EVENT_SIGNAL), 1);
	ck_assert_int_eq(bare_last(session, EVENT_SIGNAL)->signal.by, BY_USER);
	ck_assert(!session_has_failed(session));
	close_served(session, &victim);
}
END_TEST

START_TEST(it_stands_still_and_goes_on)
{
	struct victim victim;
	struct session *session = open_served(&victim);
	bare_run(session, "server pause");
	bare_await(session);
	ck_assert_int_eq(process_watch_state(victim.pid), 'T');
	bare_run(session, "server resume");
	bare_await(session);
	ck_assert_int_ne(process_watch_state(victim.pid), 'T');
	bare_run(session, "kill server STOP");
	bare_await(session);
	ck_assert_int_eq(process_watch_state(victim.pid), 'T');
	bare_run(session, "kill server CONT");
	bare_await(session);
	ck_assert(victim_answers(&victim));
	close_served(session, &victim);
}
END_TEST

START_TEST(a_killed_one_is_waited_for)
{
	struct victim victim;
	struct session *session = open_served(&victim);
	bare_run(session, "kill server");
	bare_await(session);
	ck_assert_int_eq(process_watch_state(victim.pid), 'Z');
	close_served(session, &victim);
}
END_TEST

START_TEST(a_killed_client_is_heard_of)
{
	struct victim victim;
	struct session *session = open_served(&victim);
	struct victim client = victim_start();
	bare_follow(session, client.pid, ROLE_CLIENT, 0);
	bare_run(session, "kill client");
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	while (process_watch_state(client.pid) != 'Z')
		ck_assert_int_lt(loop_now(session->world.loop), end);
	runner_step(session);
	ck_assert(bare_is_running(session)); /* until its connections are closed */
	client_ended(&session->world);
	runner_step(session);
	ck_assert(!bare_is_running(session));
	victim_end(&client);
	close_served(session, &victim);
}
END_TEST

static const struct { const char *line, *words; bool down; } refused[] = {
	{"server start", "the server runs already, PID", false},
	{"server stop", "the server does not run: server start", true},
	{"server pause", "does not run", true}, {"server resume", "does not run", true},
	{"kill server", "the server does not run: server start", true},
	{"kill server NOSUCH", "no signal \"NOSUCH\"", false},
	{"kill server TERM KILL", "\"KILL\" is too much behind the signal", false},
	{"kill server 0", "no signal \"0\"", false},
	{"kill client", "the client does not run: client start, or connect", false},
	{"kill", "kill wants child, server, client or pid:PID", false},
	{"kill pid:", "kill wants", false}, {"kill pid:0", "kill wants", false},
	{"kill pid:-5", "kill wants", false}, {"kill pid:1x", "kill wants", false},
	{"kill child", "there is no connection 0: connect", false},
	{"kill child 7", "there is no connection 7", false},
	{"kill child pid:x", "\"pid:x\" is no PID", false},
	{"kill child pid:0 TERM", "\"pid:0\" is no PID", false},
	{"kill child TERM x", "\"x\" is too much", false},
	{"server set", "server set wants KEY=VALUE", false},
	{"server set reap", "KEY=VALUE", false},
	{"server set reap=wait foo=1", "no setting \"foo\"", false},
};

START_TEST(a_wrong_line_signals_nobody)
{
	struct victim victim;
	struct session *session = open_served(&victim);
	struct settings before = session->world.server.settings;
	if (refused[_i].down)
		session->world.server.pid = 0;
	bare_refuses(session, refused[_i].line, refused[_i].words);
	ck_assert_uint_eq(victim_was_sent(&victim), 0);
	ck_assert(victim_answers(&victim));
	ck_assert_mem_eq(&session->world.server.settings, &before, sizeof before);
	close_served(session, &victim);
}
END_TEST

START_TEST(a_host_that_is_down_has_no_server)
{
	static const char *const lines[] = {"server start", "server restart"};
	struct victim victim;
	struct session *session = open_served(&victim);
	bare_tell(session, fixture_host(HOST_CRASHED));
	for (int i = 0; i < 2; i++)
		bare_refuses(session, lines[i], "the server's host is down: host reboot");
	bare_run(session, "server set reap=wait backlog=7");
	bare_said(session, EVENT_NOTE, "the settings count from host reboot on");
	ck_assert_str_eq(settings_get(&session->world.server.settings, "reap"), "wait");
	ck_assert_str_eq(settings_get(&session->world.server.settings, "backlog"), "7");
	bare_tell(session, fixture_host(HOST_UP));
	session->world.host.phase = PHASE_GRACE;
	for (int i = 0; i < 2; i++)
		bare_refuses(session, lines[i], "the server's host is not up: host reboot");
	session->world.host.phase = PHASE_NONE;
	ck_assert_uint_eq(victim_was_sent(&victim), 0);
	close_served(session, &victim);
}
END_TEST

START_TEST(a_server_of_the_users_takes_no_settings)
{
	static const char *const command[] = {"./myserver", NULL};
	struct victim victim;
	struct session *session = open_served(&victim);
	session->world.server.command = server_command_new(command, 9877);
	bare_refuses(session, "server set reap=wait", "this server, ./myserver, takes its "
	    "settings");
	ck_assert_str_eq(settings_get(&session->world.server.settings, "reap"), "waitpid");
	ck_assert_uint_eq(victim_was_sent(&victim), 0);
	session->world.options.no_server = true;
	session->world.server.ours = false;
	bare_refuses(session, "server start", "with --no-server the console starts none");
	close_served(session, &victim);
}
END_TEST

START_TEST(one_that_does_not_end_is_told_before_its_time_is_over)
{
	struct victim victim;
	struct session *session = open_served(&victim);
	bare_run(session, "server stop");
	ck_assert_int_eq(session->running.deadline - session->running.begun_at, SECONDS(5));
	began(session, SECONDS(4));
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	began(session, MILLISECONDS(4901));
	bare_said(session, EVENT_NOTE, "blocks SIGTERM: kill server ends it, server restart "
	    "after 2 s too");
	began(session, SECONDS(6)); /* told once */
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 1);
	ck_assert(bare_is_running(session));
	ck_assert(victim_answers(&victim));
	session->world.server.pid = 0;
	runner_step(session);
	ck_assert(!bare_is_running(session));
	close_served(session, &victim);
}
END_TEST

START_TEST(a_restart_comes_about_by_force)
{
	struct victim victim;
	struct session *session = open_served(&victim);
	bare_run(session, "server restart");
	began(session, SECONDS(1));
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	ck_assert(victim_answers(&victim));
	began(session, MILLISECONDS(2001));
	bare_said(session, EVENT_NOTE, "blocks SIGTERM: after 2 s SIGKILL ends it");
	ck_assert(!victim_answers(&victim));
	ck_assert_int_eq(bare_last(session, EVENT_SIGNAL)->signal.number, SIGKILL);
	began(session, SECONDS(3));
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 1);
	ck_assert(bare_is_running(session));
	ck_assert(!session->world.server.starting);
	session->world.server.pid = 0;
	session->world.server.listening = false;
	runner_step(session); /* now the new one is begun */
	ck_assert(session->world.server.starting);
	ck_assert(bare_is_running(session));
	session->world.server.starting = false;
	session->world.server.listening = true;
	runner_step(session);
	ck_assert(!bare_is_running(session));
	close_served(session, &victim);
}
END_TEST

START_TEST(one_that_was_down_is_started)
{
	static const char *const lines[] = {"server start", "server restart",
	    "server set reap=wait"};
	struct victim victim;
	struct session *session = open_served(&victim);
	session->world.server.pid = 0;
	bare_run(session, lines[_i]);
	ck_assert(session->world.server.starting);
	ck_assert(!session->world.server.listening);
	ck_assert(bare_is_running(session));
	ck_assert_uint_eq(session->world.server.start_serial, 1);
	session->world.server.starting = false;
	runner_step(session); /* it ended before it listened */
	ck_assert(!bare_is_running(session));
	ck_assert_uint_eq(victim_was_sent(&victim), 0);
	close_served(session, &victim);
}
END_TEST

START_TEST(one_that_is_gone_is_waited_for)
{
	struct victim victim;
	struct session *session = open_served(&victim);
	victim_end(&victim); /* and nobody has told of it yet */
	bare_run(session, "server start");
	ck_assert(!session_has_failed(session));
	ck_assert(bare_is_running(session));
	server_ended(&session->world);
	runner_step(session);
	ck_assert(session->world.server.starting);
	bare_close(session);
}
END_TEST

START_TEST(one_that_is_dying_is_waited_for)
{
	struct victim victim;
	struct session *session = open_served(&victim);
	kill(victim.pid, SIGKILL);
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	while (process_watch_state(victim.pid) != 'Z')
		ck_assert_int_lt(loop_now(session->world.loop), end);
	bare_run(session, "server start");
	ck_assert(!session_has_failed(session));
	ck_assert(bare_is_running(session));
	ck_assert(!session->world.server.starting);
	server_ended(&session->world);
	runner_step(session);
	ck_assert(session->world.server.starting);
	close_served(session, &victim);
}
END_TEST

static const struct { const char *line; uint64_t sent[3]; } of_children[] = {
	{"kill child TERM", {TERM_BIT, 0, 0}}, {"kill child 2 TERM", {0, TERM_BIT, 0}},
	{"kill child 3 USR1", {0, 0, VICTIM_BIT(SIGUSR1)}},
	{"kill child 9", {0, 0, 0}}, {"kill child 0 TERM", {0, 0, 0}},
	{"kill child SIGHUP", {VICTIM_BIT(SIGHUP), 0, 0}},
};

/* Each connection's child. */
START_TEST(the_child_that_is_meant_is_sent_it)
{
	struct victim server, children[3];
	struct session *session = open_served(&server);
	bare_connections(session, 3);
	for (unsigned i = 0; i < 3; i++) {
		children[i] = victim_start();
		bare_follow(session, children[i].pid, ROLE_CHILD, i + 1);
	}
	bare_run(session, of_children[_i].line);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(victim_was_sent(&children[i]), of_children[_i].sent[i]);
		ck_assert(victim_answers(&children[i]));
		victim_end(&children[i]);
	}
	ck_assert_uint_eq(victim_was_sent(&server), 0);
	close_served(session, &server);
}
END_TEST

START_TEST(a_pid_is_a_pid)
{
	struct victim server, child = victim_start();
	struct session *session = open_served(&server);
	char line[64];
	bare_follow(session, child.pid, ROLE_CHILD, 1);
	snprintf(line, sizeof line, "kill child pid:%d USR1", (int)child.pid);
	bare_run(session, line);
	ck_assert_uint_eq(victim_was_sent(&child), VICTIM_BIT(SIGUSR1));
	snprintf(line, sizeof line, "kill pid:%d", (int)child.pid);
	bare_run(session, line);
	ck_assert(!victim_answers(&child)); /* SIGKILL, when none is named */
	ck_assert(victim_answers(&server));
	victim_end(&child);
	close_served(session, &server);
}
END_TEST

/* No report has told of it: it holds the server's end, whose row is there. */
START_TEST(a_child_that_nobody_told_of_is_found_by_its_socket)
{
	struct victim server;
	struct session *session = open_served(&server);
	struct event row = fixture_socket(1, END_SERVER, SOCKET_APPEARED, STATE_ESTABLISHED);
	int held = socket(AF_INET, SOCK_STREAM, 0);
	struct stat status;
	ck_assert_int_eq(fstat(held, &status), 0);
	struct victim child = victim_start_holding(held);
	close(held);
	bare_follow(session, child.pid, ROLE_CHILD, 0);
	bare_tell(session, fixture_connection(1, CONNECTION_OPENED));
	bare_tell(session, fixture_connection(1, CONNECTION_CURRENT));
	row.socket.row.owner_pid = 0;
	row.socket.row.tcp.inode = 0;
	bare_tell(session, row);
	bare_refuses(session, "kill child USR1", "no child serves connection 1");
	row.socket.what = SOCKET_CHANGED;
	row.socket.row.tcp.inode = status.st_ino;
	bare_tell(session, row);
	bare_run(session, "kill child USR1");
	ck_assert_uint_eq(victim_was_sent(&child), VICTIM_BIT(SIGUSR1));
	ck_assert_uint_eq(victim_was_sent(&server), 0);
	victim_end(&child);
	close_served(session, &server);
}
END_TEST

START_TEST(who_serves_no_more_is_told)
{
	struct victim server;
	struct session *session = open_served(&server);
	bare_connections(session, 2);
	bare_tell(session, fixture_child(1, PROCESS_ZOMBIE, 0));
	bare_tell(session, fixture_child(1, PROCESS_REAPED, 0));
	bare_refuses(session, "kill child 1", "the child of connection 1, PID 301, has ended "
	    "already");
	bare_tell(session, fixture_connection(3, CONNECTION_OPENED));
	bare_refuses(session, "kill child 3", "no child serves connection 3");
	session->world.server.found.there = true; /* another user's */
	bare_refuses(session, "kill child 3", "the server is another user's");
	session->world.server.ours = false;
	session->world.server.pid = 0;
	bare_refuses(session, "kill server", "the server is another user's");
	session->world.server.found.there = false;
	bare_refuses(session, "kill server", "there is no server here that could be signalled");
	close_served(session, &server);
}
END_TEST

START_TEST(what_is_only_checked_is_not_done)
{
	static const char *const lines[] = {"server start", "server stop", "server restart",
		"server pause", "server resume", "server set reap=wait bind=any", "kill server",
		"kill client 9", "kill child 3 TERM", "kill child pid:5", "kill pid:5 HUP"};
	char error[SESSION_ERROR];
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ck_assert_msg(runner_check(lines[i], error, sizeof error), "%s: %s", lines[i],
		    error);
	ck_assert(!runner_check("server set reap=never", error, sizeof error));
	ck_assert(!runner_check("kill server NOSUCH", error, sizeof error));
}
END_TEST

Suite *
commands_server_suite(void)
{
	Suite *suite = suite_create("commands_server");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, the_server_is_sent_what_the_line_says, 0,
	    sizeof sent / sizeof *sent);
	tcase_add_test(all, it_stands_still_and_goes_on);
	tcase_add_test(all, a_killed_one_is_waited_for);
	tcase_add_test(all, a_killed_client_is_heard_of);
	tcase_add_loop_test(all, a_wrong_line_signals_nobody, 0,
	    sizeof refused / sizeof *refused);
	tcase_add_test(all, a_host_that_is_down_has_no_server);
	tcase_add_test(all, a_server_of_the_users_takes_no_settings);
	tcase_add_test(all, one_that_does_not_end_is_told_before_its_time_is_over);
	tcase_add_test(all, a_restart_comes_about_by_force);
	tcase_add_loop_test(all, one_that_was_down_is_started, 0, 3);
	tcase_add_test(all, one_that_is_gone_is_waited_for);
	tcase_add_test(all, one_that_is_dying_is_waited_for);
	tcase_add_loop_test(all, the_child_that_is_meant_is_sent_it, 0,
	    sizeof of_children / sizeof *of_children);
	tcase_add_test(all, a_pid_is_a_pid);
	tcase_add_test(all, who_serves_no_more_is_told);
	tcase_add_test(all, a_child_that_nobody_told_of_is_found_by_its_socket);
	tcase_add_test(all, what_is_only_checked_is_not_done);
	suite_add_tcase(suite, all);
	return suite;
}
