/* wire_long.h: a C long as bytes on the wire.
 *
 * The lecture's second pair of programs sends its longs as they lie in memory,
 * so each side must know two things that nothing on the wire tells: how many
 * bytes a long has, and which of them comes first.  Here both are values, so
 * that a client and a server may be told to disagree.  Bytes are put and taken
 * by shifts, which come out the same on every machine; only "native" asks what
 * this one does.
 *
 * Like report.h this is shared by the console and its two programs, and needs
 * libc alone. */
#ifndef WIRE_LONG_H
#define WIRE_LONG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the settings' words: native|big|little|network. */
enum wire_order { WIRE_NATIVE, WIRE_BIG, WIRE_LITTLE, WIRE_NETWORK };

enum { WIRE_MOST = 8, WIRE_BIG_FIRST = 0x100 };

/* Size and order as one number; 0 stands for no long at all. */
static inline uint16_t
wire_format(enum wire_order order, unsigned bits)
{
	bool big = order == WIRE_BIG || order == WIRE_NETWORK ||
	    (order == WIRE_NATIVE && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	return (uint16_t)(bits / 8 | (big ? WIRE_BIG_FIRST : 0));
}

/* How many bytes such a long has. */
static inline size_t
wire_size(uint16_t format)
{
	return format & 0xff;
}

/* By how many bits the byte at number is shifted. */
static inline unsigned
wire_shift(uint16_t format, size_t number)
{
	size_t size = wire_size(format);
	return 8 * (unsigned)(format & WIRE_BIG_FIRST ? size - 1 - number : number);
}

/* Puts a number; what does not fit the size is cut off. */
static inline void
wire_put(uint16_t format, int64_t number, char *bytes)
{
	for (size_t i = 0; i < wire_size(format); i++)
		bytes[i] = (char)(uint8_t)((uint64_t)number >> wire_shift(format, i));
}

/* Takes a number, its sign carried on. */
static inline int64_t
wire_take(uint16_t format, const char *bytes)
{
	uint64_t number = 0;
	for (size_t i = 0; i < wire_size(format); i++)
		number |= (uint64_t)(uint8_t)bytes[i] << wire_shift(format, i);
	return wire_size(format) == 4 ? (int32_t)(uint32_t)number : (int64_t)number;
}

#endif
