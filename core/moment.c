#include "moment.h"

#include "endpoint.h"
#include "why.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long a row that left its table stays in the moment. */
#define LINGER_NS INT64_C(5000000000)

/* A moment before all events. */
void
moment_init(struct moment *moment)
{
	memset(moment, 0, sizeof *moment);
	moment->host_state = HOST_UP;
}

/* Frees what the moment holds. */
void
moment_release(struct moment *moment)
{
	free(moment->sockets);
	free(moment->processes);
	free(moment->connections);
	moment_init(moment);
}

/* Makes room for one more element of size bytes; NULL when there is no memory. */
static void *
grow(void *array, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return array;
	size_t wanted = *room == 0 ? 16 : *room * 2;
	void *larger = realloc(array, wanted * size);
	if (larger != NULL) {
		memset((char *)larger + *room * size, 0, (wanted - *room) * size);
		*room = wanted;
	}
	return larger;
}

/* The row in the table with these two ends. */
struct moment_socket *
moment_socket(const struct moment *moment, const struct report_endpoint *local,
    const struct report_endpoint *remote, uint8_t family)
{
	for (size_t i = 0; i < moment->socket_count; i++) {
		struct moment_socket *socket = &moment->sockets[i];
		const struct tcp_row *row = &socket->row.tcp;
		if (socket->gone_at == 0 && row->family == family &&
		    row->local.port == local->port &&
		    row->remote.port == remote->port &&
		    endpoint_equal(&row->local, local) &&
		    endpoint_equal(&row->remote, remote))
			return socket;
	}
	return NULL;
}

/* The process in the table. */
struct moment_process *
moment_process(const struct moment *moment, pid_t pid)
{
	for (size_t i = 0; i < moment->process_count; i++)
		if (moment->processes[i].row.pid == pid &&
		    moment->processes[i].ended_at == 0)
			return &moment->processes[i];
	return NULL;
}

/* Connection N. */
struct moment_connection *
moment_connection(const struct moment *moment, unsigned conn)
{
	if (conn == 0 || conn > moment->connection_count)
		return NULL;
	return &moment->connections[conn - 1];
}

/* The connection with these two ends, and which of its ends local is.  The
 * latest first: an ephemeral port can come again. */
struct moment_connection *
moment_connection_of(const struct moment *moment,
    const struct report_endpoint *local, const struct report_endpoint *remote,
    enum connection_end *end)
{
	for (size_t i = moment->connection_count; i-- > 0;) {
		struct moment_connection *connection = &moment->connections[i];
		if (endpoint_equal(&connection->local, local) &&
		    endpoint_equal(&connection->remote, remote)) {
			*end = END_CLIENT;
			return connection;
		}
		if (endpoint_equal(&connection->local, remote) &&
		    endpoint_equal(&connection->remote, local)) {
			*end = END_SERVER;
			return connection;
		}
	}
	return NULL;
}

/* Is there a LISTEN row for our port? */
bool
moment_is_listening(const struct moment *moment)
{
	for (size_t i = 0; i < moment->socket_count; i++)
		if (moment->sockets[i].gone_at == 0 &&
		    moment->sockets[i].row.tcp.state == STATE_LISTEN &&
		    moment->sockets[i].row.tcp.local.port == moment->host.port)
			return true;
	return false;
}

/* Does the process run, neither a zombie nor gone? */
bool
moment_process_runs(const struct moment_process *process)
{
	return process != NULL && process->ended_at == 0 &&
	    process->what != PROCESS_ZOMBIE;
}

/* So many processes forked by the server are alive, or zombies. */
static unsigned
count_forked(const struct moment *moment, bool running)
{
	unsigned count = 0;
	for (size_t i = 0; i < moment->process_count; i++) {
		const struct moment_process *process = &moment->processes[i];
		if (process->forked && process->ended_at == 0 &&
		    moment_process_runs(process) == running)
			count++;
	}
	return count;
}

/* Children that run. */
unsigned
moment_children(const struct moment *moment)
{
	return count_forked(moment, true);
}

/* Children that are zombies. */
unsigned
moment_zombies(const struct moment *moment)
{
	return count_forked(moment, false);
}

/* Is the server's host crashed or down? */
bool
moment_host_is_dark(const struct moment *moment)
{
	return moment->host_state == HOST_CRASHED ||
	    moment->host_state == HOST_DOWN;
}

