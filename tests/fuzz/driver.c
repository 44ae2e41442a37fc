/* driver.c: a fuzzer where there is no libFuzzer, for gcc.
 *
 *	NAME [-max_total_time=SECONDS] [-seed=N] [-artifact_prefix=PREFIX] [PLACE]...
 *
 * Each PLACE is a file or a directory of files.  All of them are tried first, then
 * mutations of them for so many seconds.  The options are libFuzzer's, so that one
 * script runs both.  gcc's -fsanitize-coverage=trace-pc calls us in each basic block:
 * an input that leads to a new one joins those that are mutated, for this run.
 *
 * An input that crashes, hangs or leaks is written to PREFIXcrash, and named. */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LENGTH_MOST = 8192, INPUTS_MOST = 20000, BLOCKS = 1 << 16, HANG_SECONDS = 20,
    MUTATIONS_MOST = 5 };

struct input {
	uint8_t *bytes;
	size_t length;
};

static struct {
	struct input *inputs;
	size_t count;
	uint64_t random;
	long seconds;
	const char *prefix;
	uint8_t *bytes;     /* the one that is being tried, */
	size_t length;      /* and its length */
	unsigned long tried;
	uint64_t blocks, blocks_before;
	size_t allocations, frees;
} fuzzer;

static uint8_t seen[BLOCKS];

/* An abort is a find like any other. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "handle_abort=1";
}

/* <sanitizer/allocator_interface.h>, which gcc does not bring. */
int __sanitizer_install_malloc_and_free_hooks(
    void (*allocation)(const volatile void *place, size_t size),
    void (*free)(const volatile void *place));

/* gcc calls it in each basic block. */
void __sanitizer_cov_trace_pc(void);

void
__sanitizer_cov_trace_pc(void)
{
	uintptr_t place = (uintptr_t)__builtin_return_address(0);
	size_t slot = (place ^ place >> 16) % BLOCKS;
	fuzzer.blocks += seen[slot] == 0;
	seen[slot] = 1;
}

static void
note_allocation(const volatile void *place, size_t size)
{
	(void)place;
	(void)size;
	fuzzer.allocations++;
}

static void
note_free(const volatile void *place)
{
	fuzzer.frees += place != NULL;
}

/* Keeps the input that is being tried: it is the last thing that this process does. */
static void
save_input(void)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%scrash", fuzzer.prefix);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write(fd, fuzzer.bytes, fuzzer.length) ==
	    (ssize_t)fuzzer.length;
	fprintf(stderr, "%s %s (%zu bytes)\n", good ? "the input stands in" :
	    "cannot write", path, fuzzer.length);
}

static void
take_alarm(int number)
{
	(void)number;
	fprintf(stderr, "hangs: it took more than %d seconds\n", HANG_SECONDS);
	abort();
}

/* Tries one input; ends the process when it leaks. */
static void
try_input(const uint8_t *bytes, size_t length)
{
	if (fuzzer.bytes != bytes) {
		if (length > 0)
			memcpy(fuzzer.bytes, bytes, length);
		fuzzer.length = length;
	}
	/* just as much room as it has bytes */
	char *copy = fuzz_copy(bytes, length);
	size_t held = fuzzer.allocations - fuzzer.frees;
	alarm(HANG_SECONDS);
	LLVMFuzzerTestOneInput((const uint8_t *)copy, length);
	alarm(0);
	bool more = fuzzer.allocations - fuzzer.frees > held;
	free(copy);
	fuzzer.tried++;
	if (more && __lsan_do_recoverable_leak_check() != 0) {
		save_input();
		_exit(1);
	}
}

/* xorshift64*, by Vigna. */
static uint64_t
random_number(uint64_t below)
{
	fuzzer.random ^= fuzzer.random >> 12;
	fuzzer.random ^= fuzzer.random << 25;
	fuzzer.random ^= fuzzer.random >> 27;
	return (fuzzer.random * UINT64_C(0x2545f4914f6cdd1d) >> 16) % below;
}

/* Keeps a copy to be mutated. */
static void
keep_input(const uint8_t *bytes, size_t length)
{
	if (fuzzer.count == INPUTS_MOST)
		return;
	if ((fuzzer.count & (fuzzer.count - 1)) == 0) {
		fuzzer.inputs = realloc(fuzzer.inputs,
		    2 * (fuzzer.count + 1) * sizeof *fuzzer.inputs);
		FUZZ_CHECK(fuzzer.inputs != NULL);
	}
	fuzzer.inputs[fuzzer.count++] = (struct input){
	    .bytes = (uint8_t *)fuzz_copy(bytes, length), .length = length};
}

/* Reads and tries a file. */
static void
try_file(const char *path)
{
	static uint8_t bytes[LENGTH_MOST];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
	if (length < 0) {
		perror(path);
		exit(1);
	}
	close(fd);
	try_input(bytes, (size_t)length);
	keep_input(bytes, (size_t)length);
}

/* A file, or the files of a directory. */
static void
try_place(const char *place)
{
	char path[PATH_MAX];
	struct dirent **entries;
	int count = scandir(place, &entries, NULL, alphasort);
	if (count < 0) {
		try_file(place);
		return;
	}
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/%s", place, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			try_file(path);
		free(entries[i]);
	}
	free(entries);
}

