/* tcp_state.c: TCP's states and the ways between them.
 *
 * The arrows are those of RFC 9293, figure 5, seen through the kernel's table of
 * sockets, which differs in two ways.  A listener's row never changes: the
 * connection that a SYN makes is a row of its own, so SYN_RECV follows GONE and
 * not LISTEN.  And a row does not end in CLOSED, it is no longer there.
 *
 * Besides the figure's arrows a row can vanish from any state at once: by a RST,
 * or because the kernel gave up.  So the figure alone does not tell how an end
 * went that is no longer there; the state it vanished from must be known. */
#include "tcp_state.h"

#include <strings.h>

struct arrow {
	enum tcp_state from, to;
};

/* Of two ways that are equally short, the one whose arrows stand first is taken:
 * the passive close before the active one, FIN_WAIT2 before CLOSING. */
static const struct arrow arrows[] = {
	{STATE_GONE, STATE_LISTEN},
	{STATE_GONE, STATE_SYN_SENT},
	{STATE_GONE, STATE_SYN_RECV},
	/* SYN_SENT or SYN_RECV came before: which one depends on the end */
	{STATE_GONE, STATE_ESTABLISHED},
	{STATE_CLOSE, STATE_LISTEN},
	{STATE_CLOSE, STATE_SYN_SENT},
	{STATE_SYN_SENT, STATE_ESTABLISHED},
	{STATE_SYN_SENT, STATE_SYN_RECV},
	{STATE_SYN_RECV, STATE_ESTABLISHED},
	{STATE_SYN_RECV, STATE_FIN_WAIT1},
	{STATE_ESTABLISHED, STATE_CLOSE_WAIT},
	{STATE_ESTABLISHED, STATE_FIN_WAIT1},
	{STATE_FIN_WAIT1, STATE_FIN_WAIT2},
	{STATE_FIN_WAIT1, STATE_CLOSING},
	{STATE_FIN_WAIT2, STATE_TIME_WAIT},
	{STATE_CLOSING, STATE_TIME_WAIT},
	{STATE_CLOSE_WAIT, STATE_LAST_ACK},
};

enum { ARROW_COUNT = sizeof arrows / sizeof arrows[0] };

static const char *const state_names[STATE_COUNT] = {
	[STATE_GONE] = "GONE",
	[STATE_ESTABLISHED] = "ESTABLISHED",
	[STATE_SYN_SENT] = "SYN_SENT",
	[STATE_SYN_RECV] = "SYN_RECV",
	[STATE_FIN_WAIT1] = "FIN_WAIT1",
	[STATE_FIN_WAIT2] = "FIN_WAIT2",
	[STATE_TIME_WAIT] = "TIME_WAIT",
	[STATE_CLOSE] = "CLOSE",
	[STATE_CLOSE_WAIT] = "CLOSE_WAIT",
	[STATE_LAST_ACK] = "LAST_ACK",
	[STATE_LISTEN] = "LISTEN",
	[STATE_CLOSING] = "CLOSING",
};

const char *
tcp_state_name(enum tcp_state state)
{
	if ((unsigned)state >= STATE_COUNT)
		return "UNKNOWN";
	return state_names[state];
}

enum tcp_state
tcp_state_from_name(const char *name)
{
	for (unsigned state = 0; state < STATE_COUNT; state++) {
		if (strcasecmp(name, state_names[state]) == 0)
			return (enum tcp_state)state;
	}
	return STATE_COUNT;
}

/* Writes into before[] from which state the breadth-first search over the figure
 * first reached each state; STATE_COUNT where it did not come. */
static void
state_search(enum tcp_state from, enum tcp_state before[STATE_COUNT])
{
	enum tcp_state queue[STATE_COUNT];
	size_t head = 0, tail = 0;

	for (size_t state = 0; state < STATE_COUNT; state++)
		before[state] = STATE_COUNT;
	before[from] = from;
	queue[tail++] = from;
	while (head < tail) {
		enum tcp_state here = queue[head++];
		for (size_t i = 0; i < ARROW_COUNT; i++) {
			const struct arrow *arrow = &arrows[i];
			if (arrow->from != here || before[arrow->to] != STATE_COUNT)
				continue;
			before[arrow->to] = here;
			queue[tail++] = arrow->to;
		}
	}
}

/* Writes the states from FROM, left out, to TO along the figure; returns how many,
 * 0 when no way leads there. */
static size_t
state_way(enum tcp_state from, enum tcp_state to, enum tcp_state *path)
{
	enum tcp_state before[STATE_COUNT], state;
	size_t length = 0;

	state_search(from, before);
	if (before[to] == STATE_COUNT)
		return 0;
	for (state = to; state != from; state = before[state])
		length++;
	if (length >= TCP_PATH_MAX)
		return 0;
	state = to;
	for (size_t i = length; i > 0; i--) {
		path[i - 1] = state;
		state = before[state];
	}
	return length;
}

size_t
tcp_state_path(enum tcp_state from, enum tcp_state to, enum tcp_state last,
    enum tcp_state *path)
{
	size_t length = 0;

	if (from == to)
		return 0;
	if ((unsigned)from < STATE_COUNT && (unsigned)to < STATE_COUNT &&
	    (unsigned)last < STATE_COUNT)
		length = state_way(from, to == STATE_GONE ? last : to, path);
	if (length == 0 || to == STATE_GONE)
		path[length++] = to;
	return length;
}
