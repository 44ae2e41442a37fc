/* Adding two binary numbers (UNP, section 5.18).
 *
 * Two longs come, one goes back.  There is no newline to look for: the only sign
 * of where a number ends is the size that both sides believe in, so exactly so
 * many bytes are read.  A client that believes in another size or byte order is
 * not noticed; it is answered with a wrong sum.  That is the lesson.
 *
 * The sum is made of unsigned numbers, where C defines that it wraps; cut to the
 * size of the long it is what the machine's own addition of two longs would be. */
#include "sum_binary.h"

#include "transfer.h"
#include "wire_long.h"

/* Adds pair after pair; what is left of one at the end of file is dropped. */
bool
sum_binary_serve(struct server *server)
{
	uint16_t format = wire_format((enum wire_order)server->options.byte_order,
	    server->options.long_size == LONG_32 ? 32 : 64);
	size_t size = wire_size(format);
	char bytes[2 * WIRE_MOST];
	for (;;) {
		ssize_t count = transfer_read_all(server, bytes, 2 * size);
		if (count < (ssize_t)(2 * size))
			return count >= 0;
		uint64_t sum = (uint64_t)wire_take(format, bytes) +
		    (uint64_t)wire_take(format, bytes + size);
		wire_put(format, (int64_t)sum, bytes);
		if (!transfer_write(server, bytes, size))
			return false;
	}
}
