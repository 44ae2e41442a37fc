#include "tcp_details.h"

bool
tcp_details_equal(const struct tcp_details *a, const struct tcp_details *b)
{
	return a->rtt == b->rtt && a->rtt_variation == b->rtt_variation &&
	    a->rto == b->rto && a->backoff == b->backoff &&
	    a->retransmits == b->retransmits &&
	    a->total_retransmits == b->total_retransmits &&
	    a->probes == b->probes && a->unacked == b->unacked &&
	    a->lost == b->lost && a->cwnd == b->cwnd &&
	    a->ssthresh == b->ssthresh && a->mss == b->mss &&
	    a->bytes_sent == b->bytes_sent &&
	    a->bytes_received == b->bytes_received;
}
