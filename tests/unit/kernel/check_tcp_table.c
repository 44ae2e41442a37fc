/* check_tcp_table.c: rows of /proc/net/tcp, captured and malformed ones. */
#include "tcp_table.h"

#include "endpoint.h"
#include "fixture.h"
#include "suites.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>

enum { DEADLINE = 20000 /* milliseconds */ };

/* Parses a fixture. */
static struct tcp_table
parse_fixture(const char *name, int family, uint16_t port, size_t *bad)
{
	struct tcp_table table = {0};
	size_t length;
	char *text = fixture_read(name, &length);

	ck_assert_int_eq(tcp_table_parse(&table, text, length, family, port, bad), 0);
	free(text);
	return table;
}

/* The row with these ends, as endpoint_text() writes them. */
static const struct tcp_row *
find_row(const struct tcp_table *table, const char *local, const char *remote)
{
	char text[ENDPOINT_TEXT];

	for (size_t i = 0; i < table->count; i++) {
		const struct tcp_row *row = &table->rows[i];
		if (strcmp(endpoint_text(&row->local, text), local) == 0 &&
		    strcmp(endpoint_text(&row->remote, text), remote) == 0)
			return row;
	}
	ck_abort_msg("no row %s %s", local, remote);
	return NULL;
}

static const struct {
	const char *local, *remote;
	enum tcp_state state;
	uint32_t send_q, recv_q;
	enum tcp_timer timer;
	int64_t ticks;
	uint32_t retransmits, probes;
	uint64_t inode;
} expected[] = {
	{"127.0.0.1:22", "*:*", STATE_LISTEN, 0, 0, TIMER_OFF, 0, 0, 0, 9396},
	{"*:9877", "*:*", STATE_LISTEN, 0, 1, TIMER_OFF, 0, 0, 0, 9395},
	{"127.0.0.1:9877", "127.0.0.1:40006", STATE_ESTABLISHED, 0, 0, TIMER_OFF, 0,
	    0, 0, 9408},
	{"127.0.0.1:9877", "127.0.0.1:40001", STATE_ESTABLISHED, 0, 5, TIMER_OFF, 0,
	    0, 0, 9398},
	{"127.0.0.1:9877", "127.0.0.1:40004", STATE_CLOSE_WAIT, 0, 1, TIMER_OFF, 0,
	    0, 0, 9404},
	{"127.0.0.1:40002", "127.0.0.1:9877", STATE_TIME_WAIT, 0, 0, TIMER_TIME_WAIT,
	    0x16e3, 0, 0, 0},
	{"127.0.0.1:40003", "127.0.0.1:9877", STATE_FIN_WAIT2, 0, 0, TIMER_TIME_WAIT,
	    0x16e4, 0, 0, 0},
	{"127.0.0.1:40004", "127.0.0.1:9877", STATE_FIN_WAIT2, 0, 0, TIMER_OFF, 0,
	    0, 0, 9403},
	{"127.0.0.1:40005", "127.0.0.1:9877", STATE_ESTABLISHED, 10, 0, TIMER_ON,
	    0x17, 2, 0, 9405},
	{"127.0.0.1:40006", "127.0.0.1:9877", STATE_FIN_WAIT1, 1, 0, TIMER_ON, 0x17,
	    2, 0, 0},
	{"127.0.0.1:40008", "127.0.0.1:9877", STATE_LAST_ACK, 1, 1, TIMER_ON, 0x2a,
	    2, 0, 0},
	{"127.0.0.1:40009", "127.0.0.1:9877", STATE_SYN_SENT, 1, 0, TIMER_ON, 0x52,
	    1, 0, 9413},
	{"127.0.0.1:9877", "127.0.0.1:40009", STATE_SYN_RECV, 0, 0, TIMER_ON, 0xb6,
	    1, 0, 0},
	{"127.0.0.1:40010", "127.0.0.1:9877", STATE_ESTABLISHED, 0, 0,
	    TIMER_KEEPALIVE, 0xafc07, 0, 0, 9414},
	{"127.0.0.1:40011", "127.0.0.1:9877", STATE_ESTABLISHED, 0x39b600, 0,
	    TIMER_PROBE, 0x34, 0, 1, 9416},
	{"127.0.0.1:9877", "127.0.0.1:40012", STATE_ESTABLISHED, 0, 0, TIMER_OFF, 0,
	    0, 0, 0},
};

