/* check_tcp_state.c: the states' names and the ways between them. */
#include "tcp_state.h"

#include "suites.h"

#include <string.h>

/* The path as text: "FIN_WAIT1 FIN_WAIT2". */
static const char *
path_text(enum tcp_state from, enum tcp_state to, enum tcp_state last)
{
	static char text[256];
	enum tcp_state path[TCP_PATH_MAX];
	size_t length = tcp_state_path(from, to, last, path);

	ck_assert_uint_le(length, TCP_PATH_MAX);
	text[0] = '\0';
	for (size_t i = 0; i < length; i++) {
		if (i > 0)
			strcat(text, " ");
		strcat(text, tcp_state_name(path[i]));
	}
	return text;
}

static const struct {
	enum tcp_state from, to, last;
	const char *path;
} ways[] = {
	{STATE_GONE, STATE_LISTEN, STATE_GONE, "LISTEN"},
	{STATE_GONE, STATE_SYN_SENT, STATE_GONE, "SYN_SENT"},
	{STATE_GONE, STATE_SYN_RECV, STATE_GONE, "SYN_RECV"},
	{STATE_GONE, STATE_ESTABLISHED, STATE_GONE, "ESTABLISHED"},
	{STATE_GONE, STATE_CLOSE_WAIT, STATE_GONE, "ESTABLISHED CLOSE_WAIT"},
	{STATE_SYN_SENT, STATE_ESTABLISHED, STATE_GONE, "ESTABLISHED"},
	{STATE_SYN_SENT, STATE_CLOSE_WAIT, STATE_GONE, "ESTABLISHED CLOSE_WAIT"},
	{STATE_SYN_SENT, STATE_TIME_WAIT, STATE_GONE,
	    "ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT"},
	{STATE_SYN_RECV, STATE_ESTABLISHED, STATE_GONE, "ESTABLISHED"},
	{STATE_SYN_RECV, STATE_CLOSE_WAIT, STATE_GONE, "ESTABLISHED CLOSE_WAIT"},
	{STATE_ESTABLISHED, STATE_FIN_WAIT1, STATE_GONE, "FIN_WAIT1"},
	{STATE_ESTABLISHED, STATE_FIN_WAIT2, STATE_GONE, "FIN_WAIT1 FIN_WAIT2"},
	{STATE_ESTABLISHED, STATE_CLOSING, STATE_GONE, "FIN_WAIT1 CLOSING"},
	{STATE_ESTABLISHED, STATE_TIME_WAIT, STATE_GONE,
	    "FIN_WAIT1 FIN_WAIT2 TIME_WAIT"},
	{STATE_ESTABLISHED, STATE_LAST_ACK, STATE_GONE, "CLOSE_WAIT LAST_ACK"},
	{STATE_FIN_WAIT1, STATE_TIME_WAIT, STATE_GONE, "FIN_WAIT2 TIME_WAIT"},
	{STATE_CLOSING, STATE_TIME_WAIT, STATE_GONE, "TIME_WAIT"},
	{STATE_SYN_SENT, STATE_SYN_RECV, STATE_GONE, "SYN_RECV"},
	{STATE_SYN_RECV, STATE_FIN_WAIT1, STATE_GONE, "FIN_WAIT1"},
	{STATE_SYN_RECV, STATE_TIME_WAIT, STATE_GONE, "FIN_WAIT1 FIN_WAIT2 TIME_WAIT"},
	{STATE_SYN_RECV, STATE_LAST_ACK, STATE_GONE, "ESTABLISHED CLOSE_WAIT LAST_ACK"},
	{STATE_CLOSE, STATE_ESTABLISHED, STATE_GONE, "SYN_SENT ESTABLISHED"},
	{STATE_FIN_WAIT1, STATE_CLOSING, STATE_GONE, "CLOSING"},
	{STATE_SYN_SENT, STATE_CLOSING, STATE_GONE, "ESTABLISHED FIN_WAIT1 CLOSING"},
	/* gone: both FINs answered; by a RST, before, between and after them */
	{STATE_SYN_RECV, STATE_GONE, STATE_LAST_ACK,
	    "ESTABLISHED CLOSE_WAIT LAST_ACK GONE"},
	{STATE_ESTABLISHED, STATE_GONE, STATE_LAST_ACK, "CLOSE_WAIT LAST_ACK GONE"},
	{STATE_CLOSE_WAIT, STATE_GONE, STATE_LAST_ACK, "LAST_ACK GONE"},
	{STATE_LAST_ACK, STATE_GONE, STATE_LAST_ACK, "GONE"},
	{STATE_ESTABLISHED, STATE_GONE, STATE_ESTABLISHED, "GONE"},
	{STATE_ESTABLISHED, STATE_GONE, STATE_CLOSE_WAIT, "CLOSE_WAIT GONE"},
	{STATE_CLOSE_WAIT, STATE_GONE, STATE_CLOSE_WAIT, "GONE"},
	{STATE_ESTABLISHED, STATE_GONE, STATE_FIN_WAIT1, "FIN_WAIT1 GONE"},
	{STATE_ESTABLISHED, STATE_GONE, STATE_FIN_WAIT2, "FIN_WAIT1 FIN_WAIT2 GONE"},
	{STATE_FIN_WAIT1, STATE_GONE, STATE_FIN_WAIT2, "FIN_WAIT2 GONE"},
	{STATE_SYN_SENT, STATE_GONE, STATE_ESTABLISHED, "ESTABLISHED GONE"},
	{STATE_SYN_SENT, STATE_GONE, STATE_SYN_SENT, "GONE"},
	{STATE_SYN_RECV, STATE_GONE, STATE_SYN_RECV, "GONE"},
	{STATE_CLOSING, STATE_GONE, STATE_CLOSING, "GONE"},
	{STATE_TIME_WAIT, STATE_GONE, STATE_TIME_WAIT, "GONE"},
	{STATE_LISTEN, STATE_GONE, STATE_LISTEN, "GONE"},
	/* it was seen further on than is known otherwise, or elsewhere */
	{STATE_FIN_WAIT2, STATE_GONE, STATE_FIN_WAIT1, "GONE"},
	{STATE_TIME_WAIT, STATE_GONE, STATE_FIN_WAIT1, "GONE"},
	{STATE_FIN_WAIT1, STATE_GONE, STATE_LAST_ACK, "GONE"},
	/* jumps that the figure does not know */
	{STATE_TIME_WAIT, STATE_ESTABLISHED, STATE_GONE, "ESTABLISHED"},
	{STATE_CLOSE_WAIT, STATE_TIME_WAIT, STATE_GONE, "TIME_WAIT"},
	{STATE_FIN_WAIT2, STATE_CLOSE_WAIT, STATE_GONE, "CLOSE_WAIT"},
	{STATE_LISTEN, STATE_ESTABLISHED, STATE_GONE, "ESTABLISHED"},
};

