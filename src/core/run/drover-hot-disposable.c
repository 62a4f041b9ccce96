/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-fields.h"
#include "drover-hot-private.h"

/* A machine that was started without keeping anything: its disks are written to temporary files,
 * see drover-run-disposable.c. QEMU makes those when it starts. A disk that came later would be
 * written for good, unless a node were put between it and its device, which then had another name
 * than the document says: so it waits. */

static gboolean
is_writable (const DroverFields *fields)
{
  static const char *const keys[] = { "read-only", "readonly" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *value = drover_fields_get (fields, keys[i]);

      if (value != NULL && (g_str_equal (value, "on") || g_str_equal (value, "true")))
        return FALSE;
    }

  return g_strcmp0 (drover_fields_get (fields, "media"), "cdrom") != 0;
}

/* A drive without one has nothing that could be written. QEMU takes it as options of the block
 * layer, too: `driver=qcow2,file.filename=x`. */
static gboolean
has_medium (const DroverFields *fields)
{
  for (guint i = 0; i < fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (fields->items, DroverField, i);

      if (g_str_equal (field->key, "file") || g_str_has_prefix (field->key, "file.") ||
          g_str_equal (field->key, "driver"))
        return TRUE;
    }

  return FALSE;
}

static gboolean
writes_for_good (const DroverFields *fields)
{
  return ((drover_fields_are (fields, "drive") && has_medium (fields)) ||
          drover_fields_are (fields, "blockdev") || drover_fields_are (fields, "fda") ||
          drover_fields_are (fields, "fdb")) &&
         is_writable (fields);
}

/* A CD cannot be written, whatever its node says. */
static gboolean
is_cd (GPtrArray *after, const DroverHotStep *step)
{
  for (guint i = 0; i < after->len; i++)
    {
      const DroverFields *fields = after->pdata[i];
      const char *driver = drover_fields_get (fields, "driver");

      if (drover_fields_are (fields, "device") && driver != NULL &&
          g_str_has_suffix (driver, "-cd") && step->id != NULL &&
          g_strcmp0 (drover_fields_get (fields, "id"), step->id) == 0)
        return TRUE;
    }

  return FALSE;
}

/* A node that no device had when QEMU started got no temporary file; a -drive had one all the same.
 * Returns: (nullable): the node that a device takes */
static const DroverFields *
find_node (GPtrArray *after, const DroverFields *device)
{
  const char *name =
    drover_fields_are (device, "device") ? drover_fields_get (device, "drive") : NULL;

  for (guint i = 0; name != NULL && i < after->len; i++)
    {
      const DroverFields *fields = after->pdata[i];

      if (fields->enabled && drover_fields_are (fields, "blockdev") &&
          g_strcmp0 (drover_fields_get (fields, "node-name"), name) == 0)
        return fields;
    }

  return NULL;
}

/* Makes the steps wait that would let the guest write to a file for good. */
void
_drover_hot_plan_make_disposable (DroverHotPlan *plan)
{
  g_autoptr (GPtrArray) after = drover_fields_list (plan->after);

  for (guint i = 0; i < plan->steps->len; i++)
    {
      DroverHotStep *step = plan->steps->pdata[i];

      if ((step->kind != DROVER_HOT_ADD && step->kind != DROVER_HOT_MEDIUM) ||
          step->when == DROVER_HOT_NEXT_START || is_cd (after, step))
        continue;
      for (guint j = 0; j < step->after->len; j++)
        {
          const DroverFields *fields = after->pdata[g_array_index (step->after, int, j)];
          const DroverFields *node = find_node (after, fields);

          if (!writes_for_good (fields) && (node == NULL || !writes_for_good (node)))
            continue;
          step->when = DROVER_HOT_NEXT_START;
          g_set_str (&step->reason,
                     _("Nothing of this run is kept, but what the guest writes to a disk that is "
                       "added now would be."));
          break;
        }
    }
}