/* Forgets rows that left their table long before. */
static void
prune(struct moment *moment)
{
	int64_t before = moment->time - LINGER_NS;
	size_t kept = 0;
	for (size_t i = 0; i < moment->socket_count; i++)
		if (moment->sockets[i].gone_at == 0 || moment->sockets[i].gone_at > before)
			moment->sockets[kept++] = moment->sockets[i];
	moment->socket_count = kept;
	kept = 0;
	for (size_t i = 0; i < moment->process_count; i++)
		if (moment->processes[i].ended_at == 0 ||
		    moment->processes[i].ended_at > before)
			moment->processes[kept++] = moment->processes[i];
	moment->process_count = kept;
}

/* A socket row appeared, changed or went. */
static int
apply_socket(struct moment *moment, const struct event *event)
{
	const struct socket_row *row = &event->socket.row;
	struct moment_socket *socket = moment_socket(moment, &row->tcp.local,
	    &row->tcp.remote, row->tcp.family);
	if (event->socket.what == SOCKET_GONE) {
		if (socket != NULL)
			socket->gone_at = event->time > 0 ? event->time : 1;
		return 0;
	}
	if (socket == NULL) {
		struct moment_socket *larger = grow(moment->sockets,
		    &moment->socket_room, moment->socket_count, sizeof *larger);
		if (larger == NULL)
			return -1;
		moment->sockets = larger;
		socket = &larger[moment->socket_count++];
	}
	*socket = (struct moment_socket){.row = *row, .changed_at = event->time};
	struct moment_connection *connection = moment_connection(moment, row->conn);
	if (connection != NULL && row->end == END_SERVER) {
		bool fin = row->tcp.state == STATE_CLOSE_WAIT && row->tcp.recv_q > 0;
		if (row->tcp.inode != 0) /* a FIN received counts one */
			connection->server_unread = row->tcp.recv_q - fin;
		if (connection->child == 0)
			connection->child = row->owner_pid;
	}
	return 0;
}

/* The client can read end of file before its child's death is told, which is why
 * it came: then the last errno gets its reason now. */
static void
explain_again(struct moment *moment, unsigned conn)
{
	struct moment_errno *last = &moment->last;
	if (last->any && last->call.conn == conn &&
	    last->call.role == ROLE_CLIENT &&
	    (last->call.error == 0 || last->call.error == ECONNRESET))
		last->why = why_call(moment, &last->call, &last->section);
}

/* The end of the process that serves a connection. */
static void
note_child_end(struct moment *moment, pid_t pid, const struct process_end *end)
{
	for (size_t i = 0; i < moment->connection_count; i++) {
		struct moment_connection *connection = &moment->connections[i];
		if (connection->child != pid)
			continue;
		bool news = !connection->child_ended;
		connection->child_shut_down |= news &&
		    moment->host_state == HOST_SHUTTING_DOWN;
		connection->child_ended = true;
		if (news) /* the table may be older than the last send */
			connection->died_with_unread = connection->server_unread > 0 ||
			    (connection->bytes_served > 0 &&
			    connection->bytes_sent > connection->bytes_served);
		if (end->known)
			connection->child_end = *end;
		if (news)
			explain_again(moment, connection->conn);
	}
}

/* A process appeared, changed or ended. */
static int
apply_process(struct moment *moment, const struct event *event)
{
	const struct process_row *row = &event->process.row;
	enum process_what what = event->process.what;
	struct moment_process *process = moment_process(moment, row->pid);
	bool ended = what == PROCESS_EXITED || what == PROCESS_REAPED;
	if (process == NULL) {
		if (ended)
			return 0;
		struct moment_process *larger = grow(moment->processes,
		    &moment->process_room, moment->process_count, sizeof *larger);
		if (larger == NULL)
			return -1;
		moment->processes = larger;
		process = &larger[moment->process_count++];
		memset(process, 0, sizeof *process);
	}
	process->row = *row;
	if (what != PROCESS_CHANGED)
		process->what = what;
	process->forked |= what == PROCESS_FORKED;
	process->changed_at = event->time;
	if (event->process.end.known)
		process->end = event->process.end;
	if (ended)
		process->ended_at = event->time > 0 ? event->time : 1;
	struct moment_connection *connection = moment_connection(moment, row->conn);
	if (connection != NULL && row->role == ROLE_CHILD)
		connection->child = row->pid;
	if (ended || what == PROCESS_ZOMBIE)
		note_child_end(moment, row->pid, &event->process.end);
	bool runs = moment_process_runs(process);
	pid_t *latest = row->role == ROLE_SERVER ? &moment->server :
	    row->role == ROLE_CLIENT ? &moment->client : NULL;
	if (latest != NULL && runs && what == PROCESS_STARTED)
		*latest = row->pid;
	else if (latest != NULL && !runs && *latest == row->pid)
		*latest = 0;
	return 0;
}

