/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-arguments.h"
#include "drover-hot-plan.h"
#include "drover-option.h"

/* Between the words that QEMU was started with and a plan of what differs from them. */

static gboolean
has (GArray *list, int argument)
{
  for (guint i = 0; i < list->len; i++)
    if (g_array_index (list, int, i) == argument)
      return TRUE;

  return FALSE;
}

/**
 * drover_hot_plan_find:
 * @argument: index of one of the document's arguments
 *
 * Returns: (transfer none) (nullable): the step that it belongs to; %NULL when QEMU runs with it
 */
DroverHotStep *
drover_hot_plan_find (DroverHotPlan *self, int argument)
{
  for (guint i = 0; argument >= 0 && i < self->steps->len; i++)
    if (has (((DroverHotStep *) self->steps->pdata[i])->after, argument))
      return self->steps->pdata[i];

  return NULL;
}

/* Where the part is in the list that runs; FALSE when a half of it is new. */
static gboolean
find_old_scope (DroverHotPlan *self, const DroverScope *scope, DroverScope *old)
{
  const int now[] = { scope->front, scope->back, scope->file };
  int *olds[] = { &old->front, &old->back, &old->file };

  for (guint i = 0; i < G_N_ELEMENTS (now); i++)
    {
      *olds[i] = -1;
      /* What stands in a file is behind the machine's own arguments, and is not compared. */
      if (now[i] >= (int) self->origins->len)
        return FALSE;
      if (now[i] >= 0)
        *olds[i] = g_array_index (self->origins, int, now[i]);
      if (now[i] >= 0 && *olds[i] < 0)
        return FALSE;
    }

  return TRUE;
}

/**
 * drover_hot_plan_setting_differs:
 * @setting: a setting
 * @scope: (nullable): the part whose setting it is
 *
 * Returns: whether the running QEMU has another value than the document. Not of a part that is
 *   new as a whole.
 */
gboolean
drover_hot_plan_setting_differs (DroverHotPlan *self, const DroverSetting *setting,
                                 const DroverScope *scope)
{
  DroverScope old_scope;
  g_autoptr (DroverReading) old = NULL;
  g_autoptr (DroverReading) now = NULL;

  if (self->steps->len == 0 ||
      (scope == NULL && setting->places[0].half != DROVER_HALF_WHOLE) ||
      (scope != NULL && !find_old_scope (self, scope, &old_scope)))
    return FALSE;

  old = drover_setting_read (setting, self->before, scope != NULL ? &old_scope : NULL);
  now = drover_setting_read (setting, self->after, scope);
  if (old->state != now->state)
    return TRUE;

  return old->text != NULL && now->text != NULL && !g_str_equal (old->text, now->text) &&
         !drover_setting_equal (setting, old->text, now->text);
}

static gboolean
is_done (GPtrArray *done, int argument, gboolean is_new)
{
  for (guint i = 0; i < done->len; i++)
    {
      const DroverHotStep *step = done->pdata[i];

      if (has (is_new ? step->after : step->before, argument))
        return TRUE;
    }

  return FALSE;
}

/* Where the argument of the old list is now. */
static guint
find_place (GArray *places, int origin)
{
  for (guint i = 0; origin >= 0 && i < places->len; i++)
    if (g_array_index (places, int, i) == origin)
      return i;

  return 0;
}

/**
 * drover_hot_plan_merge:
 * @done: (element-type DroverHotStep): steps of this plan
 *
 * Returns: (transfer full) (element-type DroverArgument): what runs once @done are done
 */
GPtrArray *
drover_hot_plan_merge (DroverHotPlan *self, GPtrArray *done)
{
  GPtrArray *result = drover_arguments_copy (self->before);
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (int)); /* by result: origin */
  const int added = -1;
  guint cursor = 0;

  for (int i = 0; i < (int) self->before->len; i++)
    g_array_append_val (places, i);

  /* What is done stands where the document has it: behind what is before it there. */
  for (int i = 0; i < (int) self->after->len; i++)
    {
      int origin = g_array_index (self->origins, int, i);
      guint place = find_place (places, origin);

      if (!is_done (done, i, TRUE))
        {
          if (origin >= 0)
            cursor = place + 1;
          continue;
        }
      if (origin >= 0)
        {
          g_ptr_array_remove_index (result, place);
          g_array_remove_index (places, place);
          cursor -= place < cursor;
        }
      g_ptr_array_insert (result, cursor, drover_argument_ref (self->after->pdata[i]));
      g_array_insert_val (places, cursor, added);
      cursor++;
    }

  for (guint i = result->len; i-- > 0;)
    if (g_array_index (places, int, i) >= 0 &&
        is_done (done, g_array_index (places, int, i), FALSE))
      {
        g_ptr_array_remove_index (result, i);
        g_array_remove_index (places, i);
      }

  return result;
}

/* --- what runs -------------------------------------------------------------------------------- */

static DroverArgument *
find_pair (GPtrArray *document, const char *flag, const char *value)
{
  for (guint i = 0; value != NULL && i < document->len; i++)
    if (g_strcmp0 (drover_argument_get_flag (document->pdata[i]), flag) == 0 &&
        g_strcmp0 (drover_argument_get_value (document->pdata[i]), value) == 0)
      return document->pdata[i];

  return NULL;
}

static gboolean
takes_value (const char *flag, const char *next)
{
  DroverArity arity = drover_option_table_get_arity (drover_option_table_get_built_in (),
                                                     flag + strspn (flag, "-"));

  if (next == NULL || arity == DROVER_ARITY_NONE)
    return FALSE;

  return arity == DROVER_ARITY_VALUE || *next != '-';
}

/**
 * drover_hot_read_command:
 * @command: the words that QEMU was started with, program first
 * @document: (element-type DroverArgument): the arguments as they are now: where the words could
 *   be joined in several ways, they are joined as there
 *
 * Returns: (transfer full) (element-type DroverArgument): the words as arguments
 */
GPtrArray *
drover_hot_read_command (const char *const *command, GPtrArray *document)
{
  GPtrArray *arguments = drover_arguments_new ();

  for (guint i = 1; command[0] != NULL && command[i] != NULL; i++)
    {
      const char *word = command[i];
      const char *next = command[i + 1];

      if (*word != '-' || g_str_equal (word, "-"))
        g_ptr_array_add (arguments, drover_argument_new (NULL, word));
      else if (find_pair (document, word, next) != NULL || takes_value (word, next))
        {
          g_ptr_array_add (arguments, drover_argument_new (word, next));
          i++;
        }
      else
        g_ptr_array_add (arguments, drover_argument_new (word, NULL));
    }

  return arguments;
}
