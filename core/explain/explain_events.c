/* explain_events.c: the lines of the timeline: every type of event.
 *
 * An event of the past is explained by the moment that it made: that is folded anew
 * when the view is a later one. */
#include "explain_internal.h"

#include "escape.h"
#include "past.h"
#include "render_timeline.h"
#include "signal_name.h"
#include "why.h"

#include <stdlib.h>
#include <string.h>

static const struct explain_text types[EVENT_TYPES] = {
	[EVENT_START] = {
		.is = "A session began: all times count from here, by a clock that nobody sets "
		    "back.",
		.led = "tcpconsole was started, or a lesson began: each has a session of its own.",
		.ends = "quit, or the end of the input.",
		.differs = "The book watches with netstat and ps in other terminals; they show "
		    "the same rows here.",
		.section = "5.6"},
	[EVENT_COMMAND] = {
		.is = "A command began. It came from a key, a typed line, a script or a lesson: "
		    "they are all lines of one language.",
		.led = "Whoever sits here gave it, or the lesson did.",
		.ends = "The next command waits until this one is carried out, at most 5 seconds.",
		.differs = "In the book the same is done by hand: kill, a cable pulled, a host "
		    "switched off.",
		.section = "5.1"},
	[EVENT_CALL] = {
		.is = "A system call returned.",
		.led = "The program made it; it may have slept in it.",
		.ends = "It is over: its result stands in the line.",
		.differs = "Our own programs report their calls; of a foreign server none is "
		    "known.",
		.section = "4.1"},
	[EVENT_CONNECTION] = {
		.is = "A connection of our client: its two ends, each an address and a port, "
		    "name it in the whole network.",
		.led = "The client opened it, let go of it, or another one became the current one.",
		.ends = "The number is never used again; the four values may be.",
		.differs = "The book calls the four values a socket pair.",
		.section = "2.10"},
	[EVENT_SENT] = {
		.is = "Bytes that the client's write took: they are copied into the kernel's "
		    "buffer.",
		.led = "A line was typed, and the client wrote it, as str_cli does.",
		.ends = "The peer's TCP acknowledges them: Send-Q falls to 0. That the peer's "
		    "process read them, only its answer says.",
		.differs = "A write that returned says nothing of the peer: it can be dead, and "
		    "the first write to it still succeeds (5.12).",
		.section = "5.5"},
	[EVENT_ECHO] = {
		.is = "A line that came back and that the client read.",
		.led = "The server's child read what the client sent, and wrote it.",
		.ends = "Nothing is left of it in the kernel: it is read.",
		.differs = "TCP is a stream of bytes: one write can come as several reads, and "
		    "several as one; only the newline makes a line (3.9).",
		.section = "5.3"},
	[EVENT_SOCKET] = {
		.is = "A row of the kernel's table of TCP sockets came, changed or went.",
		.led = "The table was read again, and compared with what stood there.",
		.ends = "The next reading that differs.",
		.differs = "/proc/net/tcp is what netstat reads on Linux; Berkeley's netstat "
		    "asks the kernel in other ways.",
		.section = "5.6"},
	[EVENT_STATE] = {
		.is = "An end of a connection went from one state of TCP to another.",
		.led = "A segment came or went, a call was made, or a timer ran out.",
		.ends = "The next event of the state diagram.",
		.differs = "In parentheses: no reading of the table saw it, but it must have "
		    "been passed, for the diagram knows no other way.",
		.section = "2.6"},
	[EVENT_TIMER] = {
		.is = "The timer of what is not acknowledged: when it is sent again, and when "
		    "TCP gives up.",
		.led = "No acknowledgement came in time; each wait is twice as long as the one "
		    "before.",
		.ends = "An acknowledgement, a RST, or ETIMEDOUT.",
		.differs = "Linux begins at some 0.2 s and counts 15 retransmissions "
		    "(tcp_retries2); the book's BSD 12, in about 9 minutes.",
		.section = "5.14"},
	[EVENT_DETAILS] = {
		.is = "What TCP knows of an end of the current connection, by TCP_INFO: times, "
		    "windows, what is under way.",
		.led = "It was looked up while the details were shown.",
		.ends = "The next look.",
		.differs = "TCP_INFO is Linux's; FreeBSD has one of its own. POSIX and the book "
		    "know no such option.",
		.section = "7.9"},
	[EVENT_PROCESS] = {
		.is = "A process came, ended, or was waited for.",
		.led = "fork, exit, a signal, or wait.",
		.ends = "After its end it is a zombie until its parent waits.",
		.differs = "A parent that waits at once leaves no zombie that one could see.",
		.section = "4.7"},
	[EVENT_SIGNAL] = {
		.is = "A signal was sent, or its handler ran.",
		.led = "A user, the kernel or the host sent it.",
		.ends = "Its disposition decides: default, ignored, or caught.",
		.differs = "SIGKILL and SIGSTOP leave no choice.",
		.section = "5.8"},
	[EVENT_HOST] = {
		.is = "Something happened to the server's host.",
		.led = "A host command, or its key.",
		.ends = "host reboot, or host plug.",
		.differs = "On one machine a host is made to fall silent at its sockets: they "
		    "drop what comes and are not heard. Retransmissions, give-up and RST are the "
		    "kernel's own.",
		.section = "5.14"},
	[EVENT_OUTPUT] = {
		.is = "What a server that somebody else wrote has put on its standard output or "
		    "standard error.",
		.led = "It wrote; the console keeps the other end.",
		.ends = "It is only shown.",
		.differs = "A server that prints in a handler of SIGCHLD, as the book's does, "
		    "does what POSIX does not promise to work there.",
		.section = "5.9"},
	[EVENT_LOST] = {
		.is = "Reports of calls that did not fit their queue: these calls happened, and "
		    "are not in the timeline.",
		.led = "So many calls at once that the console did not keep up; it never makes a "
		    "server wait.",
		.ends = "Nothing mends it; what the kernel shows (rows, processes) is complete "
		    "all the same.",
		.differs = "strace, which stops the process at each call, loses nothing and "
		    "slows everything.",
		.section = "5.2"},
	[EVENT_SOCKETS] = {
		.is = "A snapshot: the rows of the TCP table with our port.",
		.led = "show sockets.",
		.ends = "The next change.",
		.differs = "netstat -ato shows the same rows and timers.",
		.section = "5.6"},
	[EVENT_PROCESSES] = {
		.is = "A snapshot: client, server and what descends from it.",
		.led = "show processes.",
		.ends = "The next change.",
		.differs = "ps -o pid,ppid,tty,stat,args,wchan shows the same.",
		.section = "5.7"},
	[EVENT_CONNECTIONS] = {
		.is = "A snapshot: the client's connections and the state of both their ends.",
		.led = "show connections.",
		.ends = "The next change.",
		.differs = "No other tool joins the two ends, for on two hosts none could see "
		    "both.",
		.section = "5.6"},
	[EVENT_SETTINGS] = {
		.is = "How the server is set: how it waits for children, whether calls are "
		    "resumed, what it serves.",
		.led = "It started, or show settings.",
		.ends = "server set.",
		.differs = "The book writes a program for each: tcpserv01 is reap=none, "
		    "tcpserv03 reap=wait, tcpserv04 reap=waitpid.",
		.section = "5.10"},
	[EVENT_ALL] = {
		.is = "The TCP sockets of the whole machine, as netstat -tan shows them; where "
		    "another such line stands before it, only what changed since.",
		.led = "show all, or the key a, which reads them once a second while its pane is "
		    "open.",
		.ends = "The pane is closed: nobody reads them any more.",
		.differs = "/proc/net/tcp has no owners: they are found by the descriptors of "
		    "those processes that this user may look into.",
		.section = "5.11"},
	[EVENT_DISPOSITIONS] = {
		.is = "A snapshot: what each process does about its signals.",
		.led = "show dispositions.",
		.ends = "sigaction, in the process itself.",
		.differs = "It is read from /proc/PID/status (SigIgn, SigCgt, SigBlk, SigPnd, "
		    "ShdPnd), which Linux alone has.",
		.section = "5.8"},
	[EVENT_ERRNO] = {
		.is = "A snapshot: the last call that failed or met the end of file, and why.",
		.led = "show errno.",
		.ends = "The next call that fails.",
		.differs = "errno itself is kept for each thread and set only by calls that fail.",
		.section = "4.2"},
	[EVENT_WHY] = {
		.is = "An explanation, like this one.",
		.led = "show why, or w in the panes.",
		.ends = "Reading it.",
		.differs = "Where the book and Linux differ, both are told.",
		.section = "5.17"},
	[EVENT_EXPECT] = {
		.is = "An expectation was looked at: it held, or what was seen instead stands "
		    "beside it.",
		.led = "A lesson or a script says what has to come.",
		.ends = "It is over; a failed one ends a lesson that runs through.",
		.differs = "Where Linux does otherwise than the book, the lesson expects what "
		    "Linux does.",
		.section = "5.17"},
	[EVENT_SAY] = {
		.is = "The narrator spoke.",
		.led = "say, in a lesson or by hand.",
		.ends = "The next thing that is said.",
		.differs = "Its words are the lesson's own, not the book's.",
		.section = "5.17"},
	[EVENT_ASK] = {
		.is = "A question to the room, or the room's answer.",
		.led = "ask, in a lesson or by hand.",
		.ends = "The number of an answer.",
		.differs = "What is right is what this kernel does; the commands behind it show "
		    "it.",
		.section = "5.17"},
	[EVENT_LESSON] = {
		.is = "A lesson began, or came to its end.",
		.led = "play, the menu, or --play.",
		.ends = "Its last command, or an expectation that failed.",
		.differs = "A lesson is a file of commands; each of its rows can be done by hand.",
		.section = "5.17"},
	[EVENT_ERROR] = {
		.is = "A command was not understood or could not be carried out: the line says "
		    "what would mend it.",
		.led = "The line that was given.",
		.ends = "The right line; nothing else has changed.",
		.differs = "A system call that fails is no error of this kind: it is a call with "
		    "its errno.",
		.section = "5.1"},
	[EVENT_NOTE] = {
		.is = "The console says something for itself.",
		.led = "Something that is good to know, and no error.",
		.ends = "Reading it.",
		.differs = "It is about this program, not about TCP.",
		.section = "5.1"},
	[EVENT_SUMMARY] = {
		.is = "How many lessons passed, failed, were skipped.",
		.led = "--play-all.",
		.ends = "The run is over.",
		.differs = "A skipped one says which fact of this machine prevents it.",
		.section = "5.17"},
	[EVENT_END] = {
		.is = "The session is over; its exit status: 0 all right, 1 something failed, 2 "
		    "wrong usage, 77 not on this machine.",
		.led = "quit, the end of the input, or a failure.",
		.ends = "None of the console's processes is left.",
		.differs = "Connections that were open end with their processes; the client's "
		    "TIME_WAITs stay for 60 s.",
		.section = "5.7"},
};

