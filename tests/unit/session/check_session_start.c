/* How a session begins, or does not: HOST and PORT, settings, descriptors, the programs;
 * and what becomes of it when its guard is killed. */
#include "bare_session.h"
#include "endpoint.h"
#include "exit_status.h"
#include "session_fixture.h"
#include "suites.h"
#include "server_state.h"
#include "world_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <signal.h>
#include <sys/resource.h>

/* Rounds until an event of this type is there. */
static const struct event *
await_event(struct session *session, enum event_type type)
{
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	while (bare_last(session, type) == NULL) {
		ck_assert_int_lt(loop_now(session->world.loop), end);
		ck_assert_int_eq(session_round(session, 100), 0);
	}
	return bare_last(session, type);
}

/* Runs one line to its end. */
static void
run_line(struct session *session, const char *line)
{
	ck_assert(session_submit(session, line, SOURCE_STDIN));
	int64_t end = loop_now(session->world.loop) + SECONDS(30);
	while (!session_is_idle(session)) {
		ck_assert_int_lt(loop_now(session->world.loop), end);
		ck_assert_int_eq(session_round(session, 100), 0);
	}
}

static const char *const own[] = {"./server", NULL}, *const bad_set[] = {"reap=wai"},
	*const good_set[] = {"reap=none", "backlog=3"};

static const struct {
	struct session_options options;
	const char *words;
} wrong[] = {
	{{.port = "0", .host = "192.0.2.1"}, "port 0, any that is free, is for a server on this "
	    "machine: 192.0.2.1 is not"},
	{{.port = "00x"}, "\"00x\" is no port: a number from 1 to 65535, or 0 for one that is free"},
	{{.port = "65536"}, "\"65536\" is no port"}, {{.port = ""}, "\"\" is no port"},
	{{.port = "80x"}, "\"80x\" is no port"}, {{.port = "-1"}, "\"-1\" is no port"},
	{{.port = " 1"}, "\" 1\" is no port"}, {{.port = ":"}, "\":\" is no port"},
	{{.host = "::1", .family = 4}, "unknown host \"::1\" (IPv4): "},
	{{.host = "127.0.0.1", .family = 6}, "unknown host \"127.0.0.1\" (IPv6): "},
	{{.host = "256.0.0.1.x y"}, "unknown host \"256.0.0.1.x y\": "},
	{{.set = bad_set, .set_count = 1}, "reap=wai: wants none|wait|waitpid|ignore"},
	{{.host = "192.0.2.1", .server = own}, "192.0.2.1 is not this machine: leave out HOST"},
};

START_TEST(a_wrong_command_line_starts_nothing)
{
	struct session_options options = wrong[_i].options;
	char error[SESSION_ERROR];
	int status = 0;
	options.directory = "build";
	ck_assert_ptr_null(session_new(&options, error, &status));
	ck_assert_int_eq(status, STATUS_USAGE);
	ck_assert_msg(strstr(error, wrong[_i].words) != NULL, "%s", error);
}
END_TEST

static const struct { const char *host; bool local; } hosts[] = {
	{"127.0.0.1", true}, {"127.3.2.1", true}, {"::1", true}, {"0.0.0.0", true}, {"::", true},
	{"192.0.2.1", false}, {"2001:db8::1", false}, {"localhost", true},
};

START_TEST(this_machine_is_known)
{
	struct session *session = bare_open(64);
	char error[SESSION_ERROR] = "";
	snprintf(session->world.host_name, sizeof session->world.host_name, "%s", hosts[_i].host);
	session->world.options.port = "65535";
	ck_assert_msg(world_resolve(&session->world, error), "%s", error);
	ck_assert_int_eq(session->world.host_is_local, hosts[_i].local);
	ck_assert_uint_eq(session->world.host_endpoint.port, 65535);
	session->world.options.port = "1";
	ck_assert(world_resolve(&session->world, error));
	ck_assert_uint_eq(session->world.host_endpoint.port, 1);
	session->world.options.port = NULL;
	ck_assert(world_resolve(&session->world, error));
	ck_assert_uint_eq(session->world.host_endpoint.port, 9877);
	bare_close(session);
}
END_TEST

