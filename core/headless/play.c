/* play.c: scenarios without a screen.
 *
 * Each is played in a new session, so that nothing of the one before is left: its
 * processes have ended, its connections are numbered from 1, its clock begins at 0.
 * What the kernel itself still keeps (a TIME_WAIT row) stays, as in life. */
#include "play.h"

#include "say_failure.h"
#include "escape.h"
#include "exit_status.h"
#include "headless.h"
#include "lesson.h"
#include "record.h"
#include "scenario_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One line: name, section, title; what no terminal should get made visible. */
static void
list_one(const struct scenario *scenario)
{
	const char *const fields[] = {scenario->name, scenario->section,
	    scenario->title};
	char visible[4 * SCENARIO_TITLE];
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		escape_into(visible, sizeof visible, fields[i], strlen(fields[i]));
		printf("%s%s", i > 0 ? "\t" : "", visible);
	}
	putchar('\n');
}

int
play_list(const struct options *options)
{
	struct scenario *scenarios;
	size_t count;
	char error[SCENARIO_ERROR];
	int status = 0;
	if (scenario_library_load(&scenarios, &count, options->session.directory, error) < 0)
		status = say_failure(STATUS_USAGE, "%s", error);
	for (size_t i = 0; i < count; i++)
		list_one(&scenarios[i]);
	scenario_library_free(scenarios, count);
	if (fflush(stdout) == EOF)
		status = say_failure(STATUS_FAILED, "cannot write");
	return status;
}

/* Plays one in a new session; what hinders it is told in hindrance (room for
 * SESSION_ERROR), "" when nothing does. */
static int
play(const struct options *options, const struct scenario *scenario, char *hindrance)
{
	char error[SESSION_ERROR];
	int status;
	struct session *session = session_new(&options->session, error, &status);
	*hindrance = '\0';
	if (session == NULL)
		return say_failure(status, "%s", error);
	if (lesson_is_hindered(session, scenario, hindrance, SESSION_ERROR))
		status = STATUS_NOT_HERE;
	else
		status = headless_play(session, scenario, STDOUT_FILENO, options->json);
	session_free(session);
	return status;
}

int
play_one(const struct options *options)
{
	struct scenario scenario;
	char error[SCENARIO_ERROR], hindrance[SESSION_ERROR];
	int status;
	if (scenario_library_find(&scenario, options->play, options->session.directory,
	    error) < 0) {
		status = say_failure(STATUS_USAGE, "%s", error);
	} else if (scenario_refusal(&scenario) != NULL) {
		status = say_failure(STATUS_NOT_HERE, "%s %s", scenario.name,
		    scenario_refusal(&scenario));
	} else {
		status = play(options, &scenario, hindrance);
		if (*hindrance != '\0')
			say_failure(status, "%s: %s", scenario.name, hindrance);
	}
	scenario_release(&scenario);
	return status;
}

/* Tells an event of no session, to the recording as well. */
static void
tell(const struct options *options, const struct event *event)
{
	struct moment none;
	moment_init(&none);
	headless_tell(event, STDOUT_FILENO, options->json);
	if (options->session.recorder != NULL)
		recorder_write(options->session.recorder, event, &none);
	moment_release(&none);
}

/* Tells that a scenario is left out, and why. */
static void
tell_skipped(const struct options *options, const struct scenario *scenario,
    const char *reason)
{
	struct event event = {.type = EVENT_LESSON};
	event.lesson.what = LESSON_SKIPPED;
	memcpy(event.lesson.section, scenario->section, sizeof event.lesson.section);
	event_set_text(&event, scenario->name, strlen(scenario->name));
	event.detail = strdup(reason);
	tell(options, &event);
	event_release(&event);
}

int
play_all(const struct options *options)
{
	struct scenario *scenarios;
	size_t count;
	char error[SCENARIO_ERROR], hindrance[SESSION_ERROR];
	struct event summary = {.type = EVENT_SUMMARY};
	int status = 0;
	bool good = scenario_library_load(&scenarios, &count, options->session.directory,
	    error) == 0;
	if (!good)
		status = say_failure(STATUS_USAGE, "%s", error);
	for (size_t i = 0; good && i < count; i++) {
		if (scenario_refusal(&scenarios[i]) != NULL) {
			tell_skipped(options, &scenarios[i], scenario_refusal(&scenarios[i]));
			summary.summary.skipped++;
			continue;
		}
		int result = play(options, &scenarios[i], hindrance);
		if (*hindrance != '\0') {
			tell_skipped(options, &scenarios[i], hindrance);
			summary.summary.skipped++;
			continue;
		}
		summary.summary.passed += result == 0;
		summary.summary.failed += result != 0;
		if (result != 0 && status == 0)
			status = result;
		if (result != 0 && result != STATUS_FAILED)
			break; /* a signal, or nothing can be played here */
	}
	if (good)
		tell(options, &summary);
	scenario_library_free(scenarios, count);
	return status;
}
