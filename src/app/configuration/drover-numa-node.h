/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DroverNumaNode:
 * @number: its number
 * @n_cpus: how many processors it has
 * @cpus: (nullable): which, as text; %NULL when nothing says so
 * @bytes: its memory; 0 when nothing says so
 *
 * A node as the arguments describe it.
 */
typedef struct
{
  guint number;
  guint n_cpus;
  char *cpus;
  guint64 bytes;
} DroverNumaNode;

GArray *drover_numa_nodes_list (GPtrArray *arguments);

G_END_DECLS
