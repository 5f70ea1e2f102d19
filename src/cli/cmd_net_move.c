/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_move.c - kist net move: devices given to a namespace, and back */
#include <stdio.h>

#include <kist/link.h>

#include "cli/kist.h"
#include "cli/net.h"
#include "cli/steps.h"

struct move_args {
	bool dry_run, back, keep;
	const char *name;
	struct opt_list addresses;
	const char *device, *target;
};
#define ARGS move_args

static const struct opt move_opts[] = {
	OPT('\0', "name", "DEVICE", opt_string, name,
	    "what it is called there (default: as here)"),
	OPT('a', "address", "ADDRESS/PREFIX", opt_list, addresses,
	    "give it an address there, and bring it up"),
	FLAG('k', "keep", keep,
	     "its addresses and routes go with it, and are remembered"),
	FLAG('b', "back", back, "bring it back as it was before --keep"),
	FLAG('n', "dry-run", dry_run, "print the steps, do nothing"),
	OPERAND("DEVICE", opt_string, device, "DEVICE or DEVICE@TARGET"),
	MAYBE("TARGET", opt_string, target, "namespace to move it to"),
	OPT_END,
};

static int back(const struct kist_global *g, const struct move_args *a,
		const struct kist_trace *trace, struct kist_error *err)
{
	if (a->name || a->addresses.count > 0 || a->keep)
		return err_set(err, KIST_E_USAGE,
			       "--back restores name and addresses: none can "
			       "be given");
	if (a->target) {
		int ret = err_set(err, KIST_E_USAGE,
				  "--back knows where to: '%s' is too much",
				  a->target);

		err_hint(err, "write %s, or %s@%s for the name it has there",
			 a->device, a->device, a->target);
		return ret;
	}
	return kist_link_back(&g->kist, a->device, trace, err);
}

static int move_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct move_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	const struct kist_link_move move = {
		.device = a->device,
		.target = a->target,
		.name = a->name,
		.addresses = a->addresses.items,
		.keep = a->keep,
	};
	bool returns = true;
	int ret;

	if (a->back)
		return back(g, a, &trace, err);
	if (!a->target)
		return err_set(err, KIST_E_USAGE, "move '%s' where to?",
			       a->device);
	ret = kist_link_move(&g->kist, &move, &trace, &returns, err);
	if (ret == 0 && !returns && !g->quiet && !a->dry_run)
		fprintf(stderr,
			"note: '%s' is virtual: it is destroyed with its "
			"namespace, unless it is moved out before\n",
			a->device);
	return ret;
}

const struct command cmd_net_move = {
	.name = "net move|mv",
	.summary = "give a device to a namespace, and take it back",
	.see = "kist-net-link(1), ip-link(8), network_namespaces(7)",
	.example = "kist net move --keep eth1 web",
	.notes =
		"The kernel takes a moved device down, and its addresses and "
		"routes away. --keep gives them back to it in its new "
		"namespace, and remembers them: kist net move --back DEVICE "
		"brings it home with its name, addresses, routes, and up if it "
		"was.\n\n"
		"When a namespace ends, the kernel itself puts hardware back "
		"into the first network namespace: down, without addresses, "
		"and called devN if its name is in use there. After --keep, "
		"--back puts that right too. Virtual devices are destroyed "
		"with their namespace.\n\n"
		"Loopback devices, bridges and some others stay where they "
		"were made; wireless devices move with their radio only "
		"(iw phy).",
	.opts = move_opts,
	.args_size = sizeof(struct move_args),
	.run = move_run,
};
