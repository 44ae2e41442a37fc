/* giving_up.h: when TCP will give a connection up. */
#ifndef GIVING_UP_H
#define GIVING_UP_H

#include <stdint.h>

/* The time at which retransmission ends with ETIMEDOUT.  first: when the first
 * retransmission went out; next: when the next one will; rto: what it waits now;
 * all in ns on one clock.  user_timeout: TCP_USER_TIMEOUT, 0 for none; then
 * retries (tcp_retries2) counts.
 *
 * From retransmits_timed_out() and tcp_model_timeout() in the kernel's
 * net/ipv4/tcp_timer.c: it gives up at the first time the timer runs out when so
 * much has passed since the first retransmission as RETRIES doublings of 0.2 s,
 * none longer than 120 s, take together: 924.6 s for 15. */
int64_t giving_up_at(int64_t first, int64_t next, int64_t rto,
    int64_t user_timeout, unsigned retries);

#endif
