/* What a child does for its connection: with lines here, with binary numbers in
 * sum_binary.c.
 *
 * TCP is a byte stream: one read may bring half a line or twenty.  The echo
 * service need not care, it sends back what came.  The sum service collects a
 * line in a buffer of fixed size; a line that does not fit is answered with an
 * error and skipped to its end, so no client can make a child grow.
 */
#include "service.h"

#include "sum_binary.h"
#include "transfer.h"

#include <poll.h>
#include <stdio.h>

enum { LINE_ROOM = 4096 };

/* One line that is being collected. */
struct line {
	char text[LINE_ROOM + 1];
	size_t length;
	bool too_long;
};

/* Reads the two numbers of a line; those that do not fit a long are none. */
static bool
parse_two(const char *text, long *first, long *second)
{
	char *end, *last;
	errno = 0;
	*first = strtol(text, &end, 10);
	if (end == text)
		return false;
	*second = strtol(end, &last, 10);
	return last != end && errno == 0;
}

/* Answers one line with the sum of its numbers, which wraps as the machine's
 * own addition does. */
static bool
answer_line(struct server *server, struct line *line)
{
	char answer[3 * sizeof(long) + 16] = "input error\n";
	long first, second;
	line->text[line->length] = '\0';
	if (!line->too_long && parse_two(line->text, &first, &second))
		snprintf(answer, sizeof answer, "%ld\n",
		    (long)((unsigned long)first + (unsigned long)second));
	bool answered = line->too_long ||
	    transfer_write(server, answer, strlen(answer));
	line->length = 0;
	line->too_long = false;
	return answered;
}

/* Takes one byte of a line; the error for a long one is sent as soon as it is
 * known. */
static bool
take_byte(struct server *server, struct line *line, char byte)
{
	static const char error[] = "input error\n";
	if (byte == '\n')
		return answer_line(server, line);
	if (line->too_long)
		return true;
	if (line->length < LINE_ROOM) {
		line->text[line->length++] = byte;
		return true;
	}
	line->too_long = true;
	return transfer_write(server, error, sizeof error - 1);
}

/* Adds the numbers of each line.  A last line may end without its newline. */
static bool
serve_sum(struct server *server)
{
	char data[REPORT_DATA];
	struct line line = {.length = 0};
	for (;;) {
		ssize_t count = transfer_read(server, data, sizeof data);
		if (count < 0)
			return false;
		if (count == 0)
			return line.length == 0 || answer_line(server, &line);
		for (ssize_t i = 0; i < count; i++)
			if (!take_byte(server, &line, data[i]))
				return false;
	}
}

/* Sends back whatever comes. */
static bool
serve_echo(struct server *server)
{
	char data[REPORT_DATA];
	for (;;) {
		ssize_t count = transfer_read(server, data, sizeof data);
		if (count <= 0)
			return count == 0;
		if (!transfer_write(server, data, (size_t)count))
			return false;
	}
}

/* Waits until something can be read, and leaves it there: a socket that is closed
 * with unread data sends RST, not FIN (RFC 2525, section 2.17). */
static bool
serve_nothing(struct server *server)
{
	struct pollfd ready = {.fd = server->connfd, .events = POLLIN};
	int result;
	while ((result = poll(&ready, 1, -1)) < 0 && errno == EINTR)
		continue;
	return result > 0;
}

/* Asks who the client is.  On Linux a connection that was aborted before accept
 * shows itself here first, by ENOTCONN; accept's own answer stays then. */
static void
ask_peer(struct server *server)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof address;
	int result = getpeername(server->connfd, (struct sockaddr *)&address, &length);
	if (result == 0)
		server->peer = report_endpoint_from(&address);
	server_report(server, CALL_GETPEERNAME, result);
}

/* Serves the connection.  After a reset one more read shows what the socket
 * says from then on: end of file. */
int
service_run(struct server *server)
{
	static bool (*const services[])(struct server *) = {
		[SERVICE_ECHO] = serve_echo,
		[SERVICE_SUM] = serve_sum,
		[SERVICE_SUM_BINARY] = sum_binary_serve,
	};
	ask_peer(server);
	bool served = server->options.close_unread ? serve_nothing(server) :
	    services[server->options.service](server);
	if (!served) {
		int error = errno;
		char text[ENDPOINT_ROOM], rest[1];
		server_say(server, "%s: %s", server_endpoint_text(&server->peer, text),
		    strerror(error));
		if (error == ECONNRESET)
			(void)transfer_read(server, rest, sizeof rest);
	}
	server_close(server);
	return served ? 0 : 1;
}