/* A connection got its number, was closed, or became the current one. */
static int
apply_connection(struct moment *moment, const struct event *event)
{
	unsigned conn = event->connection.conn;
	if (event->connection.what == CONNECTION_CURRENT) {
		moment->current = conn;
		return 0;
	}
	while (moment->connection_count < conn) {
		struct moment_connection *larger = grow(moment->connections,
		    &moment->connection_room, moment->connection_count,
		    sizeof *larger);
		if (larger == NULL)
			return -1;
		moment->connections = larger;
		larger[moment->connection_count] = (struct moment_connection){
		    .conn = (unsigned)moment->connection_count + 1};
		moment->connection_count++;
	}
	struct moment_connection *connection = moment_connection(moment, conn);
	if (connection == NULL)
		return 0;
	connection->open = event->connection.what == CONNECTION_OPENED;
	if (connection->open) {
		connection->local = event->connection.local;
		connection->remote = event->connection.remote;
		connection->silent = moment->host_state == HOST_CRASHED ||
		    moment->host_state == HOST_UNPLUGGED ||
		    moment->host_state == HOST_DOWN;
	} else if (connection->client_close == CLOSE_UNKNOWN) {
		connection->client_close = event->connection.reset ?
		    CLOSE_BY_RST : CLOSE_BY_FIN;
	}
	return 0;
}

/* The server's FIN has come to the client, which has sent none. */
static void
note_server_fin(struct moment_connection *connection, int64_t time)
{
	if (connection->client_reached == STATE_GONE && connection->server_fin_at == 0)
		connection->server_fin_at = time;
}

/* The client's shutdown or close in a state that is known: where it took its end,
 * and whether by FIN.  What is not read when it closes makes a RST of the FIN. */
static void
note_client_end(struct moment_connection *connection,
    const struct event_call *call, int64_t time)
{
	enum tcp_state state = (enum tcp_state)call->about;
	bool closes = call->call == CALL_CLOSE;
	if (call->result < 0 || state == STATE_GONE || state == STATE_CLOSE)
		return; /* a RST had ended it before */
	if (state == STATE_CLOSE_WAIT)
		note_server_fin(connection, time);
	connection->client_reached = state;
	if (closes && call->value > 0 && connection->client_close == CLOSE_UNKNOWN) {
		connection->client_close = CLOSE_BY_RST;
		connection->client_left_unread = true;
	}
	if (closes && connection->client_close == CLOSE_BY_RST)
		return;
	if (state == STATE_CLOSE_WAIT)
		connection->client_reached = STATE_LAST_ACK;
	if (state != STATE_ESTABLISHED)
		return;
	connection->client_reached = STATE_FIN_WAIT1;
	if (!connection->silent)
		connection->client_fin_at = time;
}

/* What a call of the client tells of its connection. */
static void
note_client_call(struct moment_connection *connection,
    const struct event_call *call, int64_t time)
{
	if (event_call_ends(call->call))
		note_client_end(connection, call, time);
	if (call->call == CALL_READ && call->result == 0 && !connection->reset)
		note_server_fin(connection, time);
	if (call->call == CALL_WRITE && call->result > 0)
		connection->client_wrote_at = time;
	if (call->call == CALL_CONNECT && call->result == 0)
		connection->established = true;
	if (call->call == CALL_SETSOCKOPT && call->result == 0) {
		if (call->about == OPTION_SO_LINGER) /* {1,0} */
			connection->client_close = CLOSE_BY_RST;
		if (call->about == OPTION_SO_KEEPALIVE)
			connection->keepalive = call->value != 0;
	}
	if (call->call == CALL_CONNECT && call->result < 0 &&
	    call->error != EINTR)
		connection->failed = true;
	if (call->call == CALL_SHUTDOWN && call->result == 0)
		connection->half_closed = true;
	if (call->result < 0 &&
	    (call->error == ECONNRESET || call->error == EPIPE))
		connection->reset = true;
}

/* A child wrote; or it met the end of file, and will close in its turn; or a
 * reset. */
static void
note_server_call(struct moment_connection *connection,
    const struct event_call *call, int64_t time)
{
	connection->served |= call->role == ROLE_CHILD;
	if (call->call == CALL_WRITE && call->result > 0)
		connection->server_wrote_at = time;
	if (call->call != CALL_READ)
		return;
	if (call->result > 0)
		connection->bytes_served += (size_t)call->result;
	if (connection->server_close != CLOSE_UNKNOWN)
		return;
	if (call->result == 0)
		connection->server_close = CLOSE_BY_FIN;
	else if (call->result < 0 && call->error == ECONNRESET)
		connection->server_close = CLOSE_BY_RST;
}

