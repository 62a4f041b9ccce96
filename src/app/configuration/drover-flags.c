/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-flags.h"

/* A list such as `+avx2,-hle,pdpe1gb=on`. Items that are not asked for stay as they are. */

static gboolean
has_sign (const char *item)
{
  return *item == '+' || *item == '-';
}

/**
 * drover_flag_dup_name:
 * @item: one item of a list: `+x`, `x=off`
 *
 * Returns: (transfer full): the flag's name
 */
char *
drover_flag_dup_name (const char *item)
{
  return has_sign (item) ? g_strdup (item + 1) : g_strndup (item, strcspn (item, "="));
}

/**
 * drover_flag_get_state:
 * @item: one item of a list
 *
 * Returns: what it says of its flag
 */
DroverFlagState
drover_flag_get_state (const char *item)
{
  static const char *const on[] = { "on", "yes", "true", "y", NULL };
  static const char *const off[] = { "off", "no", "false", "n", NULL };
  const char *value = strchr (item, '=');

  if (has_sign (item))
    return *item == '+' ? DROVER_FLAG_ON : DROVER_FLAG_OFF;
  if (value == NULL || g_strv_contains (on, value + 1))
    return DROVER_FLAG_ON;

  return g_strv_contains (off, value + 1) ? DROVER_FLAG_OFF : DROVER_FLAG_OTHER;
}

static gboolean
is_called (const char *item, const char *name)
{
  g_autofree char *own = drover_flag_dup_name (item);

  return g_str_equal (own, name);
}

/**
 * drover_flags_get:
 * @list: (nullable): the list
 *
 * Returns: what the list says of the flag @name; the last mention counts
 */
DroverFlagState
drover_flags_get (const char *list, const char *name)
{
  g_auto (GStrv) items = g_strsplit (list != NULL ? list : "", ",", -1);
  DroverFlagState state = DROVER_FLAG_ABSENT;

  for (guint i = 0; items[i] != NULL; i++)
    if (is_called (items[i], name))
      state = drover_flag_get_state (items[i]);

  return state;
}

/* In the spelling that stands there already. */
static char *
spell (const char *item, const char *name, DroverFlagState state)
{
  gboolean on = state == DROVER_FLAG_ON;

  if (item != NULL && has_sign (item))
    return g_strconcat (on ? "+" : "-", name, NULL);

  return g_strconcat (name, on ? "=on" : "=off", NULL);
}

/**
 * drover_flags_set:
 * @list: (nullable): the list
 * @name: a flag
 * @state: on, off or absent
 *
 * Returns: (transfer full) (nullable): the list with the flag so; %NULL when nothing is left
 */
char *
drover_flags_set (const char *list, const char *name, DroverFlagState state)
{
  g_auto (GStrv) items = g_strsplit (list != NULL ? list : "", ",", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) result = NULL;
  gboolean done = state == DROVER_FLAG_ABSENT;

  for (guint i = 0; items[i] != NULL; i++)
    {
      if (!is_called (items[i], name))
        g_strv_builder_add (builder, items[i]);
      else if (!done)
        {
          g_strv_builder_take (builder, spell (items[i], name, state));
          done = TRUE;
        }
    }
  if (!done)
    g_strv_builder_take (builder, spell (NULL, name, state));

  result = g_strv_builder_end (builder);
  return result[0] != NULL ? g_strjoinv (",", result) : NULL;
}
