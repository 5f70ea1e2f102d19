/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/net.h - looking into network namespaces, and ports that lead into them
 *
 * TARGET strings are those of kist(1): see kist/namespace.h. Nothing here moves
 * the caller into another namespace.
 *
 * Return:     0, or a negative errno with the error filled in.
 * Threads:    a function blocks the calling thread only.
 */
#ifndef KIST_NET_H
#define KIST_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/run.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what there is ---- */

/**
 * struct kist_net_link - a device
 * @kind:	"veth", "bridge" …; "loopback"; "device" for hardware
 * @state:	"up"; "down"; "no-carrier": up, but nothing at the other end
 * @mac:	"" if it has none
 * @master:	the bridge it belongs to, or NULL
 * @peer:	of a veth the other end; else the device it is made on; NULL:
 *		none, or not to be seen from here
 * @peer_ns:	inode number of the namespace @peer is in; 0: not known
 * @peer_label:	of that namespace; NULL: it is this one, or not known
 * @peer_nsid:	by which number it is known here; -1: it is this namespace
 * @addresses:	"192.168.1.1/24", NULL-terminated
 */
struct kist_net_link {
	int index;
	const char *name, *kind, *state, *mac, *master;
	unsigned mtu;
	const char *peer, *peer_label;
	uint64_t peer_ns;
	int peer_nsid;
	const char *const *addresses;
	uint64_t rx_bytes, tx_bytes;
};

/* A route of the main table; @gateway and @device may be NULL. */
struct kist_net_route {
	const char *dest, *gateway, *device;
	uint32_t metric;
};

struct kist_net_neighbour {
	const char *address, *mac, *device, *state;
};

/**
 * struct kist_net_holder - who has a socket
 * @ns, @label:	network namespace of the process; 0, NULL: not known
 */
struct kist_net_holder {
	pid_t pid;
	int fd;
	const char *command;
	uint64_t ns;
	const char *label;
};

/**
 * struct kist_net_socket - a socket
 * @ns:		inode number of the namespace it belongs to
 * @ino:	its own inode number; 0: nobody can hold it any more
 * @kind:	"tcp", "udp", "raw", "unix", "packet", "netlink"
 * @state:	"LISTEN", "ESTAB", "UNCONN" …
 * @local, @remote: "0.0.0.0:80", "[::1]:80", "@abstract", "/path"; "*"
 * @peer:	of a unix socket: inode number of the other end
 * @is_listening: it waits for whoever comes
 * @is_away:	a holder is in another namespace than the socket: it keeps the
 *		namespace alive, whatever becomes of the processes in there
 * @holders:	processes that have it open, as far as the caller may see
 */
struct kist_net_socket {
	uint64_t ns, ino, peer;
	const char *kind, *state, *local, *remote;
	uint32_t uid, receive, send;
	bool is_listening, is_away;
	const struct kist_net_holder *holders;
	size_t holder_count;
};

/**
 * struct kist_net_space - a network namespace
 * @ns:		its inode number
 * @label:	what to call it: a name, "host", "1234 (nginx)",
 *		"net:[4026532330]"
 * @names:	of containers, named namespaces, and paths it is bound to;
 *		NULL-terminated
 * @pid, @command: the process in it with the lowest number, 0: none
 * @processes:	how many there are, as far as the caller may see
 * @kept_by:	what keeps it alive where there is no process: "name",
 *		"mount", "descriptor 5 of 1234", "socket 7 of 1234"; NULL
 * @is_initial:	the machine's first
 * @is_ours:	the caller's
 * @is_closed:	the caller may not look into it: @links and @sockets are empty
 * @routes, @neighbours, @rules, @nft_tables, @nft_rules: only if one target was
 *		asked for; rules of routing; -1: not to be had
 */
