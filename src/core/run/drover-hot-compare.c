/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-diff.h"
#include "drover-hot-planner.h"

int
_drover_hot_find_successor (DroverHotPlanner *planner, int before)
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

char *
_drover_hot_dup_all (const DroverFields *fields, const char *const *except)
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
gboolean
_drover_hot_are_equal (const DroverFields *a, const DroverFields *b, const char *const *except)
{
  g_autofree char *text_a = _drover_hot_dup_all (a, except);
  g_autofree char *text_b = _drover_hot_dup_all (b, except);

  return g_str_equal (text_a, text_b);
}

const char *
_drover_hot_get_id (const DroverHotSide *side, int argument)
{
  const DroverReference *definition =
    drover_references_get_definition (side->references, argument);

  return definition != NULL ? definition->value : NULL;
}

static gboolean
is_same_thing (DroverHotPlanner *planner, int before, int after)
{
  const DroverFields *old = get_fields (&planner->before, before);
  const DroverFields *now = get_fields (&planner->after, after);
  const char *old_id = _drover_hot_get_id (&planner->before, before);
  const char *id = _drover_hot_get_id (&planner->after, after);

  if (!g_str_equal (old->option, now->option))
    return FALSE;
  if (old_id != NULL || id != NULL)
    return g_strcmp0 (old_id, id) == 0;

  return !drover_fields_are (old, "device") ||
         g_strcmp0 (drover_fields_get (old, "driver"), drover_fields_get (now, "driver")) == 0;
}

static gboolean
is_spelled_differently (DroverHotPlanner *planner, int before, int after)
{
  return _drover_hot_are_equal (get_fields (&planner->before, before),
                                get_fields (&planner->after, after), NULL);
}

static void
pair (DroverHotPlanner *planner,
      gboolean (*matches) (DroverHotPlanner *planner, int before, int after),
      gboolean still_differ)
{
  for (int i = 0; i < (int) planner->after.arguments->len; i++)
    {
      if (!planner->after.differs[i] || get_origin (planner, i) >= 0)
        continue;
      for (int j = 0; j < (int) planner->before.arguments->len; j++)
        if (planner->before.differs[j] && _drover_hot_find_successor (planner, j) < 0 &&
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

void
_drover_hot_compare (DroverHotPlanner *planner)
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

/* --- the order -------------------------------------------------------------------------------- */

/* What a step tells the running QEMU is where the document has it, once that is done: see
 * drover_hot_plan_merge(). */
static gboolean
keeps_place (DroverHotPlanner *planner, int after)
{
  const DroverHotStep *step = drover_hot_plan_find (planner->plan, after);

  return get_origin (planner, after) >= 0 &&
         (step == NULL || step->when == DROVER_HOT_NEXT_START);
}

/* Marks the longest row of arguments that follow one another in both lists; all others moved. */
static void
mark_unmoved (DroverHotPlanner *planner, gboolean *unmoved)
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
void
_drover_hot_plan_order (DroverHotPlanner *planner)
{
  g_autofree gboolean *unmoved = g_new0 (gboolean, planner->after.arguments->len + 1);
  DroverHotStep *step = NULL;

  mark_unmoved (planner, unmoved);
  for (int i = 0; i < (int) planner->after.arguments->len; i++)
    {
      if (unmoved[i] || !keeps_place (planner, i))
        continue;
      if (step == NULL)
        step = _drover_hot_add_step (planner, DROVER_HOT_OTHER, DROVER_HOT_NEXT_START);
      /* It may have a step of its own. */
      _drover_hot_take (&planner->before, step->before, get_origin (planner, i));
      _drover_hot_take (&planner->after, step->after, i);
    }
  if (step == NULL)
    return;

  step->title = g_strdup (_("Another order of the arguments"));
  step->reason = g_strdup (_("QEMU reads its arguments in their order when it starts."));
}
