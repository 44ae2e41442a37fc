/* check_parse_json.c: recordings are believed in nothing: each key that an event needs
 * is there, of its kind and in its range, by the scanner and by the library alike. */
#include "parse_json.h"

#include "event_fixture.h"
#include "json_line.h"
#include "render_json.h"
#include "suites.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

enum { LINE = 4096, LATER = 32 };

/* Lines in which one value, V, stands for its bounds. */
static const struct shape { const char *name, *line; } shapes[] = {
	{"t", "{\"t\": V, \"type\": \"say\", \"text\": \"x\"}"},
	{"conn", "{\"t\": 1, \"type\": \"state\", \"conn\": V, \"end\": \"client\", "
	    "\"from\": \"GONE\", \"to\": \"SYN_SENT\"}"},
	{"inferred", "{\"t\": 1, \"type\": \"state\", \"conn\": 1, \"end\": \"client\", "
	    "\"from\": \"GONE\", \"to\": \"SYN_SENT\", \"inferred\": V}"},
	{"end", "{\"t\": 1, \"type\": \"state\", \"conn\": 1, \"end\": V, "
	    "\"from\": \"GONE\", \"to\": \"SYN_SENT\"}"},
	{"to", "{\"t\": 1, \"type\": \"state\", \"conn\": 1, \"end\": \"server\", "
	    "\"from\": \"GONE\", \"to\": V}"},
	{"pid", "{\"t\": 1, \"type\": \"process\", \"what\": \"started\", \"pid\": V, "
	    "\"role\": \"child\", \"tty\": \"\", \"stat\": \"S\", \"command\": \"x\", "
	    "\"wchan\": \"\"}"},
	{"ppid", "{\"t\": 1, \"type\": \"process\", \"what\": \"started\", \"pid\": 1, "
	    "\"role\": \"child\", \"tty\": \"\", \"stat\": \"S\", \"command\": \"x\", "
	    "\"wchan\": \"\", \"ppid\": V}"},
	{"start_time", "{\"t\": 1, \"type\": \"process\", \"what\": \"started\", \"pid\": 1, "
	    "\"role\": \"child\", \"tty\": \"\", \"stat\": \"S\", \"command\": \"x\", "
	    "\"wchan\": \"\", \"start_time\": V}"},
	{"exit", "{\"t\": 1, \"type\": \"process\", \"what\": \"reaped\", \"pid\": 1, "
	    "\"role\": \"child\", \"tty\": \"\", \"stat\": \"S\", \"command\": \"x\", "
	    "\"wchan\": \"\", \"status\": V}"},
	{"killed", "{\"t\": 1, \"type\": \"process\", \"what\": \"reaped\", \"pid\": 1, "
	    "\"role\": \"child\", \"tty\": \"\", \"stat\": \"S\", \"command\": \"x\", "
	    "\"wchan\": \"\", \"signal\": V}"},
	{"port", "{\"t\": 1, \"type\": \"start\", \"host\": \"h\", \"world\": \"w\", "
	    "\"port\": V}"},
	{"schema", "{\"t\": 1, \"type\": \"start\", \"host\": \"h\", \"world\": \"w\", "
	    "\"port\": 1, \"schema\": V}"},
	{"server", "{\"t\": 1, \"type\": \"start\", \"host\": \"h\", \"world\": \"w\", "
	    "\"port\": 1, \"server\": V}"},
	{"address", "{\"t\": 1, \"type\": \"start\", \"host\": \"h\", \"world\": \"w\", "
	    "\"port\": 1, \"address\": V}"},
	{"source", "{\"t\": 1, \"type\": \"command\", \"text\": \"x\", \"source\": V}"},
	{"result", "{\"t\": 1, \"type\": \"call\", \"process\": \"client\", \"call\": \"read\", "
	    "\"errno\": 4, \"result\": V}"},
	{"errno", "{\"t\": 1, \"type\": \"call\", \"process\": \"client\", \"call\": \"read\", "
	    "\"result\": -1, \"errno\": V}"},
	{"call", "{\"t\": 1, \"type\": \"call\", \"process\": \"client\", \"call\": V, "
	    "\"result\": 0}"},
	{"process", "{\"t\": 1, \"type\": \"call\", \"process\": V, \"call\": \"read\", "
	    "\"result\": 0}"},
	{"option value", "{\"t\": 1, \"type\": \"call\", \"process\": \"client\", "
	    "\"call\": \"setsockopt\", \"option\": \"SO_LINGER\", \"value\": V, \"result\": 0}"},
	{"option", "{\"t\": 1, \"type\": \"call\", \"process\": \"client\", "
	    "\"call\": \"setsockopt\", \"option\": V, \"value\": 1, \"result\": 0}"},
	{"disposition", "{\"t\": 1, \"type\": \"call\", \"process\": \"client\", "
	    "\"call\": \"sigaction\", \"signal\": \"SIGPIPE\", \"disposition\": V, "
	    "\"result\": 0}"},
	{"unread", "{\"t\": 1, \"type\": \"call\", \"process\": \"client\", "
	    "\"call\": \"close\", \"state\": \"CLOSE_WAIT\", \"unread\": V, \"result\": 0}"},
	{"waited", "{\"t\": 1, \"type\": \"call\", \"process\": \"server\", "
	    "\"call\": \"waitpid\", \"result\": 7, \"status\": V}"},
	{"bytes", "{\"t\": 1, \"type\": \"echo\", \"conn\": 1, \"text\": \"x\", \"bytes\": V}"},
	{"raw", "{\"t\": 1, \"type\": \"echo\", \"conn\": 1, \"text\": \"x\", \"bytes\": 1, "
	    "\"raw\": V}"},
	{"proto", "{\"t\": 1, \"type\": \"socket\", \"what\": \"gone\", \"proto\": V, "
	    "\"state\": \"LISTEN\", \"recv_q\": 0, \"send_q\": 0, \"timer\": \"off\", "
	    "\"timer_seconds\": 0, \"retransmits\": 0}"},
	{"recv_q", "{\"t\": 1, \"type\": \"socket\", \"what\": \"gone\", \"proto\": \"tcp\", "
	    "\"state\": \"LISTEN\", \"recv_q\": V, \"send_q\": 0, \"timer\": \"off\", "
	    "\"timer_seconds\": 0, \"retransmits\": 0}"},
	{"timer", "{\"t\": 1, \"type\": \"socket\", \"what\": \"gone\", \"proto\": \"tcp\", "
	    "\"state\": \"LISTEN\", \"recv_q\": 0, \"send_q\": 0, \"timer\": V, "
	    "\"timer_seconds\": 0, \"retransmits\": 0}"},
	{"inode", "{\"t\": 1, \"type\": \"socket\", \"what\": \"gone\", \"proto\": \"tcp\", "
	    "\"state\": \"LISTEN\", \"recv_q\": 0, \"send_q\": 0, \"timer\": \"off\", "
	    "\"timer_seconds\": 0, \"retransmits\": 0, \"inode\": V}"},
	{"uid", "{\"t\": 1, \"type\": \"socket\", \"what\": \"gone\", \"proto\": \"tcp\", "
	    "\"state\": \"LISTEN\", \"recv_q\": 0, \"send_q\": 0, \"timer\": \"off\", "
	    "\"timer_seconds\": 0, \"retransmits\": 0, \"uid\": V}"},
	{"rto", "{\"t\": 1, \"type\": \"timer\", \"conn\": 1, \"rto\": V, \"retransmits\": 0}"},
	{"next_in", "{\"t\": 1, \"type\": \"timer\", \"conn\": 1, \"rto\": 1, "
	    "\"retransmits\": 0, \"next_in\": V}"},
	{"signal", "{\"t\": 1, \"type\": \"signal\", \"signal\": V, \"to\": 1, \"by\": \"host\"}"},
	{"by", "{\"t\": 1, \"type\": \"signal\", \"signal\": \"SIGPIPE\", \"to\": 1, \"by\": V}"},
	{"stream", "{\"t\": 1, \"type\": \"output\", \"text\": \"x\", \"stream\": V}"},
	{"count", "{\"t\": 1, \"type\": \"lost\", \"count\": V}"},
	{"pass", "{\"t\": 1, \"type\": \"expect\", \"text\": \"x\", \"pass\": V}"},
	{"exit status", "{\"t\": 1, \"type\": \"end\", \"status\": V}"},
	{"lesson", "{\"t\": 1, \"type\": \"lesson\", \"what\": V, \"name\": \"x\", "
	    "\"section\": \"5.9\", \"title\": \"x\", \"failed\": \"x\", \"reason\": \"x\"}"},
	{"line", "{\"t\": 1, \"type\": \"lesson\", \"what\": \"failed\", \"name\": \"x\", "
	    "\"section\": \"5.9\", \"failed\": \"x\", \"line\": V}"},
	{"host", "{\"t\": 1, \"type\": \"host\", \"what\": V}"},
};

