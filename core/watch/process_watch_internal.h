/* process_watch_internal.h: what process_follow.c, process_look.c, process_search.c and
 * process_watch.c share: who is followed. */
#ifndef PROCESS_WATCH_INTERNAL_H
#define PROCESS_WATCH_INTERNAL_H

#include "process_stat.h"
#include "process_watch.h"

enum { BUCKETS = 1024 };

/* A process that is followed.  The descriptor is its own. */
struct followed {
	struct process_watch *owner;
	pid_t pid;
	int pidfd;
	struct watch *watch;
	bool dead;              /* the pidfd said so */
	bool zombie;            /* and it was shown as a zombie */
	bool reaped;            /* the pidfd said so (Linux 6.9) */
	int64_t died_at;
	int64_t vanished_at;    /* 0: its row was still there when last looked at */
	struct process_end end;
	struct followed *next, *previous;
	struct followed *next_alike; /* in its bucket */
};

/* Times are ns on the session's clock. */
struct process_watch {
	struct loop *loop;
	struct log *log;
	struct followed *all;
	struct followed *buckets[BUCKETS]; /* by PID */
	struct timer *timer;
	int64_t rest_until;     /* before it only the dead are looked at */
	int64_t flood_begun;
	unsigned flood;         /* forks since then */
	int64_t busy_until;
	int64_t searched_at;
	bool search_often;
	pid_t (*root)(void *context); /* NULL: the server reports its children */
	int64_t search_cost;
	unsigned turn; /* where the next look begins */
	bool told_scarce;
	void (*came_or_died)(void *context);
	void *context;
};

/* Who is followed under this number; NULL: nobody. */
struct followed *process_watch_find(const struct process_watch *watch, pid_t pid);

/* Follows it no more, and frees it. */
void process_watch_forget(struct process_watch *watch, struct followed *followed);

/* Appends a process event; end may be NULL. */
void process_watch_tell(struct process_watch *watch, enum process_what what,
    const struct process_row *row, const struct process_end *end, int64_t time);

/* Fills in what /proc says of the process; false with errno when it is gone, or could
 * not be read for want of descriptors or memory (process_look_starved()). */
bool process_look_read(struct process_row *row, struct process_stat *stat);
bool process_look_starved(void);

/* Looks at one row, and tells what has changed.  It can be forgotten then. */
void process_look(struct process_watch *watch, struct followed *followed);

/* Is there a death of it to be told as soon as it can be?  In how many ns the first one
 * of all can be, or one can have come that nobody tells of; INT64_MAX: there is none. */
bool process_look_again(const struct followed *followed);
int64_t process_look_for(const struct process_watch *watch, int64_t now);

/* Looks for those that nobody reported; how many ns that is good for. */
void process_search(struct process_watch *watch);
int64_t process_search_pause(const struct process_watch *watch, bool busy);

#endif
