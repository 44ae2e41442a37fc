/* standard_files.h: descriptors 0, 1 and 2 are open, whoever started the program.
 *
 * A socket that got one of these numbers would be read as standard input, or have messages
 * and results written into it. */
#ifndef STANDARD_FILES_H
#define STANDARD_FILES_H

#include <fcntl.h>
#include <unistd.h>

/* Opens /dev/null in place of those that are closed. */
static inline void
standard_files_open(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd < 3);
	if (fd >= 0)
		close(fd);
}

#endif
