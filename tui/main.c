/* main.c: the program: with a screen, or without one. */
#include "say_failure.h"
#include "console.h"
#include "console_options.h"
#include "console_replay.h"
#include "exit_status.h"
#include "headless.h"
#include "options.h"
#include "pane_print.h"
#include "picture.h"
#include "play.h"
#include "record.h"
#include "replay.h"
#include "standard_files.h"
#include "version.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What whoever started us may have left: no child of ours may vanish unseen, no signal be
 * held back that we wait for. */
static void
undo_inheritance(void)
{
	sigset_t none;
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	standard_files_open();
}

/* Where tcpserv and tcpcli are: beside this program. */
static const char *
own_directory(void)
{
	static char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	if (length <= 0)
		return ".";
	path[length] = '\0';
	char *slash = strrchr(path, '/');
	*(slash != NULL && slash != path ? slash : path + 1) = '\0';
	return path;
}

/* What --help and --version print; a full disk is an error. */
static int
print(const char *text)
{
	return fputs(text, stdout) == EOF || fflush(stdout) == EOF ?
	    say_failure(STATUS_FAILED, "cannot write") : 0;
}

/* What the command line asks for, beside help and the list of lessons. */
static int
run(struct options *options)
{
	char error[SESSION_ERROR];
	int status;
	bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct console_options console = {.ascii = options->ascii,
	    .color = (int)options->color, .session = &options->session,
	    .play = options->play};
	if (options->replay != NULL && (options->headless || !terminal))
		return replay_print(options->replay, options->json);
	if (options->replay != NULL)
		return console_replay(&console, options->replay);
	if (options->play_all)
		return play_all(options);
	if (options->play != NULL && (options->headless || !terminal))
		return play_one(options);
	options->session.screen = !options->headless && options->play == NULL;
	if (!options->headless && terminal)
		return console_run(&console);
	struct session *session = session_new(&options->session, error, &status);
	if (session == NULL)
		return say_failure(status, "%s", error);
	if (!options->headless)
		status = say_failure(STATUS_NOT_HERE,
		    "no terminal for the screen: --headless works without one");
	else
		status = headless_run(session, STDIN_FILENO, STDOUT_FILENO, options->json);
	session_free(session);
	return status;
}

/* The same, with its log written to a file. */
static int
run_recorded(struct options *options)
{
	const char *path = options->record;
	struct recorder *recorder = path != NULL ? recorder_open(path) : NULL;
	if (path != NULL && recorder == NULL)
		return say_failure(STATUS_USAGE, "cannot record to %s: %s", path,
		    strerror(errno));
	options->session.recorder = recorder;
	int status = run(options);
	if (recorder_close(recorder) < 0)
		say_failure(status, "the recording %s lacks its end: %s", path,
		    strerror(errno));
	return status;
}

int
main(int argc, char **argv)
{
	struct options options;
	char error[SESSION_ERROR];
	signal(SIGXFSZ, SIG_IGN); /* a file that is too long fails by EFBIG; the guard undoes it */
	undo_inheritance();
	picture_lend(pane_print);
	if (!options_parse(&options, argc, argv, error))
		return say_failure(STATUS_USAGE, "%s", error);
	if (options.help)
		return print(options_help());
	if (options.version)
		return print("tcpconsole " TCPCONSOLE_VERSION "\n");
	options.session.directory = own_directory();
	if (options.list)
		return play_list(&options);
	return run_recorded(&options);
}
