/* signal_name.h: signals by name, as kill(1) knows them. */
#ifndef SIGNAL_NAME_H
#define SIGNAL_NAME_H

/* The signal called NAME: "KILL", "SIGKILL", "sigkill", "9", "SIG9", "RTMIN+1";
 * -1 when there is none. */
int signal_from_name(const char *name);

/* "SIGKILL"; "SIGRTMIN+1"; "SIG99" for a number without a name.  Static storage
 * or thread-local; never NULL. */
const char *signal_name(int number);

/* The errno called NAME ("ECONNREFUSED", without regard to case); 0 when there
 * is none. */
int errno_from_name(const char *name);

/* "ECONNREFUSED"; "E999" for a number without a name.  Never NULL. */
const char *errno_name(int number);

#endif
