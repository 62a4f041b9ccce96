/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-arguments.h"
#include "drover-error.h"

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

/**
 * drover_arguments_refuse:
 * @error: set to %DROVER_ERROR_ARGUMENT
 * @format: the reason why an argument cannot be changed or made
 *
 * Returns: %FALSE
 */
gboolean
drover_arguments_refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, message);
  return FALSE;
}
