/* replay_print.c: a recording without a screen. */
#include "replay.h"

#include "event_line.h"
#include "exit_status.h"
#include "say_failure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLICE = 1 << 20 };

struct printing {
	struct log *log;
	enum line_form form;
};

/* Prints an event: the log's reader. */
static void
print(void *context, const struct event *event, const struct moment *now)
{
	const struct printing *printing = context;
	char *text = event_line(event, printing->log, now, printing->form);
	if (text != NULL)
		fputs(text, stdout);
	free(text);
}

int
replay_print(const char *path, bool json)
{
	char error[REPLAY_ERROR] = "out of memory";
	struct replay *replay = replay_open(path, error);
	if (replay == NULL)
		return say_failure(STATUS_USAGE, "%s", error);
	struct log *log = log_new(LOG_CAPACITY_LEAST);
	enum replay_state state = REPLAY_BROKEN;
	struct printing printing = {.log = log, .form = line_form(json)};
	int status = 0;
	if (log != NULL && log_subscribe(log, print, &printing) == 0)
		while ((state = replay_read(replay, log, SLICE, error)) == REPLAY_MORE &&
		    !ferror(stdout))
			continue;
	if (fflush(stdout) == EOF || ferror(stdout))
		status = say_failure(STATUS_FAILED, "cannot write");
	else if (state == REPLAY_BROKEN)
		status = say_failure(STATUS_USAGE, "%s", error);
	else if (replay_note(replay) != NULL)
		say_failure(0, "%s", replay_note(replay));
	log_free(log);
	replay_close(replay);
	return status;
}
