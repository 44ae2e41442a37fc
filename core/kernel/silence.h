/* silence.h: sockets of other processes made deaf and mute, or to vanish.
 *
 * On a copy of the socket, taken with pidfd_getfd(2), IP_MINTTL 255 makes the
 * kernel drop each segment that arrives (with a TTL of 64; tcp_v4_rcv() in
 * net/ipv4/tcp_ipv4.c), and IP_TTL 1 marks each that leaves so that nobody with
 * IP_MINTTL 2 hears it.  SO_LINGER {1,0} makes the next close a reset.  On an
 * AF_INET6 socket both levels are set: v4-mapped connections obey only the
 * IPPROTO_IP ones. */
#ifndef SILENCE_H
#define SILENCE_H

#include <sys/types.h>

enum silence {
	SILENCE_CLIENT,    /* deaf: IP_MINTTL 255 */
	SILENCE_SERVER,    /* deaf and mute */
	HEAR_CLIENT,       /* IP_MINTTL 2 again, as at the start */
	HEAR_SERVER,       /* IP_MINTTL 0, and heard again */
	SPEAK_PLAINLY,     /* IP_TTL 64, whatever the machine's default (plain_ttl.h) */
	VANISH             /* SO_LINGER {1,0}: a later SIGKILL sends RST, not FIN */
};

/* Does it to each TCP socket that the process has open; the copies are closed at
 * once (one that stays open would hold back a FIN).  Returns how many sockets,
 * or -1 with errno (EPERM: the machine does not let us). */
int silence_process(int pidfd, pid_t pid, enum silence what);

#endif
