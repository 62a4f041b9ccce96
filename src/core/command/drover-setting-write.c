/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-option.h"
#include "drover-options-file.h"
#include "drover-part.h"
#include "drover-setting-private.h"

/* Writing a setting: where it was found, else in the first of its places that can say it. */

GPtrArray *
drover_setting_copy_arguments (GPtrArray *arguments)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; i < arguments->len; i++)
    g_ptr_array_add (copy, drover_argument_ref (arguments->pdata[i]));

  return copy;
}

static void
replace_value (GPtrArray *arguments, guint index, const char *value)
{
  DroverArgument *old = arguments->pdata[index];

  arguments->pdata[index] = drover_argument_with_value (old, value);
  drover_argument_unref (old);
}

/* @at: where, or -1 for behind the last of its kind */
void
drover_setting_insert (GPtrArray *arguments, int at, const char *option, const char *value)
{
  g_autofree char *flag = *option != '\0' ? g_strconcat ("-", option, NULL) : NULL;

  for (guint i = 0; at < 0 && i < arguments->len; i++)
    {
      guint index = arguments->len - 1 - i;

      if (g_str_equal (drover_value_get_option (arguments->pdata[index]), option))
        at = index + 1;
    }

  g_ptr_array_insert (arguments, at, drover_argument_new (flag, value));
}

static gboolean
refuse (const DroverSetting *setting, const DroverPlace *place, GError **error)
{
  const char *main_key = drover_value_get_main_key (place->option);

  if (place->key != NULL && place->means != NULL && g_strcmp0 (place->key, main_key) != 0)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("%s needs “-%s %s”, which is not there"), setting->id, place->option,
                 place->means);
  else if (place->half == DROVER_HALF_WHOLE && drover_value_needs_main_key (place->option))
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("%s needs one “-%s” that says its %s first"), setting->id, place->option,
                 main_key);
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("%s: nothing here can have that value"), setting->id);
  return FALSE;
}

static gboolean
set_key (const DroverSetting *setting, const DroverPlace *place, GPtrArray *arguments,
         guint index, const char *text, GError **error)
{
  const char *value = drover_argument_get_value (arguments->pdata[index]);
  g_autofree char *new_value =
    value != NULL ? drover_value_set (place->option, value, place->key, setting, text) : NULL;

  if (new_value == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("%s: “-%s %s” cannot have that value"), setting->id, place->option,
                   value != NULL ? value : "");
      return FALSE;
    }

  replace_value (arguments, index, new_value);
  return TRUE;
}

/* The first argument that counts against what the files say of @option. */
static guint
find_start (GPtrArray *arguments, const char *option)
{
  int start = 0;

  for (guint i = 0; i < arguments->len; i++)
    if (g_str_equal (drover_value_get_option (arguments->pdata[i]), option))
      start = MAX (start, drover_arguments_find_source (arguments, i) + 1);

  return start;
}

/* The arguments of a whole machine that a key could go into: the last one's index. */
static guint
count_targets (const DroverPlace *place, GPtrArray *arguments, guint *last)
{
  guint n = 0;

  for (guint i = find_start (arguments, place->option); i < arguments->len; i++)
    if (drover_argument_get_source (arguments->pdata[i]) == NULL &&
        drover_setting_place_is_at (place, arguments, NULL, i))
      {
        *last = i;
        n++;
      }

  return n;
}

static gboolean
is_main_key (const DroverPlace *place)
{
  return g_strcmp0 (place->key, drover_value_get_main_key (place->option)) == 0;
}

/* With an accelerator named anywhere, a further `-accel` would be a fallback. */
static gboolean
would_be_a_fallback (const DroverPlace *place, GPtrArray *arguments)
{
  const DroverSetting *order = drover_setting_find ("accelerator.order");
  g_autoptr (GArray) hits = NULL;

  if (!g_str_equal (place->option, "accel") || is_main_key (place))
    return FALSE;

  hits = drover_setting_find_hits (order, arguments, NULL);
  return hits->len > 0;
}

static gboolean
create_argument (const DroverSetting *setting, const DroverPlace *place, GPtrArray *arguments,
                 const char *text, int at, GError **error)
{
  /* Of `gtk|sdl` and of `virtio-balloon*` nobody knows which one is meant. */
  const char *means = place->means != NULL && strpbrk (place->means, "|*!") == NULL ? place->means
                                                                                 : NULL;
  g_autofree char *value = drover_value_create (place->option, place->key, means, text);

  if (value == NULL || would_be_a_fallback (place, arguments))
    return refuse (setting, place, error);

  drover_setting_insert (arguments, at, place->option, value);
  return TRUE;
}

