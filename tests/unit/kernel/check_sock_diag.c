/* check_sock_diag.c: the kernel's answers about sockets of our own on loopback. */
#include "sock_diag.h"

#include "endpoint.h"
#include "refuse_call.h"
#include "suites.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/stat.h>

enum { DEADLINE = 10000 /* milliseconds */ };

/* A listener on a free port, and one connection to it. */
struct pair {
	int listener, client, server;
	struct report_endpoint listening, near, far; /* near: the client's end */
};

static struct sock_diag *diag;

static void
setup(void)
{
	diag = sock_diag_open();
	ck_assert_msg(diag != NULL, "sock_diag_open: %s", strerror(errno));
}

static void
teardown(void)
{
	sock_diag_close(diag);
}

/* The local end of a socket. */
static struct report_endpoint
local_end(int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;

	ck_assert_int_eq(getsockname(fd, (void *)&address, &length), 0);
	return report_endpoint_from(&address);
}

/* Is IPv6 there at all? */
static bool
have_six(void)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool have = fd >= 0 && bind(fd, (void *)&address, sizeof address) == 0;

	if (fd >= 0)
		close(fd);
	return have;
}

/* Listens at an address; connect_to is where the client goes. */
static struct pair
listen_at(int family, const char *address)
{
	struct pair pair = {.client = -1, .server = -1};
	struct report_endpoint at = {.family = family == AF_INET ? 4 : 6};
	struct sockaddr_storage storage;
	socklen_t length;

	ck_assert_int_eq(inet_pton(family, address, at.address), 1);
	length = report_endpoint_to(&at, &storage);
	pair.listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(pair.listener, 0);
	ck_assert_int_eq(bind(pair.listener, (void *)&storage, length), 0);
	ck_assert_int_eq(listen(pair.listener, 5), 0);
	pair.listening = local_end(pair.listener);
	return pair;
}

/* Connects without accepting; ttl is IP_MINTTL, 255: it hears nothing. */
static void
connect_pair(struct pair *pair, const char *address, int ttl)
{
	struct report_endpoint to = {.port = pair->listening.port, .family = 4};
	struct sockaddr_storage storage;
	socklen_t length;
	int outcome;

	if (inet_pton(AF_INET, address, to.address) != 1) {
		to.family = 6;
		ck_assert_int_eq(inet_pton(AF_INET6, address, to.address), 1);
	}
	length = report_endpoint_to(&to, &storage);
	pair->client = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC |
	    (ttl > 0 ? SOCK_NONBLOCK : 0), 0);
	ck_assert_int_ge(pair->client, 0);
	if (ttl > 0)
		ck_assert_int_eq(setsockopt(pair->client, IPPROTO_IP, IP_MINTTL, &ttl,
		    sizeof ttl), 0);
	outcome = connect(pair->client, (void *)&storage, length);
	if (ttl > 0)
		ck_assert(outcome == -1 && errno == EINPROGRESS);
	else
		ck_assert_int_eq(outcome, 0);
	pair->near = local_end(pair->client);
	pair->far = to;
}

static struct pair
make_pair(int family, const char *at, const char *to)
{
	struct pair pair = listen_at(family, at);

	connect_pair(&pair, to, 0);
	pair.server = accept4(pair.listener, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(pair.server, 0);
	return pair;
}

static void
close_pair(struct pair *pair)
{
	if (pair->server >= 0)
		close(pair->server);
	if (pair->client >= 0)
		close(pair->client);
	close(pair->listener);
}

static uint64_t
inode_of(int fd)
{
	struct stat status;

	ck_assert_int_eq(fstat(fd, &status), 0);
	return status.st_ino;
}

/* Milliseconds on the monotonic clock. */
static int64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Asks until the socket is in the state; GONE: until there is none. */
static struct sock_diag_answer
await_state(const struct report_endpoint *local,
    const struct report_endpoint *remote, enum tcp_state state)
{
	int64_t deadline = now() + DEADLINE;
	struct sock_diag_answer answer;

	for (;;) {
		int found = sock_diag_find(diag, local, remote, &answer);
		enum tcp_state seen = found == 1 ? answer.row.state : STATE_GONE;
		ck_assert_msg(found >= 0, "sock_diag_find: %s", strerror(errno));
		if (seen == state)
			return answer;
		if (now() > deadline)
			ck_abort_msg("%s, not %s", tcp_state_name(seen),
			    tcp_state_name(state));
		poll(NULL, 0, 1);
	}
}

/* How many rows of the table have these ends and this state. */
static size_t
count_rows(const struct tcp_table *table, const struct report_endpoint *local,
    const struct report_endpoint *remote, enum tcp_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct tcp_row *row = &table->rows[i];
		count += row->state == state && endpoint_equal(&row->local, local) &&
		    endpoint_equal(&row->remote, remote);
	}
	return count;
}

