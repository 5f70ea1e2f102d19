/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nop.c - a payload that costs nothing: exits with 0, or, built with
 * -DPAUSE, waits for ever. No C library, as its start-up would be measured.
 */
#include <asm/unistd.h>

void _start(void);

static void call(long number)
{
	__asm__ volatile("syscall"
			 : "+a"(number)
			 : "D"(0L)
			 : "rcx", "r11", "memory");
}

void _start(void)
{
#ifdef PAUSE
	for (;;)
		call(__NR_pause);
#endif
	call(__NR_exit);
	__builtin_unreachable();
}
