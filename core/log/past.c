#include "past.h"

#include <stdlib.h>

struct past {
	const struct log *log;
	uint64_t position;
	struct moment moment;
};

struct past *
past_new(const struct log *log)
{
	struct past *past = calloc(1, sizeof *past);
	if (past == NULL)
		return NULL;
	past->log = log;
	past->position = log_end(log);
	if (moment_copy(&past->moment, log_now(log)) < 0) {
		free(past);
		return NULL;
	}
	return past;
}

void
past_free(struct past *past)
{
	if (past == NULL)
		return;
	moment_release(&past->moment);
	free(past);
}

/* Folds the events up to number into the moment at position at. */
static int
fold(const struct log *log, struct moment *moment, uint64_t at, uint64_t number)
{
	for (; at < number; at++) {
		const struct event *event = log_event(log, at);
		if (event == NULL || moment_apply(moment, event) < 0)
			return -1;
	}
	return 0;
}

int
past_go(struct past *past, uint64_t number)
{
	const struct log *log = past->log;
	struct moment copy;
	uint64_t at;
	if (number > log_end(log))
		number = log_end(log);
	if (number < log_first(log))
		number = log_first(log);
	if (number == past->position)
		return 0;
	const struct moment *from = log_checkpoint(log, number, &at);
	bool forward = past->position < number && past->position >= at;
	if (forward) {
		from = &past->moment;
		at = past->position;
	}
	if (moment_copy(&copy, from) < 0)
		return -1;
	if (fold(log, &copy, at, number) < 0) {
		moment_release(&copy);
		return -1;
	}
	moment_release(&past->moment);
	past->moment = copy;
	past->position = number;
	return 0;
}

uint64_t
past_position(const struct past *past)
{
	return past->position;
}

const struct moment *
past_moment(const struct past *past)
{
	return &past->moment;
}

uint64_t
past_command_before(const struct past *past)
{
	uint64_t first = log_first(past->log);
	uint64_t before = past->position > first ? past->position - 1 : first;
	uint64_t found = log_find_back(past->log, before, first,
	    LOG_TYPE(EVENT_COMMAND));
	return found != UINT64_MAX ? found + 1 : first + 1;
}

uint64_t
past_command_after(const struct past *past)
{
	uint64_t end = log_end(past->log);
	uint64_t found = log_find(past->log, past->position, end,
	    LOG_TYPE(EVENT_COMMAND));
	return found < end ? found + 1 : end;
}