static const struct {
	int family;
	const char *at, *to;
} places[] = {
	{AF_INET, "127.0.0.1", "127.0.0.1"},
	{AF_INET, "0.0.0.0", "127.0.0.1"},
	{AF_INET6, "::1", "::1"},
	{AF_INET6, "::", "::1"},
};

START_TEST(test_find)
{
	struct sock_diag_answer answer;
	struct pair pair;
	uint32_t uid = getuid();

	if (places[_i].family == AF_INET6 && !have_six())
		return;
	pair = make_pair(places[_i].family, places[_i].at, places[_i].to);
	ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_int_eq(answer.row.state, STATE_ESTABLISHED);
	ck_assert_uint_eq(answer.row.inode, inode_of(pair.client));
	ck_assert_uint_eq(answer.row.uid, uid);
	ck_assert_int_eq(answer.row.family, places[_i].family == AF_INET ? 4 : 6);
	ck_assert(endpoint_equal(&answer.row.local, &pair.near));
	ck_assert(endpoint_equal(&answer.row.remote, &pair.far));
	ck_assert(answer.has_details);
	ck_assert_uint_gt(answer.details.rto, 0);
	ck_assert_int_eq(sock_diag_find(diag, &pair.far, &pair.near, &answer), 1);
	ck_assert_uint_eq(answer.row.inode, inode_of(pair.server));
	ck_assert_uint_eq(answer.row.recv_q, 0);
	ck_assert_int_eq(write(pair.client, "hello", 5), 5);
	ck_assert_int_eq(sock_diag_find(diag, &pair.far, &pair.near, &answer), 1);
	ck_assert_uint_eq(answer.row.recv_q, 5);
	close_pair(&pair);
}
END_TEST

/* The kernel would answer with the listener. */
START_TEST(test_find_absent)
{
	struct sock_diag_answer answer;
	struct report_endpoint absent;
	struct pair pair;

	if (places[_i].family == AF_INET6 && !have_six())
		return;
	pair = make_pair(places[_i].family, places[_i].at, places[_i].to);
	absent = pair.near;
	absent.port = 1;
	ck_assert_int_eq(sock_diag_find(diag, &pair.far, &absent, &answer), 0);
	absent = pair.far;
	absent.port = 1;
	ck_assert_int_eq(sock_diag_find(diag, &pair.near, &absent, &answer), 0);
	close(pair.listener);
	pair.listener = dup(pair.client);
	absent.port = pair.near.port;
	ck_assert_int_eq(sock_diag_find(diag, &pair.near, &absent, &answer), 0);
	close_pair(&pair);
}
END_TEST

