/* loop.h: one epoll loop with descriptors and timers.
 *
 * Callbacks may add and remove watches and timers, their own included: what is
 * removed inside a round is freed at its end and not called again. */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct watch;
struct timer;

typedef void watch_function(void *context, uint32_t events);
typedef void timer_function(void *context);

/* A new loop; NULL with errno. */
struct loop *loop_new(void);

/* Frees the loop with what is still watched (descriptors are the caller's). */
void loop_free(struct loop *loop);

/* CLOCK_MONOTONIC in ns since the loop was made: the session's clock. */
int64_t loop_now(const struct loop *loop);

/* The processor time that this process has taken, in ns: what work costs, however long it
 * has to wait for its turn. */
int64_t loop_cost(void);

/* A CLOCK_MONOTONIC time (ns) as a time of the session's clock. */
int64_t loop_from_monotonic(const struct loop *loop, int64_t monotonic);

/* Calls function when the descriptor has events (EPOLLIN ...; level-triggered).
 * NULL with errno.  The descriptor stays the caller's. */
struct watch *loop_watch(struct loop *loop, int fd, uint32_t events,
    watch_function *function, void *context);

/* Asks for other events from now on; 0 rests.  0, or -1 with errno. */
int loop_rewatch(struct loop *loop, struct watch *watch, uint32_t events);

/* Stops watching; NULL is allowed.  Call it before the descriptor is closed. */
void loop_unwatch(struct loop *loop, struct watch *watch);

/* A timer (timerfd), not running yet; NULL with errno. */
struct timer *loop_timer(struct loop *loop, timer_function *function, void *context);

/* Runs it out once, at this time of the session's clock. */
void timer_at(struct timer *timer, int64_t time);

/* Runs it out once, after so many ns. */
void timer_after(struct timer *timer, int64_t delay);

/* The same, but never later than it was to run out already. */
void timer_no_later(struct timer *timer, int64_t delay);

/* Stops it; whether it was running. */
bool timer_stop(struct timer *timer);

/* Is it running? */
bool timer_is_running(const struct timer *timer);

/* Stops and frees; NULL is allowed. */
void loop_untimer(struct loop *loop, struct timer *timer);

/* Waits at most timeout_ms (-1: for ever) and handles one round.  Returns the
 * number of callbacks, 0 at the timeout, or -1 with errno (EINTR is no error). */
int loop_round(struct loop *loop, int timeout_ms);

#define SECONDS(n) ((int64_t)((n) * 1e9))
#define MILLISECONDS(n) ((int64_t)(n) * 1000000)

#endif