static const struct explain_text calls[CALL_COUNT] = {
	[CALL_SOCKET] = {
		.is = "socket makes an endpoint without address and peer, and returns its "
		    "descriptor.",
		.led = "Both sides begin with it.",
		.ends = "close of its last descriptor.",
		.differs = "Until bind or connect it is in no table: Linux shows it only in "
		    "/proc/PID/fd.",
		.section = "4.2"},
	[CALL_BIND] = {
		.is = "bind gives a socket its local address and port: a server's well-known one.",
		.led = "The server chose the port; with the wildcard address it takes "
		    "connections to any address of the host.",
		.ends = "close. The port is free for another bind when no row has it as its "
		    "local port.",
		.differs = "SO_REUSEADDR before bind lets a server start again while old "
		    "connections are left; on Linux only where the old one had set it, too.",
		.section = "4.4"},
	[CALL_LISTEN] = {
		.is = "listen makes it a listening socket: from now on the kernel answers SYNs "
		    "by itself.",
		.led = "socket and bind.",
		.ends = "close of its last descriptor.",
		.differs = "The backlog N queues N+1 connections on Linux, about 1.5 N on "
		    "Berkeley kernels; Linux cuts it to net.core.somaxconn.",
		.section = "4.5"},
	[CALL_ACCEPT] = {
		.is = "accept took the first established connection from the queue and returned "
		    "a new descriptor for it.",
		.led = "The handshake was over before: the kernels did it between them.",
		.ends = "The parent closes its copy once a child has the other.",
		.differs = "A connection that was aborted in the queue: Linux returns it "
		    "nevertheless; POSIX ECONNABORTED, SVR4 EPROTO, Berkeley hides it (5.11).",
		.section = "4.6"},
	[CALL_FORK] = {
		.is = "fork made a child with copies of all descriptors: listening and connected "
		    "socket are shared now.",
		.led = "A connection was accepted: one child for each.",
		.ends = "Child and parent each close what they do not use; a FIN goes out only "
		    "when the last copy is closed.",
		.differs = "It returns twice: the child's PID to the parent, 0 to the child.",
		.section = "4.7"},
	[CALL_GETPEERNAME] = {
		.is = "getpeername tells the address and port of the peer.",
		.led = "The child asks whom it serves.",
		.ends = "Nothing is changed by it.",
		.differs = "ENOTCONN here means that the connection was aborted before accept: "
		    "Linux returns such a one.",
		.section = "4.10"},
	[CALL_CONNECT] = {
		.is = "connect made the handshake: SYN, SYN+ACK, ACK. The kernel chose our "
		    "address and an ephemeral port.",
		.led = "The client named the server's address and port.",
		.ends = "close, or any of the ways that connections end.",
		.differs = "On loopback the server's end is established within the same call, "
		    "before accept.",
		.section = "4.3"},
	[CALL_READ] = {
		.is = "read took bytes from the socket's receive buffer: what was there, not "
		    "what one write of the peer had sent.",
		.led = "Bytes had come; until then it slept.",
		.ends = "0 is the end of file: the peer's FIN.",
		.differs = "It returns less than asked for whenever less is there: readn and "
		    "readline loop (3.9).",
		.section = "3.9"},
	[CALL_WRITE] = {
		.is = "write copied bytes into the socket's send buffer, and TCP sends them.",
		.led = "The program had something to say.",
		.ends = "The peer's acknowledgement frees the buffer; without one TCP sends again.",
		.differs = "It says nothing of the peer: to one that has gone, the first write "
		    "succeeds and draws a RST.",
		.section = "3.9"},
	[CALL_SHUTDOWN] = {
		.is = "shutdown with SHUT_WR sends FIN although the descriptor stays: the "
		    "connection is half-closed, and can still be read.",
		.led = "The client has nothing more to send, and wants to hear what is still "
		    "coming.",
		.ends = "The peer's FIN, then close.",
		.differs = "close would count descriptors first; shutdown sends the FIN however "
		    "many copies there are.",
		.section = "6.6"},
	[CALL_CLOSE] = {
		.is = "close gave a descriptor back. For the last copy of a socket TCP sends "
		    "FIN, or RST when data was not read, or with SO_LINGER and 0 seconds.",
		.led = "The program is through with it.",
		.ends = "TCP goes on alone: FIN_WAIT1, FIN_WAIT2, TIME_WAIT; or LAST_ACK when "
		    "the peer closed first.",
		.differs = "That unread data makes a RST of the FIN is RFC 1122's and Linux's; "
		    "old Berkeley kernels send FIN, and RST at the next data.",
		.section = "4.9"},
	[CALL_WAIT] = {
		.is = "wait took the status of one child that has ended: its zombie is gone.",
		.led = "A handler of SIGCHLD ran, and called it once (reap=wait, the book's "
		    "tcpserv03).",
		.ends = "One child for each call: where several died for one SIGCHLD, the others "
		    "stay zombies.",
		.differs = "With none ended it would sleep in the handler: waitpid with WNOHANG "
		    "does not.",
		.section = "5.10"},
	[CALL_WAITPID] = {
		.is = "waitpid took the status of a child that has ended: its zombie is gone.",
		.led = "A handler of SIGCHLD ran, and loops over it with WNOHANG (reap=waitpid, "
		    "the book's tcpserv04).",
		.ends = "The loop ends at 0 (some still run) or ECHILD (none is left).",
		.differs = "This is the way that works everywhere, for signals do not queue.",
		.section = "5.10"},
	[CALL_SETSOCKOPT] = {
		.is = "setsockopt changed an option of the socket.",
		.led = "The program or a command wants it: a timeout, probes, a RST for the next "
		    "close; IP_MINTTL makes it hear, or not.",
		.ends = "The next setsockopt of the same option, or close.",
		.differs = "TCP_USER_TIMEOUT and the keepalive times for one socket are Linux's; "
		    "the book's systems had some of them for the whole kernel.",
		.section = "7.2"},
	[CALL_SIGACTION] = {
		.is = "sigaction set what the process does about a signal: default, ignore, or a "
		    "handler of its own.",
		.led = "The program began, or a command asked for it.",
		.ends = "The next sigaction; exec sets handlers back to default, and leaves "
		    "ignored ones ignored.",
		.differs = "The book's signal function is made of it, and sets SA_RESTART for "
		    "all but SIGALRM.",
		.section = "5.8"},
};

