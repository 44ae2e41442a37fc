/* fuzz_screen.c: a recorded session on the screen: its panes, at several sizes. */
#include "fuzz_screen_of.h"

#include "log.h"
#include "parse_json.h"
#include "screen.h"

enum { LOG_EVENTS = 64, PANES_AT_ONCE = 4 };

/* Some panes by themselves, walked through: which ones, the input decides. */
static void
draw_panes(struct screen_state *screen, const struct scene *scene, size_t first)
{
	for (size_t n = 0; n < PANES_AT_ONCE; n++) {
		size_t i = (first + n) % screen->pane_count;
		screen_zoom(screen, &screen->panes[i]);
		screen_frame(screen, scene, NULL);
		fuzz_check_screen();
		pane_walk(&screen->panes[i], WALK_LAST, 10);
		pane_walk(&screen->panes[i], WALK_RIGHT, 10);
		struct rectangle inside = screen_focused_inside(screen);
		pane_search(&screen->panes[i], scene, &inside, "e");
		screen_frame(screen, scene, NULL);
		fuzz_check_screen();
	}
	screen_zoom(screen, NULL);
}

/* All that the screen can show of the log. */
static void
draw_all(const struct log *log, size_t first)
{
	static const int sizes[][2] = {{24, 80}, {36, 120}, {10, 40}};
	struct screen_state screen = {0};
	struct scene scene = {.moment = log_now(log), .log = log,
	    .end = log_end(log), .now = log_now(log)->time + 1000000};
	screen_init(&screen);
	draw_init(&screen.draw, false, false);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		resizeterm(sizes[i][0], sizes[i][1]);
		screen_frame(&screen, &scene, NULL);
		fuzz_check_screen();
		if (i == 0)
			draw_panes(&screen, &scene, first);
		(void)screen_changes_at(&screen, &scene);
	}
	screen_release(&screen);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log *log = log_new(LOG_EVENTS);
	char *text = fuzz_string(data, size);
	FUZZ_CHECK(log != NULL);
	fuzz_open_terminal();
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		struct event event;
		if (render_json_parse(line, &event) == 0)
			FUZZ_CHECK(log_append(log, &event) == 0);
	}
	draw_all(log, size);
	log_free(log);
	free(text);
	return 0;
}
