/*
 * recall.h — the lines typed at prompts, kept between runs.
 *
 * They are in $XDG_STATE_HOME/espalier/history (~/.local/state by default), at
 * most 1000 in memory. Several shells may add to it at a time. Where it cannot
 * be read or written the prompt works without: nothing here fails.
 */
#ifndef SHELL_RECALL_H
#define SHELL_RECALL_H

/* Reads what earlier shells left. */
void recall_begin(void);
/* Remembers a line, unless it is blank or the same as the last. */
void recall_add(const char *line);
void recall_end(void);

#endif
