/* guide.c: what comes next in a lesson, in words.
 *
 * From one say or ask to the next, a lesson's commands run at one Enter.  Those that
 * do something are named beforehand, each with the key that would do the same; an
 * expectation only looks on, and is named when there is nothing else. */
#include "guide.h"

#include "keys.h"
#include "text.h"

#include "escape.h"

#include <stdio.h>
#include <string.h>

enum { NEXT_TEXT = 512, NEXT_MARKS = 6 + 3 + 5, /* "Next: ", "   Enter" */
    LINES_MOST = 3 };

void
guide_look(struct guide *guide, const struct lesson *lesson)
{
	guide->there = lesson != NULL;
	if (lesson == NULL)
		return;
	guide->state = lesson_state(lesson);
	guide->failed = lesson_has_failed(lesson);
	guide->position = lesson_position(lesson, &guide->count);
	guide->scenario = lesson_scenario(lesson);
	guide->step = lesson_next(lesson);
}

unsigned
guide_answers(const struct moment *moment)
{
	const struct moment_lesson *lesson = &moment->lesson;
	unsigned count = 1;
	if (*lesson->question == '\0' || lesson->chosen != 0)
		return 0;
	for (const char *at = lesson->answers; *at != '\0'; at++)
		count += *at == '\n';
	return count;
}

