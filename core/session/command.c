#include "command.h"

#include "commands.h"

#include <stdio.h>
#include <string.h>

static const struct command table[] = {
	{.name = "connect", .arguments = "[COUNT] | --interrupt SECONDS",
	 .help = "open COUNT connections (1); or one by a blocking connect that a signal "
	     "interrupts",
	 .acts = true, .words = "--interrupt",
	 .take = take_connect, .run = command_connect, .done = connect_done},
	{.name = "send", .arguments = "[--no-newline|--split] TEXT",
	 .help = "write TEXT and a newline, then read one line; --split: first byte, one second, "
	     "the rest",
	 .acts = true, .words = "--no-newline|--split",
	 .take = take_send, .run = command_send, .done = order_done},
	{.name = "use", .arguments = "N",
	 .help = "make connection N the current one", .words = "<connection>",
	 .take = take_use, .run = command_use},
	{.name = "read", .arguments = "[N]",
	 .help = "one read on the connection", .acts = true,
	 .words = "<connection>", .take = take_connection, .run = command_read, .done = order_done},
	{.name = "shutdown", .arguments = "[N]",
	 .help = "half-close the connection: shutdown with SHUT_WR sends FIN",
	 .acts = true, .words = "<connection>",
	 .take = take_connection, .run = command_shutdown, .done = order_done},
	{.name = "close", .arguments = "[N|all]",
	 .help = "close the connection: FIN", .acts = true,
	 .words = "all|<connection>", .take = take_connections,
	 .run = command_close, .done = order_done},
	{.name = "abort", .arguments = "[N|all]",
	 .help = "close the connection with RST (SO_LINGER {1,0})", .acts = true,
	 .words = "all|<connection>", .take = take_connections,
	 .run = command_abort, .done = order_done},
	{.name = "client sigpipe", .arguments = "default|ignore|catch",
	 .help = "the client's disposition of SIGPIPE", .acts = true,
	 .words = "default|ignore|catch",
	 .take = take_word, .run = command_client_sigpipe, .done = order_done},
	{.name = "client timeout", .arguments = "SECONDS|default",
	 .help = "TCP_USER_TIMEOUT of each connection: ETIMEDOUT comes sooner",
	 .acts = true, .words = "default",
	 .take = take_timeout, .run = command_client_timeout, .done = order_done},
	{.name = "client reads", .arguments = "line|always",
	 .help = "read a line after each send, or whatever comes, whenever it comes",
	 .acts = true, .words = "line|always",
	 .take = take_word, .run = command_client_reads, .done = order_done},
	{.name = "client on-eof", .arguments = "continue|exit",
	 .help = "after end of file: go on, or exit with status 1 as the book's client",
	 .acts = true, .words = "continue|exit",
	 .take = take_word, .run = command_client_on_eof, .done = order_done},
	{.name = "client byte_order", .arguments = "native|big|little|network",
	 .help = "which byte of a binary number the client puts first",
	 .acts = true, .words = "native|big|little|network",
	 .take = take_word, .run = command_client_byte_order, .done = order_done},
	{.name = "client long", .arguments = "32|64",
	 .help = "how many bits the client's binary numbers have",
	 .acts = true, .words = "32|64",
	 .take = take_word, .run = command_client_long, .done = order_done},
	{.name = "client keepalive", .arguments = "SECONDS|off",
	 .help = "SO_KEEPALIVE: an idle connection is probed so often, and given up after 3 probes",
	 .acts = true, .words = "off",
	 .take = take_keepalive, .run = command_client_keepalive, .done = order_done},
	{.name = "client signal", .arguments = "NAME default|ignore|catch",
	 .help = "what the client does about a signal, by sigaction",
	 .acts = true, .words = "<signal>",
	 .take = take_client_signal, .run = command_client_signal, .done = order_done},
	{.name = "client start", .arguments = "",
	 .help = "a new client after the old one died", .acts = true,
	 .run = command_client_start, .done = client_start_done},
	{.name = "server start", .arguments = "",
	 .help = "start the server", .acts = true,
	 .run = command_server_start, .done = server_started},
	{.name = "server stop", .arguments = "",
	 .help = "SIGTERM to the parent alone; its children serve on", .acts = true,
	 .run = command_server_stop, .done = server_stopped},
	{.name = "server restart", .arguments = "",
	 .help = "stop and start; one that is down is started", .acts = true,
	 .run = command_server_restart, .done = server_restarted},
	{.name = "server pause", .arguments = "",
	 .help = "SIGSTOP to the parent", .acts = true,
	 .run = command_server_pause, .done = server_paused},
	{.name = "server resume", .arguments = "",
	 .help = "SIGCONT to the parent", .acts = true,
	 .run = command_server_resume, .done = server_resumed},
	{.name = "server set", .arguments = "KEY=VALUE...",
	 .help = "restart the server with these settings", .acts = true,
	 .words = "<setting>", .take = take_settings,
	 .run = command_server_set, .done = server_restarted},
	{.name = "kill child", .arguments = "[N|pid:PID] [SIGNAL]",
	 .help = "signal the child that serves the connection (SIGKILL)",
	 .acts = true, .words = "<connection>|<signal>",
	 .take = take_child, .run = command_kill_child,
	 .done = signal_taken},
	{.name = "kill server", .arguments = "[SIGNAL]",
	 .help = "signal the server's parent (SIGKILL)", .acts = true,
	 .words = "<signal>", .take = take_signal, .run = command_kill_server,
	 .done = signal_taken},
	{.name = "kill client", .arguments = "[SIGNAL]",
	 .help = "signal the client (SIGKILL)", .acts = true,
	 .words = "<signal>", .take = take_signal, .run = command_kill_client,
	 .done = signal_taken},
	{.name = "kill", .arguments = "pid:PID [SIGNAL]",
	 .help = "signal any process (SIGKILL); one that is not ours is asked about",
	 .acts = true, .words = "child|server|client|<pid>", .take = take_pid, .run = command_kill,
	 .done = signal_taken},
	{.name = "host crash", .arguments = "",
	 .help = "the server's host falls silent, without a FIN", .acts = true,
	 .run = command_host_crash, .done = host_told},
	{.name = "host reboot", .arguments = "",
	 .help = "the host comes back and knows nothing; the server is started",
	 .acts = true, .run = command_host_reboot, .done = host_told},
	{.name = "host shutdown", .arguments = "[GRACE]",
	 .help = "SIGTERM to its processes, GRACE seconds (5), SIGKILL, down",
	 .acts = true, .take = take_grace, .run = command_host_shutdown, .done = host_told},
	{.name = "host unplug", .arguments = "",
	 .help = "the cable out", .acts = true,
	 .run = command_host_unplug, .done = host_told},
	{.name = "host plug", .arguments = "",
	 .help = "the cable in", .acts = true,
	 .run = command_host_plug, .done = host_told},
	{.name = "show",
	 .arguments = "sockets|processes|connections|settings|errno|dispositions|"
	    "all|details|states|figures|bytes",
	 .help = "a snapshot, on a screen that pane, zoomed; all: the machine's sockets; "
	     "details: TCP_INFO",
	 .words = "sockets|processes|connections|settings|errno|dispositions|"
	    "all|details|states|figures|bytes",
	 .take = take_show, .run = command_show, .done = show_done},
	{.name = "show why",
	 .arguments = "[NAME|eof|client [N]|server [N]|listener|pid:PID|zombie|event TYPE]",
	 .help = "what it means, what led to it and ends it: the last errno, any errno, state, "
	     "signal, process",
	 .words = "eof|client|server|listener|zombie|event|<pid>|<state>|<errno>|<signal>",
	 .take = take_why, .run = command_show_why, .done = show_why_done},
	{.name = "expect", .arguments = "WHAT [for SECONDS] [within SECONDS]",
	 .help = "wait until it holds: echo TEXT, eof, errno NAME, state END STATE, zombies N, ...",
	 .words = "<expectation>",
	 .take = take_expect, .run = command_expect, .done = expect_done},
	{.name = "wait", .arguments = "SECONDS",
	 .help = "time passes, events go on", .take = take_wait,
	 .run = command_wait, .done = wait_done},
	{.name = "say", .arguments = "TEXT", .help = "the narrator speaks",
	 .run = command_say},
	{.name = "ask", .arguments = "TEXT | ANSWER | ANSWER... = N",
	 .help = "a question to the room; answer N is right",
	 .take = take_ask, .run = command_ask, .done = ask_done},
	{.name = "lessons", .arguments = "",
	 .help = "the lessons in the lecture's order; on a screen a menu",
	 .run = command_lessons},
	{.name = "play", .arguments = "NAME", .words = "<lesson>",
	 .help = "begin a lesson, or the scenario at a path with a slash, in a clean state; on a "
	     "screen",
	 .in_no_scenario = true, .take = take_play, .run = command_play},
	{.name = "reset", .arguments = "",
	 .help = "everything healed and fresh: server, client, cable, settings",
	 .acts = true, .run = command_reset, .done = reset_done},
	{.name = "help", .arguments = "", .help = "the commands and keys",
	 .run = command_help},
	{.name = "quit", .arguments = "", .help = "end, and leave nothing behind",
	 .run = command_quit, .done = quit_done},
};

