/* moment.c: a moment as a whole, and which part of the fold each event is for: rows
 * (moment_rows.c), connections (moment_connections.c), calls and the last errno
 * (moment_calls.c), the lesson (moment_lesson.c). */
#include "moment.h"

#include "all_rows.h"
#include "moment_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The server's host crashed, came back, ... */
static void
apply_host(struct moment *moment, const struct event *event)
{
	bool was_dark = moment_host_is_dark(moment);
	moment->host_state = event->host.what;
	moment->host_since = event->time;
	moment->host_kill_at = event->host.kill_at;
	snprintf(moment->host_how, sizeof moment->host_how, "%s",
	    event->detail != NULL ? event->detail : "");
	moment_note_host(moment, event->host.what, was_dark);
}

/* What TCP keeps about one end of a connection. */
static void
apply_details(struct moment *moment, const struct event *event)
{
	struct moment_details *details = &moment->details;
	if (details->conn != event->details.conn)
		*details = (struct moment_details){.conn = event->details.conn};
	*(event->details.end == END_CLIENT ? &details->client : &details->server) =
	    (struct moment_end_details){.any = true, .time = event->time,
	    .tcp = event->details.tcp};
}

/* The start of a session: everything begins anew, in a recording of several, too. */
static void
apply_start(struct moment *moment, const struct event *event)
{
	uint64_t events = moment->events;
	assert(events > 0); /* this one is counted */
	moment_release(moment);
	moment->events = events;
	moment->begun = events - 1;
	moment->time = event->time;
	moment->host = event->start.host;
	moment->server_kind = event->start.server;
	memcpy(moment->server_command, event->start.command,
	    sizeof moment->server_command);
	snprintf(moment->host_name, sizeof moment->host_name, "%s",
	    event->text != NULL ? event->text : "");
	snprintf(moment->world, sizeof moment->world, "%s",
	    event->detail != NULL ? event->detail : "");
}

/* Folds in what only sets facts, for which there is always room. */
static void
fold_fact(struct moment *moment, const struct event *event)
{
	switch ((int)event->type) {
	case EVENT_CALL:
		moment_fold_call(moment, event);
		break;
	case EVENT_SIGNAL:
		moment_fold_signal(moment, event);
		break;
	case EVENT_STATE:
		moment_fold_state(moment, event);
		break;
	case EVENT_TIMER:
		moment_fold_timer(moment, event);
		break;
	case EVENT_DETAILS:
		apply_details(moment, event);
		break;
	case EVENT_HOST:
		apply_host(moment, event);
		break;
	case EVENT_SENT:
	case EVENT_ECHO:
		moment_fold_line(moment, event);
		break;
	case EVENT_SETTINGS:
		snprintf(moment->settings, sizeof moment->settings, "%s",
		    event->text != NULL ? event->text : "");
		break;
	case EVENT_LOST:
		moment->lost += event->lost.count;
		break;
	default:
		moment_fold_lesson(moment, event);
		break;
	}
}

int
moment_apply(struct moment *moment, const struct event *event)
{
	if (event->time > moment->time)
		moment->time = event->time;
	moment->events++;
	switch ((int)event->type) {
	case EVENT_START:
		apply_start(moment, event);
		return 0;
	case EVENT_SOCKET:
		return moment_fold_socket(moment, event);
	case EVENT_PROCESS:
		return moment_fold_process(moment, event);
	case EVENT_CONNECTION:
		return moment_fold_connection(moment, event);
	case EVENT_ALL:
		return all_rows_apply(&moment->all, &moment->all_count, event);
	default:
		fold_fact(moment, event);
		return 0;
	}
}
