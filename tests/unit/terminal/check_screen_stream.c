/* check_screen_stream.c: hostile text in every place of the screen, and each byte that the
 * terminal gets is looked at by a strict one. */
#include "pane_table.h"
#include "screen_fixture.h"
#include "suites.h"
#include "tools/terminal_model.h"

#include <unistd.h>

/* What a peer, a server, a file could hold: whatever of it were to come out as it is, the
 * strict terminal would refuse. */
#define HOSTILE "\033[2J\033]0;t\a\x9b" "3J\xc2\x9b" "K\r\b\x0e\x7f\xe2\x80\xae\xff\xc3" \
	"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xe4\xb8\x96"

enum { ROW_TEXT = 8192 };

static struct model model;
static off_t seen;

/* The screen on a terminal of this type, whose bytes are kept. */
static void
begin_on(const char *type)
{
	setup();
	screen_release(&test.screen);
	endwin();
	delscreen(test.terminal);
	fclose(test.out);
	test.out = tmpfile();
	ck_assert_ptr_nonnull(test.out);
	test.terminal = newterm(type, test.out, test.in);
	ck_assert_ptr_nonnull(test.terminal);
	screen_init(&test.screen);
	draw_init(&test.screen.draw, false, true);
	seen = 0;
}

/* Shows the model what has come since. */
static void
style(void)
{
	unsigned char bytes[4096];
	ssize_t length;
	fflush(test.out);
	while ((length = pread(fileno(test.out), bytes, sizeof bytes, seen)) > 0) {
		seen += length;
		if (!model_feed(&model, bytes, (size_t)length))
			ck_abort_msg("%s", model.reason);
	}
}

/* A row as curses believes it to be, without the blanks at its end. */
static void
read_row(int row, int columns, char text[ROW_TEXT])
{
	size_t used = 0, whole = 0;
	for (int column = 0; column < columns; column++) {
		cchar_t cell;
		wchar_t wide[CCHARW_MAX + 1];
		attr_t style;
		short pair;
		if (mvin_wch(row, column, &cell) == ERR ||
		    getcchar(&cell, wide, &style, &pair, NULL) == ERR)
			ck_abort_msg("no cell %d, %d", row, column);
		used += wcstombs(text + used, wide, ROW_TEXT - used);
		whole = wcscmp(wide, L" ") != 0 ? used : whole;
		column += wcwidth(*wide) == 2;
	}
	text[whole] = '\0';
}

/* Draws at this size, and what the strict terminal shows is what curses believes. */
static void
show(int rows, int columns)
{
	draw_forget();
	model_resize(&model, columns, rows);
	draw(rows, columns);
	style();
	for (int row = 0; row < rows; row++) {
		char shown[ROW_TEXT], believed[ROW_TEXT];
		model_row(&model, row, shown, sizeof shown);
		read_row(row, columns, believed);
		if (strcmp(shown, believed) != 0)
			ck_abort_msg("row %d is \"%s\", not \"%s\"", row, shown, believed);
	}
}

/* A process that calls itself so. */
static void
hostile_process(enum report_role role, pid_t pid, const char *stat)
{
	struct event event = process(role, pid, 0, PROCESS_STARTED, stat, HOSTILE, HOSTILE);
	snprintf(event.process.row.tty, sizeof event.process.row.tty, "\033[2J");
	happen(event);
}