/* Values that are taken, and values that are refused, one behind the other. */
static const struct { const char *shape, *taken, *refused; } bounds[] = {
	{"t", "0 -1 1.5 -0.000001 4000000000 -4000000000 4000000000.000000 0.1234567 "
	    "-4000000000.000000 -5000.5",
	    "4000000001 -4000000001 4000000000.000001 -4000000000.000001 1e300 \"1\" null true"},
	{"conn", "0 1 1000000 null", "1000001 -1 1.0 \"1\" true"},
	{"inferred", "true false null", "0 1 \"true\""},
	{"end", "\"none\" \"client\" \"server\"", "\"Client\" \"\" 1 null \"clients\""},
	{"to", "\"GONE\" \"ESTABLISHED\" \"CLOSING\"", "\"gone\" \"\" 0 null \"UNKNOWN\""},
	{"pid", "1 2147483647", "0 -1 2147483648 null 1.5"},
	{"ppid", "0 1 2147483647 null", "-1 2147483648"},
	{"start_time", "0 9223372036854775807 null", "-1 1.5 9223372036854775808"},
	{"exit", "0 255", "-1 256 1.5 \"0\""},
	{"killed", "\"SIGKILL\" \"SIG33\" \"SIGRTMIN\"", "\"SIG0\" \"SIGNONE\" \"\" 9 \"SIG\""},
	{"port", "0 65535", "-1 65536 null"},
	{"schema", "1 null", "0 2 -1 \"1\""},
	{"server", "\"none\" \"watched\" null", "\"?\" 1"},
	{"address", "\"127.0.0.1:1\" \"[::1]:1\" null", "\"x\" \"\" 1"},
	{"source", "\"key\" \"stdin\"", "\"?\" null 1"},
	{"result", "0 -1 9223372036854775807 -9223372036854775808", "null \"0\" 1.5"},
	{"errno", "0 2147483647", "-1 2147483648 null"},
	{"call", "\"socket\" \"waitpid\"", "\"?\" \"\" null 1 \"sigaction\""},
	{"process", "\"client\" \"other\"", "\"?\" null 1"},
	{"option value", "-2147483648 2147483647", "-2147483649 2147483648 null"},
	{"option", "\"SO_LINGER\" \"IPV6_MINHOPCOUNT\" null", "\"?\" 1"},
	{"disposition", "\"default\" \"catch\"", "\"?\" null 1"},
	{"unread", "0 2147483647", "-1 2147483648 null"},
	{"waited", "0 255 null", "256 -1"},
	{"bytes", "0 9223372036854775807", "-1 null 9223372036854775808"},
	{"raw", "\"\" \"0a\" \"0aff00\" null", "\"0\" \"0A\" \"g0\" \"0g\" \"0a0\" 10"},
	{"proto", "\"tcp\" \"tcp6\"", "\"udp\" \"tcp66\" null 4"},
	{"recv_q", "0 4294967295", "-1 4294967296 null"},
	{"timer", "\"off\" \"probe\"", "\"?\" null 0"},
	{"inode", "0 9223372036854775807 null", "-1 1.5"},
	{"uid", "0 4294967295 null", "-1 4294967296"},
	{"rto", "0 0.204 4294.967295", "-0.000001 4294.967296 null"},
	{"next_in", "0 -1 1.5 null", "4000000001 \"1\""},
	{"signal", "\"SIGHUP\" \"SIG64\"", "\"SIG65\" \"SIG0\" \"HUP?\" null 1"},
	{"by", "\"user\" \"host\"", "\"?\" null 0"},
	{"stream", "0 2 2147483647 null", "-1 2147483648"},
	{"count", "0 4294967295", "-1 4294967296 null"},
	{"pass", "true false", "null 1 \"true\""},
	{"exit status", "-2147483648 2147483647", "-2147483649 2147483648 null"},
	{"lesson", "\"begun\" \"failed\" \"skipped\"", "\"?\" null"},
	{"line", "0 4294967295 null", "-1 4294967296"},
	{"host", "\"up\" \"shutting_down\" \"down\"", "\"?\" null 0"},
};

