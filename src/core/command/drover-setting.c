/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-options-file.h"
#include "drover-setting-private.h"
#include "drover-shell.h"
#include "drover-value.h"

/* A setting is a lens over the list of arguments. What holds for every one of them:
 *   GetPut    writing what was read changes no byte,
 *   PutGet    what was written is read,
 *   Locality  no other argument, no other key and no order changes,
 *   Refusal   what is opaque or set in two places is not written.
 * An argument that is switched off does not count, but in a part, which may be switched off as a
 * whole. A new argument comes after the last one of its option, else at the very end: nothing
 * that stands together, such as an option that this Drover does not know and the word behind it,
 * is ever torn apart. */

/**
 * drover_reading_free:
 *
 * Frees @self.
 */
void
drover_reading_free (DroverReading *self)
{
  g_free (self->text);
  g_free (self->file);
  g_free (self);
}

static void
clear_hit (gpointer data)
{
  drover_value_clear (&((DroverSettingHit *) data)->value);
}

static int
get_slot (const DroverScope *scope, DroverHalf half)
{
  return half == DROVER_HALF_FRONT ? scope->front
         : half == DROVER_HALF_BACK ? scope->back
                                    : scope->file;
}

/* A half that the part lacks may be told by another: `-nic` is both sides of a card, and a disk
 * without a format node has the file in its only one. */
static gboolean
is_in_scope (const DroverPlace *place, GPtrArray *arguments, const DroverScope *scope, int index)
{
  int slot;

  if (place->half == DROVER_HALF_WHOLE)
    return drover_argument_get_enabled (arguments->pdata[index]);
  if (scope == NULL)
    return FALSE;

  slot = get_slot (scope, place->half);
  return slot >= 0 ? slot == index
                   : index == scope->front || index == scope->back || index == scope->file;
}

/* @means: `tcg`, `gtk|sdl`, `virtio-balloon*`, or `!nic` for anything else */
gboolean
drover_setting_matches (const char *means, const char *text)
{
  g_auto (GStrv) patterns = g_strsplit (means, "|", -1);

  if (*means == '!')
    return !g_str_equal (means + 1, text);

  for (guint i = 0; patterns[i] != NULL; i++)
    if (g_pattern_match_simple (patterns[i], text))
      return TRUE;

  return FALSE;
}

/* Whether the argument is what a place with a key and a meaning asks for. */
static gboolean
has_meaning (const DroverPlace *place, DroverArgument *argument)
{
  const char *main_key = drover_value_get_main_key (place->option);
  const char *value = drover_argument_get_value (argument);
  g_auto (DroverValue) found = { NULL };

  if (place->key == NULL || place->means == NULL)
    return TRUE;
  if (value == NULL || main_key == NULL)
    return FALSE;

  drover_value_find (place->option, value, main_key, &found);
  return found.text != NULL && drover_setting_matches (place->means, found.text);
}

gboolean
drover_setting_place_is_at (const DroverPlace *place, GPtrArray *arguments,
                            const DroverScope *scope, guint index)
{
  DroverArgument *argument = arguments->pdata[index];

  return g_str_equal (place->option, drover_value_get_option (argument)) &&
         is_in_scope (place, arguments, scope, index) && has_meaning (place, argument);
}

static void
read_place (const DroverSetting *setting, const DroverPlace *place, const char *value,
            DroverValue *found)
{
  gboolean by_key = place->key != NULL || setting->kind == DROVER_SETTING_FLAGS;

  if (by_key && value != NULL)
    drover_value_find (place->option, value, place->key, found);
  else if (place->key != NULL)
    *found = (DroverValue) { NULL };
  else if (place->means != NULL)
    *found = (DroverValue) { g_strdup (place->means), 0, 0, 1, FALSE };
  else
    *found = (DroverValue) { g_strdup (value != NULL ? value : ""), 0,
                             value != NULL ? strlen (value) : 0, 1, value == NULL };
}

/* The only node of a disk is both its format and its file, and one item is one hit. */
static gboolean
is_known (GArray *hits, const DroverSettingHit *hit)
{
  for (guint i = 0; i < hits->len; i++)
    {
      const DroverSettingHit *other = &g_array_index (hits, DroverSettingHit, i);

      if (other->argument == hit->argument && other->value.start == hit->value.start &&
          other->value.end == hit->value.end)
        return TRUE;
    }

  return FALSE;
}

