/* Anybody's server: which of its processes is the server, and when it is down. */
#include "bare_session.h"
#include "server_guest.h"
#include "server_command.h"
#include "suites.h"
#include "victim.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const command[] = {"./run", "-x", "9877", NULL};

static struct victim starter, other;

/* A session whose server's command runs as the starter; other descends from it. */
static struct session *
open_guest(void)
{
	struct session *session = bare_open(4096);
	bare_guard(session);
	session->world.server.ours = true;
	session->world.server.command = server_command_new(command, 9877);
	bare_tell(session, fixture_start("local"));
	guest_start(&session->world);
	ck_assert(session->world.server.starting);
	starter = victim_start();
	other = victim_start();
	while (launcher_is_starting(session->world.launcher)) /* whatever becomes of ./run */
		ck_assert_int_ge(loop_round(session->world.loop, 100), 0);
	guest_started(&session->world, starter.pid);
	bare_follow(session, starter.pid, ROLE_SERVER, 0);
	bare_follow(session, other.pid, ROLE_OTHER, 0);
	return session;
}

static void
close_guest(struct session *session)
{
	victim_end(&starter);
	victim_end(&other);
	bare_close(session);
}

/* The listener's row, as held by a process; state GONE: it has left the table. */
static void
listens(struct session *session, pid_t owner, enum socket_what what)
{
	struct event event = fixture_socket(0, END_NONE, what, STATE_LISTEN);
	event.socket.row.owner_pid = owner;
	bare_tell(session, event);
	guest_look(&session->world);
}

static enum report_role
role_of(const struct session *session, pid_t pid)
{
	return moment_process(session_now(session), pid)->row.role;
}

/* Somebody waited for it. */
static void
reaped(struct session *session, const struct victim *victim, int status)
{
	kill(victim->pid, SIGKILL);
	process_watch_reaped(session->world.processes, victim->pid, status, 1,
	    loop_now(session->world.loop));
	guest_look(&session->world);
}

START_TEST(what_was_started_serves_when_it_listens)
{
	struct session *session = open_guest();
	guest_look(&session->world);
	ck_assert(!session->world.server.listening);
	ck_assert(session->world.server.starting);
	listens(session, starter.pid, SOCKET_APPEARED);
	ck_assert(session->world.server.listening);
	ck_assert(!session->world.server.starting);
	ck_assert_int_eq(session->world.server.pid, starter.pid);
	ck_assert_int_eq(guest_starter(&session->world), 0); /* it is the server itself */
	listens(session, starter.pid, SOCKET_GONE);
	ck_assert(!session->world.server.listening);
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	close_guest(session);
}
END_TEST

START_TEST(who_listens_is_the_server)
{
	struct session *session = open_guest();
	listens(session, other.pid, SOCKET_APPEARED);
	ck_assert_int_eq(session->world.server.pid, other.pid);
	ck_assert(session->world.server.listening);
	ck_assert_int_eq(role_of(session, other.pid), ROLE_SERVER);
	ck_assert_int_eq(role_of(session, starter.pid), ROLE_OTHER);
	ck_assert_int_eq(guest_starter(&session->world), starter.pid);
	bare_said(session, EVENT_NOTE, "it holds the listening socket");
	reaped(session, &other, 0); /* what started it goes on in its place */
	ck_assert_int_eq(session->world.server.pid, starter.pid);
	ck_assert_int_eq(role_of(session, starter.pid), ROLE_SERVER);
	ck_assert(!session->world.server.listening);
	close_guest(session);
}
END_TEST

START_TEST(a_stop_is_for_what_started_it_too)
{
	struct session *session = open_guest();
	listens(session, other.pid, SOCKET_APPEARED);
	bare_run(session, "server stop");
	ck_assert_uint_eq(victim_was_sent(&starter), VICTIM_BIT(SIGTERM));
	ck_assert_uint_eq(victim_was_sent(&other), VICTIM_BIT(SIGTERM));
	reaped(session, &other, SIGTERM);
	runner_step(session);
	ck_assert(bare_is_running(session)); /* it might start it again */
	reaped(session, &starter, SIGTERM);
	runner_step(session);
	ck_assert(!bare_is_running(session));
	ck_assert_int_eq(session->world.server.pid, 0);
	close_guest(session);
}
END_TEST

START_TEST(a_restart_forces_what_started_it_too)
{
	struct session *session = open_guest();
	listens(session, other.pid, SOCKET_APPEARED);
	bare_run(session, "server restart");
	session->running.deadline = INT64_MAX;
	session->running.begun_at -= SECONDS(3);
	runner_step(session);
	ck_assert(!victim_answers(&starter));
	ck_assert(!victim_answers(&other));
	close_guest(session);
}
END_TEST

