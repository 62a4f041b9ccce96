/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <unistd.h>

#include "drover-host-port.h"

#define FIRST_FREE_PORT_FILE "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define FIRST_FREE_PORT 1024

/* Below it only the administrator may listen; Linux can be told another number. */
static guint64
get_first_free_port (void)
{
  g_autofree char *text = NULL;
  guint64 port = FIRST_FREE_PORT;

  if (g_file_get_contents (FIRST_FREE_PORT_FILE, &text, NULL, NULL))
    g_ascii_string_to_unsigned (g_strstrip (text), 10, 0, G_MAXUINT16, &port, NULL);

  return port;
}

/* Whether one can listen there, by doing so for a moment. */
static gboolean
try_listen (gboolean is_udp, const char *address, guint16 port, GError **error)
{
  g_autoptr (GInetAddress) inet =
    *address != '\0' ? g_inet_address_new_from_string (address)
                     : g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) where = NULL;
  g_autoptr (GSocket) socket = NULL;

  /* A name is for QEMU to look up; that may take its time. */
  if (inet == NULL)
    return TRUE;

  where = g_inet_socket_address_new (inet, port);
  socket = g_socket_new (g_inet_address_get_family (inet),
                         is_udp ? G_SOCKET_TYPE_DATAGRAM : G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_DEFAULT, error);

  return socket != NULL && g_socket_bind (socket, where, !is_udp, error) &&
         (is_udp || g_socket_listen (socket, error));
}

/**
 * drover_host_port_dup_warning:
 * @protocol: `tcp`, `udp`, or empty for `tcp`
 * @address: where to listen; empty for every address
 * @port: a number; 0 for any that is free
 *
 * Returns: (transfer full) (nullable): why nobody could listen there now, in a sentence
 */
char *
drover_host_port_dup_warning (const char *protocol, const char *address, const char *port)
{
  gboolean is_udp = g_str_equal (protocol, "udp");
  g_autoptr (GError) error = NULL;
  guint64 number;

  if (!g_ascii_string_to_unsigned (port, 10, 1, G_MAXUINT16, &number, NULL))
    return NULL;
  if (number < get_first_free_port () && geteuid () != 0)
    return g_strdup_printf (_("Only the administrator may use ports below %u. One above is free "
                              "to everybody."),
                            (guint) get_first_free_port ());
  if (try_listen (is_udp, address, number, &error))
    return NULL;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    return g_strdup_printf (_("Port %u is in use on this computer at the moment, maybe by this "
                              "machine itself."),
                            (guint) number);

  return g_strdup_printf (_("This computer cannot listen on port %u there: %s"), (guint) number,
                          error->message);
}
