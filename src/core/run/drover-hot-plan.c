/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-diff.h"
#include "drover-drive.h"
#include "drover-hot-plan.h"
#include "drover-part.h"

/* One list of arguments, read. */
typedef struct
{
  GPtrArray *arguments;
  DroverReferences *references;
  gboolean *differs; /* by argument: it has no equal in the other list */
  gboolean *taken;   /* by argument: a step has it */
} Side;

typedef struct
{
  DroverHotPlan *plan;
  DroverBoard board;
  Side before;
  Side after;
} Planner;

static void
step_free (DroverHotStep *step)
{
  g_array_unref (step->before);
  g_array_unref (step->after);
  g_free (step->id);
  g_free (step->title);
  g_free (step->reason);
  g_free (step->key);
  g_free (step);
}

/**
 * drover_hot_plan_free:
 *
 * Frees @self.
 */
void
drover_hot_plan_free (DroverHotPlan *self)
{
  g_ptr_array_unref (self->before);
  g_ptr_array_unref (self->after);
  g_array_unref (self->origins);
  g_ptr_array_unref (self->steps);
  g_free (self);
}

static const DroverFields *
get_fields (const Side *side, int argument)
{
  return side->references->fields->pdata[argument];
}

static int
get_origin (Planner *planner, int after)
{
  return g_array_index (planner->plan->origins, int, after);
}

static int
find_successor (Planner *planner, int before)
{
  for (int i = 0; i < (int) planner->after.arguments->len; i++)
    if (get_origin (planner, i) == before)
      return i;

  return -1;
}

/* --- what became of which --------------------------------------------------------------------- */

static gboolean
is_ignored (const char *key, const char *const *except)
{
  for (guint i = 0; except != NULL && except[i] != NULL; i++)
    if (g_str_equal (key, except[i]) ||
        (g_str_has_suffix (except[i], ".") && g_str_has_prefix (key, except[i])))
      return TRUE;

  return FALSE;
}

static char *
dup_all (const DroverFields *fields, const char *const *except)
{
  GString *text = g_string_new (fields->option);

  for (guint i = 0; i < fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (fields->items, DroverField, i);

      if (!is_ignored (field->key, except))
        g_string_append_printf (text, "\n%s=%s", field->key, field->value);
    }
  /* JSON that cannot be read has no fields. */
  if (fields->items->len == 0 && fields->text != NULL)
    g_string_append_printf (text, "\n%s", fields->text);

  return g_string_free_and_steal (text);
}

/* Whether two arguments say the same but for some keys. */
static gboolean
are_equal (const DroverFields *a, const DroverFields *b, const char *const *except)
{
  g_autofree char *text_a = dup_all (a, except);
  g_autofree char *text_b = dup_all (b, except);

  return g_str_equal (text_a, text_b);
}

static const char *
get_id (const Side *side, int argument)
{
  const DroverReference *definition =
    drover_references_get_definition (side->references, argument);

  return definition != NULL ? definition->value : NULL;
}

static gboolean
is_same_thing (Planner *planner, int before, int after)
{
  const DroverFields *old = get_fields (&planner->before, before);
  const DroverFields *now = get_fields (&planner->after, after);
  const char *old_id = get_id (&planner->before, before);
  const char *id = get_id (&planner->after, after);

  if (!g_str_equal (old->option, now->option))
    return FALSE;
  if (old_id != NULL || id != NULL)
    return g_strcmp0 (old_id, id) == 0;

  return !drover_fields_are (old, "device") ||
         g_strcmp0 (drover_fields_get (old, "driver"), drover_fields_get (now, "driver")) == 0;
}

static gboolean
is_spelled_differently (Planner *planner, int before, int after)
{
  return are_equal (get_fields (&planner->before, before), get_fields (&planner->after, after),
                    NULL);
}

static void
pair (Planner *planner, gboolean (*matches) (Planner *planner, int before, int after),
      gboolean still_differ)
{
  for (int i = 0; i < (int) planner->after.arguments->len; i++)
    {
      if (!planner->after.differs[i] || get_origin (planner, i) >= 0)
        continue;
      for (int j = 0; j < (int) planner->before.arguments->len; j++)
        if (planner->before.differs[j] && find_successor (planner, j) < 0 &&
            matches (planner, j, i))
          {
            g_array_index (planner->plan->origins, int, i) = j;
            planner->before.differs[j] = still_differ;
            planner->after.differs[i] = still_differ;
            break;
          }
    }
}

