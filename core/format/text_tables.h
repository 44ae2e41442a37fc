/* text_tables.h: the tables that `show` asks for, each line ended by a newline: of what
 * now holds, which is the moment with the event folded in, or of what the event brings
 * (all, settings, dispositions). */
#ifndef TEXT_TABLES_H
#define TEXT_TABLES_H

#include "event.h"

#include <stdio.h>

struct moment;

void text_print_sockets(FILE *out, const struct event *event,
    const struct moment *now);
void text_print_processes(FILE *out, const struct event *event,
    const struct moment *now);
void text_print_connections(FILE *out, const struct event *event,
    const struct moment *now);
void text_print_settings(FILE *out, const struct event *event,
    const struct moment *now);
void text_print_dispositions(FILE *out, const struct event *event,
    const struct moment *now);
void text_print_all(FILE *out, const struct event *event,
    const struct moment *now);
void text_print_errno(FILE *out, const struct event *event,
    const struct moment *now);

#endif
