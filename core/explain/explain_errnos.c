/* explain_errnos.c: the errors that the calls of this session can return, and the
 * end of file.  Why a call failed in its circumstances is told by why.c; here stands
 * what is true of the number wherever it comes from.
 *
 * tcp(7), ip(7), accept(2), connect(2), signal(7), POSIX.1-2008. */
#include "explain_internal.h"

#include "book.h"
#include "signal_name.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static const struct explain_text end_of_file = {
	.is = "read returned 0: no error. The peer has sent a FIN, all that came before it was "
	    "read, and nothing more will come.",
	.led = "The peer's close or shutdown, or the end of its process, by itself or by a "
	    "signal: the kernel closes what it held.",
	.ends = "The connection is half-closed: this end may still write. When nobody is there "
	    "any more, the first write succeeds and draws a RST, the second one fails. A "
	    "server's child closes and ends now.",
	.differs = "Linux remembers the FIN: read returns 0 even after a RST has come. The book "
	    "expects ECONNRESET once the RST is in (5.12).",
	.section = "5.12",
};

struct error_text {
	int number;
	struct explain_text text;
};

static const struct error_text errors[] = {
	{ECONNREFUSED, {
		.is = "Connection refused: the host is there, and nobody listens at that port.",
		.led = "The SYN met a closed port, and the host's TCP answered RST. Or an ICMP "
		    "port unreachable came.",
		.ends = "connect has failed; POSIX leaves open what the socket is good for then: "
		    "close it and make another one.",
		.differs = "That a closed port answers RST is so in every TCP (RFC 9293). A full "
		    "queue does not refuse: Linux and Berkeley kernels ignore the SYN, and "
		    "connect waits.",
		.section = "4.3"}},
	{ECONNRESET, {
		.is = "Connection reset by peer: a RST came. The connection is gone at both "
		    "ends, with what was under way.",
		.led = "The peer's TCP knew no such connection (a reboot, a closed socket), or "
		    "its process closed or died with data that it had not read, or it aborted "
		    "(SO_LINGER with 0 seconds).",
		.ends = "It is told once. Then read returns 0, and write gives EPIPE, with "
		    "SIGPIPE.",
		.differs = "After a FIN that came first, Linux's read goes on returning 0; the "
		    "book expects ECONNRESET there. A Linux accept returns a connection that was "
		    "reset in the queue: then the child's first read is the one that tells.",
		.section = "5.15"}},
	{EPIPE, {
		.is = "Broken pipe: nothing can be written on this socket any more.",
		.led = "A RST has ended the connection, and a call told of it before or the peer "
		    "had closed; or this end sent its own FIN (shutdown).",
		.ends = "Every further write fails so, too. SIGPIPE comes first: by default it "
		    "kills the process, so only one that ignores or catches SIGPIPE ever sees "
		    "EPIPE.",
		.differs = "All systems agree. Linux has MSG_NOSIGNAL for one call, BSD "
		    "SO_NOSIGPIPE for a socket.",
		.section = "5.13"}},
	{ETIMEDOUT, {
		.is = "Connection timed out: what was sent was not acknowledged for so long that "
		    "TCP gave up.",
		.led = "The peer's host crashed, the cable is out, or a filter drops all: no "
		    "answer, also no RST and no ICMP. For connect: no answer to any SYN. With "
		    "SO_KEEPALIVE: no answer to its probes.",
		.ends = "The connection is gone at this end, and nothing is told to the other "
		    "one. Whoever had not sent anything, and does not probe, never gets this far.",
		.differs = "Linux: 15 retransmissions (tcp_retries2), 924 s and more; "
		    "TCP_USER_TIMEOUT shortens it. The book's BSD: 12 retransmissions, about 9 "
		    "minutes. connect: 133 s on Linux since 6.5, 127 s before, 75 s on 4.4BSD.",
		.section = "5.14"}},
	{EADDRINUSE, {
		.is = "Address already in use: another socket has this port in a way that "
		    "forbids this bind.",
		.led = "A server listens there; or connections of an earlier one are left "
		    "(children that serve on, CLOSE_WAIT, FIN_WAIT2, TIME_WAIT on the server's "
		    "side).",
		.ends = "SO_REUSEADDR before bind allows all but a second listener; without it, "
		    "wait until the last row with that local port is gone.",
		.differs = "On Linux both sockets must have set SO_REUSEADDR: what an earlier "
		    "server without it left still hinders. On Berkeley kernels only the new one "
		    "has to. A client's TIME_WAIT hinders nobody.",
		.section = "7.5"}},
	{EINTR, {
		.is = "Interrupted system call: a signal's handler ran while the call slept, and "
		    "the kernel did not resume it.",
		.led = "A slow call (accept, read, connect) slept, a signal was caught, and its "
		    "handler was installed without SA_RESTART.",
		.ends = "Call it again, in a loop; but not connect: it goes on by itself, so "
		    "wait in poll or select until the socket is writable, and read SO_ERROR.",
		.differs = "With SA_RESTART Linux resumes accept, read, write and connect; poll, "
		    "select and nanosleep never, and none under SO_RCVTIMEO. POSIX lets systems "
		    "differ, so the loop is the portable way.",
		.section = "5.9"}},
	{ECONNABORTED, {
		.is = "Software caused connection abort: the connection ended while it waited "
		    "for accept.",
		.led = "A RST came between the handshake and accept.",
		.ends = "Nothing is lost but that connection: call accept again.",
		.differs = "POSIX says ECONNABORTED, SVR4 gave EPROTO, Berkeley kernels hide it: "
		    "accept goes on waiting. Linux's accept succeeds and returns the dead "
		    "connection; its first read gives ECONNRESET.",
		.section = "5.11"}},
	{EPROTO, {
		.is = "Protocol error.",
		.led = "SVR4's accept returned it for a connection that was aborted while it "
		    "waited. Linux's accept hands on an error that was pending on the new socket.",
		.ends = "Call accept again: accept(2) says to treat such errors like EAGAIN.",
		.differs = "POSIX chose ECONNABORTED, because SVR4 gave EPROTO also for real "
		    "errors of a protocol, where it helps nothing to go on.",
		.section = "5.11"}},
	{ENOTCONN, {
		.is = "Transport endpoint is not connected: the call wants a connection, and "
		    "this socket has none, or none any more.",
		.led = "A RST has ended it; or it never was connected. getpeername in a child "
		    "tells so that the client aborted before accept.",
		.ends = "Close the descriptor: this socket will have no peer again.",
		.differs = "On Linux getpeername after accept can fail so; on Berkeley kernels "
		    "accept never returns such a connection, and with POSIX's ECONNABORTED there "
		    "is no descriptor to ask.",
		.section = "4.10"}},
	{EISCONN, {
		.is = "Transport endpoint is already connected: connect on a socket that is.",
		.led = "An interrupted or non-blocking connect has succeeded meanwhile, and "
		    "connect was called again.",
		.ends = "Nothing is wrong: use the connection.",
		.differs = "After EINTR Linux's second blocking connect waits and returns 0, a "
		    "third one gives EISCONN. Others give EADDRINUSE, EALREADY or EISCONN at "
		    "once: poll and SO_ERROR are portable.",
		.section = "5.9"}},
	{EALREADY, {
		.is = "Operation already in progress: an earlier connect on this socket is still "
		    "under way.",
		.led = "connect again on a socket that does not block, before its SYN was "
		    "answered.",
		.ends = "Wait in poll until it is writable; SO_ERROR tells the outcome.",
		.differs = "Linux gives it to a non-blocking socket only; a blocking one waits "
		    "for the handshake that goes on.",
		.section = "5.9"}},
	{EINPROGRESS, {
		.is = "Operation now in progress: the handshake has begun, and connect does not "
		    "wait for it.",
		.led = "connect on a socket that does not block (O_NONBLOCK).",
		.ends = "The socket becomes writable when it is decided; SO_ERROR tells how "
		    "(16.3).",
		.differs = "To the same host connect may return 0 at once. Linux with "
		    "SO_SNDTIMEO gives EINPROGRESS, too, when the time is over.",
		.section = "6.2"}},
	{EAGAIN, {
		.is = "Resource temporarily unavailable: not now. From fork: no process more is "
		    "allowed. From read, write, accept: the call would have to wait, and was "
		    "told not to.",
		.led = "fork: RLIMIT_NPROC or the cgroup's limit is reached; zombies count. "
		    "Else: O_NONBLOCK, or SO_RCVTIMEO ran out.",
		.ends = "fork: wait for the children that have ended. Else: poll, then again.",
		.differs = "EWOULDBLOCK is the same number on Linux and BSD; POSIX lets them "
		    "differ.",
		.section = "6.2"}},
	{EMFILE, {
		.is = "Too many open files: this process has as many descriptors as it may.",
		.led = "RLIMIT_NOFILE is reached: often a parent that forgets to close the "
		    "connected socket (4.8).",
		.ends = "Close descriptors. The connection that accept could not take stays in "
		    "the queue.",
		.differs = "So accept on a socket that is always ready would spin: pause, or "
		    "keep a spare descriptor to close.",
		.section = "4.8"}},
	{ENFILE, {
		.is = "Too many open files in the whole system.",
		.led = "All processes together have reached the kernel's limit (fs.file-max).",
		.ends = "Somebody has to close some.",
		.differs = "On Linux root is let past the limit.",
		.section = "4.8"}},
	{EACCES, {
		.is = "Permission denied.",
		.led = "bind to a port below 1024 without the right to; connect to a broadcast "
		    "address; a rule of a firewall.",
		.ends = "Choose a port from 1024 on, or be root.",
		.differs = "Linux asks for CAP_NET_BIND_SERVICE, and "
		    "net.ipv4.ip_unprivileged_port_start moves the border; others ask for the "
		    "superuser.",
		.section = "2.9"}},
	{EPERM, {
		.is = "Operation not permitted.",
		.led = "A rule of the machine forbids the call: a firewall that rejects what "
		    "leaves, a container's profile, a signal to another user's process.",
		.ends = "Only whoever made the rule.",
		.differs = "Linux's firewall shows itself so to whoever sends; POSIX names EPERM "
		    "neither for connect nor for write.",
		.section = "4.3"}},
	{EHOSTUNREACH, {
		.is = "No route to host: a router says that the host cannot be reached, or "
		    "nobody answers on our own link (ARP).",
		.led = "ICMP host unreachable (type 3, code 1), or no answer to ARP.",
		.ends = "connect fails at once. An established connection goes on trying: the "
		    "error is told when TCP gives up, in place of ETIMEDOUT.",
		.differs = "Berkeley kernels keep it as a soft error while connecting, too, and "
		    "go on for 75 s. RFC 1122 asks for that; Linux does so only once established.",
		.section = "5.14"}},
	{ENETUNREACH, {
		.is = "Network is unreachable: no route leads there.",
		.led = "Our own table has no route, or a router answers ICMP network unreachable "
		    "(type 3, code 0).",
		.ends = "connect fails at once. An established connection goes on trying until "
		    "TCP gives up.",
		.differs = "The book advises to treat it like EHOSTUNREACH: ICMP network "
		    "unreachable is obsolete.",
		.section = "5.14"}},
	{EADDRNOTAVAIL, {
		.is = "Cannot assign requested address.",
		.led = "bind: no interface has this address. connect: no ephemeral port is free "
		    "for this peer; each TIME_WAIT of ours holds one.",
		.ends = "Another address; or wait for the TIME_WAITs.",
		.differs = "Linux's ephemeral ports are net.ipv4.ip_local_port_range, 32768 to "
		    "60999; Berkeley's were 1024 to 5000.",
		.section = "4.4"}},
	{EBADF, {
		.is = "Bad file descriptor: it is not open.",
		.led = "It was closed before, by this program.",
		.ends = "A mistake in the program: nothing has happened to any connection.",
		.differs = "All systems agree.",
		.section = "4.9"}},
	{ECHILD, {
		.is = "No child processes: there is nobody to wait for.",
		.led = "All were waited for already; or SIGCHLD is ignored, and the kernel reaps "
		    "by itself: then wait sleeps until the last child is gone, and fails so.",
		.ends = "A handler that loops over waitpid ends its loop here, or at 0 when some "
		    "still run (WNOHANG).",
		.differs = "System V, Linux and POSIX since 2001 reap by themselves when SIGCHLD "
		    "is ignored; old Berkeley kernels do not.",
		.section = "5.10"}},
	{EINVAL, {
		.is = "Invalid argument: the call does not fit this socket, this signal, this "
		    "state.",
		.led = "accept on a socket that does not listen; bind on one that is bound; "
		    "sigaction for SIGKILL or SIGSTOP.",
		.ends = "Nothing has changed. The call's manual page lists its causes.",
		.differs = "That SIGKILL and SIGSTOP can be neither caught nor ignored is so "
		    "everywhere.",
		.section = "5.8"}},
	{ENOMEM, {
		.is = "Cannot allocate memory: the kernel has none for this.",
		.led = "The machine, or the cgroup, is short of memory.",
		.ends = "It may work later.",
		.differs = "Linux promises more memory than it has, so mostly the OOM killer "
		    "comes first: SIGKILL.",
		.section = "4.7"}},
	{ENOBUFS, {
		.is = "No buffer space available.",
		.led = "The kernel has no room for another buffer or segment.",
		.ends = "It may work later.",
		.differs = "send(2): normally it does not occur in Linux, where packets are "
		    "dropped silently.",
		.section = "2.11"}},
	{ENETDOWN, {
		.is = "Network is down: the interface that is needed is.",
		.led = "Somebody has set it down. accept on Linux hands on such an error that "
		    "was pending on the new connection.",
		.ends = "accept: call it again. Else: when the interface is up.",
		.differs = "accept(2): on Linux it may return errors of the network of the "
		    "connection; other systems leave them to the first call on it.",
		.section = "4.6"}},
	{EHOSTDOWN, {
		.is = "Host is down.",
		.led = "The link says so. accept on Linux hands on such an error that was "
		    "pending on the new connection.",
		.ends = "accept: call it again.",
		.differs = "Berkeley kernels return it when ARP gets no answer; Linux says "
		    "EHOSTUNREACH then.",
		.section = "4.6"}},
	{ENONET, {
		.is = "Machine is not on the network.",
		.led = "accept on Linux hands on an error that was pending on the new connection.",
		.ends = "Call accept again.",
		.differs = "It comes from System V; POSIX does not know it.",
		.section = "4.6"}},
	{ENOPROTOOPT, {
		.is = "Protocol not available: no such option at this level.",
		.led = "setsockopt with an option that this kernel does not have; or accept "
		    "handing on an error that was pending (ICMP protocol unreachable).",
		.ends = "Do without the option; accept: call it again.",
		.differs = "Berkeley kernels make ECONNREFUSED of an ICMP protocol unreachable.",
		.section = "7.2"}},
	{EOPNOTSUPP, {
		.is = "Operation not supported: this kind of socket does not do that.",
		.led = "listen or accept on a socket that has no connections (UDP).",
		.ends = "Nothing has changed.",
		.differs = "accept(2) lists it among those after which accept is called again.",
		.section = "4.6"}},
};

