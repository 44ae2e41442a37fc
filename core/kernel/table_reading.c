#include "table_reading.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The kernel hands out one page of whole rows for each read(2). */
enum { READ_ROOM = 8192 };

void
table_reading_begin(struct table_reading *reading, uint16_t port, bool four, bool six)
{
	*reading = (struct table_reading){.fd = -1, .family = 4, .port = port,
	    .families = {[4] = four, [6] = six}};
}

bool
table_reading_goes_on(const struct table_reading *reading)
{
	return reading->family != 0;
}

void
table_reading_end(struct table_reading *reading)
{
	if (reading->family != 0 && reading->fd >= 0)
		close(reading->fd);
	*reading = (struct table_reading){.fd = -1};
}

/* The file at hand is read: to the next one. */
static void
next_file(struct table_reading *reading)
{
	if (reading->fd >= 0)
		close(reading->fd);
	reading->fd = -1;
	reading->family = reading->family == 4 ? 6 : 0;
}

/* Opens the file at hand; false with errno. */
static bool
open_file(struct table_reading *reading)
{
	if (reading->fd < 0)
		reading->fd = open(reading->family == 4 ? "/proc/net/tcp" :
		    "/proc/net/tcp6", O_RDONLY | O_CLOEXEC);
	return reading->fd >= 0;
}

/* Reads once; the rows' bytes, 0 at the file's end, -1 with errno. */
static ssize_t
read_once(struct table_reading *reading, struct tcp_table *table)
{
	char text[READ_ROOM];
	if (!open_file(reading))
		return errno == ENOENT ? 0 : -1;
	ssize_t length = read(reading->fd, text, sizeof text);
	if (length < 0 && errno == EINTR)
		return 1;
	if (length > 0 && tcp_table_parse(table, text, (size_t)length,
	    reading->family, reading->port, NULL) < 0)
		return -1;
	return length;
}

enum table_state
table_reading_more(struct table_reading *reading, struct tcp_table *table, int reads)
{
	while (reading->family != 0 && reads > 0) {
		if (!reading->families[reading->family]) {
			next_file(reading);
			continue;
		}
		ssize_t length = read_once(reading, table);
		if (length < 0) {
			int error = errno;
			table_reading_end(reading);
			errno = error;
			return TABLE_FAILED;
		}
		if (length == 0)
			next_file(reading);
		reads--;
	}
	return reading->family != 0 ? TABLE_MORE : TABLE_WHOLE;
}