/* An answer is given once more until it is forgotten; to ask is always to ask. */
START_TEST(test_recall)
{
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	struct sock_diag_answer answer;

	ck_assert_int_eq(sock_diag_recall(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_uint_eq(answer.row.recv_q, 0);
	ck_assert_int_eq(write(pair.server, "abc", 3), 3);
	ck_assert_int_eq(sock_diag_recall(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_uint_eq(answer.row.recv_q, 0); /* as it was */
	ck_assert(answer.has_details);
	ck_assert_int_eq(sock_diag_recall(diag, &pair.far, &pair.near, &answer), 1);
	ck_assert(endpoint_equal(&answer.row.local, &pair.far)); /* the other end is another */
	ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_uint_eq(answer.row.recv_q, 3);
	ck_assert_int_eq(sock_diag_recall(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_uint_eq(answer.row.recv_q, 3); /* the latest */
	ck_assert_int_eq(write(pair.server, "d", 1), 1);
	sock_diag_forget(diag);
	ck_assert_int_eq(sock_diag_recall(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_uint_eq(answer.row.recv_q, 4);
	sock_diag_forget(NULL);
	close_pair(&pair);
}
END_TEST

/* There is room for a few answers; of the others each is asked for. */
START_TEST(test_recall_of_many)
{
	struct pair pairs[6];
	struct sock_diag_answer answer;

	for (int i = 0; i < 6; i++) {
		pairs[i] = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
		ck_assert_int_eq(sock_diag_recall(diag, &pairs[i].near, &pairs[i].far,
		    &answer), 1);
		ck_assert_int_eq(write(pairs[i].server, "x", 1), 1);
	}
	for (unsigned i = 0; i < 6; i++) {
		ck_assert_int_eq(sock_diag_recall(diag, &pairs[i].near, &pairs[i].far,
		    &answer), 1);
		ck_assert_uint_eq(answer.row.recv_q, i < 4 ? 0 : 1);
		close_pair(&pairs[i]);
	}
}
END_TEST

/* The server's row in tcp6, the client's in tcp: either address finds both. */
START_TEST(test_find_mapped)
{
	struct report_endpoint near = {.family = 6}, far = {.family = 6};
	struct sock_diag_answer answer;
	struct pair pair;

	if (!have_six())
		return;
	pair = make_pair(AF_INET6, "::", "127.0.0.1");
	inet_pton(AF_INET6, "::ffff:127.0.0.1", near.address);
	inet_pton(AF_INET6, "::ffff:127.0.0.1", far.address);
	near.port = pair.near.port;
	far.port = pair.far.port;
	ck_assert_int_eq(sock_diag_find(diag, &near, &far, &answer), 1);
	ck_assert_int_eq(answer.row.family, 4);
	ck_assert_uint_eq(answer.row.inode, inode_of(pair.client));
	ck_assert_int_eq(sock_diag_find(diag, &far, &near, &answer), 1);
	ck_assert_int_eq(answer.row.family, 6);
	ck_assert_uint_eq(answer.row.inode, inode_of(pair.server));
	ck_assert_int_eq(sock_diag_find(diag, &pair.far, &pair.near, &answer), 1);
	ck_assert_int_eq(answer.row.family, 6);
	ck_assert_uint_eq(answer.row.inode, inode_of(pair.server));
	close_pair(&pair);
}
END_TEST

START_TEST(test_find_bad_family)
{
	struct report_endpoint four = {.family = 4}, six = {.family = 6}, none = {0};
	struct sock_diag_answer answer;

	errno = 0;
	ck_assert_int_eq(sock_diag_find(diag, &four, &six, &answer), -1);
	ck_assert_int_eq(errno, EINVAL);
	errno = 0;
	ck_assert_int_eq(sock_diag_find(diag, &none, &none, &answer), -1);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

/* The end of a connection, state by state, and its timers. */
START_TEST(test_states)
{
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	struct sock_diag_answer answer;

	close(pair.client);
	pair.client = -1;
	await_state(&pair.far, &pair.near, STATE_CLOSE_WAIT);
	answer = await_state(&pair.near, &pair.far, STATE_FIN_WAIT2);
	ck_assert_int_eq(answer.row.timer, TIMER_TIME_WAIT);
	ck_assert_uint_eq(answer.row.inode, 0);
	ck_assert(!answer.has_details);
	close(pair.server);
	pair.server = -1;
	await_state(&pair.far, &pair.near, STATE_GONE);
	answer = await_state(&pair.near, &pair.far, STATE_TIME_WAIT);
	ck_assert_int_eq(answer.row.timer, TIMER_TIME_WAIT);
	ck_assert_int_gt(answer.row.timer_left, (int64_t)30 * 1000000000);
	ck_assert_int_le(answer.row.timer_left, (int64_t)61 * 1000000000);
	ck_assert_uint_eq(answer.row.inode, 0);
	close_pair(&pair);
}
END_TEST

/* Data that nobody hears is sent again and again. */
START_TEST(test_retransmission)
{
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	int64_t deadline = now() + DEADLINE;
	struct sock_diag_answer answer;
	int deaf = 255;

	ck_assert_int_eq(setsockopt(pair.server, IPPROTO_IP, IP_MINTTL, &deaf,
	    sizeof deaf), 0);
	ck_assert_int_eq(write(pair.client, "hello", 5), 5);
	ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_int_eq(answer.row.timer, TIMER_ON);
	ck_assert_uint_eq(answer.row.send_q, 5);
	ck_assert_uint_eq(answer.details.unacked, 1);
	do {
		ck_assert_int_lt(now(), deadline);
		poll(NULL, 0, 5);
		ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer),
		    1);
	} while (answer.details.retransmits < 2);
	ck_assert_uint_ge(answer.details.total_retransmits, answer.details.retransmits);
	ck_assert_uint_eq(answer.row.retransmits, answer.details.retransmits);
	ck_assert_uint_ge(answer.details.backoff, 1);
	ck_assert_int_gt(answer.row.timer_left, 0);
	ck_assert_int_le(answer.row.timer_left, (int64_t)DEADLINE * 1000000);
	close_pair(&pair);
}
END_TEST

/* What TCP_INFO says of a socket of ours, asked for at the socket itself. */
static void
check_details(int fd, const struct report_endpoint *local,
    const struct report_endpoint *remote)
{
	struct sock_diag_answer answer;
	struct tcp_info info = {0};
	socklen_t length = sizeof info;

	ck_assert_int_eq(sock_diag_find(diag, local, remote, &answer), 1);
	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
	ck_assert_uint_eq(answer.details.rtt, info.tcpi_rtt);
	ck_assert_uint_eq(answer.details.rtt_variation, info.tcpi_rttvar);
	ck_assert_uint_eq(answer.details.rto, info.tcpi_rto);
	ck_assert_uint_eq(answer.details.cwnd, info.tcpi_snd_cwnd);
	ck_assert_uint_eq(answer.details.ssthresh, info.tcpi_snd_ssthresh);
	ck_assert_uint_eq(answer.details.mss, info.tcpi_snd_mss);
	ck_assert_uint_eq(answer.details.unacked, info.tcpi_unacked);
	ck_assert_uint_eq(answer.details.lost, info.tcpi_lost);
	ck_assert_uint_eq(answer.details.total_retransmits, info.tcpi_total_retrans);
	ck_assert_uint_eq(answer.row.probes, info.tcpi_probes);
	ck_assert_uint_eq(answer.details.probes, info.tcpi_probes);
}

START_TEST(test_details)
{
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	struct sock_diag_answer answer;
	int64_t million = 1000000;

	ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_int_eq(answer.details.sent_ago, -1); /* never */
	ck_assert_int_eq(answer.details.received_ago, -1);
	ck_assert_int_eq(write(pair.client, "hello", 5), 5);
	ck_assert_int_eq(write(pair.server, "welcome", 7), 7);
	check_details(pair.client, &pair.near, &pair.far);
	check_details(pair.server, &pair.far, &pair.near);
	ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_uint_eq(answer.details.bytes_sent, 5);
	ck_assert_uint_eq(answer.details.bytes_received, 7);
	int64_t sent = answer.details.sent_ago, received = answer.details.received_ago;
	ck_assert_int_eq(sent % million, 0);
	ck_assert_int_ge(sent, 0);
	ck_assert_int_ge(received, 0);
	poll(NULL, 0, 30);
	ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_int_ge(answer.details.sent_ago, sent + 20 * million);
	ck_assert_int_ge(answer.details.received_ago, received + 20 * million);
	ck_assert_int_lt(answer.details.sent_ago, (int64_t)DEADLINE * million);
	close_pair(&pair);
}
END_TEST

/* How many bytes have come here. */
static uint64_t
received(const struct report_endpoint *local, const struct report_endpoint *remote)
{
	struct sock_diag_answer answer;
	ck_assert_int_eq(sock_diag_find(diag, local, remote, &answer), 1);
	return answer.details.bytes_received;
}

/* A FIN has a sequence number, and is no byte. */
START_TEST(test_a_fin_is_no_byte)
{
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	struct sock_diag_answer answer;
	char bytes[8];

	ck_assert_int_eq(write(pair.server, "welcome", 7), 7);
	ck_assert_int_eq(shutdown(pair.server, SHUT_WR), 0);
	ck_assert_uint_eq(received(&pair.near, &pair.far), 7); /* CLOSE_WAIT */
	ck_assert_int_eq(read(pair.client, bytes, sizeof bytes), 7);
	ck_assert_uint_eq(received(&pair.near, &pair.far), 7);
	close_pair(&pair);
	pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	ck_assert_int_eq(shutdown(pair.server, SHUT_WR), 0);
	ck_assert_uint_eq(received(&pair.near, &pair.far), 0);
	ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer), 1);
	ck_assert_int_eq(answer.details.received_ago, -1);
	close_pair(&pair);
}
END_TEST

/* A window that is closed is probed: that count is the probes', not retransmissions. */
START_TEST(test_probes)
{
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	int64_t deadline = now() + 2 * DEADLINE;
	struct sock_diag_answer answer;
	static const char bytes[65536];

	ck_assert_int_eq(fcntl(pair.client, F_SETFL, O_NONBLOCK), 0);
	while (write(pair.client, bytes, sizeof bytes) > 0)
		continue;
	do {
		ck_assert_int_lt(now(), deadline);
		poll(NULL, 0, 5);
		ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer),
		    1);
	} while (answer.row.timer != TIMER_PROBE);
	ck_assert_uint_gt(answer.row.send_q, 0);
	ck_assert_uint_eq(answer.row.retransmits, 0);
	ck_assert_int_gt(answer.row.timer_left, 0);
	struct tcp_table table = {0};
	ck_assert_int_eq(sock_diag_dump(diag, 4, pair.near.port, &table), 0);
	for (size_t i = 0; i < table.count; i++)
		if (table.rows[i].timer == TIMER_PROBE)
			ck_assert_uint_eq(table.rows[i].retransmits, 0);
	tcp_table_free(&table);
	close_pair(&pair);
}
END_TEST

/* Netlink may be refused altogether, or later. */
START_TEST(test_refused)
{
	static const long calls[] = {SYS_socket, SYS_bind, SYS_sendto};
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	struct tcp_table table = {0};
	struct sock_diag_answer answer;
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC), after;

	close(before);
	ck_assert(refuse_call(calls[_i], EPERM));
	errno = 0;
	ck_assert_ptr_null(sock_diag_open());
	ck_assert_int_eq(errno, EPERM);
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(after);
	ck_assert_int_eq(before, after);
	if (calls[_i] == SYS_sendto) {
		errno = 0;
		ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer), -1);
		ck_assert_int_eq(errno, EPERM);
		ck_assert_int_eq(sock_diag_dump(diag, 4, 0, &table), -1);
		ck_assert_int_eq(sock_diag_listeners(diag, 4, 9877, &table), -1);
		ck_assert_uint_eq(table.count, 0);
	}
	close_pair(&pair);
}
END_TEST

