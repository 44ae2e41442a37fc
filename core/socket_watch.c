/* When the table is read.
 *
 * Reading /proc/net/tcp walks the kernel's whole hash table: milliseconds, even for
 * three rows.  So a look asks socket_probe.h, in microseconds, and only when something
 * has changed is the file read, a large one in pieces, and every difference appended.
 * Looks are frequent after something has happened (FIN_WAIT1 lasts 42 ms on loopback)
 * and rare at rest; readings have a budget of processor time. */
#include "socket_watch.h"

#include "details_watch.h"
#include "endpoint.h"
#include "giving_up.h"
#include "last_state.h"
#include "read_budget.h"
#include "socket_holder.h"
#include "socket_probe.h"
#include "table_reading.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_NOW_NS MILLISECONDS(1)
#define LOOK_HOT_NS MILLISECONDS(4)     /* just after something happened */
#define LOOK_BUSY_NS MILLISECONDS(20)
#define LOOK_IDLE_NS MILLISECONDS(250)
#define LOOK_COST_SHARE 4               /* a look may take a fifth of the time */
#define PIECE_COST_NS MILLISECONDS(3)   /* a reading goes on for so long in a round, */
#define PIECE_PAUSE_NS MILLISECONDS(1)  /* and then again */
#define HOT_NS MILLISECONDS(200)
#define BUSY_NS SECONDS(3)
#define READ_BLIND_BUSY_NS MILLISECONDS(200) /* without netlink */
#define READ_BLIND_NS SECONDS(1)
#define HOLDERS_SHARE 200               /* so little of it for looking who holds sockets */

/* Two predictions of one timer's end may differ by so much. */
#define TIMER_GRAIN_NS MILLISECONDS(400)

struct socket_watch {
	struct loop *loop;
	struct log *log;
	struct socket_probe probe; /* where it is refused, the files are read instead */
	struct timer *timer;
	void (*before)(void *context);
	void *context;
	uint16_t port;
	int family;
	bool forced, wanted, foreign, follows_details;
	int64_t kicked_at, looked_at, look_cost;
	struct read_budget budget;
	int64_t holders_rest_until;
	int64_t user_timeout;
	unsigned retries;
	unsigned timed_conn;       /* whose retransmissions are followed */
	int64_t first_retransmit;  /* when its first went out, 0: none yet */
	struct tcp_table table;
	struct socket_holders holders;  /* for the reading at hand */
	struct table_reading reading;   /* in pieces, while keys are heard */
	int64_t reading_begun, reading_cost;
};

static void socket_watch_look(void *context);

/* net.ipv4.tcp_retries2, 15 when it cannot be read. */
static unsigned
read_retries(void)
{
	unsigned retries = 15;
	FILE *file = fopen("/proc/sys/net/ipv4/tcp_retries2", "re");
	char line[16];
	if (file == NULL)
		return retries;
	if (fgets(line, sizeof line, file) != NULL)
		retries = (unsigned)strtoul(line, NULL, 10);
	fclose(file);
	return retries > 0 && retries < 256 ? retries : 15;
}

/* Watches the port for log. */
struct socket_watch *
socket_watch_new(struct loop *loop, struct log *log, uint16_t port, int family,
    void (*before)(void *context), void *context)
{
	struct socket_watch *watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return NULL;
	*watch = (struct socket_watch){.loop = loop, .log = log, .port = port,
	    .family = family, .retries = read_retries(), .before = before,
	    .context = context};
	read_budget_init(&watch->budget);
	socket_probe_open(&watch->probe, log, port);
	watch->timer = loop_timer(loop, socket_watch_look, watch);
	if (watch->timer == NULL) {
		socket_watch_free(watch);
		return NULL;
	}
	return watch;
}

void
socket_watch_free(struct socket_watch *watch)
{
	if (watch == NULL)
		return;
	loop_untimer(watch->loop, watch->timer);
	socket_probe_close(&watch->probe);
	tcp_table_free(&watch->table);
	socket_holders_free(&watch->holders);
	table_reading_end(&watch->reading);
	free(watch);
}

/* Something happened: look now, and often for a while. */
void
socket_watch_kick(struct socket_watch *watch)
{
	watch->kicked_at = loop_now(watch->loop);
	int64_t rest = watch->looked_at + LOOK_COST_SHARE * watch->look_cost -
	    watch->kicked_at;
	timer_no_later(watch->timer, rest > LOOK_NOW_NS ? rest : LOOK_NOW_NS);
}