START_TEST(test_path)
{
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		const char *path = path_text(ways[i].from, ways[i].to, ways[i].last);
		ck_assert_msg(strcmp(path, ways[i].path) == 0, "%s to %s, %d: %s",
		    tcp_state_name(ways[i].from), tcp_state_name(ways[i].to),
		    (int)ways[i].last, path);
	}
}
END_TEST

/* Whatever is asked, the path ends where it should and repeats nothing. */
START_TEST(test_path_every)
{
	enum tcp_state from = (enum tcp_state)_i, path[TCP_PATH_MAX];

	for (unsigned to = 0; to < STATE_COUNT; to++) {
		for (unsigned last = 0; last < STATE_COUNT; last++) {
			size_t length = tcp_state_path(from, (enum tcp_state)to,
			    (enum tcp_state)last, path);
			if ((unsigned)from == to) {
				ck_assert_uint_eq(length, 0);
				continue;
			}
			ck_assert_uint_ge(length, 1);
			ck_assert_uint_le(length, TCP_PATH_MAX);
			ck_assert_uint_eq(path[length - 1], to);
			for (size_t i = 0; i + 1 < length; i++) {
				ck_assert_uint_ne(path[i], STATE_GONE);
				for (size_t j = i + 1; j < length; j++)
					ck_assert_uint_ne(path[i], path[j]);
			}
		}
	}
}
END_TEST

START_TEST(test_path_out_of_range)
{
	enum tcp_state path[TCP_PATH_MAX];

	ck_assert_uint_eq(tcp_state_path((enum tcp_state)200, STATE_GONE,
	    STATE_GONE, path), 1);
	ck_assert_uint_eq(path[0], STATE_GONE);
	ck_assert_uint_eq(tcp_state_path(STATE_GONE, STATE_COUNT, STATE_GONE,
	    path), 1);
	ck_assert_uint_eq(path[0], STATE_COUNT);
	ck_assert_uint_eq(tcp_state_path(STATE_ESTABLISHED, STATE_GONE, STATE_COUNT,
	    path), 1);
	ck_assert_uint_eq(path[0], STATE_GONE);
}
END_TEST

START_TEST(test_names)
{
	for (unsigned state = 0; state < STATE_COUNT; state++) {
		const char *name = tcp_state_name((enum tcp_state)state);
		ck_assert_str_ne(name, "UNKNOWN");
		ck_assert_uint_eq(tcp_state_from_name(name), state);
	}
	ck_assert_str_eq(tcp_state_name(STATE_COUNT), "UNKNOWN");
	ck_assert_str_eq(tcp_state_name((enum tcp_state)-1), "UNKNOWN");
	ck_assert_uint_eq(tcp_state_from_name("close_wait"), STATE_CLOSE_WAIT);
	ck_assert_uint_eq(tcp_state_from_name("Gone"), STATE_GONE);
	ck_assert_uint_eq(tcp_state_from_name("ESTAB"), STATE_COUNT);
	ck_assert_uint_eq(tcp_state_from_name("UNKNOWN"), STATE_COUNT);
	ck_assert_uint_eq(tcp_state_from_name(""), STATE_COUNT);
}
END_TEST

/* The numbers are the kernel's. */
START_TEST(test_numbers)
{
	ck_assert_int_eq(STATE_ESTABLISHED, 1);
	ck_assert_int_eq(STATE_TIME_WAIT, 6);
	ck_assert_int_eq(STATE_LISTEN, 10);
	ck_assert_int_eq(STATE_CLOSING, 11);
}
END_TEST

Suite *
tcp_state_suite(void)
{
	Suite *suite = suite_create("tcp_state");
	TCase *tcase = tcase_create("all");

	tcase_add_test(tcase, test_path);
	tcase_add_loop_test(tcase, test_path_every, 0, STATE_COUNT);
	tcase_add_test(tcase, test_path_out_of_range);
	tcase_add_test(tcase, test_names);
	tcase_add_test(tcase, test_numbers);
	suite_add_tcase(suite, tcase);
	return suite;
}