/* The shape's line with this value; later: with a key that only the library reads. */
static const char *
line_with(const char *shape, const char *value, bool later)
{
	static char line[LINE];
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		if (strcmp(shapes[i].name, shape) != 0)
			continue;
		const char *place = strstr(shapes[i].line, " V");
		int before = (int)(place - shapes[i].line);
		snprintf(line, sizeof line - LATER, "%.*s %s%s", before, shapes[i].line, value,
		    place + 2);
		if (later)
			strcpy(line + strlen(line) - 1, ", \"later\": []}");
		return line;
	}
	ck_abort_msg("no shape %s", shape);
}

/* Each of the values is taken, or refused, by both readers. */
static void
check_values(const char *shape, const char *values, bool taken)
{
	char value[64];
	struct event event;
	int used;
	for (; sscanf(values, "%63s%n", value, &used) == 1; values += used)
		for (int later = 0; later < 2; later++) {
			const char *line = line_with(shape, value, later != 0);
			errno = 0;
			int result = render_json_parse(line, &event);
			ck_assert_msg((result == 0) == taken, "%s: %s", taken ? "refused" :
			    "taken", line);
			if (result == 0)
				event_release(&event);
			else
				ck_assert_int_eq(errno, EINVAL);
		}
}

START_TEST(each_value_has_its_range)
{
	check_values(bounds[_i].shape, bounds[_i].taken, true);
	check_values(bounds[_i].shape, bounds[_i].refused, false);
}
END_TEST