/* Read the files in the next round. */
void
socket_watch_force(struct socket_watch *watch)
{
	watch->forced = true;
	socket_watch_kick(watch);
}

/* The server reports nothing. */
void
socket_watch_foreign(struct socket_watch *watch, bool foreign)
{
	watch->foreign = foreign;
}

/* A row is known to have come: read the files as soon as their cost allows. */
void
socket_watch_want(struct socket_watch *watch)
{
	watch->wanted = true;
	socket_watch_kick(watch);
}

/* When the files were last read. */
int64_t
socket_watch_read_at(const struct socket_watch *watch)
{
	return watch->budget.read_at;
}

/* TCP_USER_TIMEOUT of the client's connections. */
void
socket_watch_user_timeout(struct socket_watch *watch, int64_t timeout)
{
	watch->user_timeout = timeout;
}

/* Follow TCP_INFO of the current connection from now on. */
void
socket_watch_follow_details(struct socket_watch *watch)
{
	watch->follows_details = true;
	socket_watch_kick(watch);
}

/* Watches another port from now on. */
void
socket_watch_port(struct socket_watch *watch, uint16_t port)
{
	watch->port = watch->probe.port = port;
}

/* The child that was reported to serve this peer; 0 for none. */
static pid_t
child_of_peer(const struct moment *now, const struct report_endpoint *peer)
{
	for (size_t i = now->process_count; i-- > 0 && peer->port != 0;) {
		const struct moment_process *process = &now->processes[i];
		if (process->row.peer.port == peer->port &&
		    moment_process_runs(process) &&
		    endpoint_equal(&process->row.peer, peer))
			return process->row.pid;
	}
	return 0;
}

/* Who of ours has the row's socket open. */
static pid_t
row_holder(struct socket_watch *watch, const struct socket_row *row)
{
	const struct moment *now = log_now(watch->log);
	return row->tcp.state == STATE_LISTEN ?
	    socket_holders_find_listener(&watch->holders, now, row->tcp.inode) :
	    socket_holders_find(&watch->holders, now, row->tcp.inode);
}

/* Who holds the row's socket: the client, the child that reported it, else whoever
 * has it open. */
static pid_t
row_owner(struct socket_watch *watch, const struct socket_row *row, pid_t before)
{
	const struct moment *now = log_now(watch->log);
	if (row->tcp.inode == 0)
		return 0;
	const struct moment_connection *connection = moment_connection(now, row->conn);
	if (connection != NULL && row->end == END_CLIENT && connection->open)
		return now->client;
	if (watch->foreign)
		return row_holder(watch, row);
	if (connection != NULL && row->end == END_SERVER && connection->child != 0 &&
	    connection->child != now->server && !connection->child_ended)
		return connection->child;
	if (row->tcp.local.port != watch->port)
		return 0; /* a stranger's end */
	if (before != 0 && moment_process_runs(moment_process(now, before)) &&
	    (before != now->server || row->tcp.state == STATE_LISTEN))
		return before;
	pid_t child = child_of_peer(now, &row->tcp.remote);
	if (child != 0)
		return child;
	int64_t time = loop_now(watch->loop);
	if (time < watch->holders_rest_until)
		return 0; /* a later reading asks again */
	int64_t before_it = loop_cost();
	pid_t holder = row_holder(watch, row);
	int64_t cost = loop_cost() - before_it;
	if (cost > MILLISECONDS(2))
		watch->holders_rest_until = time + HOLDERS_SHARE * cost;
	return holder;
}

/* Appends one state event. */
static void
tell_state(struct socket_watch *watch, const struct socket_row *row,
    enum tcp_state from, enum tcp_state to, bool inferred, int64_t time)
{
	struct event event = {.time = time, .type = EVENT_STATE};
	event.state.conn = row->conn;
	event.state.end = row->end;
	event.state.from = from;
	event.state.to = to;
	event.state.inferred = inferred;
	log_append(watch->log, &event);
}

