/* tcp_table.c: the rows of /proc/net/tcp and /proc/net/tcp6.
 *
 * A row's fields, numbered as here from 1: the running index, the two ends, the
 * state, tx_queue:rx_queue, tr:tm->when, retrnsmt, uid, timeout, inode, reference
 * count, address of the socket, and up to five more that TIME_WAIT, SYN_RECV and
 * orphaned FIN_WAIT2 rows do not have and nobody here wants.  The kernel prints an
 * address as 32-bit words in network order, each as a number of this machine's
 * own order: 127.0.0.1 is 0100007F on a little-endian one.  tm->when is in clock
 * ticks of USER_HZ, whatever the kernel's own are.
 *
 * The text is taken for hostile: each line is copied to a buffer of its own, each
 * number is read by strtoull(3) only after its first character was seen to be a
 * digit (the function itself would take blanks, signs and overflow), and must end
 * where the format says. */
#include "tcp_table.h"

#include "endpoint.h"

#include <fcntl.h>

enum {
	LINE_LENGTH = 512,     /* rows are 150 characters, of tcp6 some 170 */
	FIRST_ROOM = 64,       /* rows */
	FIRST_BUFFER = 65536,
	FREE_BUFFER = 8192     /* more than the kernel hands out at once */
};

/* What is still to be read of a line. */
struct scanner {
	const char *at;
	bool bad;
};

/* Passes over blanks. */
static void
scan_blanks(struct scanner *scanner)
{
	while (*scanner->at == ' ')
		scanner->at++;
}

/* Passes over one character, which must be there. */
static void
scan_character(struct scanner *scanner, char character)
{
	if (!scanner->bad && *scanner->at == character)
		scanner->at++;
	else
		scanner->bad = true;
}

/* The value of a digit; 16 for what is none. */
static unsigned
digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	if (digit >= 'A' && digit <= 'F')
		return (unsigned)(digit - 'A') + 10;
	if (digit >= 'a' && digit <= 'f')
		return (unsigned)(digit - 'a') + 10;
	return 16;
}

/* Reads a number, at most maximum, of any count of digits. */
static uint64_t
scan_number(struct scanner *scanner, unsigned base, uint64_t maximum)
{
	unsigned long long value;
	char *end;

	if (scanner->bad || digit_value(scanner->at[0]) >= base ||
	    scanner->at[1] == 'x' || scanner->at[1] == 'X') {
		scanner->bad = true;
		return 0;
	}
	errno = 0;
	value = strtoull(scanner->at, &end, (int)base);
	if (errno != 0 || value > maximum)
		scanner->bad = true;
	scanner->at = end;
	return scanner->bad ? 0 : value;
}

/* Reads a number of exactly this many hexadecimal digits. */
static uint32_t
scan_word(struct scanner *scanner, int digits)
{
	uint32_t word = 0;

	while (digits-- > 0 && !scanner->bad) {
		unsigned value = digit_value(*scanner->at);
		if (value >= 16) {
			scanner->bad = true;
			return 0;
		}
		word = word << 4 | value;
		scanner->at++;
	}
	return word;
}

/* Reads one end: the address's words, a colon, the port. */
static struct report_endpoint
scan_endpoint(struct scanner *scanner, int family)
{
	struct report_endpoint endpoint = {.family = (uint8_t)family};
	size_t words = family == 6 ? 4 : 1;

	scan_blanks(scanner);
	for (size_t i = 0; i < words; i++) {
		uint32_t word = scan_word(scanner, 8);
		memcpy(endpoint.address + 4 * i, &word, sizeof word);
	}
	scan_character(scanner, ':');
	endpoint.port = (uint16_t)scan_word(scanner, 4);
	return endpoint;
}

/* Reads the fields from the state to the address, which is not looked at but
 * shows that the line was not cut off within the inode. */
