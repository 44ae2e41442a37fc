/* sock_diag.c: asking the kernel about TCP sockets by netlink.
 *
 * Sources: sock_diag(7), linux/inet_diag.h, and net/ipv4/inet_diag.c for what
 * they leave out:
 * - the kernel answers an exact query within send(2) and continues a dump within
 *   recv(2), so the socket can be non-blocking: EAGAIN would be an error;
 * - an exact query looks for a listener when the 4-tuple is absent, and finds an
 *   IPv6 socket for a v4-mapped address: the answer's ends must be compared, its
 *   family says in which of the two tables the row stands;
 * - a listener's wqueue is its backlog's limit where /proc/net/tcp shows 0;
 * - idiag_retrans is the count of the timer that runs: retransmissions, or probes;
 * - a kernel without this module says ENOENT to everything, also to an exact
 *   query, where it otherwise means "no such socket": hence the dump at the start.
 *
 * A dump is filtered in the kernel by a program of tests (inet_diag_bc_run()).  A
 * test that holds goes on "yes" bytes further, else "no" bytes; to come out at the
 * program's end accepts, four bytes behind it rejects. */
#include "sock_diag.h"

#include "endpoint.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

enum {
	ANSWER_ROOM = 32768, /* the most that the kernel puts into one dump message */
	REQUEST_ROOM = 512,
	ANSWERS_KEPT = 4,
	ALL_STATES = 0x1ffe, /* 1 to 11, and 12: how newer kernels keep SYN_RECV */
	LISTENING = 1 << STATE_LISTEN
};

/* What sock_diag_find() gave for these ends. */
struct kept_answer {
	struct report_endpoint local, remote;
	int result;
	struct sock_diag_answer answer;
};

struct sock_diag {
	struct mnl_socket *socket;
	struct kept_answer kept[ANSWERS_KEPT];
	size_t kept_count;
	uint32_t sequence;
	uint32_t request[REQUEST_ROOM / sizeof(uint32_t)]; /* aligned for a header */
	uint32_t answer[ANSWER_ROOM / sizeof(uint32_t)];
};

/* Where the messages of an answer go: to found, or else to table. */
struct receiver {
	struct sock_diag_answer *found;
	struct tcp_table *table;
	uint16_t port; /* of table's rows, 0: any */
	bool listeners; /* table's rows are LISTEN alone */
	int messages;
	int error;
};

/* Begins a request; the extra header, zeroed, is what the caller fills. */
static struct inet_diag_req_v2 *
request_begin(struct sock_diag *diag, uint16_t flags, int family)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(diag->request);
	struct inet_diag_req_v2 *request;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	header->nlmsg_seq = ++diag->sequence;
	request = mnl_nlmsg_put_extra_header(header, sizeof *request);
	request->sdiag_family = family == 6 ? AF_INET6 : AF_INET;
	request->sdiag_protocol = IPPROTO_TCP;
	request->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	return request;
}

/* Sends the request.  Returns 0 or -1 with errno. */
static int
request_send(struct sock_diag *diag)
{
	const struct nlmsghdr *header = (const void *)diag->request;
	ssize_t sent;

	do
		sent = mnl_socket_sendto(diag->socket, header, header->nlmsg_len);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
}

/* One end out of a message. */
static struct report_endpoint
message_endpoint(int family, const __be32 *address, __be16 port)
{
	struct report_endpoint endpoint = {0};

	endpoint.family = (uint8_t)family;
	endpoint.port = ntohs(port);
	memcpy(endpoint.address, address, family == 6 ? 16 : 4);
	return endpoint;
}

