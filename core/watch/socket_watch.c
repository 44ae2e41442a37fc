/* When the table is read.
 *
 * Reading /proc/net/tcp walks the kernel's whole hash table: milliseconds, even for
 * three rows.  So a look asks socket_probe.h, in microseconds, and only when something
 * has changed is the file read, a large one in pieces, and every difference appended.
 * Looks are frequent after something has happened (FIN_WAIT1 lasts 42 ms on loopback)
 * and rare at rest; readings have a budget of processor time. */
#include "socket_watch_internal.h"

#include "details_watch.h"
#include "endpoint.h"
#include "giving_up.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define LOOK_NOW_NS MILLISECONDS(1)
#define LOOK_HOT_NS MILLISECONDS(4)     /* just after something happened */
#define LOOK_BUSY_NS MILLISECONDS(20)
#define LOOK_IDLE_NS MILLISECONDS(250)
#define LOOK_REST_NS SECONDS(1)         /* nothing for long, and no timer runs */
#define LOOK_COST_SHARE 4               /* a look may take a fifth of the time */
#define PIECE_COST_NS MILLISECONDS(3)   /* a reading goes on for so long in a round, */
#define PIECE_PAUSE_NS MILLISECONDS(1)  /* and then again */
#define HOT_NS MILLISECONDS(200)
#define BUSY_NS SECONDS(3)
#define IDLE_NS SECONDS(10)
#define READ_BLIND_BUSY_NS MILLISECONDS(200) /* without netlink */
#define READ_BLIND_NS SECONDS(1)

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

void
socket_watch_look_soon(struct socket_watch *watch)
{
	watch->hurried_at = loop_now(watch->loop);
	int64_t rest = watch->looked_at + LOOK_COST_SHARE * watch->look_cost -
	    watch->hurried_at;
	timer_no_later(watch->timer, rest > LOOK_NOW_NS ? rest : LOOK_NOW_NS);
}

void
socket_watch_force(struct socket_watch *watch)
{
	watch->forced = true;
	socket_watch_look_soon(watch);
}

void
socket_watch_guest(struct socket_watch *watch, bool guest)
{
	watch->guest = guest;
}

void
socket_watch_want(struct socket_watch *watch)
{
	watch->wanted = true;
	socket_watch_look_soon(watch);
}

int64_t
socket_watch_read_at(const struct socket_watch *watch)
{
	return watch->budget.read_at;
}

void
socket_watch_user_timeout(struct socket_watch *watch, int64_t timeout)
{
	watch->user_timeout = timeout;
}

void
socket_watch_follow_details(struct socket_watch *watch)
{
	watch->follows_details = true;
	socket_watch_look_soon(watch);
}

void
socket_watch_port(struct socket_watch *watch, uint16_t port)
{
	watch->port = watch->probe.port = port;
}

/* Has the table of this family anything for us? */
static bool
family_matters(struct socket_watch *watch, int family)
{
	const struct moment *now = log_now(watch->log);
	if (family == watch->family || watch->probe.diag == NULL)
		return true;
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;)
		if (socket->row.tcp.family == family)
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
	socket_take_absence(watch, time);
	for (size_t i = 0; i < watch->table.count; i++)
		socket_take_row(watch, &watch->table.rows[i], time);
}

/* Reads on for so long (ns of processor time); false: there is more. */
static bool
reading_go_on(struct socket_watch *watch, int64_t most)
{
	enum table_state state = TABLE_MORE;
	int64_t begun = loop_cost(), cost = 0;
	while (state == TABLE_MORE && cost < most) {
		state = table_reading_more(&watch->reading, &watch->table, 1);
		cost = loop_cost() - begun;
	}
	watch->reading_cost += cost;
	if (state == TABLE_WHOLE)
		reading_finish(watch);
	return state != TABLE_MORE; /* unreadable: what is shown stays, until it is not */
}

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
	    sock_diag_recall(watch->probe.diag, &connection->local, &connection->remote,
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

int64_t
socket_watch_interval(const struct socket_watch *watch, int64_t now)
{
	int64_t least = 10 * watch->look_cost;
	int64_t since = now - watch->hurried_at;
	int64_t interval = since < HOT_NS ? LOOK_HOT_NS :
	    since < BUSY_NS ? LOOK_BUSY_NS :
	    since < IDLE_NS || !watch->calm ? LOOK_IDLE_NS : LOOK_REST_NS;
	if (since >= BUSY_NS)
		least *= 20;
	return interval > least ? interval : least;
}

/* Does nothing happen to our rows that nobody reports?  What retransmits, and what is
 * nobody's of ours, has to be looked at. */
static bool
is_calm(const struct socket_watch *watch)
{
	const struct moment *now = log_now(watch->log);
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;)
		if (socket->row.tcp.timer == TIMER_ON || socket->row.tcp.timer == TIMER_PROBE)
			return false;
	return !watch->guest;
}

