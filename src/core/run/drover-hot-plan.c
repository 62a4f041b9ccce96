/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-hot-planner.h"
#include "drover-part.h"

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

/* --- steps ------------------------------------------------------------------------------------ */

static char *
dup_key (DroverHotPlanner *planner, const DroverHotStep *step)
{
  GString *key = g_string_new (NULL);

  g_string_append_printf (key, "%d", step->kind);
  for (guint i = 0; i < step->before->len; i++)
    {
      g_autofree char *text =
        _drover_hot_dup_all (get_fields (&planner->before, g_array_index (step->before, int, i)),
                             NULL);

      g_string_append_printf (key, "\n- %s", text);
    }
  for (guint i = 0; i < step->after->len; i++)
    {
      g_autofree char *text =
        _drover_hot_dup_all (get_fields (&planner->after, g_array_index (step->after, int, i)),
                             NULL);

      g_string_append_printf (key, "\n+ %s", text);
    }

  return g_string_free_and_steal (key);
}

DroverHotStep *
_drover_hot_add_step (DroverHotPlanner *planner, DroverHotKind kind, DroverHotWhen when)
{
  DroverHotStep *step = g_new0 (DroverHotStep, 1);

  step->kind = kind;
  step->when = when;
  step->before = g_array_new (FALSE, FALSE, sizeof (int));
  step->after = g_array_new (FALSE, FALSE, sizeof (int));
  g_ptr_array_add (planner->plan->steps, step);
  return step;
}

void
_drover_hot_take (const DroverHotSide *side, GArray *list, int argument)
{
  if (argument < 0 || side->taken[argument])
    return;

  side->taken[argument] = TRUE;
  g_array_append_val (list, argument);
}

char *
_drover_hot_dup_name (const DroverHotSide *side, int argument)
{
  g_autoptr (DroverPart) part = drover_parts_find_at (side->arguments, argument);
  const DroverFields *fields = get_fields (side, argument);
  const char *id = _drover_hot_get_id (side, argument);

  if (part != NULL && part->title != NULL && *part->title != '\0')
    return g_strdup (part->title);

  return id != NULL ? g_strdup (id) : g_strconcat ("-", fields->option, NULL);
}

void
_drover_hot_wait (DroverHotStep *step, const char *reason)
{
  step->when = DROVER_HOT_NEXT_START;
  g_set_str (&step->reason, reason);
}

/* What @argument uses and differs as well, and what that uses, deepest first. */
void
_drover_hot_take_backends (DroverHotPlanner *planner, const DroverHotSide *side, GArray *list,
                           int argument)
{
  for (int i = 0; i < (int) side->arguments->len; i++)
    if (side->differs[i] && !side->taken[i] &&
        !drover_fields_are (get_fields (side, i), "device") &&
        drover_references_uses (side->references, argument, i))
      {
        _drover_hot_take_backends (planner, side, list, i);
        _drover_hot_take (side, list, i);
      }
}

/* What needs no other argument */

