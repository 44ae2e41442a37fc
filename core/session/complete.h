/* complete.h: completion, from the command table and the moment now. */
#ifndef COMPLETE_H
#define COMPLETE_H

struct session;

/* Calls each with every word that can stand at the end of line, in place of its
 * last, perhaps empty, word. */
void complete_line(const struct session *session, const char *line,
    void (*each)(void *context, const char *word), void *context);

#endif