/* How long until a row is over by its timer (TIME_WAIT), if that is before most (ns). */
static int64_t
until_a_row_ends(const struct socket_watch *watch, int64_t time, int64_t most)
{
	const struct moment *now = log_now(watch->log);
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;) {
		int64_t left = socket->row.timer_at - time;
		if (socket->row.tcp.timer == TIMER_TIME_WAIT && left < most)
			most = left > LOOK_IDLE_NS ? left : LOOK_IDLE_NS;
	}
	return most;
}

/* The next look, when nothing asks for one before. */
static void
look_again(struct socket_watch *watch)
{
	int64_t time = loop_now(watch->loop);
	watch->calm = is_calm(watch);
	int64_t interval = socket_watch_interval(watch, time);
	if (interval > LOOK_IDLE_NS)
		interval = until_a_row_ends(watch, time, interval);
	timer_after(watch->timer, interval);
}

/* A piece of the reading; then it goes on soon, or the next look is due. */
static void
socket_watch_piece(struct socket_watch *watch)
{
	if (!reading_go_on(watch, PIECE_COST_NS)) {
		timer_after(watch->timer, PIECE_PAUSE_NS);
		return;
	}
	sock_diag_forget(watch->probe.diag);
	if (watch->follows_details && watch->probe.diag != NULL)
		details_watch_look(watch->probe.diag, watch->log, loop_now(watch->loop));
	if (watch->forced)
		timer_after(watch->timer, LOOK_NOW_NS);
	else
		look_again(watch);
}

/* Has anything changed?  Where netlink is refused, time tells. */
bool
socket_watch_has_changed(struct socket_watch *watch)
{
	int64_t time = loop_now(watch->loop);
	bool busy = time - watch->hurried_at < BUSY_NS;
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
	sock_diag_forget(watch->probe.diag);
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
	look_again(watch);
}

/* Of the rows that netlink told of last (none, where it is refused): does this listener
 * take IPv6 alone? */
static bool
takes_ipv6_alone(const struct socket_probe *probe, const struct tcp_row *listener)
{
	for (size_t i = 0; i < probe->table.count; i++)
		if (probe->table.rows[i].inode == listener->inode)
			return probe->table.rows[i].v6only;
	return false;
}

bool
socket_watch_is_v6only(struct socket_watch *watch, const struct tcp_row *listener)
{
	return listener->local.family == 6 && socket_probe_listeners(&watch->probe, 6) > 0 &&
	    takes_ipv6_alone(&watch->probe, listener);
}

bool
socket_watch_listener(struct socket_watch *watch, const struct report_endpoint *host,
    struct tcp_row *row, pid_t *owner)
{
	int four = socket_probe_listeners(&watch->probe, 4);
	int six = socket_probe_listeners(&watch->probe, 6);
	if (four == 0 && six == 0)
		return false;
	struct table_reading reading;
	struct tcp_table table = {0}; /* the watch's own may be half read */
	bool found = false;
	table_reading_begin(&reading, watch->port, true, true);
	table_reading_more(&reading, &table, INT_MAX);
	table_reading_end(&reading);
	for (size_t i = 0; i < table.count && !found; i++) {
		const struct tcp_row *each = &table.rows[i];
		found = each->state == STATE_LISTEN && endpoint_serves(&each->local, host) &&
		    (host->family == 6 || !takes_ipv6_alone(&watch->probe, each));
		if (found)
			*row = *each;
	}
	tcp_table_free(&table);
	if (found)
		*owner = socket_holder_anybody(row->inode);
	return found;
}
