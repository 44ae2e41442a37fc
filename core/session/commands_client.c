/* commands_client.c: the commands that the client carries out. */
#include "arguments.h"
#include "client.h"
#include "command.h"
#include "commands.h"
#include "host_silence.h"
#include "server_guest.h"
#include "session_state.h"
#include "signal_name.h"


#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* TCP_KEEPIDLE takes no more seconds (tcp(7)). */
enum { CONNECT_MAX = 10000, KEEPALIVE_MAX = 32767 };

/* In place of a connection's number: the current one. */
enum { CURRENT = -1 };

enum { CONNECT_WAITING, CONNECT_ORDERED, CONNECT_ACCEPTED };

static void connect_begin(struct session *session, struct running *running);

/* connect [COUNT] | --interrupt SECONDS */
void
take_connect(struct running *running, const char *arguments)
{
	const char *rest = arguments;
	char word[32] = "";
	long count = 1;
	int64_t interrupt = 0;
	if (strncmp(arguments, "--interrupt", 11) == 0) {
		rest += 11;
		argument_word(&rest, word, sizeof word);
		interrupt = argument_seconds(word);
		if (interrupt <= 0)
			refuse(running, "connect --interrupt wants seconds above 0");
	} else if (*arguments != '\0') {
		count = argument_number(arguments, &rest);
	}
	if (running->error[0] == '\0' &&
	    (count < 1 || count > CONNECT_MAX || *rest != '\0'))
		refuse(running, "connect wants a count from 1 to %d", CONNECT_MAX);
	running->count = (unsigned)count;
	running->interrupt = (interrupt + 999999) / 1000000;
}

void
command_connect(struct session *session, struct running *running)
{
	running->step = CONNECT_WAITING;
	connect_begin(session, running);
}

/* Orders the connections, once a client that is dying is gone. */
static void
connect_begin(struct session *session, struct running *running)
{
	pid_t pid = session->world.client.pid;
	char state = pid == 0 ? 'S' : process_watch_state(pid);
	if (state == 'Z' || state == 'X' || state == 0)
		return;
	running->step = CONNECT_ORDERED;
	running->first = client_connect(&session->world, running->count, running->interrupt);
}

/* Is its child known?  Until the server has told of the fork, its end is the parent's. */
static bool
has_child(const struct session *session, const struct moment_connection *connection)
{
	return connection->child != 0 && connection->child != session->world.server.pid;
}

/* Has the server's end of the connection been accepted, as far as can be seen? */
static bool
was_accepted(struct session *session, const struct moment_connection *connection)
{
	const struct moment *now = log_now(session->world.log);
	if (session->world.server.guest != NULL &&
	    guest_has_accepted(&session->world, connection))
		return true;
	if (!session->world.server.ours && session->world.server.guest == NULL)
		return connection->established;
	/* a child that was forked a moment ago may hold its copy of the listener still,
	   and so the port; with its first call it has let go of it, which it may tell
	   before its parent tells of it */
	bool known = has_child(session, connection), lost = now->lost > 0;
	if (connection->child_ended || (connection->served && (known || lost)) ||
	    (known && lost))
		return true;
	if (connection->client == STATE_SYN_SENT ||
	    connection->client == STATE_ESTABLISHED) {
		bool held = host_is_silent(&session->world) || (session->world.server.pid != 0 &&
		    process_watch_state(session->world.server.pid) == 'T');
		if (held)
			return true;
	}
	/* closed by the server at once (max_children), or nobody left to accept */
	return connection->established && (connection->fin_received ||
	    (now->server == 0 && session->world.server.pid == 0));
}

/* Each has failed, or has been accepted. */
bool
connect_done(struct session *session, struct running *running)
{
	const struct moment *now = log_now(session->world.log);
	bool seen = true;
	if (running->step == CONNECT_WAITING) {
		connect_begin(session, running);
		return false;
	}
	if (running->first == 0 || session->world.client.channel == NULL)
		return true;
	if (session->world.client.starting)
		return false;
	for (unsigned i = 0; i < running->count; i++) {
		const struct moment_connection *connection =
		    moment_connection(now, running->first + i);
		if (connection == NULL)
			return false;
		bool failed = connection->failed || !connection->open;
		if (!failed && !was_accepted(session, connection))
			return false;
		seen &= failed || (connection->client != STATE_GONE &&
		    (now->lost == 0 || has_child(session, connection)));
	}
	/* and its row has been read, unless it went too fast for that; where reports were
	   lost it tells of the child, too, once its owner has been found */
	if (running->step == CONNECT_ORDERED)
		running->deadline_seen = loop_now(session->world.loop) +
		    MILLISECONDS(now->lost == 0 ? 100 : 2000);
	running->step = CONNECT_ACCEPTED;
	return seen || loop_now(session->world.loop) >= running->deadline_seen;
}

/* [N] */
void
take_connection(struct running *running, const char *arguments)
{
	const char *rest = arguments;
	running->given.conn = *arguments != '\0' ? argument_number(arguments, &rest) : CURRENT;
	if (*arguments != '\0' && (running->given.conn < 0 || *rest != '\0'))
		refuse(running, "%s wants the number of a connection, not \"%.40s\"",
		    running->command->name, arguments);
}

