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

static gboolean
writes_for_good (const DroverFields *fields)
{
  /* A drive without a medium has nothing that could be written. */
  return ((drover_fields_are (fields, "drive") && drover_fields_get (fields, "file") != NULL) ||
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
        if (writes_for_good (after->pdata[g_array_index (step->after, int, j)]))
          {
            step->when = DROVER_HOT_NEXT_START;
            g_set_str (&step->reason,
                       _("Nothing of this run is kept, but what the guest writes to a disk that is "
                         "added now would be."));
            break;
          }
    }
}
