#include "all_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Two predictions of one timer's end may differ by so much. */
#define TIMER_GRAIN_NS INT64_C(400000000)

/* Less, the same, more. */
static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Port, then address. */
static int
compare_ends(const struct report_endpoint *a, const struct report_endpoint *b)
{
	int result = compare_numbers(a->port, b->port);
	return result != 0 ? result : memcmp(a->address, b->address, sizeof a->address);
}

/* The one order of all rows.  Listeners that share a port (SO_REUSEPORT) are told apart
 * by their inodes; an inode of the others comes with accept. */
int
all_rows_compare(const struct socket_row *a, const struct socket_row *b)
{
	bool listens = a->tcp.state == STATE_LISTEN;
	int result = (b->tcp.state == STATE_LISTEN) - listens;
	if (result == 0)
		result = compare_ends(&a->tcp.local, &b->tcp.local);
	if (result == 0)
		result = compare_ends(&a->tcp.remote, &b->tcp.remote);
	if (result == 0)
		result = compare_numbers(a->tcp.family, b->tcp.family);
	return result == 0 && listens ? compare_numbers(a->tcp.inode, b->tcp.inode) :
	    result;
}

static int
compare(const void *a, const void *b)
{
	return all_rows_compare(a, b);
}

const struct socket_row *
all_rows_find(const struct socket_row *rows, size_t count, const struct socket_row *row)
{
	return count > 0 ? bsearch(row, rows, count, sizeof *rows, compare) : NULL;
}

void
all_rows_sort(struct socket_row *rows, size_t count)
{
	if (count > 1)
		qsort(rows, count, sizeof *rows, compare);
}

/* Would the table show anything else? */
static bool
differs(const struct socket_row *a, const struct socket_row *b)
{
	int64_t moved = a->timer_at - b->timer_at;
	return a->tcp.state != b->tcp.state || a->tcp.recv_q != b->tcp.recv_q ||
	    a->tcp.send_q != b->tcp.send_q || a->tcp.inode != b->tcp.inode ||
	    a->tcp.retransmits != b->tcp.retransmits || a->tcp.timer != b->tcp.timer ||
	    a->owner_pid != b->owner_pid || a->conn != b->conn ||
	    moved > TIMER_GRAIN_NS || moved < -TIMER_GRAIN_NS;
}

int
all_rows_difference(const struct socket_row *before, size_t before_count,
    const struct socket_row *after, size_t after_count, struct event *event)
{
	size_t old = 0, new = 0, changed = 0, gone = 0;
	struct socket_row *rows = calloc(before_count + after_count + 1, sizeof *rows);
	struct socket_row *last = rows + before_count + after_count;
	if (rows == NULL)
		return -1;
	while (old < before_count || new < after_count) {
		int order = old == before_count ? 1 : new == after_count ? -1 :
		    all_rows_compare(&before[old], &after[new]);
		if (order < 0)
			*(last - ++gone) = before[old];
		else if (order > 0 || differs(&before[old], &after[new]))
			rows[changed++] = after[new];
		old += order <= 0;
		new += order >= 0;
	}
	assert(changed <= after_count && gone <= before_count);
	memmove(rows + changed, last - gone, gone * sizeof *rows);
	event->all.rows = rows;
	event->all.count = changed + gone;
	event->all.gone = gone;
	if (event->all.count > 0)
		return 1;
	free(rows);
	event->all.rows = NULL;
	return 0;
}

int
all_rows_apply(struct socket_row **rows, size_t *count, const struct event *event)
{
	size_t told = event->all.count, kept = 0, old = event->all.whole ? 0 : *count;
	struct socket_row *result = calloc(old + 2 * told + 1, sizeof *result);
	struct socket_row *sorted = result + old + told;
	if (result == NULL)
		return -1;
	assert(event->all.gone <= told && (*rows != NULL || *count == 0));
	if (told > 0)
		memcpy(sorted, event->all.rows, told * sizeof *sorted);
	all_rows_sort(sorted, told);
	for (size_t i = 0; i < old; i++)
		if (all_rows_find(sorted, told, &(*rows)[i]) == NULL)
			result[kept++] = (*rows)[i];
	for (size_t i = 0; i + event->all.gone < told; i++)
		result[kept++] = event->all.rows[i];
	all_rows_sort(result, kept);
	struct socket_row *exact = realloc(result, (kept + 1) * sizeof *result);
	free(*rows);
	*rows = exact != NULL ? exact : result;
	*count = kept;
	return 0;
}
