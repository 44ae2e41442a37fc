/* pane_narrator.c: what the narrator of a lesson says or asks, how the room chose, what
 * failed; below it, where it never scrolls, what comes next.
 *
 * All but the last line is drawn from the moment.  At 80x24 the pane has four to six
 * lines.  The answers to a question stand below each other where there is room for it
 * without taking any from the other panes, else one behind the other. */
#include "pane_table.h"

#include "escape.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 1200, ANSWER = 600, LABEL = 10 };

/* What a peer could have no hand in, but a file has. */
static void
add_words(struct text *text, unsigned style, const char *words, int columns)
{
	char visible[WORDS];
	escape_into(visible, sizeof visible, words, strlen(words));
	text_wrap(text, style, visible, columns, 0);
}

/* The answers one behind the other, each whole where it fits. */
static void
add_answers_in_row(struct text *text, const struct moment *moment, int columns)
{
	char row[WORDS] = "", answer[ANSWER], item[ANSWER + 16];
	for (unsigned i = 1; guide_answer(moment, i, answer, sizeof answer); i++) {
		size_t used = strlen(row);
		snprintf(item, sizeof item, "%u %s", i, answer);
		int width = (int)(utf8_width(row) + utf8_width(item)) + 3;
		if (used > 0 && (width > columns || used + strlen(item) + 4 > sizeof row)) {
			text_wrap(text, STYLE_PLAIN, row, columns, 2);
			used = 0;
		}
		snprintf(row + used, sizeof row - used, "%s%s", used > 0 ? "   " : "",
		    item);
	}
	text_wrap(text, STYLE_PLAIN, row, columns, 2);
}

/* A question and its answers, below each other if that leaves so many rows. */
static void
add_question(struct text *text, const struct moment *moment, int columns, int rows)
{
	char answer[ANSWER], item[ANSWER + 16];
	add_words(text, STYLE_STRONG, moment->lesson.question, columns);
	size_t before = text->count;
	for (unsigned i = 1; guide_answer(moment, i, answer, sizeof answer); i++) {
		snprintf(item, sizeof item, "%u %s", i, answer);
		text_wrap(text, STYLE_PLAIN, item, columns, 2);
	}
	if (text->count <= (size_t)rows)
		return;
	text_cut(text, before);
	add_answers_in_row(text, moment, columns);
}

/* "The room: 2 Nothing   It was: 1 Five zombies"; told: is it known how it was? */
static void
add_choice(struct text *text, const struct moment *moment, int columns, bool told)
{
	const struct moment_lesson *lesson = &moment->lesson;
	char room[ANSWER] = "", right[ANSWER] = "", words[2 * ANSWER + 64];
	bool good = lesson->chosen == lesson->answer;
	guide_answer(moment, lesson->chosen, room, sizeof room);
	guide_answer(moment, lesson->answer, right, sizeof right);
	if (!told)
		snprintf(words, sizeof words, "The room: %u %s", lesson->chosen, room);
	else if (good)
		snprintf(words, sizeof words, "The room: %u %s   So it was.",
		    lesson->chosen, room);
	else
		snprintf(words, sizeof words, "The room: %u %s   It was: %u %s",
		    lesson->chosen, room, lesson->answer, right);
	unsigned style = !told ? STYLE_KEY : good ? STYLE_GOOD : STYLE_PASSING;
	if (utf8_width(words) <= (size_t)columns || !told || good) {
		text_wrap(text, style | STYLE_STRONG, words, columns, 2);
		return;
	}
	snprintf(words, sizeof words, "The room: %u %s", lesson->chosen, room);
	text_wrap(text, style | STYLE_STRONG, words, columns, 2);
	snprintf(words, sizeof words, "It was:   %u %s", lesson->answer, right);
	text_wrap(text, style | STYLE_STRONG, words, columns, 2);
}

/* "expected  zombies 5" */
static void
add_labelled(struct text *text, unsigned style, const char *label, const char *words,
    int columns)
{
	char visible[WORDS], line[WORDS + LABEL + 1];
	escape_into(visible, sizeof visible, words, strlen(words));
	snprintf(line, sizeof line, "%-*s%s", LABEL, label, visible);
	text_wrap(text, style, line, columns, LABEL);
}

