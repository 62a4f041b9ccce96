/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-socket-holder.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Who is connected to a UNIX socket: only the kernel knows which two ends belong together
 * (sock_diag(7)), and only /proc which process has which end. */

#define TCP_STATE_ESTABLISHED 1
#define BUFFER_SIZE 32768

/* Adds the numbers of all sockets that @pid has open. */
static GHashTable *
list_sockets (GPid pid)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/fd", (int) pid);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GHashTable *sockets = g_hash_table_new (NULL, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (target != NULL && g_str_has_prefix (target, "socket:["))
        g_hash_table_add (sockets,
                          GUINT_TO_POINTER (g_ascii_strtoull (target + 8, NULL, 10)));
    }

  return sockets;
}

static gboolean
ask_kernel (int fd)
{
  struct
  {
    struct nlmsghdr header;
    struct unix_diag_req request;
  } message = {
    .header = { .nlmsg_len = sizeof message,
                .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
    .request = { .sdiag_family = AF_UNIX,
                 .udiag_states = 1 << TCP_STATE_ESTABLISHED,
                 .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER },
  };

  return send (fd, &message, sizeof message, 0) == sizeof message;
}

/* The kernel's own macros for the next one hide its alignment from the compiler, which clang takes
 * amiss. */
static const struct rtattr *
next_attribute (const struct rtattr *attribute, int *length)
{
  int size = RTA_ALIGN (attribute->rta_len);

  *length -= size;
  return (gconstpointer) ((const char *) attribute + size);
}

static const struct nlmsghdr *
next_message (const struct nlmsghdr *header, ssize_t *length)
{
  ssize_t size = NLMSG_ALIGN (header->nlmsg_len);

  *length -= size;
  return (gconstpointer) ((const char *) header + size);
}

/* Returns: the number of the other end of the connection, when it is one to @path; else 0. */
static guint
read_peer (const struct nlmsghdr *header, GHashTable *servers, const char *path)
{
  const struct unix_diag_msg *message = NLMSG_DATA (header);
  int length = header->nlmsg_len - NLMSG_LENGTH (sizeof *message);
  gboolean is_path = FALSE;
  guint32 peer = 0;

  if (!g_hash_table_contains (servers, GUINT_TO_POINTER (message->udiag_ino)))
    return 0;

  for (const struct rtattr *attribute = (const struct rtattr *) (message + 1);
       RTA_OK (attribute, length); attribute = next_attribute (attribute, &length))
    {
      gsize size = RTA_PAYLOAD (attribute);

      if (attribute->rta_type == UNIX_DIAG_NAME)
        is_path = strnlen (RTA_DATA (attribute), size) == strlen (path) &&
                  strncmp (RTA_DATA (attribute), path, size) == 0;
      else if (attribute->rta_type == UNIX_DIAG_PEER && size == sizeof peer)
        memcpy (&peer, RTA_DATA (attribute), size);
    }

  return is_path ? peer : 0;
}

static guint
find_peer (GHashTable *servers, const char *path)
{
  g_autofd int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  struct timeval limit = { .tv_sec = 1 };
  g_autofree struct nlmsghdr *buffer = g_malloc (BUFFER_SIZE);
  guint peer = 0;

  if (fd < 0 || setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
      !ask_kernel (fd))
    return 0;

  while (peer == 0)
    {
      ssize_t length = recv (fd, buffer, BUFFER_SIZE, 0);
      const struct nlmsghdr *header = buffer;

      if (length <= 0)
        return 0;
      for (; peer == 0 && NLMSG_OK (header, length);
           header = next_message (header, &length))
        {
          if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
            return 0;
          peer = read_peer (header, servers, path);
        }
    }

  return peer;
}

static char *
dup_name (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/comm", (int) pid);
  g_autofree char *name = NULL;

  if (!g_file_get_contents (path, &name, NULL, NULL))
    return g_strdup_printf (_("process %d"), (int) pid);
  /* Translators: the name of a program and its process number */
  return g_strdup_printf (_("%s (process %d)"), g_strchomp (name), (int) pid);
}

/**
 * drover_socket_dup_holder:
 * @server: the process that listens
 * @path: where it listens, as it was told
 * @holder: (out) (optional): the process that is connected; 0 when nobody knows
 *
 * Looks for the program that is connected to a UNIX socket.
 *
 * Returns: (transfer full) (nullable): its name and process number; %NULL when there is none, or
 *   when it is somebody else's
 */
char *
drover_socket_dup_holder (GPid server, const char *path, GPid *holder)
{
  g_autoptr (GHashTable) servers = list_sockets (server);
  guint peer = find_peer (servers, path);
  g_autoptr (GDir) dir = peer != 0 ? g_dir_open ("/proc", 0, NULL) : NULL;
  const char *name;

  if (holder != NULL)
    *holder = 0;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      GPid pid = g_ascii_isdigit (name[0]) ? (GPid) g_ascii_strtoll (name, NULL, 10) : 0;
      g_autoptr (GHashTable) sockets = pid > 0 ? list_sockets (pid) : NULL;

      if (sockets == NULL || !g_hash_table_contains (sockets, GUINT_TO_POINTER (peer)))
        continue;
      if (holder != NULL)
        *holder = pid;
      return dup_name (pid);
    }

  return NULL;
}
