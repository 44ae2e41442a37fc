/* fuzz_tcp_table.c: the text of /proc/net/tcp and tcp6.  The first byte says which,
 * and whether all ports are wanted. */
#include "fuzz.h"

#include "endpoint.h"
#include "tcp_table.h"

enum { PORT = 9877 };

/* An end as the kernel writes it. */
static void
print_end(FILE *out, const struct report_endpoint *end, int family)
{
	for (int i = 0; i < (family == 6 ? 4 : 1); i++) {
		uint32_t word;
		memcpy(&word, end->address + 4 * i, sizeof word);
		fprintf(out, "%08X", word);
	}
	fprintf(out, ":%04X ", end->port);
}

/* The rows as the kernel writes them; to be freed. */
static char *
render(const struct tcp_table *table, int family, size_t *length)
{
	int64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);
	char *text = NULL;
	FILE *out = open_memstream(&text, length);
	FUZZ_CHECK(out != NULL);
	for (size_t i = 0; i < table->count; i++) {
		const struct tcp_row *row = &table->rows[i];
		fprintf(out, "%4zu: ", i);
		print_end(out, &row->local, family);
		print_end(out, &row->remote, family);
		fprintf(out, "%02X %08X:%08X %02X:%08llX %08X %5u %8u %llu 1 0\n",
		    (unsigned)row->state, row->send_q, row->recv_q,
		    (unsigned)row->timer,
		    (unsigned long long)(row->timer_left / tick), row->retransmits,
		    row->uid, row->probes, (unsigned long long)row->inode);
	}
	FUZZ_CHECK(fclose(out) == 0);
	return text;
}

/* Each value is one that the rest of the program knows. */
static void
check_row(const struct tcp_row *row, int family, uint16_t port)
{
	char text[ENDPOINT_TEXT];
	struct report_endpoint again;
	FUZZ_CHECK(row->family == family && row->local.family == family);
	FUZZ_CHECK(row->state > STATE_GONE && row->state < STATE_COUNT);
	FUZZ_CHECK(row->timer <= TIMER_PROBE && row->timer_left >= 0);
	FUZZ_CHECK(port == 0 || row->local.port == port || row->remote.port == port);
	FUZZ_CHECK(strlen(endpoint_text(&row->local, text)) < sizeof text);
	FUZZ_CHECK(endpoint_parse(&again, text, family) == 0);
	FUZZ_CHECK(endpoint_equal(&again, &row->local));
}

/* What was read is read again from what the kernel would have written. */
static void
check_again(const struct tcp_table *table, int family)
{
	struct tcp_table again = {0};
	size_t length, bad = 0;
	char *text = render(table, family, &length);
	FUZZ_CHECK(tcp_table_parse(&again, text, length, family, 0, &bad) == 0);
	FUZZ_CHECK(bad == 0 && again.count == table->count);
	char *text_again = render(&again, family, &length);
	FUZZ_CHECK(strcmp(text, text_again) == 0);
	tcp_table_free(&again);
	free(text_again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	int family = (*data & 1) != 0 ? 6 : 4;
	uint16_t port = (*data & 2) != 0 ? PORT : 0;
	struct tcp_table table = {0};
	size_t bad = 0;
	char *text = fuzz_copy(data + 1, size - 1);
	FUZZ_CHECK(tcp_table_parse(&table, text, size - 1, family, port, &bad) == 0);
	free(text);
	FUZZ_CHECK(table.count + bad <= size);
	for (size_t i = 0; i < table.count; i++)
		check_row(&table.rows[i], family, port);
	check_again(&table, family);
	size_t before = table.count;
	FUZZ_CHECK(tcp_table_drop_repeated(&table, 0) == 0);
	FUZZ_CHECK(table.count <= before && (before == 0 || table.count > 0));
	tcp_table_free(&table);
	return 0;
}
