/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nat.c - the rules of the packet filter that forward a port
 *
 * How it works
 * ============
 * A rule is a list of small expressions that share registers: "load the port of
 * destination into 1", "go on if 1 is 8080", "put 10.88.0.5 into 1", "send to
 * what is in 1". They are followed with a note for each register of what is in
 * it. What is not known here leaves its register unknown, and whoever compares
 * an unknown one narrows the rule by something else than the port, such as the
 * device: it is still told. Numbers in attributes are of network byte order.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "kernel/nat.h"

#define REGISTERS 24

/* Of network headers: where the protocol and the address of destination are. */
#define IP_PROTOCOL 9
#define IP_TO 16
#define IP6_PROTOCOL 6
#define IP6_TO 24
#define PORT_TO 2 /* of TCP, UDP and SCTP */

enum content { UNKNOWN, PROTOCOL, PORT, ADDRESS, CONSTANT };

struct reg {
	enum content content;
	uint8_t bytes[16];
	size_t len; /* of a constant */
};

struct rule {
	struct reg regs[REGISTERS];
	struct nat_port port;
	bool is_narrow; /* asks for what cannot be told in a struct nat_port */
	bool leads;
};

static uint32_t number(const struct nlattr *attr)
{
	return ntohl(netlink_u32(attr, 0));
}

/* One that is not there is the first, that of verdicts, which nothing reads. */
static struct reg *reg_of(struct rule *rule, const struct nlattr *attr)
{
	const uint32_t at = number(attr);

	return &rule->regs[at < REGISTERS ? at : 0];
}

/* ---- expressions; families are those of addresses, NFPROTO_INET apart ---- */

static void take_meta(struct rule *rule, const struct nlattr *data)
{
	const struct nlattr *a[NFTA_META_MAX + 1];

	netlink_inner(data, a, NFTA_META_MAX);
	if (a[NFTA_META_DREG])
		reg_of(rule, a[NFTA_META_DREG])->content =
			number(a[NFTA_META_KEY]) == NFT_META_L4PROTO ?
				PROTOCOL :
				UNKNOWN;
}

static void take_payload(struct rule *rule, const struct nlattr *data)
{
	static const struct {
		uint32_t base, offset, len;
		enum content content;
	} known[] = {
		{ NFT_PAYLOAD_TRANSPORT_HEADER, PORT_TO, 2, PORT },
		{ NFT_PAYLOAD_NETWORK_HEADER, IP_PROTOCOL, 1, PROTOCOL },
		{ NFT_PAYLOAD_NETWORK_HEADER, IP6_PROTOCOL, 1, PROTOCOL },
		{ NFT_PAYLOAD_NETWORK_HEADER, IP_TO, 4, ADDRESS },
		{ NFT_PAYLOAD_NETWORK_HEADER, IP6_TO, 16, ADDRESS },
	};
	const struct nlattr *a[NFTA_PAYLOAD_MAX + 1];
	struct reg *reg;

	netlink_inner(data, a, NFTA_PAYLOAD_MAX);
	if (!a[NFTA_PAYLOAD_DREG])
		return;
	reg = reg_of(rule, a[NFTA_PAYLOAD_DREG]);
	reg->content = UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (number(a[NFTA_PAYLOAD_BASE]) == known[i].base &&
		    number(a[NFTA_PAYLOAD_OFFSET]) == known[i].offset &&
		    number(a[NFTA_PAYLOAD_LEN]) == known[i].len)
			reg->content = known[i].content;
}

/* The bytes of a value. Return: how many; 0: none, or too many. */
static size_t value_of(const struct nlattr *data, uint8_t bytes[16])
{
	const struct nlattr *a[NFTA_DATA_MAX + 1];
	size_t len;

	netlink_inner(data, a, NFTA_DATA_MAX);
	len = a[NFTA_DATA_VALUE] ? netlink_len(a[NFTA_DATA_VALUE]) : 0;
	if (len > 16)
		return 0;
	memset(bytes, 0, 16);
	if (len)
		memcpy(bytes, netlink_bytes(a[NFTA_DATA_VALUE]), len);
	return len;
}

/* "ip daddr 10.0.0.0/8" is no single address. */
static void take_bitwise(struct rule *rule, const struct nlattr *data)
{
	const struct nlattr *a[NFTA_BITWISE_MAX + 1];

	netlink_inner(data, a, NFTA_BITWISE_MAX);
	reg_of(rule, a[NFTA_BITWISE_DREG])->content = UNKNOWN;
}

static uint16_t port_of(const uint8_t bytes[16])
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void compare_port(struct rule *rule, uint32_t op, uint16_t port)
{
	switch (op) {
	case NFT_CMP_EQ:
		rule->port.first = rule->port.last = port;
		break;
	case NFT_CMP_GTE:
		rule->port.first = port;
		break;
	case NFT_CMP_LTE:
		rule->port.last = port;
		break;
	default:
		rule->is_narrow = true;
	}
}

