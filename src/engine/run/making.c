/* SPDX-License-Identifier: Apache-2.0 */
/* making.c - understanding the options of `kist run` */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/path.h"
#include "engine/run/making.h"
#include "kernel/cap.h"

#define HOSTNAME_LEN_MAX 64 /* of the kernel */

size_t list_count(const char *const *list)
{
	size_t count = 0;

	while (list && list[count])
		count++;
	return count;
}

/* ---- volumes and devices ---- */

typedef int volume_reader(const char *word, struct arena *arena,
			  struct volume *ret_volume, struct kist_error *err);

static int add_volumes(struct making *m, const char *const *words,
		       volume_reader *read, struct kist_error *err)
{
	for (size_t i = 0; words && words[i]; i++) {
		int ret = read(words[i], m->arena, &m->volumes[m->volume_count],
			       err);

		if (ret < 0)
			return ret;
		m->volume_count++;
	}
	return 0;
}

static int check_twice(const struct making *m, struct kist_error *err)
{
	for (size_t i = 0; i < m->volume_count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(m->volumes[i].destination,
				   m->volumes[j].destination) == 0)
				return err_set(err, KIST_E_OPTION_VALUE,
					       "%s: something else is mounted "
					       "on '%s' already",
					       m->volumes[i].written,
					       m->volumes[i].destination);
	return 0;
}

static int read_volumes(struct making *m, struct kist_error *err)
{
	const struct kist_run *run = m->run;
	int ret;

	m->volumes =
		ARENA_ARRAY(m->arena, struct volume,
			    list_count(run->volumes) + list_count(run->mounts) +
				    list_count(run->tmpfs) + 1);
	if (arena_failed(m->arena))
		return err_nomem(err);
	ret = add_volumes(m, run->volumes, volume_parse, err);
	if (ret == 0)
		ret = add_volumes(m, run->mounts, volume_parse_mount, err);
	if (ret == 0)
		ret = add_volumes(m, run->tmpfs, volume_parse_tmpfs, err);
	return ret == 0 ? check_twice(m, err) : ret;
}

static int read_devices(struct making *m, struct kist_error *err)
{
	const char *const *words = m->run->devices;

	m->devices =
		ARENA_ARRAY(m->arena, struct device, list_count(words) + 1);
	if (arena_failed(m->arena))
		return err_nomem(err);
	for (size_t i = 0; words && words[i]; i++) {
		int ret = value_device(words[i], m->arena,
				       &m->devices[m->device_count], err);

		if (ret < 0) {
			option_while(err, "--device", words[i]);
			return ret;
		}
		m->device_count++;
	}
	return 0;
}

/* ---- lists of NAME=VALUE ---- */

static int read_pairs(struct making *m, const char *option,
		      const char *const *words, struct key_value **ret_pairs,
		      size_t *ret_count, struct kist_error *err)
{
	struct key_value *pairs =
		ARENA_ARRAY(m->arena, struct key_value, list_count(words) + 1);
	size_t count = 0;

	if (arena_failed(m->arena))
		return err_nomem(err);
	for (; words && words[count]; count++) {
		int ret =
			value_pair(words[count], m->arena, &pairs[count], err);

		if (ret < 0) {
			option_while(err, option, words[count]);
			return ret;
		}
		pairs[count].place.option =
			arena_printf(m->arena, "%s %s", option, words[count]);
	}
	*ret_pairs = pairs;
	*ret_count = count;
	return 0;
}

static int read_ulimits(struct making *m, struct kist_error *err)
{
	const char *const *words = m->run->ulimits;

	m->ulimits =
		ARENA_ARRAY(m->arena, struct ulimit, list_count(words) + 1);
	if (arena_failed(m->arena))
		return err_nomem(err);
	for (size_t i = 0; words && words[i]; i++) {
		int ret = value_ulimit(words[i], m->arena, &m->ulimits[i], err);

		for (size_t j = 0; ret == 0 && j < i; j++)
			if (strcmp(m->ulimits[i].name, m->ulimits[j].name) == 0)
				ret = err_set(err, KIST_E_OPTION_VALUE,
					      "this limit was given before");
		if (ret < 0) {
			option_while(err, "--ulimit", words[i]);
			return ret;
		}
		m->ulimit_count++;
	}
	return 0;
}

/* ---- limits ---- */

#define MEMORY_MIN (512 * 1024) /* less cannot hold a program */