START_TEST(after_an_end_by_a_signal_nobody_takes_over)
{
	struct session *session = open_guest();
	listens(session, starter.pid, SOCKET_APPEARED);
	world_signal(&session->world, starter.pid, SIGTERM, BY_USER);
	reaped(session, &starter, SIGTERM);
	ck_assert_int_eq(session->world.server.pid, 0);
	listens(session, other.pid, SOCKET_CHANGED); /* a child has its listener still */
	ck_assert_int_eq(session->world.server.pid, 0);
	ck_assert(!session->world.server.listening);
	close_guest(session);
}
END_TEST

START_TEST(a_daemon_takes_over_from_its_parent)
{
	struct session *session = open_guest();
	reaped(session, &starter, 0); /* exit 0 */
	ck_assert_int_eq(session->world.server.pid, 0);
	ck_assert(session->world.server.starting); /* somebody may listen some day */
	listens(session, other.pid, SOCKET_APPEARED);
	ck_assert_int_eq(session->world.server.pid, other.pid);
	ck_assert(session->world.server.listening);
	ck_assert(!session_has_failed(session));
	close_guest(session);
}
END_TEST

/* A start whose first process has exited well, and that nobody is seen to descend from. */
static int64_t left_at;

static struct session *
open_left(void)
{
	struct session *session = open_guest();
	reaped(session, &other, 0);
	left_at = loop_now(session->world.loop);
	reaped(session, &starter, 0);
	ck_assert_int_eq(session->world.server.pid, 0);
	ck_assert(session->world.server.starting); /* one search may miss whoever follows */
	ck_assert(timer_is_running(session->world.tick)); /* it is looked for again */
	return session;
}

START_TEST(one_that_leaves_nobody_is_over_after_a_second_look)
{
	struct session *session = open_left();
	int64_t begun = left_at;
	while (session->world.server.starting) {
		ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 0);
		ck_assert_int_lt(loop_now(session->world.loop), begun + SECONDS(20));
		ck_assert_int_ge(loop_round(session->world.loop, 20), 0);
		guest_look(&session->world);
	}
	ck_assert_int_ge(loop_now(session->world.loop), begun + MILLISECONDS(150));
	bare_said(session, EVENT_ERROR, "before it listened at port 9877");
	close_guest(session);
}
END_TEST

START_TEST(a_daemon_that_is_found_late_takes_over)
{
	struct session *session = open_left();
	struct victim late = victim_start();
	bare_follow(session, late.pid, ROLE_OTHER, 0);
	int64_t begun = loop_now(session->world.loop);
	while (loop_now(session->world.loop) < begun + MILLISECONDS(400)) {
		ck_assert_int_ge(loop_round(session->world.loop, 20), 0);
		guest_look(&session->world);
		ck_assert(session->world.server.starting);
	}
	listens(session, late.pid, SOCKET_APPEARED);
	ck_assert_int_eq(session->world.server.pid, late.pid);
	ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 0);
	victim_end(&late);
	close_guest(session);
}
END_TEST

/* A socket that listens on the session's host, at a port that is free; the session's from
 * now on. */
static int
listener_of(struct session *session)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	session->world.host_endpoint.port = ntohs(address.sin_port);
	socket_watch_port(session->world.sockets, ntohs(address.sin_port));
	return fd;
}

/* Before any row has told of its listener. */
START_TEST(a_command_finds_who_has_taken_over)
{
	struct session *session = open_left();
	int listener = listener_of(session);
	struct victim late = victim_start_holding(listener);
	close(listener);
	bare_follow(session, late.pid, ROLE_OTHER, 0);
	bare_run(session, "kill server USR1");
	ck_assert_int_eq(session->world.server.pid, late.pid);
	ck_assert_uint_eq(victim_was_sent(&late), VICTIM_BIT(SIGUSR1));
	ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 0);
	victim_end(&late);
	close_guest(session);
}
END_TEST

START_TEST(a_command_finds_nobody_where_nobody_is)
{
	struct session *session = open_left();
	int listener = listener_of(session); /* our own: no server's */
	bare_refuses(session, "server stop", "the server does not run: server start");
	ck_assert_int_eq(session->world.server.pid, 0);
	close(listener);
	close_guest(session);
}
END_TEST

START_TEST(one_that_is_ended_before_it_was_seen_to_listen_has_not_failed)
{
	struct session *session = open_guest();
	guest_end(&session->world);
	reaped(session, &other, SIGKILL);
	reaped(session, &starter, SIGKILL);
	ck_assert(!session->world.server.starting);
	ck_assert_int_eq(session->world.server.pid, 0);
	ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 0);
	close_guest(session);
	session = bare_open(64);
	guest_end(&session->world); /* nothing */
	bare_close(session);
}
END_TEST

