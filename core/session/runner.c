/* runner.c: command lines, one after the other.
 *
 * Each waits until the one before has been carried out, at most 5 seconds; only
 * those that set a deadline of their own (expect, wait, ask) take longer. */
#include "runner.h"

#include "command.h"
#include "expect.h"
#include "server_state.h"
#include "session_state.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CARRY_OUT_NS SECONDS(5)
#define TICK_NS MILLISECONDS(5)
#define QUICK_NS MILLISECONDS(300) /* what no event tells has mostly come by then */
#define REST_NS MILLISECONDS(250)  /* as often as the watches look at rest */
#define LATE_NS MILLISECONDS(20)   /* so late no timer comes that was not kept from it */
#define READ_NS MILLISECONDS(100)  /* what lies in the sockets and tables is read by then */

/* The length of a line without the blanks that completion leaves behind a word; those
 * behind a TEXT, which an expectation may have, too, are the text's. */
static size_t
length_of(const struct command *command, const char *line)
{
	size_t length = strlen(line);
	if (strstr(command->arguments, "TEXT") != NULL || strcmp(command->name, "expect") == 0)
		return length;
	while (line[length - 1] == ' ' || line[length - 1] == '\t')
		length--;
	return length;
}

bool
runner_submit(struct session *session, const char *line,
    enum command_source source)
{
	const char *arguments;
	char error[SESSION_ERROR];
	line += strspn(line, " \t");
	if (*line == '\0' || *line == '#')
		return true;
	const struct command *command = command_parse(line, &arguments, error, sizeof error);
	struct queued *queued = malloc(sizeof *queued);
	char *text = strndup(line, command != NULL ? length_of(command, line) : strlen(line));
	if (queued == NULL || text == NULL) {
		free(queued);
		free(text);
		world_error(&session->world, "out of memory: \"%.60s\" is left out", line);
		return false;
	}
	*queued = (struct queued){.source = source, .text = text};
	*session->queue_end = queued;
	session->queue_end = &queued->next;
	timer_no_later(session->world.tick, 0);
	return command != NULL;
}

bool
runner_is_idle(const struct session *session)
{
	return session->queue == NULL && session->running.command == NULL &&
	    session->ready;
}

/* The running command is over. */
static void
running_finish(struct running *running)
{
	expectation_free(running->expectation);
	free(running->text);
	memset(running, 0, sizeof *running);
}

/* Checks the arguments of the command, and keeps them. */
static void
take_arguments(struct running *running)
{
	if (running->command->take != NULL)
		running->command->take(running, running->arguments);
}

/* Tells the command, then begins it: its text is the running one's from now on. */
static void
running_begin(struct session *session, struct queued *queued)
{
	struct running *running = &session->running;
	struct event event = {.time = loop_now(session->world.loop), .type = EVENT_COMMAND};
	uint64_t mark = log_end(session->world.log);
	assert(running->command == NULL && running->text == NULL);
	memset(running, 0, sizeof *running);
	event.command.source = queued->source;
	event_set_text(&event, queued->text, strlen(queued->text));
	world_append(&session->world, &event);
	running->text = queued->text;
	running->source = queued->source;
	running->begun_at = loop_now(session->world.loop);
	running->deadline = running->begun_at + CARRY_OUT_NS;
	running->mark = mark;
	running->told = session->world.host.told;
	running->command = command_parse(running->text, &running->arguments,
	    running->error, sizeof running->error);
	if (running->command != NULL) {
		if (running->command->acts)
			session->acting_mark = mark;
		take_arguments(running);
		if (running->error[0] == '\0')
			running->command->run(session, running);
	}
	if (running->error[0] != '\0') {
		world_error(&session->world, "%s", running->error);
		running_finish(running);
	}
}

bool
session_time_is_over(struct session *session, int64_t deadline, bool *came_late)
{
	struct running *running = &session->running;
	int64_t now = loop_now(session->world.loop);
	*came_late = false;
	if (now < deadline)
		return false;
	if (running->read_until == 0) {
		*came_late = now - deadline > LATE_NS;
		running->read_until = *came_late ? now + READ_NS : now;
	}
	return now >= running->read_until;
}

/* Has the running command been carried out, or waited long enough? */
static bool
running_is_done(struct session *session)
{
	struct running *running = &session->running;
	bool came_late;
	if (running->command->done == NULL ||
	    running->command->done(session, running))
		return true;
	return running->expectation == NULL &&
	    session_time_is_over(session, running->deadline, &came_late);
}

/* The connection that a screen opens at the start is not tried: the server
 * could not be started, and why stays on the screen. */
static void
forget_opening(struct session *session)
{
	struct queued *first = session->queue;
	session->world.server.never_came = false;
	if (session->ready || !session->options.screen || first == NULL ||
	    first->source != SOURCE_KEY)
		return;
	session->queue = first->next;
	if (session->queue == NULL)
		session->queue_end = &session->queue;
	free(first->text);
	free(first);
}

/* The running command is asked again after whatever happens; without that, when its time
 * is over, and now and then where no event tells what it waits for. */
static void
ask_again(struct session *session)
{
	const struct running *running = &session->running;
	int64_t now = loop_now(session->world.loop), at = running->look_at;
	assert(running->command != NULL);
	if (at == 0)
		at = now + (now - running->begun_at < QUICK_NS ? TICK_NS : REST_NS);
	if (running->expectation == NULL && running->deadline < at)
		at = running->deadline;
	if (running->read_until > at)
		at = running->read_until;
	if (at != INT64_MAX)
		timer_no_later(session->world.tick, at > now ? at - now : 0);
}

void
runner_step(struct session *session)
{
	if (session->world.server.never_came)
		forget_opening(session);
	bool settled = server_is_settled(&session->world) && !session->world.client.starting;
	if (!session->ready && !(session->ready = settled ||
	    loop_now(session->world.loop) > CARRY_OUT_NS)) {
		timer_no_later(session->world.tick, TICK_NS);
		return;
	}
	while (!session->world.ended) {
		if (session->running.command != NULL) {
			if (!running_is_done(session)) {
				ask_again(session);
				return;
			}
			running_finish(&session->running);
			if (session->world.ended)
				return;
		}
		struct queued *queued = session->queue;
		if (queued == NULL)
			return;
		session->queue = queued->next;
		if (session->queue == NULL)
			session->queue_end = &session->queue;
		running_begin(session, queued);
		free(queued);
	}
}

bool
runner_check(const char *line, char *error, size_t size)
{
	struct running running = {0};
	running.command = command_parse(line, &running.arguments, error, size);
	if (running.command == NULL)
		return false;
	take_arguments(&running);
	if (running.command->in_no_scenario)
		refuse(&running, "%s stands in no scenario: a lesson is one file",
		    running.command->name);
	expectation_free(running.expectation);
	snprintf(error, size, "%s", running.error);
	return running.error[0] == '\0';
}

size_t
runner_drop_waiting(struct session *session)
{
	size_t count = 0;
	for (; session->queue != NULL; count++) {
		struct queued *next = session->queue->next;
		free(session->queue->text);
		free(session->queue);
		session->queue = next;
	}
	session->queue_end = &session->queue;
	return count;
}

void
runner_free(struct session *session)
{
	runner_drop_waiting(session);
	running_finish(&session->running);
}