/* A note is none of QEMU's business. */
static GPtrArray *
list_bare (GPtrArray *arguments, GArray *places)
{
  GPtrArray *bare = drover_arguments_new ();

  for (int i = 0; i < (int) arguments->len; i++)
    {
      DroverArgument *argument = arguments->pdata[i];

      if (!drover_argument_get_enabled (argument))
        continue;
      g_ptr_array_add (bare, drover_argument_new (drover_argument_get_flag (argument),
                                                  drover_argument_get_value (argument)));
      g_array_append_val (places, i);
    }

  return bare;
}

static void
compare (Planner *planner)
{
  g_autoptr (GArray) before_places = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GArray) after_places = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GPtrArray) before = list_bare (planner->before.arguments, before_places);
  g_autoptr (GPtrArray) after = list_bare (planner->after.arguments, after_places);
  g_autoptr (GPtrArray) lines = drover_diff_arguments (before, after);

  for (guint i = 0; i < lines->len; i++)
    {
      const DroverDiffLine *line = lines->pdata[i];
      int old = line->before >= 0 ? g_array_index (before_places, int, line->before) : -1;
      int now = line->after >= 0 ? g_array_index (after_places, int, line->after) : -1;

      if (line->kind == DROVER_DIFF_SAME)
        g_array_index (planner->plan->origins, int, now) = old;
      else if (old >= 0)
        planner->before.differs[old] = TRUE;
      else
        planner->after.differs[now] = TRUE;
    }

  /* What only moved, or is only spelled in another way, is there in the QEMU that runs; for what
   * moved see plan_order(). */
  pair (planner, is_spelled_differently, FALSE);
  pair (planner, is_same_thing, TRUE);
}

/* --- steps ------------------------------------------------------------------------------------ */

static char *
dup_key (Planner *planner, const DroverHotStep *step)
{
  GString *key = g_string_new (NULL);

  g_string_append_printf (key, "%d", step->kind);
  for (guint i = 0; i < step->before->len; i++)
    {
      g_autofree char *text =
        dup_all (get_fields (&planner->before, g_array_index (step->before, int, i)), NULL);

      g_string_append_printf (key, "\n- %s", text);
    }
  for (guint i = 0; i < step->after->len; i++)
    {
      g_autofree char *text =
        dup_all (get_fields (&planner->after, g_array_index (step->after, int, i)), NULL);

      g_string_append_printf (key, "\n+ %s", text);
    }

  return g_string_free_and_steal (key);
}

static DroverHotStep *
add_step (Planner *planner, DroverHotKind kind, DroverHotWhen when)
{
  DroverHotStep *step = g_new0 (DroverHotStep, 1);

  step->kind = kind;
  step->when = when;
  step->before = g_array_new (FALSE, FALSE, sizeof (int));
  step->after = g_array_new (FALSE, FALSE, sizeof (int));
  g_ptr_array_add (planner->plan->steps, step);
  return step;
}

static void
take (const Side *side, GArray *list, int argument)
{
  if (argument < 0 || side->taken[argument])
    return;

  side->taken[argument] = TRUE;
  g_array_append_val (list, argument);
}

static char *
dup_name (const Side *side, int argument)
{
  g_autoptr (DroverPart) part = drover_parts_find_at (side->arguments, argument);
  const DroverFields *fields = get_fields (side, argument);
  const char *id = get_id (side, argument);

  if (part != NULL && part->title != NULL && *part->title != '\0')
    return g_strdup (part->title);

  return id != NULL ? g_strdup (id) : g_strconcat ("-", fields->option, NULL);
}

static void
wait_for_start (DroverHotStep *step, const char *reason)
{
  step->when = DROVER_HOT_NEXT_START;
  g_set_str (&step->reason, reason);
}

/* What @argument uses and differs as well, and what that uses, deepest first. */
static void
take_backends (Planner *planner, const Side *side, GArray *list, int argument)
{
  for (int i = 0; i < (int) side->arguments->len; i++)
    if (side->differs[i] && !side->taken[i] && !drover_fields_are (get_fields (side, i), "device") &&
        drover_references_uses (side->references, argument, i))
      {
        take_backends (planner, side, list, i);
        take (side, list, i);
      }
}

/* Media */

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
dup_drive_name (Planner *planner, const Side *side, int argument)
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
only_medium_differs (Planner *planner, int before, int after)
{
  static const char *const medium[] = { "file", "file.", "format", "read-only", "", NULL };

  return are_equal (get_fields (&planner->before, before), get_fields (&planner->after, after),
                    medium);
}

