/* What expectations can be written, and what is said of those that cannot. */
#include "expect_internal.h"

#include "loop.h"
#include "session.h"
#include "suites.h"
#include "tcp_state.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const char *const good[] = {
	"echo hello", "echo \"a  b\" within 3", "reply 33", "eof", "eof read",
	"errno ECONNRESET", "errno epipe write within 0.5",
	"server errno ENOTCONN getpeername", "state client CLOSE_WAIT",
	"state server gone 3 for 1", "listening yes", "listening no within 2",
	"children 5", "zombies 4 for 1", "zombies 4 for 1 within 20",
	"client exit 1", "client signal PIPE", "server exit 1",
	"server signal SIGKILL", "reaped 5", "child exit 0", "child signal PIPE",
	"sent 16", "received 0 for 0.5", "disposition client PIPE default",
	"disposition server SIGCHLD caught", "disposition child usr1 pending within 2",
	"disposition child 13 ignored", "disposition client TERM blocked",
	"errno EINVAL sigaction",
};

START_TEST(good_ones_parse)
{
	char error[SESSION_ERROR];
	struct expectation *expectation = expectation_parse(good[_i], error, sizeof error);
	ck_assert_msg(expectation != NULL, "%s: %s", good[_i], error);
	expectation_free(expectation);
}
END_TEST

static const struct { const char *text, *said; } wrong[] = {
	{"", "cannot expect"}, {"foo", "foo"}, {"errno", "errno ECONNRESET"},
	{"errno EFOO", "errno ECONNRESET"}, {"errno EPIPE foo", "foo"},
	{"state client", "state client CLOSE_WAIT"},
	{"state moon LISTEN", "state client"},
	{"state client LISTEN x", "number of a connection"},
	{"listening maybe", "yes or no"}, {"children", "children 4"},
	{"zombies many", "zombies 4"}, {"children 5 for ever", "for ever"},
	{"client exit", "client exit"}, {"client signal NOSUCH", "signal NAME"},
	{"server sneezes", "server"}, {"eof read write", "write"},
	{"child exit", "child exit 4"}, {"child errno EPIPE", "expect child wants"},
	{"sent", "sent 4"}, {"received much", "received 4"},
	{"disposition", "expect disposition"}, {"disposition host PIPE caught", "client"},
	{"disposition client NOSUCH caught", "a signal"},
	{"disposition client PIPE lost", "pending"},
	{"disposition client PIPE caught x", "too much"},
	{"within 3", "cannot expect \"within 3\""}, {"for 3", "cannot expect"},
	{"state server LISTEN 0", "1 or more"}, {"state client 3", "state client"},
	{"state client NOSUCH", "state client"}, {"children -1", "children 4"},
	{"server exit", "server exit 4"}, {"server signal", "errno NAME"},
	{"client errno EPIPE", "exit STATUS or signal NAME"},
	{"disposition client PIPE", "blocked or pending"},
	{"eof bogus", "no call \"bogus\""}, {"errno EPIPE none", "no call"},
	{"listening yes 3", "\"3\" is too much"}, {"errno 32", "errno ECONNRESET"},
};

START_TEST(wrong_ones_name_the_mend)
{
	char error[SESSION_ERROR];
	ck_assert_ptr_null(expectation_parse(wrong[_i].text, error, sizeof error));
	ck_assert_msg(strstr(error, wrong[_i].said) != NULL, "%s: %s",
	    wrong[_i].text, error);
}
END_TEST

