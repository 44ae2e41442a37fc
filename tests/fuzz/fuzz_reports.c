/* fuzz_reports.c: records off a program that the peer has taken over.
 *
 * A child of the server handles a stranger's bytes, so what it reports is not believed
 * either.  The bytes are records, one after the other: a byte of flags, the fixed part
 * as it stands in memory, as much data as it says (of at most 256 bytes), and they
 * cross a real socket. */
#include "fuzz_event.h"

#include "reports.h"
#include "world.h"

enum { FROM_SERVER = 1, LIES_ABOUT_LENGTH = 2, CUT_SHORT = 4, DATA_MOST = 256,
    LOG_EVENTS = 64, CONNECTIONS = 8 };

static void
ignore(void *context)
{
	(void)context;
}

static void
tell_unended(void *context)
{
	reports_tell_unended(context);
}

/* As much of a world as the reports touch. */
static struct world *
begin(int *client, int *server)
{
	struct world *world = calloc(1, sizeof *world);
	FUZZ_CHECK(world != NULL);
	world->loop = loop_new();
	world->log = log_new(LOG_EVENTS);
	FUZZ_CHECK(world->loop != NULL && world->log != NULL);
	FUZZ_CHECK(log_subscribe(world->log, fuzz_check_event, NULL) == 0);
	world->processes = process_watch_new(world->loop, world->log, ignore,
	    world);
	world->sockets = socket_watch_new(world->loop, world->log, 9877, 4,
	    ignore, world);
	world->unended = loop_timer(world->loop, tell_unended, world);
	FUZZ_CHECK(world->processes != NULL && world->sockets != NULL &&
	    world->unended != NULL);
	world->client.conns = CONNECTIONS;
	world->client.channel = channel_open(world->loop, client, reports_take,
	    world);
	world->server.channels[0] = channel_open(world->loop, server, reports_take,
	    world);
	FUZZ_CHECK(world->client.channel != NULL &&
	    world->server.channels[0] != NULL);
	world->server.channel_count = 1;
	return world;
}

static void
end(struct world *world)
{
	reports_forget_lines(world);
	channel_close(world->client.channel);
	channel_close(world->server.channels[0]);
	process_watch_free(world->processes);
	socket_watch_free(world->sockets);
	loop_untimer(world->loop, world->unended);
	log_free(world->log);
	loop_free(world->loop);
	free(world);
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
	struct world *world = begin(&client, &server);
	while (size > 0) {
		size_t used = send_record(data, size, client, server);
		reports_drain(world);
		data += used;
		size -= used;
	}
	const struct moment *now = log_now(world->log);
	FUZZ_CHECK(now->connection_count <= CONNECTIONS);
	for (size_t i = 0; i < now->process_count; i++) /* none of ours, no stranger */
		FUZZ_CHECK(now->processes[i].row.pid != getpid() &&
		    now->processes[i].row.pid != getppid() &&
		    now->processes[i].row.pid > 1);
	close(client);
	close(server);
	reports_drain(world);
	FUZZ_CHECK(channel_has_ended(world->client.channel));
	end(world);
	return 0;
}