START_TEST(test_captured)
{
	size_t bad = 0;
	struct tcp_table table = parse_fixture("proc_net_tcp/tcp.txt", 4, 0, &bad);
	const struct tcp_row *row =
	    find_row(&table, expected[_i].local, expected[_i].remote);
	int64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);

	ck_assert_uint_eq(bad, 0);
	ck_assert_uint_eq(table.count, 25);
	ck_assert_int_eq(row->family, 4);
	ck_assert_str_eq(tcp_state_name(row->state),
	    tcp_state_name(expected[_i].state));
	ck_assert_uint_eq(row->send_q, expected[_i].send_q);
	ck_assert_uint_eq(row->recv_q, expected[_i].recv_q);
	ck_assert_str_eq(tcp_timer_name(row->timer),
	    tcp_timer_name(expected[_i].timer));
	ck_assert_int_eq(row->timer_left, expected[_i].ticks * tick);
	ck_assert_uint_eq(row->retransmits, expected[_i].retransmits);
	ck_assert_uint_eq(row->probes, expected[_i].probes);
	ck_assert_uint_eq(row->uid, 0);
	ck_assert_uint_eq(row->inode, expected[_i].inode);
	tcp_table_free(&table);
}
END_TEST

START_TEST(test_captured_six)
{
	size_t bad = 0;
	struct tcp_table table = parse_fixture("proc_net_tcp/tcp6.txt", 6, 0, &bad);
	const struct tcp_row *row;

	ck_assert_uint_eq(bad, 0);
	ck_assert_uint_eq(table.count, 7);
	row = find_row(&table, "*:9878", "*:*");
	ck_assert_int_eq(row->state, STATE_LISTEN);
	ck_assert_int_eq(row->family, 6);
	ck_assert_int_eq(row->local.family, 6);
	row = find_row(&table, "[::1]:40101", "[::1]:9878");
	ck_assert_uint_eq(row->inode, 9474);
	row = find_row(&table, "[::1]:40103", "[::1]:9878");
	ck_assert_int_eq(row->state, STATE_TIME_WAIT);
	ck_assert_int_eq(row->timer_left, (int64_t)60 * 1000000000);
	row = find_row(&table, "[::ffff:127.0.0.1]:9878", "[::ffff:127.0.0.1]:40102");
	ck_assert_int_eq(row->local.family, 6);
	tcp_table_free(&table);
}
END_TEST

START_TEST(test_port)
{
	struct tcp_table table = parse_fixture("proc_net_tcp/tcp.txt", 4, 9877, NULL);

	ck_assert_uint_eq(table.count, 24);
	tcp_table_free(&table);
	table = parse_fixture("proc_net_tcp/tcp.txt", 4, 40001, NULL);
	ck_assert_uint_eq(table.count, 2);
	tcp_table_free(&table);
	table = parse_fixture("proc_net_tcp/tcp.txt", 4, 4, NULL);
	ck_assert_uint_eq(table.count, 0);
	tcp_table_free(&table);
}
END_TEST

START_TEST(test_malformed)
{
	size_t bad = 100;
	struct tcp_table table = parse_fixture("proc_net_tcp/malformed.txt", 4, 0,
	    &bad);

	ck_assert_uint_eq(bad, 100 + 30);
	ck_assert_uint_eq(table.count, 3);
	ck_assert_uint_eq(table.rows[0].uid, 1000);
	ck_assert_int_eq(table.rows[1].state, STATE_CLOSING);
	ck_assert_uint_eq(table.rows[1].inode, 4294967296);
	ck_assert_uint_eq(table.rows[1].probes, 2);
	ck_assert_int_eq(table.rows[2].state, STATE_TIME_WAIT);
	tcp_table_free(&table);
	/* tables of one family are no rows of the other */
	bad = 0;
	table = parse_fixture("proc_net_tcp/tcp.txt", 6, 0, &bad);
	ck_assert_uint_eq(bad, 25);
	ck_assert_uint_eq(table.count, 0);
	tcp_table_free(&table);
}
END_TEST

