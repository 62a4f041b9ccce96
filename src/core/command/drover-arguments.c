/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-arguments.h"

static gpointer
ref_argument (gconstpointer argument, gpointer user_data)
{
  return drover_argument_ref ((DroverArgument *) argument);
}

/**
 * drover_arguments_new:
 *
 * Returns: (transfer full) (element-type DroverArgument): an empty list of arguments
 */
GPtrArray *
drover_arguments_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
}

/**
 * drover_arguments_copy:
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Returns: (transfer full) (element-type DroverArgument): a list of the same arguments, for an
 *   edit: a machine's own list is never changed
 */
GPtrArray *
drover_arguments_copy (GPtrArray *arguments)
{
  GPtrArray *copy = g_ptr_array_copy (arguments, ref_argument, NULL);

  g_ptr_array_set_free_func (copy, (GDestroyNotify) drover_argument_unref);
  return copy;
}

/**
 * drover_arguments_take:
 * @arguments: (element-type DroverArgument): a list of one's own
 * @index: which of them
 * @argument: (transfer full): what it becomes
 */
void
drover_arguments_take (GPtrArray *arguments, guint index, DroverArgument *argument)
{
  drover_argument_unref (arguments->pdata[index]);
  arguments->pdata[index] = argument;
}