/* Reads the line, which has to be right. */
static struct event
parsed(const char *line)
{
	struct event event;
	ck_assert_msg(render_json_parse(line, &event) == 0, "refused: %s", line);
	return event;
}

/* What was read is what stood there. */
START_TEST(values_at_the_bounds_are_what_they_were)
{
	struct event event = parsed(line_with("t", "-4000000000", _i != 0));
	ck_assert_int_eq(event.time, INT64_C(-4000000000) * 1000000000);
	event_release(&event);
	event = parsed(line_with("t", "4000000000.000000", _i != 0));
	ck_assert_int_eq(event.time, INT64_C(4000000000) * 1000000000);
	event_release(&event);
	event = parsed(line_with("t", "-0.000001", _i != 0));
	ck_assert_int_eq(event.time, -1000);
	event_release(&event);
	ck_assert_uint_eq(parsed(line_with("conn", "1000000", _i != 0)).state.conn, 1000000);
	ck_assert_int_eq(parsed(line_with("pid", "2147483647", _i != 0)).process.row.pid,
	    INT_MAX);
	ck_assert_uint_eq(parsed(line_with("recv_q", "4294967295", _i != 0))
	    .socket.row.tcp.recv_q, UINT32_MAX);
	ck_assert_uint_eq(parsed(line_with("rto", "4294.967295", _i != 0)).timer.rto,
	    UINT32_MAX);
	ck_assert_int_eq(parsed(line_with("next_in", "1.5", _i != 0)).timer.next_at,
	    FIXTURE_MS(2500));
	ck_assert_int_eq(parsed(line_with("next_in", "null", _i != 0)).timer.next_at, 0);
	ck_assert_int_eq(parsed(line_with("exit", "255", _i != 0)).process.end.status,
	    255 << 8);
	ck_assert_int_eq(parsed(line_with("result", "-9223372036854775808", _i != 0))
	    .call.result, INT64_MIN);
	ck_assert_int_eq(parsed(line_with("option value", "-2147483648", _i != 0))
	    .call.value, INT_MIN);
	ck_assert(parsed(line_with("inferred", "true", _i != 0)).state.inferred);
	ck_assert(!parsed(line_with("inferred", "null", _i != 0)).state.inferred);
	ck_assert_uint_eq(parsed(line_with("proto", "\"tcp6\"", _i != 0))
	    .socket.row.tcp.family, 6);
	ck_assert_uint_eq(parsed(line_with("proto", "\"tcp\"", _i != 0))
	    .socket.row.tcp.family, 4);
	event = parsed(line_with("raw", "\"0aff00\"", _i != 0));
	ck_assert_uint_eq(event.length, 3);
	ck_assert_mem_eq(event.text, "\n\xff\0", 3);
	event_release(&event);
}
END_TEST

/* Every byte that a peer can send, and none, comes back as it was. */
START_TEST(every_byte_of_a_peer_comes_back)
{
	char bytes[256];
	struct moment now;
	struct event event = {.type = EVENT_SENT, .line = {.conn = 1, .bytes = 256}}, again;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(unsigned char)i;
	moment_init(&now);
	for (size_t length = 0; length <= sizeof bytes; length += 64) {
		ck_assert_int_eq(event_set_text(&event, bytes, length), 0);
		char *line = render_json(&event, &now);
		ck_assert_int_eq(render_json_parse(line, &again), 0);
		ck_assert_uint_eq(again.length, length);
		ck_assert_int_eq(memcmp(again.text, bytes, length), 0);
		free(line);
		event_release(&again);
	}
	event_release(&event);
	moment_release(&now);
}
END_TEST