static gboolean
create_key (const DroverSetting *setting, const DroverPlace *place, GPtrArray *arguments,
            const char *text, int at, GError **error)
{
  DroverValueGroup group = drover_value_get_group (place->option);
  guint last = 0;
  guint n = count_targets (place, arguments, &last);
  gboolean is_new = group == DROVER_VALUE_MANY &&
                    (is_main_key (place) || drover_value_get_main_key (place->option) == NULL);

  if (n == 0 || is_new)
    {
      gboolean other_there = group != DROVER_VALUE_MANY &&
                             find_start (arguments, place->option) == 0 &&
                             drover_setting_count_option (arguments, place->option) > 0;

      return other_there ? refuse (setting, place, error)
                         : create_argument (setting, place, arguments, text, at, error);
    }
  if (n > 1 && group != DROVER_VALUE_MERGED)
    return refuse (setting, place, error);

  return set_key (setting, place, arguments, last, text, error);
}

static gboolean
create_in_part (const DroverSetting *setting, const DroverPlace *place, GPtrArray *arguments,
                const DroverScope *scope, const char *text, GError **error)
{
  int slot = scope == NULL                           ? -1
             : place->half == DROVER_HALF_FRONT      ? scope->front
             : place->half == DROVER_HALF_BACK       ? scope->back
                                                     : scope->file;

  if ((place->key == NULL && setting->kind != DROVER_SETTING_FLAGS) || slot < 0 ||
      !drover_setting_place_is_at (place, arguments, scope, slot))
    return refuse (setting, place, error);

  return drover_arguments_check_own (arguments, slot, error) &&
         set_key (setting, place, arguments, slot, text, error);
}

static gboolean
create_in (const DroverSetting *setting, const DroverPlace *place, GPtrArray *arguments,
           const DroverScope *scope, const char *text, int at, GError **error)
{
  if (place->key != NULL && is_main_key (place) && place->means != NULL &&
      !drover_setting_matches (place->means, text))
    return refuse (setting, place, error);
  if (place->half != DROVER_HALF_WHOLE)
    return create_in_part (setting, place, arguments, scope, text, error);
  if (place->key != NULL || setting->kind == DROVER_SETTING_FLAGS)
    return create_key (setting, place, arguments, text, at, error);

  drover_setting_insert (arguments, at, place->option, place->means != NULL ? NULL : text);
  return TRUE;
}

/* A mere presence says one thing only. */
static gboolean
can_say (const DroverSetting *setting, const DroverPlace *place, const char *text)
{
  return place->key != NULL || place->means == NULL ||
         drover_setting_equal (setting, place->means, text);
}

/* Makes the setting in the first of its places that can say it: the others are older spellings.
 * In a part, which place there is depends on what it is made of. */
gboolean
drover_setting_create (const DroverSetting *setting, GPtrArray *arguments,
                       const DroverScope *scope, const char *text, int at, GError **error)
{
  g_autoptr (GError) first_error = NULL;

  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    if (can_say (setting, place, text))
      {
        if (create_in (setting, place, arguments, scope, text, at,
                       first_error == NULL ? &first_error : NULL))
          return TRUE;
        if (place->half == DROVER_HALF_WHOLE)
          break;
      }

  if (first_error == NULL)
    return refuse (setting, &setting->places[0], error);
  g_propagate_error (error, g_steal_pointer (&first_error));
  return FALSE;
}

static void
remove_hit (const DroverSettingHit *hit, const DroverSetting *setting, GPtrArray *arguments)
{
  const DroverPlace *place = hit->place;
  gboolean by_key = place->key != NULL || setting->kind == DROVER_SETTING_FLAGS;
  const char *value = drover_argument_get_value (arguments->pdata[hit->argument]);
  g_autofree char *rest = by_key ? drover_value_remove (place->option, value, place->key) : NULL;

  if (rest != NULL)
    replace_value (arguments, hit->argument, rest);
  else
    g_ptr_array_remove_index (arguments, hit->argument);
}

/* Nothing goes that nobody spoke of; a device that is itself the setting, as a balloon is, goes
 * as a whole. */
gboolean
drover_setting_check_alone (const DroverSettingHit *hit, GPtrArray *arguments, GError **error)
{
  const DroverPlace *place = hit->place;
  const char *value = drover_argument_get_value (arguments->pdata[hit->argument]);

  if (place->key == NULL || place->means != NULL || value == NULL ||
      !drover_value_holds_others (place->option, value, place->key))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("-%s %s says more, which would go too; take that away first, or the whole "
                 "argument"),
               place->option, value);
  return FALSE;
}

/* Gives what was found the value @text, or takes it away when that is %NULL. */
gboolean
drover_setting_replace_hit (const DroverSettingHit *hit, const DroverSetting *setting,
                            GPtrArray *arguments, const DroverScope *scope, const char *text,
                            GError **error)
{
  const DroverPlace *place = hit->place;

  if (text == NULL)
    {
      if (!drover_setting_check_alone (hit, arguments, error))
        return FALSE;
      remove_hit (hit, setting, arguments);
      return TRUE;
    }
  if (place->key != NULL && place->means != NULL && is_main_key (place) &&
      !drover_setting_matches (place->means, text))
    return refuse (setting, place, error);
  if (place->key != NULL || setting->kind == DROVER_SETTING_FLAGS)
    return set_key (setting, place, arguments, hit->argument, text, error);

  if (place->means == NULL)
    {
      replace_value (arguments, hit->argument, text);
      return TRUE;
    }

  /* A mere presence cannot say anything else: it goes, and what is new takes its place. Where
   * there is none for it, as for `-full-screen` without `-display`, its absence says it. */
  g_ptr_array_remove_index (arguments, hit->argument);
  return drover_setting_create (setting, arguments, scope, text, hit->argument,
                                setting->kind != DROVER_SETTING_SWITCH ? error : NULL) ||
         setting->kind == DROVER_SETTING_SWITCH;
}

