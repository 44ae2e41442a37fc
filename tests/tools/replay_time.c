/* replay_time FILE: how long a recording takes to be read, and the longest of many
 * steps through it: "SECONDS MILLISECONDS EVENTS". */
#include "past.h"
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STEPS = 400, SLICE = 1 << 20 };

static double
seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The longest of many steps, back and forward, here and there. */
static double
longest_step(const struct log *log)
{
	struct past *past = past_new(log);
	uint64_t end = log_end(log);
	double longest = 0;
	for (unsigned i = 0; past != NULL && i < STEPS; i++) {
		double before = seconds();
		uint64_t to = i % 2 == 0 ? end / STEPS * (STEPS - i) :
		    past_position(past) - 1;
		past_go(past, to);
		double took = seconds() - before;
		longest = took > longest ? took : longest;
	}
	past_free(past);
	return longest;
}

int
main(int argc, char **argv)
{
	char error[REPLAY_ERROR] = "usage: replay_time FILE";
	double before = seconds();
	struct replay *replay = argc == 2 ? replay_open(argv[1], error) : NULL;
	struct log *log = log_new(LOG_UNBOUNDED);
	enum replay_state state = REPLAY_BROKEN;
	while (replay != NULL && log != NULL &&
	    (state = replay_read(replay, log, SLICE, error)) == REPLAY_MORE)
		continue;
	if (state == REPLAY_BROKEN) {
		fprintf(stderr, "replay_time: %s\n", error);
		return 1;
	}
	double opened = seconds() - before;
	printf("%.2f %.1f %llu\n", opened,
	    longest_step(log) * 1e3, (unsigned long long)log_end(log));
	replay_close(replay);
	log_free(log);
	return 0;
}
