/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-setting-private.h"

/* Settings whose words stand in arguments of their own, in an order that counts, as those of
 * `-accel kvm -accel tcg,thread=single`. One place, `-machine accel=kvm:tcg`, has them all; QEMU
 * takes only one of the two ways. */

/* The places with the main key of an option that is repeated, or with a mere presence. */
static gboolean
is_one_word (const DroverPlace *place)
{
  return place->key == NULL || drover_value_get_group (place->option) == DROVER_VALUE_MANY;
}

void
drover_setting_read_list (const DroverSetting *setting, GArray *hits, DroverReading *reading)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const DroverSettingHit *first;
  const DroverSettingHit *last;
  guint n_whole = 0;

  if (hits->len == 0)
    return;

  reading->state = DROVER_SETTING_VALUE;
  for (guint i = 0; i < hits->len; i++)
    {
      const DroverSettingHit *hit = &g_array_index (hits, DroverSettingHit, i);

      g_string_append_printf (text, "%s%s", i > 0 ? ":" : "", hit->value.text);
      n_whole += !is_one_word (hit->place);
      if (hit->value.opaque || !drover_setting_check (setting, hit->value.text, NULL) ||
          (is_one_word (hit->place) && strchr (hit->value.text, ':') != NULL))
        reading->state = DROVER_SETTING_OPAQUE;
      if (hit->value.n_found > 1)
        n_whole = 2;
    }

  first = &g_array_index (hits, DroverSettingHit, 0);
  last = &g_array_index (hits, DroverSettingHit, hits->len - 1);
  if (n_whole > 0 && (n_whole > 1 || hits->len > 1))
    {
      reading->state = DROVER_SETTING_CONFLICT;
      g_string_assign (text, last->value.text);
      first = last;
    }

  reading->text = g_string_free_and_steal (g_steal_pointer (&text));
  reading->argument = first->argument;
  reading->start = first->value.start;
  reading->end = first->value.end;
}

/* The argument of @name among the old ones: the one that has it, so that what else it says moves
 * along; @used marks those that are taken. */
static DroverArgument *
take_argument (GPtrArray *arguments, GArray *hits, const char *name, gboolean *used)
{
  for (guint i = 0; i < hits->len; i++)
    {
      const DroverSettingHit *hit = &g_array_index (hits, DroverSettingHit, i);

      if (!used[i] && g_str_equal (hit->value.text, name))
        {
          used[i] = TRUE;
          return drover_argument_ref (arguments->pdata[hit->argument]);
        }
    }

  return NULL;
}

static DroverArgument *
make_argument (const DroverSetting *setting, const char *name)
{
  g_autofree char *flag = g_strconcat ("-", setting->places[0].option, NULL);
  g_autofree char *value =
    drover_value_create (setting->places[0].option, setting->places[0].key, NULL, name);

  return drover_argument_new (flag, value);
}

/* A lone word that is replaced by another one is edited where it stands. */
static gboolean
edit_lone_word (const DroverSetting *setting, GArray *hits, GPtrArray *arguments,
                const char *const *names)
{
  const DroverSettingHit *hit = &g_array_index (hits, DroverSettingHit, 0);
  DroverArgument *old = arguments->pdata[hit->argument];
  g_autofree char *value = NULL;

  if (hits->len != 1 || names[1] != NULL || hit->place->key == NULL)
    return FALSE;

  value = drover_value_set (hit->place->option, drover_argument_get_value (old), hit->place->key,
                            setting, names[0]);
  if (value == NULL)
    return FALSE;

  arguments->pdata[hit->argument] = drover_argument_with_value (old, value);
  drover_argument_unref (old);
  return TRUE;
}

/* What else is said of a word, as `tcg,thread=single`, is of that word: it moves along with it, and
 * does not go unless it was taken away before. @names is %NULL when none stays. */
static gboolean
check_words (GArray *hits, GPtrArray *arguments, const char *const *names, GError **error)
{
  /* A lone word is edited where it stands, and nothing goes. */
  if (hits->len == 1 && names != NULL && names[1] == NULL)
    return TRUE;

  for (guint i = 0; i < hits->len; i++)
    {
      const DroverSettingHit *hit = &g_array_index (hits, DroverSettingHit, i);

      if ((names == NULL || !g_strv_contains (names, hit->value.text)) &&
          !drover_setting_check_alone (hit, arguments, error))
        return FALSE;
    }

  return TRUE;
}

static void
write_words (const DroverSetting *setting, GArray *hits, GPtrArray *arguments,
             const char *const *names)
{
  g_autofree gboolean *used = g_new0 (gboolean, hits->len);
  g_autoptr (GPtrArray) words =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  guint at;

  if (edit_lone_word (setting, hits, arguments, names))
    return;

  for (guint i = 0; names[i] != NULL; i++)
    {
      DroverArgument *word = take_argument (arguments, hits, names[i], used);

      g_ptr_array_add (words, word != NULL ? word : make_argument (setting, names[i]));
    }

  /* Each goes where one of the old ones stood, from the last to the first, so that places stay
   * what they are; what there are more of comes behind the last. */
  at = g_array_index (hits, DroverSettingHit, hits->len - 1).argument + 1;
  for (guint i = hits->len; i < words->len; i++)
    g_ptr_array_insert (arguments, at + i - hits->len, drover_argument_ref (words->pdata[i]));
  for (guint i = hits->len; i-- > 0;)
    {
      guint index = g_array_index (hits, DroverSettingHit, i).argument;

      g_ptr_array_remove_index (arguments, index);
      if (i < words->len)
        g_ptr_array_insert (arguments, index, drover_argument_ref (words->pdata[i]));
    }
}

static void
remove_words (GArray *hits, GPtrArray *arguments)
{
  for (guint i = hits->len; i-- > 0;)
    g_ptr_array_remove_index (arguments, g_array_index (hits, DroverSettingHit, i).argument);
}

/* Writes what differs from what is there. */
GPtrArray *
drover_setting_write_list (const DroverSetting *setting, GPtrArray *arguments, const char *text,
                           GError **error)
{
  g_autoptr (GArray) hits = drover_setting_find_hits (setting, arguments, NULL);
  const DroverSettingHit *first = &g_array_index (hits, DroverSettingHit, 0);
  g_autoptr (GPtrArray) result = drover_setting_copy_arguments (arguments);
  g_auto (GStrv) names = text != NULL ? g_strsplit (text, ":", -1) : NULL;

  drover_setting_drop_files (hits, arguments);
  if (hits->len == 1 && !is_one_word (first->place))
    {
      if (!drover_setting_replace_hit (first, setting, result, NULL, text, error))
        return NULL;
    }
  else if (!check_words (hits, result, (const char *const *) names, error))
    return NULL;
  else if (text == NULL)
    remove_words (hits, result);
  else if (hits->len > 0)
    write_words (setting, hits, result, (const char *const *) names);
  else
    for (guint i = 0; names[i] != NULL; i++)
      drover_setting_insert (result, -1, setting->places[0].option, names[i]);

  return g_steal_pointer (&result);
}
