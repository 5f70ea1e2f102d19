/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/netns.h - settings of a network namespace, seen and set from outside
 *
 * TARGET strings are those of kist(1), see kist/namespace.h; "host" is the
 * caller's own network namespace. The caller stays where it is.
 *
 * Return:     0, or a negative errno with the error filled in.
 * Ownership:  arguments stay the caller's; lists are freed with the functions
 *             named.
 * Threads:    safe in a threaded program.
 * See:        network_namespaces(7), ip-route(8), sysctl(8), nft(8)
 */
#ifndef KIST_NETNS_H
#define KIST_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kist/enter.h>
#include <kist/error.h>
#include <kist/run.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- commands ---- */

/**
 * kist_netns_names() - the names of all sets with a network namespace
 * @ret_names:	sorted, NULL-terminated; free with free(3), all in one
 */
int kist_netns_names(const struct kist *kist, const char ***ret_names,
		     struct kist_error *err);

/**
 * kist_netns_exec() - run a command in a network namespace, and wait
 * @command:	program and arguments, NULL-terminated; NULL: a shell
 *
 * The other namespaces are the caller's, but that /sys shows the devices of
 * the namespace, and what /etc/netns/NAME/ has is seen in /etc, as with
 * `ip netns exec`. An ordinary user is root in there.
 *
 * Return: as kist_enter().
 */
int kist_netns_exec(const struct kist *kist, const char *target,
		    const char *const *command, struct kist_enter_end *ret_end,
		    struct kist_error *err);

/**
 * kist_netns_nft() - rules of a network namespace, by nft(8)
 * @words:	of nft(8); one word that has a '/', or is "-": a file of rules,
 *		which are set all or none. NULL: list all rules. nft writes to
 *		the caller's standard output
 *
 * Return: NFT_MISSING, or as kist_enter().
 */
int kist_netns_nft(const struct kist *kist, const char *target,
		   const char *const *words, const struct kist_trace *trace,
		   struct kist_enter_end *ret_end, struct kist_error *err);

/* ---- sysctls ---- */

/* @key: "net.ipv4.ip_forward"; @value: without the newline at its end */
struct kist_netns_sysctl {
	char *key, *value;
};

/**
 * kist_netns_sysctls() - sysctls of a network namespace
 * @keys:	"net.ipv4.ip_forward" or "net/ipv4/ip_forward", or what all
 *		of some begin with ("net.ipv4.conf"), NULL-terminated; NULL: all
 * @ret_list:	sorted by key if @keys is NULL; values that cannot be read are
 *		left out of a list
 *
 * Return: SYSCTL: not a network sysctl, or not there; TARGET_…, NS_DENIED.
 */
int kist_netns_sysctls(const struct kist *kist, const char *target,
		       const char *const *keys,
		       struct kist_netns_sysctl **ret_list, size_t *ret_count,
		       struct kist_error *err);
void kist_netns_sysctls_free(struct kist_netns_sysctl *list, size_t count);

/**
 * kist_netns_sysctl_set() - set sysctls of a network namespace
 * @settings:	"KEY=VALUE", NULL-terminated. All keys are looked at before the
 *		first is set; if one is refused, those set before it get their
 *		old values back
 *
 * Return: SYSCTL, TARGET_…, NS_DENIED.
 */
int kist_netns_sysctl_set(const struct kist *kist, const char *target,
			  const char *const *settings,
			  const struct kist_trace *trace,
			  struct kist_error *err);

/* ---- routes ---- */

/**
 * struct kist_route - one route of the main table
 * @dest:	"default", "10.0.0.0/8", "fd00::1"
 * @is_v6:	of IPv6 (to tell the defaults apart)
 * @gateway, @device, @source: "" if it has none
 * @metric:	0: none
 * @protocol:	RTPROT_*: who made it: 2 the kernel, 3 and 4 people, 9 router
 *		advertisements, 16 DHCP
 */
struct kist_route {
	char dest[48], gateway[48], device[16], source[48];
	bool is_v6;
	unsigned metric, protocol;
};

/* Free with free(3). */
int kist_netns_routes(const struct kist *kist, const char *target,
		      struct kist_route **ret_list, size_t *ret_count,
		      struct kist_error *err);

/**
 * kist_netns_route_add() - add a route
 * @dest:	"default", or "ADDRESS[/PREFIX]"
 * @gateway:	address, or NULL: @device reaches it directly
 * @device:	or NULL: the one that reaches the gateway
 *
 * Return: ROUTE, LINK_UNKNOWN, TARGET_…
 */
int kist_netns_route_add(const struct kist *kist, const char *target,
			 const char *dest, const char *gateway,
			 const char *device, const struct kist_trace *trace,
			 struct kist_error *err);

/* Remove one; @gateway and @device may be NULL: the first to @dest. */
int kist_netns_route_remove(const struct kist *kist, const char *target,
			    const char *dest, const char *gateway,
			    const char *device, const struct kist_trace *trace,
			    struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