/* What became of a host, of a process. */
struct what_text {
	const char *is, *ends;
};

static const struct what_text host_texts[] = {
	[HOST_UP] = {"The host is up: what comes for a connection that it does not know is "
	    "answered with RST (5.15).",
	    "A crash, a shutdown, a cable that is pulled."},
	[HOST_CRASHED] = {"The host crashed: no FIN goes out, nothing is answered any more. "
	    "Whoever sends to it sends again and again; an idle client never notices.",
	    "host reboot. Or TCP gives up first: ETIMEDOUT."},
	[HOST_UNPLUGGED] = {"The cable is out: both ends live on and know nothing of it.",
	    "host plug: the next retransmission goes through. Or TCP gives up first: ETIMEDOUT."},
	[HOST_SHUTTING_DOWN] = {"The host shuts down: SIGTERM to all processes, then, after a "
	    "grace, SIGKILL; the kernel closes their sockets, and FINs go out (5.16).",
	    "The grace is over: then it is down."},
	[HOST_DOWN] = {"The host is down: nothing is answered any more.",
	    "host reboot."},
};

static const struct what_text process_texts[] = {
	[PROCESS_STARTED] = {"It was started, or was found running.",
	    "exit, or a signal."},
	[PROCESS_FORKED] = {"The server forked it, to serve one connection.",
	    "End of file, an error, or a signal; then it is a zombie until its parent waits."},
	[PROCESS_CHANGED] = {"Its row changed: where it sleeps, or who its parent is.",
	    "The next change."},
	[PROCESS_ZOMBIE] = {"It is dead, and nobody has waited for it yet: a zombie.",
	    "Its parent's wait or waitpid, or its parent's own end."},
	[PROCESS_EXITED] = {"It is gone, and nobody was seen to wait for it.",
	    "It is over: its PID is free again."},
	[PROCESS_REAPED] = {"Its parent, or whoever stands for init, has waited for it.",
	    "It is over: its PID is free again."},
};

