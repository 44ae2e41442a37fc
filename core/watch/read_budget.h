/* read_budget.h: how often tables that are dear may be read.  Times in ns, on whatever
 * clock. */
#ifndef READ_BUDGET_H
#define READ_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct read_budget {
	int64_t credit, credited_at;   /* what readings may cost, saved up to a bound */
	int64_t read_at, cost;         /* the latest reading began then, and cost so much */
};

/* Begins, with all the credit there is. */
void read_budget_init(struct read_budget *budget);

/* How long nothing is to be read again, for what readings have cost; not more than 0:
 * it may be. */
int64_t read_budget_rest(struct read_budget *budget, int64_t now);

/* A reading that began then has cost so much processor time. */
void read_budget_spend(struct read_budget *budget, int64_t begun, int64_t cost);

/* Was nothing read for so long that a reading is due though nothing seems changed? */
bool read_budget_is_stale(const struct read_budget *budget, int64_t now);

#endif
