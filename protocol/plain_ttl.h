/* plain_ttl.h: the TTL with which segments of ours leave, whatever net.ipv4.ip_default_ttl
 * says (ip-sysctl).
 *
 * A host falls silent by IP_MINTTL 255 (silence.h), which drops what comes with less: on a
 * machine where 255 is the default nothing would be dropped.  What a listener has is what
 * the connections have that nobody has accepted yet, and that no process can be asked for. */
#ifndef PLAIN_TTL_H
#define PLAIN_TTL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

enum { PLAIN_TTL = 64 };

/* Sets it for the TCP socket, of both levels where it is one of IPv6; false with errno. */
static inline bool
plain_ttl_set(int fd, int family)
{
	const int ttl = PLAIN_TTL;
	bool four = setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl) == 0;
	return family != AF_INET6 ? four :
	    setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl, sizeof ttl) == 0;
}

#endif