/* Opens a gap of so many bytes at a place; false: there is no room. */
static bool
open_gap(size_t at, size_t length)
{
	if (fuzzer.length + length > LENGTH_MOST)
		return false;
	memmove(fuzzer.bytes + at + length, fuzzer.bytes + at, fuzzer.length - at);
	fuzzer.length += length;
	return true;
}

/* Takes a piece out of some input, and puts it at a place. */
static void
insert_piece(size_t at)
{
	const struct input *from = &fuzzer.inputs[random_number(fuzzer.count)];
	if (from->length == 0)
		return;
	size_t begun = random_number(from->length);
	size_t length = 1 + random_number(from->length - begun);
	if (open_gap(at, length))
		memcpy(fuzzer.bytes + at, from->bytes + begun, length);
}

/* Drops some bytes. */
static void
drop_bytes(size_t at)
{
	size_t most = fuzzer.length - at > 64 ? 64 : fuzzer.length - at;
	size_t length = most == 0 ? 0 : 1 + random_number(most);
	memmove(fuzzer.bytes + at, fuzzer.bytes + at + length,
	    fuzzer.length - at - length);
	fuzzer.length -= length;
}

/* One small change of what is about to be tried. */
static void
mutate(void)
{
	static const char *const words[] = {"0", "-1", "4294967295", "2147483648",
	    "18446744073709551616", "1e308", "\0", "\n", "\r\n", "\x1b[", "\xe2\x80\xae",
	    "\xc3", "%s%n", "/../", "nan", "\"", "\\u0000", "="};
	static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff, ' ', '\n', 0x1b};
	size_t at = random_number(fuzzer.length + 1);
	const char *word = words[random_number(sizeof words / sizeof *words)];
	size_t length = *word == '\0' ? 1 : strlen(word);
	bool inside = at < fuzzer.length;
	switch (random_number(7)) {
	case 0:
		if (inside)
			fuzzer.bytes[at] ^= (uint8_t)(1U << random_number(8));
		break;
	case 1:
		if (inside)
			fuzzer.bytes[at] = (uint8_t)random_number(256);
		break;
	case 2:
		if (inside)
			fuzzer.bytes[at] = edges[random_number(sizeof edges)];
		break;
	case 3:
		if (open_gap(at, length))
			memcpy(fuzzer.bytes + at, word, length);
		break;
	case 4:
	case 5:
		insert_piece(at);
		break;
	default:
		drop_bytes(at);
		break;
	}
}

/* Mutations, until the time is over. */
static void
run(void)
{
	time_t end = time(NULL) + fuzzer.seconds;
	while (time(NULL) < end) {
		const struct input *from = &fuzzer.inputs[random_number(fuzzer.count)];
		memcpy(fuzzer.bytes, from->bytes, from->length);
		fuzzer.length = from->length;
		for (uint64_t i = 1 + random_number(MUTATIONS_MOST); i > 0; i--)
			mutate();
		fuzzer.blocks_before = fuzzer.blocks;
		try_input(fuzzer.bytes, fuzzer.length);
		if (fuzzer.blocks > fuzzer.blocks_before)
			keep_input(fuzzer.bytes, fuzzer.length);
	}
}

/* An option of libFuzzer's; false: it is none that we know. */
static bool
take_option(const char *option)
{
	if (strncmp(option, "-max_total_time=", 16) == 0)
		fuzzer.seconds = strtol(option + 16, NULL, 10);
	else if (strncmp(option, "-seed=", 6) == 0)
		fuzzer.random = strtoull(option + 6, NULL, 10);
	else if (strncmp(option, "-artifact_prefix=", 17) == 0)
		fuzzer.prefix = option + 17;
	else
		return false;
	return true;
}

int
main(int argc, char **argv)
{
	fuzzer.prefix = "./";
	fuzzer.random = (uint64_t)time(NULL) << 16 | (uint64_t)getpid();
	fuzzer.bytes = malloc(LENGTH_MOST);
	FUZZ_CHECK(fuzzer.bytes != NULL);
	keep_input((const uint8_t *)"", 0);
	signal(SIGALRM, take_alarm);
	__sanitizer_set_death_callback(save_input);
	__sanitizer_install_malloc_and_free_hooks(note_allocation, note_free);
	for (int i = 1; i < argc; i++)
		if (*argv[i] == '-' && !take_option(argv[i])) {
			fprintf(stderr, "%s: no option \"%s\"\n", argv[0], argv[i]);
			return 2;
		}
	if (fuzzer.random == 0)
		fuzzer.random = 1;
	fprintf(stderr, "seed %llu\n", (unsigned long long)fuzzer.random);
	for (int i = 1; i < argc; i++)
		if (*argv[i] != '-')
			try_place(argv[i]);
	run();
	fprintf(stderr, "%lu inputs, %llu blocks, %zu kept\n", fuzzer.tried,
	    (unsigned long long)fuzzer.blocks, fuzzer.count);
	for (size_t i = 0; i < fuzzer.count; i++)
		free(fuzzer.inputs[i].bytes);
	free(fuzzer.inputs);
	free(fuzzer.bytes);
	return 0;
}