/* What is said of a number that the catalogue does not have. */
static const struct explain_text otherwise = {
	.is = "The kernel refused the call with this error.",
	.led = "Its causes differ from call to call: the call's manual page lists them.",
	.ends = "Nothing has changed but what the manual page says.",
	.differs = "POSIX names some errors of each call, and lets a system have others.",
	.section = "4.2",
};

const struct explain_text *
explain_errno_text(int number)
{
	if (number == 0)
		return &end_of_file;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].number == number)
			return &errors[i].text;
	return NULL;
}

bool
explain_knows_errno(int number)
{
	return explain_errno_text(number) != NULL;
}

/* Does the event tell how the call came to fail?  What came after it does not. */
static bool
is_about(const struct event *event, const void *context)
{
	const struct moment_errno *last = context;
	const struct event_call *call = &last->call;
	if (event->time > last->time)
		return false;
	switch ((int)event->type) {
	case EVENT_CALL:
		return (call->conn != 0 ? event->call.conn == call->conn :
		    event->call.pid == call->pid) && (event->call.result <= 0 ||
		    event_call_ends(event->call.call)) &&
		    event->call.call != CALL_SETSOCKOPT;
	case EVENT_SENT:
		return call->conn != 0 && event->line.conn == call->conn;
	case EVENT_STATE:
		return call->conn != 0 && event->state.conn == call->conn;
	case EVENT_SIGNAL:
		return event->signal.number != SIGCHLD || event->signal.to == call->pid;
	case EVENT_HOST:
		return true;
	default:
		return false;
	}
}

