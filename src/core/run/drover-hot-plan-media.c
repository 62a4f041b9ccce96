/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-hot-planner.h"

/* Another medium in a CD or floppy drive, or none. */

static gboolean
is_removable_drive (const DroverFields *fields)
{
  const char *driver = drover_fields_get (fields, "driver");
  const char *interface = drover_fields_get (fields, "if");
  const char *media = drover_fields_get (fields, "media");

  if (drover_fields_are (fields, "device"))
    return driver != NULL &&
           (g_str_has_suffix (driver, "-cd") || g_str_equal (driver, "floppy"));
  if (drover_fields_are (fields, "drive"))
    return g_strcmp0 (media, "cdrom") == 0 || g_strcmp0 (interface, "floppy") == 0;

  return drover_fields_are (fields, "cdrom") || drover_fields_are (fields, "fda") ||
         drover_fields_are (fields, "fdb");
}

/* What QEMU calls a drive of the older options: see drive_new() in its blockdev.c. */
static char *
dup_drive_name (DroverHotPlanner *planner, const DroverHotSide *side, int argument)
{
  const DroverFields *fields = get_fields (side, argument);
  const char *id = drover_fields_are (fields, "drive") ? drover_fields_get (fields, "id") : NULL;
  g_autoptr (GArray) drives = drover_drives_place (side->references, planner->board);
  const DroverDrive *drive = drover_drives_find (drives, argument);

  if (id != NULL)
    return g_strdup (id);
  if (drive == NULL || drive->interface == NULL)
    return NULL;
  if (g_str_equal (drive->interface, "ide") || g_str_equal (drive->interface, "scsi"))
    return g_strdup_printf ("%s%u-%s%u", drive->interface, drive->bus,
                            drive->is_cd ? "cd" : "hd", drive->unit);

  return g_strdup_printf ("%s%u", drive->interface, drive->unit);
}

/* Of an older drive only what is in it may differ, or there is more to do. */
static gboolean
only_medium_differs (DroverHotPlanner *planner, int before, int after)
{
  static const char *const medium[] = { "file", "file.", "format", "read-only", "", NULL };

  return _drover_hot_are_equal (get_fields (&planner->before, before),
                                get_fields (&planner->after, after), medium);
}

static void
name_medium_step (DroverHotPlanner *planner, DroverHotStep *step, gboolean is_empty, int front)
{
  g_autofree char *name = _drover_hot_dup_name (&planner->after, front);

  step->title = is_empty ? g_strdup (_("Eject the medium"))
                         : g_strdup_printf (_("Insert “%s”"), name);
  if (step->id == NULL)
    _drover_hot_wait (step, _("The drive has no id by which QEMU could be told."));
}

/* A drive that is a device: its node, or its `drive=`, is another one. */
static void
plan_device_medium (DroverHotPlanner *planner, int after)
{
  static const char *const drive[] = { "drive", NULL };
  int before = get_origin (planner, after);
  const DroverFields *fields = get_fields (&planner->after, after);
  g_autoptr (GArray) old_list = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (int));
  DroverHotStep *step;

  if (before < 0 || !_drover_hot_are_equal (get_fields (&planner->before, before), fields, drive))
    return;

  _drover_hot_take_backends (planner, &planner->before, old_list, before);
  _drover_hot_take_backends (planner, &planner->after, list, after);
  if (planner->after.differs[after])
    {
      _drover_hot_take (&planner->before, old_list, before);
      _drover_hot_take (&planner->after, list, after);
    }
  if (old_list->len == 0 && list->len == 0)
    return;

  step = _drover_hot_add_step (planner, DROVER_HOT_MEDIUM, DROVER_HOT_AT_ONCE);
  g_array_append_vals (step->before, old_list->data, old_list->len);
  g_array_append_vals (step->after, list->data, list->len);
  step->id = g_strdup (drover_fields_get (fields, "id"));
  name_medium_step (planner, step, drover_fields_get (fields, "drive") == NULL, after);
}

/* The medium spelled as options of the block layer: `file.filename=x`. */
static gboolean
has_file_options (const DroverFields *fields)
{
  for (guint i = 0; i < fields->items->len; i++)
    if (g_str_has_prefix (g_array_index (fields->items, DroverField, i).key, "file."))
      return TRUE;

  return FALSE;
}

static gboolean
is_empty_drive (const DroverFields *fields)
{
  return drover_fields_are (fields, "drive") && drover_fields_get (fields, "file") == NULL &&
         !has_file_options (fields);
}

/* `-drive media=cdrom`, `-cdrom`, `-fda` */
static void
plan_drive_medium (DroverHotPlanner *planner, int after)
{
  int before = get_origin (planner, after);
  const DroverFields *fields = get_fields (&planner->after, after);
  DroverHotStep *step;

  if (before < 0 || !planner->after.differs[after] || planner->after.taken[after] ||
      drover_fields_are (fields, "device") || !only_medium_differs (planner, before, after))
    return;

  step = _drover_hot_add_step (planner, DROVER_HOT_MEDIUM, DROVER_HOT_AT_ONCE);
  _drover_hot_take (&planner->before, step->before, before);
  _drover_hot_take (&planner->after, step->after, after);
  step->id = dup_drive_name (planner, &planner->after, after);
  name_medium_step (planner, step, is_empty_drive (fields), after);
  if (has_file_options (fields))
    _drover_hot_wait (step, _("A running QEMU takes only the name of a file as this drive’s "
                              "medium."));
}

static gboolean
has_option (const DroverHotSide *side, const char *option)
{
  for (int i = 0; i < (int) side->arguments->len; i++)
    if (get_fields (side, i)->enabled && drover_fields_are (get_fields (side, i), option))
      return TRUE;

  return FALSE;
}

/* A PC has a CD drive by itself: `-cdrom` only says what is in it. */
static void
plan_default_drive (DroverHotPlanner *planner)
{
  DroverHotSide *sides[] = { &planner->before, &planner->after };

  if ((planner->board != DROVER_BOARD_PC && planner->board != DROVER_BOARD_Q35) ||
      has_option (&planner->after, "nodefaults") || has_option (&planner->before, "nodefaults"))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    for (int j = 0; j < (int) sides[i]->arguments->len; j++)
      {
        DroverHotStep *step;

        if (!sides[i]->differs[j] || sides[i]->taken[j] ||
            !drover_fields_are (get_fields (sides[i], j), "cdrom"))
          continue;
        step = _drover_hot_add_step (planner, DROVER_HOT_MEDIUM, DROVER_HOT_AT_ONCE);
        step->id = dup_drive_name (planner, sides[i], j);
        _drover_hot_take (sides[i], i == 0 ? step->before : step->after, j);
        if (i == 0)
          step->title = g_strdup (_("Eject the medium"));
        else
          name_medium_step (planner, step, FALSE, j);
      }
}

void
_drover_hot_plan_media (DroverHotPlanner *planner)
{
  for (int i = 0; i < (int) planner->after.arguments->len; i++)
    {
      const DroverFields *fields = get_fields (&planner->after, i);

      if (!fields->enabled || !is_removable_drive (fields))
        continue;
      if (drover_fields_are (fields, "device"))
        plan_device_medium (planner, i);
      else
        plan_drive_medium (planner, i);
    }
  plan_default_drive (planner);
}
