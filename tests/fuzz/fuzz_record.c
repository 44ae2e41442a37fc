/* fuzz_record.c: a recorded session: JSON Lines that become events, a log whose
 * oldest ones fall out, moments, and text again. */
#include "fuzz_event.h"

#include "log.h"

enum { LOG_EVENTS = 16 };

/* The tables of the moment. */
static const enum event_type snapshots[] = {EVENT_SOCKETS, EVENT_PROCESSES,
    EVENT_CONNECTIONS, EVENT_ERRNO};

enum { SNAPSHOTS = sizeof snapshots / sizeof *snapshots };

/* They are written like everything else; and both moments write the same. */
static void
check_snapshots(const struct moment *now, const struct moment *same)
{
	for (size_t i = 0; i < SNAPSHOTS; i++) {
		struct event event = {.type = snapshots[i], .time = now->time};
		fuzz_check_event(NULL, &event, now);
		char *line = render_json(&event, now);
		char *line_same = render_json(&event, same);
		FUZZ_CHECK(line != NULL && line_same != NULL);
		FUZZ_CHECK(strcmp(line, line_same) == 0);
		free(line);
		free(line_same);
	}
}

/* The base and the events behind it give now. */
static void
check_fold(const struct log *log)
{
	const struct moment *now = log_now(log), *base = log_base(log);
	FUZZ_CHECK(log_end(log) - log_first(log) <= LOG_EVENTS);
	FUZZ_CHECK(base->events == log_first(log) && now->events == log_end(log));
	FUZZ_CHECK(base->connection_count <= now->connection_count);
	struct moment folded;
	FUZZ_CHECK(moment_copy(&folded, base) == 0);
	for (uint64_t i = log_first(log); i < log_end(log); i++)
		FUZZ_CHECK(moment_apply(&folded, log_event(log, i)) == 0);
	check_snapshots(now, &folded);
	moment_release(&folded);
	for (size_t i = 1; i < now->connection_count; i++)
		FUZZ_CHECK(now->connections[i].conn > now->connections[i - 1].conn);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log *log = log_new(LOG_EVENTS);
	char *text = fuzz_string(data, size);
	FUZZ_CHECK(log != NULL);
	FUZZ_CHECK(log_subscribe(log, fuzz_check_event, NULL) == 0);
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		struct event event;
		char *copy = fuzz_string(line, strlen(line));
		if (render_json_parse(copy, &event) == 0)
			FUZZ_CHECK(log_append(log, &event) == 0);
		else
			FUZZ_CHECK(errno == EINVAL || errno == ENOMEM);
		free(copy);
	}
	check_fold(log);
	log_free(log);
	free(text);
	return 0;
}