/* The state that the kernel has for the other end of a connection. */
static enum tcp_state
other_end(struct socket_watch *watch, const struct moment_connection *connection,
    enum connection_end end)
{
	bool client = end == END_CLIENT;
	const struct report_endpoint *local = client ? &connection->remote :
	    &connection->local;
	const struct report_endpoint *remote = client ? &connection->local :
	    &connection->remote;
	if (watch->probe.diag != NULL)
		return socket_probe_state(&watch->probe, local, remote);
	for (size_t i = 0; i < watch->table.count; i++)
		if (endpoint_equal(&watch->table.rows[i].local, local) &&
		    endpoint_equal(&watch->table.rows[i].remote, remote))
			return watch->table.rows[i].state;
	return STATE_GONE;
}

/* An end of one of our connections is in another state: the way it must have
 * gone, step by step. */
static void
tell_path(struct socket_watch *watch, const struct socket_row *row,
    enum tcp_state to, int64_t time)
{
	enum tcp_state path[TCP_PATH_MAX];
	const struct moment_connection *connection =
	    moment_connection(log_now(watch->log), row->conn);
	if (connection == NULL)
		return;
	bool client = row->end == END_CLIENT;
	enum tcp_state from = client ? connection->client : connection->server;
	enum tcp_state last = to == STATE_GONE ? last_state(connection, row->end,
	    other_end(watch, connection, row->end)) : to;
	enum tcp_state opening = client ? STATE_SYN_SENT : STATE_SYN_RECV;
	if (from == to)
		return;
	if (from == STATE_GONE && to != opening) {
		tell_state(watch, row, from, opening, true, time);
		from = opening;
	}
	size_t count = tcp_state_path(from, to, last, path);
	for (size_t i = 0; i < count; i++) {
		tell_state(watch, row, from, path[i], i + 1 < count, time);
		from = path[i];
	}
}

/* Appends one socket event. */
static void
tell_socket(struct socket_watch *watch, enum socket_what what,
    const struct socket_row *row, int64_t time)
{
	struct event event = {.time = time, .type = EVENT_SOCKET};
	event.socket.what = what;
	event.socket.row = *row;
	log_append(watch->log, &event);
}

/* Is the timer another one than was predicted? */
static bool
timer_differs(const struct socket_row *before, const struct socket_row *after)
{
	int64_t difference = before->timer_at - after->timer_at;
	return before->tcp.timer != after->tcp.timer ||
	    difference > TIMER_GRAIN_NS || difference < -TIMER_GRAIN_NS;
}

/* A row was read: appends what it changes. */
static void
take_row(struct socket_watch *watch, const struct tcp_row *read, int64_t time)
{
	const struct moment *now = log_now(watch->log);
	struct moment_socket *known = moment_socket(now, &read->local, &read->remote,
	    read->family);
	struct socket_row row = {.tcp = *read};
	row.timer_at = read->timer == TIMER_OFF ? 0 : time + read->timer_left;
	if (known != NULL && known->row.timer_at < time && read->timer_left == 0 &&
	    known->row.tcp.timer == read->timer)
		row.timer_at = known->row.timer_at; /* run out, not handled yet */
	const struct moment_connection *connection = read->state == STATE_LISTEN ?
	    NULL : moment_connection_of(now, &read->local, &read->remote, &row.end);
	row.conn = connection != NULL ? connection->conn : 0;
	row.owner_pid = row_owner(watch, &row, known != NULL ? known->row.owner_pid : 0);
	if (connection != NULL)
		tell_path(watch, &row, read->state, time);
	if (known == NULL)
		tell_socket(watch, SOCKET_APPEARED, &row, time);
	else if (!socket_rows_agree(read, &known->row.tcp) ||
	    timer_differs(&known->row, &row) ||
	    known->row.owner_pid != row.owner_pid || known->row.conn != row.conn)
		tell_socket(watch, SOCKET_CHANGED, &row, time);
}

/* Is the row still there, though one reading of the file did not hold it?  The
 * kernel hands the file out in pieces of 4 KB, between which rows come and go. */
static bool
row_is_there(struct socket_watch *watch, const struct tcp_row *row)
{
	struct sock_diag_answer answer;
	return watch->probe.diag != NULL && row->state != STATE_LISTEN &&
	    sock_diag_find(watch->probe.diag, &row->local, &row->remote, &answer) == 1;
}

/* Rows of the moment that the table no longer has are gone.  They are gathered
 * first: the events about them move the moment's rows. */
