/*
 * handlers.h — the functions behind the rows of the command table (verbs.c),
 * and what several of them need.
 */
#ifndef SHELL_HANDLERS_H
#define SHELL_HANDLERS_H

#include "lang/verb.h"
#include "run/doctor.h"
#include "run/exec.h"
#include "run/services.h"
#include "shell/session.h"

/* cmd_build.c */
verb_fn cmd_add, cmd_link, cmd_del, cmd_up, cmd_down, cmd_stp, cmd_vlan, cmd_keep,
	cmd_set, cmd_seed;
/* cmd_setup.c */
verb_fn cmd_attach;
/* cmd_shape.c */
verb_fn cmd_shape;
/* cmd_verify.c */
verb_fn cmd_verify;
/* cmd_monitor.c */
verb_fn cmd_monitor;
/* cmd_address.c */
verb_fn cmd_ip, cmd_route;
/* cmd_topo.c */
verb_fn cmd_topo;
/* cmd_run.c */
verb_fn cmd_run, cmd_term;
/* cmd_job.c */
verb_fn cmd_jobs, cmd_stop, cmd_output, cmd_fg;
/* cmd_service.c */
verb_fn cmd_service, cmd_vtysh, cmd_birdc;
/* cmd_ping.c, cmd_pingall.c */
verb_fn cmd_ping, cmd_pingall;
/* cmd_show.c */
verb_fn cmd_show;
/* cmd_record.c */
verb_fn cmd_record;
/* cmd_plot.c */
verb_fn cmd_plot;
/* cmd_graph.c */
verb_fn cmd_graph;
/* cmd_file.c */
verb_fn cmd_save, cmd_source, cmd_undo, cmd_redo, cmd_reset, cmd_repair;
/* cmd_block.c */
verb_fn cmd_let, cmd_for, cmd_if, cmd_solution;
/* cmd_lab.c */
verb_fn cmd_lab, cmd_step, cmd_say, cmd_hint, cmd_next, cmd_check, cmd_back, cmd_restart,
	cmd_solve;
/* cmd_expect.c */
verb_fn cmd_expect, cmd_wait;
/* cmd_time.c */
verb_fn cmd_at, cmd_every, cmd_log;
/* cmd_session.c */
verb_fn cmd_detach, cmd_quit, cmd_help, cmd_doctor;

/*
 * Whether a person typed this very command, and so wants to read what came of
 * it; false in batch and while a file is under way.
 */
bool handlers_at_prompt(const struct session *s);

/* The file that was named; "~/" is the home folder, unless it was quoted. free() it. */
char *handlers_file_path(const struct args *a);

/*
 * What a program's words start: themselves, or sh with them as they were typed. The
 * array is the caller's, free() it; *ret_text is that text, free() it.
 */
char **handlers_program(const struct args *a, const struct arg *words, char **ret_text);

/*
 * Passes on to a program in the foreground what came before it had the terminal:
 * Ctrl-C, or that the shell is to end. group: its process group.
 */
void handlers_pass_on(pid_t group);

/*
 * A program's end as the command's: 0 for success; an error otherwise, unless
 * a person saw the program end: then only a dim "exit status 1" is said.
 */
int handlers_program_end(struct session *s, const char *node, const char *command,
			 const struct exec_end *end, struct err *e);

/* The same for a program that talks to a node's services, in their place (cmd_run.c). */
int handlers_run_placed(struct session *s, const char *node, char *const *argv,
			const struct service_place *place, bool quiet, struct err *e);

/*
 * What starts vtysh or birdc for a node (cmd_service.c): its prompt, or, where words are
 * not NULL, a command. -ENOENT: the node has no such daemon, or it is not installed.
 */
struct daemon_prompt {
	VEC(char *) argv; /* each owned; ends in a NULL */
	struct service_place place;
};
int handlers_prompt(const struct session *s, const struct node *n, const char *name,
		    const struct arg *words, struct daemon_prompt *ret, struct err *e);
void handlers_prompt_free(struct daemon_prompt *p);

/* Services (show_services.c): those of one node or (NULL) of all; those that have ended
 * since they were told of; `output NODE [SERVICE]`. */
bool handlers_has_services(const struct model *m);
void handlers_table_services(struct session *s, const struct node *only);
void handlers_tell_ended_services(struct session *s);
int handlers_service_log(struct session *s, const struct args *a, struct err *e);
/* "ospfd ended, exit status 1"; free() it. */
char *handlers_service_end(const struct service_run *r);

/* The jobs, of one node or (NULL) of all, as a table. */
void handlers_show_jobs(struct session *s, const char *node);

/* Takes the keys that were typed into the shape; what they leave out stays (cmd_shape.c).
 * On a refusal e has the place. */
int handlers_read_shape(const struct args *a, struct shape *s, struct err *e);

/* The engine that was typed, else the other one. */
enum shape_engine handlers_read_engine(const struct args *a, enum shape_engine otherwise);

/* show NODE and show LINK (cmd_show_one.c). */
int handlers_show_node(struct session *s, const struct node *n, struct err *e);
int handlers_show_link(struct session *s, const struct link *l, struct err *e);

/* show queues, of all links or (only) of one (show_queues.c). */
int handlers_show_queues(struct session *s, const struct link *only, struct err *e);

/*
 * The tables of show (show_tables.c), each printed or made the JSON result.
 * node NULL: of the whole network.
 */
void handlers_table_nodes(struct session *s);
/* The model with the shapes that are in force, of all links or (only) of one; as asked
 * for where that cannot be told, which is said. model_free() it. */
struct model *handlers_in_force(struct session *s, const struct link *only);
void handlers_table_links(struct session *s);
void handlers_table_addresses(struct session *s);
void handlers_table_routes(struct session *s, const struct node *n);
/* Takes back the JSON result a table left, to be a part of a greater one. */
json_t *handlers_take_result(struct session *s);

/* An address of `to` of a family that both have, IPv4 rather; false: there is none. */
bool handlers_common_address(const struct model *m, const struct node *from,
			     const struct node *to, struct ip *ret);

/* Packets that both directions of a link have dropped (show_queues.c). */
int handlers_link_drops(struct session *s, const struct link *l, uint64_t *ret,
			struct err *e);

/* Why there is none: "h3 has no address: it has no link". free() it. */
char *handlers_why_no_address(const struct model *m, const struct node *from,
			      const struct node *to);

/* What the network's model says about why packets from a node to an address do not
 * arrive; NULL: nothing. The text is free()d by the caller. */
char *handlers_why_not(struct network *net, const struct node *from, const struct ip *to);

/* A line each: what, yes or no, why, and what to do; or an array as the JSON result. */
void handlers_show_findings(struct output *o, const findings *f);

/* Ends the recording, if there is one, and says what is in it. */
int handlers_end_recording(struct session *s, struct err *e);

#endif
