/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-setting-table.h"

static const DroverSettingTable *const tables[] = {
  &drover_settings_machine,
  &drover_settings_cpu,
  &drover_settings_memory,
  &drover_settings_display,
  &drover_settings_audio,
  &drover_settings_firmware,
  &drover_settings_accelerator,
  &drover_settings_boot,
  &drover_settings_rest,
  &drover_settings_disk,
  &drover_settings_card,
  &drover_settings_sound,
  &drover_settings_numa,
  &drover_settings_share,
  &drover_settings_object,
  &drover_settings_character,
  &drover_settings_device,
};

/* Pointers to the rows of each table, with those of the machine all in one list. */
static GHashTable *
make_lists (void)
{
  GHashTable *lists = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      const char *kind = tables[t]->kind != NULL ? tables[t]->kind : "";
      GPtrArray *list = g_hash_table_lookup (lists, kind);

      if (list == NULL)
        g_hash_table_insert (lists, (gpointer) kind, list = g_ptr_array_new ());
      for (guint i = 0; i < tables[t]->n_settings; i++)
        g_ptr_array_add (list, (gpointer) &tables[t]->settings[i]);
    }

  return lists;
}

static const DroverSetting *const *
get_list (const char *kind, guint *n_settings)
{
  static GHashTable *lists;
  GPtrArray *list;

  if (g_once_init_enter_pointer (&lists))
    g_once_init_leave_pointer (&lists, make_lists ());

  list = g_hash_table_lookup (lists, kind);
  *n_settings = list != NULL ? list->len : 0;
  return list != NULL ? (const DroverSetting *const *) list->pdata : NULL;
}

/**
 * drover_settings_list:
 * @n_settings: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_settings): the settings of a machine as a whole, page
 *   by page
 */
const DroverSetting *const *
drover_settings_list (guint *n_settings)
{
  return get_list ("", n_settings);
}

/**
 * drover_settings_list_for:
 * @kind: a kind of part, such as %DROVER_PART_DISK
 * @n_settings: (out): how many there are
 *
 * Which of them make sense for one part, drover_setting_applies() tells.
 *
 * Returns: (transfer none) (array length=n_settings) (nullable): the settings of parts of that
 *   kind
 */
const DroverSetting *const *
drover_settings_list_for (const char *kind, guint *n_settings)
{
  return get_list (kind, n_settings);
}

/**
 * drover_setting_find:
 * @id: an id, such as `memory.size` or `disk.cache`
 *
 * Returns: (transfer none) (nullable): that setting, of a machine or of a part
 */
const DroverSetting *
drover_setting_find (const char *id)
{
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    for (guint i = 0; i < tables[t]->n_settings; i++)
      if (g_str_equal (tables[t]->settings[i].id, id))
        return &tables[t]->settings[i];

  return NULL;
}