static void
add_hit (GArray *hits, const DroverSetting *setting, const DroverPlace *place,
         GPtrArray *arguments, const DroverScope *scope, guint index)
{
  DroverSettingHit hit = { place, index, { NULL } };

  if (!drover_setting_place_is_at (place, arguments, scope, index))
    return;

  read_place (setting, place, drover_argument_get_value (arguments->pdata[index]), &hit.value);
  if (hit.value.n_found > 0 && !is_known (hits, &hit))
    g_array_append_val (hits, hit);
  else
    drover_value_clear (&hit.value);
}

GArray *
drover_setting_find_hits (const DroverSetting *setting, GPtrArray *arguments,
                          const DroverScope *scope)
{
  GArray *hits = g_array_new (FALSE, FALSE, sizeof (DroverSettingHit));

  g_array_set_clear_func (hits, clear_hit);
  for (guint i = 0; i < arguments->len; i++)
    {
      const char *option = drover_value_get_option (arguments->pdata[i]);

      for (const DroverPlace *place = setting->places; place->option != NULL; place++)
        if (g_str_equal (place->option, option))
          add_hit (hits, setting, place, arguments, scope, i);
    }

  return hits;
}

static gboolean
is_in_file (GPtrArray *arguments, guint index)
{
  return drover_argument_get_source (arguments->pdata[index]) != NULL;
}

/* Leaves the hits on the command line itself. */
void
drover_setting_drop_files (GArray *hits, GPtrArray *arguments)
{
  for (guint i = hits->len; i-- > 0;)
    if (is_in_file (arguments, g_array_index (hits, DroverSettingHit, i).argument))
      g_array_remove_index (hits, i);
}

static void
drop_own (GArray *hits, GPtrArray *arguments)
{
  for (guint i = hits->len; i-- > 0;)
    if (!is_in_file (arguments, g_array_index (hits, DroverSettingHit, i).argument))
      g_array_remove_index (hits, i);
}

/* QEMU reads a file where its `-readconfig` stands, and of the machine's settings takes the last:
 * what stands behind it counts more than the file, and that more than what stands before. Leaves
 * those hits that count; whether there are others against which the file has won. */
static gboolean
settle_files (GArray *hits, GPtrArray *arguments)
{
  int last_own = -1;
  int last_source = -1;

  for (guint i = 0; i < hits->len; i++)
    {
      const DroverSettingHit *hit = &g_array_index (hits, DroverSettingHit, i);
      int source = drover_arguments_find_source (arguments, hit->argument);

      if (hit->place->half != DROVER_HALF_WHOLE)
        return FALSE;
      if (source >= 0)
        last_source = MAX (last_source, source);
      else
        last_own = hit->argument;
    }

  if (last_source < 0)
    return FALSE;

  if (last_own > last_source)
    drover_setting_drop_files (hits, arguments);
  else
    drop_own (hits, arguments);
  return last_own >= 0 && last_own < last_source;
}

guint
drover_setting_count_option (GPtrArray *arguments, const char *option)
{
  guint n = 0;

  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]) && !is_in_file (arguments, i) &&
        g_str_equal (option, drover_value_get_option (arguments->pdata[i])))
      n++;

  return n;
}

/* Of a repeated `-display` QEMU takes the last one alone, so what stands in another one says
 * nothing, and is not shown as if it did. */
static gboolean
is_shadowed (const DroverSettingHit *hit, GPtrArray *arguments)
{
  return hit->place->half == DROVER_HALF_WHOLE &&
         drover_value_get_group (hit->place->option) == DROVER_VALUE_LAST &&
         drover_setting_count_option (arguments, hit->place->option) > 1;
}

static DroverSettingState
judge (const DroverSetting *setting, GPtrArray *arguments, GArray *hits)
{
  const DroverSettingHit *hit = &g_array_index (hits, DroverSettingHit, 0);

  if (hits->len == 0)
    return DROVER_SETTING_ABSENT;
  if (hits->len > 1 || hit->value.n_found > 1 || is_shadowed (hit, arguments))
    return DROVER_SETTING_CONFLICT;
  if (hit->value.opaque || !drover_setting_check (setting, hit->value.text, NULL))
    return DROVER_SETTING_OPAQUE;

  return DROVER_SETTING_VALUE;
}

static void
read_one (const DroverSetting *setting, GPtrArray *arguments, GArray *hits,
          DroverReading *reading)
{
  DroverSettingHit *hit;

  reading->state = judge (setting, arguments, hits);
  if (reading->state == DROVER_SETTING_ABSENT)
    return;

  hit = &g_array_index (hits, DroverSettingHit, hits->len - 1);
  reading->text = g_steal_pointer (&hit->value.text);
  reading->argument = hit->argument;
  reading->start = hit->value.start;
  reading->end = hit->value.end;
}

