/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdlib.h>

static inline int
median_compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Sorts the @n @values: the first is the least afterwards, and the last the greatest. */
static inline double
median (double *values, guint n)
{
  qsort (values, n, sizeof (double), median_compare);
  return values[n / 2];
}
