/* check_screen_print.c: panes as text, where there is no screen. */
#include "pane_print.h"

#include "pane_fixture.h"
#include "suites.h"

/* What is printed of this pane now; to be freed. */
static char *
printed(const char *name)
{
	return pane_print(name, test.log, log_now(test.log));
}

/* Connection 1 is open, both its ends are ESTABLISHED, and "hi" went out. */
static void
serve_one(void)
{
	struct event sent = fixture_event(EVENT_SENT, "hi");
	begin();
	happen(fixture_connection(1, CONNECTION_OPENED));
	happen(fixture_connection(1, CONNECTION_CURRENT));
	happen(fixture_state(1, END_CLIENT, STATE_GONE, STATE_SYN_SENT));
	happen(fixture_state(1, END_CLIENT, STATE_SYN_SENT, STATE_ESTABLISHED));
	sent.line.conn = 1;
	sent.line.bytes = 3;
	happen(sent);
}

START_TEST(a_picture_is_what_the_screen_draws)
{
	serve_one();
	char *text = printed("states");
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_eq(strstr(text, "TCP's states, connection 1\n event / segment sent"), text);
	ck_assert_ptr_nonnull(strstr(text, "\n client  SYN_SENT ► ESTABLISHED\n"));
	ck_assert_ptr_null(strstr(text, " \n"));
	ck_assert_int_eq(text[strlen(text) - 1], '\n');
	free(text);
	text = printed("figures");
	ck_assert_ptr_nonnull(strstr(text, "Client (5.15): connection 1"));
	ck_assert_int_eq(strncmp(text, "Calls, addresses and ports, from both sides\n", 44), 0);
	free(text);
}
END_TEST

START_TEST(a_pane_has_its_heading)
{
	serve_one();
	char *text = printed("bytes");
	ck_assert_str_eq(text, "Bytes, connection 1\n"
	    "  offset   0  1  2  3  4  5  6  7   8  9  a  b  c  d  e  f  text\n"
	    "→ sent 0.100  3 bytes  hi\n"
	    "  000000  68 69 0a                                          hi.\n");
	free(text);
}
END_TEST

START_TEST(other_panes_are_not_printed)
{
	serve_one();
	ck_assert_ptr_null(printed("help"));
	ck_assert_ptr_null(printed("timeline"));
	ck_assert_ptr_null(printed("nothing"));
	ck_assert_ptr_null(printed(""));
}
END_TEST

Suite *
screen_print_suite(void)
{
	Suite *suite = suite_create("screen print");
	TCase *tcase = tcase_create("print");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_picture_is_what_the_screen_draws);
	tcase_add_test(tcase, a_pane_has_its_heading);
	tcase_add_test(tcase, other_panes_are_not_printed);
	suite_add_tcase(suite, tcase);
	return suite;
}
