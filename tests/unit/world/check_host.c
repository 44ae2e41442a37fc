/* The server's host: whose sockets are made silent, who is stopped and who is ended,
 * and when each event comes. */
#include "host.h"

#include "bare_session.h"
#include "server_guest.h"
#include "server_command.h"
#include "suites.h"
#include "victim.h"
#include "host_silence.h"
#include "server_state.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* A process of the session, with a TCP socket that the test holds, too. */
struct part {
	struct victim victim;
	int fd;
};

enum { SERVER, CHILD, CLIENT, PARTS };

static struct part parts[PARTS], other; /* other: of no session */
static int program;

enum { DEAF = 255, HEARS = 2, TTL_USUAL = 64 };

static struct part
part_start(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(fd, 0);
	return (struct part){.victim = victim_start_holding(fd), .fd = fd};
}

/* A session that owns its server; a server, a child of it, a client, and another. */
static struct session *
open_host(void)
{
	static const enum report_role roles[PARTS] = {ROLE_SERVER, ROLE_CHILD, ROLE_CLIENT};
	struct session *session = bare_open(4096);
	bare_guard(session);
	session->world.server.ours = session->world.server.listening = true;
	program = bare_client(session);
	bare_tell(session, fixture_start("local"));
	for (int i = 0; i < PARTS; i++) {
		parts[i] = part_start();
		bare_follow(session, parts[i].victim.pid, roles[i], 0);
	}
	other = part_start();
	return session;
}

static void
part_end(const struct part *part)
{
	victim_end(&part->victim);
	close(part->fd);
}

static void
close_host(struct session *session)
{
	for (int i = 0; i < PARTS; i++)
		part_end(&parts[i]);
	part_end(&other);
	close(program);
	bare_close(session);
}

/* An option of the part's socket. */
static int
option(const struct part *part, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof value;
	ck_assert_int_eq(getsockopt(part->fd, level, name, &value, &size), 0);
	return value;
}

/* Does a close of it send RST? */
static bool
vanishes(const struct part *part)
{
	struct linger linger = {0};
	socklen_t size = sizeof linger;
	ck_assert_int_eq(getsockopt(part->fd, SOL_SOCKET, SO_LINGER, &linger, &size), 0);
	return linger.l_onoff != 0 && linger.l_linger == 0;
}

/* The part's socket hears so much, and what it sends is heard or not; unless this
 * machine lends no sockets. */
static void
sounds(const struct session *session, const struct part *part, int minimum, int ttl)
{
	if (session->world.host.refused && part != &other)
		return;
	ck_assert_int_eq(option(part, IPPROTO_IP, IP_MINTTL), minimum);
	ck_assert_int_eq(option(part, IPPROTO_IP, IP_TTL), ttl);
}

/* Rounds until so many events of the host have been told. */
static void
await_told(struct session *session, unsigned count)
{
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	while (session->world.host.told < count) {
		ck_assert_int_lt(loop_now(session->world.loop), end);
		ck_assert_int_ge(loop_round(session->world.loop, 10), 0);
	}
	ck_assert_uint_eq(session->world.host.told, count);
}

/* Rounds until the step is this one. */
static void
await_step(struct session *session, enum host_phase step)
{
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	while (session->world.host.phase != step) {
		ck_assert_int_lt(loop_now(session->world.loop), end);
		ck_assert_int_ge(loop_round(session->world.loop, 10), 0);
	}
}

/* The host's latest event. */
static void
told(const struct session *session, enum host_what what, const char *how)
{
	const struct event *event = bare_last(session, EVENT_HOST);
	ck_assert_ptr_nonnull(event);
	ck_assert_int_eq(event->host.what, what);
	if (how == NULL)
		ck_assert_ptr_null(event->detail);
	else
		ck_assert_ptr_nonnull(strstr(event->detail, how));
}

/* Of no session: it hears, is heard, runs. */
static void
others_are_left_alone(const struct session *session)
{
	sounds(session, &other, 0, TTL_USUAL);
	ck_assert(!vanishes(&other));
	ck_assert_uint_eq(victim_was_sent(&other.victim), 0);
	ck_assert(victim_answers(&other.victim));
}

