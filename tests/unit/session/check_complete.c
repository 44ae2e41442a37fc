/* What completion offers of the session that is there, and of the tables. */
#include "complete.h"

#include "bare_session.h"
#include "explain.h"
#include "signal_name.h"
#include "suites.h"

#include <errno.h>

/* Collects offered words, divided by blanks. */
static void
collect(void *context, const char *word)
{
	strcat(context, " ");
	strcat(context, word);
}

/* What is offered for this line. */
static const char *
offered(const struct session *session, const char *line)
{
	static char words[16384];
	words[0] = '\0';
	complete_line(session, line, collect, words);
	return words;
}

static const struct { const char *line, *words; } cases[] = {
	{"k", " kill"}, {"host", " host"}, {"x", ""}, {"kill s", " server server"},
	{"kill  s", " server server"}, {"hos crash", ""}, {"host  cr", " crash"},
	{"hostcr", ""}, {"server", " server"}, {"server st", " start stop"},
	{"server se", " set"}, {"use ", " 1 3"}, {"close ", " all 1 3"},
	{"use 3", " 3"}, {"use 2", ""},
	{"kill child ", NULL}, {"kill pid:", " pid:100 pid:200 pid:301 pid:303"},
	{"kill pid:3", " pid:301 pid:303"}, {"kill pid:302", ""},
	{"show why pid:1", " pid:100"},
	{"kill server ST", " STKFLT STOP"}, {"kill server SIGST", " SIGSTKFLT SIGSTOP"},
	{"kill server K", " KILL"}, {"kill server 9", ""}, {"kill server RT", ""},
	{"client signal T", " TRAP TERM TSTP TTIN TTOU"},
	{"show why CLOSE", " CLOSE CLOSE_WAIT"}, {"show why GO", " GONE"},
	{"show why ECONNA", " ECONNABORTED"}, {"show why EOF", ""},
	{"show why z", " zombie"}, {"show why KIL", " KILL"},
	{"expect state client G", " GONE"}, {"expect state server LAST", " LAST_ACK"},
	{"expect state", " state"},
	{"expect ", " echo reply sent received eof errno server state listening children "
	    "zombies reaped client child disposition"},
	{"server set long=", " long=32 long=64"}, {"server set bind=", ""},
	{"server set reap=none ba", " backlog="}, {"server set xx", ""},
	{"send --", " --no-newline --split"}, {"connect --", " --interrupt"},
	{"wait ", ""}, {"client sigpipe ", " default ignore catch"},
	{"client on", " on-eof"}, {"client on-eof ", " continue exit"},
};

START_TEST(words_are_offered)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 3);
	bare_tell(session, fixture_connection(2, CONNECTION_CLOSED));
	bare_tell(session, fixture_child(2, PROCESS_REAPED, 0));
	const char *words = offered(session, cases[_i].line);
	if (cases[_i].words != NULL)
		ck_assert_str_eq(words, cases[_i].words);
	else /* connections, then signals */
		ck_assert_msg(strncmp(words, " 1 3 HUP INT", 12) == 0, "%s", words);
	bare_close(session);
}
END_TEST

/* Every word of a line's start is offered once. */
START_TEST(a_first_word_is_offered_once)
{
	char words[4096];
	snprintf(words, sizeof words, "%s ", offered(NULL, ""));
	const char *const names[] = {" kill ", " server ", " client ", " host ", " show ",
	    " connect ", " send ", " quit "};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *first = strstr(words, names[i]);
		ck_assert_msg(first != NULL, "%s is not offered", names[i]);
		ck_assert_msg(strstr(first + 1, names[i]) == NULL, "%s twice", names[i]);
	}
}
END_TEST

START_TEST(every_errno_that_can_be_explained_is_offered)
{
	struct session *session = bare_open(64);
	char word[64];
	snprintf(word, sizeof word, "%s ", offered(session, "show why EHWPOISO"));
	ck_assert_int_eq(strcmp(word, " EHWPOISON ") == 0, explain_knows_errno(EHWPOISON));
	for (int number = 1; number < 200; number++) {
		char line[64];
		if (!explain_knows_errno(number))
			continue;
		snprintf(line, sizeof line, "show why %s", errno_name(number));
		snprintf(word, sizeof word, " %s", errno_name(number));
		ck_assert_msg(strncmp(offered(session, line), word, strlen(word)) == 0,
		    "%s is not offered", word);
	}
	bare_close(session);
}
END_TEST

START_TEST(every_state_and_signal_is_offered)
{
	struct session *session = bare_open(64);
	const char *states = offered(session, "expect state client ");
	for (int state = STATE_GONE; state < STATE_COUNT; state++)
		ck_assert_ptr_nonnull(strstr(states, tcp_state_name((enum tcp_state)state)));
	ck_assert_ptr_null(strstr(states, "UNKNOWN")); /* which is none */
	const char *ends = strstr(offered(session, "expect state "), " disposition");
	ck_assert_str_eq(ends, " disposition client server");
	ends = strstr(offered(session, "expect statement "), " disposition");
	ck_assert_str_eq(ends, " disposition");
	const char *signals = offered(session, "kill client ");
	ck_assert_int_eq(strncmp(signals, " HUP INT QUIT ILL", 17), 0);
	ck_assert_ptr_nonnull(strstr(signals, " SYS"));
	ck_assert_ptr_null(strstr(signals, "RTM"));
	bare_close(session);
}
END_TEST

/* Writes a lesson. */
static void
write_lesson(const char *home, const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/tcpconsole/scenarios/%s.scenario", home, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "title %s\nsay x\n", name);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(lessons_are_offered)
{
	char home[] = "/tmp/check_complete.XXXXXX", command[512];
	ck_assert_ptr_nonnull(mkdtemp(home));
	setenv("XDG_DATA_HOME", home, 1);
	snprintf(command, sizeof command, "mkdir -p %s/tcpconsole/scenarios", home);
	ck_assert_int_eq(system(command), 0);
	write_lesson(home, "zoo");
	write_lesson(home, "zebra");
	write_lesson(home, "ape");
	struct session *session = bare_open(64);
	ck_assert_str_eq(offered(session, "play "), " ape zebra zoo");
	ck_assert_str_eq(offered(session, "play zo"), " zoo");
	ck_assert_str_eq(offered(NULL, "play "), "");
	bare_close(session);
	snprintf(command, sizeof command, "rm -r %s", home);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *
complete_suite(void)
{
	Suite *suite = suite_create("complete");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, words_are_offered, 0, sizeof cases / sizeof *cases);
	tcase_add_test(all, a_first_word_is_offered_once);
	tcase_add_test(all, every_errno_that_can_be_explained_is_offered);
	tcase_add_test(all, every_state_and_signal_is_offered);
	tcase_add_test(all, lessons_are_offered);
	suite_add_tcase(suite, all);
	return suite;
}