static void take_compare(struct rule *rule, const struct nlattr *data)
{
	const struct nlattr *a[NFTA_CMP_MAX + 1];
	uint8_t bytes[16];
	uint32_t op;

	netlink_inner(data, a, NFTA_CMP_MAX);
	op = number(a[NFTA_CMP_OP]);
	if (!value_of(a[NFTA_CMP_DATA], bytes))
		return;
	switch (reg_of(rule, a[NFTA_CMP_SREG])->content) {
	case PROTOCOL:
		rule->port.protocol = bytes[0];
		rule->is_narrow = rule->is_narrow || op != NFT_CMP_EQ;
		break;
	case PORT:
		compare_port(rule, op, port_of(bytes));
		break;
	case ADDRESS:
		/* "to any but this one" is said without it */
		if (op != NFT_CMP_EQ)
			break;
		rule->port.has_address = true;
		memcpy(&rule->port.address, bytes, sizeof(bytes));
		break;
	default:
		break;
	}
}

static void take_range(struct rule *rule, const struct nlattr *data)
{
	const struct nlattr *a[NFTA_RANGE_MAX + 1];
	uint8_t from[16], to[16];

	netlink_inner(data, a, NFTA_RANGE_MAX);
	if (reg_of(rule, a[NFTA_RANGE_SREG])->content != PORT)
		return;
	if (number(a[NFTA_RANGE_OP]) != NFT_RANGE_EQ ||
	    !value_of(a[NFTA_RANGE_FROM_DATA], from) ||
	    !value_of(a[NFTA_RANGE_TO_DATA], to)) {
		rule->is_narrow = true;
		return;
	}
	rule->port.first = port_of(from);
	rule->port.last = port_of(to);
}

static void take_immediate(struct rule *rule, const struct nlattr *data)
{
	const struct nlattr *a[NFTA_IMMEDIATE_MAX + 1];
	struct reg *reg;

	netlink_inner(data, a, NFTA_IMMEDIATE_MAX);
	reg = reg_of(rule, a[NFTA_IMMEDIATE_DREG]);
	reg->content = UNKNOWN;
	reg->len = value_of(a[NFTA_IMMEDIATE_DATA], reg->bytes);
	if (reg->len)
		reg->content = CONSTANT;
}

static void take_nat(struct rule *rule, const struct nlattr *data)
{
	const struct nlattr *a[NFTA_NAT_MAX + 1];
	const struct reg *address, *port;

	netlink_inner(data, a, NFTA_NAT_MAX);
	if (number(a[NFTA_NAT_TYPE]) != NFT_NAT_DNAT ||
	    !a[NFTA_NAT_REG_ADDR_MIN])
		return;
	address = reg_of(rule, a[NFTA_NAT_REG_ADDR_MIN]);
	if (address->content != CONSTANT)
		return;
	rule->port.family = number(a[NFTA_NAT_FAMILY]) == AF_INET6 ? AF_INET6 :
								     AF_INET;
	memcpy(&rule->port.to, address->bytes, sizeof(rule->port.to));
	rule->leads = true;
	if (!a[NFTA_NAT_REG_PROTO_MIN])
		return;
	port = reg_of(rule, a[NFTA_NAT_REG_PROTO_MIN]);
	if (port->content == CONSTANT)
		rule->port.to_first = port_of(port->bytes);
	else
		rule->leads = false;
}

/* ---- expressions that iptables brings along ---- */

/* xt_tcp and xt_udp begin alike; in host byte order. */
static void take_match(struct rule *rule, const struct nlattr *data)
{
	static const struct {
		const char *name;
		uint8_t protocol;
	} known[] = { { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP } };
	const struct nlattr *a[NFTA_MATCH_MAX + 1];
	uint16_t ports[4];
	char name[32];

	netlink_inner(data, a, NFTA_MATCH_MAX);
	netlink_text(a[NFTA_MATCH_NAME], name, sizeof(name));
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(name, known[i].name) != 0 || !a[NFTA_MATCH_INFO] ||
		    netlink_len(a[NFTA_MATCH_INFO]) < sizeof(ports))
			continue;
		memcpy(ports, netlink_bytes(a[NFTA_MATCH_INFO]), sizeof(ports));
		rule->port.protocol = known[i].protocol;
		if (ports[2] == 0 && ports[3] == UINT16_MAX)
			continue;
		rule->port.first = ports[2];
		rule->port.last = ports[3];
	}
}

/* struct nf_nat_range: the later revisions only append to it. */
struct range {
	uint32_t flags;
	uint8_t first[16], last[16];
	uint8_t first_port[2], last_port[2];
};