/* A dump has every row of ours once, whatever its state. */
START_TEST(test_dump)
{
	struct pair first = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	struct pair second = {.listener = dup(first.listener),
	    .listening = first.listening, .server = -1};
	struct pair third = {.listener = dup(first.listener),
	    .listening = first.listening, .server = -1};
	struct report_endpoint none = {.family = 4};
	struct tcp_table table = {0};
	uint16_t port = first.listening.port;

	close(first.client);
	close(first.server);
	first.client = first.server = -1;
	await_state(&first.near, &first.far, STATE_TIME_WAIT);
	connect_pair(&second, "127.0.0.1", 0); /* waits to be accepted */
	connect_pair(&third, "127.0.0.1", 255); /* hears no answer */
	await_state(&third.far, &third.near, STATE_SYN_RECV);
	ck_assert_int_eq(sock_diag_dump(diag, 4, port, &table), 0);
	ck_assert_uint_eq(count_rows(&table, &first.listening, &none, STATE_LISTEN), 1);
	ck_assert_uint_eq(count_rows(&table, &first.near, &first.far,
	    STATE_TIME_WAIT), 1);
	ck_assert_uint_eq(count_rows(&table, &second.near, &second.far,
	    STATE_ESTABLISHED), 1);
	ck_assert_uint_eq(count_rows(&table, &second.far, &second.near,
	    STATE_ESTABLISHED), 1);
	ck_assert_uint_eq(count_rows(&table, &third.near, &third.far,
	    STATE_SYN_SENT), 1);
	ck_assert_uint_eq(count_rows(&table, &third.far, &third.near,
	    STATE_SYN_RECV), 1);
	for (size_t i = 0; i < table.count; i++) {
		const struct tcp_row *row = &table.rows[i];
		ck_assert(row->local.port == port || row->remote.port == port);
		ck_assert_int_eq(row->family, 4);
		if (row->state == STATE_LISTEN && row->local.port == port) {
			ck_assert_uint_eq(row->recv_q, 1);
			ck_assert_uint_eq(row->send_q, 0);
		}
	}
	tcp_table_free(&table);
	close_pair(&first);
	close_pair(&second);
	close_pair(&third);
}
END_TEST

