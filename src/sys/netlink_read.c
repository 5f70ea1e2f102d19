/* SPDX-License-Identifier: Apache-2.0 */
/* netlink_read.c - taking netlink messages apart, without trusting them */
#include <string.h>

#include "sys/netlink.h"

const struct nlmsghdr *netlink_next(const void *bytes, size_t len, size_t *pos)
{
	const struct nlmsghdr *msg;

	if (*pos > len || len - *pos < sizeof(*msg))
		return NULL;
	msg = (const void *)((const char *)bytes + *pos);
	if (msg->nlmsg_len < sizeof(*msg) || msg->nlmsg_len > len - *pos)
		return NULL;
	*pos += NLMSG_ALIGN(msg->nlmsg_len);
	return msg;
}

const void *netlink_head(const struct nlmsghdr *msg, size_t size)
{
	if (msg->nlmsg_len < NLMSG_HDRLEN + size)
		return NULL;
	return (const char *)msg + NLMSG_HDRLEN;
}

const struct nlattr *netlink_next_attr(const void *bytes, size_t len,
				       size_t *pos)
{
	const struct nlattr *attr;

	if (*pos > len || len - *pos < sizeof(*attr))
		return NULL;
	attr = (const void *)((const char *)bytes + *pos);
	if (attr->nla_len < sizeof(*attr) || attr->nla_len > len - *pos)
		return NULL;
	*pos += NLA_ALIGN(attr->nla_len);
	return attr;
}

static void sort(const char *bytes, size_t len, const struct nlattr **table,
		 unsigned max)
{
	const struct nlattr *attr;
	size_t pos = 0;

	while ((attr = netlink_next_attr(bytes, len, &pos))) {
		unsigned type = attr->nla_type & (unsigned)NLA_TYPE_MASK;

		if (type <= max)
			table[type] = attr;
	}
}

void netlink_attrs(const struct nlmsghdr *msg, size_t head_size,
		   const struct nlattr **ret_table, unsigned max)
{
	size_t start = NLMSG_HDRLEN + NLA_ALIGN(head_size);

	memset(ret_table, 0, (max + 1) * sizeof(*ret_table));
	if (msg->nlmsg_len > start)
		sort((const char *)msg + start, msg->nlmsg_len - start,
		     ret_table, max);
}

void netlink_inner(const struct nlattr *attr, const struct nlattr **ret_table,
		   unsigned max)
{
	memset(ret_table, 0, (max + 1) * sizeof(*ret_table));
	if (attr)
		sort(netlink_bytes(attr), netlink_len(attr), ret_table, max);
}

static void number(const struct nlattr *attr, void *value, size_t size)
{
	if (attr && netlink_len(attr) >= size)
		memcpy(value, netlink_bytes(attr), size);
}

uint8_t netlink_u8(const struct nlattr *attr, uint8_t otherwise)
{
	number(attr, &otherwise, sizeof(otherwise));
	return otherwise;
}

uint16_t netlink_u16(const struct nlattr *attr, uint16_t otherwise)
{
	number(attr, &otherwise, sizeof(otherwise));
	return otherwise;
}

uint32_t netlink_u32(const struct nlattr *attr, uint32_t otherwise)
{
	number(attr, &otherwise, sizeof(otherwise));
	return otherwise;
}

uint64_t netlink_u64(const struct nlattr *attr, uint64_t otherwise)
{
	number(attr, &otherwise, sizeof(otherwise));
	return otherwise;
}

void netlink_text(const struct nlattr *attr, char *ret_text, size_t size)
{
	size_t len = attr ? strnlen(netlink_bytes(attr), netlink_len(attr)) : 0;

	if (len >= size)
		len = size - 1;
	if (len > 0)
		memcpy(ret_text, netlink_bytes(attr), len);
	ret_text[len] = '\0';
}
