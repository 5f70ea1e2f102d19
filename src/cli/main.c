/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - kist: its global options, and the names it goes by */
#include "cli/compat.h"
#include "cli/kist.h"

#ifndef KIST_VERSION
#define KIST_VERSION "0.1.0"
#endif

#define ARGS kist_global

static const struct opt global_opts[] = {
	OPT(0, "root", "DIR", opt_string, kist.run_root,
	    "state of what runs (default: /run/kist, or "
	    "$XDG_RUNTIME_DIR/kist)"),
	OPT(0, "data-root", "DIR", opt_string, kist.data_root,
	    "records, logs, layers (default: /var/lib/kist, or "
	    "$XDG_DATA_HOME/kist)"),
	FLAG('q', "quiet", quiet,
	     "print only what was asked for; also behind the verb"),
	OPT_END,
};

static const struct program kist = {
	.name = "kist",
	.summary = "containers, namespaces and limits, each by itself or "
		   "together",
	.version = KIST_VERSION,
	.section = 1,
	.date = "November 22, 2026",
	.notes = "Options of a verb stand before its operands; what follows "
		 "the name of a command to run is that command's own.",
	.exits = "0; that of the command, or 128 and the number of the signal "
		 "that ended it; 125 if kist failed, 126 if the command cannot "
		 "be executed, 127 if it is not there; 2 if the command line "
		 "is not understood.",
	.see = "cgroups(7), namespaces(7), kist-oci(8)",
	.containers = "ps -q",
	.style = OPT_STYLE_GNU,
	.global_opts = global_opts,
	.failed = kist_failed,
	.commands = kist_verbs,
};

int main(int argc, char **argv)
{
	const struct personality *as = personality_find(argv[0]);
	struct kist_global global = { 0 };

	if (as)
		return as->run(argc, argv);
	return program_main(&kist, &global, argc, argv, NULL);
}
