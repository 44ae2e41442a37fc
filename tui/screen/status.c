/* status.c: the first line.
 *
 * It is put together from five parts.  What does not fit is made shorter in an
 * order that keeps what the lecture looks at: while TCP retransmits, that is the
 * countdown, and the parts that other panes show as well give way to it. */
#include "status.h"

#include "endpoint.h"
#include "escape.h"
#include "loop.h"

#include <stdio.h>
#include <string.h>

enum { PART = 160 };

/* What is left out or made shorter, step by step. */
enum {
	SHORT_PID = 1, SHORT_PROGRAM, SHORT_SERVER, NO_SERVER, NO_ADDRESS,
	SHORT_UNITS, SHORT_HOST, NO_COMMAS, NO_NUMBER, STEPS
};

/* "conn 1 ESTABLISHED" */
static void
write_connection(const struct moment *moment, int step, char *part, size_t size)
{
	const struct moment_connection *connection =
	    moment_connection(moment, moment->current);
	if (connection == NULL) {
		snprintf(part, size, "no connection");
		return;
	}
	const char *state = tcp_state_name(connection->client);
	if (connection->client == STATE_GONE && !connection->open)
		state = "closed";
	if (step >= NO_NUMBER)
		snprintf(part, size, "%s", state);
	else
		snprintf(part, size, "conn %u %s", connection->conn, state);
}

/* "up", or "stopped" */
static const char *
server_word(const struct moment *moment)
{
	const struct moment_process *process =
	    moment_process(moment, moment->server);
	return process != NULL && *process->row.stat == 'T' ? "stopped" : "up";
}

/* "socat": the name of a server that is not tcpserv, which has neither service nor
 * reaping to be told. */
static void
write_program(const struct moment *moment, char *name, size_t size)
{
	const struct moment_process *process =
	    moment_process(moment, moment->server);
	*name = '\0';
	if (process == NULL)
		return;
	escape_into(name, size, process->row.command,
	    strcspn(process->row.command, " "));
	name[utf8_fit(name, 16)] = '\0';
}

/* Is all that is known of this process that it has ended? */
static bool
has_ended(const struct moment *moment, pid_t pid)
{
	return moment_process(moment, pid) == NULL && moment_latest_process(moment, pid) != NULL;
}

/* "down"; "down, 19313 listens": a child that has the listener still, or a stranger.
 * A listener whose owner is dead has gone with it, and only its row is not. */
static void
write_absent(const struct moment *moment, char *part, size_t size)
{
	bool listens = false;
	pid_t owner = 0;
	for (const struct moment_socket *socket = NULL;
	    !listens && (socket = moment_next_listener(moment, socket)) != NULL;) {
		owner = socket->row.owner_pid;
		listens = !has_ended(moment, owner);
	}
	if (listens && !moment_owns_server(moment))
		snprintf(part, size, "server not ours");
	else if (listens && owner != 0)
		snprintf(part, size, "server down, %d listens", (int)owner);
	else
		snprintf(part, size, "server down%s", listens ? ", another listens" : "");
}

/* "server up, echo, waitpid"; "server up, socat" */
static void
write_server(const struct moment *moment, int step, char *part, size_t size)
{
	char service[32], reap[32], pid[16] = "";
	if (moment_host_is_dark(moment)) {
		*part = '\0';
		return;
	}
	if (moment->server == 0) {
		write_absent(moment, part, size);
		return;
	}
	if (step < SHORT_PID)
		snprintf(pid, sizeof pid, " %d", (int)moment->server);
	moment_setting(moment, "service", service, sizeof service);
	moment_setting(moment, "reap", reap, sizeof reap);
	if (*service == '\0')
		write_program(moment, service, sizeof service);
	if (step >= SHORT_SERVER || *service == '\0')
		snprintf(part, size, "server%s %s", pid, server_word(moment));
	else if (*reap == '\0')
		snprintf(part, size, "server%s %s, %s", pid, server_word(moment),
		    service);
	else
		snprintf(part, size, "server%s %s, %s, %s", pid,
		    server_word(moment), service, reap);
}

/* "host crashed 12 s", "host shutting down, SIGKILL in 4 s" */
static void
write_host(const struct scene *scene, int step, char *part, size_t size)
{
	static const char *const words[] = {
		[HOST_CRASHED] = "crashed", [HOST_UNPLUGGED] = "unplugged",
		[HOST_SHUTTING_DOWN] = "shutting down", [HOST_DOWN] = "down",
	};
	const struct moment *moment = scene->moment;
	if (moment->host_state == HOST_UP) {
		*part = '\0';
		return;
	}
	int64_t since = pane_second(scene->now) - moment->host_since;
	if (moment->host_state == HOST_SHUTTING_DOWN && moment->host_kill_at > scene->now) {
		char left[24];
		pane_write_left(scene->now, moment->host_kill_at, left, sizeof left);
		snprintf(part, size, "%s, SIGKILL %s%s%s", step >= SHORT_HOST ?
		    "shutting down" : "host shutting down", step >= SHORT_UNITS ? "" : "in ",
		    left, step >= SHORT_UNITS ? "s" : " s");
		return;
	}
	snprintf(part, size, "%s%s %d%ss", step >= SHORT_HOST ? "" : "host ",
	    words[moment->host_state],
	    since > 0 ? (int)(since / SECONDS(1)) : 0,
	    step >= SHORT_UNITS ? "" : " ");
}

