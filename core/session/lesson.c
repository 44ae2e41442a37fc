#include "lesson.h"

#include "port_left.h"
#include "session_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HINDRANCE = 256 };

struct lesson {
	struct session *session;
	const struct scenario *scenario;
	bool by_steps;
	size_t next;              /* the step to begin next */
	bool running;             /* step next-1 has begun and is not over */
	bool ours;                /* the latest command is one of the lesson's */
	bool step_failed, failed;
	enum lesson_state state;
};

/* What goes wrong while a step of ours runs is a failure of the lesson. */
static void
read_event(void *context, const struct event *event, const struct moment *now)
{
	struct lesson *lesson = context;
	(void)now;
	if (event->type == EVENT_COMMAND)
		lesson->ours = event->command.source == SOURCE_SCRIPT;
	else if (event->type == EVENT_ERROR ||
	    (event->type == EVENT_EXPECT && !event->expect.pass))
		lesson->step_failed |= lesson->running && lesson->ours;
}

/* Tells what became of the lesson. */
static void
tell(struct lesson *lesson, enum lesson_what what)
{
	const struct scenario *scenario = lesson->scenario;
	const struct scenario_step *step = lesson->next > 0 ?
	    &scenario->steps[lesson->next - 1] : NULL;
	struct event event = {.time = loop_now(session_loop(lesson->session)),
	    .type = EVENT_LESSON};
	bool failed = what == LESSON_FAILED && step != NULL;
	event.lesson.what = what;
	event.lesson.line = failed ? step->line : 0;
	memcpy(event.lesson.section, scenario->section, sizeof event.lesson.section);
	event_set_text(&event, scenario->name, strlen(scenario->name));
	event.detail = strdup(failed ? step->text : scenario->title);
	log_append(session_log(lesson->session), &event);
}

struct lesson *
lesson_new(struct session *session, const struct scenario *scenario, bool by_steps)
{
	struct lesson *lesson = calloc(1, sizeof *lesson);
	if (lesson == NULL)
		return NULL;
	*lesson = (struct lesson){.session = session, .scenario = scenario,
	    .by_steps = by_steps, .state = LESSON_RUNS};
	if (log_subscribe(session_log(session), read_event, lesson) < 0) {
		free(lesson);
		return NULL;
	}
	tell(lesson, LESSON_BEGUN);
	return lesson;
}

/* Does it bind without SO_REUSEADDR? */
static bool
needs_clean_port(const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->count; i++) {
		const char *set = scenario_step_rest(&scenario->steps[i], "server");
		if (set != NULL && strstr(set, "reuseaddr=off") != NULL)
			return true;
	}
	return false;
}

bool
lesson_is_hindered(const struct session *session, const struct scenario *scenario,
    char *text, size_t size)
{
	unsigned port = session->world.host_endpoint.port;
	char row[HINDRANCE];
	const struct scenario_step *step = session->world.options.server != NULL ?
	    scenario_tcpserv_step(scenario) : NULL;
	if (step != NULL)
		snprintf(text, size, "line %u needs tcpserv: %.100s", step->line, step->text);
	if (step != NULL)
		return true;
	if (!needs_clean_port(scenario) || !port_left((uint16_t)port, row, sizeof row))
		return false;
	snprintf(text, size, "port %u is not free of what was before, %s: wait for that, or "
	    "choose another PORT", port, row);
	return true;
}

void
lesson_free(struct lesson *lesson)
{
	if (lesson != NULL)
		log_unsubscribe(session_log(lesson->session), read_event, lesson);
	free(lesson);
}

/* After its last step. */
static void
end(struct lesson *lesson)
{
	lesson->state = LESSON_OVER;
	if (!lesson->failed)
		tell(lesson, LESSON_PASSED);
}

/* The step that ran is over: what now? */
static void
end_step(struct lesson *lesson)
{
	const struct scenario *scenario = lesson->scenario;
	bool stops = scenario_stops_at(&scenario->steps[lesson->next - 1]);
	lesson->running = false;
	if (lesson->step_failed) {
		lesson->step_failed = false;
		lesson->failed = true;
		tell(lesson, LESSON_FAILED);
		lesson->state = lesson->by_steps ? LESSON_STUCK : LESSON_OVER;
	} else if (lesson->by_steps && stops && lesson->next < scenario->count) {
		lesson->state = LESSON_WAITS;
	}
}

void
lesson_step(struct lesson *lesson)
{
	const struct scenario *scenario = lesson->scenario;
	if (!session_is_idle(lesson->session))
		return;
	if (lesson->running)
		end_step(lesson);
	if (lesson->state != LESSON_RUNS)
		return;
	if (lesson->next == scenario->count) {
		end(lesson);
		return;
	}
	lesson->running = true;
	lesson->next++;
	session_submit(lesson->session, scenario->steps[lesson->next - 1].text,
	    SOURCE_SCRIPT);
}

void
lesson_go_on(struct lesson *lesson)
{
	if (lesson->state == LESSON_WAITS || lesson->state == LESSON_STUCK)
		lesson->state = LESSON_RUNS;
}

enum lesson_state
lesson_state(const struct lesson *lesson)
{
	return lesson->state;
}

bool
lesson_has_failed(const struct lesson *lesson)
{
	return lesson->failed;
}

const struct scenario_step *
lesson_next(const struct lesson *lesson)
{
	const struct scenario *scenario = lesson->scenario;
	bool present = lesson->running || lesson->state == LESSON_STUCK;
	size_t number = lesson->next - present;
	return number < scenario->count ? &scenario->steps[number] : NULL;
}

size_t
lesson_position(const struct lesson *lesson, size_t *count)
{
	*count = lesson->scenario->count;
	return lesson->next;
}

const struct scenario *
lesson_scenario(const struct lesson *lesson)
{
	return lesson->scenario;
}