/* A message as the row that /proc/net/tcp would show. */
static bool
message_row(const struct inet_diag_msg *message, struct tcp_row *row)
{
	int family = message->idiag_family == AF_INET6 ? 6 : 4;

	if (message->idiag_state < STATE_ESTABLISHED ||
	    message->idiag_state > STATE_CLOSING + 1 ||
	    message->idiag_timer > TIMER_PROBE)
		return false;
	*row = (struct tcp_row){0};
	row->family = (uint8_t)family;
	row->local = message_endpoint(family, message->id.idiag_src,
	    message->id.idiag_sport);
	row->remote = message_endpoint(family, message->id.idiag_dst,
	    message->id.idiag_dport);
	row->state = (enum tcp_state)message->idiag_state;
	if (message->idiag_state > STATE_CLOSING)
		row->state = STATE_SYN_RECV;
	row->recv_q = message->idiag_rqueue;
	row->send_q = row->state == STATE_LISTEN ? 0 : message->idiag_wqueue;
	row->timer = (enum tcp_timer)message->idiag_timer;
	row->timer_left = (int64_t)message->idiag_expires * 1000000;
	if (row->timer == TIMER_KEEPALIVE || row->timer == TIMER_PROBE)
		row->probes = message->idiag_retrans;
	else
		row->retransmits = message->idiag_retrans;
	row->uid = message->idiag_uid;
	row->inode = message->idiag_inode;
	return true;
}

/* The bytes that have come: the kernel counts the peer's FIN as one of them, for it counts
 * sequence numbers (tcp_rcv_nxt_update(), net/ipv4/tcp_input.c). */
static uint64_t
bytes_received(const struct tcp_info *info)
{
	bool fin = info->tcpi_state == STATE_CLOSE_WAIT || info->tcpi_state == STATE_LAST_ACK ||
	    info->tcpi_state == STATE_CLOSING;
	return info->tcpi_bytes_received - (fin && info->tcpi_bytes_received > 0);
}

/* TCP_INFO in our words. */
static struct tcp_details
info_details(const struct tcp_info *info)
{
	return (struct tcp_details){
		.rtt = info->tcpi_rtt, .rtt_variation = info->tcpi_rttvar,
		.rto = info->tcpi_rto, .backoff = info->tcpi_backoff,
		.retransmits = info->tcpi_retransmits,
		.total_retransmits = info->tcpi_total_retrans,
		.probes = info->tcpi_probes,
		.unacked = info->tcpi_unacked, .lost = info->tcpi_lost,
		.cwnd = info->tcpi_snd_cwnd, .ssthresh = info->tcpi_snd_ssthresh,
		.mss = info->tcpi_snd_mss,
		.bytes_sent = info->tcpi_bytes_sent,
		.bytes_received = bytes_received(info),
		.sent_ago = info->tcpi_bytes_sent == 0 ? -1 :
		    (int64_t)info->tcpi_last_data_sent * 1000000,
		.received_ago = bytes_received(info) == 0 ? -1 :
		    (int64_t)info->tcpi_last_data_recv * 1000000,
	};
}

/* Fills in what TCP_INFO says; an older kernel's is shorter, a newer one's longer
 * than the struct known here. */
static void
message_details(const struct nlmsghdr *header, struct sock_diag_answer *answer)
{
	struct nlattr *attribute;
	struct tcp_info info = {0};
	size_t length;

	mnl_attr_for_each(attribute, header, sizeof(struct inet_diag_msg)) {
		if (mnl_attr_get_type(attribute) != INET_DIAG_INFO)
			continue;
		length = mnl_attr_get_payload_len(attribute);
		if (length > sizeof info)
			length = sizeof info;
		memcpy(&info, mnl_attr_get_payload(attribute), length);
		answer->has_details = true;
		answer->details = info_details(&info);
		answer->row.retransmits = info.tcpi_retransmits;
		answer->row.probes = info.tcpi_probes;
		return;
	}
}

/* Does it say that the listener takes IPv6 alone (IPV6_V6ONLY, ipv6(7))? */
static bool
message_v6only(const struct nlmsghdr *header)
{
	struct nlattr *attribute;

	mnl_attr_for_each(attribute, header, sizeof(struct inet_diag_msg))
		if (mnl_attr_get_type(attribute) == INET_DIAG_SKV6ONLY &&
		    mnl_attr_get_payload_len(attribute) >= 1)
			return mnl_attr_get_u8(attribute) != 0;
	return false;
}