/* [N|all] */
void
take_connections(struct running *running, const char *arguments)
{
	running->given.all = strcmp(arguments, "all") == 0;
	if (!running->given.all)
		take_connection(running, arguments);
}

/* The connection a command means: N, or the current one; 0 after the error. */
static unsigned
connection_meant(struct session *session, struct running *running)
{
	const struct moment *now = log_now(session->world.log);
	const char *name = running->command->name;
	long number = running->given.conn != CURRENT ? running->given.conn : now->current;
	const struct moment_connection *connection = moment_connection(now, (unsigned)number);
	if (connection != NULL && connection->open)
		return (unsigned)number;
	if (number == 0)
		refuse(running, "%s: there is no connection: connect", name);
	else
		refuse(running, "%s: connection %ld is %s: connect, or use N", name,
		    number, connection == NULL && number > (long)session->world.client.conns ?
		    "not there" : "closed");
	return 0;
}

/* Sends an order for one connection and remembers what to wait for. */
static void
order_connection(struct session *session, struct running *running,
    enum order_kind kind, unsigned conn, const char *data, unsigned flags,
    bool newline)
{
	size_t length = data != NULL ? strlen(data) : 0;
	if (length + newline > ORDER_DATA) {
		refuse(running, "the line has %zu bytes; %d is the most", length,
		    ORDER_DATA - 1);
		return;
	}
	struct order *order = calloc(1, sizeof *order);
	if (order == NULL)
		return;
	order->kind = kind;
	order->conn = conn;
	order->flags = flags;
	if (length > 0)
		memcpy(order->data, data, length);
	if (newline)
		order->data[length] = '\n';
	order->length = (uint32_t)(length + newline);
	running->serial = client_order(&session->world, order);
	free(order);
}

/* Carried out, or the client died. */
bool
order_done(struct session *session, struct running *running)
{
	return client_orders_done(&session->world, running->serial);
}

/* send [--no-newline|--split] TEXT */
void
take_send(struct running *running, const char *arguments)
{
	const char *rest = arguments;
	char word[16] = "";
	argument_word(&rest, word, sizeof word);
	running->given.newline = strcmp(word, "--no-newline") != 0;
	running->given.split = strcmp(word, "--split") == 0;
	bool option = !running->given.newline || running->given.split;
	running->given.text = option ? rest : arguments;
	running->given.conn = CURRENT;
	if (option && *rest == '\0')
		refuse(running, "send %s wants TEXT", word);
}

void
command_send(struct session *session, struct running *running)
{
	bool newline = running->given.newline;
	unsigned conn = connection_meant(session, running);
	if (conn == 0)
		return;
	char *text = argument_text(running->given.text);
	if (text != NULL)
		order_connection(session, running, ORDER_SEND, conn, text,
		    !newline ? 0 : running->given.split ? ORDER_READ_LINE | ORDER_SPLIT :
		    ORDER_READ_LINE, newline);
	free(text);
}

/* use N */
void
take_use(struct running *running, const char *arguments)
{
	const char *rest;
	running->given.conn = argument_number(arguments, &rest);
	if (running->given.conn < 1 || *rest != '\0')
		refuse(running, "use wants the number of a connection");
}

void
command_use(struct session *session, struct running *running)
{
	long number = running->given.conn;
	if (moment_connection(log_now(session->world.log), (unsigned)number) == NULL) {
		refuse(running, "use: there is no connection %ld: connect", number);
		return;
	}
	struct event event = {.time = loop_now(session->world.loop), .type = EVENT_CONNECTION};
	event.connection.what = CONNECTION_CURRENT;
	event.connection.conn = (unsigned)number;
	world_append(&session->world, &event);
}

/* One order for the connection meant, or for every open one. */
static void
simple_order(struct session *session, struct running *running, enum order_kind kind)
{
	const struct moment *now = log_now(session->world.log);
	unsigned conn = running->given.all ? 0 : connection_meant(session, running);
	if (conn != 0)
		order_connection(session, running, kind, conn, NULL, 0, false);
	for (size_t i = 0; running->given.all && i < now->connection_count; i++)
		if (now->connections[i].open)
			order_connection(session, running, kind,
			    now->connections[i].conn, NULL, 0, false);
}

void
command_read(struct session *session, struct running *running)
{
	simple_order(session, running, ORDER_READ);
}

void
command_shutdown(struct session *session, struct running *running)
{
	simple_order(session, running, ORDER_SHUTDOWN);
}

void
command_close(struct session *session, struct running *running)
{
	simple_order(session, running, ORDER_CLOSE);
}

void
command_abort(struct session *session, struct running *running)
{
	simple_order(session, running, ORDER_ABORT);
}

/* An order that sets something in the client, when one runs; with flags. */
static void
order_flagged(struct session *session, struct running *running,
    enum order_kind kind, int number, int64_t milliseconds, unsigned flags)
{
	struct order *order = calloc(1, sizeof *order);
	if (order != NULL && session->world.client.channel != NULL) {
		order->kind = kind;
		order->number = number;
		order->milliseconds = milliseconds;
		order->flags = flags;
		running->serial = client_order(&session->world, order);
	}
	free(order);
}

