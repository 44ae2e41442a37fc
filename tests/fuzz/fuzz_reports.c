/* fuzz_reports.c: records off a program that the peer has taken over.
 *
 * A child of the server handles a stranger's bytes, so what it reports is not believed
 * either.  The bytes are records, one after the other: a byte of flags, the fixed part
 * as it stands in memory, as much data as it says (of at most 256 bytes), and they
 * cross a real socket. */
#include "fuzz_event.h"

#include "reports.h"
#include "session_internal.h"

enum { FROM_SERVER = 1, LIES_ABOUT_LENGTH = 2, CUT_SHORT = 4, DATA_MOST = 256,
    LOG_EVENTS = 64, CONNECTIONS = 8 };

static void
ignore(void *context)
{
	(void)context;
}

/* As much of a session as the reports touch. */
static struct session *
begin(int *client, int *server)
{
	struct session *session = calloc(1, sizeof *session);
	FUZZ_CHECK(session != NULL);
	session->loop = loop_new();
	session->log = log_new(LOG_EVENTS);
	FUZZ_CHECK(session->loop != NULL && session->log != NULL);
	FUZZ_CHECK(log_subscribe(session->log, fuzz_check_event, NULL) == 0);
	session->processes = process_watch_new(session->loop, session->log, ignore,
	    session);
	session->sockets = socket_watch_new(session->loop, session->log, 9877, 4,
	    ignore, session);
	FUZZ_CHECK(session->processes != NULL && session->sockets != NULL);
	session->queue_end = &session->queue;
	session->client.conns = CONNECTIONS;
	session->client.channel = channel_open(session->loop, client, reports_take,
	    session);
	session->server.channels[0] = channel_open(session->loop, server, reports_take,
	    session);
	FUZZ_CHECK(session->client.channel != NULL &&
	    session->server.channels[0] != NULL);
	session->server.channel_count = 1;
	return session;
}

static void
end(struct session *session)
{
	reports_forget_lines(session);
	channel_close(session->client.channel);
	channel_close(session->server.channels[0]);
	process_watch_free(session->processes);
	socket_watch_free(session->sockets);
	log_free(session->log);
	loop_free(session->loop);
	free(session);
}

/* Takes the next record off the bytes; how many they were. */
static size_t
send_record(const uint8_t *data, size_t size, int client, int server)
{
	struct report report;
	uint8_t flags = data[0];
	size_t fixed = offsetof(struct report, data), used = 1;
	size_t there = size - used < fixed ? size - used : fixed;
	memset(&report, 0, sizeof report);
	memcpy(&report, data + used, there);
	used += there;
	size_t length = report.length % (DATA_MOST + 1);
	if (length > size - used)
		length = size - used;
	memcpy(report.data, data + used, length);
	used += length;
	if ((flags & LIES_ABOUT_LENGTH) == 0)
		report.length = (uint32_t)length;
	size_t sent = (flags & CUT_SHORT) != 0 ? there : fixed + length;
	(void)send((flags & FROM_SERVER) != 0 ? server : client, &report, sent,
	    MSG_NOSIGNAL | MSG_DONTWAIT);
	return used;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int client, server;
	struct session *session = begin(&client, &server);
	while (size > 0) {
		size_t used = send_record(data, size, client, server);
		reports_drain(session);
		data += used;
		size -= used;
	}
	const struct moment *now = log_now(session->log);
	FUZZ_CHECK(now->connection_count <= CONNECTIONS);
	for (size_t i = 0; i < now->process_count; i++) /* none of ours, no stranger */
		FUZZ_CHECK(now->processes[i].row.pid != getpid() &&
		    now->processes[i].row.pid != getppid() &&
		    now->processes[i].row.pid > 1);
	close(client);
	close(server);
	reports_drain(session);
	FUZZ_CHECK(channel_has_ended(session->client.channel));
	end(session);
	return 0;
}
