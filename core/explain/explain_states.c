/* explain_states.c: the states of a socket, at each end.
 *
 * RFC 9293 (figure 5) for what TCP is to do; tcp(7), and net/ipv4/tcp_timer.c,
 * tcp_minisocks.c, inet_connection_sock.c for what Linux does. */
#include "explain_internal.h"

static const struct explain_text states[STATE_COUNT] = {
	[STATE_GONE] = {
		.is = "The table has no such row: this end of the connection does not exist any "
		    "more (CLOSED in RFC 9293).",
		.led = "Its own FIN was acknowledged after the peer's (LAST_ACK), its TIME_WAIT "
		    "ran out, a RST came or went, or TCP gave up.",
		.ends = "Nothing is left to end: the two addresses and ports are free for "
		    "another connection.",
		.differs = "A process may still hold a descriptor of it: then the socket is in "
		    "the state CLOSE, which Linux leaves out of /proc/net/tcp. Writing to it "
		    "fails: with the error of the RST once, then with EPIPE and SIGPIPE.",
		.section = "2.6"},
	[STATE_ESTABLISHED] = {
		.is = "The handshake is over: both ends may send and receive.",
		.led = "The client's SYN, the server's SYN+ACK, the client's ACK. The server's "
		    "TCP does this by itself, before accept returns.",
		.ends = "A FIN (close, shutdown, or the end of the last process that holds the "
		    "descriptor), a RST, or TCP giving up what nobody acknowledges.",
		.differs = "It does not say that the peer lives: when its host crashes and "
		    "nothing is sent, the row stays for ever, unless SO_KEEPALIVE is set. On "
		    "Linux a connection that accept has not returned yet stands here with inode 0.",
		.section = "5.6"},
	[STATE_SYN_SENT] = {
		.is = "A SYN is out; its answer has not come.",
		.led = "connect: it sends the SYN and sleeps until the handshake is over.",
		.ends = "SYN+ACK (ESTABLISHED), RST (ECONNREFUSED), an ICMP unreachable, or no "
		    "answer to any of the SYNs (ETIMEDOUT).",
		.differs = "Linux 6.5 and later gives up after about 133 s, before after 127 s; "
		    "4.4BSD sends 3 SYNs and gives up after 75 s. An ICMP unreachable ends "
		    "connect at once on Linux; Berkeley kernels keep it and go on trying.",
		.section = "4.3"},
	[STATE_SYN_RECV] = {
		.is = "A SYN came and was answered with SYN+ACK; the ACK that completes the "
		    "handshake has not come.",
		.led = "A SYN met a listening socket with room in its queue.",
		.ends = "The ACK (ESTABLISHED, and the connection waits for accept), a RST, or "
		    "no ACK: the SYN+ACK goes out again after 1, 3, 7, 15, 31 s, and after about "
		    "64 s the row is gone.",
		.differs = "The book calls it SYN_RCVD. On Linux it is no socket yet, only a "
		    "request: inode 0, nobody's. While the queue for accept is full the last ACK "
		    "is dropped and the row stays; with SYN cookies there is no row.",
		.section = "4.5"},
	[STATE_FIN_WAIT1] = {
		.is = "This end closed first: its FIN is out and not acknowledged yet.",
		.led = "close, shutdown, or the end of the last process that held the descriptor.",
		.ends = "The ACK (FIN_WAIT2), the peer's FIN (CLOSING; with the ACK: TIME_WAIT), "
		    "a RST, or TCP giving up: for an orphan, which no process holds, after about "
		    "107 s.",
		.differs = "Between two processes on one Linux host the ACK can be delayed some "
		    "40 ms, so the row is seen just that long. Once the process is gone, Linux "
		    "shows it with inode 0.",
		.section = "2.6"},
	[STATE_FIN_WAIT2] = {
		.is = "This end closed first and its FIN was acknowledged: it sends no more, and "
		    "waits for the peer's FIN. The connection is half-closed.",
		.led = "The ACK of its FIN. The peer's TCP sent that by itself; the peer's "
		    "process has not closed.",
		.ends = "The peer's FIN (TIME_WAIT), or a RST. An orphan, which no process "
		    "holds, answers data with RST, and Linux drops it after 60 s "
		    "(tcp_fin_timeout); one with an open descriptor waits for ever.",
		.differs = "RFC 9293 knows no limit here. Berkeley kernels drop it when it was "
		    "idle for 10 minutes and 75 seconds. Linux shows an orphan with inode 0 and "
		    "a timer like TIME_WAIT's.",
		.section = "2.6"},
	[STATE_TIME_WAIT] = {
		.is = "Both FINs are sent and acknowledged. The end that closed first keeps the "
		    "two addresses and ports for a while.",
		.led = "This end closed first; then the peer's FIN came and was acknowledged.",
		.ends = "Time: 60 s on Linux, whatever tcp_fin_timeout says. It is there to "
		    "acknowledge the peer's FIN again should the ACK be lost, and to let old "
		    "segments die. A RST ends it at once, unless tcp_rfc1337 is set (RFC 1337).",
		.differs = "The book says 2 MSL, 1 to 4 minutes: RFC 9293 takes 2 minutes for "
		    "the MSL, Berkeley 30 s. On Linux it is nobody's: inode 0. A client's never "
		    "hinders a server's bind; a server's own does, without SO_REUSEADDR.",
		.section = "2.7"},
	[STATE_CLOSE] = {
		.is = "The socket has no connection: TCP is through with it, or never began; a "
		    "process still holds its descriptor.",
		.led = "socket without connect or listen, a RST, or TCP giving up.",
		.ends = "close of the descriptor, or the end of the process.",
		.differs = "Linux leaves such sockets out of /proc/net/tcp; lsof and ls -l "
		    "/proc/PID/fd show that one is held. The book's name is CLOSED.",
		.section = "2.6"},
	[STATE_CLOSE_WAIT] = {
		.is = "The peer's FIN has come: it will send no more. This end has not closed "
		    "yet, and may still write.",
		.led = "The peer closed, or its process ended. TCP acknowledged the FIN by "
		    "itself; the process here learns of it when it reads 0.",
		.ends = "Only the process that holds the descriptor: close, shutdown, or its end "
		    "(LAST_ACK). TCP has no timer here, on any system; a row that stays means a "
		    "program that does not close. Or a RST.",
		.differs = "Linux counts the FIN as one byte in Recv-Q until it is read. After a "
		    "RST that follows the FIN the book expects ECONNRESET from read; Linux "
		    "remembers the FIN and returns 0.",
		.section = "5.12"},
	[STATE_LAST_ACK] = {
		.is = "The peer closed first, now this end has closed too: its FIN waits for the "
		    "last ACK.",
		.led = "The peer's FIN (CLOSE_WAIT), then close here, or the end of the process.",
		.ends = "The ACK: then nothing is left on this side. A RST; or, without an "
		    "answer, TCP giving up.",
		.differs = "On loopback the ACK comes within the call that sent the FIN: most "
		    "readings of the table never see it. Linux shows it with inode 0 when the "
		    "process is gone.",
		.section = "2.6"},
	[STATE_LISTEN] = {
		.is = "A listening socket: it waits for SYNs to its port, and is never connected "
		    "itself; accept returns a new socket for each connection.",
		.led = "socket, bind, listen.",
		.ends = "The last descriptor of it is closed: fork copies it, so each child "
		    "closes its copy (4.8), or the port lives on in the children.",
		.differs = "Recv-Q counts the connections that wait for accept. A backlog of N "
		    "queues N+1 on Linux, about 1.5 N on Berkeley kernels. When the queue is "
		    "full both ignore the SYN, for the client will send it again: a RST would "
		    "say that nobody listens.",
		.section = "4.5"},
	[STATE_CLOSING] = {
		.is = "Both ends closed at the same time: the FINs crossed. The peer's has come, "
		    "ours is not acknowledged yet.",
		.led = "A FIN came while this end waited for the ACK of its own (FIN_WAIT1).",
		.ends = "The ACK of our FIN: TIME_WAIT, here at both ends. Or a RST.",
		.differs = "On loopback a segment arrives within the call that sends it, so FINs "
		    "hardly ever cross; over a wire it is rare, too.",
		.section = "2.6"},
};