static void
name_medium_step (Planner *planner, DroverHotStep *step, gboolean is_empty, int front)
{
  g_autofree char *name = dup_name (&planner->after, front);

  step->title = is_empty ? g_strdup (_("Eject the medium"))
                         : g_strdup_printf (_("Insert “%s”"), name);
  if (step->id == NULL)
    wait_for_start (step, _("The drive has no id by which QEMU could be told."));
}

/* A drive that is a device: its node, or its `drive=`, is another one. */
static void
plan_device_medium (Planner *planner, int after)
{
  static const char *const drive[] = { "drive", NULL };
  int before = get_origin (planner, after);
  const DroverFields *fields = get_fields (&planner->after, after);
  g_autoptr (GArray) old_list = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (int));
  DroverHotStep *step;

  if (before < 0 || !are_equal (get_fields (&planner->before, before), fields, drive))
    return;

  take_backends (planner, &planner->before, old_list, before);
  take_backends (planner, &planner->after, list, after);
  if (planner->after.differs[after])
    {
      take (&planner->before, old_list, before);
      take (&planner->after, list, after);
    }
  if (old_list->len == 0 && list->len == 0)
    return;

  step = add_step (planner, DROVER_HOT_MEDIUM, DROVER_HOT_AT_ONCE);
  g_array_append_vals (step->before, old_list->data, old_list->len);
  g_array_append_vals (step->after, list->data, list->len);
  step->id = g_strdup (drover_fields_get (fields, "id"));
  name_medium_step (planner, step, drover_fields_get (fields, "drive") == NULL, after);
}

static gboolean
is_empty_drive (const DroverFields *fields)
{
  return drover_fields_are (fields, "drive") && drover_fields_get (fields, "file") == NULL;
}

/* `-drive media=cdrom`, `-cdrom`, `-fda` */
static void
plan_drive_medium (Planner *planner, int after)
{
  int before = get_origin (planner, after);
  const DroverFields *fields = get_fields (&planner->after, after);
  DroverHotStep *step;

  if (before < 0 || !planner->after.differs[after] || planner->after.taken[after] ||
      drover_fields_are (fields, "device") || !only_medium_differs (planner, before, after))
    return;

  step = add_step (planner, DROVER_HOT_MEDIUM, DROVER_HOT_AT_ONCE);
  take (&planner->before, step->before, before);
  take (&planner->after, step->after, after);
  step->id = dup_drive_name (planner, &planner->after, after);
  name_medium_step (planner, step, is_empty_drive (fields), after);
}

static gboolean
has_option (const Side *side, const char *option)
{
  for (int i = 0; i < (int) side->arguments->len; i++)
    if (get_fields (side, i)->enabled && drover_fields_are (get_fields (side, i), option))
      return TRUE;

  return FALSE;
}

/* A PC has a CD drive by itself: `-cdrom` only says what is in it. */
static void
plan_default_drive (Planner *planner)
{
  Side *sides[] = { &planner->before, &planner->after };

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
        step = add_step (planner, DROVER_HOT_MEDIUM, DROVER_HOT_AT_ONCE);
        step->id = dup_drive_name (planner, sides[i], j);
        take (sides[i], i == 0 ? step->before : step->after, j);
        if (i == 0)
          step->title = g_strdup (_("Eject the medium"));
        else
          name_medium_step (planner, step, FALSE, j);
      }
}

static void
plan_media (Planner *planner)
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

/* What needs no other argument */

static gboolean
plan_forwards (Planner *planner, int before, int after)
{
  static const char *const forwards[] = { "hostfwd", "hostfwd.", NULL };
  const DroverFields *fields = get_fields (&planner->after, after);
  DroverHotStep *step;

  if (!(drover_fields_are (fields, "netdev") || drover_fields_are (fields, "nic") ||
        drover_fields_are (fields, "net")) ||
      g_strcmp0 (drover_fields_get (fields, "type"), "user") != 0 ||
      !are_equal (get_fields (&planner->before, before), fields, forwards))
    return FALSE;

  step = add_step (planner, DROVER_HOT_FORWARDS, DROVER_HOT_AT_ONCE);
  take (&planner->before, step->before, before);
  take (&planner->after, step->after, after);
  step->id = g_strdup (drover_fields_get (fields, "id"));
  step->title = g_strdup (_("Change port forwards"));
  return TRUE;
}