struct kist_net_space {
	uint64_t ns;
	const char *label;
	const char *const *names;
	pid_t pid;
	const char *command, *kept_by;
	unsigned processes;
	bool is_initial, is_ours, is_closed;
	struct kist_net_link *links;
	struct kist_net_socket *sockets;
	size_t link_count, socket_count;
	const char *const *default_routes; /* "192.168.1.1 eth0" */
	struct kist_net_route *routes;
	struct kist_net_neighbour *neighbours;
	size_t route_count, neighbour_count;
	int rules, nft_tables, nft_rules;
};

/* @spaces: the caller's first, then by name; @memory is the library's */
struct kist_net_view {
	struct kist_net_space *spaces;
	size_t count;
	void *memory;
};

/**
 * kist_net_view() - the network namespaces of this machine, and what is in them
 * @target:	only its; NULL: all that can be found: by processes, names,
 *		mounts, open descriptors and sockets
 *
 * Free with kist_net_view_done().
 *
 * Return: 0; TARGET_…, NS_DENIED (of @target).
 */
int kist_net_view(const struct kist *kist, const char *target,
		  struct kist_net_view *ret_view, struct kist_error *err);
void kist_net_view_done(struct kist_net_view *view);

/* ---- ids ---- */

/**
 * struct kist_net_id - a number by which one network namespace knows another
 * @ns:		inode number of the other; 0: it cannot be found
 * @label:	as in struct kist_net_space; NULL
 */
struct kist_net_id {
	int32_t id;
	uint64_t ns;
	char *label;
};

/**
 * kist_net_ids() - the numbers that a network namespace has for others
 * @target:	as seen from there; NULL: from the caller's
 *
 * Sorted by number; free with kist_net_ids_free().
 */
int kist_net_ids(const struct kist *kist, const char *target,
		 struct kist_net_id **ret_ids, size_t *ret_count,
		 struct kist_error *err);
void kist_net_ids_free(struct kist_net_id *ids, size_t count);

/**
 * kist_net_id_set() - give a network namespace a number
 * @target:	whose
 * @id:		from 0; it can be neither changed nor taken back. -1: a free one
 * @ret_id:	which it is, or NULL
 *
 * In the caller's namespace.
 *
 * Return: 0; NSID (-EEXIST: it has one; -ENOSPC: the number is another's).
 */
int kist_net_id_set(const struct kist *kist, const char *target, int32_t id,
		    const struct kist_trace *trace, int32_t *ret_id,
		    struct kist_error *err);

/* ---- ports ---- */

/**
 * struct kist_net_port - one published port
 * @protocol:	"tcp" or "udp"
 * @address:	of the machine it is open on; "": all
 * @outer, @inner: numbers outside and inside
 */
struct kist_net_port {
	const char *protocol;
	char address[46];
	uint16_t outer, inner;
};

/**
 * struct kist_net_forwarder - a process that carries ports into a namespace
 * @id:		12 hexadecimal digits; the name of its file in RUN/ports/
 * @target:	as it was written
 * @ns:		inode number of the network namespace
 * @pid:	in our pid namespace; 0 if it is stale
 * @is_stale:	it was killed; only its file is left (kist_net_unpublish()
 *		takes that away)
 */
struct kist_net_forwarder {
	char id[13];
	char *target;
	uint64_t ns;
	pid_t pid;
	bool is_stale;
	struct kist_net_port *ports;
	size_t count;
};

/**
 * struct kist_net_publish - ports to be published
 * @target:	whose network namespace the ports lead into
 * @ports:	NULL-terminated: "[IP:]OUTER:INNER[/udp]"; "INNER": any free
 *		port outside; ranges of the same length on both sides
 * @detach:	it stays when the caller ends
 */
struct kist_net_publish {
	const char *target;
	const char *const *ports;
	bool detach;
};