static void
scan_fields(struct scanner *scanner, struct tcp_row *row, int64_t tick)
{
	uint32_t state, timer;

	scan_character(scanner, ' ');
	state = scan_word(scanner, 2);
	if (state < STATE_ESTABLISHED || state > STATE_CLOSING)
		scanner->bad = true;
	row->state = (enum tcp_state)state;
	scan_character(scanner, ' ');
	row->send_q = (uint32_t)scan_number(scanner, 16, UINT32_MAX);
	scan_character(scanner, ':');
	row->recv_q = (uint32_t)scan_number(scanner, 16, UINT32_MAX);
	scan_character(scanner, ' ');
	timer = scan_word(scanner, 2);
	if (timer > TIMER_PROBE)
		scanner->bad = true;
	row->timer = (enum tcp_timer)timer;
	scan_character(scanner, ':');
	row->timer_left = (int64_t)scan_number(scanner, 16, UINT32_MAX) * tick;
	scan_character(scanner, ' ');
	row->retransmits = (uint32_t)scan_number(scanner, 16, UINT32_MAX);
	scan_character(scanner, ' ');
	scan_blanks(scanner);
	row->uid = (uint32_t)scan_number(scanner, 10, UINT32_MAX);
	scan_character(scanner, ' ');
	scan_blanks(scanner);
	row->probes = (uint32_t)scan_number(scanner, 10, UINT32_MAX);
	scan_character(scanner, ' ');
	scan_blanks(scanner);
	row->inode = scan_number(scanner, 10, UINT64_MAX);
	scan_character(scanner, ' ');
	scan_blanks(scanner);
	scan_number(scanner, 10, INT32_MAX);
	scan_character(scanner, ' ');
	scan_blanks(scanner);
	if (*scanner->at == '\0')
		scanner->bad = true;
}

/* Parses one line, of which other ports' rows are read no further than the two
 * ends.  Returns 1 for a row that is wanted, 0 for another one, -1 for a bad
 * line. */
static int
parse_line(struct tcp_row *row, const char *line, int family, uint16_t port,
    int64_t tick)
{
	struct scanner scanner = {.at = line};

	*row = (struct tcp_row){.family = (uint8_t)family};
	scan_blanks(&scanner);
	scan_number(&scanner, 10, UINT32_MAX);
	scan_character(&scanner, ':');
	scan_character(&scanner, ' ');
	row->local = scan_endpoint(&scanner, family);
	scan_character(&scanner, ' ');
	row->remote = scan_endpoint(&scanner, family);
	if (scanner.bad)
		return -1;
	if (port != 0 && row->local.port != port && row->remote.port != port)
		return 0;
	scan_fields(&scanner, row, tick);
	return scanner.bad ? -1 : 1;
}

/* Is this the heading, or nothing at all? */
static bool
line_is_heading(const char *line)
{
	line += strspn(line, " ");
	return *line == '\0' || strncmp(line, "sl ", 3) == 0;
}

int
tcp_table_append(struct tcp_table *table, const struct tcp_row *row)
{
	if (table->count == table->room) {
		size_t room = table->room == 0 ? FIRST_ROOM : table->room * 2;
		struct tcp_row *rows = reallocarray(table->rows, room, sizeof *rows);
		if (rows == NULL)
			return -1;
		table->rows = rows;
		table->room = room;
	}
	table->rows[table->count++] = *row;
	return 0;
}

/* How long a tick of USER_HZ is, in nanoseconds. */
static int64_t
tick_length(void)
{
	long ticks = sysconf(_SC_CLK_TCK);

	return 1000000000 / (ticks > 0 ? ticks : 100);
}

int
tcp_table_parse(struct tcp_table *table, const char *text, size_t length,
    int family, uint16_t port, size_t *bad)
{
	int64_t tick = tick_length();
	size_t bad_lines = 0;
	char line[LINE_LENGTH];
	struct tcp_row row;

	while (length > 0) {
		const char *newline = memchr(text, '\n', length);
		size_t size = newline == NULL ? length : (size_t)(newline - text);
		size_t step = newline == NULL ? size : size + 1;
		int outcome = -1;
		if (size < sizeof line) {
			memcpy(line, text, size);
			line[size] = '\0';
			outcome = line_is_heading(line) ?
			    0 : parse_line(&row, line, family, port, tick);
		}
		if (outcome < 0)
			bad_lines++;
		if (outcome > 0 && tcp_table_append(table, &row) < 0)
			return -1;
		text += step;
		length -= step;
	}
	if (bad != NULL)
		*bad += bad_lines;
	return 0;
}

/* Makes the buffer twice as large. */
static int
grow_buffer(char **buffer, size_t *size)
{
	size_t room = *buffer == NULL || *size == 0 ? FIRST_BUFFER : *size * 2;
	char *grown = realloc(*buffer, room);

	if (grown == NULL)
		return -1;
	*buffer = grown;
	*size = room;
	return 0;
}

/* Reads from fd to its end.  Returns the length or -1 with errno. */
static ssize_t
read_whole(int fd, char **buffer, size_t *size)
{
	size_t used = 0;

	for (;;) {
		ssize_t count;
		if ((*buffer == NULL || *size < used + FREE_BUFFER) &&
		    grow_buffer(buffer, size) < 0)
			return -1;
		count = read(fd, *buffer + used, *size - used);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -1;
		if (count == 0)
			return (ssize_t)used;
		used += (size_t)count;
	}
}