const struct explain_text *
explain_type_text(enum event_type type)
{
	return (unsigned)type < EVENT_TYPES && types[type].is != NULL ? &types[type] : NULL;
}

const struct explain_text *
explain_call_text(enum report_call call)
{
	return (unsigned)call < CALL_COUNT && calls[call].is != NULL ? &calls[call] : NULL;
}

/* The type's text with what is said of one of its kinds. */
static struct explain_text
with_what(enum event_type type, const struct what_text *what)
{
	struct explain_text text = types[type];
	text.is = what->is;
	text.ends = what->ends;
	return text;
}

struct explain_text
explain_host_text(enum host_what what)
{
	return (unsigned)what > HOST_DOWN ? types[EVENT_HOST] :
	    with_what(EVENT_HOST, &host_texts[what]);
}

struct explain_text
explain_process_text(enum process_what what)
{
	return (unsigned)what > PROCESS_REAPED ? types[EVENT_PROCESS] :
	    with_what(EVENT_PROCESS, &process_texts[what]);
}

/* A call that failed, or met the end of file: its errno, with its reason in the moment
 * in which it returned. */
static void
write_failed_call(struct explain_writer *writer, const struct event *event,
    uint64_t number)
{
	const struct moment_errno *last = &writer->view->moment->last;
	struct moment_errno then = {.any = true, .time = event->time, .call = event->call};
	if (last->any && last->time == event->time && last->call.pid == event->call.pid &&
	    last->call.error == event->call.error) {
		explain_errno(writer, event->call.error, last);
		return;
	}
	struct past *past = writer->view->log != NULL ? past_new(writer->view->log) : NULL;
	if (past != NULL && past_go(past, number) == 0)
		then.why = why_call(past_moment(past), &then.call, &then.section);
	past_free(past);
	explain_errno(writer, then.call.error, &then);
}

