/*
 * entered.c: libentered.so, for tests/tools/mutants.py: which places of a program a test
 * enters.  A program that is compiled with -fsanitize-coverage=trace-pc calls it at the
 * start of each basic block; it marks a byte for that place in a file that is mapped
 * shared, so that what was entered stays known of a process that is killed at any moment,
 * of its children, and of all that run the same program.
 *
 * The file is ENTERED/NAME, NAME being the program's; it is there already, one byte for
 * each of the program's text (no file has to grow: a test may have limited that).
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static uint8_t *marks;
static uintptr_t base;
static size_t size;

void __sanitizer_cov_trace_pc(void);

/* The first object is the program itself: where it was loaded. */
static int
note_base(struct dl_phdr_info *info, size_t length, void *unused)
{
	(void)length, (void)unused;
	base = info->dlpi_addr;
	return 1;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *directory = getenv("ENTERED");
	char path[512];
	struct stat status;
	if (directory == NULL)
		return;
	dl_iterate_phdr(note_base, NULL);
	snprintf(path, sizeof path, "%s/%s", directory, program_invocation_short_name);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &status) == 0 && status.st_size > 0) {
		void *map = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
		if (map != MAP_FAILED) {
			size = (size_t)status.st_size;
			marks = map;
		}
	}
	close(fd);
}

void
__sanitizer_cov_trace_pc(void)
{
	uintptr_t place = (uintptr_t)__builtin_return_address(0) - base;
	if (place < size && marks[place] == 0)
		marks[place] = 1;
}
