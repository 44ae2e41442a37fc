#include "cli.h"

enum { PATIENCE = 1000 }; /* milliseconds */

/* Waits until the console has read most of what was reported: a thousand
 * connects would overrun its queue.  One that stands still is waited for once. */
static void
pace(struct client *client)
{
	struct pollfd console = {.fd = client->reporter.fd, .events = POLLOUT};
	int result = poll(&console, 1, client->console_stands ? 0 : PATIENCE);
	client->console_stands = result == 0;
}

/* Sends one report. */
static void
send_report(struct client *client, const struct connection *connection,
    struct report *report, const char *data)
{
	if (connection != NULL) {
		report->conn = connection->number;
		report->local = connection->local;
		report->peer = connection->peer;
	}
	if (data != NULL && report->result > 0) {
		report->length = report->result < REPORT_DATA ?
		    (uint32_t)report->result : REPORT_DATA;
		memcpy(report->data, data, report->length);
	}
	pace(client);
	reporter_send(&client->reporter, report);
}

uint16_t
client_format(const struct client *client)
{
	return wire_format(client->byte_order, client->long_bits);
}

/* A report of a call that has just returned: -1 takes errno. */
static void
begin_call(struct report *report, enum report_call call, int64_t result)
{
	int error = result < 0 ? errno : 0;
	memset(report, 0, offsetof(struct report, data));
	report->kind = REPORT_CALL;
	report->call = (uint16_t)call;
	report->result = result;
	report->error = error;
}

/* Reports a call and the bytes that it moved. */
void
client_report_data(struct client *client, const struct connection *connection,
    enum report_call call, int64_t result, const char *data)
{
	struct report report;
	begin_call(&report, call, result);
	if (connection != NULL && connection->is_binary &&
	    (call == CALL_READ || call == CALL_WRITE))
		report.format = client_format(client);
	send_report(client, connection, &report, data);
}

void
client_report(struct client *client, const struct connection *connection,
    enum report_call call, int64_t result)
{
	client_report_data(client, connection, call, result, NULL);
}

void
client_report_about(struct client *client, const struct connection *connection,
    enum report_call call, int64_t result, int32_t about, int32_t value)
{
	struct report report;
	begin_call(&report, call, result);
	report.about = about;
	report.value = value;
	send_report(client, connection, &report, NULL);
}

void
client_report_refused(struct client *client, const struct connection *connection,
    const char *why)
{
	struct report report;
	memset(&report, 0, offsetof(struct report, data));
	report.kind = REPORT_REFUSED;
	report.result = (int64_t)strlen(why);
	send_report(client, connection, &report, why);
}

void
client_report_begun(struct client *client, const struct connection *connection)
{
	struct report report;
	memset(&report, 0, offsetof(struct report, data));
	report.kind = REPORT_BEGUN;
	report.call = CALL_CONNECT;
	send_report(client, connection, &report, NULL);
}

void
client_report_done(struct client *client, uint32_t serial)
{
	struct report report;
	memset(&report, 0, offsetof(struct report, data));
	report.kind = REPORT_DONE;
	report.order = serial;
	send_report(client, NULL, &report, NULL);
}

int64_t
client_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