static guint64
get_number (const DroverFields *fields, const char *key)
{
  const char *text = drover_fields_get (fields, key);

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
}

static gboolean
plan_cpus (Planner *planner, int before, int after)
{
  static const char *const cpus[] = { "cpus", NULL };
  const DroverFields *old = get_fields (&planner->before, before);
  const DroverFields *fields = get_fields (&planner->after, after);
  guint64 was = get_number (old, "cpus"), is = get_number (fields, "cpus");
  DroverHotStep *step;

  if (!drover_fields_are (fields, "smp"))
    return FALSE;

  step = add_step (planner, DROVER_HOT_CPUS, DROVER_HOT_AT_ONCE);
  take (&planner->before, step->before, before);
  take (&planner->after, step->after, after);
  step->title = g_strdup_printf (_("Processors: %s"), fields->text);
  if (!are_equal (old, fields, cpus) || is < was)
    wait_for_start (step, _("A running machine can only be given more processors, up to the "
                            "maxcpus it was started with."));
  else if (is > get_number (fields, "maxcpus"))
    wait_for_start (step, _("A running machine can be given more processors only where it was "
                            "started with room for them: maxcpus."));
  return TRUE;
}

/* Why an option is fixed once QEMU runs. */
static const char *
get_fixed_reason (const DroverFields *fields)
{
  static const char *const reasons[][2] = {
    { "m", N_("The guest found its memory when it started. While it runs, only a balloon can take "
              "some of it back.") },
    { "machine", N_("What kind of machine it is, the guest learnt when it started.") },
    { "cpu", N_("What kind of processor it has, the guest learnt when it started.") },
    { "device", N_("A device’s properties count from when it is plugged in.") },
    { "accel", N_("QEMU cannot change the accelerator under a running guest.") },
    { "netdev", N_("Of a network that is in use, only port forwards can be changed.") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (drover_fields_are (fields, reasons[i][0]))
      return _(reasons[i][1]);

  return _("QEMU reads it when it starts.");
}

static void
plan_pairs (Planner *planner)
{
  for (int i = 0; i < (int) planner->after.arguments->len; i++)
    {
      int before = get_origin (planner, i);
      const DroverFields *fields = get_fields (&planner->after, i);
      DroverHotStep *step;

      if (before < 0 || !planner->after.differs[i] || planner->after.taken[i] ||
          plan_forwards (planner, before, i) || plan_cpus (planner, before, i))
        continue;

      step = add_step (planner, DROVER_HOT_OTHER, DROVER_HOT_NEXT_START);
      take (&planner->before, step->before, before);
      take (&planner->after, step->after, i);
      step->title = g_strdup_printf ("-%s %s", fields->name,
                                     fields->text != NULL ? fields->text : "");
      g_strchomp (step->title);
      g_set_str (&step->reason, get_fixed_reason (fields));
    }
}

/* Devices */

static gboolean
is_only_renamed (Planner *planner, int before, int after)
{
  static const char *const names[] = { "id",       "drive",    "netdev", "chardev",
                                       "audiodev", "fsdev",    NULL };
  const DroverFields *old = get_fields (&planner->before, before);
  const DroverFields *fields = get_fields (&planner->after, after);

  return drover_fields_are (old, "device") && drover_fields_are (fields, "device") &&
         are_equal (old, fields, names);
}

/* A device by another name would be there twice, or be taken from a guest for nothing. */
static int
find_renamed (Planner *planner, int after)
{
  for (int i = 0; i < (int) planner->before.arguments->len; i++)
    if (planner->before.differs[i] && !planner->before.taken[i] &&
        find_successor (planner, i) < 0 && is_only_renamed (planner, i, after))
      return i;

  return -1;
}

/* What stands behind a device, and cannot be made while QEMU runs. */
static const char *
get_unpluggable (const Side *side, GArray *list)
{
  static const char *const possible[] = { "device", "netdev", "blockdev", "object", "drive",
                                          NULL };

  for (guint i = 0; i < list->len; i++)
    {
      const DroverFields *fields = get_fields (side, g_array_index (list, int, i));
      const char *interface = drover_fields_get (fields, "if");

      if (!g_strv_contains (possible, fields->option) ||
          (drover_fields_are (fields, "drive") && g_strcmp0 (interface, "none") != 0))
        return fields->option;
    }

  return NULL;
}

static void
plan_renamed (Planner *planner, int before, int after)
{
  DroverHotStep *step = add_step (planner, DROVER_HOT_OTHER, DROVER_HOT_NEXT_START);
  g_autofree char *name = dup_name (&planner->after, after);

  take_backends (planner, &planner->before, step->before, before);
  take (&planner->before, step->before, before);
  take_backends (planner, &planner->after, step->after, after);
  take (&planner->after, step->after, after);
  step->title = g_strdup_printf (_("Another name for “%s”"), name);
  step->reason = g_strdup (_("What is plugged in keeps its name as long as QEMU runs."));
}

static void
plan_added (Planner *planner, int after)
{
  DroverHotStep *step = add_step (planner, DROVER_HOT_ADD, DROVER_HOT_AT_ONCE);
  g_autofree char *name = dup_name (&planner->after, after);
  const char *option;

  take_backends (planner, &planner->after, step->after, after);
  take (&planner->after, step->after, after);
  step->id = g_strdup (drover_fields_get (get_fields (&planner->after, after), "id"));
  step->title = g_strdup_printf (_("Add “%s”"), name);
  option = get_unpluggable (&planner->after, step->after);
  if (option != NULL)
    {
      g_autofree char *reason =
        g_strdup_printf (_("QEMU makes its -%s only when it starts."), option);

      wait_for_start (step, reason);
    }
}

static void
plan_removed (Planner *planner, int before)
{
  DroverHotStep *step = add_step (planner, DROVER_HOT_REMOVE, DROVER_HOT_ON_DEMAND);
  g_autofree char *name = dup_name (&planner->before, before);
  g_autoptr (GArray) behind = g_array_new (FALSE, FALSE, sizeof (int));

  take (&planner->before, step->before, before);
  step->id = g_strdup (drover_fields_get (get_fields (&planner->before, before), "id"));
  step->title = g_strdup_printf (_("Remove “%s”"), name);
  if (step->id == NULL)
    wait_for_start (step, _("It has no id by which QEMU could be told to take it out."));

  /* First the device, then its backend, then what that stands on. */
  take_backends (planner, &planner->before, behind, before);
  for (guint i = behind->len; i-- > 0;)
    g_array_append_val (step->before, g_array_index (behind, int, i));
}

static void
plan_devices (Planner *planner)
{
  for (int i = 0; i < (int) planner->after.arguments->len; i++)
    {
      int renamed;

      if (!planner->after.differs[i] || planner->after.taken[i] ||
          !drover_fields_are (get_fields (&planner->after, i), "device"))
        continue;
      renamed = find_renamed (planner, i);
      if (renamed >= 0)
        plan_renamed (planner, renamed, i);
      else
        plan_added (planner, i);
    }

  /* What is plugged in last goes first: it may be plugged into what else goes. */
  for (int i = planner->before.arguments->len - 1; i >= 0; i--)
    if (planner->before.differs[i] && !planner->before.taken[i] &&
        drover_fields_are (get_fields (&planner->before, i), "device"))
      plan_removed (planner, i);
}

/* All that is left: options that came or went. */
static void
plan_rest (Planner *planner, const Side *side, gboolean is_new)
{
  for (int i = 0; i < (int) side->arguments->len; i++)
    {
      const DroverFields *fields = get_fields (side, i);
      g_autofree char *text = NULL;
      DroverHotStep *step;

      if (!side->differs[i] || side->taken[i])
        continue;

      step = add_step (planner, DROVER_HOT_OTHER, DROVER_HOT_NEXT_START);
      take (side, is_new ? step->after : step->before, i);
      text = g_strdup_printf ("-%s %s", fields->name, fields->text != NULL ? fields->text : "");
      g_strchomp (text);
      step->title = is_new ? g_steal_pointer (&text) : g_strdup_printf (_("Without %s"), text);
      step->reason = g_strdup (is_new ? get_fixed_reason (fields)
                                      : _("What QEMU was started with, it keeps until it ends."));
    }
}

/* What a step tells the running QEMU is where the document has it, once that is done: see
 * drover_hot_plan_merge(). */
static gboolean
keeps_place (Planner *planner, int after)
{
  const DroverHotStep *step = drover_hot_plan_find (planner->plan, after);

  return get_origin (planner, after) >= 0 &&
         (step == NULL || step->when == DROVER_HOT_NEXT_START);
}

/* Marks the longest row of arguments that follow one another in both lists; all others moved. */
static void
mark_unmoved (Planner *planner, gboolean *unmoved)
{
  int n = planner->after.arguments->len;
  g_autofree int *length = g_new0 (int, n + 1); /* of the longest row that ends with it */
  g_autofree int *previous = g_new0 (int, n + 1);
  int last = -1;

  for (int i = 0; i < n; i++)
    {
      if (!keeps_place (planner, i))
        continue;
      length[i] = 1;
      previous[i] = -1;
      for (int j = 0; j < i; j++)
        if (length[j] >= length[i] && get_origin (planner, j) < get_origin (planner, i))
          {
            length[i] = length[j] + 1;
            previous[i] = j;
          }
      if (last < 0 || length[i] > length[last])
        last = i;
    }

  for (int i = last; i >= 0; i = previous[i])
    unmoved[i] = TRUE;
}

/* QEMU gives out slots and numbers in the order of its arguments, and some of them replace those
 * before. */
static void
plan_order (Planner *planner)
{
  g_autofree gboolean *unmoved = g_new0 (gboolean, planner->after.arguments->len + 1);
  DroverHotStep *step = NULL;

  mark_unmoved (planner, unmoved);
  for (int i = 0; i < (int) planner->after.arguments->len; i++)
    {
      if (unmoved[i] || !keeps_place (planner, i))
        continue;
      if (step == NULL)
        step = add_step (planner, DROVER_HOT_OTHER, DROVER_HOT_NEXT_START);
      /* It may have a step of its own. */
      take (&planner->before, step->before, get_origin (planner, i));
      take (&planner->after, step->after, i);
    }
  if (step == NULL)
    return;

  step->title = g_strdup (_("Another order of the arguments"));
  step->reason = g_strdup (_("QEMU reads its arguments in their order when it starts."));
}

static int
compare_steps (gconstpointer a, gconstpointer b)
{
  static const int order[] = { [DROVER_HOT_REMOVE] = 0, [DROVER_HOT_MEDIUM] = 1,
                               [DROVER_HOT_FORWARDS] = 2, [DROVER_HOT_CPUS] = 3,
                               [DROVER_HOT_ADD] = 4, [DROVER_HOT_OTHER] = 5 };
  const DroverHotStep *first = *(DroverHotStep *const *) a;
  const DroverHotStep *second = *(DroverHotStep *const *) b;

  return order[first->kind] - order[second->kind];
}

static void
side_init (Side *side, GPtrArray *arguments)
{
  side->arguments = arguments;
  side->references = drover_references_new (arguments);
  side->differs = g_new0 (gboolean, arguments->len + 1);
  side->taken = g_new0 (gboolean, arguments->len + 1);
}

static void
side_clear (Side *side)
{
  drover_references_free (side->references);
  g_free (side->differs);
  g_free (side->taken);
}

/**
 * drover_hot_plan_new:
 * @before: (element-type DroverArgument): the arguments that QEMU runs with
 * @after: (element-type DroverArgument): the document's; what is switched off does not count
 * @program: the machine's program
 *
 * Works out what differs, what of it a running QEMU can be told, and why the rest must wait. It
 * asks nobody: what QEMU itself refuses is found out by trying, see #DroverHot.
 *
 * Returns: (transfer full): the plan
 */
DroverHotPlan *
drover_hot_plan_new (GPtrArray *before, GPtrArray *after, const char *program)
{
  DroverHotPlan *self = g_new0 (DroverHotPlan, 1);
  Planner planner = { .plan = self };
  const int none = -1;

  self->before = g_ptr_array_ref (before);
  self->after = g_ptr_array_ref (after);
  self->origins = g_array_new (FALSE, FALSE, sizeof (int));
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) step_free);
  for (guint i = 0; i < after->len; i++)
    g_array_append_val (self->origins, none);

  side_init (&planner.before, before);
  side_init (&planner.after, after);
  planner.board = drover_board_find (planner.before.references, program);
  compare (&planner);
  plan_media (&planner);
  plan_pairs (&planner);
  plan_devices (&planner);
  plan_rest (&planner, &planner.after, TRUE);
  plan_rest (&planner, &planner.before, FALSE);
  plan_order (&planner);

  g_ptr_array_sort (self->steps, compare_steps);
  for (guint i = 0; i < self->steps->len; i++)
    {
      DroverHotStep *step = self->steps->pdata[i];

      step->key = dup_key (&planner, step);
    }

  side_clear (&planner.before);
  side_clear (&planner.after);
  return self;
}
