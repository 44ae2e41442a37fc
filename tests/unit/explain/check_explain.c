/* check_explain.c: a walk through the catalogue of explanations: nothing that the
 * program can show is without one, none is empty or too long, each section is one of
 * the book; and the facts of some moments. */
#include "explain_internal.h"

#include "book.h"
#include "command.h"
#include "signal_name.h"
#include "why.h"

#include "explain_fixture.h"
#include "fixture.h"
#include "suites.h"

#include <errno.h>
#include <signal.h>

/* A text stands in a pane of 78 columns: it has at most four lines or so. */
enum { TEXT_LEAST = 10, TEXT_MOST = 330, ERRNOS = 134 };

/* The text is there, is a sentence, and is not too long. */
static void
check_text(const char *whose, const char *text)
{
	ck_assert_msg(text != NULL, "%s: no text", whose);
	size_t length = strlen(text);
	ck_assert_msg(length >= TEXT_LEAST && length <= TEXT_MOST,
	    "%s: %zu bytes: %s", whose, length, text);
	ck_assert_msg(text[length - 1] == '.' || text[length - 1] == ')',
	    "%s: no sentence: %s", whose, text);
	for (const char *at = text; *at != '\0'; at++)
		ck_assert_msg((unsigned char)*at >= ' ' && (unsigned char)*at < 0x7f,
		    "%s: byte %d", whose, *at);
}

/* The same of all four, and the section is one of chapters 2 to 7. */
static void
check_all(const char *whose, const struct explain_text *text)
{
	ck_assert_msg(text != NULL, "%s: not in the catalogue", whose);
	check_text(whose, text->is);
	check_text(whose, text->led);
	check_text(whose, text->ends);
	check_text(whose, text->differs);
	ck_assert_msg(text->section != NULL && book_title(text->section) != NULL,
	    "%s: no such section", whose);
}

START_TEST(each_state_at_each_end_has_its_text)
{
	enum tcp_state state = (enum tcp_state)_i;
	const char *name = tcp_state_name(state);
	check_all(name, explain_state_text(state));
	for (int end = END_NONE; end <= END_SERVER; end++)
		check_text(name, explain_state_at(state, (enum connection_end)end));
}
END_TEST

/* Every number for which why.c has a story, and those that accept(2) lists. */
START_TEST(each_errno_has_its_text)
{
	static const int of_accept[] = {ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET,
	    EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, ECONNABORTED};
	const char *section, *otherwise;
	struct moment now;
	moment_init(&now);
	struct event event = fixture_call(ROLE_OTHER, 0, CALL_GETPEERNAME, -1, ERRNOS);
	otherwise = why_call(&now, &event.call, &section);
	for (int number = 0; number < ERRNOS; number++) {
		event.call.error = number;
		if (why_call(&now, &event.call, &section) != otherwise)
			check_all(errno_name(number), explain_errno_text(number));
	}
	for (size_t i = 0; i < sizeof of_accept / sizeof *of_accept; i++)
		check_all(errno_name(of_accept[i]), explain_errno_text(of_accept[i]));
	moment_release(&now);
}
END_TEST

START_TEST(each_role_and_stat_letter_has_its_text)
{
	for (int role = ROLE_CLIENT; role <= ROLE_OTHER; role++)
		check_all(event_role_name((enum report_role)role),
		    explain_role_text((enum report_role)role));
	for (const char *letter = "RSDTtZXI<Nsl+"; *letter != '\0'; letter++)
		check_text("STAT", explain_stat_text(*letter));
}
END_TEST

START_TEST(each_signal_has_its_text)
{
	for (int number = 1; number < NSIG; number++)
		check_all(signal_name(number), explain_signal_text(number));
	ck_assert_ptr_ne(explain_signal_text(SIGPIPE), explain_signal_text(SIGUSR2));
}
END_TEST

/* Writes the explanation of an event as one text. */
static char *
explain_one(const struct event *event, const struct moment *now)
{
	struct explanation out = {.section = NULL};
	const struct explain_view view = {.moment = now};
	struct explain_writer writer = {.view = &view, .out = &out};
	static char text[EXPLAINED];
	size_t used = 0, size;
	for (int part = 0; part < EXPLAIN_PARTS; part++)
		writer.parts[part] = open_memstream(&out.parts[part], &size);
	explain_loose_event(&writer, event, 0);
	for (int part = 0; part < EXPLAIN_PARTS; part++) {
		ck_assert_int_eq(fclose(writer.parts[part]), 0);
		ck_assert_uint_gt(strlen(out.parts[part]), TEXT_LEAST);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s\n",
		    out.parts[part]);
		ck_assert_uint_lt(used, sizeof text);
	}
	ck_assert_uint_gt(strlen(out.subject), 0);
	ck_assert_ptr_nonnull(book_title(out.section));
	explain_release(&out);
	return text;
}

