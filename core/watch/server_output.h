/* server_output.h: what a server that is not ours writes on its standard output and error.
 *
 * Each server that is started gets a terminal of its own for its output, so that stdio
 * writes line by line, as in a lecture (setvbuf(3)), or a pipe where that is wanted or there
 * are no terminals; and a pipe for its errors.  Its children inherit both.
 * They are always read, so that nobody who writes stands still for long: 32 KB of
 * either every 10 ms at the most.  What is read becomes `output` events, line by line;
 * more than so many lines a second are counted and left out, so that a server that
 * writes without end takes neither the console's time nor the log's room. */
#ifndef SERVER_OUTPUT_H
#define SERVER_OUTPUT_H

#include "log.h"
#include "loop.h"

#include <sys/types.h>

struct server_output;

/* NULL with errno. */
struct server_output *server_output_new(struct loop *loop, struct log *log);

/* Makes the terminal (or pipe) and the pipe of a server that is about to be started: *out
 * and *error are its ends, to be closed by the caller.  False with errno. */
bool server_output_open(struct server_output *output, bool terminal, int *out, int *error);

/* The server whose pipes were opened last has this number: they are read from now on. */
void server_output_name(struct server_output *output, pid_t pid);

/* That server could not be started: its pipes go. */
void server_output_forget(struct server_output *output);

/* Tells what is in the pipes now, and the lines that are not whole. */
void server_output_drain(struct server_output *output);

/* The last line that is not empty, since the pipes were opened, made visible; ""
 * when there is none. */
void server_output_last(const struct server_output *output, char *text, size_t size);

/* NULL is allowed. */
void server_output_free(struct server_output *output);

#endif
