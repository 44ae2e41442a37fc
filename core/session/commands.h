/* commands.h: the functions of the command table's rows, by file.
 *
 * take_ functions check a line's arguments and keep them in the running command, or
 * refuse them: no session is needed for that.  command_ functions act on them. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>

struct running;
struct session;

typedef void command_take(struct running *, const char *);
typedef void command_run(struct session *, struct running *);
typedef bool command_done(struct session *, struct running *);

command_take take_connect, take_send, take_use, take_connection, take_connections,
    take_word, take_timeout, take_keepalive, take_client_signal;
command_run command_connect, command_send, command_use, command_read,
    command_shutdown, command_close, command_abort, command_client_sigpipe,
    command_client_timeout, command_client_reads, command_client_on_eof,
    command_client_byte_order, command_client_long, command_client_keepalive,
    command_client_signal, command_client_start;
command_done connect_done, order_done, client_start_done;

command_take take_settings, take_pid, take_child, take_signal;
command_run command_server_start, command_server_stop, command_server_restart,
    command_server_pause, command_server_resume, command_server_set,
    command_kill, command_kill_child, command_kill_server, command_kill_client;
command_done server_started, server_stopped, server_restarted, server_paused,
    server_resumed, signal_taken;

command_take take_grace;
command_run command_host_crash, command_host_reboot, command_host_shutdown,
    command_host_unplug, command_host_plug;
command_done host_told;

command_take take_show, take_why, take_expect, take_wait, take_ask, take_play;
command_run command_show, command_show_why, command_expect, command_wait, command_say,
    command_ask, command_reset, command_quit, command_help, command_lessons, command_play;
command_done show_done, show_why_done, expect_done, wait_done, ask_done, reset_done, quit_done;

#endif
