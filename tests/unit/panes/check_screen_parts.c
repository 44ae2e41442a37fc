/* check_screen_parts.c: what the screen is made of: places, keys, wrapped words; the way
 * out of the program. */
#include "command.h"
#include "keys.h"
#include "layout.h"
#include "text.h"

#include "event_fixture.h"
#include "suites.h"

#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 512, DEADLINE_MS = 20000 };

/* Do two rectangles have a cell in common? */
static bool
overlap(const struct rectangle *a, const struct rectangle *b)
{
	return a->row < b->row + b->rows && b->row < a->row + a->rows &&
	    a->column < b->column + b->columns && b->column < a->column + a->columns;
}

START_TEST(places_are_the_sketch_at_80x24)
{
	struct layout layout;
	ck_assert(layout_make(&layout, 24, 80, &(struct layout_needs){3, 0, 0, 9}));
	const struct rectangle wanted[PLACES] = {
		[PLACE_SENT] = {2, 1, 5, 24}, [PLACE_ECHOED] = {2, 26, 5, 24},
		[PLACE_ERRNO] = {2, 51, 5, 28}, [PLACE_SOCKETS] = {8, 1, 5, 78},
		[PLACE_PROCESSES] = {14, 1, 7, 38}, [PLACE_TIMELINE] = {14, 40, 7, 39},
	};
	for (int i = 0; i <= PLACE_TIMELINE; i++) {
		ck_assert_int_eq(layout.places[i].row, wanted[i].row);
		ck_assert_int_eq(layout.places[i].column, wanted[i].column);
		ck_assert_int_eq(layout.places[i].rows, wanted[i].rows);
		ck_assert_int_eq(layout.places[i].columns, wanted[i].columns);
	}
}
END_TEST

START_TEST(sockets_grow_and_leave_three_lines)
{
	struct layout layout;
	for (int rows = 0; rows < 200; rows++) {
		ck_assert(layout_make(&layout, 24, 80,
		    &(struct layout_needs){rows, 0, 0, 0}));
		ck_assert_int_ge(layout.places[PLACE_PROCESSES].rows, 3);
		if (layout.places[PLACE_PROCESSES].rows > 3)
			ck_assert_int_ge(layout.places[PLACE_SOCKETS].rows, rows + 1);
	}
	ck_assert_int_eq(layout.places[PLACE_PROCESSES].rows, 3);
}
END_TEST

START_TEST(no_size_overlaps_or_leaves_the_screen)
{
	struct layout layout;
	for (int rows = 1; rows < 120; rows++)
		for (int columns = 1; columns < 300; columns += 7) {
			bool fits = layout_make(&layout, rows, columns,
			    &(struct layout_needs){rows / 3, columns % 3 * 3,
			    columns % 5, columns});
			ck_assert_int_eq(fits, rows >= 24 && columns >= 80);
			for (int i = 0; fits && i < PLACES; i++) {
				const struct rectangle *place = &layout.places[i];
				if (i == PLACE_NARRATOR && !layout_has_narrator(&layout))
					continue;
				if (i == PLACE_DETAILS && (rows < 32 || columns < 120)) {
					ck_assert_int_eq(place->rows, 0);
					continue;
				}
				ck_assert_int_gt(place->rows, 0);
				ck_assert_int_ge(place->columns, 18);
				ck_assert_int_le(place->row + place->rows,
				    layout.borders[3]);
				ck_assert_int_lt(place->column + place->columns,
				    columns);
				for (int j = 0; j < i; j++)
					ck_assert(!overlap(place, &layout.places[j]));
			}
		}
}
END_TEST

START_TEST(words_are_wrapped)
{
	struct text text = {0};
	text_wrap(&text, 0, "The host rebooted: its TCP knows no such connection.",
	    28, 0);
	ck_assert_uint_eq(text.count, 2);
	ck_assert_str_eq(text.lines[0].text, "The host rebooted: its TCP");
	ck_assert_str_eq(text.lines[1].text, "knows no such connection.");
	text_clear(&text);
	text_wrap(&text, 0, "unbreakablewordthatislong", 10, 2);
	ck_assert_uint_eq(text.count, 3);
	ck_assert_str_eq(text.lines[1].text, "  ewordtha");
	text_release(&text);
}
END_TEST