/* `-S` and its like know nothing but being there. */
static gboolean
is_said_by_absence (const DroverSetting *setting, const char *text)
{
  gboolean on;

  if (setting->kind != DROVER_SETTING_SWITCH || !drover_switch_parse (text, &on))
    return FALSE;

  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    if (place->key != NULL || place->means == NULL ||
        drover_setting_equal (setting, place->means, text))
      return FALSE;

  return TRUE;
}

/* A part's id is renamed together with what uses it. */
static gboolean
is_id (const DroverPlace *place)
{
  const DroverOption *option = drover_option_find (place->option);

  return place->half != DROVER_HALF_WHOLE && place->key != NULL && option != NULL &&
         g_strcmp0 (option->id_key, place->key) == 0;
}

static gboolean
check_writable (const DroverSetting *setting, const DroverReading *reading, GError **error)
{
  if (reading->state == DROVER_SETTING_CONFLICT && reading->file != NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("%s is set before -readconfig too, and in the file %s, which counts; it was "
                   "left as it is, and the arguments can be edited as text"),
                 setting->id, reading->file);
  else if (reading->state == DROVER_SETTING_CONFLICT)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("%s is set more than once, so it was left as it is; the arguments can be "
                   "edited as text"),
                 setting->id);
  else if (reading->state == DROVER_SETTING_OPAQUE)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("%s is “%s”, which Drover does not understand, so it was left as it is; the "
                   "argument can be edited as text"),
                 setting->id, reading->text);
  else
    return TRUE;

  return FALSE;
}

/* What a file says of the machine is left to it, or said anew behind it; what it says of a part
 * only it can say. */
static gboolean
check_file (const DroverSetting *setting, const DroverReading *reading, const char *text,
            GError **error)
{
  if (reading->file == NULL ||
      (text != NULL && setting->places[0].half == DROVER_HALF_WHOLE))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("%s stands in the file %s, which Drover never changes; edit it there"),
               setting->id, reading->file);
  return FALSE;
}

/**
 * drover_setting_write:
 * @setting: a setting
 * @arguments: (element-type DroverArgument): the machine's arguments; they are not changed
 * @scope: (nullable): the part, for a setting of parts
 * @text: (nullable): its new value; %NULL to leave it to QEMU
 * @error: set to %DROVER_ERROR_ARGUMENT when @text is not of its kind, when what stands there is
 *   not ours to change, or when there is nothing that could have the value
 *
 * Writes where the setting was found; what is not there yet is made in the first of its places.
 * An equal value, however it is spelt, changes nothing. The id of a part is renamed in all that
 * uses it; an id that cannot be one, or is taken, is refused. With the last thing that an argument
 * said the argument goes too. What a file of `-readconfig` says of the machine is said anew
 * behind it; what it says of a part is refused.
 *
 * Returns: (transfer full) (element-type DroverArgument) (nullable): the new arguments
 */
GPtrArray *
drover_setting_write (const DroverSetting *setting, GPtrArray *arguments,
                      const DroverScope *scope, const char *text, GError **error)
{
  g_autoptr (DroverReading) reading = drover_setting_read (setting, arguments, scope);
  g_autoptr (GPtrArray) result = NULL;
  g_autoptr (GArray) hits = NULL;

  if (!check_writable (setting, reading, error))
    return NULL;
  if (text != NULL && !drover_setting_check (setting, text, error))
    return NULL;

  if (text != NULL && (is_said_by_absence (setting, text) ||
                       (setting->kind == DROVER_SETTING_FLAGS && *text == '\0')))
    text = NULL;
  if (reading->state == DROVER_SETTING_ABSENT
        ? text == NULL
        : text != NULL && drover_setting_equal (setting, reading->text, text))
    return drover_setting_copy_arguments (arguments);
  if (!check_file (setting, reading, text, error))
    return NULL;
  if (setting->kind == DROVER_SETTING_LIST)
    return drover_setting_write_list (setting, arguments, text, error);

  result = drover_setting_copy_arguments (arguments);
  if (reading->state == DROVER_SETTING_ABSENT || reading->file != NULL)
    return drover_setting_create (setting, result, scope, text, -1, error)
             ? g_steal_pointer (&result)
             : NULL;

  hits = drover_setting_find_hits (setting, arguments, scope);
  drover_setting_drop_files (hits, arguments);
  if (text != NULL && is_id (g_array_index (hits, DroverSettingHit, 0).place))
    return drover_arguments_rename_id (arguments, reading->argument, text, error);

  return drover_setting_replace_hit (&g_array_index (hits, DroverSettingHit, 0), setting, result,
                                     scope, text, error)
           ? g_steal_pointer (&result)
           : NULL;
}
