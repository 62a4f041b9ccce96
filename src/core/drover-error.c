/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>

#include "drover-error.h"

G_DEFINE_QUARK (drover-error-quark, drover_error)
G_DEFINE_QUARK (drover-qmp-error-quark, drover_qmp_error)

/**
 * drover_qmp_error_from_class:
 * @error_class: (nullable): the `class` member of a QMP error
 *
 * Returns: the code for @error_class; an unknown one is as generic as QEMU means it
 */
DroverQmpError
drover_qmp_error_from_class (const char *error_class)
{
  static const char *const classes[] = {
    [DROVER_QMP_ERROR_GENERIC] = "GenericError",
    [DROVER_QMP_ERROR_COMMAND_NOT_FOUND] = "CommandNotFound",
    [DROVER_QMP_ERROR_DEVICE_NOT_ACTIVE] = "DeviceNotActive",
    [DROVER_QMP_ERROR_DEVICE_NOT_FOUND] = "DeviceNotFound",
    [DROVER_QMP_ERROR_KVM_MISSING_CAP] = "KVMMissingCap",
  };

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (error_class, classes[i]) == 0)
      return i;

  return DROVER_QMP_ERROR_GENERIC;
}

/**
 * drover_set_errno_error:
 * @error: set to GIO's error for `errno`
 * @format: what could not be done, as in printf(); the system's reason is put after it
 *
 * Returns: %FALSE
 */
gboolean
drover_set_errno_error (GError **error, const char *format, ...)
{
  int saved_errno = errno;
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "%s: %s", what,
               g_strerror (saved_errno));
  return FALSE;
}
