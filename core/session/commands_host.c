/* commands_host.c: the commands for the server's host. */
#include "arguments.h"
#include "commands.h"
#include "host.h"
#include "host_silence.h"
#include "session_state.h"


#include <stdio.h>
#include <string.h>

/* Is there a host that can fail: one with a server of ours? */
static bool
host_is_ours(struct session *session, struct running *running)
{
	if (!session->world.server.ours) {
		refuse(running, session->world.host_is_local ?
		    "the server at this port was not started by the console: its host is left "
		    "alone" :
		    "%.100s is not this machine: its host cannot be made to fail from here",
		    session->world.host_name);
		return false;
	}
	if (session->world.host.phase != PHASE_NONE && session->world.host.phase != PHASE_GRACE) {
		refuse(running, "the host is busy with the command before");
		return false;
	}
	return true;
}

/* Is the host up, for a failure to begin? */
static bool
host_can_fail(struct session *session, struct running *running)
{
	if (!host_is_ours(session, running))
		return false;
	if (host_is_dark(&session->world))
		refuse(running, "the host is down already: host reboot");
	else if (session->world.host.phase == PHASE_GRACE)
		refuse(running, "the host is shutting down: host reboot, or wait");
	return running->error[0] == '\0';
}

/* host crash */
void
command_host_crash(struct session *session, struct running *running)
{
	if (host_can_fail(session, running))
		host_crash(&session->world);
}

/* host reboot */
void
command_host_reboot(struct session *session, struct running *running)
{
	if (host_is_ours(session, running))
		host_reboot(&session->world);
}

/* [GRACE] */
void
take_grace(struct running *running, const char *arguments)
{
	running->given.time = *arguments != '\0' ? argument_seconds(arguments) : SECONDS(5);
	if (running->given.time < 0)
		refuse(running, "host shutdown wants seconds of grace, as in: host shutdown 5");
}

void
command_host_shutdown(struct session *session, struct running *running)
{
	if (host_can_fail(session, running))
		host_shutdown(&session->world, running->given.time);
}

/* host unplug */
void
command_host_unplug(struct session *session, struct running *running)
{
	if (!host_can_fail(session, running))
		return;
	if (host_is_silent(&session->world))
		refuse(running, "the cable is out already: host plug");
	else
		host_unplug(&session->world);
}

/* host plug */
void
command_host_plug(struct session *session, struct running *running)
{
	if (!host_is_ours(session, running))
		return;
	if (host_is_dark(&session->world))
		refuse(running, "the host is down: host reboot");
	else if (!host_is_silent(&session->world))
		refuse(running, "the cable is in: host unplug takes it out");
	else
		host_plug(&session->world);
}

/* The host's event is there, and no step under way but the grace. */
bool
host_told(struct session *session, struct running *running)
{
	return session->world.host.told != running->told &&
	    (session->world.host.phase == PHASE_NONE || session->world.host.phase == PHASE_GRACE);
}
