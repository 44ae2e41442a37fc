/* console_fixture.h: the console on a pseudoterminal that only the test sees.
 *
 * The session has a guard and has not begun: no server, no client.  Its events are made
 * by hand, and the command lines that keys give it wait in its queue, where given() looks
 * at them: none is run unless the test lets the loop run.  Each test is a process of its
 * own (Check forks), whose standard input and output are the terminal. */
#ifndef CONSOLE_FIXTURE_H
#define CONSOLE_FIXTURE_H

#include "console_frame.h"
#include "console_session.h"
#include "console_terminal.h"
#include "draw.h"
#include "runner.h"
#include "session.h"
#include "session_state.h"
#include "terminal.h"

#include "event_fixture.h"
#include "screen_dump.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GIVEN_TEXT = 4096, AWAIT_SECONDS = 20 };

static struct {
	struct session_options session;
	struct console_options options;
	struct console *console;
	char port[8];
	int taken;             /* the port: bound, and nobody listens */
	int terminal;          /* the other side of the pseudoterminal; -1: it is gone */
	bool closed;           /* by the test itself */
	char given[GIVEN_TEXT];
} at;

/* A port that refuses, and is nobody else's as long as the descriptor is open. */
static inline void
take_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t room = sizeof address;
	at.taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(at.taken, (struct sockaddr *)&address, room), 0);
	ck_assert_int_eq(getsockname(at.taken, (struct sockaddr *)&address, &room), 0);
	snprintf(at.port, sizeof at.port, "%d", ntohs(address.sin_port));
}

/* Standard input and output are a terminal of 80 columns from now on. */
static inline void
take_terminal(void)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	int ours;
	ck_assert_int_eq(openpty(&at.terminal, &ours, NULL, NULL, &size), 0);
	ck_assert_int_eq(fcntl(at.terminal, F_SETFD, FD_CLOEXEC), 0);
	ck_assert_int_eq(fcntl(at.terminal, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(dup2(ours, STDIN_FILENO), STDIN_FILENO);
	ck_assert_int_eq(dup2(ours, STDOUT_FILENO), STDOUT_FILENO);
	close(ours);
}

/* What a user's environment could say otherwise. */
static inline void
clean_environment(void)
{
	setenv("TERM", "xterm", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("INPUTRC", "/dev/null", 1);
	unsetenv("NO_COLOR");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("HOME");
}

/* Draws a frame. */
static inline void
frame(void)
{
	struct scene scene = console_scene(at.console);
	screen_frame(&at.console->screen, &scene, at.console->prompt);
}

/* Takes what the terminal was sent, so that there is room for more. */
static inline void
drain(void)
{
	char bytes[4096];
	while (read(at.terminal, bytes, sizeof bytes) > 0)
		continue;
}

/* The console, ready for keys, in a session that has not begun. */
static inline void
open_console(void)
{
	const char *build = getenv("BUILD");
	at.session = (struct session_options){.host = "127.0.0.1", .port = at.port,
	    .no_server = true, .directory = build != NULL ? build : "build"};
	at.options = (struct console_options){.session = &at.session,
	    .play = at.options.play};
	at.console = console_new(&at.options);
	ck_assert_msg(console_open_session(at.console), "%s", at.console->failure);
	ck_assert(console_prepare(at.console));
	ck_assert_msg(console_join_session(at.console), "%s", at.console->failure);
	ck_assert_int_eq(terminal_open(), 0);
	draw_init(&at.console->screen.draw, false, false);
	ck_assert(console_watch_terminal(at.console));
	frame();
}

static inline void
setup_console(void)
{
	memset(&at, 0, sizeof at);
	clean_environment();
	take_port();
	take_terminal();
	open_console();
}

static inline void
teardown_console(void)
{
	drain();
	session_drop_waiting(at.console->session);
	if (!at.closed)
		terminal_close(at.console->gone);
	console_close_session(at.console);
	console_end(at.console);
	close(at.terminal);
	close(at.taken);
}

/* Keys, all at once; an Esc at their end is the key. */
static inline void
press(const char *keys)
{
	input_feed(&at.console->input, keys, strlen(keys));
	if (input_waits(&at.console->input) != 0)
		input_timeout(&at.console->input);
}

/* What the session was given since the last time, "SOURCE LINE", with | between. */
static inline const char *
given(void)
{
	struct session *session = at.console->session;
	size_t used = 0;
	*at.given = '\0';
	for (const struct queued *line = session->queue; line != NULL; line = line->next)
		used += (size_t)snprintf(at.given + used, GIVEN_TEXT - used, "%s%s %s",
		    used > 0 ? "|" : "", event_source_name(line->source), line->text);
	session_drop_waiting(session);
	return at.given;
}

/* An event, now. */
static inline void
happen(struct event event)
{
	event.time = loop_now(at.console->loop);
	ck_assert_int_eq(log_append(session_log(at.console->session), &event), 0);
}

/* A server of ours that listens, a client, and a connection with its child: in the log
 * alone. */
static inline void
make_up_connection(void)
{
	happen(fixture_start("local"));
	happen(fixture_event(EVENT_SETTINGS, "reap=waitpid service=echo"));
	happen(fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1));
	happen(fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_STARTED, -1));
	happen(fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	happen(fixture_connection(1, CONNECTION_OPENED));
	happen(fixture_connection(1, CONNECTION_CURRENT));
	happen(fixture_child(1, PROCESS_FORKED, -1));
	happen(fixture_state(1, END_CLIENT, STATE_GONE, STATE_ESTABLISHED));
	happen(fixture_state(1, END_SERVER, STATE_GONE, STATE_ESTABLISHED));
	happen(fixture_socket(1, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED));
	happen(fixture_socket(1, END_SERVER, SOCKET_APPEARED, STATE_ESTABLISHED));
	frame();
}

/* Does the next frame show this text? */
static inline bool
shows(const char *text)
{
	frame();
	return holds(text);
}

/* Rounds until a condition holds. */
#define AWAIT(round, condition) do { \
	int64_t await_until = loop_now(at.console->loop) + SECONDS(AWAIT_SECONDS); \
	while (!(condition)) { \
		ck_assert_msg(loop_now(at.console->loop) < await_until, \
		    "never came: " #condition); \
		ck_assert_int_ge(round, 0); \
		drain(); \
	} \
} while (0)

/* Of the session, which runs the lines that wait; of the loop alone. */
#define await(condition) AWAIT(session_round(at.console->session, 10), condition)
#define await_loop(condition) AWAIT(loop_round(at.console->loop, 10), condition)

#endif