/* Each address that an interface has. */
START_TEST(every_address_of_it_is_this_machine)
{
	struct session *session = bare_open(64);
	struct ifaddrs *all;
	char error[SESSION_ERROR];
	ck_assert_int_eq(getifaddrs(&all), 0);
	for (struct ifaddrs *each = all; each != NULL; each = each->ifa_next) {
		if (each->ifa_addr == NULL || each->ifa_addr->sa_family != AF_INET)
			continue;
		struct sockaddr_in *in = (void *)each->ifa_addr;
		inet_ntop(AF_INET, &in->sin_addr, session->world.host_name,
		    sizeof session->world.host_name);
		ck_assert_msg(world_resolve(&session->world, error), "%s", error);
		ck_assert_msg(session->world.host_is_local, "%s", session->world.host_name);
	}
	freeifaddrs(all);
	bare_close(session);
}
END_TEST

/* A session that is not begun. */
static struct session *
made(const struct session_options *options)
{
	char error[SESSION_ERROR];
	int status;
	struct session *session = session_new(options, error, &status);
	ck_assert_msg(session != NULL, "%s", error);
	return session;
}

static const struct {
	struct session_options options;
	const char *host, *bind;
	bool given;
} defaults[] = {
	{{.port = NULL}, "127.0.0.1", "127.0.0.1", false},
	{{.family = 4}, "127.0.0.1", "127.0.0.1", false},
	{{.family = 6}, "::1", "::1", false},
	{{.port = "9999"}, "127.0.0.1", "127.0.0.1", true},
	{{.server = own}, "127.0.0.1", "127.0.0.1", true},
	{{.host = "0.0.0.0"}, "0.0.0.0", "any", false},
	{{.host = "192.0.2.1"}, "192.0.2.1", "any", false},
	{{.host = "127.0.0.9"}, "127.0.0.9", "127.0.0.9", false},
};

/* The server listens on loopback when HOST is there. */
START_TEST(what_is_not_said_has_a_default)
{
	struct session_options options = defaults[_i].options;
	options.directory = "/nowhere";
	struct session *session = made(&options);
	ck_assert_str_eq(session->world.host_name, defaults[_i].host);
	ck_assert_str_eq(settings_get(&session->world.server.settings, "bind"), defaults[_i].bind);
	ck_assert_int_eq(session->world.port_given, defaults[_i].given);
	ck_assert_str_eq(session->world.directory, "/nowhere");
	session_free(session);
}
END_TEST

START_TEST(settings_from_the_start_are_what_reset_goes_back_to)
{
	struct session_options options = {.set = good_set, .set_count = 2,
	    .directory = "/nowhere", .port = "9999"};
	struct session *session = made(&options);
	ck_assert_str_eq(settings_get(&session->world.server.settings, "reap"), "none");
	ck_assert_str_eq(settings_get(&session->world.server.settings, "backlog"), "3");
	ck_assert_mem_eq(&session->world.server.settings, &session->world.server.initial,
	    sizeof session->world.server.initial);
	session_free(session);
	session_free(NULL);
}
END_TEST

START_TEST(a_session_without_descriptors_does_not_begin)
{
	struct session_options options = {.directory = "/nowhere", .port = "9999"};
	char error[SESSION_ERROR];
	int status, free_fd = dup(0);
	struct rlimit few = {.rlim_cur = (rlim_t)free_fd + 31, .rlim_max = (rlim_t)free_fd + 31};
	close(free_fd);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_ptr_null(session_new(&options, error, &status));
	ck_assert_int_eq(status, STATUS_NOT_HERE);
	ck_assert_ptr_nonnull(strstr(error, "cannot start: thirty-two descriptors: "));
	int after = dup(0);
	close(after);
	ck_assert_int_eq(after, free_fd);
}
END_TEST

START_TEST(descriptors_are_raised_and_the_programs_get_what_there_was)
{
	struct session_options options = {.directory = "/nowhere", .port = "9999"};
	struct rlimit limit, before;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	before.rlim_cur = 100;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	struct session *session = made(&options);
	ck_assert_uint_eq(session->world.files, 100);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, before.rlim_max);
	struct session *second = made(&options);
	ck_assert_uint_eq(second->world.files, 100);
	session_free(second);
	session_free(session);
}
END_TEST

