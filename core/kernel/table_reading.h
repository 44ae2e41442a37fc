/* table_reading.h: /proc/net/tcp and tcp6, read in pieces.
 *
 * A table of ten thousand rows takes the kernel tens of milliseconds to write; the
 * loop takes it a few milliseconds at a time, and hears keys meanwhile. */
#ifndef TABLE_READING_H
#define TABLE_READING_H

#include "tcp_table.h"

#include <stdbool.h>

struct table_reading {
	int fd;             /* -1: none is open */
	int family;         /* 4 or 6: the file at hand; 0: no reading is under way */
	bool families[7];   /* [4], [6]: those that are to be read */
	uint16_t port;
};

enum table_state { TABLE_MORE, TABLE_WHOLE, TABLE_FAILED };

/* Begins one: of these files, of the rows with this port (0: all). */
void table_reading_begin(struct table_reading *reading, uint16_t port, bool four,
    bool six);

/* Is one under way? */
bool table_reading_goes_on(const struct table_reading *reading);

/* Appends the rows of at most so many read(2) more to table.  A file that does not
 * exist has no rows; TABLE_FAILED with errno.  But for TABLE_MORE the reading is over. */
enum table_state table_reading_more(struct table_reading *reading,
    struct tcp_table *table, int reads);

/* Gives it up; one that is not under way is nothing. */
void table_reading_end(struct table_reading *reading);

#endif
