/* tcp_state.c: TCP's states and the ways between them.
 *
 * The arrows are those of RFC 9293, figure 5, seen through the kernel's table of
 * sockets, which differs in two ways.  A listener's row never changes: the
 * connection that a SYN makes is a row of its own, so SYN_RECV follows GONE and
 * not LISTEN.  And a row does not end in CLOSED, it is no longer there.
 *
 * Besides the figure's arrows a row can vanish from any state at once: by a RST,
 * or because the kernel gave up.  Which of the two ways an unseen end took is
 * known only by how the program let go: after a FIN of its own the passive side
 * must have passed LAST_ACK.  FIN_WAIT1, FIN_WAIT2 and CLOSING that vanish did so
 * at once in any case: their way in the figure leads through TIME_WAIT, which
 * lasts 60 seconds (TCP_TIMEWAIT_LEN) and is not overlooked. */
#include "tcp_state.h"

#include <strings.h>

enum arrow_kind {
	FIGURE,  /* an arrow of the figure */
	CUT_OFF, /* a RST or a timeout; not when it is known that a FIN ended it */
	ORPHAN   /* a RST or a timeout, also after a FIN */
};

struct arrow {
	enum tcp_state from, to;
	enum arrow_kind kind;
};

/* Of two ways that are equally short, the one whose arrows stand first is taken:
 * the passive close before the active one, FIN_WAIT2 before CLOSING. */
static const struct arrow arrows[] = {
	{STATE_GONE, STATE_LISTEN, FIGURE},
	{STATE_GONE, STATE_SYN_SENT, FIGURE},
	{STATE_GONE, STATE_SYN_RECV, FIGURE},
	/* SYN_SENT or SYN_RECV came before: which one depends on the end */
	{STATE_GONE, STATE_ESTABLISHED, FIGURE},
	{STATE_LISTEN, STATE_GONE, FIGURE},
	{STATE_CLOSE, STATE_LISTEN, FIGURE},
	{STATE_CLOSE, STATE_SYN_SENT, FIGURE},
	{STATE_CLOSE, STATE_GONE, FIGURE},
	{STATE_SYN_SENT, STATE_ESTABLISHED, FIGURE},
	{STATE_SYN_SENT, STATE_SYN_RECV, FIGURE},
	{STATE_SYN_SENT, STATE_GONE, FIGURE},
	{STATE_SYN_RECV, STATE_ESTABLISHED, FIGURE},
	{STATE_SYN_RECV, STATE_FIN_WAIT1, FIGURE},
	{STATE_SYN_RECV, STATE_GONE, CUT_OFF},
	{STATE_ESTABLISHED, STATE_CLOSE_WAIT, FIGURE},
	{STATE_ESTABLISHED, STATE_FIN_WAIT1, FIGURE},
	{STATE_ESTABLISHED, STATE_GONE, CUT_OFF},
	{STATE_FIN_WAIT1, STATE_FIN_WAIT2, FIGURE},
	{STATE_FIN_WAIT1, STATE_CLOSING, FIGURE},
	{STATE_FIN_WAIT1, STATE_GONE, ORPHAN},
	{STATE_FIN_WAIT2, STATE_TIME_WAIT, FIGURE},
	{STATE_FIN_WAIT2, STATE_GONE, ORPHAN},
	{STATE_CLOSING, STATE_TIME_WAIT, FIGURE},
	{STATE_CLOSING, STATE_GONE, ORPHAN},
	{STATE_TIME_WAIT, STATE_GONE, FIGURE},
	{STATE_CLOSE_WAIT, STATE_LAST_ACK, FIGURE},
	{STATE_CLOSE_WAIT, STATE_GONE, CUT_OFF},
	{STATE_LAST_ACK, STATE_GONE, FIGURE},
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

/* Does the row vanish from this state without passing another one? */
static bool
state_is_cut_off(enum tcp_state from, enum tcp_close close)
{
	for (size_t i = 0; i < ARROW_COUNT; i++) {
		const struct arrow *arrow = &arrows[i];
		if (arrow->from != from || arrow->to != STATE_GONE)
			continue;
		if (arrow->kind == ORPHAN)
			return true;
		if (arrow->kind == CUT_OFF && close != CLOSE_BY_FIN)
			return true;
	}
	return false;
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
		if (here == STATE_GONE && here != from)
			continue; /* what comes after is another connection */
		for (size_t i = 0; i < ARROW_COUNT; i++) {
			const struct arrow *arrow = &arrows[i];
			if (arrow->from != here || arrow->kind != FIGURE)
				continue;
			if (before[arrow->to] != STATE_COUNT)
				continue;
			before[arrow->to] = here;
			queue[tail++] = arrow->to;
		}
	}
}

size_t
tcp_state_path(enum tcp_state from, enum tcp_state to, enum tcp_close close,
    enum tcp_state *path)
{
	enum tcp_state before[STATE_COUNT], state;
	size_t length = 0;

	if (from == to)
		return 0;
	path[0] = to;
	if ((unsigned)from >= STATE_COUNT || (unsigned)to >= STATE_COUNT)
		return 1;
	if (to == STATE_GONE && state_is_cut_off(from, close))
		return 1;
	state_search(from, before);
	if (before[to] == STATE_COUNT)
		return 1;
	for (state = to; state != from; state = before[state])
		length++;
	if (length > TCP_PATH_MAX)
		return 1;
	state = to;
	for (size_t i = length; i > 0; i--) {
		path[i - 1] = state;
		state = before[state];
	}
	return length;
}