/* Expected and seen. */
static void
add_failure(struct text *text, const struct moment_lesson *lesson, int columns)
{
	char name[SCENARIO_NAME], head[160];
	escape_into(name, sizeof name, lesson->name, strlen(lesson->name));
	snprintf(head, sizeof head, "It did not come out as the lesson says: line %u of "
	    "%s", lesson->line, name);
	text_shorten(head, columns);
	text_add(text, STYLE_BAD | STYLE_STRONG | STYLE_REVERSE, "%s", head);
	add_labelled(text, STYLE_STRONG, lesson->refused ? "command" : "expected",
	    lesson->failed, columns);
	add_labelled(text, STYLE_BAD | STYLE_STRONG, lesson->refused ? "refused" : "seen",
	    *lesson->got != '\0' ?
	    lesson->got : "nothing of the kind", columns);
}

/* What is said, asked, or has failed. */
static void
compose(struct pane_state *state, const struct scene *scene, int columns, int rows)
{
	const struct moment_lesson *lesson = &scene->moment->lesson;
	struct text *text = &state->text;
	text_clear(text);
	if (lesson->stuck) {
		add_failure(text, lesson, columns);
		return;
	}
	if (*lesson->question != '\0' && *lesson->say == '\0') {
		add_question(text, scene->moment, columns,
		    rows - (lesson->chosen != 0));
		if (lesson->chosen != 0)
			add_choice(text, scene->moment, columns, false);
	} else if (lesson->chosen != 0) {
		add_choice(text, scene->moment, columns, true);
	}
	if (*lesson->say != '\0')
		add_words(text, STYLE_PLAIN, lesson->say, columns);
	if (!lesson->spoke)
		text_add(text, STYLE_PLAIN, "%s", lesson->any ? "The lesson begins." :
		    "The lesson has not begun yet.");
}

/* The borders' words: which lesson, of which section, how far it is. */
static void
write_titles(struct pane_state *state, const struct scene *scene)
{
	const struct moment_lesson *lesson = &scene->moment->lesson;
	const struct guide *guide = &scene->guide;
	char section[LESSON_SECTION] = "", place[48] = "";
	if (!lesson->any) {
		snprintf(state->title, sizeof state->title, "%s", lesson->spoke ?
		    "A question to the room" : "Narrator");
		*state->note = '\0';
		return;
	}
	escape_into(state->title, sizeof state->title, lesson->title,
	    strlen(lesson->title));
	escape_into(section, sizeof section, lesson->section,
	    strlen(lesson->section));
	if (guide->there && guide->state == LESSON_OVER)
		snprintf(place, sizeof place, guide->failed ? "FAILED" : "passed");
	else if (guide->there)
		snprintf(place, sizeof place, "step %zu/%zu", guide->position,
		    guide->count);
	else if (lesson->what != LESSON_BEGUN)
		snprintf(place, sizeof place, lesson->what == LESSON_FAILED ?
		    "FAILED" : "passed");
	snprintf(state->note, sizeof state->note, "%s%s%s%s",
	    *section != '\0' ? "UNP " : "", section,
	    *section != '\0' && *place != '\0' ? ", " : "", place);
}

/* What tells two says apart, so that each is read from its beginning. */
static uint64_t
digest(const struct moment_lesson *lesson)
{
	uint64_t sum = 1469598103934665603U + lesson->stuck; /* FNV-1a */
	const char *const texts[] = {lesson->say, lesson->question, lesson->failed};
	for (size_t i = 0; i < 3; i++)
		for (const char *at = texts[i]; *at != '\0'; at++)
			sum = (sum ^ (unsigned char)*at) * 1099511628211U;
	return sum;
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	const struct moment_lesson *lesson = &scene->moment->lesson;
	int columns = inside->columns > 1 ? inside->columns : 1;
	compose(state, scene, columns, inside->rows - 1);
	write_titles(state, scene);
	state->count = state->text.count;
	state->needed = state->count + 1;
	uint64_t shown = digest(lesson);
	if (state->index_seen != shown)
		state->top = 0;
	state->index_seen = shown;
}

static void
write_footing(const struct pane_state *state, const struct scene *scene, int columns,
    struct line *line)
{
	(void)state;
	if (scene->past.there)
		return; /* what comes next is of now */
	guide_write_next(&scene->guide, scene->moment, columns, line->text,
	    sizeof line->text);
	line->style = STYLE_KEY | STYLE_STRONG;
}

const struct pane pane_narrator = {
	.name = "narrator", .title = "Narrator", .place = PLACE_NARRATOR,
	.whole = true, .prepare = prepare, .line = pane_write_text,
	.footing = write_footing,
};