static int check_memory(const struct kist_run *run, struct kist_error *err)
{
	const struct {
		const char *option;
		int64_t value;
	} amounts[] = { { "--memory", run->memory },
			{ "--memory-swap", run->memory_swap },
			{ "--memory-reservation", run->memory_reservation } };

	for (size_t i = 0; i < ARRAY_LEN(amounts); i++)
		if (amounts[i].value > 0 && amounts[i].value < MEMORY_MIN) {
			err_set(err, KIST_E_OPTION_VALUE,
				"%s: %lld bytes are too few for a program",
				amounts[i].option, (long long)amounts[i].value);
			err_hint(err, "small ones run with 4m: a number alone "
				      "is bytes, k, m and g stand behind it");
			return -EINVAL;
		}
	if (run->memory_swap > 0 && run->memory <= 0) {
		err_set(err, KIST_E_OPTION_VALUE,
			"--memory-swap needs --memory");
		err_hint(err, "it is memory and swap together");
		return -EINVAL;
	}
	if (run->memory_swap > 0 && run->memory_swap < run->memory) {
		err_set(err, KIST_E_OPTION_VALUE,
			"--memory-swap is less than --memory");
		err_hint(err,
			 "it is memory and swap together: the same as "
			 "--memory means no swap, max as much as there is");
		return -EINVAL;
	}
	return 0;
}

static int check_cpus(const struct kist_run *run, struct kist_error *err)
{
	const char *const lists[][2] = {
		{ "--cpuset-cpus", run->cpuset_cpus },
		{ "--cpuset-mems", run->cpuset_mems },
	};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		int ret = lists[i][1] ? value_cpu_list(lists[i][1], err) : 0;

		if (ret < 0) {
			option_while(err, lists[i][0], lists[i][1]);
			return ret;
		}
	}
	if (run->cpu_shares &&
	    (run->cpu_shares < 2 || run->cpu_shares > 262144)) {
		err_set(err, KIST_E_OPTION_VALUE,
			"--cpu-shares: %lld is not between 2 and 262144",
			(long long)run->cpu_shares);
		err_hint(err, "1024 is the usual share; --cpus 0.5 limits to "
			      "half of a processor");
		return -EINVAL;
	}
	if (run->pids_limit < -1) {
		err_set(err, KIST_E_OPTION_VALUE,
			"--pids-limit: %lld is negative",
			(long long)run->pids_limit);
		err_hint(err, "write how many processes it may have; 0 or "
			      "max: as many as the machine");
		return -EINVAL;
	}
	return 0;
}

/* ---- names ---- */

static int read_hostname(struct making *m, struct kist_error *err)
{
	const char *wanted = m->run->hostname;

	if (m->ns[NS_UTS].want != NS_NEW) {
		const char *option = wanted		? "--hostname" :
				     m->run->domainname ? "--domainname" :
							  NULL;

		if (option) {
			err_set(err, KIST_E_OPTION_VALUE,
				"%s: the uts namespace is not the container's "
				"own",
				option);
			err_hint(err, "leave out --uts");
			return -EINVAL;
		}
		return 0;
	}
	if (wanted && (!*wanted || strlen(wanted) > HOSTNAME_LEN_MAX)) {
		err_set(err, KIST_E_OPTION_VALUE,
			"--hostname '%s' is not of 1 to %d bytes", wanted,
			HOSTNAME_LEN_MAX);
		err_hint(err, "choose a shorter one: the part before the "
			      "first dot is enough");
		return -EINVAL;
	}
	m->hostname = wanted ? wanted :
			       arena_strndup(m->arena, m->id.text, ID_SHORT);
	return 0;
}

static int read_names(struct making *m, struct kist_error *err)
{
	int ret = m->run->name ? name_check(m->run->name, err) : 0;

	if (ret < 0)
		err_while(err, "--name");
	return ret;
}

int making_read(struct making *m, struct kist_error *err)
{
	const struct kist_run *run = m->run;
	int ret = image_find(run->image, m->arena, &m->image, err);

	m->rootless = geteuid() != 0;
	if (ret == 0)
		ret = read_names(m, err);
	if (ret == 0)
		ret = check_memory(run, err);
	if (ret == 0)
		ret = check_cpus(run, err);
	if (ret == 0)
		ret = read_ulimits(m, err);
	if (ret == 0)
		ret = read_pairs(m, "--sysctl", run->sysctls, &m->sysctls,
				 &m->sysctl_count, err);
	if (ret == 0)
		ret = read_pairs(m, "--label", run->labels, &m->labels,
				 &m->label_count, err);
	if (ret == 0)
		ret = read_volumes(m, err);
	if (ret == 0)
		ret = read_devices(m, err);
	if (ret == 0)
		ret = making_read_sharing(m, err);
	if (ret == 0)
		ret = read_hostname(m, err);
	if (ret == 0 && run->privileged && m->ns[NS_USER].want == NS_INHERIT)
		making_add_all_devices(m);
	if (ret == 0)
		ret = making_read_process(m, err);
	if (ret == 0)
		ret = making_read_security(m, err);
	if (ret == 0 && arena_failed(m->arena))
		ret = err_nomem(err);
	return ret;
}