/* A type that is added to the enum without a text fails here. */
START_TEST(each_event_type_has_its_text)
{
	enum event_type type = (enum event_type)_i;
	struct event event = {.type = type};
	struct moment now;
	check_all(event_type_name(type), explain_type_text(type));
	fixture_begin(&now, 1);
	explain_one(&event, &now);
	moment_release(&now);
}
END_TEST

START_TEST(each_call_has_its_text)
{
	struct moment now;
	fixture_begin(&now, 1);
	for (int call = CALL_SOCKET; call < CALL_COUNT; call++) {
		struct event event = fixture_call(ROLE_CLIENT, 1, (enum report_call)call, 1, 0);
		check_all(event_call_name((enum report_call)call),
		    explain_call_text((enum report_call)call));
		ck_assert_ptr_nonnull(strstr(explain_one(&event, &now),
		    explain_call_text((enum report_call)call)->is));
	}
	moment_release(&now);
}
END_TEST

/* What became of a host, of a process: each word has its sentence. */
START_TEST(each_what_has_its_text)
{
	struct moment now;
	fixture_begin(&now, 1);
	for (int what = HOST_UP; what <= HOST_DOWN; what++) {
		struct event event = fixture_host((enum host_what)what);
		const struct explain_text text = explain_host_text((enum host_what)what);
		check_all("host", &text);
		ck_assert_str_ne(text.is, explain_type_text(EVENT_HOST)->is);
		explain_one(&event, &now);
	}
	for (int what = PROCESS_STARTED; what <= PROCESS_REAPED; what++) {
		struct event event = fixture_child(1, (enum process_what)what, SIGKILL);
		const struct explain_text text =
		    explain_process_text((enum process_what)what);
		check_all("process", &text);
		ck_assert_str_ne(text.is, explain_type_text(EVENT_PROCESS)->is);
		ck_assert_ptr_nonnull(strstr(explain_one(&event, &now), "SIGKILL"));
	}
	for (int from = STATE_GONE; from < STATE_COUNT; from++)
		for (int to = STATE_GONE; to < STATE_COUNT; to++) {
			struct event event = fixture_state(1, END_SERVER,
			    (enum tcp_state)from, (enum tcp_state)to);
			explain_one(&event, &now);
		}
	moment_release(&now);
}
END_TEST

/* The text is the one in the file. */
static void
compare(const char *name, const char *text)
{
	const char *directory = getenv("TEST_FIXTURES");
	char path[512], short_path[64];
	size_t length;
	if (getenv("UPDATE_GOLDENS") != NULL) {
		snprintf(path, sizeof path, "%s/explain/%s.txt",
		    directory == NULL ? "tests/fixtures" : directory, name);
		FILE *file = fopen(path, "w");
		ck_assert_ptr_nonnull(file);
		ck_assert_int_ge(fputs(text, file), 0);
		ck_assert_int_eq(fclose(file), 0);
	}
	snprintf(short_path, sizeof short_path, "explain/%s.txt", name);
	char *golden = fixture_read(short_path, &length);
	ck_assert_msg(strcmp(text, golden) == 0, "%s: the text is\n%s", name, text);
	free(golden);
}

START_TEST(a_killed_child_is_explained)
{
	struct log *log = new_log();
	begin(log);
	kill_child(log);
	compare("close-wait", ask(log, "client"));
	compare("fin-wait2", ask(log, "server"));
	compare("zombie", ask(log, "zombie"));
	compare("listener", ask(log, "listener"));
	ck_assert_str_eq(ask(log, "pid:301"), ask(log, "zombie"));
	ck_assert_ptr_nonnull(strstr(ask(log, "client 1"), "CLOSE_WAIT"));
	log_free(log);
}
END_TEST

START_TEST(a_reset_is_explained)
{
	struct log *log = new_log();
	begin(log);
	happen(log, fixture_host(HOST_CRASHED));
	happen(log, fixture_host(HOST_UP));
	happen(log, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
	happen(log, fixture_socket(1, END_CLIENT, SOCKET_GONE, STATE_ESTABLISHED));
	happen(log, fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_GONE));
	compare("econnreset", ask(log, ""));
	ck_assert_str_eq(ask(log, "ECONNRESET"), ask(log, ""));
	compare("gone", ask(log, "client"));
	ck_assert_ptr_nonnull(strstr(ask(log, "event call"), "The host rebooted"));
	happen(log, fixture_host(HOST_UNPLUGGED)); /* what is over is not about that */
	compare("gone", ask(log, "client"));
	log_free(log);
}
END_TEST

/* The past is explained by the past: no word of what came later. */
START_TEST(the_past_is_explained_as_it_was)
{
	struct log *log = new_log();
	struct moment then;
	begin(log);
	uint64_t before = log_end(log);
	char *text = strdup(ask(log, "client"));
	moment_init(&then);
	for (uint64_t i = 0; i < before; i++)
		ck_assert_int_eq(moment_apply(&then, log_event(log, i)), 0);
	kill_child(log);
	ck_assert_str_eq(ask_at(log, &then, before, "client"), text);
	ck_assert_ptr_nonnull(strstr(text, "ESTABLISHED"));
	ck_assert_ptr_null(strstr(text, "SIGKILL"));
	free(text);
	moment_release(&then);
	log_free(log);
}
END_TEST