START_TEST(every_key_is_a_command)
{
	size_t count;
	const struct key *keys = keys_table(&count);
	char error[256];
	for (size_t i = 0; i < count; i++) {
		const char *arguments;
		ck_assert_int_ge(keys[i].function, 1);
		ck_assert_int_le(keys[i].function, 10);
		ck_assert_ptr_nonnull(keys[i].label);
		ck_assert_ptr_nonnull(keys[i].help);
		if (keys[i].action != KEY_COMMAND)
			continue;
		ck_assert_msg(command_parse(keys[i].command, &arguments, error,
		    sizeof error) != NULL, "F%d: %s", keys[i].function, error);
	}
	for (int function = 1; function <= 10; function++) {
		struct moment moment;
		moment_init(&moment);
		ck_assert_ptr_nonnull(keys_find(function, &moment));
		ck_assert_ptr_null(keys_find(11, &moment));
	}
}
END_TEST

START_TEST(the_bar_shows_what_works)
{
	struct moment moment;
	char bar[TEXT];
	fixture_begin(&moment, 1);
	fixture_fold(&moment, fixture_event(EVENT_SETTINGS, "reap=waitpid"));
	keys_write_bar(&moment, 80, bar, sizeof bar);
	ck_assert_str_eq(bar, " F1 Help F2 Kill child F3 Kill server F4 Restart "
	    "F5 Crash F6 Reboot F10 Quit");
	fixture_fold(&moment, fixture_host(HOST_UNPLUGGED));
	ck_assert_str_eq(keys_find(8, &moment)->command, "host plug");
	fixture_fold(&moment, fixture_host(HOST_CRASHED));
	keys_write_bar(&moment, 80, bar, sizeof bar);
	ck_assert_str_eq(bar, " F1 Help F6 Reboot F9 Signal F10 Quit");
	for (int columns = 20; columns < 200; columns++) {
		keys_write_bar(&moment, columns, bar, sizeof bar);
		ck_assert_uint_le(strlen(bar), (size_t)columns);
		for (int mode = 0; mode < KEY_MODES; mode++) {
			keys_write_mode_bar((enum key_mode)mode, columns, bar,
			    sizeof bar);
			ck_assert_uint_le(strlen(bar), (size_t)columns);
		}
	}
	keys_write_mode_bar(KEYS_QUESTION, 80, bar, sizeof bar);
	ck_assert_str_eq(bar, " y Yes   n No   F10 Quit");
	moment_release(&moment);
}
END_TEST

static char path[128];

/* Milliseconds on the monotonic clock. */
static int64_t
clock_ms(void)
{
	struct timespec now;
	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads what the terminal is sent until it holds text; NULL: until its end. */
static void
await_output(int terminal, const char *text)
{
	char seen[65536] = "";
	size_t used = 0;
	int64_t deadline = clock_ms() + DEADLINE_MS;
	while (text == NULL || strstr(seen, text) == NULL) {
		struct pollfd readable = {.fd = terminal, .events = POLLIN};
		ck_assert_msg(clock_ms() < deadline, "never seen: %s",
		    text != NULL ? text : "the end");
		if (poll(&readable, 1, 100) <= 0)
			continue;
		if (used + 1 == sizeof seen)
			used = 0;
		ssize_t length = read(terminal, seen + used, sizeof seen - 1 - used);
		if (length <= 0) /* EIO: the other side is closed */
			break;
		for (ssize_t i = 0; i < length; i++) /* strstr stops at none */
			seen[used + (size_t)i] += seen[used + (size_t)i] == '\0';
		used += (size_t)length;
		seen[used] = '\0';
	}
	ck_assert(text == NULL || strstr(seen, text) != NULL);
}

/* Where the keyboard may be caught, and what shows that it is. */
static const struct { const char *keys, *shown; } ways_in[] = {
	{"", "F10 Quit"},
	{"\t", "Enter Zoom"},
	{"\t/abc", "Enter Find"},
	{"\033OP", "q Back"},
	{"\033[200~one\rtwo\r\033[201~", "pasted lines?"},
	{"\033[200~one\rtwo\r", "Ctrl-C drops it"}, /* its end mark is lost */
	{"\022abc", "reverse-i-search"},
};

/* A port that refuses, and is nobody else's: bound and not listening, as long as
 * the descriptor is open. */
static int
take_port(char text[8])
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t room = sizeof address;
	int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(taken, (struct sockaddr *)&address, room), 0);
	ck_assert_int_eq(getsockname(taken, (struct sockaddr *)&address, &room), 0);
	snprintf(text, 8, "%d", ntohs(address.sin_port));
	return taken;
}

