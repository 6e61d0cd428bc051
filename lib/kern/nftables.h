/*
 * nftables.h — the end of an nftables table, which must not need the program nft: that
 * may have gone from the machine since the table was made.
 */
#ifndef KERN_NFTABLES_H
#define KERN_NFTABLES_H

#include "base/err.h"

/* Deletes an IPv4 table with all that is in it, if it is there. In the caller's present
 * namespace. */
int nftables_delete(const char *table, struct err *e);

#endif
