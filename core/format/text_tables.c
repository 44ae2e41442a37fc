/* The tables of `show` as text: in the shape of netstat -ato, and of
 * ps -o pid,ppid,tty,stat,args,wchan. */
#include "text_tables.h"

#include "endpoint.h"
#include "moment.h"
#include "signal_name.h"
#include "text_writer.h"

#include <inttypes.h>
#include <string.h>

enum { SIGNALS = 64 };

/* The heading of a socket table, as netstat -ato shows it, and a row; whose it is. */
static void
print_sockets_heading(FILE *out)
{
	fprintf(out, "%-5s %6s %6s %-22s %-22s %-11s %-22s %s\n", "Proto",
	    "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "State",
	    "Timer", "Owner");
}

static void
print_socket_row(FILE *out, const struct socket_row *row, int64_t time)
{
	char local[ENDPOINT_TEXT], remote[ENDPOINT_TEXT], timer[64], owner[16];
	const struct tcp_row *tcp = &row->tcp;
	int64_t left = row->timer_at - time;
	snprintf(timer, sizeof timer, "%s (%.2f/%u/%u)", tcp_timer_name(tcp->timer),
	    row->timer_at != 0 && left > 0 ? (double)left / 1e9 : 0.0,
	    tcp->retransmits, tcp->probes);
	snprintf(owner, sizeof owner, "%d", (int)row->owner_pid);
	fprintf(out, "%-5s %6u %6u %-22s %-22s %-11s %-22s %s\n",
	    tcp->family == 6 ? "tcp6" : "tcp", tcp->recv_q, tcp->send_q,
	    endpoint_text(&tcp->local, local), endpoint_text(&tcp->remote, remote),
	    tcp_state_name(tcp->state), timer, row->owner_pid != 0 ? owner : "-");
}

/* The rows with our port. */
void
text_print_sockets(FILE *out, const struct event *event, const struct moment *now)
{
	print_sockets_heading(out);
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;)
		print_socket_row(out, &socket->row, event->time);
}

/* Those of the whole machine; what a screen that is open follows has no words. */
void
text_print_all(FILE *out, const struct event *event, const struct moment *now)
{
	if (!event->all.whole || event->all.count == 0)
		return;
	print_sockets_heading(out);
	for (size_t i = 0; i < now->all_count; i++)
		print_socket_row(out, &now->all[i], event->time);
}

/* The process table, as ps -o pid,ppid,tty,stat,args,wchan shows it. */
void
text_print_processes(FILE *out, const struct event *event, const struct moment *now)
{
	(void)event;
	char peer[ENDPOINT_TEXT];
	fprintf(out, "%7s %7s %-8s %-5s %-36s %-21s %s\n", "PID", "PPID", "TT", "STAT",
	    "COMMAND", "PEER", "WCHAN");
	for (const struct moment_process *process = NULL;
	    (process = moment_next_process(now, process)) != NULL;) {
		const struct process_row *row = &process->row;
		fprintf(out, "%7d %7d ", (int)row->pid, (int)row->ppid);
		text_print_padded(out, row->tty, 9);
		text_print_padded(out, row->stat, 6);
		text_print_padded(out, row->command, 36);
		if (row->conn != 0)
			snprintf(peer, sizeof peer, "conn %u", row->conn);
		else
			endpoint_text(&row->peer, peer);
		fprintf(out, " %-21s ", peer);
		text_print_visible(out, row->wchan);
		fputc('\n', out);
	}
}

