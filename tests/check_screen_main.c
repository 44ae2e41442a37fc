/* check_screen_main.c: runs the suites of the screen, which link with curses. */
#include "suites.h"

#include <stdlib.h>

int
main(void)
{
	/* a suite that is run by itself waits as long as one that is not */
	if (setenv("CK_DEFAULT_TIMEOUT", "60", 0) != 0)
		return EXIT_FAILURE;
	SRunner *runner = srunner_create(screen_suite());
	srunner_add_suite(runner, screen_prompt_suite());
	srunner_add_suite(runner, screen_pace_suite());
	srunner_add_suite(runner, screen_palette_suite());
	srunner_add_suite(runner, screen_past_suite());
	srunner_add_suite(runner, screen_parts_suite());
	srunner_add_suite(runner, screen_views_suite());
	srunner_add_suite(runner, screen_why_suite());
	srunner_add_suite(runner, screen_lesson_suite());
	srunner_add_suite(runner, screen_details_suite());
	srunner_add_suite(runner, screen_foreign_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
