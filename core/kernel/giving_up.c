#include "giving_up.h"

#define RTO_MIN INT64_C(200000000)    /* TCP_RTO_MIN */
#define RTO_MAX INT64_C(120000000000) /* TCP_RTO_MAX */

/* What RETRIES doublings take together. */
static int64_t
model_timeout(unsigned retries)
{
	int64_t sum = 0, wait = RTO_MIN;
	for (unsigned i = 0; i <= retries; i++) {
		sum += wait;
		wait = wait * 2 < RTO_MAX ? wait * 2 : RTO_MAX;
	}
	return sum;
}

int64_t
giving_up_at(int64_t first, int64_t next, int64_t rto, int64_t user_timeout,
    unsigned retries)
{
	if (user_timeout > 0) /* the last wait is clamped to it */
		return first + user_timeout > next ? first + user_timeout : next;
	int64_t limit = first + model_timeout(retries);
	if (rto < RTO_MIN)
		rto = RTO_MIN;
	while (next < limit) {
		rto = rto * 2 < RTO_MAX ? rto * 2 : RTO_MAX;
		next += rto;
	}
	return next;
}
