/* SPDX-License-Identifier: Apache-2.0 */
/* child_image.h - the child program's bytes (child_image.S) */
#ifndef CONTAINER_CHILD_IMAGE_H
#define CONTAINER_CHILD_IMAGE_H

extern const char kist_child_image[], kist_child_image_end[];

#endif
