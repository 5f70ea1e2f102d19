/* SPDX-License-Identifier: Apache-2.0 */
/*
 * advice.h - the remedy for what failed while a container was set up
 *
 * What is refused inside a container is about the container's own files: the
 * machine's, which engine/why looks at, may be other ones. Each function sets
 * the hint of an error that is set already, or leaves it empty.
 *
 * Child-safe: no.
 */
#ifndef CONTAINER_ADVICE_H
#define CONTAINER_ADVICE_H

#include <kist/error.h>

/* A hook: @errnum ETIME for one that took too long, ECHILD for one that ended
 * with a failure, others for one that could not be started. */
void advice_hook(int errnum, struct kist_error *err);
/* The container's command, which execve(2) refused. */
void advice_command(int errnum, const char *command, struct kist_error *err);
/* A mount, of which the kernel said @text ("" for nothing), on @target. */
void advice_mount(int errnum, const char *text, const char *target,
		  struct kist_error *err);
/* The working directory. */
void advice_folder(int errnum, struct kist_error *err);
/* A sysctl. */
void advice_sysctl(int errnum, struct kist_error *err);

#endif
