/* say_failure.h: the one line on standard error with which the program refuses. */
#ifndef SAY_FAILURE_H
#define SAY_FAILURE_H

/* Writes "tcpconsole: ..." with what no terminal should get made visible (escape.h): a
 * scenario's text or a file's name goes to a terminal here.  Returns status. */
int say_failure(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
