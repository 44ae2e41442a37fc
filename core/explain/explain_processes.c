/* explain_processes.c: the processes, by their role and their state; zombies.
 *
 * ps(1), proc_pid_stat(5), wait(2), sigaction(2). */
#include "explain_internal.h"

#include "end_words.h"
#include "endpoint.h"

#include <sys/wait.h>

static const struct explain_text roles[] = {
	[ROLE_CLIENT] = {
		.is = "The client: it makes the calls of the book's tcpcli: socket, connect, and "
		    "for each line write and read.",
		.led = "The console started it, under its guard.",
		.ends = "SIGPIPE, by default, when it writes to a connection that a RST has "
		    "ended; kill client; quit. Its end closes all its connections.",
		.differs = "The book's client sleeps in fgets and cannot hear a FIN meanwhile. "
		    "This one waits for the console's orders in poll, and keeps the lesson: it "
		    "reads the socket only after it wrote (client reads line). select mends it "
		    "(6.4).",
		.section = "5.4"},
	[ROLE_SERVER] = {
		.is = "The server's parent: it listens, accepts, forks a child for each "
		    "connection and closes its own copy of the connected socket.",
		.led = "It was started, by the console or by somebody else, and has bound its "
		    "port.",
		.ends = "A signal, or an error that it does not take: EINTR from accept with "
		    "eintr=die. Its children serve on without it; only the port is closed.",
		.differs = "It sleeps in accept: WCHAN is inet_csk_accept on Linux, "
		    "wait_for_connect in the lecture's old Linux, kernels of BSD have other names.",
		.section = "5.2"},
	[ROLE_CHILD] = {
		.is = "A child of the server: it serves one connection, as str_echo does: read, "
		    "write what came, until read returns 0.",
		.led = "accept returned a connection, and the parent forked.",
		.ends = "End of file: the client's FIN makes read return 0, the child exits. Or "
		    "an error of read or write, or a signal. Then it is a zombie until its "
		    "parent waits.",
		.differs = "It inherited copies of both sockets and closes the listening one at "
		    "once (4.8). When the parent dies first, init, here the guard, becomes its "
		    "parent (PPID); it serves on.",
		.section = "5.3"},
	[ROLE_OTHER] = {
		.is = "A process that is neither the console's server nor its client: of another "
		    "program at this port, or a helper that it started.",
		.led = "It was found in the process table, below the server or as the owner of a "
		    "socket with our port.",
		.ends = "Whatever its own program says. A signal from here is asked about first.",
		.differs = "What it calls is not reported: its states, children and zombies are "
		    "read from /proc, as any other user could read them.",
		.section = "4.8"},
};

static const struct { char letter; const char *text; } stats[] = {
	{'R', "STAT R: it runs, or waits for a processor only."},
	{'S', "STAT S: it sleeps in a call until something happens (accept, read, poll); a "
	    "signal wakes it."},
	{'D', "STAT D: it sleeps where signals wait until the kernel is done, mostly for a disk."},
	{'T', "STAT T: a signal has stopped it (SIGSTOP). Its TCP goes on: the kernel "
	    "acknowledges what comes and keeps it. Other signals wait, in ShdPnd, until SIGCONT; "
	    "SIGKILL does not."},
	{'t', "STAT t: a debugger has stopped it."},
	{'Z', "STAT Z: it is dead, and its parent has not waited for it."},
	{'X', "STAT X: it is dead; hardly ever seen."},
	{'I', "STAT I: a thread of the kernel that has nothing to do."},
	{'<', "<: it has more right to a processor than others."},
	{'N', "N: it gives way to others (nice)."},
	{'s', "s: it leads its session."},
	{'l', "l: it has several threads."},
	{'+', "+: it is in the foreground of its terminal."},
};

static const struct explain_text zombie = {
	.is = "A zombie: the process is dead, its memory, descriptors and sockets are gone. The "
	    "kernel keeps its PID, how it ended and the CPU time that it used, until its parent "
	    "asks.",
	.led = "It ended; the kernel sent SIGCHLD to its parent; the parent has not called wait "
	    "or waitpid for it.",
	.ends = "Its parent's wait or waitpid; or its parent's own end: then init inherits it "
	    "and waits (here the guard stands for init). No signal ends it, not even SIGKILL.",
	.differs = "Signals do not queue: five deaths can be one SIGCHLD, so a handler must call "
	    "waitpid in a loop, with WNOHANG. SIGCHLD ignored (SIG_IGN): no zombies on System V, "
	    "Linux and by POSIX since 2001; on old Berkeley kernels they stay.",
	.section = "5.9",
};

const struct explain_text *
explain_role_text(enum report_role role)
{
	return role >= ROLE_CLIENT && role <= ROLE_OTHER ? &roles[role] : NULL;
}

/* The same of a letter of ps's STAT column. */
const char *
explain_stat_text(char letter)
{
	for (size_t i = 0; i < sizeof stats / sizeof *stats; i++)
		if (stats[i].letter == letter)
			return stats[i].text;
	return NULL;
}

/* A process, and the connection that it serves. */
struct concern {
	pid_t pid;
	unsigned conn;
};

