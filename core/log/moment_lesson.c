/* moment_lesson.c: what a moment knows of the lesson that is played: its narrator's
 * words, its question, what failed. */
#include "moment_internal.h"

#include <stdio.h>
#include <string.h>

/* Copies text that may be NULL into room for size bytes. */
static void
copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from != NULL ? from : "");
}

/* The narrator speaks, or asks, or the room has answered. */
static void
apply_narrator(struct moment_lesson *lesson, const struct event *event)
{
	bool outcome = event->type == EVENT_SAY && *lesson->say == '\0' &&
	    lesson->chosen != 0; /* the say that tells how it was */
	lesson->spoke = true;
	*lesson->say = '\0';
	if (!outcome) {
		*lesson->question = *lesson->answers = '\0';
		lesson->answer = lesson->chosen = 0;
	}
	if (event->type == EVENT_SAY) {
		copy_text(lesson->say, sizeof lesson->say, event->text);
		return;
	}
	copy_text(lesson->question, sizeof lesson->question, event->text);
	copy_text(lesson->answers, sizeof lesson->answers, event->detail);
	lesson->answer = event->ask.answer;
	lesson->chosen = event->ask.chosen;
}

/* A lesson began, or came to its end. */
static void
apply_lesson(struct moment_lesson *lesson, const struct event *event)
{
	if (event->lesson.what == LESSON_BEGUN) {
		memset(lesson, 0, sizeof *lesson);
		lesson->any = true;
		copy_text(lesson->name, sizeof lesson->name, event->text);
		copy_text(lesson->title, sizeof lesson->title, event->detail);
		copy_text(lesson->section, sizeof lesson->section,
		    event->lesson.section);
	}
	lesson->what = event->lesson.what;
	lesson->line = event->lesson.line;
	lesson->stuck = event->lesson.what == LESSON_FAILED;
	if (lesson->stuck && *lesson->failed == '\0')
		copy_text(lesson->failed, sizeof lesson->failed, event->detail);
}

/* A command began: one of the lesson's, or of somebody else. */
static void
apply_command(struct moment *moment, const struct event *event)
{
	moment->script = event->command.source == SOURCE_SCRIPT;
	if (moment->script)
		moment->lesson.stuck = false;
}

/* A line of the lesson was refused. */
static void
apply_error(struct moment *moment, const struct event *event)
{
	struct moment_lesson *lesson = &moment->lesson;
	if (!moment->script)
		return;
	*lesson->failed = '\0';
	lesson->refused = true;
	copy_text(lesson->got, sizeof lesson->got, event->text);
}

/* An expectation of the lesson came out. */
static void
apply_expect(struct moment *moment, const struct event *event)
{
	struct moment_lesson *lesson = &moment->lesson;
	if (!moment->script)
		return;
	*lesson->failed = *lesson->got = '\0';
	lesson->refused = false;
	if (event->expect.pass)
		return;
	copy_text(lesson->failed, sizeof lesson->failed, event->text);
	copy_text(lesson->got, sizeof lesson->got, event->detail);
}

/* Folds an event that is about the lesson, or came in its course. */
void
moment_fold_lesson(struct moment *moment, const struct event *event)
{
	switch ((int)event->type) {
	case EVENT_COMMAND:
		apply_command(moment, event);
		break;
	case EVENT_ERROR:
		apply_error(moment, event);
		break;
	case EVENT_EXPECT:
		apply_expect(moment, event);
		break;
	case EVENT_SAY:
	case EVENT_ASK:
		apply_narrator(&moment->lesson, event);
		break;
	case EVENT_LESSON:
		apply_lesson(&moment->lesson, event);
		break;
	default:
		break;
	}
}