/* What TCP keeps about one end, in two lines. */
static void
print_details(FILE *out, const char *name, const struct moment_end_details *end)
{
	const struct tcp_details *tcp = &end->tcp;
	if (!end->any)
		return;
	fprintf(out, "       %s: RTT %.3f ms, variation %.3f ms, RTO %.0f ms, "
	    "cwnd %u, ssthresh ", name, tcp->rtt / 1e3, tcp->rtt_variation / 1e3,
	    tcp->rto / 1e3, tcp->cwnd);
	if (tcp->ssthresh < TCP_SSTHRESH_NONE)
		fprintf(out, "%u", tcp->ssthresh);
	else
		fputs("none yet", out);
	fprintf(out, ", MSS %u,\n           %u segments unacknowledged, "
	    "%u retransmissions (%u in all), %" PRIu64 " bytes sent, %" PRIu64
	    " received\n", tcp->mss, tcp->unacked, tcp->retransmits,
	    tcp->total_retransmits, tcp->bytes_sent, tcp->bytes_received);
}

/* The client's connections. */
void
text_print_connections(FILE *out, const struct event *event, const struct moment *now)
{
	char local[ENDPOINT_TEXT], child[16];
	bool far = strcmp(now->world, "remote") == 0; /* its table is not ours to read */
	(void)event;
	fprintf(out, "  %4s %-22s %-11s %-11s %7s %9s %9s\n", "Conn", "Local Address",
	    "Client", "Server", "Child", "Sent", "Echoed");
	for (size_t i = 0; i < now->connection_count; i++) {
		const struct moment_connection *row = &now->connections[i];
		snprintf(child, sizeof child, "%d", (int)row->child);
		fprintf(out, "%c %4u %-22s %-11s %-11s %7s %9zu %9zu%s\n",
		    row->conn == now->current ? '*' : ' ', row->conn,
		    endpoint_text(&row->local, local), tcp_state_name(row->client),
		    far ? "-" : tcp_state_name(row->server), row->child != 0 ? child : "-",
		    row->bytes_sent, row->bytes_echoed,
		    row->open ? "" : "  closed");
		if (row->conn != now->details.conn)
			continue;
		print_details(out, "client", &now->details.client);
		print_details(out, "server", &now->details.server);
	}
}

/* The server's settings, which are told at each of its starts: one line. */
void
text_print_settings(FILE *out, const struct event *event, const struct moment *now)
{
	fputs("settings: ", out);
	text_print_visible(out, event->text != NULL ? event->text : now->settings);
	fputc('\n', out);
}

/* One line of a process's dispositions; none for an empty set. */
static void
print_signals(FILE *out, const char *what, uint64_t set)
{
	if (set == 0)
		return;
	fprintf(out, "        %-14s", what);
	for (int i = 0; i < SIGNALS; i++)
		if ((set >> i & 1) != 0)
			fprintf(out, " %s", signal_name(i + 1));
	fputc('\n', out);
}

/* What each process does with each signal; what it does not name is default. */
void
text_print_dispositions(FILE *out, const struct event *event, const struct moment *now)
{
	(void)now;
	for (size_t i = 0; i < event->dispositions.count; i++) {
		const struct disposition_row *row = &event->dispositions.rows[i];
		fprintf(out, "%7d %s\n", (int)row->pid, event_role_name(row->role));
		print_signals(out, "ignored", row->signals.ignored);
		print_signals(out, "caught", row->signals.caught);
		print_signals(out, "blocked", row->signals.blocked);
		print_signals(out, "pending", row->signals.pending);
		print_signals(out, "shared pending", row->signals.shared_pending);
	}
}

/* The last call that failed or met end of file, and why. */
void
text_print_errno(FILE *out, const struct event *event, const struct moment *now)
{
	const struct moment_errno *last = &now->last;
	(void)event;
	if (!last->any) {
		fputs("no call has failed\n", out);
		return;
	}
	if (last->signal != 0)
		fprintf(out, "%s (%d): no errno, the call never returned\n",
		    signal_name(last->signal), last->signal);
	else if (last->call.error == 0)
		fputs("end of file\n", out);
	else
		fprintf(out, "%s (%d): %s\n", errno_name(last->call.error),
		    last->call.error, strerror(last->call.error));
	fprintf(out, "%s: ", event_role_name(last->call.role));
	text_print_call_name(out, &last->call);
	fprintf(out, "\n%s (%s)\n", last->why, last->section);
}
