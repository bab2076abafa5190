/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays that grow. */
#ifndef NDPROXY_ARRAY_H
#define NDPROXY_ARRAY_H

#include <stddef.h>
#include <stdlib.h>

/**
 * array_grow() - make room for one more in an array
 * @array: the array, NULL while it is empty; grown by nobody else
 * @n: how many it has
 * @size: of one
 *
 * Return: the array, which doubles at each power of two; NULL without memory, and it is as it was.
 */
static inline void *array_grow(void *array, size_t n, size_t size)
{
	return n & (n - 1) ? array : realloc(array, (n ? 2 * n : 1) * size);
}

#endif