START_TEST(a_reset_ends_one_that_was_not_seen_to_listen)
{
	struct session *session = open_guest();
	bare_run(session, "reset");
	reaped(session, &other, SIGKILL);
	reaped(session, &starter, SIGKILL);
	ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 0);
	close_guest(session);
}
END_TEST

static const int bad_ends[] = {1 << 8, SIGSEGV};

START_TEST(one_that_fails_has_no_heir)
{
	struct session *session = open_guest();
	reaped(session, &starter, bad_ends[_i]);
	bare_said(session, EVENT_ERROR, "before it listened at port 9877");
	ck_assert(!session->world.server.starting);
	listens(session, other.pid, SOCKET_APPEARED);
	ck_assert_int_eq(session->world.server.pid, 0);
	close_guest(session);
}
END_TEST

/* Signals, and whether the server is about to end of them. */
static const struct { int number; bool ends; } signals[] = {
	{SIGTERM, true}, {SIGKILL, true}, {SIGINT, true}, {SIGHUP, true}, {SIGQUIT, true},
	{SIGUSR1, false}, {SIGSTOP, false}, {SIGCONT, false},
};

/* The log tells of a signal that was sent. */
static void
sent(struct session *session, pid_t pid, int number)
{
	struct event event = {.type = EVENT_SIGNAL};
	event.signal.to = pid;
	event.signal.number = number;
	bare_tell(session, event);
}

START_TEST(one_that_is_ending_is_not_followed)
{
	struct session *session = open_guest();
	sent(session, other.pid, SIGTERM); /* it is not the server */
	sent(session, starter.pid, signals[_i].number);
	listens(session, other.pid, SOCKET_APPEARED);
	ck_assert_int_eq(session->world.server.pid,
	    signals[_i].ends ? starter.pid : other.pid);
	close_guest(session);
}
END_TEST

START_TEST(one_of_an_earlier_start_does_not_take_over)
{
	struct session *session = open_guest();
	struct event event = fixture_process(ROLE_OTHER, 4711, 0, PROCESS_STARTED, -1);
	event.process.row.start_time = 1;
	bare_tell(session, event);
	listens(session, 4711, SOCKET_APPEARED);
	ck_assert_int_eq(session->world.server.pid, starter.pid);
	ck_assert(!session->world.server.listening);
	listens(session, 4712, SOCKET_CHANGED); /* nobody knows it */
	ck_assert_int_eq(session->world.server.pid, starter.pid);
	close_guest(session);
}
END_TEST

/* The test itself takes over, whose children the two are. */
START_TEST(its_children_come_with_it)
{
	struct session *session = open_guest();
	struct event event = fixture_process(ROLE_OTHER, getpid(), 0, PROCESS_CHANGED, -1);
	bare_follow(session, getpid(), ROLE_OTHER, 0);
	event.process.row.start_time = UINT64_MAX;
	bare_tell(session, event);
	event = fixture_process(ROLE_OTHER, 4712, 0, PROCESS_STARTED, -1);
	event.process.row.ppid = 1;
	bare_tell(session, event);
	listens(session, getpid(), SOCKET_APPEARED);
	ck_assert_int_eq(session->world.server.pid, getpid());
	ck_assert_int_eq(role_of(session, other.pid), ROLE_CHILD);
	ck_assert_int_eq(role_of(session, 4712), ROLE_OTHER);
	close_guest(session);
}
END_TEST

/* The server's end of connection 1, held by a process. */
static void
served(struct session *session, pid_t owner)
{
	struct event event = fixture_socket(1, END_SERVER, SOCKET_APPEARED,
	    STATE_ESTABLISHED);
	event.socket.row.owner_pid = owner;
	bare_tell(session, event);
	guest_look(&session->world);
}

START_TEST(who_holds_its_end_serves_a_connection)
{
	struct session *session = open_guest();
	listens(session, starter.pid, SOCKET_APPEARED);
	bare_tell(session, fixture_connection(1, CONNECTION_OPENED));
	process_watch_role(session->world.processes, other.pid, ROLE_CHILD);
	served(session, other.pid);
	const struct moment_process *child = moment_process(session_now(session), other.pid);
	ck_assert_uint_eq(child->row.conn, 1);
	ck_assert_uint_eq(child->row.peer.port, fixture_client_end(1).port);
	ck_assert_int_eq(session_now(session)->connections[0].child, other.pid);
	close_guest(session);
}
END_TEST

START_TEST(its_command_line_is_told_as_far_as_it_fits)
{
	struct session *session = open_guest();
	char text[64], small[10];
	guest_command_text(&session->world, text, sizeof text);
	ck_assert_str_eq(text, "./run -x 9877");
	guest_command_text(&session->world, small, sizeof small);
	ck_assert_str_eq(small, "./run -x ");
	close_guest(session);
}
END_TEST