/* Takes one socket's message. */
static void
receive_socket(struct receiver *receiver, const struct nlmsghdr *header)
{
	struct tcp_row row;

	receiver->messages++;
	if (mnl_nlmsg_get_payload_len(header) < sizeof(struct inet_diag_msg) ||
	    !message_row(mnl_nlmsg_get_payload(header), &row))
		return;
	row.v6only = row.state == STATE_LISTEN && message_v6only(header);
	if (receiver->found != NULL) {
		*receiver->found = (struct sock_diag_answer){.row = row};
		message_details(header, receiver->found);
		return;
	}
	if (receiver->port != 0 && row.local.port != receiver->port &&
	    (receiver->listeners || row.remote.port != receiver->port))
		return;
	if (receiver->listeners && row.state != STATE_LISTEN)
		return;
	if (receiver->error == 0 && tcp_table_append(receiver->table, &row) < 0)
		receiver->error = errno;
}

/* The errno of an error message, or of the end of a dump; 0 for none. */
static int
message_error(const struct nlmsghdr *header)
{
	int32_t number = 0;

	if (mnl_nlmsg_get_payload_len(header) >= sizeof number)
		memcpy(&number, mnl_nlmsg_get_payload(header), sizeof number);
	return number < 0 ? -number : 0;
}

/* Takes the messages of one datagram, those left over from an earlier request
 * apart.  Returns whether the answer ended. */
static bool
receive_messages(struct sock_diag *diag, struct receiver *receiver, int length)
{
	const struct nlmsghdr *header = (const void *)diag->answer;

	for (; mnl_nlmsg_ok(header, length); header = mnl_nlmsg_next(header, &length)) {
		if (header->nlmsg_seq != diag->sequence)
			continue;
		if (header->nlmsg_type == NLMSG_ERROR ||
		    header->nlmsg_type == NLMSG_DONE) {
			if (receiver->error == 0)
				receiver->error = message_error(header);
			return true;
		}
		if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY)
			receive_socket(receiver, header);
		if (!(header->nlmsg_flags & NLM_F_MULTI))
			return true;
	}
	return false;
}

/* Sends the request and receives the answer to its end, also after an error, so
 * that nothing of it meets the next request.  Returns 0 or -1 with errno. */
static int
request_run(struct sock_diag *diag, struct receiver *receiver)
{
	bool ended = false;

	if (request_send(diag) < 0)
		return -1;
	while (!ended) {
		ssize_t length = mnl_socket_recvfrom(diag->socket, diag->answer,
		    sizeof diag->answer);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -1;
		ended = receive_messages(diag, receiver, (int)length);
	}
	if (receiver->error != 0) {
		errno = receiver->error;
		return -1;
	}
	return 0;
}

/* Adds the program "local port is PORT, or remote port is". */
static void
request_put_filter(struct sock_diag *diag, uint16_t port)
{
	/* at 0 and 8: the local port; at 16: accepted; at 20 and 28: the remote one;
	 * each comparison is followed by its number, and 36 is the end */
	const struct inet_diag_bc_op program[] = {
		{INET_DIAG_BC_S_GE, 8, 20}, {0, 0, port},
		{INET_DIAG_BC_S_LE, 8, 12}, {0, 0, port},
		{INET_DIAG_BC_JMP, 4, 20},
		{INET_DIAG_BC_D_GE, 8, 20}, {0, 0, port},
		{INET_DIAG_BC_D_LE, 8, 12}, {0, 0, port},
	};

	mnl_attr_put((void *)diag->request, INET_DIAG_REQ_BYTECODE, sizeof program,
	    program);
}

int
sock_diag_dump(struct sock_diag *diag, int family, uint16_t port,
    struct tcp_table *table)
{
	struct receiver receiver = {.table = table, .port = port};
	struct inet_diag_req_v2 *request = request_begin(diag, NLM_F_DUMP, family);
	size_t first = table->count;

	request->idiag_states = ALL_STATES;
	if (port != 0)
		request_put_filter(diag, port);
	if (request_run(diag, &receiver) < 0)
		return -1;
	/* a dump of several messages is as little of one moment as the file is */
	return tcp_table_drop_repeated(table, first);
}