/* A call. */
static void
write_call(struct explain_writer *writer, const struct event *event, uint64_t number)
{
	const struct event_call *call = &event->call;
	const struct explain_text *text = explain_call_text(call->call);
	if (call->result < 0 || (call->call == CALL_READ && call->result == 0)) {
		write_failed_call(writer, event, number);
		return;
	}
	explain_write(writer, text != NULL ? text : &types[EVENT_CALL]);
}

/* A transition: what the new state means, what the old one waited for. */
static void
write_state(struct explain_writer *writer, const struct event *event)
{
	const struct explain_text *to = explain_state_text(event->state.to);
	const char *at = explain_state_at(event->state.to, event->state.end);
	if (to == NULL || at == NULL) {
		explain_write(writer, &types[EVENT_STATE]);
		return;
	}
	explain_write(writer, to);
	explain_say(writer, EXPLAIN_IS, "%s", at);
	if (event->state.from != STATE_GONE)
		explain_say(writer, EXPLAIN_LED, "It was %s before.",
		    tcp_state_name(event->state.from));
	if (event->state.inferred)
		explain_say(writer, EXPLAIN_IS, "In parentheses: %s",
		    "no reading of the table saw it, but it must have been passed.");
}

/* A process came or went. */
static void
write_process(struct explain_writer *writer, const struct event *event)
{
	const struct process_row *row = &event->process.row;
	const struct explain_text *role = explain_role_text(row->role);
	const struct explain_text text = explain_process_text(event->process.what);
	char end[EXPLAIN_WORD];
	explain_write(writer, &text);
	if (*explain_end_words(&event->process.end, end) != '\0')
		explain_say(writer, EXPLAIN_LED, "Here it %s.", end);
	explain_say(writer, EXPLAIN_IS, "%s", role != NULL ? role->is : "");
	if (event->process.what == PROCESS_ZOMBIE)
		explain_say(writer, EXPLAIN_IS, "It holds its PID, how it ended, and %.2f s of "
		    "CPU time.", (double)row->cpu / 1e9);
}

