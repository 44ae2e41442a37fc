/* pane_lessons.c: the menu of the lessons, in the lecture's order: one is selected,
 * and Enter plays it.  One that cannot be played here stands there with the reason. */
#include "pane_table.h"

#include "escape.h"

#include <stdio.h>
#include <string.h>

enum { SECTION = 5, NAME_MOST = 24, VISIBLE = 512 };

/* The lesson in this line. */
static const struct scenario *
lesson_at(const struct scene *scene, size_t number)
{
	return number < scene->guide.lesson_count ?
	    &scene->guide.lessons[number] : NULL;
}

/* The columns of the names. */
static int
name_columns(const struct scene *scene)
{
	size_t most = strlen("Name");
	for (size_t i = 0; i < scene->guide.lesson_count; i++) {
		size_t width = utf8_width(scene->guide.lessons[i].name);
		if (width > most)
			most = width;
	}
	return most < NAME_MOST ? (int)most : NAME_MOST;
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	(void)inside;
	state->count = scene->guide.lesson_count;
}

static void
write_heading(const struct pane_state *state, const struct scene *scene,
    int columns, struct line *line)
{
	(void)state;
	(void)columns;
	line_format(line, STYLE_STRONG, "  %-*s %-*s %s", SECTION, "UNP",
	    name_columns(scene), "Name", "What is seen");
}

/* Is it the lesson that is played now? */
static bool
is_played(const struct scene *scene, const struct scenario *lesson)
{
	const struct moment_lesson *played = &scene->moment->lesson;
	return played->any && strcmp(played->name, lesson->name) == 0;
}

static void
write_line(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	const struct scenario *lesson = lesson_at(scene, number);
	char name[VISIBLE], title[VISIBLE], section[VISIBLE];
	if (lesson == NULL)
		return;
	bool selected = number == state->selected;
	const char *refusal = scenario_refusal(lesson);
	escape_into(name, sizeof name, lesson->name, strlen(lesson->name));
	escape_into(section, sizeof section, lesson->section, strlen(lesson->section));
	escape_into(title, sizeof title, refusal != NULL ? refusal : lesson->title,
	    strlen(refusal != NULL ? refusal : lesson->title));
	text_shorten(name, NAME_MOST);
	line_format(line, refusal != NULL ? STYLE_FAINT : is_played(scene, lesson) ?
	    STYLE_STRONG : STYLE_PLAIN, "%c %-*s %s%*s %s%s%s", selected ? '>' : ' ',
	    SECTION, section, name, name_columns(scene) - (int)utf8_width(name), "",
	    refusal != NULL ? "(" : "", title, refusal != NULL ? ")" : "");
	text_shorten(line->text, columns);
}

/* What the selected one is about, and what Enter does with it. */
static void
write_footing(const struct pane_state *state, const struct scene *scene, int columns,
    struct line *line)
{
	const struct scenario *lesson = lesson_at(scene, state->selected);
	char visible[VISIBLE];
	line->style = STYLE_KEY | STYLE_STRONG;
	if (lesson != NULL && scenario_refusal(lesson) != NULL) {
		escape_into(visible, sizeof visible, lesson->title,
		    strlen(lesson->title));
		line_format(line, line->style, "Not to be played here: %s", visible);
	} else if (lesson != NULL) {
		line_format(line, line->style, "Enter plays it in a clean state: what "
		    "runs now is ended.");
	}
	text_shorten(line->text, columns);
}

const struct pane pane_lessons = {
	.name = "lessons", .title = "Lessons", .place = PLACE_NONE, .selects = true,
	.whole = true, .prepare = prepare, .heading = write_heading,
	.line = write_line, .footing = write_footing,
};