/* The same rows as the file has. */
START_TEST(test_dump_like_file)
{
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	struct tcp_table dump = {0}, file = {0};
	char *buffer = NULL;
	size_t size = 0, ours = 0;

	ck_assert_int_eq(write(pair.client, "abc", 3), 3);
	ck_assert_int_eq(sock_diag_dump(diag, 4, pair.listening.port, &dump), 0);
	ck_assert_int_eq(tcp_table_read(&file, "/proc/self/net/tcp", 4,
	    pair.listening.port, &buffer, &size), 0);
	for (size_t i = 0; i < file.count; i++) {
		const struct tcp_row *row = &file.rows[i];
		if (row->inode != inode_of(pair.client) &&
		    row->inode != inode_of(pair.server) &&
		    row->inode != inode_of(pair.listener))
			continue;
		ours++;
		for (size_t j = 0; j <= dump.count; j++) {
			ck_assert_msg(j < dump.count, "row %zu is not in the dump", i);
			if (dump.rows[j].inode == row->inode &&
			    dump.rows[j].state == row->state &&
			    dump.rows[j].recv_q == row->recv_q &&
			    dump.rows[j].send_q == row->send_q &&
			    dump.rows[j].uid == row->uid &&
			    endpoint_equal(&dump.rows[j].local, &row->local) &&
			    endpoint_equal(&dump.rows[j].remote, &row->remote))
				break;
		}
	}
	ck_assert_uint_eq(ours, 3);
	tcp_table_free(&dump);
	tcp_table_free(&file);
	free(buffer);
	close_pair(&pair);
}
END_TEST