/* A text cut anywhere gives the whole rows before the cut; the copy's size is
 * exact, so that a checker of addresses sees a read behind it. */
START_TEST(test_cut_anywhere)
{
	size_t length;
	char *text = fixture_read("proc_net_tcp/tcp.txt", &length);
	struct tcp_table table = {0};

	for (size_t cut = 0; cut <= length; cut += 7) {
		char *copy = malloc(cut == 0 ? 1 : cut);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, text, cut);
		tcp_table_clear(&table);
		ck_assert_int_eq(tcp_table_parse(&table, copy, cut, 4, 0, NULL), 0);
		ck_assert_uint_ge(table.count + 2, cut / 150);
		ck_assert_uint_le(table.count, cut / 150 + 1);
		free(copy);
	}
	tcp_table_free(&table);
	free(text);
}
END_TEST

/* Bytes changed at random never do harm; the seed is fixed. */
START_TEST(test_garbage)
{
	size_t length;
	char *whole = fixture_read("proc_net_tcp/tcp6.txt", &length);
	char *text = malloc(length);
	struct tcp_table table = {0};
	unsigned short seed[3] = {1, 2, 3};

	ck_assert_ptr_nonnull(text);
	for (int round = 0; round < 4000; round++) {
		size_t bad = 0;
		if (round % 200 == 0) /* else nothing but garbage is left */
			memcpy(text, whole, length);
		for (int i = 0; i < 3; i++) {
			size_t at = (size_t)nrand48(seed) % length;
			text[at] = (char)nrand48(seed);
		}
		tcp_table_clear(&table);
		ck_assert_int_eq(tcp_table_parse(&table, text, length,
		    round % 2 == 0 ? 6 : 4, 0, &bad), 0);
		for (size_t i = 0; i < table.count; i++) {
			ck_assert_int_ge((int)table.rows[i].state, STATE_ESTABLISHED);
			ck_assert_int_le((int)table.rows[i].state, STATE_CLOSING);
			ck_assert_int_ge(table.rows[i].timer_left, 0);
		}
	}
	tcp_table_free(&table);
	free(text);
	free(whole);
}
END_TEST

/* Rows repeated at any distance, among many. */
START_TEST(test_drop_repeated)
{
	enum { ROWS = 3000 };
	struct tcp_table table = {0};
	struct tcp_row row = {.family = 6, .state = STATE_ESTABLISHED,
	    .local = {.family = 6}, .remote = {.family = 6}};

	ck_assert_int_eq(tcp_table_drop_repeated(&table, 0), 0);
	for (uint32_t i = 0; i < 2 * ROWS; i++) {
		row.uid = i;
		row.local.port = (uint16_t)(i % ROWS / 100);
		row.remote.port = (uint16_t)(i % ROWS % 100);
		ck_assert_int_eq(tcp_table_append(&table, &row), 0);
	}
	ck_assert_int_eq(tcp_table_drop_repeated(&table, 0), 0);
	ck_assert_uint_eq(table.count, ROWS);
	for (uint32_t i = 0; i < ROWS; i++)
		ck_assert_uint_eq(table.rows[i].uid, ROWS + i);
	tcp_table_free(&table);
}
END_TEST

