/* socket_watch_internal.h: what socket_watch.c and socket_changes.c share. */
#ifndef SOCKET_WATCH_INTERNAL_H
#define SOCKET_WATCH_INTERNAL_H

#include "read_budget.h"
#include "socket_holder.h"
#include "socket_probe.h"
#include "socket_watch.h"
#include "table_reading.h"

/* Two predictions of one timer's end may differ by so much. */
#define TIMER_GRAIN_NS MILLISECONDS(400)

/* Times and costs are ns. */
struct socket_watch {
	struct loop *loop;
	struct log *log;
	struct socket_probe probe; /* where it is refused, the files are read instead */
	struct timer *timer;
	void (*before)(void *context);
	void *context;
	uint16_t port;
	int family;
	bool forced, wanted, guest, follows_details;
	bool calm;                 /* nothing happens that nobody reports */
	int64_t hurried_at, looked_at, look_cost;
	struct read_budget budget;
	int64_t holders_rest_until;
	int64_t user_timeout;
	unsigned retries;
	unsigned timed_conn;       /* whose retransmissions are followed */
	int64_t first_retransmit;  /* when its first went out, 0: none yet */
	struct tcp_table table;
	struct socket_holders holders;  /* for the reading at hand */
	struct table_reading reading;   /* in pieces, while keys are heard */
	int64_t reading_begun, reading_cost;
};

/* How long until the next look, now that one was made. */
int64_t socket_watch_interval(const struct socket_watch *watch, int64_t now);

/* A row was read at this time: appends what it changes. */
void socket_take_row(struct socket_watch *watch, const struct tcp_row *read, int64_t time);

/* The table was read: appends that the rows which it no longer has are gone. */
void socket_take_absence(struct socket_watch *watch, int64_t time);

#endif
