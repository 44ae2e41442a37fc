#include "read_budget.h"

#include "loop.h"

#define REST_NS SECONDS(5)
#define REST_SHARE 2000            /* at rest a reading may take so little of the time */
#define COST_SHARE 2               /* half of the time, while it matters, */
#define BUSY_SHARE 8               /* but no more than an eighth for long: */
#define CREDIT_NS MILLISECONDS(400)  /* so much may have been saved for a burst */

void
read_budget_init(struct read_budget *budget)
{
	*budget = (struct read_budget){.credit = CREDIT_NS};
}

int64_t
read_budget_rest(struct read_budget *budget, int64_t now)
{
	budget->credit += (now - budget->credited_at) / BUSY_SHARE;
	budget->credited_at = now;
	if (budget->credit > CREDIT_NS)
		budget->credit = CREDIT_NS;
	int64_t rest = budget->read_at + COST_SHARE * budget->cost - now;
	int64_t debt = -budget->credit * BUSY_SHARE;
	return budget->read_at == 0 ? 0 : rest > debt ? rest : debt;
}

void
read_budget_spend(struct read_budget *budget, int64_t begun, int64_t cost)
{
	budget->read_at = begun;
	budget->cost = cost;
	budget->credit -= cost;
}

bool
read_budget_is_stale(const struct read_budget *budget, int64_t now)
{
	int64_t most = REST_SHARE * budget->cost;
	return now - budget->read_at > (most > REST_NS ? most : REST_NS);
}