/* "RTO 1.8 s, 3 retransmissions, next 1.2 s, gives up 912 s" */
static void
write_timer(const struct scene *scene, int step, char *part, size_t size)
{
	const struct moment_connection *connection =
	    moment_connection(scene->moment, scene->moment->current);
	const char *unit = step >= SHORT_UNITS ? "s" : " s";
	const char *comma = step >= NO_COMMAS ? "" : ",";
	char next[24], up[24];
	*part = '\0';
	if (connection == NULL ||
	    (connection->next_at == 0 && connection->retransmits == 0))
		return;
	unsigned tenths = (unsigned)((connection->rto + 50000) / 100000);
	int used = snprintf(part, size, "RTO %u.%u%s%s %u %s", tenths / 10,
	    tenths % 10, unit, comma, (unsigned)connection->retransmits,
	    step >= SHORT_UNITS ? "resent" : connection->retransmits == 1 ?
	    "retransmission" : "retransmissions");
	if (connection->next_at != 0) {
		pane_write_left(scene->now, connection->next_at, next, sizeof next);
		used += snprintf(part + used, size - (size_t)used, "%s next %s%s",
		    comma, next, unit);
	}
	if (connection->gives_up_at != 0) {
		pane_write_left(scene->now, connection->gives_up_at, up, sizeof up);
		snprintf(part + used, size - (size_t)used, "%s gives up %s%s", comma,
		    up, unit);
	}
}

/* "frozen at 12.204 s, 37 events since", "past 12.204 s, event 311 of 480" */
static void
write_past(const struct scene *scene, int step, char *part, size_t size)
{
	const struct scene_past *past = &scene->past;
	double seconds = (double)scene->now / 1e9;
	unsigned long long since = past->since, at = scene->end, all = past->events;
	if (past->percent < 100)
		snprintf(part, size, "reading, %d %%: %.3f s, event %llu of %llu",
		    past->percent, seconds, at, all);
	else if (past->walked)
		snprintf(part, size, "%s %.3f s, %s%llu of %llu",
		    past->recording ? "recorded" : "past", seconds,
		    step >= SHORT_UNITS ? "" : "event ", at, all);
	else
		snprintf(part, size, step >= SHORT_UNITS ? "frozen %.3f s, %llu since" :
		    "frozen at %.3f s, %llu event%s since", seconds, since,
		    since == 1 ? "" : "s");
}

/* Appends a part behind what is there. */
static void
append(char *text, size_t size, const char *between, const char *part)
{
	size_t used = strlen(text);
	if (*part != '\0')
		snprintf(text + used, size - used, "%s%s", used > 1 ? between : "",
		    part);
}

/* The whole line, at one step of shortness. */
static void
compose(const struct scene *scene, int step, char *text, size_t size)
{
	const struct moment *moment = scene->moment;
	const char *between = step >= SHORT_UNITS ? "  " : "   ";
	char part[PART], name[PART], address[ENDPOINT_TEXT] = "";
	if (moment->host.family != 0)
		endpoint_text(&moment->host, address);
	escape_into(name, sizeof name, address, strlen(address));
	snprintf(text, size, " ");
	bool titled = step < SHORT_PROGRAM && !scene->past.there;
	if (scene->past.there) {
		write_past(scene, step, part, sizeof part);
		append(text, size, between, part);
	}
	if (titled)
		append(text, size, between, "tcpconsole");
	if (step < NO_ADDRESS)
		append(text, size, titled ? " " : between, name);
	write_connection(moment, step, part, sizeof part);
	append(text, size, between, part);
	write_server(moment, step, part, sizeof part);
	if (step < NO_SERVER)
		append(text, size, between, part);
	write_host(scene, step, part, sizeof part);
	append(text, size, between, part);
	write_timer(scene, step, part, sizeof part);
	append(text, size, between, part);
	if (moment->lost > 0) {
		snprintf(part, sizeof part, "%u reports lost", moment->lost);
		append(text, size, between, part);
	}
}

void
status_write(const struct scene *scene, int columns, struct line *line)
{
	for (int step = 0; step < STEPS; step++) {
		compose(scene, step, line->text, sizeof line->text);
		if (utf8_width(line->text) <= (size_t)columns)
			break;
	}
	line->style = STYLE_REVERSE | (scene->past.there ||
	    scene->moment->host_state != HOST_UP ||
	    scene->moment->server == 0 ? STYLE_STRONG : STYLE_PLAIN);
}

/* When it looks different without an event: when the next second is over, while
 * something counts. */
int64_t
status_changes_at(const struct scene *scene)
{
	const struct moment *moment = scene->moment;
	const struct moment_connection *connection =
	    moment_connection(moment, moment->current);
	bool counts = moment->host_state != HOST_UP || (connection != NULL &&
	    (connection->next_at > scene->now ||
	    connection->gives_up_at > scene->now));
	return counts ? pane_second_ends(scene->now) : 0;
}
