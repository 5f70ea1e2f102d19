/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limit_presets.h - limits with a name, in a file
 *
 *	# /etc/kist/limits, ~/.config/kist/limits
 *	mem3 = mem=3G swap=3G soft=1G
 *	browser = mem3 cpus=2
 *
 * A word without '=' is the name of another preset, whose limits stand in its
 * place. The user's file is looked in first, then the machine's.
 */
#ifndef ENGINE_CG_LIMIT_PRESETS_H
#define ENGINE_CG_LIMIT_PRESETS_H

#include "engine/cg/limit.h"

/* Read the limits of a preset into @asks. @file: where, or NULL: the usual
 * places. Return: 0; LIMIT_PRESET: there is none, or its line makes no sense;
 * LIMIT_WORD. */
MUST_CHECK int limit_preset_read(const char *name, const char *file,
				 struct arena *arena, struct limit_asks *asks,
				 struct kist_error *err);

#endif
