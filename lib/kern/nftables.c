/*
 * nftables.c — see nftables.h.
 */
#include "kern/nftables.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <stdlib.h>

#include "kern/netlink.h"

static struct nl_msg *message(int type, struct nfgenmsg g)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_REQUEST);

	if (!m || nlmsg_append(m, &g, sizeof(g), NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory; see base/mem.h */
	return m;
}

/* The begin or end of a transaction. */
static struct nl_msg *bracket(int type)
{
	return message(type, (struct nfgenmsg){ .version = NFNETLINK_V0,
						.res_id = htons(NFNL_SUBSYS_NFTABLES) });
}

static int run(struct netlink *nl, const char *table, struct err *e)
{
	struct netlink_batch b = { .is_transaction = true };
	struct netlink_result results[3];
	struct nl_msg *m = message((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_DELTABLE,
				   (struct nfgenmsg){ .nfgen_family = NFPROTO_IPV4,
						      .version = NFNETLINK_V0 });
	int r;

	nla_put_string(m, NFTA_TABLE_NAME, table);
	netlink_batch_add(&b, bracket(NFNL_MSG_BATCH_BEGIN));
	netlink_batch_add(&b, m);
	netlink_batch_add(&b, bracket(NFNL_MSG_BATCH_END));
	r = netlink_batch_run(nl, &b, results, e);
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		/* there is no such table, or the kernel has none at all */
		if (r > 0 && results[i].code && results[i].code != -ENOENT &&
		    results[i].code != -EOPNOTSUPP)
			r = err_sys(e, results[i].code, "delete the nftables table %s",
				    table);
		free(results[i].message);
	}
	netlink_batch_free(&b);
	return r < 0 ? r : 0;
}

int nftables_delete(const char *table, struct err *e)
{
	struct netlink nl;
	int r = netlink_open_protocol(&nl, NETLINK_NETFILTER, e);

	if (r == -EPROTONOSUPPORT) {
		err_clear(e);
		return 0;
	}
	if (r < 0)
		return r;
	r = run(&nl, table, e);
	netlink_close(&nl);
	return r;
}
