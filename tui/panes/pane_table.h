/* pane_table.h: the panes. */
#ifndef PANE_TABLE_H
#define PANE_TABLE_H

#include "pane.h"

extern const struct pane pane_sent, pane_echoed, pane_errno, pane_sockets,
    pane_processes, pane_timeline, pane_help, pane_settings, pane_connections,
    pane_dispositions, pane_narrator, pane_lessons, pane_states, pane_figures,
    pane_bytes, pane_all, pane_why, pane_details;

/* All panes, those with a place first, and how many. */
const struct pane *const *pane_table(size_t *count);

#endif
