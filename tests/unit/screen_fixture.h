/* screen_fixture.h: a terminal that nobody sees, and what it shows.
 *
 * curses draws to /dev/null at a size that is asked for; what it would show is
 * read back cell by cell.  The events are made by hand and the clock is given, so
 * the same screen comes out every time.  UPDATE_GOLDENS=1 writes the files anew. */
#ifndef SCREEN_FIXTURE_H
#define SCREEN_FIXTURE_H

#include "console_options.h"
#include "screen.h"

#include "event_fixture.h"
#include "fixture.h"
#include "screen_dump.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>

enum { LOG_EVENTS = 1000 };

/* A terminal that nobody sees, and what it shows. */
static struct {
	SCREEN *terminal;
	FILE *in, *out;
	struct log *log;
	struct screen_state screen;
	struct guide guide;
	struct explain_subject why;
	int64_t now;
} test;

static inline void
setup(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	memset(&test, 0, sizeof test);
	test.in = fopen("/dev/null", "r");
	test.out = fopen("/dev/null", "w");
	ck_assert_ptr_nonnull(test.in);
	ck_assert_ptr_nonnull(test.out);
	test.terminal = newterm("xterm", test.out, test.in);
	ck_assert_ptr_nonnull(test.terminal);
	test.log = log_new(LOG_EVENTS);
	ck_assert_ptr_nonnull(test.log);
	screen_init(&test.screen);
	draw_init(&test.screen.draw, false, false);
}

static inline void
teardown(void)
{
	screen_release(&test.screen);
	log_free(test.log);
	endwin();
	delscreen(test.terminal);
	fclose(test.in);
	fclose(test.out);
}

/* Appends an event, ten milliseconds after the one before. */
static inline void
happen(struct event event)
{
	test.now += FIXTURE_MS(10);
	event.time = test.now;
	ck_assert_int_eq(log_append(test.log, &event), 0);
}

/* A process row with its command and where it sleeps. */
static inline struct event
process(enum report_role role, pid_t pid, unsigned conn, enum process_what what,
    const char *stat, const char *command, const char *wchan)
{
	struct event event = fixture_process(role, pid, conn, what, -1);
	struct process_row *row = &event.process.row;
	row->ppid = role == ROLE_CHILD ? SERVER_PID : 99;
	snprintf(row->stat, sizeof row->stat, "%s", stat);
	snprintf(row->command, sizeof row->command, "%s", command);
	snprintf(row->wchan, sizeof row->wchan, "%s", wchan);
	return event;
}

/* The server, the client, a row that listens. */
static inline void
begin(void)
{
	happen(fixture_start("local"));
	happen(fixture_event(EVENT_SETTINGS,
	    "reap=waitpid sa_restart=on eintr=retry service=echo reuseaddr=on"));
	happen(process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, "S",
	    "tcpserv 9877", "inet_csk_accept"));
	happen(process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_STARTED, "S", "tcpcli",
	    "poll_schedule_timeout"));
	happen(fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
}

/* Connection N, with its child. */
static inline void
connect_one(unsigned conn)
{
	happen(fixture_connection(conn, CONNECTION_OPENED));
	happen(fixture_connection(conn, CONNECTION_CURRENT));
	happen(fixture_call(ROLE_CLIENT, conn, CALL_CONNECT, 0, 0));
	happen(process(ROLE_CHILD, CHILD_PID + (pid_t)conn, conn, PROCESS_FORKED,
	    "S", "tcpserv 9877", "wait_woken/read"));
	happen(fixture_state(conn, END_CLIENT, STATE_GONE, STATE_ESTABLISHED));
	happen(fixture_state(conn, END_SERVER, STATE_GONE, STATE_ESTABLISHED));
	happen(fixture_socket(conn, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED));
	happen(fixture_socket(conn, END_SERVER, SOCKET_APPEARED, STATE_ESTABLISHED));
}

/* A line went out, or came back. */
static inline void
line(enum event_type type, const char *text)
{
	struct event event = fixture_event(type, text);
	event.line.conn = 1;
	event.line.bytes = strlen(text) + 1;
	happen(event);
}

/* A row of a connection is in a state with a timer. */
static inline void
row(unsigned conn, enum connection_end end, enum socket_what what,
    enum tcp_state state, enum tcp_timer timer, int64_t left)
{
	struct event event = fixture_socket(conn, end, what, state);
	event.socket.row.tcp.timer = timer;
	if (timer != TIMER_OFF)
		event.socket.row.timer_at = test.now + left;
	if (state == STATE_TIME_WAIT || state == STATE_FIN_WAIT2)
		event.socket.row.owner_pid = 0;
	happen(event);
}

/* Draws a frame at this size. */
static inline void
draw(int rows, int columns)
{
	struct scene scene = {.moment = log_now(test.log), .log = test.log,
	    .end = log_end(test.log), .now = test.now, .guide = test.guide,
	    .why = &test.why};
	ck_assert_int_eq(resizeterm(rows, columns), OK);
	screen_frame(&test.screen, &scene, NULL);
}

/* Writes a golden file. */
static inline void
update(const char *name, const char *text)
{
	const char *directory = getenv("TEST_FIXTURES");
	char path[512];
	snprintf(path, sizeof path, "%s/%s",
	    directory == NULL ? "tests/fixtures" : directory, name);
	FILE *file = fopen(path, "w");
	ck_assert_msg(file != NULL, "cannot write %s", path);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* The screen at this size is the one in the file. */
static inline void
compare(const char *name, int rows, int columns)
{
	char path[128];
	snprintf(path, sizeof path, "screens/%s-%dx%d.txt", name, columns, rows);
	draw(rows, columns);
	char *text = dump();
	if (getenv("UPDATE_GOLDENS") != NULL)
		update(path, text);
	size_t length;
	char *golden = fixture_read(path, &length);
	ck_assert_msg(strcmp(text, golden) == 0, "%s: the screen is\n%s", path, text);
	free(golden);
	free(text);
}

#endif