/* Starts the console on a terminal of this type; returns the terminal. */
static int
start_console(const char *type, const char *port, pid_t *pid)
{
	const char *build = getenv("BUILD");
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	int terminal;
	snprintf(path, sizeof path, "%s/tcpconsole",
	    build != NULL ? build : "build");
	*pid = forkpty(&terminal, NULL, NULL, &size);
	ck_assert_int_ge(*pid, 0);
	if (*pid == 0) {
		setenv("TERM", type, 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		setenv("XDG_STATE_HOME", "relative: none", 1);
		unsetenv("HOME");
		execl(path, path, "--no-server", "127.0.0.1", port, (char *)NULL);
		_exit(127);
	}
	return terminal;
}

/* It ends with this status. */
static void
await_end(int terminal, pid_t pid, int wanted)
{
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), wanted);
	close(terminal);
}

START_TEST(f10_leaves_from_everywhere)
{
	char port[8];
	pid_t pid;
	int taken = take_port(port);
	int terminal = start_console("xterm", port, &pid);
	size_t length = strlen(ways_in[_i].keys);
	await_output(terminal, "F10 Quit");
	ck_assert_int_eq(write(terminal, ways_in[_i].keys, length),
	    (ssize_t)length);
	if (length > 0)
		await_output(terminal, ways_in[_i].shown);
	ck_assert_int_eq(write(terminal, "\033[21~", 5), 5);
	await_output(terminal, NULL);
	await_end(terminal, pid, 0);
	close(taken);
}
END_TEST

START_TEST(a_terminal_that_cannot_says_so)
{
	char port[8];
	pid_t pid;
	int taken = take_port(port);
	int terminal = start_console(_i == 0 ? "dumb" : "no-such-terminal", port,
	    &pid);
	await_output(terminal, "--headless");
	await_end(terminal, pid, 77);
	close(taken);
}
END_TEST

Suite *
screen_parts_suite(void)
{
	Suite *suite = suite_create("screen parts");
	TCase *layout = tcase_create("layout"), *keys = tcase_create("keys");
	TCase *console = tcase_create("console");
	tcase_add_test(layout, places_are_the_sketch_at_80x24);
	tcase_add_test(layout, sockets_grow_and_leave_three_lines);
	tcase_add_test(layout, no_size_overlaps_or_leaves_the_screen);
	tcase_add_test(layout, words_are_wrapped);
	tcase_add_test(keys, every_key_is_a_command);
	tcase_add_test(keys, the_bar_shows_what_works);
	tcase_set_timeout(console, 60);
	tcase_add_loop_test(console, f10_leaves_from_everywhere, 0,
	    sizeof ways_in / sizeof *ways_in);
	tcase_add_loop_test(console, a_terminal_that_cannot_says_so, 0, 2);
	suite_add_tcase(suite, console);
	suite_add_tcase(suite, layout);
	suite_add_tcase(suite, keys);
	return suite;
}
