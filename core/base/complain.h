/* complain.h: the one line on standard error with which the program refuses. */
#ifndef COMPLAIN_H
#define COMPLAIN_H

/* Writes "tcpconsole: ..." with what is foreign in it made visible (escape.h): a
 * scenario's text or a file's name goes to a terminal here.  Returns status. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
