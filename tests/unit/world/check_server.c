/* The server as the console sees it: who is started with which words, what is said of
 * one that cannot be. */
#include "server.h"

#include "bare_session.h"
#include "server_internal.h"
#include "server_output.h"
#include "server_trouble.h"
#include "server_command.h"
#include "suites.h"
#include "victim.h"
#include "server_state.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* tcpserv's arguments as one line. */
static const char *
argument_line(struct session *session)
{
	static char line[4096];
	char arguments[SETTINGS_MAX + 3][96];
	const char *argv[SETTINGS_MAX + 4];
	size_t count = server_arguments(&session->world, arguments, argv), used = 0;
	ck_assert_ptr_null(argv[count]);
	line[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(line + used, sizeof line - used, "%s%s",
		    i > 0 ? " " : "", argv[i]);
	return line;
}

START_TEST(only_what_is_set_is_said)
{
	struct session *session = bare_open(64);
	struct settings *settings = &session->world.server.settings;
	ck_assert_str_eq(argument_line(session), "tcpserv --bind=127.0.0.1 9877");
	settings_set(settings, "bind=any", NULL, 0);
	ck_assert_str_eq(argument_line(session), "tcpserv 9877");
	session->world.host_endpoint.family = 6;
	ck_assert_str_eq(argument_line(session), "tcpserv --bind=:: 9877");
	settings_set(settings, "bind=::1", NULL, 0);
	settings_set(settings, "reap=none", NULL, 0);
	settings_set(settings, "process_room=3", NULL, 0);
	session->world.host_endpoint.port = 1;
	ck_assert_str_eq(argument_line(session),
	    "tcpserv --reap=none --bind=::1 --process_room=3 1");
	bare_close(session);
}
END_TEST

START_TEST(every_setting_may_be_other_than_its_default)
{
	static const char *const all[] = {"reap=none", "sa_restart=off", "eintr=die",
		"service=sum", "long=32", "byte_order=big", "reuseaddr=off", "bind=::1",
		"backlog=1", "max_children=1", "sigterm=catch", "leak_connfd=on",
		"accept_delay=1", "sigpipe=ignore", "close=unread", "process_room=1"};
	struct session *session = bare_open(64);
	size_t count;
	settings_table(&count);
	ck_assert_uint_eq(count, sizeof all / sizeof *all);
	for (size_t i = 0; i < count; i++)
		ck_assert(settings_set(&session->world.server.settings, all[i], NULL, 0));
	const char *line = argument_line(session);
	for (size_t i = 0; i < count; i++)
		ck_assert_msg(strstr(line, all[i]) != NULL, "%s: %s", all[i], line);
	bare_close(session);
}
END_TEST

static const struct { bool starting; pid_t pid; bool listening, settled; } states[] = {
	{false, 0, false, true}, {true, 0, false, false}, {false, 5, false, false},
	{false, 5, true, true}, {true, 5, true, false},
};

START_TEST(it_is_settled_when_it_listens_or_is_gone)
{
	struct session *session = bare_open(64);
	session->world.server.starting = states[_i].starting;
	session->world.server.pid = states[_i].pid;
	session->world.server.listening = states[_i].listening;
	ck_assert_int_eq(server_is_settled(&session->world), states[_i].settled);
	server_ended(&session->world);
	ck_assert(server_is_settled(&session->world));
	ck_assert_int_eq(session->world.server.pid, 0);
	ck_assert(!session->world.server.listening && !session->world.server.starting);
	bare_close(session);
}
END_TEST

START_TEST(whose_it_is)
{
	static const char *const command[] = {"x", NULL};
	struct session *session = bare_open(64);
	ck_assert(!server_is_tcpserv(&session->world));
	ck_assert(!server_is_hidden(&session->world));
	session->world.server.ours = true;
	ck_assert(server_is_tcpserv(&session->world));
	session->world.server.command = server_command_new(command, 9877);
	ck_assert(!server_is_tcpserv(&session->world));
	session->world.server.found.there = true;
	ck_assert(server_is_hidden(&session->world));
	session->world.server.found.owner = 5;
	ck_assert(!server_is_hidden(&session->world));
	bare_close(session);
}
END_TEST

/* A session that is about to decide; on a port of ours that nobody else has. */
static struct session *
open_deciding(int *listener)
{
	struct session *session = bare_open(64);
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof address;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(*listener, (void *)&address, size), 0);
	ck_assert_int_eq(getsockname(*listener, (void *)&address, &size), 0);
	session->world.host_endpoint.port = ntohs(address.sin_port);
	socket_watch_port(session->world.sockets, session->world.host_endpoint.port);
	return session;
}

static const char *const own[] = {"./mine", "7", NULL};