START_TEST(test_append_grows)
{
	struct tcp_table table = {0};
	struct tcp_row row = {.family = 4};

	for (uint32_t i = 0; i < 1000; i++) {
		row.uid = i;
		ck_assert_int_eq(tcp_table_append(&table, &row), 0);
	}
	ck_assert_uint_eq(table.count, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(table.rows[i].uid, i);
	tcp_table_clear(&table);
	ck_assert_uint_eq(table.count, 0);
	ck_assert_ptr_nonnull(table.rows);
	tcp_table_free(&table);
	ck_assert_ptr_null(table.rows);
	ck_assert_uint_eq(table.room, 0);
}
END_TEST

START_TEST(test_index)
{
	struct tcp_table table = {0};
	struct tcp_row row = {.family = 4, .local.port = 9877};

	ck_assert_int_eq(tcp_table_index(&table), 0);
	ck_assert(!tcp_table_has(&table, &row));
	for (uint32_t i = 0; i < 1000; i++) {
		row.remote.port = (uint16_t)(i * 7919 % 1000);
		row.remote.address[3] = (uint8_t)(i % 3);
		ck_assert_int_eq(tcp_table_append(&table, &row), 0);
	}
	ck_assert_int_eq(tcp_table_index(&table), 0);
	for (uint32_t i = 0; i < 1000; i++) {
		row = table.rows[i];
		ck_assert(tcp_table_has(&table, &row));
		row.family = 6;
		ck_assert(!tcp_table_has(&table, &row));
		row.family = 4;
		row.remote.address[3] = 3;
		ck_assert(!tcp_table_has(&table, &row));
		row.remote.port = 1000;
		ck_assert(!tcp_table_has(&table, &row));
	}
	tcp_table_free(&table);
}
END_TEST

/* Listeners that share a port are told apart by their inodes, others by their ends. */
START_TEST(test_index_of_listeners)
{
	struct tcp_table table = {0};
	struct tcp_row row = {.family = 4, .local.port = 9877, .state = STATE_LISTEN};

	for (row.inode = 10; row.inode < 20; row.inode += 2)
		ck_assert_int_eq(tcp_table_append(&table, &row), 0);
	ck_assert_int_eq(tcp_table_index(&table), 0);
	for (row.inode = 9; row.inode < 21; row.inode++)
		ck_assert_int_eq(tcp_table_has(&table, &row),
		    row.inode % 2 == 0 && row.inode >= 10 && row.inode < 20);
	tcp_table_clear(&table);
	row.state = STATE_ESTABLISHED;
	ck_assert_int_eq(tcp_table_append(&table, &row), 0);
	ck_assert_int_eq(tcp_table_index(&table), 0);
	row.inode = 0;
	row.state = STATE_TIME_WAIT;
	ck_assert(tcp_table_has(&table, &row));
	for (int i = 0; i < 5; i++) {
		struct tcp_row other = row;
		other.local.port += i == 0;
		other.remote.port += i == 1;
		other.local.address[3] += i == 2;
		other.remote.address[3] += i == 3;
		other.family = i == 4 ? 6 : 4;
		ck_assert_msg(!tcp_table_has(&table, &other), "%d", i);
	}
	tcp_table_free(&table);
}
END_TEST

/* Milliseconds on the monotonic clock. */
static int64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* A socket that listens on a free port of the loopback address. */
static int
open_listener(uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (void *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(fd, 100), 0);
	ck_assert_int_eq(getsockname(fd, (void *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* More rows than the kernel hands out at once: all are there, none twice. */
START_TEST(test_read_live)
{
	enum { CONNECTIONS = 80 };
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct tcp_table table = {0};
	int fds[CONNECTIONS], listener;
	char *buffer = NULL;
	size_t size = 0;
	uint16_t port;

	listener = open_listener(&port);
	address.sin_port = htons(port);
	for (int i = 0; i < CONNECTIONS; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(connect(fds[i], (void *)&address, sizeof address), 0);
	}
	for (int64_t complete = 0, end = now() + DEADLINE; complete < 3;) {
		size_t listening = 0;
		/* rows can be missed while others come and go on this machine */
		ck_assert_msg(now() < end, "%zu rows of ours", table.count);
		tcp_table_clear(&table);
		ck_assert_int_eq(tcp_table_read(&table, "/proc/self/net/tcp", 4, port,
		    &buffer, &size), 0);
		for (size_t i = 0; i < table.count; i++)
			listening += table.rows[i].state == STATE_LISTEN &&
			    table.rows[i].recv_q == CONNECTIONS;
		complete += listening == 1 && table.count >= 1 + 2 * CONNECTIONS;
		for (size_t i = 0; i < table.count; i++) {
			for (size_t j = i + 1; j < table.count; j++)
				ck_assert(!endpoint_equal(&table.rows[i].local,
				    &table.rows[j].local) ||
				    !endpoint_equal(&table.rows[i].remote,
				    &table.rows[j].remote));
		}
	}
	for (int i = 0; i < CONNECTIONS; i++)
		close(fds[i]);
	close(listener);
	tcp_table_free(&table);
	free(buffer);
}
END_TEST

/* Repeated rows: of two the later counts, at the place of the first; listeners
 * that share a port are two. */
START_TEST(test_read_repeated)
{
	static const char text[] =
	    "  sl  local_address rem_address   st\n"
	    "   0: 0100007F:2695 00000000:0000 0A 0:1 00:0 0 0 0 11 1 0\n"
	    "   1: 0100007F:2695 00000000:0000 0A 0:2 00:0 0 0 0 12 1 0\n"
	    "   2: 0100007F:2695 0100007F:9C41 01 0:0 00:0 0 0 0 13 1 0\n"
	    "   3: 0100007F:2695 0100007F:9C42 01 0:0 00:0 0 0 0 14 1 0\n"
	    "   4: 0100007F:2695 0100007F:9C41 06 0:0 03:0 0 0 0 0 1 0\n"
	    "   5: 0100007F:2695 00000000:0000 0A 0:3 00:0 0 0 0 11 1 0\n";
	int fd = memfd_create("rows", MFD_CLOEXEC);
	struct tcp_table table = {0};
	char path[64], *buffer = NULL;
	size_t size = 0;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, sizeof text - 1), sizeof text - 1);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	/* what was in the table before stays, even if it is the same */
	for (size_t round = 0; round < 2; round++) {
		const struct tcp_row *rows;
		ck_assert_int_eq(tcp_table_read(&table, path, 4, 0, &buffer, &size), 0);
		ck_assert_uint_eq(table.count, 4 * (round + 1));
		rows = table.rows + 4 * round;
		ck_assert_uint_eq(rows[0].recv_q, 3);
		ck_assert_uint_eq(rows[1].recv_q, 2);
		ck_assert_int_eq(rows[2].state, STATE_TIME_WAIT);
		ck_assert_uint_eq(rows[3].inode, 14);
	}
	close(fd);
	tcp_table_free(&table);
	free(buffer);
}
END_TEST

START_TEST(test_read_absent)
{
	struct tcp_table table = {0};
	char *buffer = NULL;
	size_t size = 0;
	int before = dup(0), after;

	errno = 0;
	ck_assert_int_eq(tcp_table_read(&table, "/proc/self/net/none", 4, 0, &buffer,
	    &size), -1);
	ck_assert_int_eq(errno, ENOENT);
	errno = 0; /* opens, but cannot be read */
	ck_assert_int_eq(tcp_table_read(&table, "/proc/self", 4, 0, &buffer, &size),
	    -1);
	ck_assert_int_eq(errno, EISDIR);
	close(before);
	after = dup(0);
	ck_assert_int_eq(before, after);
	close(after);
	free(buffer);
}
END_TEST

START_TEST(test_timer_names)
{
	ck_assert_str_eq(tcp_timer_name(TIMER_OFF), "off");
	ck_assert_str_eq(tcp_timer_name(TIMER_ON), "on");
	ck_assert_str_eq(tcp_timer_name(TIMER_KEEPALIVE), "keepalive");
	ck_assert_str_eq(tcp_timer_name(TIMER_TIME_WAIT), "timewait");
	ck_assert_str_eq(tcp_timer_name(TIMER_PROBE), "probe");
	ck_assert_str_eq(tcp_timer_name((enum tcp_timer)5), "unknown");
}
END_TEST

Suite *
tcp_table_suite(void)
{
	Suite *suite = suite_create("tcp_table");
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_captured, 0,
	    (int)(sizeof expected / sizeof expected[0]));
	tcase_add_test(tcase, test_captured_six);
	tcase_add_test(tcase, test_port);
	tcase_add_test(tcase, test_malformed);
	tcase_add_test(tcase, test_cut_anywhere);
	tcase_add_test(tcase, test_garbage);
	tcase_add_test(tcase, test_append_grows);
	tcase_add_test(tcase, test_index);
	tcase_add_test(tcase, test_index_of_listeners);
	tcase_add_test(tcase, test_drop_repeated);
	tcase_add_test(tcase, test_read_live);
	tcase_add_test(tcase, test_read_repeated);
	tcase_add_test(tcase, test_read_absent);
	tcase_add_test(tcase, test_timer_names);
	suite_add_tcase(suite, tcase);
	return suite;
}
