#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { ROUND_EVENTS = 64 };

struct watch {
	int fd;
	bool dead;
	watch_function *function;
	void *context;
	struct watch *next, *previous; /* of the living, or the next of the dead or held */
};

struct timer {
	struct loop *loop;
	int fd;
	bool running;
	int64_t when; /* CLOCK_MONOTONIC, ns */
	struct watch *watch;
	timer_function *function;
	void *context;
};

struct loop {
	int epoll;
	int64_t start; /* CLOCK_MONOTONIC, ns */
	struct watch *living, *dead;
	struct watch *held; /* dead, but the kernel did not let go of them */
};

/* CLOCK_MONOTONIC in ns. */
static int64_t
monotonic_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct loop *
loop_new(void)
{
	struct loop *loop = calloc(1, sizeof *loop);
	if (loop == NULL)
		return NULL;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		free(loop);
		return NULL;
	}
	loop->start = monotonic_now();
	return loop;
}

/* Frees a list of watches. */
static void
loop_bury(struct watch **list)
{
	while (*list != NULL) {
		struct watch *watch = *list;
		*list = watch->next;
		free(watch);
	}
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	while (loop->living != NULL)
		loop_unwatch(loop, loop->living);
	loop_bury(&loop->dead);
	loop_bury(&loop->held);
	close(loop->epoll);
	free(loop);
}

int64_t
loop_now(const struct loop *loop)
{
	return monotonic_now() - loop->start;
}

int64_t
loop_cost(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
loop_from_monotonic(const struct loop *loop, int64_t monotonic)
{
	return monotonic - loop->start;
}

struct watch *
loop_watch(struct loop *loop, int fd, uint32_t events, watch_function *function,
    void *context)
{
	struct watch *watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return NULL;
	*watch = (struct watch){.fd = fd, .function = function,
	    .context = context, .next = loop->living};
	struct epoll_event event = {.events = events, .data.ptr = watch};
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		free(watch);
		return NULL;
	}
	if (loop->living != NULL)
		loop->living->previous = watch;
	loop->living = watch;
	return watch;
}

int
loop_rewatch(struct loop *loop, struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};
	return epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

/* Does the kernel let go of it?  Else it may name it again, in any round, as long as
 * the descriptor or a copy of it is open. */
static bool
loop_release(const struct loop *loop, const struct watch *watch)
{
	return epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL) == 0 ||
	    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL) == 0;
}

/* Stops watching; freed at the end of the round. */
void
loop_unwatch(struct loop *loop, struct watch *watch)
{
	if (watch == NULL || watch->dead)
		return;
	struct watch **list = loop_release(loop, watch) ? &loop->dead : &loop->held;
	if (watch->previous != NULL)
		watch->previous->next = watch->next;
	else
		loop->living = watch->next;
	if (watch->next != NULL)
		watch->next->previous = watch->previous;
	watch->dead = true;
	watch->next = *list;
	*list = watch;
}

/* A timer ran out: takes its count and calls. */
static void
timer_ran_out(void *context, uint32_t events)
{
	struct timer *timer = context;
	uint64_t count;
	(void)events;
	if (read(timer->fd, &count, sizeof count) != sizeof count)
		return; /* stopped or set anew in the same round */
	timer->running = false;
	timer->function(timer->context);
}

struct timer *
loop_timer(struct loop *loop, timer_function *function, void *context)
{
	struct timer *timer = calloc(1, sizeof *timer);
	if (timer == NULL)
		return NULL;
	*timer = (struct timer){.loop = loop, .function = function,
	    .context = context};
	timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer->fd >= 0)
		timer->watch = loop_watch(loop, timer->fd, EPOLLIN,
		    timer_ran_out, timer);
	if (timer->watch == NULL) {
		if (timer->fd >= 0)
			close(timer->fd);
		free(timer);
		return NULL;
	}
	return timer;
}

void
timer_at(struct timer *timer, int64_t time)
{
	int64_t when = timer->loop->start + time;
	if (when < 1)
		when = 1; /* 0 would disarm it */
	struct itimerspec spec = {.it_value = {.tv_sec = when / 1000000000,
	    .tv_nsec = when % 1000000000}};
	timer->when = when;
	timer->running =
	    timerfd_settime(timer->fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0;
}

void
timer_after(struct timer *timer, int64_t delay)
{
	timer_at(timer, loop_now(timer->loop) + delay);
}

void
timer_no_later(struct timer *timer, int64_t delay)
{
	if (!timer->running || timer->when > monotonic_now() + delay)
		timer_after(timer, delay);
}

bool
timer_stop(struct timer *timer)
{
	bool was = timer->running;
	struct itimerspec never = {0};
	timerfd_settime(timer->fd, 0, &never, NULL);
	timer->running = false;
	return was;
}

bool
timer_is_running(const struct timer *timer)
{
	return timer->running;
}

void
loop_untimer(struct loop *loop, struct timer *timer)
{
	if (timer == NULL)
		return;
	loop_unwatch(loop, timer->watch);
	close(timer->fd);
	free(timer);
}

int
loop_round(struct loop *loop, int timeout_ms)
{
	struct epoll_event events[ROUND_EVENTS];
	int count = epoll_wait(loop->epoll, events, ROUND_EVENTS, timeout_ms);
	if (count < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < count; i++) {
		struct watch *watch = events[i].data.ptr;
		if (!watch->dead)
			watch->function(watch->context, events[i].events);
	}
	loop_bury(&loop->dead);
	return count;
}