static const struct {
	bool local, no_server, listens;
	const char *const *server;
	enum server_kind kind;
	bool ours;
} found[] = {
	{true, false, false, NULL, SERVER_TCPSERV, true},
	{true, true, false, NULL, SERVER_NONE, false},
	{false, false, false, NULL, SERVER_NONE, false},
	{false, false, true, NULL, SERVER_NONE, false}, /* at its own port, elsewhere */
	{true, false, true, NULL, SERVER_WATCHED, false},
	{true, true, true, NULL, SERVER_WATCHED, false},
	{true, false, false, own, SERVER_COMMAND, true},
	{true, false, true, own, SERVER_WATCHED, false},
};

START_TEST(who_is_started_or_watched)
{
	int listener;
	struct session *session = open_deciding(&listener);
	struct event event = {.type = EVENT_START};
	session->world.host_is_local = found[_i].local;
	session->world.options.no_server = found[_i].no_server;
	session->world.options.server = found[_i].server;
	if (found[_i].listens)
		ck_assert_int_eq(listen(listener, 1), 0);
	server_find(&session->world, &event);
	ck_assert_int_eq(event.start.server, found[_i].kind);
	ck_assert_int_eq(session->world.server.ours, found[_i].ours);
	ck_assert_int_eq(session->world.server.command != NULL, found[_i].kind == SERVER_COMMAND);
	ck_assert(session->world.server.command == NULL ||
	    strcmp(session->world.server.command[0], own[0]) == 0);
	ck_assert_str_eq(event.start.command,
	    found[_i].kind == SERVER_COMMAND ? "./mine 7" : "");
	ck_assert_int_eq(session->world.server.found.there, found[_i].kind == SERVER_WATCHED);
	if (found[_i].kind == SERVER_WATCHED) {
		ck_assert_int_eq(session->world.server.found.owner, getpid());
		ck_assert_uint_eq(session->world.server.found.uid, geteuid());
		ck_assert_uint_eq(session->world.server.found.port, session->world.host_endpoint.port);
	}
	close(listener);
	bare_close(session);
}
END_TEST

/* A server behind -- is not started beside another one: whose answers would it be? */
START_TEST(a_server_wants_its_port_for_itself)
{
	static const struct { bool given, none, listens, room; } cases[] = {
		{true, false, false, true}, {true, false, true, false}, {true, true, true, true},
		{false, false, true, true},
	};
	int listener;
	struct session *session = open_deciding(&listener);
	char error[WORLD_ERROR] = "";
	session->world.host_is_local = true;
	session->world.options.no_server = cases[_i].none;
	session->world.options.server = cases[_i].given ? own : NULL;
	if (cases[_i].listens)
		ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(server_has_room(&session->world, error), cases[_i].room);
	ck_assert_int_eq(strstr(error, "is served already, by ") != NULL, !cases[_i].room);
	ck_assert_int_eq(strstr(error, "name a free PORT, or 0") != NULL, !cases[_i].room);
	close(listener);
	bare_close(session);
}
END_TEST

START_TEST(one_that_is_there_is_watched_and_said_whose)
{
	int listener;
	struct session *session = open_deciding(&listener);
	struct event event = {.type = EVENT_START};
	char words[128];
	ck_assert_int_eq(listen(listener, 1), 0);
	server_find(&session->world, &event);
	server_begin(&session->world);
	snprintf(words, sizeof words, "port %u is served already, by ",
	    session->world.host_endpoint.port);
	bare_said(session, EVENT_NOTE, words);
	snprintf(words, sizeof words, ", PID %d): it is watched, none is started", (int)getpid());
	bare_said(session, EVENT_NOTE, words);
	ck_assert_int_eq(session->world.server.pid, getpid());
	ck_assert(session->world.server.listening);
	ck_assert_ptr_nonnull(session->world.server.guest);
	ck_assert_int_eq(moment_process(session_now(session), getpid())->row.role, ROLE_SERVER);
	ck_assert_uint_eq(session->world.server.start_serial, 0);
	close(listener);
	bare_close(session);
}
END_TEST

START_TEST(another_users_is_said_to_be_so)
{
	struct session *session = bare_open(64);
	session->world.server.found.there = true;
	session->world.server.found.port = 77;
	server_begin(&session->world);
	bare_said(session, EVENT_NOTE,
	    "port 77 is served already, by a process of user root that only its owner or root "
	    "may see");
	ck_assert_int_eq(session->world.server.pid, 0);
	ck_assert_ptr_null(session->world.server.guest);
	bare_close(session);
}
END_TEST

