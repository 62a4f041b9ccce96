/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-run-private.h"

/* QEMU's -snapshot puts a temporary file over each -drive and its kin, but not over a -blockdev:
 * those would be written for good. They get theirs here, before the guest runs. */

#define NODE_PREFIX "drover-disposable-"

static JsonNode *
make_arguments (const char *node_name, const char *file, guint number)
{
  g_autofree char *name = g_strdup_printf (NODE_PREFIX "%u", number);
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "node-name", node_name);
  json_object_set_string_member (object, "snapshot-file", file);
  json_object_set_string_member (object, "snapshot-node-name", name);
  json_object_set_string_member (object, "format", "qcow2");
  json_node_take_object (node, object);
  return node;
}

/* As QEMU does it itself: the file has no name any more once it is open, so that it goes with the
 * process, however that ends. */
static gboolean
shield (DroverQmp *qmp, const char *node_name, guint number, GError **error)
{
  const char *base = g_getenv ("TMPDIR");
  g_autofree char *dir = g_build_filename (base != NULL ? base : "/var/tmp", "drover-XXXXXX", NULL);
  g_autofree char *file = NULL;
  gboolean shielded;

  if (g_mkdtemp_full (dir, 0700) == NULL)
    return drover_set_errno_error (error, _("Cannot make %s"), dir);

  file = g_build_filename (dir, "disk.qcow2", NULL);
  shielded = dex_await (drover_qmp_execute (qmp, "blockdev-snapshot-sync",
                                            make_arguments (node_name, file, number)),
                        error);
  g_unlink (file);
  g_rmdir (dir);
  return shielded;
}

/* What QEMU named itself is of a -drive. What we named is shielded already, by one who was killed
 * before it was through with the others. */
static const char *
get_named_node (JsonNode *element)
{
  JsonObject *block = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
  JsonNode *node = block != NULL ? json_object_get_member (block, "inserted") : NULL;
  JsonObject *inserted =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *name;

  if (inserted == NULL || json_object_get_boolean_member_with_default (inserted, "ro", TRUE))
    return NULL;

  name = json_object_get_string_member_with_default (inserted, "node-name", NULL);
  return name != NULL && *name != '\0' && *name != '#' && !g_str_has_prefix (name, NODE_PREFIX)
           ? name : NULL;
}

/* Called in a fiber, with the guest not set going yet. */
gboolean
_drover_run_shield_disks (DroverRun *self, DroverQmp *qmp, GError **error)
{
  g_autoptr (JsonNode) blocks =
    dex_await_boxed (drover_qmp_execute (qmp, "query-block", NULL), error);
  JsonArray *array =
    blocks != NULL && JSON_NODE_HOLDS_ARRAY (blocks) ? json_node_get_array (blocks) : NULL;

  if (blocks == NULL)
    return FALSE;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *name = get_named_node (json_array_get_element (array, i));

      if (name != NULL && !shield (qmp, name, i, error))
        {
          g_prefix_error (error, _("The disk “%s” cannot be kept as it is: "), name);
          return FALSE;
        }
    }

  return TRUE;
}
