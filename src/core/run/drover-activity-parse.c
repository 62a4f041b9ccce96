/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-activity-parse.h"

/**
 * drover_activity_parse_stat:
 * @text: what is in /proc/PID/stat or /proc/PID/task/TID/stat
 * @ticks: (out): how long it has run, in and for the process, in the system's ticks
 *
 * Returns: whether @text is such
 */
gboolean
drover_activity_parse_stat (const char *text, guint64 *ticks)
{
  /* The name in parentheses may hold anything, spaces and parentheses too. */
  const char *end = strrchr (text, ')');
  g_auto (GStrv) fields = NULL;
  guint64 user;
  guint64 kernel;

  if (end == NULL || end[1] != ' ')
    return FALSE;

  /* proc(5): behind the name comes field 3; 14 is the time in the process, 15 in the kernel. */
  fields = g_strsplit (end + 2, " ", 14);
  if (g_strv_length (fields) < 14 ||
      !g_ascii_string_to_unsigned (fields[11], 10, 0, G_MAXUINT64, &user, NULL) ||
      !g_ascii_string_to_unsigned (fields[12], 10, 0, G_MAXUINT64, &kernel, NULL))
    return FALSE;

  *ticks = user + kernel;
  return TRUE;
}

/**
 * drover_activity_parse_statm:
 * @text: what is in /proc/PID/statm
 * @pages: (out): how much of the process is in memory, in pages
 *
 * Returns: whether @text is such
 */
gboolean
drover_activity_parse_statm (const char *text, guint64 *pages)
{
  g_auto (GStrv) fields = g_strsplit (text, " ", 3);

  return g_strv_length (fields) == 3 &&
         g_ascii_string_to_unsigned (fields[1], 10, 0, G_MAXUINT64, pages, NULL);
}

/**
 * drover_activity_parse_fdinfo:
 * @text: what is in /proc/PID/fdinfo/FD
 *
 * Returns: (transfer full) (nullable): the network interface, when the file is one end of a tap
 */
char *
drover_activity_parse_fdinfo (const char *text)
{
  const char *line = g_str_has_prefix (text, "iff:") ? text : strstr (text, "\niff:");
  const char *name;

  if (line == NULL)
    return NULL;

  name = strchr (line, ':') + 1;
  name += strspn (name, " \t");
  return g_strndup (name, strcspn (name, "\n"));
}

static char *
dup_field (const char *line, const char *field)
{
  const char *found = strstr (line, field);

  return found != NULL ? g_strndup (found + strlen (field), strcspn (found + strlen (field), ",\r"))
                       : NULL;
}

static void
netdev_free (gpointer data)
{
  DroverNetdev *self = data;

  g_free (self->id);
  g_free (self->type);
  g_free (self->interface);
  g_free (self);
}

/* ` \ net0: index=0,type=user,…`, also behind the port of a hub: `hub0port0: net0: index=…`. */
static DroverNetdev *
parse_netdev (const char *line)
{
  const char *end = strstr (line, ": index=");
  const char *start = end;
  g_autofree char *type = end != NULL ? dup_field (end, ",type=") : NULL;
  DroverNetdev *netdev;

  if (type == NULL || g_str_equal (type, "nic") || g_str_equal (type, "hubport"))
    return NULL;

  while (start > line && start[-1] != ' ')
    start--;
  netdev = g_new0 (DroverNetdev, 1);
  netdev->id = g_strndup (start, end - start);
  netdev->type = g_steal_pointer (&type);
  netdev->interface = dup_field (end, ",ifname=");
  return netdev;
}

/**
 * drover_activity_parse_netdevs:
 * @text: what HMP's `info network` says; QMP has no such query
 *
 * Returns: (transfer full) (element-type DroverNetdev): the network backends
 */
GPtrArray *
drover_activity_parse_netdevs (const char *text)
{
  GPtrArray *netdevs = g_ptr_array_new_with_free_func (netdev_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      DroverNetdev *netdev = parse_netdev (lines[i]);

      if (netdev != NULL)
        g_ptr_array_add (netdevs, netdev);
    }

  return netdevs;
}

static gboolean
read_number (const char *folder, const char *interface, const char *name, guint64 *number)
{
  g_autofree char *path = g_build_filename (folder, interface, "statistics", name, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) &&
         g_ascii_string_to_unsigned (g_strchomp (text), 10, 0, G_MAXUINT64, number, NULL);
}

/**
 * drover_activity_read_interface:
 * @folder: /sys/class/net, or what stands for it
 * @interface: the network interface at this computer's end of a tap
 * @received: (out): how many bytes the guest received
 * @sent: (out): how many bytes the guest sent
 *
 * Returns: whether the system tells
 */
gboolean
drover_activity_read_interface (const char *folder, const char *interface, guint64 *received,
                                guint64 *sent)
{
  /* The interface's name comes from a command line. */
  if (*interface == '\0' || *interface == '.' || strchr (interface, '/') != NULL)
    return FALSE;

  /* What this computer sends there, the guest receives. */
  return read_number (folder, interface, "tx_bytes", received) &&
         read_number (folder, interface, "rx_bytes", sent);
}