START_TEST(sockets_are_lent_or_refused)
{
	struct session *session = open_host();
	int pidfd = (int)syscall(SYS_pidfd_open, parts[SERVER].victim.pid, 0);
	int copy = (int)syscall(SYS_pidfd_getfd, pidfd, parts[SERVER].fd, 0);
	bool refused = pidfd < 0 || (copy < 0 && (errno == EPERM || errno == ENOSYS));
	close(copy);
	close(pidfd);
	host_silence_again(&session->world, parts[SERVER].victim.pid);
	ck_assert_int_eq(session->world.host.refused, refused);
	sounds(session, &parts[SERVER], DEAF, 1);
	sounds(session, &parts[CHILD], 0, TTL_USUAL);
	sounds(session, &parts[CLIENT], 0, TTL_USUAL);
	host_silence_again(&session->world, 999999999); /* nobody */
	ck_assert_int_eq(session->world.host.refused, refused);
	close_host(session);
}
END_TEST

/* What the guard would tell: the server's parent is gone. */
static void
reap_parts(struct session *session)
{
	for (int i = SERVER; i <= CHILD; i++) {
		ck_assert(!victim_answers(&parts[i].victim));
		process_watch_reaped(session->world.processes, parts[i].victim.pid, SIGKILL,
		    getpid(), loop_now(session->world.loop));
	}
	server_ended(&session->world);
}