static void
take_absence(struct socket_watch *watch, int64_t time)
{
	const struct moment *now = log_now(watch->log);
	struct socket_row *gone = malloc((now->socket_count + 1) * sizeof *gone);
	size_t count = 0;
	if (gone == NULL || tcp_table_index(&watch->table) < 0) {
		free(gone);
		return;
	}
	for (size_t i = 0; i < now->socket_count; i++)
		if (now->sockets[i].gone_at == 0 &&
		    !tcp_table_has(&watch->table, &now->sockets[i].row.tcp) &&
		    !row_is_there(watch, &now->sockets[i].row.tcp))
			gone[count++] = now->sockets[i].row;
	for (size_t i = 0; i < count; i++) {
		if (gone[i].conn != 0)
			tell_path(watch, &gone[i], STATE_GONE, time);
		tell_socket(watch, SOCKET_GONE, &gone[i], time);
	}
	free(gone);
}

/* Has the table of this family anything for us? */
static bool
family_matters(struct socket_watch *watch, int family)
{
	const struct moment *now = log_now(watch->log);
	if (family == watch->family || watch->probe.diag == NULL)
		return true;
	for (size_t i = 0; i < now->socket_count; i++)
		if (now->sockets[i].gone_at == 0 &&
		    now->sockets[i].row.tcp.family == family)
			return true;
	return socket_probe_listeners(&watch->probe, family) != 0;
}

/* Begins to read the files; what is asked for from now on needs another reading. */
static void
reading_begin(struct socket_watch *watch)
{
	tcp_table_clear(&watch->table);
	watch->forced = watch->wanted = false;
	watch->reading_begun = loop_now(watch->loop);
	watch->reading_cost = 0;
	table_reading_begin(&watch->reading, watch->port, family_matters(watch, 4),
	    family_matters(watch, 6));
}

/* The files are read: appends every difference. */
static void
reading_finish(struct socket_watch *watch)
{
	int64_t time = loop_now(watch->loop), cost = loop_cost();
	if (tcp_table_drop_repeated(&watch->table, 0) < 0)
		return;
	cost = watch->reading_cost + loop_cost() - cost;
	watch->before(watch->context);
	read_budget_spend(&watch->budget, watch->reading_begun, cost);
	socket_holders_forget(&watch->holders);
	take_absence(watch, time);
	for (size_t i = 0; i < watch->table.count; i++)
		take_row(watch, &watch->table.rows[i], time);
}

/* Reads on for so long (ns of processor time); false: there is more. */
static bool
reading_go_on(struct socket_watch *watch, int64_t most)
{
	enum table_state state = TABLE_MORE;
	int64_t begun = loop_cost(), cost = 0;
	while (state == TABLE_MORE && cost < most) {
		state = table_reading_step(&watch->reading, &watch->table, 1);
		cost = loop_cost() - begun;
	}
	watch->reading_cost += cost;
	if (state == TABLE_WHOLE)
		reading_finish(watch);
	return state != TABLE_MORE; /* unreadable: what is shown stays, until it is not */
}

/* Reads the files at once. */
void
socket_watch_read(struct socket_watch *watch)
{
	table_reading_end(&watch->reading);
	reading_begin(watch);
	reading_go_on(watch, INT64_MAX);
}

/* The current connection's retransmission timer, when there is one to watch. */
static void
look_at_timer(struct socket_watch *watch)
{
	const struct moment *now = log_now(watch->log);
	const struct moment_connection *connection = moment_connection(now, now->current);
	struct sock_diag_answer answer;
	if (connection == NULL || watch->probe.diag == NULL)
		return;
	if (connection->conn != watch->timed_conn) {
		watch->timed_conn = connection->conn;
		watch->first_retransmit = 0;
	}
	int64_t time = loop_now(watch->loop);
	bool found = connection->client != STATE_GONE &&
	    sock_diag_find(watch->probe.diag, &connection->local, &connection->remote,
	    &answer) == 1 && answer.has_details;
	bool runs = found && answer.row.timer == TIMER_ON &&
	    (answer.row.retransmits > 0 || connection->silent);
	struct event event = {.time = time, .type = EVENT_TIMER};
	event.timer.conn = connection->conn;
	if (runs) {
		uint32_t retransmits = answer.row.retransmits;
		event.timer.rto = answer.details.rto;
		event.timer.retransmits = retransmits;
		event.timer.next_at = time + answer.row.timer_left;
		if (retransmits == 0 || watch->first_retransmit == 0)
			watch->first_retransmit = retransmits == 0 ?
			    event.timer.next_at : time;
		if (connection->client != STATE_SYN_SENT)
			event.timer.gives_up_at = giving_up_at(watch->first_retransmit,
			    event.timer.next_at, (int64_t)answer.details.rto * 1000,
			    watch->user_timeout, watch->retries);
	} else {
		watch->first_retransmit = 0;
	}
	int64_t moved = event.timer.next_at - connection->next_at;
	if (event.timer.retransmits != connection->retransmits ||
	    event.timer.rto != connection->rto ||
	    moved > TIMER_GRAIN_NS / 4 || moved < -TIMER_GRAIN_NS / 4)
		log_append(watch->log, &event);
}

