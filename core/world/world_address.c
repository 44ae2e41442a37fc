/* world_address.c: HOST and PORT looked up, and whether that is this machine. */
#include "world_address.h"

#include "endpoint.h"
#include "world.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is the address one of this machine's? */
static bool
address_is_local(const struct report_endpoint *endpoint)
{
	struct ifaddrs *all;
	bool found = endpoint_is_loopback(endpoint) || endpoint_is_any(endpoint);
	if (found || getifaddrs(&all) < 0)
		return found;
	for (struct ifaddrs *each = all; each != NULL && !found; each = each->ifa_next) {
		struct sockaddr_storage address = {0};
		if (each->ifa_addr == NULL)
			continue;
		int family = each->ifa_addr->sa_family;
		if (family != AF_INET && family != AF_INET6)
			continue;
		memcpy(&address, each->ifa_addr, family == AF_INET ?
		    sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		struct report_endpoint own = report_endpoint_from(&address);
		own.port = endpoint->port;
		found = endpoint_equal(&own, endpoint);
	}
	freeifaddrs(all);
	return found;
}

/* In place of the wildcard address, of the same family. */
static void
take_loopback(struct report_endpoint *endpoint)
{
	memset(endpoint->address, 0, sizeof endpoint->address);
	if (endpoint->family == 4)
		endpoint->address[0] = 127;
	endpoint->address[endpoint->family == 4 ? 3 : 15] = 1;
}

/* A port at which nothing listens, as the kernel gives it. */
static bool
take_free_port(struct world *world, char *error)
{
	struct report_endpoint *host = &world->host_endpoint;
	struct sockaddr_storage address;
	socklen_t length = report_endpoint_to(host, &address);
	int fd = world->host_is_local ? socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0) :
	    -1;
	bool good = fd >= 0 && bind(fd, (struct sockaddr *)&address, length) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &length) == 0;
	if (good)
		host->port = report_endpoint_from(&address).port;
	else if (!world->host_is_local)
		snprintf(error, WORLD_ERROR, "port 0, any that is free, is for a server on this "
		    "machine: %.100s is not", world->host_name);
	else
		snprintf(error, WORLD_ERROR, "no free port at %.100s: %s", world->host_name,
		    strerror(errno));
	if (fd >= 0)
		close(fd);
	return good;
}

bool
world_resolve(struct world *world, char *error)
{
	const struct world_options *options = &world->options;
	const char *port = options->port != NULL ? options->port : "9877";
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family =
	    options->family == 4 ? AF_INET : options->family == 6 ? AF_INET6 : AF_UNSPEC};
	struct addrinfo *found;
	char *end;
	long number = strtol(port, &end, 10);
	if (*port < '0' || *port > '9' || *end != '\0' || number < 0 || number > 65535) {
		snprintf(error, WORLD_ERROR, "\"%.40s\" is no port: a number from 1 to "
		    "65535, or 0 for one that is free", port);
		return false;
	}
	int result = getaddrinfo(world->host_name, port, &hints, &found);
	if (result != 0) {
		snprintf(error, WORLD_ERROR, "unknown host \"%.80s\"%s: %s: give an address, "
		    "such as 127.0.0.1", world->host_name, options->family == 4 ? " (IPv4)" :
		    options->family == 6 ? " (IPv6)" : "",
		    result == EAI_SYSTEM ? strerror(errno) : gai_strerror(result));
		return false;
	}
	struct sockaddr_storage address = {0};
	memcpy(&address, found->ai_addr, found->ai_addrlen);
	world->host_endpoint = report_endpoint_from(&address);
	freeaddrinfo(found);
	world->host_is_any = endpoint_is_any(&world->host_endpoint);
	if (world->host_is_any) /* so does the kernel: its rows have this address */
		take_loopback(&world->host_endpoint);
	world->host_is_local = address_is_local(&world->host_endpoint);
	return number != 0 || take_free_port(world, error);
}
