#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* A queue for a few thousand reports: the kernel grants what wmem_max allows. */
/* Of a program that reports without a pause, each report would wake the console, and
 * waking it costs the program more than reporting.  So after FLOOD reports within
 * FLOOD_NS they are left in their queue for so long; whoever needs to know drains it. */
#define FLOOD_NS MILLISECONDS(10)
#define REST_NS MILLISECONDS(5)

enum { FLOOD = 64 };

enum { QUEUE_BYTES = 4 * 1024 * 1024, WAITING_BYTES = 64 * 1024 * 1024 };

struct channel {
	struct loop *loop;
	int fd;
	bool ended, held, rests;
	struct watch *watch;
	struct timer *timer;           /* of the rest; NULL: there was none yet */
	int64_t counted_from;
	unsigned count;                /* of the reports since then */
	channel_function *function;
	void *context;
	struct waiting *first, **last; /* orders that did not fit */
	size_t waiting;                /* their bytes */
	struct report report;
};

/* An order that waits until the program takes more. */
struct waiting {
	struct waiting *next;
	size_t size;
	char order[];
};

/* Does the loop wait for room, for reports, for both? */
static uint32_t
channel_events(const struct channel *channel)
{
	return (channel->held || channel->rests ? 0 : EPOLLIN) |
	    (channel->first != NULL ? EPOLLOUT : 0);
}

/* Sends the orders that wait, as many as fit. */
static void
channel_flush(struct channel *channel)
{
	while (channel->first != NULL) {
		struct waiting *waiting = channel->first;
		if (send(channel->fd, waiting->order, waiting->size,
		    MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EAGAIN)
			return;
		channel->waiting -= waiting->size;
		channel->first = waiting->next;
		free(waiting);
	}
	channel->last = &channel->first;
	loop_rewatch(channel->loop, channel->watch, channel_events(channel));
}

static void channel_rested(void *context);

/* Leaves the reports in their queue for a while, when there are very many. */
static void
channel_rest(struct channel *channel)
{
	int64_t now = loop_now(channel->loop);
	bool rests = channel->count >= FLOOD && !channel->ended && !channel->rests;
	if (rests && channel->timer == NULL) /* a descriptor that few need */
		channel->timer = loop_timer(channel->loop, channel_rested, channel);
	if (rests && channel->timer != NULL) {
		channel->rests = true;
		loop_rewatch(channel->loop, channel->watch, channel_events(channel));
		timer_after(channel->timer, REST_NS);
	}
	if (channel->count >= FLOOD || now - channel->counted_from > FLOOD_NS) {
		channel->count = 0;
		channel->counted_from = now;
	}
}

/* There are reports. */
static void
channel_ready(void *context, uint32_t events)
{
	if ((events & EPOLLOUT) != 0)
		channel_flush(context);
	channel_drain(context);
	channel_rest(context);
}

/* The rest is over: takes what has come, and rests again if that is much. */
static void
channel_rested(void *context)
{
	struct channel *channel = context;
	channel->rests = false;
	channel_drain(channel);
	channel_rest(channel);
	if (!channel->ended && !channel->rests)
		loop_rewatch(channel->loop, channel->watch, channel_events(channel));
}

struct channel *
channel_open(struct loop *loop, int *program, channel_function *function,
    void *context)
{
	int pair[2], size = QUEUE_BYTES;
	struct channel *channel = calloc(1, sizeof *channel);
	if (channel == NULL)
		return NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		free(channel);
		return NULL;
	}
	/* What cannot be had of it is not missed: losses are counted. */
	(void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	*channel = (struct channel){.loop = loop, .fd = pair[0],
	    .function = function, .context = context};
	channel->last = &channel->first;
	if (fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0)
		channel->watch = loop_watch(loop, pair[0], EPOLLIN,
		    channel_ready, channel);
	if (channel->watch == NULL) {
		int error = errno;
		close(pair[0]);
		close(pair[1]);
		free(channel);
		errno = error;
		return NULL;
	}
	*program = pair[1];
	return channel;
}

bool
channel_drain(struct channel *channel)
{
	while (!channel->ended && !channel->held) {
		ssize_t size = recv(channel->fd, &channel->report,
		    sizeof channel->report, MSG_DONTWAIT);
		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (size <= 0) {
			channel->ended = true;
			if (channel->timer != NULL)
				timer_stop(channel->timer);
			loop_unwatch(channel->loop, channel->watch);
			channel->watch = NULL;
			return false;
		}
		channel->count++;
		size_t fixed = offsetof(struct report, data);
		if ((size_t)size >= fixed &&
		    channel->report.length == (size_t)size - fixed)
			channel->function(channel->context, channel,
			    &channel->report);
	}
	return !channel->ended;
}

void
channel_hold(struct channel *channel, bool hold)
{
	if (channel->held == hold || channel->ended)
		return;
	channel->held = hold;
	loop_rewatch(channel->loop, channel->watch, channel_events(channel));
}

/* Puts an order behind those that wait. */
static int
channel_queue(struct channel *channel, const struct order *order, size_t size)
{
	if (channel->ended || channel->waiting + size > WAITING_BYTES) {
		errno = channel->ended ? EPIPE : EAGAIN;
		return -1;
	}
	struct waiting *waiting = malloc(sizeof *waiting + size);
	if (waiting == NULL)
		return -1;
	waiting->next = NULL;
	waiting->size = size;
	memcpy(waiting->order, order, size);
	*channel->last = waiting;
	channel->last = &waiting->next;
	channel->waiting += size;
	return loop_rewatch(channel->loop, channel->watch, channel_events(channel));
}

/* Sends an order, or lets it wait for room. */
int
channel_order(struct channel *channel, const struct order *order)
{
	size_t size = offsetof(struct order, data) + order->length;
	if (channel->first == NULL && send(channel->fd, order, size,
	    MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	if (channel->first == NULL && errno != EAGAIN)
		return -1;
	return channel_queue(channel, order, size);
}

bool
channel_has_ended(const struct channel *channel)
{
	return channel->ended;
}

void
channel_close(struct channel *channel)
{
	if (channel == NULL)
		return;
	loop_unwatch(channel->loop, channel->watch);
	loop_untimer(channel->loop, channel->timer);
	while (channel->first != NULL) {
		struct waiting *next = channel->first->next;
		free(channel->first);
		channel->first = next;
	}
	close(channel->fd);
	free(channel);
}