/* Texts that are too long for their place are cut, not refused. */
START_TEST(long_texts_are_cut)
{
	char line[LINE], value[512];
	memset(value, 'v', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	snprintf(line, sizeof line, "{\"t\": 1, \"type\": \"process\", \"what\": \"started\", "
	    "\"pid\": 1, \"role\": \"other\", \"tty\": \"%s\", \"stat\": \"%.7s\", "
	    "\"command\": \"%s\", \"wchan\": \"%s\"}", value, value, value, value);
	struct event event = parsed(line);
	ck_assert_uint_eq(strlen(event.process.row.tty), sizeof event.process.row.tty - 1);
	ck_assert_uint_eq(strlen(event.process.row.stat), 7);
	ck_assert_uint_eq(strlen(event.process.row.command), PROCESS_TEXT - 1);
	ck_assert_uint_eq(strlen(event.process.row.wchan), PROCESS_TEXT - 1);
	event_release(&event);
}
END_TEST

/* An event of each type that has a flat line, with no field at its zero. */
static const char *const full[] = {
	"{\"t\": 1.5, \"type\": \"start\", \"version\": \"1.2\", \"schema\": 1, "
	    "\"world\": \"local\", \"server\": \"command\", \"command\": \"./mine 1\", "
	    "\"host\": \"h\", \"port\": 9877, \"address\": \"127.0.0.1:9877\", "
	    "\"wall\": \"2026-01-02T03:04:05+01:00\"}",
	"{\"t\": 1.5, \"type\": \"command\", \"text\": \"kill child\", \"source\": \"key\"}",
	"{\"t\": 1.5, \"type\": \"call\", \"process\": \"child\", \"pid\": 7, \"conn\": 3, "
	    "\"call\": \"read\", \"result\": -1, \"errno\": 104, "
	    "\"errno_name\": \"ECONNRESET\", \"local\": \"127.0.0.1:9877\", "
	    "\"remote\": \"127.0.0.1:40001\"}",
	"{\"t\": 1.5, \"type\": \"call\", \"process\": \"server\", \"pid\": 7, "
	    "\"call\": \"wait\", \"result\": 8, \"signal\": \"SIGSEGV\", \"core\": true}",
	"{\"t\": 1.5, \"type\": \"call\", \"process\": \"server\", \"pid\": 7, "
	    "\"call\": \"waitpid\", \"result\": 8, \"status\": 3}",
	"{\"t\": 1.5, \"type\": \"call\", \"process\": \"client\", \"pid\": 7, "
	    "\"call\": \"sigaction\", \"signal\": \"SIGPIPE\", \"disposition\": \"catch\", "
	    "\"result\": 0}",
	"{\"t\": 1.5, \"type\": \"call\", \"process\": \"client\", \"pid\": 7, \"conn\": 3, "
	    "\"call\": \"setsockopt\", \"option\": \"TCP_KEEPCNT\", \"value\": 9, "
	    "\"result\": 0}",
	"{\"t\": 1.5, \"type\": \"call\", \"process\": \"client\", \"pid\": 7, \"conn\": 3, "
	    "\"call\": \"close\", \"state\": \"CLOSE_WAIT\", \"unread\": 5, \"result\": 0}",
	"{\"t\": 1.5, \"type\": \"connection\", \"what\": \"closed\", \"conn\": 3, "
	    "\"local\": \"127.0.0.1:40001\", \"remote\": \"127.0.0.1:9877\", "
	    "\"reset\": true, \"how\": \"died\"}",
	"{\"t\": 1.5, \"type\": \"sent\", \"conn\": 3, \"text\": \"1 2\", \"bytes\": 8, "
	    "\"hex\": \"00 01\"}",
	"{\"t\": 1.5, \"type\": \"socket\", \"what\": \"changed\", \"proto\": \"tcp6\", "
	    "\"recv_q\": 1, \"send_q\": 2, \"local\": \"[::1]:9877\", "
	    "\"remote\": \"[::1]:40001\", \"state\": \"CLOSE_WAIT\", "
	    "\"timer\": \"keepalive\", \"timer_seconds\": 3.25, \"timer_at\": 4.75, "
	    "\"retransmits\": 4, \"probes\": 5, \"uid\": 6, \"inode\": 77, "
	    "\"owner_pid\": 8, \"conn\": 9, \"end\": \"server\"}",
	"{\"t\": 1.5, \"type\": \"state\", \"conn\": 3, \"end\": \"server\", "
	    "\"from\": \"ESTABLISHED\", \"to\": \"FIN_WAIT1\", \"inferred\": true}",
	"{\"t\": 1.5, \"type\": \"timer\", \"conn\": 3, \"rto\": 0.204, \"retransmits\": 2, "
	    "\"next_in\": 0.5, \"gives_up_in\": 924.5}",
	"{\"t\": 1.5, \"type\": \"details\", \"conn\": 3, \"end\": \"client\", "
	    "\"rtt\": 0.001, \"rtt_variation\": 0.002, \"rto\": 0.003, \"backoff\": 4, "
	    "\"retransmits\": 5, \"total_retransmits\": 6, \"probes\": 7, \"unacked\": 8, "
	    "\"lost\": 9, \"cwnd\": 10, \"ssthresh\": 11, \"mss\": 12, "
	    "\"bytes_sent\": 13, \"bytes_received\": 14, \"sent_ago\": 15.5, "
	    "\"received_ago\": 16.5}",
	"{\"t\": 1.5, \"type\": \"details\", \"conn\": 3, \"end\": \"client\", "
	    "\"rtt\": 0.001, \"rtt_variation\": 0.002, \"rto\": 0.003, \"backoff\": 4, "
	    "\"retransmits\": 5, \"total_retransmits\": 6, \"probes\": 7, \"unacked\": 8, "
	    "\"lost\": 9, \"cwnd\": 10, \"mss\": 12, \"bytes_sent\": 13, "
	    "\"bytes_received\": 14}",
	"{\"t\": 1.5, \"type\": \"process\", \"pid\": 7, \"ppid\": 8, \"role\": \"child\", "
	    "\"what\": \"reaped\", \"tty\": \"pts/6\", \"stat\": \"Z\", "
	    "\"command\": \"tcpserv\", \"wchan\": \"do_exit\", "
	    "\"peer\": \"127.0.0.1:40001\", \"conn\": 3, \"start_time\": 99, \"cpu\": 0.25, "
	    "\"signal\": \"SIGKILL\", \"by\": 9}",
	"{\"t\": 1.5, \"type\": \"signal\", \"signal\": \"SIGCHLD\", \"to\": 7, "
	    "\"by\": \"kernel\", \"caught\": true}",
	"{\"t\": 1.5, \"type\": \"host\", \"what\": \"crashed\", \"how\": \"deaf\"}",
	"{\"t\": 1.5, \"type\": \"host\", \"what\": \"shutting_down\", \"kill_in\": 2.5}",
	"{\"t\": 1.5, \"type\": \"output\", \"pid\": 7, \"stream\": 2, \"text\": \"x\"}",
	"{\"t\": 1.5, \"type\": \"lost\", \"pid\": 7, \"count\": 3}",
	"{\"t\": 1.5, \"type\": \"settings\", \"rows\": [{\"name\": \"reap\", "
	    "\"value\": \"wait\"}, {\"name\": \"bind\", \"value\": \"::1\"}]}",
	"{\"t\": 1.5, \"type\": \"dispositions\", \"rows\": [{\"pid\": 7, "
	    "\"role\": \"server\", \"signals\": {\"ignored\": [\"SIGHUP\"], "
	    "\"caught\": [\"SIGTERM\", \"SIGCHLD\"], \"blocked\": [\"SIGRTMIN+30\"], "
	    "\"pending\": [\"SIGUSR1\"], \"shared_pending\": [\"SIGUSR2\"]}}]}",
	"{\"t\": 1.5, \"type\": \"all\", \"whole\": true, \"rows\": [{\"proto\": \"tcp\", "
	    "\"recv_q\": 1, \"send_q\": 2, \"local\": \"127.0.0.1:1\", "
	    "\"remote\": \"127.0.0.1:2\", \"state\": \"ESTABLISHED\", \"timer\": \"on\", "
	    "\"timer_seconds\": 3.5, \"retransmits\": 4, \"probes\": 5, \"uid\": 6, "
	    "\"inode\": 7, \"owner_pid\": 8, \"conn\": 9, \"end\": \"client\"}], "
	    "\"gone\": [{\"proto\": \"tcp\", \"recv_q\": 0, \"send_q\": 0, "
	    "\"local\": \"127.0.0.1:3\", \"remote\": \"127.0.0.1:4\", "
	    "\"state\": \"TIME_WAIT\", \"timer\": \"off\", \"timer_seconds\": 0.0, "
	    "\"retransmits\": 0, \"probes\": 0, \"uid\": 0, \"inode\": 0, "
	    "\"owner_pid\": null, \"conn\": null, \"end\": null}]}",
	"{\"t\": 1.5, \"type\": \"why\", \"subject\": \"x\", \"text\": \"y\", "
	    "\"section\": \"5.9\"}",
	"{\"t\": 1.5, \"type\": \"expect\", \"text\": \"x\", \"pass\": true, \"got\": \"y\"}",
	"{\"t\": 1.5, \"type\": \"say\", \"text\": \"x\"}",
	"{\"t\": 1.5, \"type\": \"ask\", \"text\": \"x\", \"answers\": [\"a\", \"b\"], "
	    "\"answer\": 2, \"chosen\": 1}",
	"{\"t\": 1.5, \"type\": \"lesson\", \"what\": \"failed\", \"name\": \"x\", "
	    "\"section\": \"5.12\", \"failed\": \"y\", \"line\": 12}",
	"{\"t\": 1.5, \"type\": \"lesson\", \"what\": \"skipped\", \"name\": \"x\", "
	    "\"section\": \"5.12\", \"reason\": \"y\"}",
	"{\"t\": 1.5, \"type\": \"error\", \"text\": \"x\"}",
	"{\"t\": 1.5, \"type\": \"note\", \"text\": \"x\"}",
	"{\"t\": 1.5, \"type\": \"summary\", \"passed\": 1, \"failed\": 2, \"skipped\": 3}",
	"{\"t\": 1.5, \"type\": \"end\", \"status\": 77}",
};

/* Read and written again, each line is the same. */
START_TEST(each_field_comes_back)
{
	struct moment now;
	struct event event = parsed(full[_i]);
	moment_init(&now);
	char *line = render_json(&event, &now);
	ck_assert_str_eq(line, full[_i]);
	free(line);
	event_release(&event);
}
END_TEST

/* Without any one of its keys the line is refused, or it is one that may be missing. */
static const char *const may_be_missing[] = {
	"version", "schema", "option", "state", "server", "command", "address", "wall", "pid", "conn",
	"errno_name", "local", "remote", "signal", "core", "status", "reset", "how", "hex",
	"timer_at", "probes", "uid", "inode", "owner_pid", "end", "inferred", "next_in",
	"gives_up_in", "kill_in", "ssthresh", "sent_ago", "received_ago", "ppid", "peer", "start_time",
	"cpu", "by", "caught", "to", "stream", "gone", "got", "answer", "chosen", "line",
};

static bool
is_needed(const char *key, const char *line)
{
	static const struct { const char *key, *type; } needed[] = {
		{"pid", "process"}, {"end", "state"}, {"end", "details"}, {"by", "signal"},
		{"status", "end"}, {"signal", "signal"}, {"to", "state"},
		{"probes", "details"}, {"command", "process"}, {"state", "socket"},
	};
	char type[64];
	if (strstr(line, "sigaction") != NULL && strcmp(key, "signal") == 0)
		return true;
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
		snprintf(type, sizeof type, "\"type\": \"%s\"", needed[i].type);
		if (strcmp(needed[i].key, key) == 0 && strstr(line, type) != NULL)
			return true;
	}
	for (size_t i = 0; i < sizeof may_be_missing / sizeof *may_be_missing; i++)
		if (strcmp(may_be_missing[i], key) == 0)
			return false;
	return true;
}

