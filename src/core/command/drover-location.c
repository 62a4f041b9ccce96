/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-keyval.h"
#include "drover-part.h"

#define PAGE_REST "rest"
#define PAGE_FIRMWARE "firmware"

/* Whether @setting could stand in an argument of that option, without a look at the others. */
static gboolean
knows_option (const DroverSetting *setting, const char *option)
{
  const char *other = g_str_equal (option, "M") ? "machine" : option;

  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    if (g_str_equal (place->option, option) || g_str_equal (place->option, other))
      return TRUE;

  return FALSE;
}

/* The setting whose value is there, or else one of the same option: @nearby. */
static const DroverSetting *
find_setting (const DroverSetting *const *settings, guint n_settings, GPtrArray *arguments,
              const DroverScope *scope, guint argument, gsize offset,
              const DroverSetting **nearby)
{
  const char *option = drover_argument_get_option (arguments->pdata[argument]);

  for (guint i = 0; i < n_settings; i++)
    {
      if (!knows_option (settings[i], option))
        continue;
      if (drover_setting_stands_at (settings[i], arguments, scope, argument, offset))
        return settings[i];
      if (*nearby == NULL)
        *nearby = settings[i];
    }

  return NULL;
}

/* A kind of part is on one page: that of its rows. */
static const char *
get_page (const char *kind)
{
  guint n_settings;
  const DroverSetting *const *settings = drover_settings_list_for (kind, &n_settings);

  return n_settings > 0 ? settings[0]->page : PAGE_REST;
}

/**
 * drover_location_find:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of one of them
 * @offset: a place in its value; 0 for the option itself
 *
 * A row of the machine comes first, then a row of the part that the argument makes, then the
 * page of its part, then the page that shows other keys of the same option.
 *
 * Returns: (transfer full): where that is shown
 */
DroverLocation *
drover_location_find (GPtrArray *arguments, guint argument, gsize offset)
{
  DroverLocation *self = g_new0 (DroverLocation, 1);
  const DroverSetting *nearby = NULL;
  const DroverSetting *of_part = NULL;
  const DroverSetting *const *settings;
  guint n_settings;

  settings = drover_settings_list (&n_settings);
  self->setting =
    find_setting (settings, n_settings, arguments, NULL, argument, offset, &nearby);
  if (self->setting != NULL)
    {
      self->page = self->setting->page;
      return self;
    }

  self->part = drover_parts_find_at (arguments, argument);
  if (self->part != NULL)
    {
      settings = drover_settings_list_for (self->part->kind, &n_settings);
      self->setting = find_setting (settings, n_settings, arguments, &self->part->scope, argument,
                                    offset, &of_part);
      self->page = self->part->flash      ? PAGE_FIRMWARE
                   : self->setting != NULL ? self->setting->page
                                           : get_page (self->part->kind);
      return self;
    }

  self->page = nearby != NULL ? nearby->page : PAGE_REST;
  return self;
}

static void
mark (gboolean *marks, int argument)
{
  if (argument >= 0)
    marks[argument] = TRUE;
}

/* The arguments that make a part, or belong to one. */
static gboolean *
mark_parts (GPtrArray *arguments)
{
  g_autoptr (GPtrArray) parts = drover_parts_list (arguments, NULL);
  gboolean *marks = g_new0 (gboolean, arguments->len + 1);

  for (guint i = 0; i < parts->len; i++)
    {
      const DroverPart *part = parts->pdata[i];

      mark (marks, part->scope.front);
      mark (marks, part->scope.back);
      mark (marks, part->scope.file);
      for (guint n = 0; n < part->others->len; n++)
        mark (marks, g_array_index (part->others, int, n));
    }

  return marks;
}

static gboolean
is_set_at (GPtrArray *arguments, guint argument, gsize offset)
{
  const DroverSetting *nearby = NULL;
  guint n_settings;
  const DroverSetting *const *settings = drover_settings_list (&n_settings);

  return find_setting (settings, n_settings, arguments, NULL, argument, offset, &nearby) != NULL;
}

/* Whether settings of the machine say all of it. */
static gboolean
is_set (GPtrArray *arguments, guint i)
{
  const char *value = drover_argument_get_value (arguments->pdata[i]);
  g_autoptr (GArray) items = NULL;

  if (!is_set_at (arguments, i, 0))
    return FALSE;
  if (value == NULL)
    return TRUE;

  items = drover_keyval_parse (value, TRUE);
  for (guint n = 0; n < items->len; n++)
    if (!is_set_at (arguments, i, g_array_index (items, DroverKeyvalItem, n).start))
      return FALSE;

  return TRUE;
}

/**
 * drover_locations_list_rest:
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Returns: (transfer full) (element-type guint): the indices of those that no part and no
 *   setting's row shows in full, and of those that are switched off
 */
GArray *
drover_locations_list_rest (GPtrArray *arguments)
{
  g_autofree gboolean *in_part = mark_parts (arguments);
  GArray *rest = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_source (arguments->pdata[i]) == NULL &&
        (!drover_argument_get_enabled (arguments->pdata[i]) ||
         (!in_part[i] && !is_set (arguments, i))))
      g_array_append_val (rest, i);

  return rest;
}

/**
 * drover_location_free:
 *
 * Frees @self.
 */
void
drover_location_free (DroverLocation *self)
{
  g_clear_pointer (&self->part, drover_part_free);
  g_free (self);
}
