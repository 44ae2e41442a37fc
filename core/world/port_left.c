#include "port_left.h"

#include "endpoint.h"
#include "tcp_table.h"

#include <stdio.h>
#include <stdlib.h>

/* The row of the port that no other outlives; NULL: none. */
static const struct tcp_row *
longest(const struct tcp_table *table, uint16_t port)
{
	const struct tcp_row *found = NULL;
	for (size_t i = 0; i < table->count; i++) {
		const struct tcp_row *row = &table->rows[i];
		if (row->local.port != port || row->state == STATE_LISTEN)
			continue;
		if (found == NULL || row->timer_left > found->timer_left)
			found = row;
	}
	return found;
}

bool
port_left(uint16_t port, char *text, size_t size)
{
	static const char *const paths[] = {[4] = "/proc/net/tcp", [6] = "/proc/net/tcp6"};
	char local[ENDPOINT_TEXT], remote[ENDPOINT_TEXT], left[48] = "", *buffer = NULL;
	struct tcp_table table = {0};
	size_t room = 0;
	for (int family = 4; family <= 6; family += 2)
		tcp_table_read(&table, paths[family], family, port, &buffer, &room);
	const struct tcp_row *row = longest(&table, port);
	if (row != NULL && row->timer != TIMER_OFF)
		snprintf(left, sizeof left, " for %lld s more",
		    (long long)(row->timer_left / 1000000000 + 1));
	if (row != NULL)
		snprintf(text, size, "%s → %s, %s%s", endpoint_text(&row->local, local),
		    endpoint_text(&row->remote, remote), tcp_state_name(row->state), left);
	tcp_table_free(&table);
	free(buffer);
	return row != NULL;
}
