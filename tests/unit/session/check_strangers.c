/* Whose process is signalled: the session's own at once, a stranger only after yes. */
#include "bare_session.h"
#include "suites.h"
#include "victim.h"

#include <stdio.h>

static char asked[512];
static unsigned questions;

static void
ask(void *context, const char *question)
{
	(void)context;
	snprintf(asked, sizeof asked, "%s", question);
	questions++;
}

/* A session on a screen, which asks. */
static struct session *
open_asking(void)
{
	struct session *session = bare_open(4096);
	session_ask_by(session, ask, NULL);
	bare_connections(session, 0);
	asked[0] = '\0';
	questions = 0;
	return session;
}

/* kill pid:PID SIGNAL */
static void
run_kill(struct session *session, const struct victim *victim, const char *signal)
{
	char line[64];
	snprintf(line, sizeof line, "kill pid:%d %s", (int)victim->pid, signal);
	bare_run(session, line);
}

/* It was sent nothing, not even SIGKILL. */
static void
is_untouched(const struct session *session, const struct victim *victim)
{
	ck_assert_uint_eq(victim_was_sent(victim), 0);
	ck_assert(victim_answers(victim));
	ck_assert_uint_eq(bare_count(session, EVENT_SIGNAL), 0);
}

START_TEST(a_stranger_is_signalled_after_yes)
{
	struct session *session = open_asking();
	struct victim victim = victim_start();
	char words[64];
	run_kill(session, &victim, "USR1");
	snprintf(words, sizeof words, "SIGUSR1 to %d (", (int)victim.pid);
	ck_assert_uint_eq(questions, 1);
	ck_assert_ptr_nonnull(strstr(asked, words));
	is_untouched(session, &victim);
	session_confirm(session, true);
	ck_assert_uint_eq(victim_was_sent(&victim), VICTIM_BIT(SIGUSR1));
	const struct event *event = bare_last(session, EVENT_SIGNAL);
	ck_assert_int_eq(event->signal.number, SIGUSR1);
	ck_assert_int_eq(event->signal.to, victim.pid);
	ck_assert_int_eq(event->signal.by, BY_USER);
	ck_assert(!session_has_failed(session));
	session_confirm(session, true); /* one answer, one signal */
	ck_assert_uint_eq(bare_count(session, EVENT_SIGNAL), 1);
	victim_end(&victim);
	bare_close(session);
}
END_TEST

START_TEST(a_stranger_is_left_alone_after_no)
{
	struct session *session = open_asking();
	struct victim victim = victim_start();
	char words[64];
	run_kill(session, &victim, "TERM");
	session_confirm(session, false);
	is_untouched(session, &victim);
	snprintf(words, sizeof words, "PID %d was left alone", (int)victim.pid);
	bare_said(session, EVENT_NOTE, words);
	session_confirm(session, true); /* that question is over */
	is_untouched(session, &victim);
	run_kill(session, &victim, "");
	session_confirm(session, false);
	is_untouched(session, &victim);
	victim_end(&victim);
	bare_close(session);
}
END_TEST

START_TEST(an_answer_without_a_question_is_nothing)
{
	struct session *session = open_asking();
	struct victim victim = victim_start();
	session->stranger.pid = victim.pid;
	session->stranger.number = SIGTERM;
	session_confirm(session, true);
	session_confirm(session, false);
	is_untouched(session, &victim);
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	victim_end(&victim);
	bare_close(session);
}
END_TEST

START_TEST(the_answer_is_to_the_latest_question)
{
	struct session *session = open_asking();
	struct victim first = victim_start(), second = victim_start();
	int before = dup(0);
	close(before);
	run_kill(session, &first, "HUP");
	run_kill(session, &second, "USR2");
	ck_assert_uint_eq(questions, 2);
	session_confirm(session, true);
	ck_assert_uint_eq(victim_was_sent(&first), 0);
	ck_assert_uint_eq(victim_was_sent(&second), VICTIM_BIT(SIGUSR2));
	int after = dup(0);
	close(after);
	ck_assert_int_eq(before, after); /* no pidfd is left open */
	victim_end(&first);
	victim_end(&second);
	bare_close(session);
}
END_TEST

START_TEST(one_that_has_ended_meanwhile_is_no_other)
{
	struct session *session = open_asking();
	struct victim victim = victim_start();
	run_kill(session, &victim, "USR1");
	victim_end(&victim);
	session_confirm(session, true);
	ck_assert_uint_eq(bare_count(session, EVENT_SIGNAL), 0);
	bare_said(session, EVENT_ERROR, "No such process");
	bare_refuses(session, "kill pid:999999999", "there is no process 999999999");
	bare_close(session);
}
END_TEST

START_TEST(without_a_screen_nobody_is_asked)
{
	struct session *session = open_asking();
	struct victim victim = victim_start();
	session_ask_by(session, NULL, NULL);
	run_kill(session, &victim, "TERM");
	bare_said(session, EVENT_ERROR,
	    "is not the console's own: it is not signalled without a screen to ask on");
	session_confirm(session, true);
	is_untouched(session, &victim);
	victim_end(&victim);
	bare_close(session);
}
END_TEST

/* Lines that would signal a server that was there before, or its child. */
static const char *const of_watched[] = {"kill server", "kill server TERM", "server stop",
	"server pause", "server resume"};

