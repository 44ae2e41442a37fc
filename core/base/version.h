/* version.h: the program's version, for --version and the log's first line. */
#ifndef VERSION_H
#define VERSION_H

#define TCPCONSOLE_VERSION "0.1"

#endif
