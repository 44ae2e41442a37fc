/* fuzz_record.c: a recorded session: JSON Lines that become events, a log whose
 * oldest ones fall out, moments, and text again. */
#include "fuzz_event.h"

#include "log.h"

enum { LOG_EVENTS = 16 };

/* The tables as they are at the end. */
static void
check_snapshots(const struct log *log)
{
	static const enum event_type types[] = {EVENT_SOCKETS, EVENT_PROCESSES,
	    EVENT_CONNECTIONS, EVENT_ERRNO};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct event event = {.type = types[i], .time = log_now(log)->time};
		fuzz_check_event(NULL, &event, log_now(log));
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
	FUZZ_CHECK(now->time >= base->time);
	for (size_t i = 0; i < now->connection_count; i++)
		FUZZ_CHECK(now->connections[i].conn == i + 1);
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
		if (fuzz_take_line(copy, &event))
			FUZZ_CHECK(log_append(log, &event) == 0);
		free(copy);
	}
	check_snapshots(log);
	check_fold(log);
	log_free(log);
	free(text);
	return 0;
}