/* What a state means at this end of the echo service. */
static const char *const at_ends[STATE_COUNT][END_SERVER + 1] = {
	[STATE_GONE] = {
		"No connection of this session has these two ends.",
		"The client's side of the connection is over.",
		"The server's side of the connection is over."},
	[STATE_ESTABLISHED] = {
		"It belongs to no connection of this session's client.",
		"connect has returned 0 once the SYN+ACK came.",
		"The child that was forked for it reads and writes here; the parent has closed "
		"its own copy of the descriptor."},
	[STATE_SYN_SENT] = {
		"It belongs to no connection of this session's client.",
		"The client sleeps in connect, or polls for its outcome.",
		"A server that only accepts never sends the first SYN."},
	[STATE_SYN_RECV] = {
		"It belongs to no connection of this session's client.",
		"A client comes here only by a simultaneous open: two SYNs that crossed.",
		"The server's process knows nothing of it yet: accept returns what is "
		"established."},
	[STATE_FIN_WAIT1] = {
		"It belongs to no connection of this session's client.",
		"The client closed first, as in a normal termination.",
		"The server's end closed first: its process ended, was killed, or closed on its "
		"own account."},
	[STATE_FIN_WAIT2] = {
		"It belongs to no connection of this session's client.",
		"The client closed or shut down first; the server's process has not closed.",
		"Its process is gone or has closed, and the client has not: it may not have "
		"noticed."},
	[STATE_TIME_WAIT] = {
		"It belongs to no connection of this session's client: perhaps to one of the "
		"session before.",
		"The client closed first: in a normal termination TIME_WAIT stays with the "
		"client, so that the server can start again.",
		"The server's end closed first, so TIME_WAIT stays with the well-known port: "
		"that is why a server sets SO_REUSEADDR."},
	[STATE_CLOSE] = {
		"It belongs to no connection of this session's client.",
		"The client still holds its descriptor.",
		"A server's process still holds its descriptor."},
	[STATE_CLOSE_WAIT] = {
		"It belongs to no connection of this session's client.",
		"The client does not know yet: it waits for its own input, not for the socket. "
		"Its next write succeeds, and draws a RST if the server's process is gone.",
		"The process that reads here gets 0, and is to close. If the row stays, it is "
		"stopped, does not close, or somebody else holds a copy of the descriptor."},
	[STATE_LAST_ACK] = {
		"It belongs to no connection of this session's client.",
		"The server's end had closed first; the client has closed after it.",
		"The client closed first, the server's process read the end of file and closed: "
		"the normal termination."},
	[STATE_LISTEN] = {
		"This is the server's door: accept takes one connection after the other from it.",
		"A client's socket does not listen.",
		"This is the server's door: accept takes one connection after the other from it."},
	[STATE_CLOSING] = {
		"It belongs to no connection of this session's client.",
		"Client and server closed at once.",
		"Server and client closed at once."},
};

