/* has_ipv6.h: does this machine have ::1?  Where it has not (net.ipv6.conf.all.disable_ipv6,
 * ipv6.disable=1), what needs it is skipped, and said. */
#ifndef HAS_IPV6_H
#define HAS_IPV6_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

static inline bool
has_ipv6(void)
{
	int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in6 loop = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	bool there = probe >= 0 && bind(probe, (struct sockaddr *)&loop, sizeof loop) == 0;
	if (probe >= 0)
		close(probe);
	return there;
}

#endif
