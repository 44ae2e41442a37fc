/* Text for people on a stream: whatever came from anywhere is made visible first. */
#include "text_writer.h"

#include "endpoint.h"
#include "escape.h"
#include "memory_stream.h"
#include "signal_name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
text_print_bytes(FILE *out, const char *bytes, size_t length)
{
	char *text = escape_text(bytes, length);
	fputs(text != NULL ? text : "?", out);
	free(text);
}

void
text_print_visible(FILE *out, const char *text)
{
	if (text != NULL)
		text_print_bytes(out, text, strlen(text));
}

/* Writes text made visible, then blanks up to width columns. */
void
text_print_padded(FILE *out, const char *text, size_t width)
{
	char *visible = escape_text(text, strlen(text));
	size_t columns = visible != NULL ? utf8_width(visible) : 0;
	fputs(visible != NULL ? visible : "", out);
	fprintf(out, "%*s", columns < width ? (int)(width - columns) : 0, "");
	free(visible);
}

void
text_print_own(FILE *out, const struct event *event)
{
	size_t length = event->text != NULL ? event->length : 0;
	if (length > 0 && event->text[length - 1] == '\n')
		length--;
	text_print_bytes(out, event->text != NULL ? event->text : "", length);
}

void
text_print_call_name(FILE *out, const struct event_call *call)
{
	char text[ENDPOINT_TEXT];
	fputs(event_call_name(call->call), out);
	if (call->conn != 0)
		fprintf(out, " conn %u", call->conn);
	else if (call->call == CALL_BIND && call->local.family != 0)
		fprintf(out, " %s", endpoint_text(&call->local, text));
	else if ((call->call == CALL_ACCEPT || call->role == ROLE_CHILD) &&
	    call->remote.family != 0)
		fprintf(out, " %s", endpoint_text(&call->remote, text));
	if (call->call == CALL_SETSOCKOPT)
		fprintf(out, " %s %d",
		    event_option_name((enum report_option)call->about), call->value);
	else if (call->call == CALL_SIGACTION)
		fprintf(out, " %s %s", signal_name(call->about),
		    event_disposition_name((enum order_disposition)call->value));
}

char *
text_finish(FILE *out, char **text)
{
	if (!memory_stream_close(out, text)) {
		errno = ENOMEM;
		return NULL;
	}
	if (**text != '\0')
		return *text;
	free(*text);
	errno = 0;
	return NULL;
}