bool
guide_answer(const struct moment *moment, unsigned number, char *text, size_t size)
{
	const char *line = moment->lesson.answers;
	for (; number > 1 && line != NULL; number--) {
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	if (line == NULL || *line == '\0')
		return false;
	escape_into(text, size, line, strcspn(line, "\n"));
	return true;
}

bool
guide_has_narrator(const struct moment *moment)
{
	return moment->lesson.any || guide_answers(moment) > 0;
}

/* Does the step begin with this word? */
static bool
is_command(const struct scenario_step *step, const char *word)
{
	return scenario_step_rest(step, word) != NULL;
}

/* Does the narrator speak or ask there? */
static bool
is_told(const struct scenario_step *step)
{
	return is_command(step, "say") || is_command(step, "ask");
}

/* How many rows a narrator needs in the course of the lesson: the longest say, behind
 * the answer to a question that came before it; the longest question. */
int
guide_rows(const struct guide *guide, int columns)
{
	struct text text = {0};
	size_t most = 0, answer = 0;
	for (size_t i = 0; guide->there && i < guide->scenario->count; i++) {
		const struct scenario_step *step = &guide->scenario->steps[i];
		if (!is_told(step))
			continue;
		bool asks = is_command(step, "ask");
		text_clear(&text);
		text_wrap(&text, 0, scenario_step_rest(step, asks ? "ask" : "say"),
		    columns, 0);
		if (text.count + (asks ? 0 : answer) > most)
			most = text.count + (asks ? 0 : answer);
		answer = asks;
	}
	text_release(&text);
	return (int)most + 1;
}

/* Does the step expect a call to fail, or to meet the end of file? */
static bool
expects_errno(const struct scenario_step *step)
{
	return is_command(step, "expect") && (strstr(step->text, " eof") != NULL ||
	    strstr(step->text, " errno") != NULL || strstr(step->text, " PIPE") != NULL);
}

/* How many rows Sent, Echoed and Last errno need: a line for each send; what failed, and
 * why, takes all that they can have. */
int
guide_lines(const struct guide *guide)
{
	int lines = 0;
	for (size_t i = 0; guide->there && i < guide->scenario->count; i++) {
		if (expects_errno(&guide->scenario->steps[i]))
			return LINES_MOST;
		lines += is_command(&guide->scenario->steps[i], "send");
	}
	return lines;
}

/* The step that comes next, by number. */
static size_t
number_of_next(const struct guide *guide)
{
	return guide->step != NULL ?
	    (size_t)(guide->step - guide->scenario->steps) : guide->scenario->count;
}

bool
guide_shows_next(const struct guide *guide)
{
	if (!guide->there)
		return false;
	bool asked = guide->state == LESSON_RUNS && guide->step != NULL &&
	    is_told(guide->step);
	for (size_t i = number_of_next(guide) + asked; i < guide->scenario->count &&
	    !is_told(&guide->scenario->steps[i]); i++)
		if (is_command(&guide->scenario->steps[i], "show"))
			return true;
	return false;
}

/* "kill child (F2)" */
static void
write_step(const struct scenario_step *step, char *text, size_t size)
{
	char command[NEXT_TEXT - 16];
	const char *key = keys_of_command(step->text);
	escape_into(command, sizeof command, step->text, strlen(step->text));
	if (key != NULL)
		snprintf(text, size, "%s (%s)", command, key);
	else
		snprintf(text, size, "%s", command);
}

/* Appends a step; false when it does not fit with an ellipsis behind it.  The first one
 * is never left out whole. */
static bool
append_step(char *text, size_t size, int columns, const char *step)
{
	size_t used = strlen(text);
	int width = (int)(utf8_width(text) + utf8_width(step)) + 2 + 3;
	if (used == 0) {
		snprintf(text, size, "%s", step);
		text_shorten(text, columns);
		return width <= columns;
	}
	if (width > columns || used + strlen(step) + 8 > size) {
		snprintf(text + used, size - used, "; …");
		return false;
	}
	snprintf(text + used, size - used, "; %s", step);
	return true;
}

/* The commands that the next Enter runs; without one, the first expectation. */
static void
write_steps(const struct guide *guide, int columns, char *text, size_t size)
{
	const struct scenario *scenario = guide->scenario;
	char step[NEXT_TEXT], looked[NEXT_TEXT] = "";
	*text = '\0';
	for (size_t i = number_of_next(guide); i < scenario->count &&
	    !is_told(&scenario->steps[i]); i++) {
		write_step(&scenario->steps[i], step, sizeof step);
		if (is_command(&scenario->steps[i], "expect")) {
			if (*looked == '\0')
				snprintf(looked, sizeof looked, "%s", step);
		} else if (!append_step(text, size, columns, step)) {
			return;
		}
	}
	if (*text == '\0' && *looked != '\0')
		append_step(text, size, columns, looked);
	size_t next = number_of_next(guide);
	if (*text == '\0')
		snprintf(text, size, next == scenario->count ? "the end" :
		    is_command(&scenario->steps[next], "ask") ? "a question" :
		    "the narrator goes on");
}

/* The keys that choose: "1, 2 or 3". */
static void
write_numbers(unsigned count, char *text, size_t size)
{
	size_t used = 0;
	*text = '\0';
	for (unsigned i = 1; i <= count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%u",
		    i == 1 ? "" : i == count ? " or " : ", ", i);
}

void
guide_write_next(const struct guide *guide, const struct moment *moment,
    int columns, char *text, size_t size)
{
	char steps[NEXT_TEXT];
	unsigned answers = guide_answers(moment);
	*text = '\0';
	if (answers > 0) {
		write_numbers(answers, steps, sizeof steps);
		snprintf(text, size, "The room chooses: %s", steps);
	} else if (!guide->there) {
		return;
	} else if (guide->state == LESSON_OVER) {
		snprintf(text, size, "The lesson is over: %s.   "
		    "Enter, Esc l: lessons   Esc b: again",
		    guide->failed ? "FAILED" : "passed");
	} else if (guide->state == LESSON_STUCK) {
		snprintf(text, size, "Enter: go on all the same   Esc b: again   "
		    "Esc l: lessons");
	} else if (guide->state == LESSON_RUNS) {
		if (guide->step != NULL && !is_told(guide->step)) {
			escape_into(steps, sizeof steps, guide->step->text,
			    strlen(guide->step->text));
			snprintf(text, size, "Running: %s", steps);
		}
	} else {
		write_steps(guide, columns - NEXT_MARKS, steps, sizeof steps);
		snprintf(text, size, "Next: %s%*s", steps, columns -
		    (int)strlen("Next: ") - (int)utf8_width(steps), "Enter");
	}
	text_shorten(text, columns);
}