START_TEST(programs_that_are_not_there_are_told)
{
	struct session_options options = {.directory = "/nowhere", .port = free_port()};
	struct session *session = made(&options);
	session_begin(session);
	const struct event *event = log_event(session->world.log, 0);
	ck_assert_int_eq(event->type, EVENT_START);
	ck_assert_str_eq(event->text, "127.0.0.1");
	ck_assert_str_eq(event->detail, "local");
	ck_assert_int_eq(event->start.server, SERVER_TCPSERV);
	ck_assert_uint_eq(event->start.host.port, (unsigned)atoi(options.port));
	await_event(session, EVENT_ERROR);
	while (bare_count(session, EVENT_ERROR) < 2)
		ck_assert_int_eq(session_round(session, 20000), 0);
	bare_said(session, EVENT_ERROR, "cannot run /nowhere/tcpcli: No such file or directory: "
	    "make builds it");
	ck_assert_int_eq(session->world.client.pid, 0);
	ck_assert_ptr_null(session->world.client.channel);
	ck_assert(server_is_settled(&session->world));
	ck_assert(session_has_failed(session));
	session_free(session);
}
END_TEST

START_TEST(a_screen_opens_a_connection)
{
	struct session_options options = {.directory = "/nowhere", .port = free_port(),
	    .screen = true};
	struct session *session = made(&options);
	session_begin(session);
	ck_assert_ptr_nonnull(session->queue);
	ck_assert_str_eq(session->queue->text, "connect");
	ck_assert_int_eq(session->queue->source, SOURCE_KEY);
	session_free(session);
	options.screen = false;
	session = made(&options);
	session_begin(session);
	ck_assert_ptr_null(session->queue);
	ck_assert(!session_is_idle(session)); /* the server does not listen yet */
	session_free(session);
	options.screen = options.no_connect = true;
	session = made(&options);
	session_begin(session);
	ck_assert_ptr_null(session->queue);
	session_free(session);
}
END_TEST

START_TEST(another_machines_server_is_not_started)
{
	struct session_options options = {.directory = "/nowhere", .host = "192.0.2.1"};
	struct session *session = made(&options);
	session_begin(session);
	const struct event *event = log_event(session->world.log, 0);
	ck_assert_str_eq(event->detail, "remote");
	ck_assert_int_eq(event->start.server, SERVER_NONE);
	ck_assert(!session_owns_server(session));
	ck_assert_uint_eq(session->world.server.start_serial, 0);
	session_free(session);
}
END_TEST

START_TEST(a_killed_guard_is_replaced)
{
	struct session *session = session_on("127.0.0.1", free_port());
	session_begin(session);
	run_line(session, "connect 2");
	ck_assert(session_owns_server(session));
	pid_t guard = launcher_guard(session->world.launcher), server = session->world.server.pid,
	    client = session->world.client.pid;
	ck_assert_int_eq(kill(guard, SIGKILL), 0);
	await_event(session, EVENT_ERROR);
	bare_said(session, EVENT_ERROR, "the guard was killed, and all that it guarded was "
	    "ended: reset starts afresh");
	ck_assert_int_eq(session->world.server.pid, 0);
	ck_assert_int_eq(session->world.client.pid, 0);
	ck_assert_int_eq(kill(server, 0), -1); /* nobody outlives it */
	ck_assert_int_eq(kill(client, 0), -1);
	ck_assert_ptr_null(moment_process(session_now(session), server));
	ck_assert_int_ne(launcher_guard(session->world.launcher), guard);
	ck_assert(!session_has_ended(session));
	run_line(session, "reset");
	run_line(session, "connect");
	run_line(session, "expect state client ESTABLISHED");
	ck_assert(bare_last(session, EVENT_EXPECT)->expect.pass);
	session_free(session);
}
END_TEST

START_TEST(an_end_in_good_order_leaves_nobody)
{
	struct session *session = session_on("127.0.0.1", free_port());
	session_begin(session);
	run_line(session, "connect 2");
	run_line(session, "host unplug");
	session_submit(session, "wait 3600", SOURCE_STDIN);
	session_submit(session, "say never", SOURCE_STDIN);
	session_round(session, 10);
	pid_t server = session->world.server.pid, client = session->world.client.pid,
	    guard = launcher_guard(session->world.launcher);
	session_quit(session, SOURCE_KEY);
	ck_assert(session_has_ended(session));
	ck_assert_int_eq(kill(server, 0), -1);
	ck_assert_int_eq(kill(client, 0), -1);
	ck_assert_int_eq(kill(guard, 0), -1);
	ck_assert_uint_eq(bare_count(session, EVENT_SAY), 0);
	session_free(session);
}
END_TEST

