/* expect.h: expectations, parsed. */
#ifndef EXPECT_H
#define EXPECT_H

#include <stddef.h>

struct expectation;

/* Parses WHAT [for SECONDS] [within SECONDS].  NULL with one line in error (room
 * for size) that names the mend; expectation_free() it. */
struct expectation *expectation_parse(const char *text, char *error, size_t size);

/* Frees it; NULL is allowed. */
void expectation_free(struct expectation *expectation);

#endif
