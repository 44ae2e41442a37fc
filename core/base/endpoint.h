/* endpoint.h: an address and a port: comparing, printing, parsing. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "report.h"

#include <stdbool.h>

enum { ENDPOINT_TEXT = 64 };

/* Same family, address and port.  A v4-mapped IPv6 address equals its IPv4 one:
 * the server's row of one connection can stand in tcp6 while the client's stands
 * in tcp. */
bool endpoint_equal(const struct report_endpoint *a, const struct report_endpoint *b);

/* The IPv4 endpoint of a v4-mapped IPv6 one; anything else unchanged. */
struct report_endpoint endpoint_unmapped(struct report_endpoint endpoint);

/* The address is 0.0.0.0 or ::. */
bool endpoint_is_any(const struct report_endpoint *endpoint);

/* The address is 127.0.0.0/8 or ::1. */
bool endpoint_is_loopback(const struct report_endpoint *endpoint);

/* Would a client that calls host meet this listener, by its address?  (Not one of ::, that
 * takes IPv6 alone, which no address tells: IPV6_V6ONLY, ipv6(7).) */
bool endpoint_serves(const struct report_endpoint *listener,
    const struct report_endpoint *host);

/* "127.0.0.1:9877", "[::1]:9877", "*:9877" and "*:*" for the wildcard address
 * and port, as netstat shows them (brackets as ss does); "-" for none.  text has room
 * for ENDPOINT_TEXT bytes and is returned. */
const char *endpoint_text(const struct report_endpoint *endpoint, char *text);

/* The address alone, without port and brackets. */
const char *endpoint_address_text(const struct report_endpoint *endpoint, char *text);

/* The way back from endpoint_text(); family 4 or 6 says which wildcard "*" is.
 * An IPv6 address needs its brackets.  Returns 0, or -1 with errno EINVAL. */
int endpoint_parse(struct report_endpoint *endpoint, const char *text, int family);

#endif