START_TEST(only_who_is_followed_is_signalled)
{
	struct session *session = bare_open(64);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	while (pid == 0)
		pause();
	ck_assert(!world_signal(&session->world, pid, SIGKILL, BY_USER));
	ck_assert_uint_eq(bare_count(session, EVENT_SIGNAL), 0);
	ck_assert_int_eq(kill(pid, 0), 0);
	bare_follow(session, pid, ROLE_CHILD, 0);
	ck_assert(world_signal(&session->world, pid, SIGKILL, BY_HOST));
	const struct event *event = bare_last(session, EVENT_SIGNAL);
	ck_assert_int_eq(event->signal.to, pid);
	ck_assert_int_eq(event->signal.number, SIGKILL);
	ck_assert_int_eq(event->signal.by, BY_HOST);
	bare_close(session);
}
END_TEST

static void
remember_question(void *context, const char *question)
{
	(void)question;
	++*(unsigned *)context;
}

START_TEST(an_open_question_ends_with_its_session)
{
	struct session_options options = {.directory = "/nowhere", .host = "192.0.2.1"};
	char line[64];
	unsigned asked = 0;
	int before = dup(0);
	close(before);
	struct session *session = made(&options);
	session_ask_by(session, remember_question, &asked);
	session_begin(session);
	snprintf(line, sizeof line, "kill pid:%d USR1", (int)getppid());
	session_submit(session, line, SOURCE_LINE);
	while (asked == 0)
		ck_assert_int_eq(session_round(session, 20000), 0);
	session_free(session);
	int after = dup(0);
	close(after);
	ck_assert_int_eq(after, before);
}
END_TEST

START_TEST(reports_are_not_held_back_for_ever)
{
	struct session_options options = {.directory = "/nowhere", .host = "192.0.2.1"};
	struct session *session = made(&options);
	session->world.client.unbegun = 3;
	timer_after(session->world.hold, 0);
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	while (session->world.client.unbegun != 0) {
		ck_assert_int_lt(loop_now(session->world.loop), end);
		ck_assert_int_ge(loop_round(session->world.loop, 100), 0);
	}
	session_free(session);
}
END_TEST

/* What was reported before a reading of the table stands before it in the log. */
START_TEST(reports_come_before_a_reading)
{
	struct session_options options = {.directory = "/nowhere", .host = "192.0.2.1"};
	struct session *session = made(&options);
	struct reporter reporter = {.fd = bare_client(session), .role = ROLE_CLIENT,
	    .pid = 4711};
	struct report done = {.kind = REPORT_DONE, .order = 5};
	reporter_send(&reporter, &done);
	socket_watch_read(session->world.sockets);
	ck_assert_uint_eq(session->world.client.done_serial, 5);
	close(reporter.fd);
	session->world.client.pid = 0;
	session_free(session);
}
END_TEST

Suite *
session_start_suite(void)
{
	Suite *suite = suite_create("session_start");
	TCase *all = tcase_create("all");
	tcase_set_timeout(all, 120);
	tcase_add_loop_test(all, a_wrong_command_line_starts_nothing, 0,
	    sizeof wrong / sizeof *wrong);
	tcase_add_loop_test(all, this_machine_is_known, 0, sizeof hosts / sizeof *hosts);
	tcase_add_test(all, every_address_of_it_is_this_machine);
	tcase_add_loop_test(all, what_is_not_said_has_a_default, 0,
	    sizeof defaults / sizeof *defaults);
	tcase_add_test(all, settings_from_the_start_are_what_reset_goes_back_to);
	tcase_add_test(all, a_session_without_descriptors_does_not_begin);
	tcase_add_test(all, descriptors_are_raised_and_the_programs_get_what_there_was);
	tcase_add_test(all, programs_that_are_not_there_are_told);
	tcase_add_test(all, a_screen_opens_a_connection);
	tcase_add_test(all, another_machines_server_is_not_started);
	tcase_add_test(all, a_killed_guard_is_replaced);
	tcase_add_test(all, an_end_in_good_order_leaves_nobody);
	tcase_add_test(all, an_open_question_ends_with_its_session);
	tcase_add_test(all, reports_are_not_held_back_for_ever);
	tcase_add_test(all, reports_come_before_a_reading);
	tcase_add_test(all, only_who_is_followed_is_signalled);
	suite_add_tcase(suite, all);
	return suite;
}
