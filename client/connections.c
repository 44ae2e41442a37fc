/* What the connections have to do.
 *
 * The lecture's client looks at its socket only when it has something to read
 * or to write there: one that waits for its input does not notice a FIN.  So a
 * connection is watched only while something is wanted of it, and is left out
 * of poll otherwise, for poll would report POLLHUP and POLLERR unasked.
 */
#include "connections.h"
#include "sockets.h"

static const int64_t split_pause = 1000000000;

struct connection *
connections_find(struct client *client, uint32_t number)
{
	for (size_t i = 0; i < client->count; i++)
		if (client->connections[i].number == number)
			return &client->connections[i];
	return NULL;
}

void
connections_append(struct connection *connection, struct job *job)
{
	struct job **end = &connection->jobs;
	while (*end != NULL)
		end = &(*end)->next;
	*end = job;
}

/* The oldest job is over. */
static void
end_job(struct client *client, struct connection *connection)
{
	struct job *job = connection->jobs;
	connection->jobs = job->next;
	client_report_done(client, job->serial);
	free(job);
}

/* Drops what is left to do, and the connection from the table. */
static void
forget(struct client *client, struct connection *connection)
{
	while (connection->jobs != NULL)
		end_job(client, connection);
	*connection = client->connections[--client->count];
}

/* Closes a connection.  A deaf socket would not hear the FIN answered and stay
 * FIN_WAIT1 for minutes, so it gets its hearing back first. */
void
connections_close(struct client *client, struct connection *connection)
{
	if (client->is_silenced)
		sockets_silence(client, connection, false);
	int32_t state = sockets_state(connection);
	int32_t unread = sockets_unread(connection);
	client_report_about(client, connection, CALL_CLOSE, close(connection->fd),
	    state, unread);
	forget(client, connection);
}

/* Is the oldest job one that may go on now? */
static bool
has_due_job(const struct connection *connection)
{
	return connection->jobs != NULL &&
	    (connection->jobs->due == 0 || connection->jobs->due <= client_now());
}

/* Is something to be read? */
static bool
wants_reading(const struct client *client, const struct connection *connection)
{
	return connection->lines_wanted > 0 || connection->reads_wanted > 0 ||
	    connection->bytes_wanted > 0 ||
	    (client->reads_always && !connection->has_ended);
}

short
connections_events(const struct client *client,
    const struct connection *connection)
{
	if (connection->is_connecting)
		return POLLOUT;
	bool writes = has_due_job(connection);
	bool reads = wants_reading(client, connection);
	return (short)((writes ? POLLOUT : 0) | (reads ? POLLIN : 0));
}

/* A connect has ended, one way or the other.  Returns whether it succeeded. */
static bool
finish_connect(struct client *client, struct connection *connection)
{
	int error = 0;
	socklen_t length = sizeof error;
	if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	connection->is_connecting = false;
	errno = error;
	client_report(client, connection, CALL_CONNECT, error == 0 ? 0 : -1);
	if (error == 0)
		return true;
	(void)close(connection->fd);
	forget(client, connection);
	return false;
}

/* After everything of a job was written, the answer is wanted. */
static void
want_answer(struct connection *connection, const struct job *job)
{
	if (job->answer > 0)
		connection->bytes_wanted += job->answer;
	else if (job->is_line)
		connection->lines_wanted++;
	else if (connection->reads_wanted == 0)
		connection->reads_wanted = 1;
}

/* Goes on with one send: false when the socket takes no more just now, or it is
 * not time yet. */
static bool
write_job(struct client *client, struct connection *connection, struct job *job)
{
	job->due = 0;
	while (job->sent < job->length) {
		size_t size = job->length - job->sent;
		if (size > REPORT_DATA)
			size = REPORT_DATA;
		if (job->is_split && job->sent == 0)
			size = 1;
		ssize_t count = write(connection->fd, job->data + job->sent, size);
		if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
			connection->must_wait = true;
			return false;
		}
		client_report_data(client, connection, CALL_WRITE, count,
		    job->data + job->sent);
		if (count < 0)
			return true;
		job->sent += (size_t)count;
		if (job->is_split && job->sent == 1 && job->sent < job->length) {
			job->due = client_now() + split_pause;
			return false;
		}
	}
	want_answer(connection, job);
	return true;
}

/* Half-closes a connection. */
static void
shut_down(struct client *client, const struct connection *connection)
{
	int32_t state = sockets_state(connection);
	int32_t unread = sockets_unread(connection);
	client_report_about(client, connection, CALL_SHUTDOWN,
	    shutdown(connection->fd, SHUT_WR), state, unread);
}

/* Carries out the jobs that are due. */
static void
run_jobs(struct client *client, struct connection *connection)
{
	while (has_due_job(connection)) {
		struct job *job = connection->jobs;
		if (job->is_shutdown)
			shut_down(client, connection);
		else if (!write_job(client, connection, job))
			return;
		end_job(client, connection);
	}
}

/* Takes the newlines that came off the lines that are wanted. */
static void
count_lines(struct connection *connection, const char *data, size_t length)
{
	const char *end = data + length;
	while (connection->lines_wanted > 0 && data < end &&
	    (data = memchr(data, '\n', (size_t)(end - data))) != NULL) {
		connection->lines_wanted--;
		data++;
	}
}

/* One read, of no more than a binary answer that is wanted.  After end of file or
 * an error nothing more is expected. */
static void
read_some(struct client *client, struct connection *connection)
{
	char data[REPORT_DATA];
	size_t size = sizeof data;
	if (connection->bytes_wanted > 0 && connection->bytes_wanted < size)
		size = connection->bytes_wanted;
	ssize_t count = read(connection->fd, data, size);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	client_report_data(client, connection, CALL_READ, count, data);
	if (connection->reads_wanted > 0)
		connection->reads_wanted--;
	if (count > 0) {
		count_lines(connection, data, (size_t)count);
		connection->bytes_wanted -= connection->bytes_wanted < (size_t)count ?
		    connection->bytes_wanted : (size_t)count;
		return;
	}
	connection->has_ended = true;
	connection->lines_wanted = connection->reads_wanted = 0;
	connection->bytes_wanted = 0;
	if (count == 0 && client->exits_on_eof)
		exit(1);
}

bool
connections_go_on(struct client *client, struct connection *connection, short ready)
{
	if (connection->is_connecting) {
		if ((ready & (POLLOUT | POLLERR | POLLHUP)) == 0)
			return true;
		if (!finish_connect(client, connection))
			return false;
	}
	if (ready & (POLLOUT | POLLERR | POLLHUP))
		connection->must_wait = false;
	if ((ready & (POLLIN | POLLERR | POLLHUP)) &&
	    wants_reading(client, connection))
		read_some(client, connection);
	if (!connection->must_wait)
		run_jobs(client, connection);
	return true;
}

int64_t
connections_next_due(const struct client *client)
{
	int64_t next = -1;
	for (size_t i = 0; i < client->count; i++) {
		const struct job *job = client->connections[i].jobs;
		if (job != NULL && job->due > 0 && (next < 0 || job->due < next))
			next = job->due;
	}
	return next;
}

void
connections_free(struct client *client)
{
	for (size_t i = 0; i < client->count; i++) {
		struct connection *connection = &client->connections[i];
		while (connection->jobs != NULL) {
			struct job *job = connection->jobs;
			connection->jobs = job->next;
			free(job);
		}
		(void)close(connection->fd);
	}
	free(client->connections);
	free(client->polled);
	client->connections = NULL;
	client->polled = NULL;
	client->count = client->room = 0;
}