/* An old line of the timeline: by the moment that it made, not by the last one. */
START_TEST(an_old_error_has_its_own_reason)
{
	struct log *log = new_log();
	begin(log);
	happen(log, fixture_host(HOST_CRASHED));
	happen(log, fixture_host(HOST_UP));
	uint64_t number = log_end(log);
	happen(log, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
	happen(log, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 0, EPIPE));
	const struct explain_subject subject = {.kind = EXPLAIN_EVENT, .event = number};
	const struct explain_view view = {.moment = log_now(log), .log = log,
	    .end = log_end(log)};
	struct explanation out;
	char error[EXPLAIN_ERROR];
	ck_assert(explain(&subject, &view, &out, error));
	ck_assert_ptr_nonnull(strstr(out.subject, "ECONNRESET"));
	ck_assert_ptr_nonnull(strstr(out.parts[EXPLAIN_LED], "The host rebooted"));
	explain_release(&out);
	log_free(log);
}
END_TEST

/* A recording can hold several sessions: their connections have the same numbers. */
START_TEST(another_session_is_not_told)
{
	struct log *log = new_log();
	begin(log);
	kill_child(log);
	ck_assert_ptr_nonnull(strstr(ask(log, "client"), "SIGKILL"));
	begin(log);
	ck_assert_ptr_null(strstr(ask(log, "client"), "SIGKILL"));
	ck_assert_ptr_nonnull(strstr(ask(log, "event signal"), "error: no signal event"));
	log_free(log);
}
END_TEST

START_TEST(what_is_not_there_is_said)
{
	struct log *log = new_log();
	ck_assert_ptr_nonnull(strstr(ask(log, ""), "error: no call has failed"));
	ck_assert_ptr_nonnull(strstr(ask(log, "client"), "error: there is no connection yet"));
	ck_assert_ptr_nonnull(strstr(ask(log, "server 7"), "error: there is no connection 7"));
	ck_assert_ptr_nonnull(strstr(ask(log, "pid:4"), "error: there is no process 4"));
	ck_assert_ptr_nonnull(strstr(ask(log, "event host"), "error: no host event"));
	ck_assert_ptr_nonnull(strstr(ask(log, "zombie"), "There is none now"));
	ck_assert_ptr_nonnull(strstr(ask(log, "listener"), "No row is in it now"));
	ck_assert_ptr_nonnull(strstr(ask(log, "time_wait"), "2 MSL"));
	ck_assert_ptr_nonnull(strstr(ask(log, "SIGUSR2"), "SIGUSR2"));
	ck_assert_ptr_nonnull(strstr(ask(log, "EXDEV"), "EXDEV"));
	log_free(log);
}
END_TEST

START_TEST(wrong_words_are_refused)
{
	static const char *const words[] = {"nonsense", "client x", "client 0", "client 1 2",
	    "pid:", "pid:x", "pid:0", "event", "event nothing", "zombie 1", "TIME_WAIT 2",
	    "SIGNONE", "client -1", "eof eof"};
	struct explain_subject subject;
	char error[EXPLAIN_ERROR];
	ck_assert_msg(!explain_parse(&subject, words[_i], error), "%s", words[_i]);
	ck_assert_ptr_nonnull(strstr(error, "show why wants"));
	ck_assert_uint_lt(strlen(error), EXPLAIN_ERROR - 1);
}
END_TEST

Suite *
explain_suite(void)
{
	Suite *suite = suite_create("explain");
	TCase *tests = tcase_create("all");
	tcase_add_loop_test(tests, each_state_at_each_end_has_its_text, 0, STATE_COUNT);
	tcase_add_test(tests, each_errno_has_its_text);
	tcase_add_test(tests, each_role_and_stat_letter_has_its_text);
	tcase_add_test(tests, each_signal_has_its_text);
	tcase_add_loop_test(tests, each_event_type_has_its_text, 0, EVENT_TYPES);
	tcase_add_test(tests, each_call_has_its_text);
	tcase_add_test(tests, each_what_has_its_text);
	tcase_add_test(tests, a_killed_child_is_explained);
	tcase_add_test(tests, a_reset_is_explained);
	tcase_add_test(tests, the_past_is_explained_as_it_was);
	tcase_add_test(tests, an_old_error_has_its_own_reason);
	tcase_add_test(tests, another_session_is_not_told);
	tcase_add_test(tests, what_is_not_there_is_said);
	tcase_add_loop_test(tests, wrong_words_are_refused, 0, 14);
	suite_add_tcase(suite, tests);
	return suite;
}
