/* SPDX-License-Identifier: Apache-2.0 */
/* cap.c - the capabilities: names and numbers */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/near.h"
#include "base/num.h"
#include "kernel/cap.h"
#include "sys/file.h"

#define PREFIX "CAP_"
#define NAME(number) [number] = #number

static const char *const names[CAP_COUNT] = {
	NAME(CAP_CHOWN),
	NAME(CAP_DAC_OVERRIDE),
	NAME(CAP_DAC_READ_SEARCH),
	NAME(CAP_FOWNER),
	NAME(CAP_FSETID),
	NAME(CAP_KILL),
	NAME(CAP_SETGID),
	NAME(CAP_SETUID),
	NAME(CAP_SETPCAP),
	NAME(CAP_LINUX_IMMUTABLE),
	NAME(CAP_NET_BIND_SERVICE),
	NAME(CAP_NET_BROADCAST),
	NAME(CAP_NET_ADMIN),
	NAME(CAP_NET_RAW),
	NAME(CAP_IPC_LOCK),
	NAME(CAP_IPC_OWNER),
	NAME(CAP_SYS_MODULE),
	NAME(CAP_SYS_RAWIO),
	NAME(CAP_SYS_CHROOT),
	NAME(CAP_SYS_PTRACE),
	NAME(CAP_SYS_PACCT),
	NAME(CAP_SYS_ADMIN),
	NAME(CAP_SYS_BOOT),
	NAME(CAP_SYS_NICE),
	NAME(CAP_SYS_RESOURCE),
	NAME(CAP_SYS_TIME),
	NAME(CAP_SYS_TTY_CONFIG),
	NAME(CAP_MKNOD),
	NAME(CAP_LEASE),
	NAME(CAP_AUDIT_WRITE),
	NAME(CAP_AUDIT_CONTROL),
	NAME(CAP_SETFCAP),
	NAME(CAP_MAC_OVERRIDE),
	NAME(CAP_MAC_ADMIN),
	NAME(CAP_SYSLOG),
	NAME(CAP_WAKE_ALARM),
	NAME(CAP_BLOCK_SUSPEND),
	NAME(CAP_AUDIT_READ),
	NAME(CAP_PERFMON),
	NAME(CAP_BPF),
	NAME(CAP_CHECKPOINT_RESTORE),
};

static const char *without_prefix(const char *word)
{
	size_t len = strlen(PREFIX);

	return strncasecmp(word, PREFIX, len) == 0 ? word + len : word;
}

int cap_parse(const char *word)
{
	const char *rest = without_prefix(word);

	for (int number = 0; number < CAP_COUNT; number++)
		if (strcasecmp(rest, names[number] + strlen(PREFIX)) == 0)
			return number;
	return -1;
}

const char *cap_name(int number)
{
	return number >= 0 && number < CAP_COUNT ? names[number] : NULL;
}

const char *cap_near(const char *word)
{
	struct near near;

	near_init(&near, without_prefix(word));
	for (int number = 0; number < CAP_COUNT; number++)
		near_offer(&near, names[number] + strlen(PREFIX));
	return near.best ? near.best - strlen(PREFIX) : NULL;
}

static int last_by_probing(void)
{
	int number = 0;

	/* EINVAL is the answer for the first that is unknown */
	while (number < 63 && prctl(PR_CAPBSET_READ, number + 1, 0, 0, 0) >= 0)
		number++;
	return number;
}

int cap_last(void)
{
	char text[16];
	uint32_t number;
	ssize_t len = sys_read_file(AT_FDCWD, "/proc/sys/kernel/cap_last_cap",
				    text, sizeof(text));

	if (len > 0 && text[len - 1] == '\n')
		text[len - 1] = '\0';
	if (len <= 0 || num_parse_u32(text, &number) < 0 || number > 63)
		return last_by_probing();
	return (int)number;
}

bool cap_is_effective(const char *name)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2] = { 0 };
	int number = cap_parse(name);

	if (number < 0 || syscall(SYS_capget, &head, sets) < 0)
		return false;
	return sets[number / 32].effective & BIT(number % 32);
}
