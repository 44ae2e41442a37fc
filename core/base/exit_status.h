/* exit_status.h: the exit statuses that the contract promises. */
#ifndef EXIT_STATUS_H
#define EXIT_STATUS_H

enum {
	STATUS_FAILED = 1,    /* an expectation failed, or the run broke */
	STATUS_USAGE = 2,     /* the command line, or a scenario's text, is wrong */
	STATUS_NOT_HERE = 77  /* this machine does not allow it */
};

#endif
