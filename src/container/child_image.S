/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child_image.S - the child program (src/child) as bytes of the library
 *
 * child_image.inc is one .incbin of the stripped program; the build writes it
 * anew whenever the program is.
 */
	.section .rodata.kist_child_image, "a", %progbits
	.balign 4096
	.globl kist_child_image
	.globl kist_child_image_end
	.hidden kist_child_image
	.hidden kist_child_image_end
	.type kist_child_image, %object
kist_child_image:
#include "child_image.inc"
kist_child_image_end:
	.size kist_child_image, . - kist_child_image

	.section .note.GNU-stack, "", %progbits