START_TEST(a_key_that_is_needed_has_to_be_there)
{
	char line[LINE], key[64];
	int depth = 0;
	for (const char *at = full[_i]; *at != '\0'; at++) {
		depth += *at == '[';
		depth -= *at == ']';
		if (depth > 0 || sscanf(at, "\"%60[a-z_]\": ", key) != 1 ||
		    (at[-1] != '{' && at[-1] != ' ') || at[strlen(key) + 2] != ':')
			continue;
		struct event event;
		int before = (int)(at - full[_i]);
		snprintf(line, sizeof line, "%.*s\"x%s", before, full[_i], at + 1);
		int result = render_json_parse(line, &event);
		ck_assert_msg((result < 0) == is_needed(key, full[_i]), "%s: %s",
		    result < 0 ? "refused" : "taken", line);
		if (result == 0)
			event_release(&event);
	}
}
END_TEST

/* Trees that are not as they should be. */
static const char *const bad_trees[] = {
	"{\"t\": 1, \"type\": \"settings\", \"rows\": {}}",
	"{\"t\": 1, \"type\": \"settings\", \"rows\": [{\"name\": \"x\"}]}",
	"{\"t\": 1, \"type\": \"settings\", \"rows\": [{\"value\": \"x\"}]}",
	"{\"t\": 1, \"type\": \"all\", \"whole\": true, \"rows\": 1}",
	"{\"t\": 1, \"type\": \"all\", \"whole\": true, \"rows\": [{}]}",
	"{\"t\": 1, \"type\": \"all\", \"whole\": true, \"rows\": [], \"gone\": [1]}",
	"{\"t\": 1, \"type\": \"all\", \"whole\": 1, \"rows\": []}",
	"{\"t\": 1, \"type\": \"dispositions\", \"rows\": [{\"pid\": 1, \"role\": \"child\", "
	    "\"signals\": {}}]}",
	"{\"t\": 1, \"type\": \"dispositions\", \"rows\": [{\"pid\": 1, \"role\": \"child\", "
	    "\"signals\": {\"ignored\": [1], \"caught\": [], \"blocked\": [], "
	    "\"pending\": [], \"shared_pending\": []}}]}",
	"{\"t\": 1, \"type\": \"dispositions\", \"rows\": [{\"pid\": 1, \"role\": \"child\", "
	    "\"signals\": {\"ignored\": [\"SIG65\"], \"caught\": [], \"blocked\": [], "
	    "\"pending\": [], \"shared_pending\": []}}]}",
	"{\"t\": 1, \"type\": \"dispositions\", \"rows\": [{\"pid\": -1, \"role\": \"child\", "
	    "\"signals\": {\"ignored\": [], \"caught\": [], \"blocked\": [], "
	    "\"pending\": [], \"shared_pending\": []}}]}",
	"{\"t\": 1, \"type\": \"ask\", \"text\": \"x\", \"answers\": \"a\"}",
	"{\"t\": 1, \"type\": \"ask\", \"text\": \"x\", \"answers\": [1]}",
	"{\"t\": 1, \"type\": \"ask\", \"text\": \"x\", \"answers\": [\"a\\nb\"]}",
};

