/* SPDX-License-Identifier: Apache-2.0 */
/* place.c - a TARGET as a network namespace */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/net/place.h"

static int look(struct place *place, struct kist_error *err)
{
	struct stat there, here;

	place->fd = target_ns(&place->target, NS_NET, err);
	if (place->fd < 0)
		return place->fd;
	if (fstat(place->fd, &there) < 0 ||
	    stat("/proc/thread-self/ns/net", &here) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "look at the network namespaces");
	place->ino = there.st_ino;
	place->is_ours = there.st_ino == here.st_ino &&
			 there.st_dev == here.st_dev;
	return 0;
}

int place_open(const struct kist *kist, const char *word,
	       struct place *ret_place, struct kist_error *err)
{
	struct kist_error failure = { 0 };
	int ret = target_open(kist, word, &ret_place->target, &failure);

	if (ret < 0 && failure.id == KIST_E_TARGET_UNKNOWN &&
	    strcmp(word, "host") == 0)
		ret = target_open(kist, ".", &ret_place->target, err);
	else if (ret < 0 && err)
		*err = failure;
	if (ret < 0)
		return ret;
	ret = look(ret_place, err);
	if (ret < 0)
		place_close(ret_place);
	return ret;
}

void place_close(struct place *place)
{
	target_close(&place->target);
}