/* A call returned: what it tells of its connection, and the last errno. */
static void
apply_call(struct moment *moment, const struct event *event)
{
	const struct event_call *call = &event->call;
	struct moment_connection *connection = moment_connection(moment, call->conn);
	bool end_of_file = call->call == CALL_READ && call->result == 0 &&
	    call->role == ROLE_CLIENT;
	if (call->result < 0 || end_of_file) {
		moment->last = (struct moment_errno){.any = true,
		    .time = event->time, .call = *call};
		moment->last.why = why_call(moment, call, &moment->last.section);
	}
	if (connection != NULL && call->role == ROLE_CLIENT)
		note_client_call(connection, call, event->time);
	else if (connection != NULL)
		note_server_call(connection, call, event->time);
}

/* SIGPIPE killed a process inside its write: no call will ever tell of it. */
static void
apply_signal(struct moment *moment, const struct event *event)
{
	const struct moment_process *process =
	    moment_process(moment, event->signal.to);
	if (event->signal.number != SIGPIPE || event->signal.by != BY_KERNEL ||
	    event->signal.caught || process == NULL)
		return;
	bool client = process->row.role == ROLE_CLIENT;
	moment->last = (struct moment_errno){.any = true, .time = event->time,
	    .signal = SIGPIPE, .section = "5.13", .why = client ?
	    "The write to a connection that a RST had ended raised SIGPIPE: the client is dead." :
	    "The write to a connection that a RST had ended raised SIGPIPE: it died of it."};
	moment->last.call = (struct event_call){.role = process->row.role,
	    .pid = process->row.pid, .call = CALL_WRITE, .result = -1,
	    .conn = client ? moment->current : process->row.conn};
}

/* An end of a connection went into another state. */
static void
apply_state(struct moment *moment, const struct event *event)
{
	struct moment_connection *connection =
	    moment_connection(moment, event->state.conn);
	if (connection == NULL)
		return;
	if (event->state.end == END_SERVER) {
		connection->server = event->state.to;
		return;
	}
	connection->client = event->state.to;
	if (event->state.to != STATE_CLOSE_WAIT)
		return;
	connection->fin_received = true;
	note_server_fin(connection, event->time);
}

/* The server's host crashed, came back, ... */
static void
apply_host(struct moment *moment, const struct event *event)
{
	bool was_dark = moment->host_state == HOST_CRASHED ||
	    moment->host_state == HOST_DOWN;
	moment->host_state = event->host.what;
	moment->host_since = event->time;
	snprintf(moment->host_how, sizeof moment->host_how, "%s",
	    event->detail != NULL ? event->detail : "");
	for (size_t i = 0; i < moment->connection_count; i++) {
		struct moment_connection *connection = &moment->connections[i];
		if (event->host.what == HOST_UP) {
			connection->rebooted |= was_dark && connection->open;
			connection->silent = false;
		} else if (event->host.what != HOST_SHUTTING_DOWN) {
			connection->silent = connection->open;
			connection->sent_in_silence = false;
		}
	}
}

/* The retransmission timer of a connection. */
static void
apply_timer(struct moment *moment, const struct event *event)
{
	struct moment_connection *connection =
	    moment_connection(moment, event->timer.conn);
	if (connection == NULL)
		return;
	connection->rto = event->timer.rto;
	connection->retransmits = event->timer.retransmits;
	connection->next_at = event->timer.next_at;
	connection->gives_up_at = event->timer.gives_up_at;
}

/* Bytes went out or came back. */
static void
apply_line(struct moment *moment, const struct event *event)
{
	struct moment_connection *connection =
	    moment_connection(moment, event->line.conn);
	bool sent = event->type == EVENT_SENT;
	*(sent ? &moment->sent : &moment->echoed) += 1;
	if (connection == NULL)
		return;
	*(sent ? &connection->bytes_sent : &connection->bytes_echoed) +=
	    event->line.bytes;
	connection->sent_in_silence |= sent && connection->silent;
}

/* The start of a session. */
static void
apply_start(struct moment *moment, const struct event *event)
{
	moment->host = event->start.host;
	snprintf(moment->host_name, sizeof moment->host_name, "%s",
	    event->text != NULL ? event->text : "");
	snprintf(moment->world, sizeof moment->world, "%s",
	    event->detail != NULL ? event->detail : "");
}