/* Events whose every text is hostile. */
static void
happen_hostile(void)
{
	static const enum event_type texts[] = {EVENT_COMMAND, EVENT_SENT, EVENT_ECHO,
	    EVENT_OUTPUT, EVENT_ERROR, EVENT_NOTE, EVENT_SAY, EVENT_EXPECT};
	struct event start = fixture_start("local");
	ck_assert_int_eq(event_set_text(&start, HOSTILE, strlen(HOSTILE)), 0);
	start.start.server = SERVER_COMMAND;
	snprintf(start.start.command, sizeof start.start.command, "%s", HOSTILE);
	happen(start);
	hostile_process(ROLE_SERVER, SERVER_PID, "S");
	hostile_process(ROLE_CLIENT, CLIENT_PID, "\033");
	hostile_process(ROLE_OTHER, 77, "Z");
	connect_one(1);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct event event = fixture_event(texts[i], HOSTILE);
		if (texts[i] == EVENT_SENT || texts[i] == EVENT_ECHO) {
			event.line.conn = 1;
			event.line.bytes = event.length;
		}
		if (texts[i] == EVENT_EXPECT)
			event.detail = strdup(HOSTILE);
		happen(event);
	}
	struct event host = fixture_host(HOST_CRASHED);
	host.detail = strdup(HOSTILE);
	happen(host);
}

/* A lesson of somebody else. */
static void
teach_hostile(void)
{
	static struct scenario lesson;
	static char text[] = "kill child " HOSTILE;
	static struct scenario_step step = {.line = 1, .text = text};
	snprintf(lesson.name, sizeof lesson.name, "%s", HOSTILE);
	snprintf(lesson.title, sizeof lesson.title, "%s", HOSTILE);
	snprintf(lesson.section, sizeof lesson.section, "\033[2J");
	lesson.steps = &step;
	lesson.count = 1;
	test.guide = (struct guide){.there = true, .state = LESSON_WAITS, .count = 1,
	    .scenario = &lesson, .step = &step, .lessons = &lesson, .lesson_count = 1};
	struct event begun = fixture_lesson(LESSON_BEGUN, HOSTILE);
	ck_assert_int_eq(event_set_text(&begun, HOSTILE, strlen(HOSTILE)), 0);
	snprintf(begun.lesson.section, sizeof begun.lesson.section, "\033[2J");
	happen(begun);
	happen(fixture_event(EVENT_SAY, HOSTILE));
}

static const char *const types[] = {"xterm", "xterm-256color", "screen", "linux"};

enum { TYPES = sizeof types / sizeof *types };

START_TEST(no_byte_of_a_peer_reaches_the_terminal)
{
	begin_on(types[_i]);
	model_init(&model, 80, 24);
	happen_hostile();
	show(24, 80);
	show(36, 120);
	for (int zoomed = 0; zoomed < 2; zoomed++) {
		size_t count;
		const struct pane *const *panes = pane_table(&count);
		for (size_t i = 0; i < count; i++) {
			if (panes[i]->name == NULL)
				continue;
			test.screen.zoomed = screen_pane(&test.screen, panes[i]->name);
			test.screen.focus = FOCUS_PANES;
			show(24, 80);
			show(40, 160);
		}
		test.screen.zoomed = NULL;
		teach_hostile();
		show(24, 80);
		happen(fixture_ask(HOSTILE, HOSTILE "\n" HOSTILE, 1, 0));
		show(24, 80);
		happen(fixture_lesson(LESSON_FAILED, HOSTILE));
		show(24, 80);
	}
	screen_notice(&test.screen, STYLE_STRONG, test.now + FIXTURE_MS(5000), HOSTILE);
	show(24, 80);
	test.screen.question = HOSTILE;
	show(24, 80);
	ck_assert(model.coloured == (has_colors() == TRUE));
	teardown();
}
END_TEST

START_TEST(what_curses_took_is_put_back)
{
	begin_on(types[_i]);
	model_init(&model, 80, 24);
	happen_hostile();
	show(24, 80);
	endwin();
	style();
	ck_assert_msg(model_is_put_back(&model), "%s", model.reason);
	teardown();
}
END_TEST

Suite *
screen_stream_suite(void)
{
	Suite *suite = suite_create("screen stream");
	TCase *tcase = tcase_create("stream");
	tcase_add_loop_test(tcase, no_byte_of_a_peer_reaches_the_terminal, 0, TYPES);
	tcase_add_loop_test(tcase, what_curses_took_is_put_back, 0, TYPES);
	suite_add_tcase(suite, tcase);
	return suite;
}
