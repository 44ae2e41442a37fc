/* process_watch.c: when /proc is looked at for those who are followed
 * (process_follow.c): as often as a share of the time allows.  What a look finds is
 * process_look.c's, and who is found without a report process_search.c's. */
#include "process_watch_internal.h"

#include <limits.h>
#include <stdlib.h>

#define LOOK_BUSY_NS MILLISECONDS(100)
#define LOOK_IDLE_NS SECONDS(1)

/* Looks at rows that live may take one part in so many of the time. */
enum { LOOK_SHARE = 20 };

/* How many rows one look looks at. */
enum { LOOK_AT_ONCE = 48 };

char
process_watch_state(pid_t pid)
{
	return process_state_read(pid);
}

/* Looks at the rows: at each with a death that is not settled, and at so many of the
 * others, a thousand of which would take too long for one round of the loop. */
static void
look_at_rows(struct process_watch *watch, unsigned budget)
{
	struct followed *followed = watch->all;
	unsigned number = 0, most = budget;
	while (followed != NULL) {
		struct followed *next = followed->next;
		bool turn = number >= watch->turn && budget > 0;
		if (turn)
			budget--;
		if (turn || process_look_again(followed))
			process_look(watch, followed);
		number++;
		followed = next;
	}
	watch->turn = budget > 0 ? 0 : watch->turn + most;
}

void
process_watch_refresh(struct process_watch *watch)
{
	watch->turn = 0;
	look_at_rows(watch, UINT_MAX);
	process_search(watch);
}

/* Looks at so many rows as its share of the time allows; false when that was used up. */
static bool
look_within_share(struct process_watch *watch)
{
	int64_t begun = loop_cost(), now = loop_now(watch->loop);
	bool rests = now < watch->rest_until;
	look_at_rows(watch, rests ? 0 : LOOK_AT_ONCE);
	if (!rests)
		watch->rest_until = now + LOOK_SHARE * (loop_cost() - begun);
	return !rests;
}

/* The timer: looks, and says when to look again. */
static void
process_watch_look(void *context)
{
	struct process_watch *watch = context;
	bool looked = look_within_share(watch);
	int64_t now = loop_now(watch->loop);
	bool busy = now < watch->busy_until;
	if (now - watch->searched_at >= process_search_pause(watch, busy))
		process_search(watch);
	int64_t pause = watch->root != NULL && busy ? process_search_pause(watch, busy) :
	    busy ? LOOK_BUSY_NS : LOOK_IDLE_NS;
	int64_t unsettled = process_look_for(watch, now);
	if (!looked && watch->rest_until < now + pause)
		pause = watch->rest_until - now;
	timer_after(watch->timer, unsettled < pause ? unsettled : pause);
}

struct process_watch *
process_watch_new(struct loop *loop, struct log *log,
    void (*came_or_died)(void *context), void *context)
{
	struct process_watch *watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return NULL;
	*watch = (struct process_watch){.loop = loop, .log = log,
	    .came_or_died = came_or_died, .context = context};
	watch->timer = loop_timer(loop, process_watch_look, watch);
	if (watch->timer == NULL) {
		free(watch);
		return NULL;
	}
	return watch;
}

void
process_watch_free(struct process_watch *watch)
{
	if (watch == NULL)
		return;
	while (watch->all != NULL)
		process_watch_forget(watch, watch->all);
	loop_untimer(watch->loop, watch->timer);
	free(watch);
}
