/*
 * report.h — snapshots as data for other programs.
 *
 * JSON: one object a line and snapshot, with its rates. CSV: a header line whose names
 * carry the units; then for each snapshot a row per link and direction (kind "link"),
 * the same of each interface of the machine in a node (kind "nic"), and one per TCP
 * connection and node where they were asked for (kind "tcp"). What a kind of row does
 * not have, and what is not known, is empty, and null in JSON. The fields are told in the
 * manual; a recording is such CSV, read back by graph.h.
 */
#ifndef STAT_REPORT_H
#define STAT_REPORT_H

#include <stdio.h>

#include "stat/rates.h"

/* The columns of the CSV, in their order; named by report_column_name(). */
enum report_column {
	REPORT_KIND,
	REPORT_TIME,
	REPORT_MONOTONIC,
	/* of a direction of a link */
	REPORT_LINK,
	REPORT_FROM,
	REPORT_TO,
	REPORT_STATE,
	REPORT_BITS,
	REPORT_PACKETS,
	REPORT_DROPS,
	REPORT_LOAD,
	REPORT_BACKLOG_PACKETS,
	REPORT_BACKLOG_BYTES,
	REPORT_BACKLOG_TIME,
	REPORT_SENT_PACKETS,
	REPORT_SENT_BYTES,
	REPORT_DROPPED,
	REPORT_SET_RATE,
	REPORT_SET_DELAY,
	REPORT_SET_LOSS,
	/* of a TCP connection in a node */
	REPORT_NODE,
	REPORT_SOCKET,
	REPORT_LOCAL,
	REPORT_REMOTE,
	REPORT_CONGESTION,
	REPORT_CWND,
	REPORT_MSS,
	REPORT_RTT,
	REPORT_RTTVAR,
	REPORT_MIN_RTT,
	REPORT_RETRANSMITTED,
	REPORT_ACKED,
	REPORT_RECEIVED,
	REPORT_DELIVERY,
	REPORT_COLUMNS,
};
const char *report_column_name(enum report_column c); /* "bits_per_s", … */
const char *report_column_help(enum report_column c); /* for the manual */

/* "up", "down", "stale", "gone": of a direction, by both its ends. */
const char *report_state(const struct stat_link *l, int direction);

/* "h1:eth0"; "": what is behind a nic; buf has REPORT_IFACE_MAX bytes and is returned. */
enum { REPORT_IFACE_MAX = NODE_NAME_MAX + NIC_NAME_MAX + 2 };
const char *report_iface(const struct snapshot *s, const struct stat_link *l, int end,
			 char *buf);

/* "10.0.0.1:5201", "[fd00::1]:5201"; buf has REPORT_ADDRESS_MAX bytes and is returned. */
enum { REPORT_ADDRESS_MAX = IP_TEXT_MAX + 8 };
const char *report_address(const struct ip *ip, uint16_t port, char *buf);

/* Whether all could be written is for the caller to ask: ferror(), fflush(). */
void report_json(FILE *to, const struct snapshot *s, const struct rates *r);
void report_csv_head(FILE *to);
void report_csv(FILE *to, const struct snapshot *s, const struct rates *r);

#endif