/* struct nf_nat_ipv4_multi_range_compat, of revision 0: one range. */
struct former_range {
	uint32_t count, flags;
	uint8_t first[4], last[4];
	uint8_t first_port[2], last_port[2];
};

static void lead_to(struct rule *rule, const uint8_t *address, size_t len,
		    uint32_t flags, const uint8_t *port)
{
	const uint32_t has_address = 1, has_port = 2; /* NF_NAT_RANGE_… */

	if (!(flags & has_address))
		return;
	memcpy(&rule->port.to, address, len);
	rule->port.to_first =
		(uint16_t)(flags & has_port ? port[0] << 8 | port[1] : 0);
	rule->leads = true;
}

static void take_target(struct rule *rule, const struct nlattr *data)
{
	const struct nlattr *a[NFTA_TARGET_MAX + 1], *info;
	struct former_range former;
	struct range range;
	char name[32];

	netlink_inner(data, a, NFTA_TARGET_MAX);
	netlink_text(a[NFTA_TARGET_NAME], name, sizeof(name));
	info = a[NFTA_TARGET_INFO];
	if (strcmp(name, "DNAT") != 0 || !info)
		return;
	if (number(a[NFTA_TARGET_REV]) > 0) {
		if (netlink_len(info) < sizeof(range))
			return;
		memcpy(&range, netlink_bytes(info), sizeof(range));
		lead_to(rule, range.first, 16, range.flags, range.first_port);
	} else if (netlink_len(info) >= sizeof(former)) {
		memcpy(&former, netlink_bytes(info), sizeof(former));
		lead_to(rule, former.first, 4, former.flags, former.first_port);
	}
}

/* ---- rules ---- */

/* The name of the expression says what is in it; what narrows a rule by a set
 * cannot be told. */
static const struct {
	const char *name;
	void (*take)(struct rule *rule, const struct nlattr *data);
} expressions[] = {
	{ "meta", take_meta },		 { "payload", take_payload },
	{ "cmp", take_compare },	 { "range", take_range },
	{ "immediate", take_immediate }, { "nat", take_nat },
	{ "bitwise", take_bitwise },	 { "match", take_match },
	{ "target", take_target },
};

static void take_expression(struct rule *rule, const struct nlattr *element)
{
	const struct nlattr *a[NFTA_EXPR_MAX + 1];
	char name[32];

	netlink_inner(element, a, NFTA_EXPR_MAX);
	netlink_text(a[NFTA_EXPR_NAME], name, sizeof(name));
	for (size_t i = 0; i < ARRAY_LEN(expressions); i++)
		if (strcmp(expressions[i].name, name) == 0 && a[NFTA_EXPR_DATA])
			expressions[i].take(rule, a[NFTA_EXPR_DATA]);
}

/* Return: false: it forwards no port that can be told. */
static bool read_rule(const struct nlmsghdr *msg, struct nat_port *ret_port)
{
	const struct nfgenmsg *head = netlink_head(msg, sizeof(*head));
	const struct nlattr *a[NFTA_RULE_MAX + 1], *element;
	struct rule rule = { .leads = false };
	struct nat_port *port = &rule.port;
	size_t pos = 0;

	if (!head)
		return false;
	port->family = head->nfgen_family == AF_INET6 ? AF_INET6 : AF_INET;
	netlink_attrs(msg, sizeof(*head), a, NFTA_RULE_MAX);
	if (!a[NFTA_RULE_EXPRESSIONS])
		return false;
	while ((element = netlink_next_attr(
			netlink_bytes(a[NFTA_RULE_EXPRESSIONS]),
			netlink_len(a[NFTA_RULE_EXPRESSIONS]), &pos)))
		take_expression(&rule, element);
	if (!rule.leads || rule.is_narrow || !port->protocol || !port->first ||
	    port->last < port->first)
		return false;
	netlink_text(a[NFTA_RULE_TABLE], port->table, sizeof(port->table));
	netlink_text(a[NFTA_RULE_CHAIN], port->chain, sizeof(port->chain));
	*ret_port = *port;
	return true;
}

int nat_list(struct netlink *nl, struct arena *arena,
	     struct nat_port **ret_list, size_t *ret_count)
{
	const struct nfgenmsg head = { .nfgen_family = AF_UNSPEC };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0, count = 0;
	struct nat_port port, *list;
	int ret;

	netlink_begin(&msg, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE,
		      NLM_F_DUMP, &head, sizeof(head));
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return ret;
	while ((answer = netlink_next(answers.data, answers.len, &pos)))
		count += read_rule(answer, &port);
	list = ARENA_ARRAY(arena, struct nat_port, count + 1);
	if (!list)
		return -ENOMEM;
	pos = count = 0;
	while ((answer = netlink_next(answers.data, answers.len, &pos)))
		count += read_rule(answer, &list[count]);
	*ret_list = list;
	*ret_count = count;
	return 0;
}