/**
 * drover_setting_read:
 * @setting: a setting
 * @arguments: (element-type DroverArgument): the machine's arguments
 * @scope: (nullable): the part, for a setting of parts
 *
 * With drover_arguments_with_files() what stands in a file is read where the command line does not
 * say it anew; where a file goes against the command line before it, that is a conflict.
 *
 * Returns: (transfer full): what the arguments say of it
 */
DroverReading *
drover_setting_read (const DroverSetting *setting, GPtrArray *arguments, const DroverScope *scope)
{
  g_autoptr (GArray) hits = drover_setting_find_hits (setting, arguments, scope);
  gboolean both = settle_files (hits, arguments);
  DroverReading *reading = g_new0 (DroverReading, 1);

  reading->argument = -1;
  if (setting->kind == DROVER_SETTING_LIST)
    drover_setting_read_list (setting, hits, reading);
  else
    read_one (setting, arguments, hits, reading);

  if (both)
    reading->state = DROVER_SETTING_CONFLICT;
  reading->file = g_strdup (drover_arguments_get_file (arguments, reading->argument));
  if (reading->file != NULL)
    {
      reading->argument = -1;
      reading->start = reading->end = 0;
    }
  return reading;
}

/**
 * drover_setting_stands_at:
 * @setting: a setting
 * @arguments: (element-type DroverArgument): the machine's arguments
 * @scope: (nullable): the part, for a setting of parts
 * @argument: index of an argument
 * @offset: a place in its value
 *
 * Returns: whether what stands there is a value of @setting, also one of several
 */
gboolean
drover_setting_stands_at (const DroverSetting *setting, GPtrArray *arguments,
                          const DroverScope *scope, guint argument, gsize offset)
{
  g_autoptr (GArray) hits = drover_setting_find_hits (setting, arguments, scope);

  for (guint i = 0; i < hits->len; i++)
    {
      const DroverSettingHit *hit = &g_array_index (hits, DroverSettingHit, i);
      gboolean whole = hit->place->key == NULL && setting->kind != DROVER_SETTING_FLAGS;

      if (hit->argument == argument &&
          (whole || (offset >= hit->value.start && offset < hit->value.end)))
        return TRUE;
    }

  return FALSE;
}

/**
 * drover_setting_applies:
 * @setting: a setting
 * @arguments: (element-type DroverArgument): the machine's arguments
 * @scope: (nullable): the part, for a setting of parts
 *
 * Returns: whether it has a place there: a tap device has no DNS server, and of a drive without
 *   a device nobody can set the device's boot order
 */
gboolean
drover_setting_applies (const DroverSetting *setting, GPtrArray *arguments,
                        const DroverScope *scope)
{
  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    {
      if (place->half == DROVER_HALF_WHOLE)
        return TRUE;
      for (guint i = 0; i < arguments->len; i++)
        if (drover_setting_place_is_at (place, arguments, scope, i))
          return TRUE;
    }

  return FALSE;
}

/**
 * drover_setting_dup_words:
 * @setting: a setting
 * @arguments: (element-type DroverArgument): the machine's arguments
 * @scope: (nullable): the part, for a setting of parts
 * @text: (nullable): a value; %NULL for the one that it has
 *
 * Returns: (transfer full) (nullable): the words that the setting has, or would have with
 *   @text, on the command line: `-m 1G`; %NULL when there are none
 */
char *
drover_setting_dup_words (const DroverSetting *setting, GPtrArray *arguments,
                          const DroverScope *scope, const char *text)
{
  g_autoptr (GPtrArray) written =
    text != NULL ? drover_setting_write (setting, arguments, scope, text, NULL) : NULL;
  g_autoptr (DroverReading) reading = NULL;
  g_autofree char *item = NULL;
  DroverArgument *argument;
  const char *value;

  if (text != NULL && written == NULL)
    return NULL;

  arguments = text != NULL ? written : arguments;
  reading = drover_setting_read (setting, arguments, scope);
  if (reading->argument < 0)
    return NULL;

  argument = arguments->pdata[reading->argument];
  value = drover_argument_get_value (argument);
  if (value != NULL)
    item = g_strndup (value + reading->start, reading->end - reading->start);

  if (drover_argument_get_flag (argument) == NULL)
    return drover_shell_from_argv ((const char *const[]) { item, NULL });

  return drover_shell_from_argv (
    (const char *const[]) { drover_argument_get_flag (argument), item, NULL });
}
