/* tcp_details.h: what TCP keeps about one end of a connection and /proc/net/tcp
 * does not show: the interesting part of TCP_INFO (tcp(7), struct tcp_info of
 * linux/tcp.h), as sock_diag hands it out. */
#ifndef TCP_DETAILS_H
#define TCP_DETAILS_H

#include <stdbool.h>
#include <stdint.h>

struct tcp_details {
	uint32_t rtt, rtt_variation; /* microseconds, smoothed; 0: not measured yet */
	uint32_t rto;                /* microseconds */
	uint32_t backoff;            /* how often the RTO was doubled */
	uint32_t retransmits;        /* of the first segment not acknowledged */
	uint32_t total_retransmits;  /* tail-loss probes included */
	uint32_t probes;             /* zero-window or keepalive, unanswered */
	uint32_t unacked, lost;      /* segments */
	uint32_t cwnd, ssthresh;     /* segments; TCP_SSTHRESH_NONE */
	uint32_t mss;                /* for sending, bytes */
	uint64_t bytes_sent;         /* retransmissions included */
	uint64_t bytes_received;
	int64_t sent_ago;            /* ns since data last went, -1: never */
	int64_t received_ago;        /* ns since data last came, -1: never */
};

/* Still in the first slow start (TCP_INFINITE_SSTHRESH of net/tcp.h). */
#define TCP_SSTHRESH_NONE UINT32_C(0x7fffffff)

/* Do both say the same, but for the time that has passed? */
bool tcp_details_equal(const struct tcp_details *a, const struct tcp_details *b);

#endif