/* Copies text that may be NULL into room for size bytes. */
static void
copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from != NULL ? from : "");
}

/* The narrator speaks, or asks, or the room has answered. */
static void
apply_narrator(struct moment_lesson *lesson, const struct event *event)
{
	bool outcome = event->type == EVENT_SAY && *lesson->say == '\0' &&
	    lesson->chosen != 0; /* the say that tells how it was */
	lesson->spoke = true;
	*lesson->say = '\0';
	if (!outcome) {
		*lesson->question = *lesson->answers = '\0';
		lesson->answer = lesson->chosen = 0;
	}
	if (event->type == EVENT_SAY) {
		copy_text(lesson->say, sizeof lesson->say, event->text);
		return;
	}
	copy_text(lesson->question, sizeof lesson->question, event->text);
	copy_text(lesson->answers, sizeof lesson->answers, event->detail);
	lesson->answer = event->ask.answer;
	lesson->chosen = event->ask.chosen;
}

/* A lesson began, or came to its end. */
static void
apply_lesson(struct moment_lesson *lesson, const struct event *event)
{
	if (event->lesson.what == LESSON_BEGUN) {
		memset(lesson, 0, sizeof *lesson);
		lesson->any = true;
		copy_text(lesson->name, sizeof lesson->name, event->text);
		copy_text(lesson->title, sizeof lesson->title, event->detail);
		copy_text(lesson->section, sizeof lesson->section,
		    event->lesson.section);
	}
	lesson->what = event->lesson.what;
	lesson->line = event->lesson.line;
	lesson->stuck = event->lesson.what == LESSON_FAILED;
	if (lesson->stuck && *lesson->failed == '\0')
		copy_text(lesson->failed, sizeof lesson->failed, event->detail);
}

/* A command began: one of the lesson's, or of somebody else. */
static void
apply_command(struct moment *moment, const struct event *event)
{
	moment->script = event->command.source == SOURCE_SCRIPT;
	if (moment->script)
		moment->lesson.stuck = false;
}

/* A line of the lesson was refused. */
static void
apply_error(struct moment *moment, const struct event *event)
{
	struct moment_lesson *lesson = &moment->lesson;
	if (!moment->script)
		return;
	*lesson->failed = '\0';
	lesson->refused = true;
	copy_text(lesson->got, sizeof lesson->got, event->text);
}

/* An expectation of the lesson came out. */
static void
apply_expect(struct moment *moment, const struct event *event)
{
	struct moment_lesson *lesson = &moment->lesson;
	if (!moment->script)
		return;
	*lesson->failed = *lesson->got = '\0';
	lesson->refused = false;
	if (event->expect.pass)
		return;
	copy_text(lesson->failed, sizeof lesson->failed, event->text);
	copy_text(lesson->got, sizeof lesson->got, event->detail);
}

/* Folds one event in. */
int
moment_apply(struct moment *moment, const struct event *event)
{
	int result = 0;
	if (event->time > moment->time)
		moment->time = event->time;
	moment->events++;
	switch ((int)event->type) {
	case EVENT_START:
		apply_start(moment, event);
		break;
	case EVENT_SOCKET:
		prune(moment);
		result = apply_socket(moment, event);
		break;
	case EVENT_PROCESS:
		prune(moment);
		result = apply_process(moment, event);
		break;
	case EVENT_CONNECTION:
		result = apply_connection(moment, event);
		break;
	case EVENT_CALL:
		apply_call(moment, event);
		break;
	case EVENT_SIGNAL:
		apply_signal(moment, event);
		break;
	case EVENT_STATE:
		apply_state(moment, event);
		break;
	case EVENT_TIMER:
		apply_timer(moment, event);
		break;
	case EVENT_HOST:
		apply_host(moment, event);
		break;
	case EVENT_SENT:
	case EVENT_ECHO:
		apply_line(moment, event);
		break;
	case EVENT_SETTINGS:
		snprintf(moment->settings, sizeof moment->settings, "%s",
		    event->text != NULL ? event->text : "");
		break;
	case EVENT_COMMAND:
		apply_command(moment, event);
		break;
	case EVENT_ERROR:
		apply_error(moment, event);
		break;
	case EVENT_EXPECT:
		apply_expect(moment, event);
		break;
	case EVENT_SAY:
	case EVENT_ASK:
		apply_narrator(&moment->lesson, event);
		break;
	case EVENT_LESSON:
		apply_lesson(&moment->lesson, event);
		break;
	case EVENT_LOST:
		moment->lost += event->lost.count;
		break;
	default:
		break;
	}
	return result;
}
