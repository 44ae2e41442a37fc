/* What expectations can be written, and what is said of those that cannot. */
#include "expect.h"
#include "session.h"
#include "suites.h"

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
};

START_TEST(wrong_ones_name_the_mend)
{
	char error[SESSION_ERROR];
	ck_assert_ptr_null(expectation_parse(wrong[_i].text, error, sizeof error));
	ck_assert_msg(strstr(error, wrong[_i].said) != NULL, "%s: %s",
	    wrong[_i].text, error);
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
	suite_add_tcase(suite, parse);
	return suite;
}