/* A signal: who sent it, and whether its handler ran. */
static void
write_signal(struct explain_writer *writer, const struct event *event)
{
	char word[EXPLAIN_WORD];
	explain_write(writer, explain_signal_text(event->signal.number));
	explain_process_word(writer->view, event->signal.to, word);
	if (event->signal.caught)
		explain_say(writer, EXPLAIN_IS, "Here its handler ran in %s.", word);
	else
		explain_say(writer, EXPLAIN_LED, "Here %s sent it to %s.",
		    event->signal.by == BY_USER ? "a user" :
		    event->signal.by == BY_KERNEL ? "the kernel" :
		    event->signal.by == BY_HOST ? "the host" : "the console, at its end", word);
}

/* A command: what the command table says of it. */
static void
write_command(struct explain_writer *writer, const struct event *event)
{
	const char *help = NULL;
	const char *name = event->text == NULL || writer->view->command == NULL ? NULL :
	    writer->view->command(event->text, &help);
	explain_write(writer, &types[EVENT_COMMAND]);
	if (name != NULL)
		explain_say(writer, EXPLAIN_IS, "%s: %s.", name, help);
}

/* A host: what its state means, and how the silence is made. */
static void
write_host(struct explain_writer *writer, const struct event *event)
{
	const struct explain_text text = explain_host_text(event->host.what);
	char how[EXPLAIN_WORD * 2];
	explain_write(writer, &text);
	if (event->detail == NULL || *event->detail == '\0')
		return;
	escape_into(how, sizeof how, event->detail, strlen(event->detail));
	explain_say(writer, EXPLAIN_DIFFERS, "Here: %s.", how);
}