int
sock_diag_listeners(struct sock_diag *diag, int family, uint16_t port,
    struct tcp_table *table)
{
	struct receiver receiver = {.table = table, .port = port, .listeners = true};
	struct inet_diag_req_v2 *request = request_begin(diag, NLM_F_DUMP, family);

	request->idiag_states = LISTENING;
	request->id.idiag_sport = htons(port);
	return request_run(diag, &receiver);
}

/* Asks for exactly this socket. */
static int
find(struct sock_diag *diag, const struct report_endpoint *local,
    const struct report_endpoint *remote, struct sock_diag_answer *answer)
{
	struct receiver receiver = {.found = answer};
	struct inet_diag_req_v2 *request;

	if (local->family != remote->family ||
	    (local->family != 4 && local->family != 6)) {
		errno = EINVAL;
		return -1;
	}
	request = request_begin(diag, 0, local->family);
	request->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	request->idiag_states = ALL_STATES;
	request->id.idiag_sport = htons(local->port);
	request->id.idiag_dport = htons(remote->port);
	memcpy(request->id.idiag_src, local->address, 16);
	memcpy(request->id.idiag_dst, remote->address, 16);
	/* a socket bound to a link is found only through it */
	request->id.idiag_if = local->scope != 0 ? local->scope : remote->scope;
	*answer = (struct sock_diag_answer){0};
	if (request_run(diag, &receiver) < 0)
		return errno == ENOENT ? 0 : -1;
	return receiver.messages > 0 && endpoint_equal(&answer->row.local, local) &&
	    endpoint_equal(&answer->row.remote, remote);
}

/* The answer that is kept of these ends; NULL for none. */
static struct kept_answer *
find_kept(struct sock_diag *diag, const struct report_endpoint *local,
    const struct report_endpoint *remote)
{
	for (size_t i = 0; i < diag->kept_count; i++)
		if (endpoint_equal(&diag->kept[i].local, local) &&
		    endpoint_equal(&diag->kept[i].remote, remote))
			return &diag->kept[i];
	return NULL;
}

int
sock_diag_find(struct sock_diag *diag, const struct report_endpoint *local,
    const struct report_endpoint *remote, struct sock_diag_answer *answer)
{
	int result = find(diag, local, remote, answer);
	struct kept_answer *kept = find_kept(diag, local, remote);
	if (kept == NULL && diag->kept_count < ANSWERS_KEPT)
		kept = &diag->kept[diag->kept_count++];
	if (kept != NULL)
		*kept = (struct kept_answer){*local, *remote, result, *answer};
	return result;
}

int
sock_diag_recall(struct sock_diag *diag, const struct report_endpoint *local,
    const struct report_endpoint *remote, struct sock_diag_answer *answer)
{
	const struct kept_answer *kept = find_kept(diag, local, remote);
	if (kept == NULL || kept->result < 0)
		return sock_diag_find(diag, local, remote, answer);
	*answer = kept->answer;
	return kept->result;
}

void
sock_diag_forget(struct sock_diag *diag)
{
	if (diag != NULL)
		diag->kept_count = 0;
}

struct sock_diag *
sock_diag_open(void)
{
	struct sock_diag *diag = calloc(1, sizeof *diag);
	struct tcp_table none = {0};
	int saved;

	if (diag == NULL)
		return NULL;
	diag->socket = mnl_socket_open2(NETLINK_SOCK_DIAG,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	/* whatever listens there: the question is whether one may ask */
	if (diag->socket != NULL &&
	    mnl_socket_bind(diag->socket, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    sock_diag_listeners(diag, 4, 65535, &none) == 0) {
		tcp_table_free(&none);
		return diag;
	}
	saved = errno;
	tcp_table_free(&none);
	sock_diag_close(diag);
	errno = saved;
	return NULL;
}

void
sock_diag_close(struct sock_diag *diag)
{
	if (diag == NULL)
		return;
	if (diag->socket != NULL)
		mnl_socket_close(diag->socket);
	free(diag);
}
