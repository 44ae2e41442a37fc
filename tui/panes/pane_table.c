/* pane_table.c: which panes there are. */
#include "pane_table.h"

static const struct pane *const table[] = {
	&pane_sent, &pane_echoed, &pane_errno, &pane_sockets, &pane_processes,
	&pane_timeline, &pane_narrator, &pane_details, &pane_lessons, &pane_help, &pane_settings,
	&pane_connections, &pane_dispositions, &pane_states, &pane_figures,
	&pane_bytes, &pane_all, &pane_why,
};

const struct pane *const *
pane_table(size_t *count)
{
	*count = sizeof table / sizeof *table;
	return table;
}
