/* lecture.c: plays a lesson as a slow lecturer does: by steps, with a pause of
 * SECONDS at everything that is said, and an answer to each question.
 *
 *   lecture SECONDS SCENARIO PORT
 *
 * What a lesson expects after a pause has to hold however long it was.  The exit
 * status is 0 when every step did what was expected of it. */
#include "lesson.h"

#include <stdio.h>
#include <stdlib.h>

/* Pauses, while the session goes on. */
static void
pause_for(struct session *session, int64_t time)
{
	int64_t end = loop_now(session_loop(session)) + time;
	while (loop_now(session_loop(session)) < end)
		if (session_round(session, 100) < 0)
			return;
}

/* Plays it to its end. */
static void
play(struct session *session, struct lesson *lesson, int64_t pause)
{
	while (lesson_state(lesson) != LESSON_OVER) {
		const struct moment_lesson *now = &session_now(session)->lesson;
		if (session_round(session, 100) < 0)
			return;
		lesson_step(lesson);
		if (*now->question != '\0' && now->chosen == 0) {
			pause_for(session, pause);
			session_choose(session, 1);
		} else if (lesson_state(lesson) == LESSON_WAITS) {
			pause_for(session, pause);
			lesson_go_on(lesson);
		} else if (lesson_state(lesson) == LESSON_STUCK) {
			const struct scenario_step *step = lesson_next(lesson);
			printf("%s:%u: %s: got %s\n", lesson_scenario(lesson)->path,
			    step->line, step->text, now->got);
			lesson_go_on(lesson);
		}
	}
}

int
main(int argc, char **argv)
{
	struct scenario scenario;
	char error[SCENARIO_ERROR + SESSION_ERROR];
	const char *build = getenv("BUILD");
	int status = 1;
	if (argc != 4 || scenario_load(&scenario, argv[2], error) < 0) {
		fprintf(stderr, "lecture: %s\n", argc == 4 ? error : "SECONDS SCENARIO PORT");
		return 2;
	}
	if (scenario_refusal(&scenario) != NULL) {
		printf("%s %s\n", scenario.name, scenario_refusal(&scenario));
		scenario_release(&scenario);
		return 0;
	}
	struct session_options options = {.host = "127.0.0.1", .port = argv[3],
	    .directory = build != NULL ? build : "build"};
	struct session *session = session_new(&options, error, &status);
	if (session == NULL) {
		fprintf(stderr, "lecture: %s\n", error);
		scenario_release(&scenario);
		return status;
	}
	session_room_by(session, true);
	session_begin(session);
	struct lesson *lesson = lesson_new(session, &scenario, true);
	if (lesson != NULL) {
		play(session, lesson, (int64_t)(strtod(argv[1], NULL) * 1e9));
		status = lesson_state(lesson) != LESSON_OVER || lesson_has_failed(lesson);
	}
	lesson_free(lesson);
	session_free(session);
	scenario_release(&scenario);
	return status;
}
