/* session.h: one session: the log, the processes, the commands that run.
 *
 * The screen and the headless mode are two readers of the session's log; both
 * give it lines.  Two sessions can live in one process. */
#ifndef SESSION_H
#define SESSION_H

#include "log.h"
#include "loop.h"
#include "session_options.h"

struct session;

/* Looks HOST up, starts the guard (a fork: call this before curses, readline and
 * threads) and remembers what to start.  NULL with one line in error (room for
 * SESSION_ERROR) and the exit status for it in *status. */
struct session *session_new(const struct session_options *options, char *error,
    int *status);

/* The first events: start, the server, the client.  Call it when all readers
 * have subscribed. */
void session_begin(struct session *session);

/* Ends the guard, and with it every process; waits until it is gone (at most
 * 2 s).  NULL is allowed. */
void session_free(struct session *session);

struct loop *session_loop(struct session *session);
struct log *session_log(struct session *session);
const struct moment *session_now(const struct session *session);

/* Puts one command line in the queue.  A bad line becomes an `error` event and
 * false is returned.  Empty lines and comments are nothing. */
bool session_submit(struct session *session, const char *line,
    enum command_source source);

/* Forgets the lines that wait for their turn; returns how many they were. */
size_t session_drop_waiting(struct session *session);

/* One round of the loop: waits at most timeout_ms (-1: until something happens)
 * and lets the commands move on.  0, or -1 with errno. */
int session_round(struct session *session, int timeout_ms);

/* Nothing is queued and nothing runs. */
bool session_is_idle(const struct session *session);

/* Is the server at HOST and PORT one that the console starts and stops, tcpserv or the
 * program behind --?  Known after session_begin: on a free port of this machine.  Lessons
 * need it. */
bool session_owns_server(const struct session *session);

/* `quit` was carried out. */
bool session_has_ended(const struct session *session);

/* Ends the session in good order: host healed, connections closed, server and
 * client ended.  As the command `quit`, from this source. */
void session_quit(struct session *session, enum command_source source);

/* An expectation failed, a line was bad: what the exit status will say. */
bool session_has_failed(const struct session *session);

/* Appends an `error`, a `note` event: one line. */
void session_error(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void session_note(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Who is asked about strangers; without it they are refused. */
void session_ask_by(struct session *session, session_question *question,
    void *context);
void session_confirm(struct session *session, bool yes);

/* Who asks the room what an `ask` asks: then session_choose answers with the
 * number of an answer, from 1.  Without it, an `ask` tells the right answer itself. */
void session_room_by(struct session *session, bool there);
void session_choose(struct session *session, unsigned answer);

/* Every TCP socket of this machine is read once a second from now on, or no longer. */
void session_follow_all(struct session *session, bool follow);

/* How the console is to show what `show WHAT` names: on a screen the pane is
 * zoomed; NULL (headless): a snapshot event is made. */
void session_show_by(struct session *session,
    bool (*show)(void *context, const char *what), void *context);

/* Who plays the lesson that `play NAME` names, in place of this session, once the
 * command is over; false with one line in error (room for SESSION_ERROR).  NULL
 * (headless): it is refused. */
void session_play_by(struct session *session,
    bool (*play)(void *context, const char *name, char *error), void *context);

#endif