START_TEST(the_next_port_is_taken_only_of_another_users)
{
	int listener;
	struct session *session = open_deciding(&listener);
	uint16_t port = session->world.host_endpoint.port;
	ck_assert_int_eq(listen(listener, 1), 0);
	server_choose_port(&session->world); /* it is ours: watched, not evaded */
	ck_assert_uint_eq(session->world.host_endpoint.port, port);
	ck_assert_uint_eq(session->world.wanted_port, port);
	bare_close(session);
	session = open_deciding(&listener);
	session->world.port_given = true;
	server_choose_port(&session->world);
	ck_assert_uint_eq(session->world.wanted_port, 0);
	session->world.port_given = session->world.host_is_local = false;
	server_choose_port(&session->world);
	ck_assert_uint_eq(session->world.wanted_port, 0);
	session->world.wanted_port = 70;
	session->world.host_endpoint.port = 72;
	server_begin(&session->world);
	bare_said(session, EVENT_NOTE, "port 70 is another user's: port 72 is taken");
	bare_close(session);
}
END_TEST

START_TEST(so_many_servers_may_have_children)
{
	struct session *session = bare_open(4096);
	int programs[CHANNELS_MAX];
	bare_guard(session);
	session->world.server.ours = true;
	for (int i = 0; i < CHANNELS_MAX; i++)
		session->world.server.channels[i] = channel_open(session->world.loop, &programs[i],
		    reports_take, &session->world);
	session->world.server.channel_count = CHANNELS_MAX;
	server_start(&session->world);
	bare_said(session, EVENT_ERROR, "children of 64 earlier servers still run: reset");
	ck_assert(!session->world.server.starting);
	close(programs[0]);
	close(programs[9]);
	reports_drain(&session->world);
	server_start(&session->world); /* those of two are gone */
	ck_assert(session->world.server.starting);
	ck_assert_uint_eq(session->world.server.channel_count, CHANNELS_MAX - 1);
	for (int i = 1; i < CHANNELS_MAX; i++)
		if (i != 9)
			close(programs[i]);
	reports_drain(&session->world);
	server_sweep_channels(&session->world);
	ck_assert_uint_le(session->world.server.channel_count, 1); /* the guard may have it */
	bare_close(session);
}
END_TEST

/* A program that cannot be run, and its mend. */
static const struct { const char *program; int error; const char *words; } runs[] = {
	{"noserver", ENOENT, "no such program in PATH: give its path"},
	{"./noserver", ENOENT, "no such file: give the path of the server"},
	{"/dev/null", ENOENT, "the interpreter that its first line (#!) names is missing"},
	{"noserver", EACCES, "no program of that name in PATH may be executed"},
	{"/", EACCES, "it is a directory: give the path of the program in it"},
	{"/dev/null", EACCES, "it may not be executed: chmod +x"},
	{"./x", EAGAIN, "this machine's limit of processes is reached"},
	{"./x", ENOMEM, "this machine's limit of processes is reached"},
	{"./x", ENOEXEC, "Exec format error"},
};

START_TEST(what_cannot_be_run_is_told_with_its_mend)
{
	struct session *session = bare_open(64);
	char words[256];
	trouble_not_run(&session->world, runs[_i].program, runs[_i].error);
	snprintf(words, sizeof words, "cannot run %s: %s", runs[_i].program, runs[_i].words);
	bare_said(session, EVENT_ERROR, words);
	bare_close(session);
}
END_TEST

static const struct { struct process_end end; pid_t holder; const char *text; } ends[] = {
	{{.known = false}, 0,
	    "the server ended before it listened at port 9877, and wrote nothing"},
	{{.known = true, .status = 3 << 8}, 0,
	    "the server ended with exit 3 before it listened at port 9877, and wrote nothing"},
	{{.known = true, .status = SIGSEGV}, 0,
	    "the server ended by SIGSEGV before it listened at port 9877, and wrote nothing"},
	{{.known = true}, 4711, "the server ended with exit 0 before it listened at port 9877, "
	    "and wrote nothing; PID 4711 still holds the port: kill pid:4711, or reset"},
};

START_TEST(how_it_ended_is_told)
{
	struct session *session = bare_open(64);
	struct server_output *output = server_output_new(session->world.loop, session->world.log);
	trouble_ended(&session->world, output, &ends[_i].end, ends[_i].holder);
	ck_assert_str_eq(bare_last(session, EVENT_ERROR)->text, ends[_i].text);
	server_output_free(output);
	bare_close(session);
}
END_TEST

START_TEST(its_last_words_are_told)
{
	struct session *session = bare_open(64);
	struct server_output *output = server_output_new(session->world.loop, session->world.log);
	struct process_end end = {.known = true, .status = 1 << 8};
	int out, error;
	ck_assert(server_output_open(output, false, &out, &error));
	server_output_name(output, 4711);
	ck_assert_int_eq(write(error, "bind: \033[1mno\n", 13), 13);
	trouble_ended(&session->world, output, &end, 0);
	bare_said(session, EVENT_ERROR, "with exit 1 before it listened at port 9877; it wrote "
	    "last: bind: ^[[1mno");
	trouble_deaf(&session->world, output);
	bare_said(session, EVENT_NOTE, "the server does not listen at port 9877 after 2 s; it "
	    "wrote last: bind");
	close(out);
	close(error);
	server_output_free(output);
	bare_close(session);
}
END_TEST

