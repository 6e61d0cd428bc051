/*
 * session.h — what a running shell knows; every handler gets one.
 */
#ifndef SHELL_SESSION_H
#define SHELL_SESSION_H

#include <stdbool.h>

#include "lang/expand.h"
#include "lang/lang.h"
#include "run/hooks.h"
#include "run/job.h"
#include "run/network.h"
#include "run/recorder.h"
#include "run/watch.h"
#include "shell/output.h"
#include "shell/timeline.h"

struct check;
struct run;
struct walk;

struct session {
	struct network *net;
	struct lang *lang;
	struct jobs jobs;
	struct recorder recorder;
	struct output out;
	struct hooks hooks;
	/*
	 * A handler of a VERB_CHANGES row edits this copy of net->model; when
	 * the handler returns 0 the dispatcher makes it the present model.
	 */
	struct model *draft;
	bool interactive;     /* a person at a terminal */
	bool keep_going;      /* -k: a failed command does not end a file */
	bool stdin_is_script; /* programs in nodes must not eat it */
	bool show_name;	      /* the prompt names the network */
	bool leave;	      /* quit or detach was typed */
	bool keep;	      /* the network outlives the shell (detach, --keep) */
	bool failed;	      /* some command failed */
	bool interrupted;     /* Ctrl-C ended the commands under way */
	const struct watcher *watcher; /* who does `monitor` */
	bool watches; /* `espalier monitor`: that is all it is for, in this form: */
	enum watch_form watch_form;
	bool watch_once;
	bool mute; /* standard output cannot be written any more */
	VEC(char *)
	sources;	 /* real paths of files under way, against `source` of itself */
	struct run *run; /* the text under way, of script.c; NULL: none */
	unsigned blocks; /* that are under way, of for and the like */
	struct variables variables;
	unsigned steps;	   /* `step`s so far, but for those of a walk */
	struct walk *walk; /* the lab that a person is led through; NULL: none */
	struct check
		*check; /* who counts expectations; NULL: one that fails is an error */
	bool unsolved;	/* solutions are left out */
	struct timeline timeline;
};

/*
 * A session without a network yet: compiles the command table and wires the
 * hooks. The session must stay where it is until session_end().
 */
int session_begin(struct session *s, bool json, struct err *e);
void session_end(struct session *s);

#endif
