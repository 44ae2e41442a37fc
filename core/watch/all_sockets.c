/* A reading goes through three steps, a piece in each round of the loop: the two files,
 * the processes' descriptors (only when there is a row whose owner was not looked for
 * yet), the difference.  The last phase is one piece: about a millisecond for each
 * thousand rows, and nothing in comparison when few have changed. */
#include "all_sockets.h"

#include "all_rows.h"
#include "socket_scan.h"
#include "table_reading.h"

#include <stdlib.h>

#define PIECE_NS MILLISECONDS(1)    /* between two pieces */
#define PAUSE_NS SECONDS(1)         /* between two readings, and for each row */
#define ROW_NS INT64_C(200000)
#define OWNERS_NS SECONDS(5)        /* between two searches for owners unseen */

enum { READS = 16, DESCRIPTORS = 512 }; /* of one piece */

enum phase { PHASE_REST, PHASE_TABLE, PHASE_OWNERS };

struct all_sockets {
	struct loop *loop;
	struct log *log;
	struct timer *timer;
	bool follows, told;            /* told: the moment has a whole table */
	enum phase phase;
	struct table_reading reading;
	struct tcp_table table;
	struct socket_owners owners;   /* of the last search */
	struct socket_scan *scan;      /* the one under way */
	int64_t searched_at;
};

static void all_sockets_more(void *context);

struct all_sockets *
all_sockets_new(struct loop *loop, struct log *log)
{
	struct all_sockets *all = calloc(1, sizeof *all);
	if (all == NULL)
		return NULL;
	*all = (struct all_sockets){.loop = loop, .log = log};
	all->timer = loop_timer(loop, all_sockets_more, all);
	if (all->timer == NULL) {
		free(all);
		return NULL;
	}
	return all;
}

/* Gives up the reading under way. */
static void
give_up(struct all_sockets *all)
{
	table_reading_end(&all->reading);
	socket_scan_end(all->scan);
	all->scan = NULL;
	all->phase = PHASE_REST;
}

void
all_sockets_free(struct all_sockets *all)
{
	if (all == NULL)
		return;
	give_up(all);
	loop_untimer(all->loop, all->timer);
	tcp_table_free(&all->table);
	socket_owners_free(&all->owners);
	free(all);
}

void
all_sockets_read(struct all_sockets *all)
{
	if (all->phase != PHASE_REST)
		return;
	tcp_table_clear(&all->table);
	table_reading_begin(&all->reading, 0, true, true);
	all->phase = PHASE_TABLE;
	timer_after(all->timer, 1);
}

void
all_sockets_follow(struct all_sockets *all, bool follow)
{
	if (all->follows == follow)
		return;
	all->follows = follow;
	if (follow) {
		all_sockets_read(all);
		return;
	}
	give_up(all);
	timer_stop(all->timer);
	if (!all->told)
		return;
	struct event event = {.time = loop_now(all->loop), .type = EVENT_ALL};
	event.all.whole = true; /* an empty table */
	all->told = false;
	log_append(all->log, &event);
}

bool
all_sockets_rest(const struct all_sockets *all)
{
	return all->phase == PHASE_REST;
}

/* Is there a row whose owner was not looked for?  One that was looked for in vain is
 * another user's, most likely; it is looked for again after a while. */
static bool
lacks_owner(const struct all_sockets *all)
{
	bool again = loop_now(all->loop) - all->searched_at > OWNERS_NS;
	const struct moment *now = log_now(all->log);
	for (size_t i = 0; i < all->table.count; i++) {
		struct socket_row row = {.tcp = all->table.rows[i]};
		if (row.tcp.inode == 0 ||
		    socket_owners_find(&all->owners, row.tcp.inode, false) != 0)
			continue;
		const struct socket_row *known = again ? NULL :
		    all_rows_find(now->all, now->all_count, &row);
		if (known == NULL || known->tcp.inode != row.tcp.inode)
			return true;
	}
	return false;
}

/* A row with what we know beside it. */
static struct socket_row
make_row(const struct all_sockets *all, const struct tcp_row *tcp, int64_t time)
{
	const struct moment *now = log_now(all->log);
	struct socket_row row = {.tcp = *tcp,
	    .owner_pid = socket_owners_find(&all->owners, tcp->inode,
	    tcp->state == STATE_LISTEN)};
	row.timer_at = tcp->timer == TIMER_OFF ? 0 : time + tcp->timer_left;
	if (tcp->state != STATE_LISTEN && (tcp->local.port == now->host.port ||
	    tcp->remote.port == now->host.port)) {
		const struct moment_connection *connection = moment_connection_of(now,
		    &tcp->local, &tcp->remote, &row.end);
		row.conn = connection != NULL ? connection->conn : 0;
	}
	return row;
}

/* Tells what was read: the first time all of it, then what is new. */
static void
tell(struct all_sockets *all)
{
	const struct moment *now = log_now(all->log);
	struct event event = {.time = loop_now(all->loop), .type = EVENT_ALL};
	size_t count = all->table.count;
	struct socket_row *rows = calloc(count + 1, sizeof *rows);
	if (rows == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		rows[i] = make_row(all, &all->table.rows[i], event.time);
	all_rows_sort(rows, count);
	event.all.whole = !all->told || !all->follows;
	int result = all_rows_difference(now->all, event.all.whole ? 0 : now->all_count,
	    rows, count, &event);
	free(rows);
	if (result > 0 || (result == 0 && event.all.whole)) {
		all->told = true;
		log_append(all->log, &event);
	}
}

/* The next piece is another phase's. */
static void
go_on(struct all_sockets *all, enum phase phase)
{
	if (phase == PHASE_OWNERS) {
		tcp_table_drop_repeated(&all->table, 0);
		if (lacks_owner(all))
			all->scan = socket_scan_begin();
	}
	all->phase = phase;
	timer_after(all->timer, PIECE_NS);
}

/* The reading is whole. */
static void
finish(struct all_sockets *all)
{
	all->phase = PHASE_REST;
	tell(all);
	if (all->follows)
		timer_after(all->timer, PAUSE_NS + ROW_NS * (int64_t)all->table.count);
}

/* A piece of the search for owners; false: they are known. */
static bool
search_piece(struct all_sockets *all)
{
	if (all->scan == NULL)
		return false;
	if (socket_scan_more(all->scan, DESCRIPTORS))
		return true;
	socket_scan_result(all->scan, &all->owners);
	socket_scan_end(all->scan);
	all->scan = NULL;
	all->searched_at = loop_now(all->loop);
	return false;
}

/* The timer: one piece. */
static void
all_sockets_more(void *context)
{
	struct all_sockets *all = context;
	bool more = false;
	switch (all->phase) {
	case PHASE_REST:
		all_sockets_read(all);
		return;
	case PHASE_TABLE:
		more = table_reading_more(&all->reading, &all->table, READS) ==
		    TABLE_MORE;
		break;
	case PHASE_OWNERS:
	default:
		more = search_piece(all);
		break;
	}
	if (more)
		timer_after(all->timer, PIECE_NS);
	else if (all->phase == PHASE_OWNERS)
		finish(all);
	else
		go_on(all, all->phase + 1);
}