/* An order that sets something in the client, when one runs. */
static void
order_setting(struct session *session, struct running *running,
    enum order_kind kind, int number, int64_t milliseconds)
{
	order_flagged(session, running, kind, number, milliseconds, 0);
}

/* Which of the words of "a|b|c" the argument is; -1 after the error. */
static int
choose(struct running *running, const char *arguments, const char *name, const char *words)
{
	char list[80] = "";
	size_t used = 0, length = strlen(arguments);
	for (int i = 0; *words != '\0'; i++) {
		size_t word = strcspn(words, "|");
		if (word == length && strncmp(words, arguments, length) == 0)
			return i;
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%.*s",
		    i == 0 ? "" : words[word] == '\0' ? " or " : ", ", (int)word, words);
		words += word + (words[word] == '|');
	}
	refuse(running, "%s wants %s", name, list);
	return -1;
}

/* One of the words of the command's row. */
void
take_word(struct running *running, const char *arguments)
{
	running->given.word = choose(running, arguments, running->command->name,
	    running->command->words);
}

void
command_client_sigpipe(struct session *session, struct running *running)
{
	session->world.client.sigpipe = running->given.word;
	order_setting(session, running, ORDER_SIGPIPE, running->given.word, 0);
}

/* client timeout SECONDS|default */
void
take_timeout(struct running *running, const char *arguments)
{
	bool is_default = strcmp(arguments, "default") == 0;
	int64_t time = is_default ? 0 : argument_seconds(arguments);
	running->given.time = time;
	if (time < 0 || (!is_default && time < MILLISECONDS(1)))
		refuse(running, "client timeout wants seconds above 0, or default");
}

void
command_client_timeout(struct session *session, struct running *running)
{
	int64_t time = running->given.time;
	session->world.client.timeout = time / 1000000;
	socket_watch_user_timeout(session->world.sockets, time);
	order_setting(session, running, ORDER_TIMEOUT, 0, time / 1000000);
}

void
command_client_reads(struct session *session, struct running *running)
{
	session->world.client.reads_always = running->given.word == 1;
	order_setting(session, running, ORDER_READS, running->given.word, 0);
}

void
command_client_on_eof(struct session *session, struct running *running)
{
	session->world.client.exit_on_eof = running->given.word == 1;
	order_setting(session, running, ORDER_ON_EOF, running->given.word, 0);
}

void
command_client_byte_order(struct session *session, struct running *running)
{
	session->world.client.byte_order = running->given.word;
	order_setting(session, running, ORDER_BYTE_ORDER, running->given.word, 0);
}

void
command_client_long(struct session *session, struct running *running)
{
	session->world.client.long_bits = running->given.word == 0 ? 32 : 64;
	order_setting(session, running, ORDER_LONG, session->world.client.long_bits, 0);
}

/* client keepalive SECONDS|off */
void
take_keepalive(struct running *running, const char *arguments)
{
	const char *rest = "";
	long seconds = strcmp(arguments, "off") == 0 ? 0 :
	    argument_number(arguments, &rest);
	running->given.number = seconds;
	if (seconds < 0 || seconds > KEEPALIVE_MAX || *rest != '\0' ||
	    (seconds == 0 && *arguments != 'o'))
		refuse(running, "client keepalive wants whole seconds from 1 to %d, or off",
		    KEEPALIVE_MAX);
}

void
command_client_keepalive(struct session *session, struct running *running)
{
	session->world.client.keepalive = (int)running->given.number;
	order_setting(session, running, ORDER_KEEPALIVE, (int)running->given.number, 0);
}

/* client signal NAME default|ignore|catch */
void
take_client_signal(struct running *running, const char *arguments)
{
	char word[32] = "";
	argument_word(&arguments, word, sizeof word);
	running->given.signal = signal_from_name(word);
	if (running->given.signal < 1)
		refuse(running, "client signal wants a signal and what to do about it, as in: "
		    "client signal INT ignore");
	else
		running->given.word = choose(running, arguments, "client signal NAME",
		    "default|ignore|catch");
}

/* SIGPIPE is remembered for the next client; what is asked of the others ends with this
 * one. */
void
command_client_signal(struct session *session, struct running *running)
{
	if (running->given.signal == SIGPIPE)
		session->world.client.sigpipe = running->given.word;
	else if (session->world.client.channel == NULL)
		refuse(running, "no client runs: client start, or connect");
	order_flagged(session, running, ORDER_SIGNAL, running->given.signal, 0,
	    (unsigned)running->given.word);
}

void
command_client_start(struct session *session, struct running *running)
{
	if (session->world.client.channel != NULL)
		refuse(running, "the client runs already, PID %d", (int)session->world.client.pid);
	else
		client_start(&session->world);
}

/* It runs, or could not be started. */
bool
client_start_done(struct session *session, struct running *running)
{
	(void)running;
	return !session->world.client.starting;
}
