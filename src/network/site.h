/* SPDX-License-Identifier: Apache-2.0 */
/**
 * site.h - a network namespace in which something is done, and told
 *
 * Each step is told as the ip(8) line that does the same (kist/trace.h). A
 * place that is still to be made has no namespace: in a dry run steps in it
 * are only told.
 *
 * How it works
 * ============
 * Devices are meant by name, and looked up for each step: what a step did
 * must be there for the next.
 *
 * Ownership: strings are the caller's. site_close() closes what is open.
 * Threads:   one place, one thread.
 */
#ifndef NETWORK_SITE_H
#define NETWORK_SITE_H

#include <kist/trace.h>

#include "kernel/link.h"
#include "kernel/route.h"

/**
 * struct site - a network namespace
 * @label:	"network namespace 'ns1'"
 * @ip:		how ip(8) is called for it: "ip -n ns1", "ip"
 * @run:	what is put before another command to run it there: "", or with
 *		a blank at its end
 * @netns:	what ip(8) calls it behind "netns": "ns1", "/proc/12/ns/net"
 * @ns_fd:	-1: it is not there yet
 * @nl:		its routing socket; fd -1: not there yet
 * @is_ours:	the caller's own
 */
struct site {
	const char *label, *ip, *run, *netns;
	int ns_fd;
	struct netlink nl;
	bool is_ours;
};

/* Open its socket. @site->ns_fd is set. */
MUST_CHECK int site_open(struct site *site, struct kist_error *err);
void site_close(struct site *site);

/* ---- looking ---- */

/* Return: 1, 0; or a negative errno. A place to be made has no devices. */
MUST_CHECK int site_has_device(struct site *site, const char *name);

/**
 * site_check_address() - can a device of the place have the address?
 * @device:	that is to have it: its own addresses are no hindrance, but
 *		for the same one. NULL: one that is not there yet
 *
 * Return: 0; -EEXIST (ADDRESS_TAKEN): it is there, or its subnet is on another
 * device.
 */
MUST_CHECK int site_check_address(struct site *site, const char *device,
				  const struct address *address,
				  struct kist_error *err);

/* ---- doing, and telling ---- */

MUST_CHECK int site_up(struct site *site, const char *device,
		       const struct kist_trace *trace, struct kist_error *err);
MUST_CHECK int site_add_address(struct site *site, const char *device,
				const struct address *address,
				const struct kist_trace *trace,
				struct kist_error *err);
MUST_CHECK int site_remove_address(struct site *site, const char *device,
				   const struct address *address,
				   const struct kist_trace *trace,
				   struct kist_error *err);
/* Its hardware address and MTU: the other parts of @change are not told. */
MUST_CHECK int site_set(struct site *site, const char *device,
			const struct link_change *change,
			const struct kist_trace *trace, struct kist_error *err);
/* @device: may be NULL: the gateway decides */
MUST_CHECK int site_add_route(struct site *site, const char *device,
			      const struct address *dest,
			      const struct address *gateway,
			      const struct kist_trace *trace,
			      struct kist_error *err);
MUST_CHECK int site_remove_route(struct site *site, const char *device,
				 const struct address *dest,
				 const struct address *gateway,
				 const struct kist_trace *trace,
				 struct kist_error *err);
MUST_CHECK int site_rename(struct site *site, const char *device,
			   const char *name, const struct kist_trace *trace,
			   struct kist_error *err);
/* To another namespace, under a name. */
MUST_CHECK int site_move(struct site *site, const char *device, struct site *to,
			 const char *name, const struct kist_trace *trace,
			 struct kist_error *err);
MUST_CHECK int site_set_master(struct site *site, const char *device,
			       const char *master,
			       const struct kist_trace *trace,
			       struct kist_error *err);
/* @trace NULL: not told. */
MUST_CHECK int site_remove(struct site *site, const char *device,
			   const struct kist_trace *trace,
			   struct kist_error *err);

#endif