/* The call that failed so. */
static void
say_call(struct explain_writer *writer, const struct moment_errno *last)
{
	const struct event_call *call = &last->call;
	char time[EXPLAIN_WORD], word[EXPLAIN_WORD], conn[48] = "";
	if (call->conn != 0)
		snprintf(conn, sizeof conn, " on connection %u", call->conn);
	explain_say(writer, EXPLAIN_IS, "Here %s of %s%s, at %s.",
	    event_call_name(call->call),
	    explain_process_word(writer->view, call->pid, word), conn,
	    explain_time(last->time, time));
	if (last->why != NULL)
		explain_say(writer, EXPLAIN_LED, "Here: %s", last->why);
	if (last->section != NULL && book_title(last->section) != NULL)
		writer->out->section = last->section; /* of the circumstance */
}

/* An errno; last NULL: it has not come. */
void
explain_errno(struct explain_writer *writer, int number,
    const struct moment_errno *last)
{
	const struct explain_text *text = explain_errno_text(number);
	if (number == 0)
		explain_name(writer, "End of file");
	else
		explain_name(writer, "%s (%d): %s", errno_name(number), number,
		    strerror(number));
	explain_write(writer, text != NULL ? text : &otherwise);
	if (last == NULL) {
		explain_say(writer, EXPLAIN_IS, "It is not the last that a call returned.");
		return;
	}
	say_call(writer, last);
	explain_tell(writer, writer->view->end, is_about, last);
}