/* Expectations, and what is read out of them. */
static const struct {
	const char *text;
	struct expectation wanted;
} parsed[] = {
	{"eof", {.what = EXPECT_EOF}},
	{"eof read", {.what = EXPECT_EOF, .call = CALL_READ}},
	{"errno EPIPE", {.what = EXPECT_ERRNO, .number = EPIPE}},
	{"errno ENOENT connect", {.what = EXPECT_ERRNO, .number = ENOENT,
	    .call = CALL_CONNECT}},
	{"errno EINVAL sigaction", {.what = EXPECT_ERRNO, .number = EINVAL,
	    .call = CALL_SIGACTION}},
	{"errno EINVAL socket", {.what = EXPECT_ERRNO, .number = EINVAL,
	    .call = CALL_SOCKET}},
	{"server errno EMFILE accept", {.what = EXPECT_SERVER_ERRNO, .number = EMFILE,
	    .call = CALL_ACCEPT, .role = ROLE_SERVER}},
	{"state client CLOSE_WAIT", {.what = EXPECT_STATE, .end = END_CLIENT,
	    .number = STATE_CLOSE_WAIT}},
	{"state server GONE 12", {.what = EXPECT_STATE, .end = END_SERVER,
	    .number = STATE_GONE, .conn = 12}},
	{"listening yes", {.what = EXPECT_LISTENING, .number = 1}},
	{"listening no", {.what = EXPECT_LISTENING, .number = 0}},
	{"children 5", {.what = EXPECT_CHILDREN, .number = 5}},
	{"zombies 0", {.what = EXPECT_ZOMBIES, .number = 0}},
	{"reaped 3", {.what = EXPECT_REAPED, .number = 3}},
	{"sent 16", {.what = EXPECT_SENT, .number = 16}},
	{"received 16", {.what = EXPECT_RECEIVED, .number = 16}},
	{"client exit 1", {.what = EXPECT_EXIT, .role = ROLE_CLIENT, .number = 1}},
	{"server exit 0", {.what = EXPECT_EXIT, .role = ROLE_SERVER}},
	{"child signal PIPE", {.what = EXPECT_SIGNAL, .role = ROLE_CHILD,
	    .number = SIGPIPE}},
	{"disposition client PIPE default", {.what = EXPECT_DISPOSITION,
	    .role = ROLE_CLIENT, .number = SIGPIPE, .disposition = SIGNAL_DEFAULT}},
	{"disposition child HUP pending", {.what = EXPECT_DISPOSITION,
	    .role = ROLE_CHILD, .number = SIGHUP, .disposition = SIGNAL_PENDING}},
	{"disposition server CHLD blocked", {.what = EXPECT_DISPOSITION,
	    .role = ROLE_SERVER, .number = SIGCHLD, .disposition = SIGNAL_BLOCKED}},
};

START_TEST(each_word_is_read)
{
	const struct expectation *wanted = &parsed[_i].wanted;
	char error[SESSION_ERROR];
	struct expectation *read = expectation_parse(parsed[_i].text, error, sizeof error);
	ck_assert_msg(read != NULL, "%s", error);
	ck_assert_int_eq(read->what, wanted->what);
	ck_assert_int_eq(read->number, wanted->number);
	ck_assert_int_eq(read->call, wanted->call);
	ck_assert_int_eq(read->role, wanted->role);
	ck_assert_int_eq(read->end, wanted->end);
	ck_assert_uint_eq(read->conn, wanted->conn);
	ck_assert_int_eq(read->disposition, wanted->disposition);
	ck_assert_int_eq(read->held_since, 0);
	expectation_free(read);
}
END_TEST

/* What closes an expectation, and what only looks so. */
static const struct {
	const char *line, *text;
	int64_t hold, within;
} closings[] = {
	{"echo a", "a", 0, SECONDS(5)},
	{"echo a within 3", "a", 0, SECONDS(3)},
	{"reply a  for 0.5", "a", MILLISECONDS(500), SECONDS(5)},
	{"echo a for 2 within 9", "a", SECONDS(2), SECONDS(9)},
	{"echo a within 9 for 2 ", "a", SECONDS(2), SECONDS(9)},
	{"echo  a  b ", "a  b", 0, SECONDS(5)},
	{"echo \" a \" within 1", " a ", 0, SECONDS(1)},
	{"echo \"a within 3\"", "a within 3", 0, SECONDS(5)},
	{"echo wait for me", "wait for me", 0, SECONDS(5)},
	{"echo from 3", "from 3", 0, SECONDS(5)},
	{"echo before 3", "before 3", 0, SECONDS(5)},
	{"echo a within soon", "a within soon", 0, SECONDS(5)},
	{"echo a withi 3", "a withi 3", 0, SECONDS(5)},
	{"echo within 3", "", 0, SECONDS(3)},
	{"echo", "", 0, SECONDS(5)},
	{"echo a   within   7", "a", 0, SECONDS(7)},
};

START_TEST(a_closing_is_taken_off)
{
	char error[SESSION_ERROR];
	struct expectation *read = expectation_parse(closings[_i].line, error,
	    sizeof error);
	ck_assert_msg(read != NULL, "%s: %s", closings[_i].line, error);
	ck_assert_int_eq(read->what, EXPECT_ECHO);
	ck_assert_str_eq(read->text, closings[_i].text);
	ck_assert_int_eq(read->hold, closings[_i].hold);
	ck_assert_int_eq(read->within, closings[_i].within);
	expectation_free(read);
}
END_TEST

Suite *
expect_suite(void)
{
	Suite *suite = suite_create("expect");
	TCase *parse = tcase_create("parse");
	tcase_add_loop_test(parse, good_ones_parse, 0,
	    (int)(sizeof good / sizeof *good));
	tcase_add_loop_test(parse, wrong_ones_name_the_mend, 0,
	    (int)(sizeof wrong / sizeof *wrong));
	tcase_add_loop_test(parse, each_word_is_read, 0,
	    (int)(sizeof parsed / sizeof *parsed));
	tcase_add_loop_test(parse, a_closing_is_taken_off, 0,
	    (int)(sizeof closings / sizeof *closings));
	suite_add_tcase(suite, parse);
	return suite;
}