/* When there were too many processes for a pidfd each. */
START_TEST(one_that_is_followed_without_a_descriptor_is_silenced_too)
{
	struct session *session = open_host();
	struct part many = part_start();
	struct rlimit limit, few;
	int free_fd = dup(0);
	close(free_fd);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = (rlim_t)free_fd + 8; /* enough to read /proc with */
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	bare_follow(session, many.victim.pid, ROLE_CHILD, 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(process_watch_pidfd(session->world.processes, many.victim.pid), -1);
	host_silence_again(&session->world, many.victim.pid);
	sounds(session, &many, DEAF, 1);
	int after = dup(0);
	close(after);
	ck_assert_int_eq(after, free_fd);
	part_end(&many);
	close_host(session);
}
END_TEST

/* Where no sockets are lent, tcpserv lets them vanish itself. */
START_TEST(tcpserv_is_asked_where_sockets_are_not_lent)
{
	struct session *session = open_host();
	session->world.host.refused = true;
	bare_tell(session, fixture_host(HOST_CRASHED));
	int64_t before = loop_now(session->world.loop);
	host_reboot(&session->world);
	for (int i = SERVER; i <= CHILD; i++) {
		ck_assert_uint_eq(victim_was_sent(&parts[i].victim),
		    VICTIM_BIT(SIGUSR2) | VICTIM_BIT(SIGCONT));
		ck_assert(victim_answers(&parts[i].victim));
	}
	ck_assert_int_ge(session->world.host.deadline, before + MILLISECONDS(300));
	ck_assert_int_le(session->world.host.deadline,
	    loop_now(session->world.loop) + MILLISECONDS(300));
	ck_assert_uint_eq(bare_count(session, EVENT_SIGNAL), 0);
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	session->world.host.deadline = 0; /* they have not ended */
	while (process_watch_state(parts[CHILD].victim.pid) != 'Z')
		ck_assert_int_ge(loop_round(session->world.loop, 5), 0);
	reap_parts(session);
	await_step(session, PHASE_START);
	close_host(session);
}
END_TEST

START_TEST(anybodys_server_cannot_be_asked)
{
	static const char *const command[] = {"./mine", NULL};
	struct session *session = open_host();
	session->world.server.command = server_command_new(command, 9877);
	session->world.host.refused = true;
	guest_start(&session->world);
	bare_tell(session, fixture_host(HOST_CRASHED));
	host_reboot(&session->world);
	bare_said(session, EVENT_NOTE, "pidfd_getfd is refused, so this server's sockets do not "
	    "vanish");
	for (int i = SERVER; i <= CHILD; i++)
		ck_assert(!victim_answers(&parts[i].victim));
	close_host(session);
}
END_TEST

START_TEST(a_crash_silences_and_stops)
{
	struct session *session = open_host();
	bare_run(session, "host crash");
	ck_assert_uint_eq(session->world.host.told, 0);
	bare_ordered(program, ORDER_SILENCE, 1);
	sounds(session, &parts[CLIENT], DEAF, TTL_USUAL); /* at once */
	session->world.host.deadline = INT64_MAX; /* it is told when they stand still */
	await_told(session, 1);
	told(session, HOST_CRASHED, session->world.host.refused ? "pidfd_getfd refused" :
	    "server stopped, sockets deaf and mute");
	for (int i = SERVER; i <= CHILD; i++) {
		ck_assert_int_eq(process_watch_state(parts[i].victim.pid), 'T');
		sounds(session, &parts[i], DEAF, 1);
		ck_assert(!vanishes(&parts[i]));
	}
	ck_assert(victim_answers(&parts[CLIENT].victim));
	ck_assert_uint_eq(bare_count(session, EVENT_SIGNAL), 0); /* no host sends SIGSTOP */
	ck_assert_int_eq(session->world.host.phase, PHASE_NONE);
	others_are_left_alone(session);
	bare_run(session, "host crash");
	bare_said(session, EVENT_ERROR, "the host is down already: host reboot");
	close_host(session);
}
END_TEST

START_TEST(a_child_that_is_forked_in_the_crash_is_of_it)
{
	struct session *session = open_host();
	struct part late = part_start();
	host_crash(&session->world);
	ck_assert_int_eq(session->world.host.phase, PHASE_STOP);
	bare_follow(session, late.victim.pid, ROLE_CHILD, 0);
	await_told(session, 1);
	ck_assert_int_eq(process_watch_state(late.victim.pid), 'T');
	sounds(session, &late, DEAF, 1);
	part_end(&late);
	close_host(session);
}
END_TEST

START_TEST(one_that_cannot_be_stopped_is_waited_for_two_seconds)
{
	struct session *session = open_host();
	host_crash(&session->world);
	int64_t limit = session->world.host.deadline - loop_now(session->world.loop);
	ck_assert_int_gt(limit, 0);
	ck_assert_int_le(limit, SECONDS(2));
	session->world.host.deadline -= SECONDS(2);
	process_watch_signal(session->world.processes, parts[CHILD].victim.pid, SIGCONT);
	await_told(session, 1); /* whatever they do */
	close_host(session);
}
END_TEST

/* Says that the server which was begun has come to nothing, so that the host is up. */
static void
server_settles(struct session *session)
{
	ck_assert(session->world.server.starting);
	session->world.server.starting = false;
	session->world.server.pid = 0;
}

START_TEST(a_reboot_lets_everything_vanish)
{
	struct session *session = open_host();
	bare_run(session, "host crash");
	await_told(session, 1);
	runner_step(session);
	ck_assert(!bare_is_running(session));
	bare_ordered(program, ORDER_SILENCE, 1);
	bare_run(session, "host reboot");
	bare_ordered(program, ORDER_SILENCE, 1);
	if (!session->world.host.refused) {
		ck_assert(vanishes(&parts[SERVER]));
		ck_assert(vanishes(&parts[CHILD]));
	}
	ck_assert(!vanishes(&parts[CLIENT]));
	session->world.host.deadline = INT64_MAX; /* it goes on when they are gone */
	ck_assert_uint_eq(session->world.server.start_serial, 0); /* not before they are gone */
	reap_parts(session);
	await_step(session, PHASE_START);
	ck_assert_uint_eq(session->world.server.start_serial, 1);
	ck_assert(bare_is_running(session));
	ck_assert_uint_eq(bare_order(program)->kind, 0); /* it does not hear yet */
	server_settles(session);
	await_told(session, 2);
	told(session, HOST_UP, NULL);
	bare_ordered(program, ORDER_SILENCE, 0);
	sounds(session, &parts[CLIENT], HEARS, TTL_USUAL);
	ck_assert(victim_answers(&parts[CLIENT].victim));
	runner_step(session);
	ck_assert(!bare_is_running(session));
	ck_assert_uint_eq(bare_count(session, EVENT_SIGNAL), 0);
	others_are_left_alone(session);
	close_host(session);
}
END_TEST

START_TEST(a_reboot_from_up_begins_with_a_crash)
{
	struct session *session = open_host();
	bare_run(session, "host reboot");
	await_told(session, 1);
	told(session, HOST_CRASHED, "server stopped");
	runner_step(session);
	ck_assert(bare_is_running(session)); /* it is not over with that */
	ck_assert_int_eq(session->world.host.phase, PHASE_END);
	ck_assert(!session->world.host.then_reboot);
	bare_run(session, "say later");
	ck_assert_uint_eq(bare_count(session, EVENT_SAY), 0);
	reap_parts(session);
	await_step(session, PHASE_START);
	server_settles(session);
	await_told(session, 2);
	told(session, HOST_UP, NULL);
	close_host(session);
}
END_TEST

/* A program of the guard's that nobody told of. */
static pid_t
unreported(struct session *session)
{
	static const char *const argv[] = {"sleep", "600", NULL};
	pid_t children[4];
	ck_assert_uint_ne(launcher_start(session->world.launcher, "/bin/sleep", argv, program), 0);
	while (process_children(launcher_guard(session->world.launcher), children, 4) < 1)
		continue;
	return children[0];
}

START_TEST(nobody_survives_a_reboot_unseen)
{
	struct session *session = open_host();
	session->world.server.ours = true;
	pid_t unseen = unreported(session);
	bare_run(session, "host crash");
	await_told(session, 1);
	bare_run(session, "host reboot");
	reap_parts(session);
	await_step(session, PHASE_START);
	char state = process_watch_state(unseen);
	ck_assert_msg(state == 0 || state == 'Z' || state == 'X', "it is %c", state);
	server_settles(session);
	close_host(session);
}
END_TEST

START_TEST(a_shutdown_asks_first)
{
	struct session *session = open_host();
	int64_t before = loop_now(session->world.loop);
	bare_run(session, "host shutdown");
	int64_t after = loop_now(session->world.loop);
	ck_assert(!bare_is_running(session)); /* its grace runs on */
	told(session, HOST_SHUTTING_DOWN, NULL);
	ck_assert_int_ge(session->world.host.deadline, before + SECONDS(5));
	ck_assert_int_le(session->world.host.deadline, after + SECONDS(5));
	for (int i = SERVER; i <= CHILD; i++) {
		ck_assert_uint_eq(victim_was_sent(&parts[i].victim), VICTIM_BIT(SIGTERM));
		sounds(session, &parts[i], 0, TTL_USUAL); /* its FINs are heard */
		ck_assert(!vanishes(&parts[i]));
	}
	ck_assert_uint_eq(victim_was_sent(&parts[CLIENT].victim), 0);
	ck_assert_uint_eq(bare_count(session, EVENT_SIGNAL), 2);
	ck_assert_int_eq(bare_last(session, EVENT_SIGNAL)->signal.by, BY_HOST);
	ck_assert_uint_eq(bare_order(program)->kind, 0);
	(void)loop_round(session->world.loop, 20);
	ck_assert(victim_answers(&parts[SERVER].victim)); /* the grace is not over */
	session->world.host.deadline = loop_now(session->world.loop) - 1;
	while (bare_count(session, EVENT_SIGNAL) < 4)
		ck_assert_int_gt(loop_round(session->world.loop, 20000), 0);
	ck_assert_int_eq(bare_last(session, EVENT_SIGNAL)->signal.number, SIGKILL);
	ck_assert_int_gt(session->world.host.deadline, loop_now(session->world.loop)); /* not at each look */
	reap_parts(session);
	await_told(session, 2);
	told(session, HOST_DOWN, "no process left, client deaf");
	bare_ordered(program, ORDER_SILENCE, 1);
	ck_assert_int_eq(session->world.host.phase, PHASE_NONE);
	others_are_left_alone(session);
	close_host(session);
}
END_TEST

static const struct { const char *line; int64_t grace; } graces[] = {
	{"host shutdown 0.5", MILLISECONDS(500)}, {"host shutdown 60", SECONDS(60)},
	{"host shutdown 0", 0},
};

START_TEST(a_grace_is_as_long_as_it_says)
{
	struct session *session = open_host();
	int64_t before = loop_now(session->world.loop);
	bare_run(session, graces[_i].line);
	ck_assert_int_ge(session->world.host.deadline, before + graces[_i].grace);
	ck_assert_int_le(session->world.host.deadline,
	    loop_now(session->world.loop) + graces[_i].grace);
	ck_assert_int_ge(log_now(session->world.log)->host_kill_at, before + graces[_i].grace);
	ck_assert_int_le(log_now(session->world.log)->host_kill_at,
	    session->world.host.deadline);
	close_host(session);
}
END_TEST

START_TEST(a_host_may_reboot_within_its_grace)
{
	struct session *session = open_host();
	bare_run(session, "host shutdown 3600");
	ck_assert_int_eq(session->world.host.phase, PHASE_GRACE);
	bare_refuses(session, "host crash", "the host is shutting down: host reboot, or wait");
	bare_refuses(session, "host unplug", "the host is shutting down");
	bare_run(session, "host reboot");
	ck_assert_int_eq(session->world.host.phase, PHASE_END);
	for (int i = SERVER; i <= CHILD; i++)
		ck_assert(!victim_answers(&parts[i].victim));
	bare_ordered(program, ORDER_SILENCE, 1);
	close_host(session);
}
END_TEST

START_TEST(the_cable_silences_and_stops_nobody)
{
	struct session *session = open_host();
	bare_refuses(session, "host plug", "the cable is in: host unplug takes it out");
	bare_run(session, "host unplug");
	ck_assert(!bare_is_running(session));
	told(session, HOST_UNPLUGGED, session->world.host.refused ? "client deaf" :
	    "sockets deaf and mute");
	bare_ordered(program, ORDER_SILENCE, 1);
	sounds(session, &parts[CLIENT], DEAF, TTL_USUAL);
	sounds(session, &parts[SERVER], DEAF, 1);
	sounds(session, &parts[CHILD], DEAF, 1);
	for (int i = 0; i < PARTS; i++)
		ck_assert(victim_answers(&parts[i].victim));
	bare_refuses(session, "host unplug", "the cable is out already: host plug");
	bare_run(session, "host plug");
	told(session, HOST_UP, NULL);
	bare_ordered(program, ORDER_SILENCE, 0);
	sounds(session, &parts[CLIENT], HEARS, TTL_USUAL);
	sounds(session, &parts[SERVER], 0, TTL_USUAL);
	sounds(session, &parts[CHILD], 0, TTL_USUAL);
	others_are_left_alone(session);
	close_host(session);
}
END_TEST

START_TEST(behind_the_cable_a_shutdown_is_heard_by_nobody)
{
	struct session *session = open_host();
	bare_run(session, "host unplug");
	bare_run(session, "host shutdown 3600");
	if (!session->world.host.refused) {
		ck_assert(vanishes(&parts[SERVER]));
		ck_assert(vanishes(&parts[CHILD]));
	}
	ck_assert(!vanishes(&parts[CLIENT]));
	close_host(session);
}
END_TEST

/* A new socket of a server behind the cable. */
static const struct { enum report_call call; bool silenced; } calls[] = {
	{CALL_ACCEPT, true}, {CALL_LISTEN, true}, {CALL_GETPEERNAME, true},
	{CALL_READ, false}, {CALL_WRITE, false},
};

START_TEST(a_new_socket_is_silenced_behind_the_cable)
{
	struct session *session = open_host();
	struct reporter reporter = {.role = ROLE_SERVER, .pid = parts[SERVER].victim.pid};
	struct report report = {.kind = REPORT_CALL, .call = (uint16_t)calls[_i].call,
	    .result = calls[_i].call == CALL_LISTEN ? 0 : 5};
	session->world.server.channels[0] = channel_open(session->world.loop, &reporter.fd,
	    reports_take, &session->world);
	session->world.server.channel_count = 1;
	reporter_send(&reporter, &report);
	reports_drain(&session->world);
	sounds(session, &parts[SERVER], 0, TTL_USUAL); /* the cable is in */
	bare_tell(session, fixture_host(HOST_UNPLUGGED));
	session->world.host.told = 1;
	reporter_send(&reporter, &report);
	reports_drain(&session->world);
	sounds(session, &parts[SERVER], calls[_i].silenced ? DEAF : 0,
	    calls[_i].silenced ? 1 : TTL_USUAL);
	close(reporter.fd);
	close_host(session);
}
END_TEST

/* Lines that kill in the silence, and what becomes of the sockets. */
static const struct {
	const char *line;
	int part;
	enum host_what host;
	bool vanishes;
	int minimum, ttl;
} deaths[] = {
	{"kill server TERM", SERVER, HOST_CRASHED, true, DEAF, 1},
	{"kill server TERM", SERVER, HOST_UNPLUGGED, false, 0, TTL_USUAL},
	{"kill server USR1", SERVER, HOST_UNPLUGGED, false, DEAF, 1},
	{"kill server STOP", SERVER, HOST_CRASHED, false, DEAF, 1},
	{"kill server CONT", SERVER, HOST_CRASHED, false, DEAF, 1},
	{"kill server TSTP", SERVER, HOST_CRASHED, false, DEAF, 1},
	{"kill server TTIN", SERVER, HOST_CRASHED, false, DEAF, 1},
	{"kill server TTOU", SERVER, HOST_CRASHED, false, DEAF, 1},
	{"kill server CHLD", SERVER, HOST_CRASHED, false, DEAF, 1},
	{"kill server URG", SERVER, HOST_CRASHED, false, DEAF, 1},
	{"kill server WINCH", SERVER, HOST_CRASHED, false, DEAF, 1},
	{"kill server USR2", SERVER, HOST_CRASHED, true, DEAF, 1},
	{"kill client TERM", CLIENT, HOST_CRASHED, false, HEARS, 1},
	{"kill client TERM", CLIENT, HOST_UNPLUGGED, false, HEARS, 1},
	{"kill client CHLD", CLIENT, HOST_UNPLUGGED, false, DEAF, 1},
	{"kill server TERM", SERVER, HOST_UP, false, DEAF, 1},
};

START_TEST(who_is_killed_in_the_silence_can_be_healed)
{
	struct session *session = open_host();
	const struct part *part = &parts[deaths[_i].part];
	host_silence_again(&session->world, part->victim.pid);
	bare_tell(session, fixture_host(deaths[_i].host));
	bare_run(session, deaths[_i].line);
	if (!session->world.host.refused)
		ck_assert_int_eq(vanishes(part), deaths[_i].vanishes);
	sounds(session, part, deaths[_i].minimum, deaths[_i].ttl);
	close_host(session);
}
END_TEST

START_TEST(nothing_deaf_stays_behind)
{
	struct session *session = open_host();
	host_heal(&session->world);
	for (int i = 0; i < PARTS; i++)
		ck_assert(!vanishes(&parts[i])); /* nothing was ill */
	host_crash(&session->world);
	await_told(session, 1);
	host_reboot(&session->world);
	host_heal(&session->world);
	ck_assert_int_eq(session->world.host.phase, PHASE_NONE);
	ck_assert(!timer_is_running(session->world.host.timer));
	for (int i = 0; i < PARTS && !session->world.host.refused; i++)
		ck_assert(vanishes(&parts[i]));
	others_are_left_alone(session);
	close_host(session);
}
END_TEST

START_TEST(a_host_that_is_busy_or_down_refuses)
{
	struct session *session = open_host();
	static const char *const lines[] = {"host crash", "host reboot", "host shutdown",
	    "host unplug", "host plug"};
	bare_refuses(session, "host shutdown soon", "seconds of grace, as in: host shutdown 5");
	session->world.host.phase = PHASE_START;
	for (int i = 0; i < 5; i++)
		bare_refuses(session, lines[i], "the host is busy with the command before");
	session->world.host.phase = PHASE_NONE;
	bare_tell(session, fixture_host(_i == 0 ? HOST_CRASHED : HOST_DOWN));
	bare_refuses(session, "host crash", "the host is down already: host reboot");
	bare_refuses(session, "host shutdown", "the host is down already");
	bare_refuses(session, "host unplug", "the host is down already");
	bare_refuses(session, "host plug", "the host is down: host reboot");
	ck_assert_uint_eq(bare_order(program)->kind, 0);
	for (int i = 0; i < PARTS; i++)
		ck_assert(victim_answers(&parts[i].victim));
	close_host(session);
}
END_TEST

START_TEST(who_lives_there_is_counted)
{
	struct session *session = open_host();
	ck_assert_uint_eq(host_processes(&session->world), 2);
	ck_assert(!host_is_dark(&session->world));
	ck_assert(!host_is_silent(&session->world));
	bare_tell(session, fixture_host(HOST_UNPLUGGED));
	ck_assert(!host_is_dark(&session->world));
	ck_assert(host_is_silent(&session->world));
	bare_tell(session, fixture_host(HOST_CRASHED));
	ck_assert(host_is_dark(&session->world));
	ck_assert(host_is_silent(&session->world));
	bare_tell(session, fixture_host(HOST_SHUTTING_DOWN));
	ck_assert(!host_is_silent(&session->world));
	process_watch_reaped(session->world.processes, parts[CHILD].victim.pid, 0, 1, 0);
	ck_assert_uint_eq(host_processes(&session->world), 1);
	close_host(session);
}
END_TEST

Suite *
host_suite(void)
{
	Suite *suite = suite_create("host");
	TCase *all = tcase_create("all");
	tcase_add_test(all, sockets_are_lent_or_refused);
	tcase_add_test(all, one_that_is_followed_without_a_descriptor_is_silenced_too);
	tcase_add_test(all, tcpserv_is_asked_where_sockets_are_not_lent);
	tcase_add_test(all, anybodys_server_cannot_be_asked);
	tcase_add_test(all, a_crash_silences_and_stops);
	tcase_add_test(all, a_child_that_is_forked_in_the_crash_is_of_it);
	tcase_add_test(all, one_that_cannot_be_stopped_is_waited_for_two_seconds);
	tcase_add_test(all, a_reboot_lets_everything_vanish);
	tcase_add_test(all, a_reboot_from_up_begins_with_a_crash);
	tcase_add_test(all, nobody_survives_a_reboot_unseen);
	tcase_add_test(all, a_shutdown_asks_first);
	tcase_add_loop_test(all, a_grace_is_as_long_as_it_says, 0,
	    sizeof graces / sizeof *graces);
	tcase_add_test(all, a_host_may_reboot_within_its_grace);
	tcase_add_test(all, the_cable_silences_and_stops_nobody);
	tcase_add_test(all, behind_the_cable_a_shutdown_is_heard_by_nobody);
	tcase_add_loop_test(all, a_new_socket_is_silenced_behind_the_cable, 0,
	    sizeof calls / sizeof *calls);
	tcase_add_loop_test(all, who_is_killed_in_the_silence_can_be_healed, 0,
	    sizeof deaths / sizeof *deaths);
	tcase_add_test(all, nothing_deaf_stays_behind);
	tcase_add_loop_test(all, a_host_that_is_busy_or_down_refuses, 0, 2);
	tcase_add_test(all, who_lives_there_is_counted);
	suite_add_tcase(suite, all);
	return suite;
}
