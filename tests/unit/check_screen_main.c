/* check_screen_main.c: runs the suites of the screen, which link with curses. */
#include "suites.h"

#include <stdlib.h>

int
main(void)
{
	/* a suite that is run by itself waits as long as one that is not */
	if (setenv("CK_DEFAULT_TIMEOUT", "60", 0) != 0)
		return EXIT_FAILURE;
	SRunner *runner = srunner_create(screen_bar_suite());
	srunner_add_suite(runner, screen_bytes_suite());
	srunner_add_suite(runner, screen_console_suite());
	srunner_add_suite(runner, screen_crash_suite());
	srunner_add_suite(runner, screen_details_suite());
	srunner_add_suite(runner, screen_diagram_suite());
	srunner_add_suite(runner, screen_draw_suite());
	srunner_add_suite(runner, screen_figures_suite());
	srunner_add_suite(runner, screen_guest_suite());
	srunner_add_suite(runner, screen_guide_suite());
	srunner_add_suite(runner, screen_history_suite());
	srunner_add_suite(runner, screen_input_suite());
	srunner_add_suite(runner, screen_keyboard_suite());
	srunner_add_suite(runner, screen_keys_suite());
	srunner_add_suite(runner, screen_layout_suite());
	srunner_add_suite(runner, screen_lesson_suite());
	srunner_add_suite(runner, screen_model_suite());
	srunner_add_suite(runner, screen_narrator_suite());
	srunner_add_suite(runner, screen_output_suite());
	srunner_add_suite(runner, screen_pace_suite());
	srunner_add_suite(runner, screen_palette_suite());
	srunner_add_suite(runner, screen_pane_suite());
	srunner_add_suite(runner, screen_panes_suite());
	srunner_add_suite(runner, screen_parts_suite());
	srunner_add_suite(runner, screen_past_suite());
	srunner_add_suite(runner, screen_play_suite());
	srunner_add_suite(runner, screen_print_suite());
	srunner_add_suite(runner, screen_processes_suite());
	srunner_add_suite(runner, screen_program_suite());
	srunner_add_suite(runner, screen_prompt_suite());
	srunner_add_suite(runner, screen_question_suite());
	srunner_add_suite(runner, screen_replay_suite());
	srunner_add_suite(runner, screen_run_suite());
	srunner_add_suite(runner, screen_signals_suite());
	srunner_add_suite(runner, screen_sockets_suite());
	srunner_add_suite(runner, screen_status_suite());
	srunner_add_suite(runner, screen_stream_suite());
	srunner_add_suite(runner, screen_suite());
	srunner_add_suite(runner, screen_terminal_suite());
	srunner_add_suite(runner, screen_text_suite());
	srunner_add_suite(runner, screen_timeline_suite());
	srunner_add_suite(runner, screen_views_suite());
	srunner_add_suite(runner, screen_walk_suite());
	srunner_add_suite(runner, screen_why_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