/* Does the event tell how the process came to be as it is? */
static bool
is_about(const struct event *event, const void *context)
{
	const struct concern *concern = context;
	switch ((int)event->type) {
	case EVENT_PROCESS:
		return event->process.row.pid == concern->pid &&
		    event->process.what != PROCESS_CHANGED;
	case EVENT_SIGNAL:
		return event->signal.to == concern->pid;
	case EVENT_CALL:
		return (event->call.pid == concern->pid && event->call.result <= 0) ||
		    (event->call.call == CALL_FORK && event->call.result == concern->pid);
	case EVENT_STATE:
		return concern->conn != 0 && event->state.conn == concern->conn &&
		    event->state.end == END_SERVER;
	case EVENT_HOST:
		return true;
	default:
		return false;
	}
}

/* The events of a process. */
static void
tell_events(struct explain_writer *writer, const struct process_row *row)
{
	struct concern concern = {.pid = row->pid, .conn = row->conn};
	explain_tell(writer, writer->view->end, is_about, &concern);
}

/* What each letter of its STAT says. */
static void
say_stat(struct explain_writer *writer, const char *stat)
{
	if (*stat == 'Z') {
		explain_say(writer, EXPLAIN_IS, "STAT Z: its main thread has ended, and others go "
		    "on, so it lives. ps calls it <defunct>.");
		stat++;
	}
	for (; *stat != '\0'; stat++) {
		const char *text = explain_stat_text(*stat);
		if (text != NULL)
			explain_say(writer, EXPLAIN_IS, "%s", text);
	}
}

/* Whom it serves, and who started it. */
static void
say_row(struct explain_writer *writer, const struct process_row *row)
{
	char peer[ENDPOINT_TEXT], parent[EXPLAIN_WORD], conn[32] = "";
	if (row->conn != 0)
		snprintf(conn, sizeof conn, ", connection %u", row->conn);
	if (row->peer.family != 0)
		explain_say(writer, EXPLAIN_IS, "It serves %s%s.",
		    endpoint_text(&row->peer, peer), conn);
	explain_say(writer, EXPLAIN_LED, "Its parent is %s.",
	    explain_process_word(writer->view, row->ppid, parent));
}

/* It has left the table. */
static void
say_ended(struct explain_writer *writer, const struct moment_process *process)
{
	char time[EXPLAIN_WORD], end[EXPLAIN_WORD], by[EXPLAIN_WORD];
	explain_say(writer, EXPLAIN_IS, "It has left the table at %s.",
	    explain_time(process->ended_at, time));
	if (*explain_end_words(&process->end, end) != '\0')
		explain_say(writer, EXPLAIN_LED, "It %s.", end);
	if (process->end.by != 0)
		explain_say(writer, EXPLAIN_LED, "%s waited for it.",
		    explain_process_word(writer->view, process->end.by, by));
}

/* A process. */
void
explain_process(struct explain_writer *writer, const struct moment_process *process)
{
	const struct process_row *row = &process->row;
	const struct explain_text *text = explain_role_text(row->role);
	char word[EXPLAIN_WORD];
	if (process->ended_at == 0 && process->what == PROCESS_ZOMBIE) {
		explain_zombie(writer, process);
		return;
	}
	explain_name(writer, "%s, %s%s", explain_process_word(writer->view, row->pid, word),
	    event_role_name(row->role), process->ended_at != 0 ? ", gone" : "");
	explain_write(writer, text != NULL ? text : &roles[ROLE_OTHER]);
	if (process->ended_at != 0)
		say_ended(writer, process);
	else
		say_stat(writer, row->stat);
	say_row(writer, row);
	tell_events(writer, row);
}

/* What a zombie still holds. */
static void
say_held(struct explain_writer *writer, const struct moment_process *process)
{
	const struct process_end *end = &process->end;
	char words[END_WORDS];
	explain_say(writer, EXPLAIN_IS, "It holds: PID %d, %s, %.2f s of CPU time.",
	    (int)process->row.pid, end->known ? end_words(end->status, END_AS_HELD, words) :
	    "how it ended (not ours to read)", (double)process->row.cpu / 1e9);
}

/* A zombie; NULL: there is none. */
void
explain_zombie(struct explain_writer *writer, const struct moment_process *process)
{
	char word[EXPLAIN_WORD], parent[EXPLAIN_WORD], time[EXPLAIN_WORD];
	const struct moment *moment = writer->view->moment;
	explain_write(writer, &zombie);
	if (process == NULL) {
		explain_name(writer, "Zombies");
		explain_say(writer, EXPLAIN_IS, "There is none now.");
		return;
	}
	const struct process_row *row = &process->row;
	explain_name(writer, "%s, a zombie",
	    explain_process_word(writer->view, row->pid, word));
	say_held(writer, process);
	explain_say(writer, EXPLAIN_LED, "Here %s has not waited since %s.",
	    explain_process_word(writer->view, row->ppid, parent),
	    explain_time(process->changed_at, time));
	if (moment_zombies(moment) > 1)
		explain_say(writer, EXPLAIN_LED, "There are %u zombies.", moment_zombies(moment));
	const struct moment_process *asleep = moment_process(moment, row->ppid);
	if (asleep != NULL && *asleep->row.stat == 'T')
		explain_say(writer, EXPLAIN_LED, "Its parent is stopped: it cannot wait.");
	tell_events(writer, row);
}
