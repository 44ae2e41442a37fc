#include "transfer.h"

ssize_t
transfer_read(struct server *server, char *data, size_t size)
{
	for (;;) {
		ssize_t count = read(server->connfd, data, size);
		server_report_data(server, CALL_READ, count, data);
		if (count >= 0)
			return count;
		if (errno != EINTR)
			return -1;
		if (server->options.eintr == EINTR_DIE)
			server_die("read", errno, NULL);
	}
}

ssize_t
transfer_read_all(struct server *server, char *data, size_t size)
{
	size_t taken = 0;
	while (taken < size) {
		ssize_t count = transfer_read(server, data + taken, size - taken);
		if (count < 0)
			return -1;
		if (count == 0)
			break;
		taken += (size_t)count;
	}
	return (ssize_t)taken;
}

bool
transfer_write(struct server *server, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t count = write(server->connfd, data, size);
		server_report_data(server, CALL_WRITE, count, data);
		if (count < 0 && errno != EINTR)
			return false;
		if (count > 0) {
			data += count;
			size -= (size_t)count;
		}
	}
	return true;
}