/* Are these one socket?  Listeners can share an end (SO_REUSEPORT). */
static bool
rows_are_same(const struct tcp_row *a, const struct tcp_row *b)
{
	if (a->state == STATE_LISTEN || b->state == STATE_LISTEN) {
		if (a->state != b->state || a->inode != b->inode)
			return false;
	}
	return endpoint_equal(&a->local, &b->local) &&
	    endpoint_equal(&a->remote, &b->remote);
}

/* FNV-1a over the two ends. */
static uint64_t
hash_ends(const struct tcp_row *row)
{
	const struct report_endpoint ends[] = {
		endpoint_unmapped(row->local), endpoint_unmapped(row->remote)};
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < 2; i++) {
		hash = (hash ^ ends[i].port) * 0x100000001b3;
		for (size_t j = 0; j < sizeof ends[i].address; j++)
			hash = (hash ^ ends[i].address[j]) * 0x100000001b3;
	}
	return hash ^ hash >> 32;
}

int
tcp_table_drop_repeated(struct tcp_table *table, size_t first)
{
	size_t kept = first, room = 16, *slots;

	while (room < 2 * (table->count - first))
		room *= 2;
	slots = calloc(room, sizeof *slots); /* 0: free, else 1 + a row's index */
	if (slots == NULL)
		return -1;
	for (size_t i = first; i < table->count; i++) {
		struct tcp_row row = table->rows[i];
		size_t slot = hash_ends(&row) & (room - 1);
		while (slots[slot] != 0 &&
		    !rows_are_same(&table->rows[slots[slot] - 1], &row))
			slot = (slot + 1) & (room - 1);
		if (slots[slot] == 0)
			slots[slot] = ++kept;
		table->rows[slots[slot] - 1] = row;
	}
	table->count = kept;
	free(slots);
	return 0;
}

int
tcp_table_read(struct tcp_table *table, const char *path, int family,
    uint16_t port, char **buffer, size_t *size)
{
	size_t first = table->count;
	ssize_t length;
	int fd, saved;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	length = read_whole(fd, buffer, size);
	saved = errno;
	close(fd);
	if (length < 0) {
		errno = saved;
		return -1;
	}
	if (tcp_table_parse(table, *buffer, (size_t)length, family, port, NULL) < 0)
		return -1;
	return tcp_table_drop_repeated(table, first);
}

/* Rows by family and ends; of listeners, several can have the same (SO_REUSEPORT). */
static int
compare_ends(const struct tcp_row *a, const struct tcp_row *b)
{
	int result = a->family - b->family;
	if (result == 0)
		result = a->remote.port - b->remote.port;
	if (result == 0)
		result = a->local.port - b->local.port;
	if (result == 0)
		result = memcmp(a->remote.address, b->remote.address,
		    sizeof a->remote.address);
	if (result == 0)
		result = memcmp(a->local.address, b->local.address,
		    sizeof a->local.address);
	if (result == 0 && a->state == STATE_LISTEN && b->state == STATE_LISTEN)
		result = (a->inode > b->inode) - (a->inode < b->inode);
	return result;
}

/* The rows of two numbers. */
static int
compare_numbers(const void *a, const void *b, void *rows)
{
	const struct tcp_row *all = rows;
	return compare_ends(&all[*(const size_t *)a], &all[*(const size_t *)b]);
}

int
tcp_table_index(struct tcp_table *table)
{
	if (table->order_room < table->count) {
		size_t *larger = realloc(table->order, table->room * sizeof *larger);
		if (larger == NULL)
			return -1;
		table->order = larger;
		table->order_room = table->room;
	}
	for (size_t i = 0; i < table->count; i++)
		table->order[i] = i;
	if (table->count > 1)
		qsort_r(table->order, table->count, sizeof *table->order,
		    compare_numbers, table->rows);
	return 0;
}

bool
tcp_table_has(const struct tcp_table *table, const struct tcp_row *row)
{
	size_t low = 0, high = table->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int result = compare_ends(row, &table->rows[table->order[middle]]);
		if (result == 0)
			return true;
		if (result < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

void
tcp_table_clear(struct tcp_table *table)
{
	table->count = 0;
}

void
tcp_table_free(struct tcp_table *table)
{
	free(table->rows);
	free(table->order);
	*table = (struct tcp_table){0};
}

const char *
tcp_timer_name(enum tcp_timer timer)
{
	static const char *const names[] = {
		[TIMER_OFF] = "off",
		[TIMER_ON] = "on",
		[TIMER_KEEPALIVE] = "keepalive",
		[TIMER_TIME_WAIT] = "timewait",
		[TIMER_PROBE] = "probe",
	};

	if ((unsigned)timer >= sizeof names / sizeof names[0])
		return "unknown";
	return names[timer];
}