START_TEST(test_dump_six)
{
	struct tcp_table table = {0};
	struct pair pair;

	if (!have_six())
		return;
	pair = make_pair(AF_INET6, "::", "127.0.0.1");
	ck_assert_int_eq(sock_diag_dump(diag, 6, pair.listening.port, &table), 0);
	ck_assert_uint_eq(count_rows(&table, &pair.far, &pair.near,
	    STATE_ESTABLISHED), 1);
	ck_assert_uint_eq(count_rows(&table, &pair.near, &pair.far,
	    STATE_ESTABLISHED), 0);
	tcp_table_clear(&table);
	ck_assert_int_eq(sock_diag_dump(diag, 4, pair.listening.port, &table), 0);
	ck_assert_uint_eq(count_rows(&table, &pair.near, &pair.far,
	    STATE_ESTABLISHED), 1);
	tcp_table_free(&table);
	close_pair(&pair);
}
END_TEST

/* More than one message can hold; port 0 is every port. */
START_TEST(test_dump_many)
{
	enum { CONNECTIONS = 300 };
	struct pair pair = listen_at(AF_INET, "127.0.0.1");
	struct tcp_table table = {0};
	int clients[CONNECTIONS], servers[CONNECTIONS];

	for (int i = 0; i < CONNECTIONS; i++) {
		connect_pair(&pair, "127.0.0.1", 0);
		clients[i] = pair.client;
		servers[i] = accept4(pair.listener, NULL, NULL, SOCK_CLOEXEC);
		ck_assert_int_ge(servers[i], 0);
	}
	ck_assert_int_eq(sock_diag_dump(diag, 4, pair.listening.port, &table), 0);
	ck_assert_uint_ge(table.count, 1 + 2 * CONNECTIONS);
	for (int i = 0; i < CONNECTIONS; i++) {
		struct report_endpoint near = local_end(clients[i]);
		ck_assert_uint_eq(count_rows(&table, &near, &pair.far,
		    STATE_ESTABLISHED), 1);
		ck_assert_uint_eq(count_rows(&table, &pair.far, &near,
		    STATE_ESTABLISHED), 1);
	}
	tcp_table_clear(&table);
	ck_assert_int_eq(sock_diag_dump(diag, 4, 0, &table), 0);
	ck_assert_uint_ge(table.count, 1 + 2 * CONNECTIONS);
	tcp_table_free(&table);
	for (int i = 0; i < CONNECTIONS; i++) {
		close(clients[i]);
		close(servers[i]);
	}
	close(pair.listener);
}
END_TEST