/**
 * kist_net_publish() - open ports of the caller's network namespace that lead
 *	into another
 * @ret_forwarder: free with kist_net_forwarder_done(); zeroed in a dry run
 * @ret_fd:	hangs up (poll(2): POLLHUP) when the forwarder ends; unless
 *		@detach was given, closing it ends the forwarder. NULL: only
 *		with @detach
 *
 * A process of its own does the carrying, without privileges: as an ordinary
 * user it takes none to begin with, but those to enter the namespace. It has
 * entered it, and looks for the program there on 127.0.0.1, ::1 and every
 * other address. As long as it runs it keeps the namespace alive.
 *
 * It ends when the target does (a process, a container, a name;
 * "net:[4026531956]" and ":7" name nothing that could end), when its file in
 * RUN/ports/ is removed, and by SIGTERM.
 *
 * Return: PORT_SYNTAX, PORT_TAKEN, PORT_DENIED, PORT_ADDRESS, PORT_LOOPBACK;
 * TARGET_…, NS_DENIED. After a failure nothing is left.
 */
int kist_net_publish(const struct kist *kist,
		     const struct kist_net_publish *args,
		     const struct kist_trace *trace,
		     struct kist_net_forwarder *ret_forwarder, int *ret_fd,
		     struct kist_error *err);
void kist_net_forwarder_done(struct kist_net_forwarder *forwarder);

/* kist_net_publish_wait() - until the forwarder has ended; closes @fd */
void kist_net_publish_wait(int fd);

/**
 * kist_net_forwarders() - the forwarders there are, of this user
 * @target:	only those into its network namespace; NULL: all
 *
 * Free with kist_net_forwarders_free().
 */
int kist_net_forwarders(const struct kist *kist, const char *target,
			struct kist_net_forwarder **ret_forwarders,
			size_t *ret_count, struct kist_error *err);
void kist_net_forwarders_free(struct kist_net_forwarder *forwarders,
			      size_t count);

/**
 * kist_net_unpublish() - end forwarders, and wait until they have ended
 * @what:	an id; or a TARGET: all that lead there
 *
 * Return: 0; -ENOENT (PORT_UNKNOWN).
 */
int kist_net_unpublish(const struct kist *kist, const char *what,
		       const struct kist_trace *trace, struct kist_error *err);

/* ---- reachability ---- */

/**
 * struct kist_net_check - what is to be proved
 * @a, @b:	TARGETs; "host" and "." are the caller's own network
 * @port:	to use for TCP and UDP; 0: any free one. If a program of @b
 *		listens on it, it is the one that is called (TCP alone)
 * @only_family: 4 or 6; 0: both
 * @timeout_ms:	of one probe; 0: 2000
 */
struct kist_net_check {
	const char *a, *b;
	uint16_t port;
	int only_family;
	int64_t timeout_ms;
};

enum kist_net_outcome { KIST_NET_OK, KIST_NET_FAILED, KIST_NET_SKIPPED };

/**
 * struct kist_net_result - one probe, in one direction
 * @from, @to:	the words of struct kist_net_check
 * @source, @dest: addresses; "" if there are none
 * @family:	4, 6; 0: neither has addresses
 * @probe:	"ping", "tcp" or "udp"; "" if there are no addresses
 * @time_ns:	there and back
 * @why, @hint:	of a failure: where it stops, and what to do; of one skipped:
 *		why; else a note, or ""
 */
struct kist_net_result {
	const char *from, *to;
	char source[48], dest[48];
	int family;
	const char *probe;
	enum kist_net_outcome outcome;
	uint64_t time_ns;
	char why[200], hint[200];
};

/**
 * kist_net_check() - can two network namespaces reach each other?
 * @ret_results: to be free(3)d; the strings @from and @to are @args'
 *
 * Tries an ICMP echo, a TCP connection and a datagram each way, with IPv4 and
 * IPv6 as far as both have addresses. All sockets are the caller's; nothing is
 * changed, and nothing waits longer than @timeout_ms.
 *
 * Return: 1: all that was tried works; 0: something does not; TARGET_…,
 * NS_DENIED.
 */
int kist_net_check(const struct kist *kist, const struct kist_net_check *args,
		   struct kist_net_result **ret_results, size_t *ret_count,
		   struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
