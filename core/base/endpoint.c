/* endpoint.c: an address and a port: comparing, printing, parsing. */
#include "endpoint.h"

#include <stdio.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

struct report_endpoint
endpoint_unmapped(struct report_endpoint endpoint)
{
	struct report_endpoint plain = {.family = 4, .port = endpoint.port};

	if (endpoint.family != 6)
		return endpoint;
	if (memcmp(endpoint.address, mapped_prefix, sizeof mapped_prefix) != 0)
		return endpoint;
	memcpy(plain.address, endpoint.address + 12, 4);
	return plain;
}

/* How many bytes of the address count. */
static size_t
address_length(const struct report_endpoint *endpoint)
{
	if (endpoint->family == 4)
		return 4;
	return endpoint->family == 6 ? 16 : 0;
}

bool
endpoint_equal(const struct report_endpoint *a, const struct report_endpoint *b)
{
	if (a->port != b->port) /* mostly */
		return false;

	struct report_endpoint left = endpoint_unmapped(*a);
	struct report_endpoint right = endpoint_unmapped(*b);

	if (left.family != right.family)
		return false;
	return memcmp(left.address, right.address, address_length(&left)) == 0;
}

bool
endpoint_is_any(const struct report_endpoint *endpoint)
{
	static const uint8_t any[16];
	struct report_endpoint plain = endpoint_unmapped(*endpoint);
	size_t length = address_length(&plain);

	return length > 0 && memcmp(plain.address, any, length) == 0;
}

bool
endpoint_is_loopback(const struct report_endpoint *endpoint)
{
	static const uint8_t loopback[16] = {[15] = 1};
	struct report_endpoint plain = endpoint_unmapped(*endpoint);

	if (plain.family == 4)
		return plain.address[0] == 127;
	return plain.family == 6 && memcmp(plain.address, loopback, 16) == 0;
}

bool
endpoint_serves(const struct report_endpoint *listener, const struct report_endpoint *host)
{
	return endpoint_equal(listener, host) || (listener->port == host->port &&
	    endpoint_is_any(listener) && listener->family >= host->family);
}

const char *
endpoint_address_text(const struct report_endpoint *endpoint, char *text)
{
	int family = endpoint->family == 4 ? AF_INET : AF_INET6;

	if (address_length(endpoint) == 0)
		snprintf(text, ENDPOINT_TEXT, "-");
	else if (endpoint_is_any(endpoint))
		snprintf(text, ENDPOINT_TEXT, "*");
	else if (inet_ntop(family, endpoint->address, text, ENDPOINT_TEXT) == NULL)
		snprintf(text, ENDPOINT_TEXT, "?");
	return text;
}

const char *
endpoint_text(const struct report_endpoint *endpoint, char *text)
{
	char address[ENDPOINT_TEXT], port[8] = "*";
	bool brackets;

	endpoint_address_text(endpoint, address);
	if (endpoint->port != 0)
		snprintf(port, sizeof port, "%u", endpoint->port);
	brackets = strchr(address, ':') != NULL;
	/* the longest is an IPv6 address of 39 characters: 47 in all */
	if (address_length(endpoint) == 0)
		snprintf(text, ENDPOINT_TEXT, "-");
	else
		snprintf(text, ENDPOINT_TEXT, "%s%.46s%s:%s", brackets ? "[" : "",
		    address, brackets ? "]" : "", port);
	return text;
}

/* The number after the last colon, "*" for 0; -1 when it is none. */
static int
parse_port(const char *text)
{
	int port = 0;

	if (strcmp(text, "*") == 0)
		return 0;
	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		port = port * 10 + (*text - '0');
		if (port > 65535)
			return -1;
	}
	return port;
}

/* Reads the length characters of an address, brackets taken off. */
static int
parse_address(struct report_endpoint *endpoint, const char *text, size_t length,
    int family)
{
	char address[ENDPOINT_TEXT];

	if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	} else if (memchr(text, ':', length) != NULL) {
		return -1; /* where its port begins could only be guessed */
	}
	if (length >= sizeof address)
		return -1;
	memcpy(address, text, length);
	address[length] = '\0';
	if (strcmp(address, "*") == 0)
		endpoint->family = family == 6 ? 6 : 4;
	else if (inet_pton(AF_INET, address, endpoint->address) == 1)
		endpoint->family = 4;
	else if (inet_pton(AF_INET6, address, endpoint->address) == 1)
		endpoint->family = 6;
	else
		return -1;
	return 0;
}

int
endpoint_parse(struct report_endpoint *endpoint, const char *text, int family)
{
	struct report_endpoint parsed = {0};
	const char *colon = strrchr(text, ':');
	int port = colon == NULL ? -1 : parse_port(colon + 1);

	if (port < 0 ||
	    parse_address(&parsed, text, (size_t)(colon - text), family) < 0) {
		errno = EINVAL;
		return -1;
	}
	parsed.port = (uint16_t)port;
	*endpoint = parsed;
	return 0;
}
