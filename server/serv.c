#include "serv.h"

#include <stdarg.h>
#include <stdio.h>

/* Tells the console of a call and of the bytes that it moved. */
void
server_report_data(struct server *server, enum report_call call, int64_t result,
    const char *data)
{
	struct report report;
	int error = result < 0 ? errno : 0;
	if (server->reporter.fd < 0)
		return;
	memset(&report, 0, offsetof(struct report, data));
	report.kind = REPORT_CALL;
	report.call = (uint16_t)call;
	report.result = result;
	report.error = error;
	report.local = server->local;
	report.peer = server->peer;
	if (data != NULL && result > 0) {
		report.length = result < REPORT_DATA ? (uint32_t)result : REPORT_DATA;
		memcpy(report.data, data, report.length);
	}
	reporter_send(&server->reporter, &report);
}

void
server_report(struct server *server, enum report_call call, int64_t result)
{
	server_report_data(server, call, result, NULL);
}

void
server_refuse(struct server *server, const char *text)
{
	struct report report;
	memset(&report, 0, offsetof(struct report, data));
	report.kind = REPORT_REFUSED;
	report.length = (uint32_t)strnlen(text, REPORT_DATA);
	memcpy(report.data, text, report.length);
	reporter_send(&server->reporter, &report);
	server_say(server, "%s", text);
}

/* Speaks on standard error, unless the console listens: by one write, for all
 * children share it, and without stdio, whose buffers are pages that each fork would
 * make the kernel copy. */
void
server_say(const struct server *server, const char *format, ...)
{
	if (server->reporter.fd >= 0)
		return;
	static const char before[] = "tcpserv: ";
	char text[256];
	size_t length = sizeof before - 1, room = sizeof text - sizeof before;
	va_list arguments;
	memcpy(text, before, length);
	va_start(arguments, format);
	int wanted = vsnprintf(text + length, room, format, arguments);
	va_end(arguments);
	length += wanted < 0 ? 0 : (size_t)wanted < room ? (size_t)wanted : room - 1;
	text[length++] = '\n';
	if (write(STDERR_FILENO, text, length) < 0)
		return; /* nobody is left to be told */
}

/* Says why, and exits. */
_Noreturn void
server_die(const char *call, int error, const char *mend)
{
	fprintf(stderr, "tcpserv: %s: %s%s%s\n", call, strerror(error),
	    mend != NULL ? ": " : "", mend != NULL ? mend : "");
	exit(1);
}

void
server_close(struct server *server)
{
	int result = close(server->connfd);
	server->connfd = -1;
	server_report(server, CALL_CLOSE, result);
}

struct report_endpoint
server_local_end(int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof address;
	if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		return (struct report_endpoint){0};
	return report_endpoint_from(&address);
}

/* An endpoint as text. */
const char *
server_endpoint_text(const struct report_endpoint *endpoint,
    char text[ENDPOINT_ROOM])
{
	char address[INET6_ADDRSTRLEN] = "?";
	int family = endpoint->family == 6 ? AF_INET6 : AF_INET;
	(void)inet_ntop(family, endpoint->address, address, sizeof address);
	snprintf(text, ENDPOINT_ROOM, family == AF_INET6 ? "[%s]:%u" : "%s:%u",
	    address, endpoint->port);
	return text;
}