START_TEST(one_that_cannot_be_run_is_told)
{
	struct session *session = open_guest();
	guest_failed(&session->world, ENOENT);
	bare_said(session, EVENT_ERROR, "cannot run ./run: no such file");
	ck_assert_int_eq(session->world.server.pid, 0);
	ck_assert(!session->world.server.starting);
	close_guest(session);
}
END_TEST

START_TEST(one_that_does_not_listen_is_told_once)
{
	struct session *session = open_guest();
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	int64_t begun = loop_now(session->world.loop);
	guest_look(&session->world);
	ck_assert(timer_is_running(session->world.tick)); /* it is looked at again */
	if (loop_now(session->world.loop) - begun < SECONDS(1))
		ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	while (bare_count(session, EVENT_NOTE) == 0) {
		ck_assert_int_lt(loop_now(session->world.loop), end);
		ck_assert_int_ge(loop_round(session->world.loop, 50), 0);
		guest_look(&session->world);
	}
	bare_said(session, EVENT_NOTE, "the server does not listen at port 9877 after 2 s");
	guest_look(&session->world);
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 1);
	ck_assert(session->world.server.starting); /* it may still */
	close_guest(session);
}
END_TEST

/* A socket of this process; its inode. */
static uint64_t
open_inode(int *fd)
{
	struct stat status;
	*fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(*fd, 0);
	ck_assert_int_eq(fstat(*fd, &status), 0);
	return (uint64_t)status.st_ino;
}

/* Whether the watched server still runs, and whether the row says which socket it is. */
static const struct { bool runs, has_inode, taken; } afters[] = {
	{false, true, true}, {true, true, false}, {false, false, false},
};

START_TEST(who_listens_after_a_watched_one_is_watched)
{
	int fd;
	struct session *session = bare_open(4096);
	struct victim watched = victim_start();
	struct event event = fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN);
	bare_tell(session, fixture_start("local"));
	guest_watch(&session->world);
	bare_follow(session, watched.pid, ROLE_SERVER, 0);
	if (!afters[_i].runs)
		reaped(session, &watched, 0);
	ck_assert_int_eq(session->world.server.pid, afters[_i].runs ? watched.pid : 0);
	event.socket.row.owner_pid = 0;
	event.socket.row.tcp.inode = open_inode(&fd);
	if (!afters[_i].has_inode)
		event.socket.row.tcp.inode = 0;
	bare_tell(session, event);
	guest_look(&session->world);
	ck_assert_int_eq(session->world.server.pid == getpid(), afters[_i].taken);
	if (afters[_i].taken)
		bare_said(session, EVENT_NOTE, "listens at the port now: it is watched");
	close(fd);
	victim_end(&watched);
	bare_close(session);
}
END_TEST

Suite *
guest_suite(void)
{
	Suite *suite = suite_create("guest");
	TCase *all = tcase_create("all");
	tcase_add_test(all, what_was_started_serves_when_it_listens);
	tcase_add_test(all, who_listens_is_the_server);
	tcase_add_test(all, a_stop_is_for_what_started_it_too);
	tcase_add_test(all, a_restart_forces_what_started_it_too);
	tcase_add_test(all, after_an_end_by_a_signal_nobody_takes_over);
	tcase_add_test(all, a_daemon_takes_over_from_its_parent);
	tcase_add_test(all, one_that_leaves_nobody_is_over_after_a_second_look);
	tcase_add_test(all, a_daemon_that_is_found_late_takes_over);
	tcase_add_test(all, a_command_finds_who_has_taken_over);
	tcase_add_test(all, a_command_finds_nobody_where_nobody_is);
	tcase_add_test(all, one_that_is_ended_before_it_was_seen_to_listen_has_not_failed);
	tcase_add_test(all, a_reset_ends_one_that_was_not_seen_to_listen);
	tcase_add_loop_test(all, one_that_fails_has_no_heir, 0, 2);
	tcase_add_loop_test(all, one_that_is_ending_is_not_followed, 0,
	    sizeof signals / sizeof *signals);
	tcase_add_test(all, one_of_an_earlier_start_does_not_take_over);
	tcase_add_test(all, its_children_come_with_it);
	tcase_add_test(all, who_holds_its_end_serves_a_connection);
	tcase_add_test(all, its_command_line_is_told_as_far_as_it_fits);
	tcase_add_test(all, one_that_cannot_be_run_is_told);
	tcase_add_test(all, one_that_does_not_listen_is_told_once);
	tcase_add_loop_test(all, who_listens_after_a_watched_one_is_watched, 0,
	    sizeof afters / sizeof *afters);
	suite_add_tcase(suite, all);
	return suite;
}