const struct explain_text *
explain_state_text(enum tcp_state state)
{
	return (unsigned)state < STATE_COUNT ? &states[state] : NULL;
}

/* The same at one end. */
const char *
explain_state_at(enum tcp_state state, enum connection_end end)
{
	return (unsigned)state < STATE_COUNT && (unsigned)end <= END_SERVER ?
	    at_ends[state][end] : NULL;
}

/* The rows that are in the state now. */
static void
say_rows_in(struct explain_writer *writer, enum tcp_state state)
{
	const struct moment *moment = writer->view->moment;
	unsigned count = 0;
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(moment, socket)) != NULL;)
		count += socket->row.tcp.state == state;
	if (state == STATE_GONE || state == STATE_CLOSE)
		return;
	if (count == 0)
		explain_say(writer, EXPLAIN_IS, "No row is in it now.");
	else
		explain_say(writer, EXPLAIN_IS, "%u row%s in it now.", count,
		    count == 1 ? " is" : "s are");
}

/* A state, of no row in particular. */
void
explain_state(struct explain_writer *writer, enum tcp_state state,
    enum connection_end end)
{
	const struct explain_text *text = explain_state_text(state);
	explain_name(writer, "%s", tcp_state_name(state));
	if (text == NULL)
		text = &states[STATE_GONE];
	explain_write(writer, text);
	if (end != END_NONE)
		explain_say(writer, EXPLAIN_IS, "%s", at_ends[state][end]);
	say_rows_in(writer, state);
}