/* How long until the next look. */
static int64_t
look_interval(const struct socket_watch *watch, int64_t now)
{
	int64_t least = 10 * watch->look_cost;
	int64_t since = now - watch->kicked_at;
	int64_t interval = since < HOT_NS ? LOOK_HOT_NS :
	    since < BUSY_NS ? LOOK_BUSY_NS : LOOK_IDLE_NS;
	if (since >= BUSY_NS)
		least *= 20;
	return interval > least ? interval : least;
}

/* A piece of the reading; then it goes on soon, or the next look is due. */
static void
socket_watch_piece(struct socket_watch *watch)
{
	if (!reading_go_on(watch, PIECE_COST_NS)) {
		timer_after(watch->timer, PIECE_PAUSE_NS);
		return;
	}
	if (watch->follows_details && watch->probe.diag != NULL)
		details_watch_look(watch->probe.diag, watch->log, loop_now(watch->loop));
	if (watch->forced)
		timer_after(watch->timer, LOOK_NOW_NS);
	else
		timer_after(watch->timer, look_interval(watch, loop_now(watch->loop)));
}

/* Has anything changed?  Where netlink is refused, time tells. */
bool
socket_watch_has_changed(struct socket_watch *watch)
{
	int64_t time = loop_now(watch->loop);
	bool busy = time - watch->kicked_at < BUSY_NS;
	if (watch->probe.diag == NULL)
		return time - watch->budget.read_at > (busy ? READ_BLIND_BUSY_NS :
		    READ_BLIND_NS);
	return socket_probe_differs(&watch->probe, time, busy);
}

/* The timer: looks, reads when something changed, and says when to look again. */
static void
socket_watch_look(void *context)
{
	struct socket_watch *watch = context;
	if (table_reading_goes_on(&watch->reading)) {
		socket_watch_piece(watch);
		return;
	}
	int64_t begun = loop_now(watch->loop), cost = loop_cost();
	int64_t rest = read_budget_rest(&watch->budget, begun);
	bool changed = watch->forced || watch->wanted ||
	    socket_watch_has_changed(watch) || read_budget_is_stale(&watch->budget, begun);
	watch->looked_at = begun;
	watch->look_cost = loop_cost() - cost;
	look_at_timer(watch);
	if (changed && rest > 0 && !watch->forced) {
		timer_after(watch->timer, rest);
		return;
	}
	if (changed) {
		reading_begin(watch);
		socket_watch_piece(watch);
		return;
	}
	if (watch->follows_details && watch->probe.diag != NULL)
		details_watch_look(watch->probe.diag, watch->log, begun);
	timer_after(watch->timer, look_interval(watch, loop_now(watch->loop)));
}

/* Whose is the listener on our port. */
bool
socket_watch_listener(struct socket_watch *watch, struct tcp_row *row, pid_t *owner)
{
	if (socket_probe_listeners(&watch->probe, 4) == 0 &&
	    socket_probe_listeners(&watch->probe, 6) == 0)
		return false;
	struct table_reading reading;
	tcp_table_clear(&watch->table);
	table_reading_begin(&reading, watch->port, true, true);
	table_reading_step(&reading, &watch->table, INT_MAX);
	table_reading_end(&reading);
	for (size_t i = 0; i < watch->table.count; i++) {
		const struct tcp_row *each = &watch->table.rows[i];
		if (each->state != STATE_LISTEN || each->local.port != watch->port)
			continue;
		*row = *each;
		*owner = socket_holder_anybody(each->inode);
		return true;
	}
	return false;
}