enum { TABLE_COUNT = sizeof table / sizeof *table };

const struct command *
command_table(size_t *count)
{
	*count = TABLE_COUNT;
	return table;
}

const char *
command_match(const char *name, const char *line)
{
	while (*name != '\0') {
		size_t length = strcspn(name, " ");
		if (strncmp(name, line, length) != 0 ||
		    (line[length] != '\0' && line[length] != ' ' && line[length] != '\t'))
			return NULL;
		name += length;
		name += strspn(name, " ");
		line += length;
		if (*name != '\0')
			line += strspn(line, " \t");
	}
	return line;
}

/* No row fits: says which there are. */
static void
explain_unknown(const char *line, char *error, size_t size)
{
	size_t first = strcspn(line, " \t");
	int used = snprintf(error, size, "no command \"%.*s\"",
	    first > 30 ? 30 : (int)first, line);
	bool any = false;
	for (int i = 0; i < TABLE_COUNT && used > 0 && (size_t)used < size; i++) {
		const char *rest = command_match(table[i].name, line);
		size_t length = strcspn(table[i].name, " ");
		if (rest == NULL && length == first && table[i].name[length] == ' ' &&
		    strncmp(table[i].name, line, first) == 0) {
			used += snprintf(error + used, size - (size_t)used, "%s%s",
			    any ? ", " : " like that; there are ", table[i].name);
			any = true;
		}
	}
	if (!any && used > 0 && (size_t)used < size)
		snprintf(error + used, size - (size_t)used, "; help shows them all");
}

const struct command *
command_parse(const char *line, const char **arguments, char *error, size_t size)
{
	error[0] = '\0';
	line += strspn(line, " \t");
	const struct command *best = NULL;
	for (int i = 0; i < TABLE_COUNT; i++) {
		const char *rest = command_match(table[i].name, line);
		if (rest == NULL || (best != NULL &&
		    strlen(best->name) > strlen(table[i].name)))
			continue;
		best = &table[i];
		*arguments = rest;
	}
	if (best == NULL) {
		explain_unknown(line, error, size);
		return NULL;
	}
	*arguments += strspn(*arguments, " \t");
	if (best->arguments[0] == '\0' && **arguments != '\0') {
		snprintf(error, size, "%s takes no argument: \"%.40s\" is too much",
		    best->name, *arguments);
		return NULL;
	}
	return best;
}

const char *
command_says(const char *line, const char **help)
{
	char error[256];
	const char *arguments;
	const struct command *command = command_parse(line, &arguments, error, sizeof error);
	if (command == NULL)
		return NULL;
	*help = command->help;
	return command->name;
}
