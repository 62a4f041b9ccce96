/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-ssh-port.h"

/* The port of this computer that leads to a new machine's SSH server. */

/* Where a free one is looked for. */
#define FIRST_PORT 22220
#define LAST_PORT 22999

/* The machine, which may be off now, that has the port already. */
static DroverMachine *
find_user (DroverLibrary *library, guint port)
{
  g_autofree char *text = g_strdup_printf ("hostfwd=tcp:127.0.0.1:%u-", port);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (library)); i++)
    {
      g_autoptr (DroverMachine) machine = g_list_model_get_item (G_LIST_MODEL (library), i);
      DroverDocument *document = drover_machine_get_document (machine);
      g_auto (GStrv) argv = document != NULL ? drover_document_dup_argv (document) : NULL;

      for (guint j = 0; argv != NULL && argv[j] != NULL; j++)
        if (strstr (argv[j], text) != NULL)
          return g_steal_pointer (&machine);
    }

  return NULL;
}

/* Listens there for a moment, as QEMU will. */
static gboolean
try_listen (guint port, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_DEFAULT, error);

  return socket != NULL && g_socket_bind (socket, address, TRUE, error) &&
         g_socket_listen (socket, error);
}

/**
 * drover_ssh_port_check:
 * @library: the machines that may have it already, on or off
 * @port: of this computer
 * @error: set to %DROVER_ERROR_ARGUMENT: why it cannot be had
 *
 * Returns: whether a new machine can have the port
 */
gboolean
drover_ssh_port_check (DroverLibrary *library, guint port, GError **error)
{
  g_autoptr (DroverMachine) user = NULL;
  g_autoptr (GError) reason = NULL;

  g_return_val_if_fail (DROVER_IS_LIBRARY (library), FALSE);

  if (port == 0 || port > G_MAXUINT16)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("There is no port %u: ports go from 1 to 65535"), port);
      return FALSE;
    }
  user = find_user (library, port);
  if (user != NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("Port %u leads to the machine “%s” already"), port,
                   drover_machine_get_name (user));
      return FALSE;
    }
  if (try_listen (port, &reason))
    return TRUE;

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("Another program on this computer uses port %u"), port);
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("This computer cannot listen on port %u: %s"), port, reason->message);
  return FALSE;
}

/**
 * drover_ssh_port_choose:
 * @library: the machines that may have one already
 *
 * Returns: a port that drover_ssh_port_check() has nothing against; 0 when there is none
 */
guint
drover_ssh_port_choose (DroverLibrary *library)
{
  g_return_val_if_fail (DROVER_IS_LIBRARY (library), 0);

  for (guint port = FIRST_PORT; port <= LAST_PORT; port++)
    if (drover_ssh_port_check (library, port, NULL))
      return port;

  return 0;
}