START_TEST(a_server_that_was_there_before_is_a_stranger)
{
	struct session *session = open_asking();
	struct victim victim = victim_start();
	bare_follow(session, victim.pid, ROLE_SERVER, 0);
	bare_run(session, of_watched[_i]);
	ck_assert_uint_eq(questions, 1);
	is_untouched(session, &victim);
	session_confirm(session, false);
	is_untouched(session, &victim);
	session_ask_by(session, NULL, NULL);
	bare_refuses(session, of_watched[_i], "is not the console's own");
	is_untouched(session, &victim);
	victim_end(&victim);
	bare_close(session);
}
END_TEST

START_TEST(its_child_is_a_stranger_too)
{
	struct session *session = open_asking();
	struct victim victim = victim_start();
	bare_connections(session, 1);
	bare_follow(session, victim.pid, ROLE_CHILD, 1);
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, 0, 0));
	bare_run(session, "kill child 1 TERM");
	ck_assert_uint_eq(questions, 1);
	run_kill(session, &victim, "TERM");
	ck_assert_uint_eq(questions, 2);
	is_untouched(session, &victim);
	session_confirm(session, true);
	ck_assert_uint_eq(victim_was_sent(&victim), VICTIM_BIT(SIGTERM));
	victim_end(&victim);
	bare_close(session);
}
END_TEST

static const char *const refused[] = {"server start", "server restart", "host crash",
	"host reboot", "host shutdown", "host unplug", "host plug", "server set reap=wait"};

START_TEST(nothing_of_a_strangers_is_ended_or_begun)
{
	struct session *session = open_asking();
	struct victim victim = victim_start();
	bare_follow(session, victim.pid, ROLE_SERVER, 0);
	bare_refuses(session, refused[_i], "was not started by the console");
	is_untouched(session, &victim);
	ck_assert_uint_eq(questions, 0);
	ck_assert_uint_eq(bare_count(session, EVENT_HOST), 0);
	session->world.host_is_local = false;
	bare_refuses(session, refused[_i], "is not this machine");
	is_untouched(session, &victim);
	victim_end(&victim);
	bare_close(session);
}
END_TEST

/* What ends all that is the session's ends nothing else. */
START_TEST(the_end_is_the_sessions_own)
{
	static const char *const lines[] = {"reset", "quit"};
	struct session *session = open_asking();
	struct victim stranger = victim_start(), client = victim_start();
	bare_guard(session);
	bare_follow(session, stranger.pid, ROLE_SERVER, 0);
	bare_follow(session, client.pid, ROLE_CLIENT, 0);
	bare_run(session, lines[_i]);
	ck_assert(!victim_answers(&client));
	ck_assert(victim_answers(&stranger));
	victim_end(&client);
	victim_end(&stranger);
	bare_close(session);
}
END_TEST

START_TEST(a_reset_ends_what_is_the_sessions)
{
	struct session *session = open_asking();
	struct victim parts[] = {victim_start(), victim_start(), victim_start()};
	bare_guard(session);
	session->world.server.ours = true;
	bare_follow(session, parts[0].pid, ROLE_SERVER, 0);
	bare_follow(session, parts[1].pid, ROLE_CHILD, 0);
	bare_follow(session, parts[2].pid, ROLE_CLIENT, 0);
	bare_run(session, "reset");
	for (int i = 0; i < 3; i++) {
		ck_assert(!victim_answers(&parts[i]));
		victim_end(&parts[i]);
	}
	ck_assert_uint_eq(questions, 0);
	bare_close(session);
}
END_TEST

START_TEST(the_client_is_ours_wherever_the_server_is)
{
	struct session *session = open_asking();
	struct victim victim = victim_start();
	bare_follow(session, victim.pid, ROLE_CLIENT, 0);
	bare_run(session, "kill client USR1");
	ck_assert_uint_eq(victim_was_sent(&victim), VICTIM_BIT(SIGUSR1));
	run_kill(session, &victim, "USR2");
	ck_assert_uint_eq(victim_was_sent(&victim),
	    VICTIM_BIT(SIGUSR1) | VICTIM_BIT(SIGUSR2));
	ck_assert_uint_eq(questions, 0);
	victim_end(&victim);
	bare_close(session);
}
END_TEST

Suite *
strangers_suite(void)
{
	Suite *suite = suite_create("strangers");
	TCase *all = tcase_create("all");
	tcase_add_test(all, a_stranger_is_signalled_after_yes);
	tcase_add_test(all, a_stranger_is_left_alone_after_no);
	tcase_add_test(all, an_answer_without_a_question_is_nothing);
	tcase_add_test(all, the_answer_is_to_the_latest_question);
	tcase_add_test(all, one_that_has_ended_meanwhile_is_no_other);
	tcase_add_test(all, without_a_screen_nobody_is_asked);
	tcase_add_loop_test(all, a_server_that_was_there_before_is_a_stranger, 0,
	    sizeof of_watched / sizeof *of_watched);
	tcase_add_test(all, its_child_is_a_stranger_too);
	tcase_add_loop_test(all, nothing_of_a_strangers_is_ended_or_begun, 0,
	    sizeof refused / sizeof *refused);
	tcase_add_loop_test(all, the_end_is_the_sessions_own, 0, 2);
	tcase_add_test(all, a_reset_ends_what_is_the_sessions);
	tcase_add_test(all, the_client_is_ours_wherever_the_server_is);
	suite_add_tcase(suite, all);
	return suite;
}