/* The last errno was asked for: it is told again. */
static void
write_snapshot_errno(struct explain_writer *writer)
{
	const struct moment_errno *last = &writer->view->moment->last;
	if (last->any && last->signal == 0)
		explain_errno(writer, last->call.error, last);
	else
		explain_write(writer, &types[EVENT_ERRNO]);
}

/* Names the event by its line in the timeline. */
static void
name_event(struct explain_writer *writer, const struct event *event)
{
	char *line = render_timeline(event, false);
	char time[EXPLAIN_WORD];
	if (line != NULL && *line != '\0')
		explain_name(writer, "%.180s", line);
	else
		explain_name(writer, "%s %s", explain_time(event->time, time),
		    event_type_name(event->type));
	free(line);
}

/* A row of the socket table, as it came, changed or went. */
static void
write_row(struct explain_writer *writer, const struct event *event)
{
	const struct socket_row row = event->socket.row; /* the log is read meanwhile */
	explain_socket(writer, &row, event->socket.what == SOCKET_GONE ? event->time : 0);
}

/* An event, but for its name. */
static void
write_event(struct explain_writer *writer, const struct event *event, uint64_t number)
{
	const struct explain_text *text = explain_type_text(event->type);
	switch ((int)event->type) {
	case EVENT_CALL: write_call(writer, event, number); break;
	case EVENT_STATE: write_state(writer, event); break;
	case EVENT_PROCESS: write_process(writer, event); break;
	case EVENT_SIGNAL: write_signal(writer, event); break;
	case EVENT_COMMAND: write_command(writer, event); break;
	case EVENT_HOST: write_host(writer, event); break;
	case EVENT_ERRNO: write_snapshot_errno(writer); break;
	case EVENT_SOCKET: write_row(writer, event); break;
	default: explain_write(writer, text != NULL ? text : &types[EVENT_NOTE]); break;
	}
}

void
explain_loose_event(struct explain_writer *writer, const struct event *event,
    uint64_t number)
{
	write_event(writer, event, number);
	name_event(writer, event);
}

/* An event of the log. */
void
explain_event(struct explain_writer *writer, uint64_t number)
{
	const struct event *event = writer->view->log == NULL ? NULL :
	    log_event(writer->view->log, number);
	if (event != NULL) {
		write_event(writer, event, number);
		name_event(writer, log_event(writer->view->log, number));
		return;
	}
	explain_name(writer, "An event that is no longer in the log");
	explain_write(writer, &types[EVENT_LOST]);
}
