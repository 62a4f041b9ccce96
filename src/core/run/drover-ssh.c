/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-error.h"
#include "drover-install.h"
#include "drover-paths.h"

/**
 * drover_machine_dup_ssh_argv:
 * @machine: a machine, on or off
 * @error: set to %DROVER_ERROR_BAD_STATE when nothing is known to lead there
 *
 * Returns: (transfer full) (nullable): the command that opens a shell in the guest, for a
 *   terminal: `ssh`, to the port of this computer that was forwarded when the machine was made,
 *   as the user that the answers named. The guest's key is kept beside the machine's logs and
 *   not among the user's own known hosts: another machine may get the same port.
 */
GStrv
drover_machine_dup_ssh_argv (DroverMachine *machine, GError **error)
{
  DroverDocument *document = drover_machine_get_document (machine);
  g_autoptr (GStrvBuilder) builder = NULL;
  g_autofree char *folder = NULL;
  const char *user;
  guint16 port;

  if (document == NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (machine)));
      return NULL;
    }

  user = drover_document_get_install_user (document);
  port = drover_document_get_ssh_port (document);
  if (user == NULL || port == 0)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("Drover knows no way to “%s” by SSH: the machine was not set up with a user "
                     "and a port of this computer that leads to it"),
                   drover_machine_get_name (machine));
      return NULL;
    }

  builder = g_strv_builder_new ();
  folder = drover_paths_dup_log_dir (drover_machine_get_slug (machine));
  g_strv_builder_add_many (builder, "ssh", "-p", NULL);
  g_strv_builder_take (builder, g_strdup_printf ("%u", port));
  g_strv_builder_add (builder, "-o");
  /* ssh splits this value at spaces unless it is quoted. */
  g_strv_builder_take (builder, g_strdup_printf ("UserKnownHostsFile=\"%s/known_hosts\"", folder));
  g_strv_builder_add (builder, "-o");
  g_strv_builder_take (builder, g_strdup_printf ("HostKeyAlias=drover-%s",
                                                 drover_document_get_uuid (document)));
  g_strv_builder_add_many (builder, "-o", "StrictHostKeyChecking=accept-new", "--", NULL);
  g_strv_builder_take (builder, g_strdup_printf ("%s@127.0.0.1", user));
  return g_strv_builder_end (builder);
}