START_TEST(test_listeners)
{
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	struct report_endpoint none = {.family = 4};
	struct tcp_table table = {0};

	ck_assert_int_eq(sock_diag_listeners(diag, 4, pair.listening.port, &table), 0);
	ck_assert_uint_eq(count_rows(&table, &pair.listening, &none, STATE_LISTEN), 1);
	for (size_t i = 0; i < table.count; i++) {
		ck_assert_int_eq(table.rows[i].state, STATE_LISTEN);
		ck_assert_int_eq(table.rows[i].local.port, pair.listening.port);
	}
	close(pair.listener);
	pair.listener = dup(pair.client);
	tcp_table_clear(&table);
	ck_assert_int_eq(sock_diag_listeners(diag, 4, pair.listening.port, &table), 0);
	ck_assert_uint_eq(count_rows(&table, &pair.listening, &none, STATE_LISTEN), 0);
	tcp_table_free(&table);
	close_pair(&pair);
}
END_TEST

/* Nothing of one answer is left to meet the next question. */
START_TEST(test_in_turns)
{
	struct pair pair = make_pair(AF_INET, "127.0.0.1", "127.0.0.1");
	struct sock_diag_answer answer;
	struct report_endpoint absent = pair.near;
	struct tcp_table table = {0};

	absent.port = 1;
	for (int round = 0; round < 100; round++) {
		ck_assert_int_eq(sock_diag_find(diag, &pair.near, &pair.far, &answer),
		    1);
		ck_assert_int_eq(sock_diag_find(diag, &pair.far, &absent, &answer), 0);
		tcp_table_clear(&table);
		ck_assert_int_eq(sock_diag_dump(diag, 4, pair.listening.port, &table),
		    0);
		ck_assert_uint_ge(table.count, 3);
	}
	tcp_table_free(&table);
	close_pair(&pair);
}
END_TEST

START_TEST(test_descriptors)
{
	int before = dup(0), after;
	struct sock_diag *other;

	close(before);
	other = sock_diag_open();
	ck_assert_ptr_nonnull(other);
	ck_assert_int_ne(fcntl(before, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_ne(fcntl(before, F_GETFL) & O_NONBLOCK, 0);
	sock_diag_close(other);
	after = dup(0);
	ck_assert_int_eq(before, after);
	close(after);
	sock_diag_close(NULL);
}
END_TEST

Suite *
sock_diag_suite(void)
{
	Suite *suite = suite_create("sock_diag");
	TCase *tcase = tcase_create("live");
	int count = sizeof places / sizeof places[0];

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test_find, 0, count);
	tcase_add_loop_test(tcase, test_find_absent, 0, count);
	tcase_add_test(tcase, test_find_mapped);
	tcase_add_test(tcase, test_recall);
	tcase_add_test(tcase, test_recall_of_many);
	tcase_add_test(tcase, test_find_bad_family);
	tcase_add_test(tcase, test_states);
	tcase_add_test(tcase, test_retransmission);
	tcase_add_test(tcase, test_details);
	tcase_add_test(tcase, test_a_fin_is_no_byte);
	tcase_add_test(tcase, test_probes);
	tcase_add_loop_test(tcase, test_refused, 0, 3);
	tcase_add_test(tcase, test_dump);
	tcase_add_test(tcase, test_dump_like_file);
	tcase_add_test(tcase, test_dump_six);
	tcase_add_test(tcase, test_dump_many);
	tcase_add_test(tcase, test_listeners);
	tcase_add_test(tcase, test_in_turns);
	tcase_add_test(tcase, test_descriptors);
	suite_add_tcase(suite, tcase);
	return suite;
}