static gboolean
plan_forwards (DroverHotPlanner *planner, int before, int after)
{
  static const char *const forwards[] = { "hostfwd", "hostfwd.", NULL };
  const DroverFields *fields = get_fields (&planner->after, after);
  DroverHotStep *step;

  if (!(drover_fields_are (fields, "netdev") || drover_fields_are (fields, "nic") ||
        drover_fields_are (fields, "net")) ||
      g_strcmp0 (drover_fields_get (fields, "type"), "user") != 0 ||
      !_drover_hot_are_equal (get_fields (&planner->before, before), fields, forwards))
    return FALSE;

  step = _drover_hot_add_step (planner, DROVER_HOT_FORWARDS, DROVER_HOT_AT_ONCE);
  _drover_hot_take (&planner->before, step->before, before);
  _drover_hot_take (&planner->after, step->after, after);
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
plan_cpus (DroverHotPlanner *planner, int before, int after)
{
  static const char *const cpus[] = { "cpus", NULL };
  const DroverFields *old = get_fields (&planner->before, before);
  const DroverFields *fields = get_fields (&planner->after, after);
  guint64 was = get_number (old, "cpus"), is = get_number (fields, "cpus");
  DroverHotStep *step;

  if (!drover_fields_are (fields, "smp"))
    return FALSE;

  step = _drover_hot_add_step (planner, DROVER_HOT_CPUS, DROVER_HOT_AT_ONCE);
  _drover_hot_take (&planner->before, step->before, before);
  _drover_hot_take (&planner->after, step->after, after);
  step->title = g_strdup_printf (_("Processors: %s"), fields->text);
  if (!_drover_hot_are_equal (old, fields, cpus) || is < was)
    _drover_hot_wait (step, _("A running machine can only be given more processors, up to the "
                            "maxcpus it was started with."));
  else if (is > get_number (fields, "maxcpus"))
    _drover_hot_wait (step, _("A running machine can be given more processors only where it was "
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
plan_pairs (DroverHotPlanner *planner)
{
  for (int i = 0; i < (int) planner->after.arguments->len; i++)
    {
      int before = get_origin (planner, i);
      const DroverFields *fields = get_fields (&planner->after, i);
      DroverHotStep *step;

      if (before < 0 || !planner->after.differs[i] || planner->after.taken[i] ||
          plan_forwards (planner, before, i) || plan_cpus (planner, before, i))
        continue;

      step = _drover_hot_add_step (planner, DROVER_HOT_OTHER, DROVER_HOT_NEXT_START);
      _drover_hot_take (&planner->before, step->before, before);
      _drover_hot_take (&planner->after, step->after, i);
      step->title = g_strdup_printf ("-%s %s", fields->name,
                                     fields->text != NULL ? fields->text : "");
      g_strchomp (step->title);
      g_set_str (&step->reason, get_fixed_reason (fields));
    }
}

/* Devices */

static gboolean
is_only_renamed (DroverHotPlanner *planner, int before, int after)
{
  static const char *const names[] = { "id",       "drive",    "netdev", "chardev",
                                       "audiodev", "fsdev",    NULL };
  const DroverFields *old = get_fields (&planner->before, before);
  const DroverFields *fields = get_fields (&planner->after, after);

  return drover_fields_are (old, "device") && drover_fields_are (fields, "device") &&
         _drover_hot_are_equal (old, fields, names);
}

/* A device by another name would be there twice, or be taken from a guest for nothing. */
static int
find_renamed (DroverHotPlanner *planner, int after)
{
  for (int i = 0; i < (int) planner->before.arguments->len; i++)
    if (planner->before.differs[i] && !planner->before.taken[i] &&
        _drover_hot_find_successor (planner, i) < 0 && is_only_renamed (planner, i, after))
      return i;

  return -1;
}

/* What stands behind a device, and cannot be made while QEMU runs. */
static const char *
get_unpluggable (const DroverHotSide *side, GArray *list)
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
plan_renamed (DroverHotPlanner *planner, int before, int after)
{
  DroverHotStep *step = _drover_hot_add_step (planner, DROVER_HOT_OTHER, DROVER_HOT_NEXT_START);
  g_autofree char *name = _drover_hot_dup_name (&planner->after, after);

  _drover_hot_take_backends (planner, &planner->before, step->before, before);
  _drover_hot_take (&planner->before, step->before, before);
  _drover_hot_take_backends (planner, &planner->after, step->after, after);
  _drover_hot_take (&planner->after, step->after, after);
  step->title = g_strdup_printf (_("Another name for “%s”"), name);
  step->reason = g_strdup (_("What is plugged in keeps its name as long as QEMU runs."));
}

static void
plan_added (DroverHotPlanner *planner, int after)
{
  DroverHotStep *step = _drover_hot_add_step (planner, DROVER_HOT_ADD, DROVER_HOT_AT_ONCE);
  g_autofree char *name = _drover_hot_dup_name (&planner->after, after);
  const char *option;

  _drover_hot_take_backends (planner, &planner->after, step->after, after);
  _drover_hot_take (&planner->after, step->after, after);
  step->id = g_strdup (drover_fields_get (get_fields (&planner->after, after), "id"));
  step->title = g_strdup_printf (_("Add “%s”"), name);
  option = get_unpluggable (&planner->after, step->after);
  if (option != NULL)
    {
      g_autofree char *reason =
        g_strdup_printf (_("QEMU makes its -%s only when it starts."), option);

      _drover_hot_wait (step, reason);
    }
}

static void
plan_removed (DroverHotPlanner *planner, int before)
{
  DroverHotStep *step = _drover_hot_add_step (planner, DROVER_HOT_REMOVE, DROVER_HOT_ON_DEMAND);
  g_autofree char *name = _drover_hot_dup_name (&planner->before, before);
  g_autoptr (GArray) behind = g_array_new (FALSE, FALSE, sizeof (int));

  _drover_hot_take (&planner->before, step->before, before);
  step->id = g_strdup (drover_fields_get (get_fields (&planner->before, before), "id"));
  step->title = g_strdup_printf (_("Remove “%s”"), name);
  if (step->id == NULL)
    _drover_hot_wait (step, _("It has no id by which QEMU could be told to take it out."));

  /* First the device, then its backend, then what that stands on. */
  _drover_hot_take_backends (planner, &planner->before, behind, before);
  for (guint i = behind->len; i-- > 0;)
    g_array_append_val (step->before, g_array_index (behind, int, i));
}

static void
plan_devices (DroverHotPlanner *planner)
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
plan_rest (DroverHotPlanner *planner, const DroverHotSide *side, gboolean is_new)
{
  for (int i = 0; i < (int) side->arguments->len; i++)
    {
      const DroverFields *fields = get_fields (side, i);
      g_autofree char *text = NULL;
      DroverHotStep *step;

      if (!side->differs[i] || side->taken[i])
        continue;

      step = _drover_hot_add_step (planner, DROVER_HOT_OTHER, DROVER_HOT_NEXT_START);
      _drover_hot_take (side, is_new ? step->after : step->before, i);
      text = g_strdup_printf ("-%s %s", fields->name, fields->text != NULL ? fields->text : "");
      g_strchomp (text);
      step->title = is_new ? g_steal_pointer (&text) : g_strdup_printf (_("Without %s"), text);
      step->reason = g_strdup (is_new ? get_fixed_reason (fields)
                                      : _("What QEMU was started with, it keeps until it ends."));
    }
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
side_init (DroverHotSide *side, GPtrArray *arguments)
{
  side->arguments = arguments;
  side->references = drover_references_new (arguments);
  side->differs = g_new0 (gboolean, arguments->len + 1);
  side->taken = g_new0 (gboolean, arguments->len + 1);
}

static void
side_clear (DroverHotSide *side)
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
  DroverHotPlanner planner = { .plan = self };
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
  _drover_hot_compare (&planner);
  _drover_hot_plan_media (&planner);
  plan_pairs (&planner);
  plan_devices (&planner);
  plan_rest (&planner, &planner.after, TRUE);
  plan_rest (&planner, &planner.before, FALSE);
  _drover_hot_plan_order (&planner);

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
