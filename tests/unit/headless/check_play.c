/* Lessons without a screen: listed, one played, all played, and the statuses of it. */
#include "play.h"

#include "exit_status.h"
#include "scenario_library.h"
#include "session_fixture.h"
#include "suites.h"

#include <limits.h>
#include <unistd.h>

static char home[64], output[1 << 18];

/* A directory with the programs, and none of the program's own lessons. */
static void
setup(void)
{
	const char *build = getenv("BUILD");
	char command[3 * PATH_MAX], *real = realpath(build != NULL ? build : "build", NULL);
	snprintf(home, sizeof home, "/tmp/check_play.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	snprintf(command, sizeof command, "mkdir %s/scenarios && ln -s %s/tcpserv %s/tcpcli %s",
	    home, real, real, home);
	free(real);
	ck_assert_int_eq(system(command), 0);
	setenv("XDG_DATA_HOME", "/nowhere", 1);
}

static void
teardown(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -r %s", home);
	ck_assert_int_eq(system(command), 0);
}

static void
write_lesson(const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/scenarios/%s.scenario", home, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

/* Runs it with standard output and error in a file; its status. */
static int
run(int (*function)(const struct options *options), const char *lesson)
{
	struct options options = {.session = {.directory = home, .port = free_port()},
	    .headless = true, .play = lesson};
	FILE *out = tmpfile();
	int saved[2] = {dup(1), dup(2)};
	fflush(stdout);
	for (int fd = 1; fd <= 2; fd++)
		dup2(fileno(out), fd);
	int status = function(&options);
	fflush(stdout);
	fflush(stderr);
	for (int fd = 1; fd <= 2; fd++) {
		dup2(saved[fd - 1], fd);
		close(saved[fd - 1]);
	}
	rewind(out);
	output[fread(output, 1, sizeof output - 1, out)] = '\0';
	fclose(out);
	return status;
}

#define GOOD "title Good one\nsection 5.9\nrow 2\nconnect\nsend a\nexpect echo a\n"
#define BAD "title Bad\nrow 1\nexpect zombies 7 within 0\nsay never\n"
#define LAB "title Lab\nrow 3\nneeds lab\nsay never\n"

START_TEST(lessons_are_listed)
{
	write_lesson("good", GOOD);
	write_lesson("evil", "title a\033[1mb\nrow 1\nsay x\n");
	ck_assert_int_eq(run(play_list, NULL), 0);
	ck_assert_str_eq(output, "evil\t\ta^[[1mb\ngood\t5.9\tGood one\n");
	write_lesson("wrong", "title x\nbogus\n");
	ck_assert_int_eq(run(play_list, NULL), STATUS_USAGE);
	ck_assert_ptr_nonnull(strstr(output, "good\t5.9\tGood one\n"));
	ck_assert_ptr_nonnull(strstr(output, "tcpconsole: "));
}
END_TEST

START_TEST(one_is_played_through)
{
	write_lesson("good", GOOD);
	ck_assert_int_eq(run(play_one, "good"), 0);
	ck_assert_ptr_nonnull(strstr(output, "expect echo a"));
	write_lesson("bad", BAD);
	ck_assert_int_eq(run(play_one, "bad"), STATUS_FAILED);
	ck_assert_ptr_null(strstr(output, "never"));
	write_lesson("lab", LAB);
	ck_assert_int_eq(run(play_one, "lab"), STATUS_NOT_HERE);
	ck_assert_str_eq(output, "tcpconsole: lab needs the lab: two hosts and a router between "
	    "them\n");
	ck_assert_int_eq(run(play_one, "none"), STATUS_USAGE);
	ck_assert_ptr_nonnull(strstr(output, "no scenario \"none\""));
}
END_TEST

START_TEST(all_are_played_and_counted)
{
	write_lesson("good", GOOD);
	write_lesson("lab", LAB);
	ck_assert_int_eq(run(play_all, NULL), 0);
	ck_assert_ptr_nonnull(strstr(output, "1 passed, 0 failed, 1 skipped\n"));
	ck_assert_ptr_null(strstr(output, "never"));
	write_lesson("bad", BAD);
	ck_assert_int_eq(run(play_all, NULL), STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(output, "1 passed, 1 failed, 1 skipped\n"));
	write_lesson("wrong", "title x\nbogus\n");
	ck_assert_int_eq(run(play_all, NULL), STATUS_USAGE);
	ck_assert_ptr_null(strstr(output, "passed")); /* nothing was */
}
END_TEST

START_TEST(where_nothing_can_be_played_the_first_says_so)
{
	char command[192];
	write_lesson("good", GOOD);
	write_lesson("more", GOOD);
	snprintf(command, sizeof command, "rm %s/tcpserv %s/tcpcli", home, home);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(run(play_all, NULL), STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(output, "0 passed, 2 failed, 0 skipped\n"));
}
END_TEST

Suite *
play_suite(void)
{
	Suite *suite = suite_create("play");
	TCase *all = tcase_create("all");
	tcase_set_timeout(all, 120);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, lessons_are_listed);
	tcase_add_test(all, one_is_played_through);
	tcase_add_test(all, all_are_played_and_counted);
	tcase_add_test(all, where_nothing_can_be_played_the_first_says_so);
	suite_add_tcase(suite, all);
	return suite;
}