START_TEST(one_that_listens_by_now_is_not_told_to_be_deaf)
{
	int listener;
	struct session *session = open_deciding(&listener);
	struct server_output *output = server_output_new(session->world.loop, session->world.log);
	ck_assert_int_eq(listen(listener, 1), 0);
	bare_tell(session, fixture_start("local"));
	bare_follow(session, getpid(), ROLE_SERVER, 0);
	trouble_deaf(&session->world, output);
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	server_output_free(output);
	close(listener);
	bare_close(session);
}
END_TEST

START_TEST(the_port_where_it_does_listen_is_told)
{
	int listener;
	struct session *session = open_deciding(&listener);
	struct server_output *output = server_output_new(session->world.loop, session->world.log);
	char words[128];
	unsigned port = session->world.host_endpoint.port;
	ck_assert_int_eq(listen(listener, 1), 0);
	session->world.host_endpoint.port = 9877;
	bare_tell(session, fixture_start("local"));
	bare_follow(session, getpid(), ROLE_SERVER, 0);
	trouble_deaf(&session->world, output);
	snprintf(words, sizeof words,
	    "the server listens at port %u, not at 9877: give the console PORT %u, or the server "
	    "9877", port, port);
	bare_said(session, EVENT_NOTE, words);
	server_output_free(output);
	close(listener);
	bare_close(session);
}
END_TEST

static const struct { const char *host, *local; bool told; } addresses[] = {
	{"127.0.0.1:9877", "127.0.0.1:9877", false}, {"127.0.0.1:9877", "127.0.0.2:9877", true},
	{"127.0.0.1:9877", "0.0.0.0:9877", false}, {"[::1]:9877", "0.0.0.0:9877", true},
	{"[::1]:9877", "[::]:9877", false}, {"127.0.0.1:9877", "[::]:9877", false},
	{"[::1]:9877", "[::1]:9877", false}, {"127.0.0.1:9877", "[::1]:9877", true},
};

START_TEST(an_address_that_is_not_hosts_is_told)
{
	struct session *session = bare_open(64);
	struct report_endpoint local;
	const char *text = addresses[_i].host;
	ck_assert_int_eq(endpoint_parse(&session->world.host_endpoint, text, *text == '[' ? 6 : 4), 0);
	text = addresses[_i].local;
	ck_assert_int_eq(endpoint_parse(&local, text, *text == '[' ? 6 : 4), 0);
	trouble_address(&session->world, &(struct tcp_row){.local = local});
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), addresses[_i].told);
	if (_i == 1)
		bare_said(session, EVENT_NOTE, "the server listens at 127.0.0.2, not at 127.0.0.1: "
		    "give the console HOST 127.0.0.2, or the server 127.0.0.1");
	bare_close(session);
}
END_TEST

Suite *
server_suite(void)
{
	Suite *suite = suite_create("server");
	TCase *all = tcase_create("all");
	tcase_add_test(all, only_what_is_set_is_said);
	tcase_add_test(all, every_setting_may_be_other_than_its_default);
	tcase_add_loop_test(all, it_is_settled_when_it_listens_or_is_gone, 0,
	    sizeof states / sizeof *states);
	tcase_add_test(all, whose_it_is);
	tcase_add_loop_test(all, who_is_started_or_watched, 0, sizeof found / sizeof *found);
	tcase_add_loop_test(all, a_server_wants_its_port_for_itself, 0, 4);
	tcase_add_test(all, one_that_is_there_is_watched_and_said_whose);
	tcase_add_test(all, another_users_is_said_to_be_so);
	tcase_add_test(all, the_next_port_is_taken_only_of_another_users);
	tcase_add_test(all, so_many_servers_may_have_children);
	tcase_add_loop_test(all, what_cannot_be_run_is_told_with_its_mend, 0,
	    sizeof runs / sizeof *runs);
	tcase_add_loop_test(all, how_it_ended_is_told, 0, sizeof ends / sizeof *ends);
	tcase_add_test(all, its_last_words_are_told);
	tcase_add_test(all, the_port_where_it_does_listen_is_told);
	tcase_add_test(all, one_that_listens_by_now_is_not_told_to_be_deaf);
	tcase_add_loop_test(all, an_address_that_is_not_hosts_is_told, 0,
	    sizeof addresses / sizeof *addresses);
	suite_add_tcase(suite, all);
	return suite;
}
