/*
 * report.h — snapshots as data for other programs.
 *
 * JSON: one object a line and snapshot, with its rates. CSV: a header line whose names
 * carry the units; then for each snapshot a row per link and direction (kind "link"),
 * and one per TCP connection and node where they were asked for (kind "tcp"). What a
 * kind of row does not have, and what is not known, is empty, and null in JSON. The
 * fields are told in the manual; recordings (recording.h) are read back from the CSV.
 */
#ifndef STAT_REPORT_H
#define STAT_REPORT_H

#include <stdio.h>

#include "stat/rates.h"

/* Whether all could be written is for the caller to ask: ferror(), fflush(). */
void report_json(FILE *to, const struct snapshot *s, const struct rates *r);
void report_csv_head(FILE *to);
void report_csv(FILE *to, const struct snapshot *s, const struct rates *r);

#endif
