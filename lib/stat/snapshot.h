/*
 * snapshot.h — everything that a network has counted, at one moment: plain data.
 *
 * Counters only ever grow, from some point on that nobody knows; what is told to a
 * user is the difference of two snapshots (rates.h).
 */
#ifndef STAT_SNAPSHOT_H
#define STAT_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/model.h"

/* How far a part of a snapshot can be trusted. */
enum stat_presence {
	STAT_FRESH, /* read for this snapshot */
	STAT_STALE, /* the kernel cut the answer short: as in the snapshot before */
	STAT_GONE,  /* its namespace, or the interface in it, is not there */
};

/* A queueing discipline or class, as RTM_GETQDISC and RTM_GETTCLASS tell of it. */
struct stat_queue {
	char kind[16];		 /* "tbf", "netem", …; "wire" is lib/wire's */
	uint32_t handle, parent; /* TC_H_*: parent TC_H_ROOT, or the class it is in */
	bool is_class;
	uint64_t packets, bytes; /* sent */
	uint64_t dropped, overlimits, requeues, marked;
	uint64_t backlog_packets, backlog_bytes; /* that wait now: no counters */
};

/* Errors of an interface by kind: struct rtnl_link_stats64 (linux/if_link.h). */
enum stat_error {
	STAT_RX_ERRORS,
	STAT_RX_DROPPED,
	STAT_RX_MISSED,
	STAT_RX_OVER,
	STAT_RX_LENGTH,
	STAT_RX_CRC,
	STAT_RX_FRAME,
	STAT_RX_FIFO,
	STAT_RX_NOHANDLER,
	STAT_TX_ERRORS,
	STAT_TX_DROPPED,
	STAT_TX_ABORTED,
	STAT_TX_CARRIER,
	STAT_TX_FIFO,
	STAT_TX_HEARTBEAT,
	STAT_TX_WINDOW,
	STAT_COLLISIONS,
	STAT_ERRORS,
};
const char *stat_error_name(enum stat_error e); /* "rx_dropped", … */

/* One end of a link. What it sends is a direction of the link. */
struct stat_iface {
	enum stat_presence presence;
	bool up, carrier; /* IFF_UP; IFF_LOWER_UP */
	uint32_t mtu;
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	uint64_t errors[STAT_ERRORS];
	size_t queue, n_queues; /* its queues: snapshot.queues.v[queue …] */
	bool enforced; /* the last of them are in the fabric, behind the interface */
};

/* What lib/wire has counted of a direction. */
struct stat_wire {
	uint64_t lost;	     /* by `loss` */
	uint64_t duplicated; /* by `duplicate` */
	uint64_t corrupted;  /* by `corrupt` */
	uint64_t dropped;    /* the queue was full, or its AQM said so */
	uint64_t marked;     /* ECN */
	uint64_t refused;    /* the far interface did not take it */
};

/* A link; or an interface of the machine in a node (nic): end 0 is that interface, and
 * end 1, which has no node, stands for what is behind it and sends what it receives. */
struct stat_link {
	uint32_t id;
	char *name;		    /* as link_text() calls it; "h1:enp3s0" */
	char nic[NIC_NAME_MAX + 1]; /* "": a link */
	bool wire;		    /* carried by lib/wire */
	struct shape shape[2];
	struct stat_iface end[2];
	uint32_t node[2];	     /* ids */
	unsigned number[2];	     /* eth<number>; not of a nic */
	struct stat_wire by_wire[2]; /* of what that end sends; zero for veth */
};

/* A TCP connection, as sock_diag tells of it (linux/inet_diag.h, struct tcp_info). */
struct stat_tcp {
	uint32_t node;
	uint64_t cookie; /* the kernel's own number of the socket */
	struct ip local, remote;
	uint16_t local_port, remote_port;
	uint8_t state;		       /* TCP_ESTABLISHED, …: netinet/tcp.h */
	char congestion[16];	       /* "cubic" */
	uint32_t cwnd;		       /* segments */
	uint32_t mss;		       /* bytes */
	uint32_t rtt, rttvar, min_rtt; /* µs */
	uint64_t retransmitted;	       /* segments, since it began */
	uint64_t sent, received;       /* bytes that were acknowledged; that came */
	uint64_t delivery_rate;	       /* bytes/s */
};

struct stat_node {
	uint32_t id;
	char name[NODE_NAME_MAX + 1];
	enum node_kind kind;
	bool nat;
	enum stat_presence presence;
	bool up;
	bool uncounted; /* what follows is of an earlier sample, or none */
	/* IPv4 and IPv6 together: RFC 4293's counters of the namespace. */
	uint64_t forwarded, no_route, in_discarded, out_discarded, header_errors;
	/* A switch: frames that its bridge dropped itself. */
	uint64_t bridge_dropped;
	uint64_t cpu; /* ns that the programs which run in it have used */
	unsigned programs;
	unsigned tcp_sockets, udp_sockets;
	unsigned n_ports;
};

/* Its kind in a word. */
const char *stat_node_kind(const struct stat_node *n);

struct snapshot {
	uint64_t time; /* ns of CLOCK_MONOTONIC, in the middle of the reading */
	uint64_t wall; /* ns since 1970 at the same moment */
	uint64_t took; /* ns that the reading took */
	VEC(struct stat_node) nodes; /* by rising id */
	VEC(struct stat_link) links; /* by rising id; nics after all links */
	VEC(struct stat_queue) queues;
	VEC(struct stat_tcp) tcp; /* where asked for */
	char *trouble;		  /* what could not be read, and why; NULL: nothing */
};

enum { STAT_NIC_ID = 1 << 30 }; /* ids of nics are greater, those of a model are not */

struct snapshot *snapshot_new(void);
void snapshot_free(struct snapshot *s); /* NULL is fine */
const struct stat_link *snapshot_link(const struct snapshot *s, uint32_t id); /* NULL */
const struct stat_node *snapshot_node(const struct snapshot *s, uint32_t id); /* NULL */

#endif