START_TEST(bad_trees_are_refused)
{
	struct event event;
	errno = ENOMEM; /* of something before */
	ck_assert_msg(render_json_parse(bad_trees[_i], &event) < 0, "taken: %s",
	    bad_trees[_i]);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_ptr_null(event.text);
	ck_assert_ptr_null(event.detail);
}
END_TEST

/* Snapshots come back as their type and time alone. */
START_TEST(snapshots_come_back_as_their_type)
{
	static const char *const names[] = {"sockets", "processes", "connections", "errno"};
	static const enum event_type types[] = {EVENT_SOCKETS, EVENT_PROCESSES,
	    EVENT_CONNECTIONS, EVENT_ERRNO};
	char line[LINE];
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		snprintf(line, sizeof line, "{\"t\": 2, \"type\": \"%s\", \"rows\": [7]}",
		    names[i]);
		struct event event = parsed(line);
		ck_assert_int_eq(event.type, types[i]);
		ck_assert_int_eq(event.time, FIXTURE_MS(2000));
		ck_assert_ptr_null(event.text);
	}
}
END_TEST

START_TEST(a_picture_has_its_name)
{
	struct event event = parsed("{\"t\": 2, \"type\": \"connections\", "
	    "\"show\": \"bytes\", \"rows\": []}");
	ck_assert_str_eq(event.text, "bytes");
	ck_assert_uint_eq(event.length, 5);
	event_release(&event);
	ck_assert_int_lt(render_json_parse("{\"t\": 2, \"type\": \"connections\", "
	    "\"show\": 7, \"rows\": []}", &event), 0);
	event_release(&event);
}
END_TEST

Suite *
parse_json_suite(void)
{
	Suite *suite = suite_create("parse_json");
	TCase *tests = tcase_create("parse_json");
	tcase_add_loop_test(tests, each_value_has_its_range, 0,
	    sizeof bounds / sizeof *bounds);
	tcase_add_loop_test(tests, values_at_the_bounds_are_what_they_were, 0, 2);
	tcase_add_test(tests, every_byte_of_a_peer_comes_back);
	tcase_add_test(tests, long_texts_are_cut);
	tcase_add_loop_test(tests, each_field_comes_back, 0, sizeof full / sizeof *full);
	tcase_add_loop_test(tests, a_key_that_is_needed_has_to_be_there, 0,
	    sizeof full / sizeof *full);
	tcase_add_loop_test(tests, bad_trees_are_refused, 0,
	    sizeof bad_trees / sizeof *bad_trees);
	tcase_add_test(tests, a_picture_has_its_name);
	tcase_add_test(tests, snapshots_come_back_as_their_type);
	suite_add_tcase(suite, tests);
	return suite;
}
