/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-row.h"
#include "drover-key.h"
#include "drover-property-list.h"
#include "drover-shell.h"

/* A device, an object or a character device. Also a shared folder or a sound device, where a
 * page shows them so. */
struct _DroverDeviceRow
{
  DroverPartRow parent_instance;
};

G_DEFINE_FINAL_TYPE (DroverDeviceRow, drover_device_row, DROVER_TYPE_PART_ROW)

static const struct
{
  const char *category;
  const char *icon;
} icons[] = {
  { "Display", "video-display-symbolic" },    { "Input", "input-keyboard-symbolic" },
  { "Network", "network-wired-symbolic" },    { "Sound", "audio-speakers-symbolic" },
  { "Storage", "drive-harddisk-symbolic" },   { "USB", "media-removable-symbolic" },
};

static const char *
get_icon (DroverPartRow *row, const DroverPart *part, const char *type)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (drover_part_row_get_config (row));
  DroverCatalogueDevice device;

  if (g_str_equal (part->kind, DROVER_PART_CHARACTER))
    return "utilities-terminal-symbolic";
  if (g_str_equal (part->kind, DROVER_PART_SHARE))
    return "folder-publicshare-symbolic";
  if (g_str_equal (part->kind, DROVER_PART_SOUND))
    return "audio-speakers-symbolic";
  if (catalogue == NULL || type == NULL ||
      !drover_catalogue_find_device (catalogue, type, &device) || device.category == NULL)
    return "application-x-addon-symbolic";

  for (guint i = 0; i < G_N_ELEMENTS (icons); i++)
    if (g_ascii_strcasecmp (icons[i].category, device.category) == 0)
      return icons[i].icon;

  return "application-x-addon-symbolic";
}

static int
get_argument (const DroverPart *part)
{
  return part->scope.front >= 0 ? part->scope.front : part->scope.back;
}

static char *
dup_words (DroverArgument *argument)
{
  const char *words[] = { drover_argument_get_flag (argument),
                          drover_argument_get_value (argument), NULL };

  return drover_shell_from_argv (words[0] != NULL ? words : words + 1);
}

static void
drover_device_row_update (DroverPartRow *row, GPtrArray *arguments, const DroverPart *part)
{
  DroverArgument *argument = arguments->pdata[get_argument (part)];
  g_autofree char *type = drover_property_list_dup_type (argument);
  g_autofree char *words = dup_words (argument);

  drover_part_row_set_icon (row, get_icon (row, part, type));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), part->title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), words);
  adw_expander_row_set_subtitle_lines (ADW_EXPANDER_ROW (row), 2);
}

/* A property that this QEMU does not know, if there is one. */
static char *
dup_unknown_property (DroverCatalogue *catalogue, DroverArgument *argument, const char *type)
{
  static const char *const of_all[] = { "id", "bus", "driver", NULL };
  g_autoptr (GPtrArray) keys = drover_property_list_list_keys (argument);

  for (guint i = 0; i < keys->len; i++)
    {
      const char *key = keys->pdata[i];

      if (!g_strv_contains (of_all, key) &&
          !drover_catalogue_find_property (catalogue, type, key, NULL))
        return g_strdup (key);
    }

  return NULL;
}

static char *
drover_device_row_dup_problem (DroverPartRow *row, GPtrArray *arguments, const DroverPart *part)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (drover_part_row_get_config (row));
  DroverArgument *argument = arguments->pdata[get_argument (part)];
  g_autofree char *type = NULL;
  g_autofree char *property = NULL;

  if (catalogue == NULL || !g_str_equal (drover_argument_get_option (argument), "device"))
    return NULL;

  type = drover_property_list_dup_type (argument);
  if (type == NULL)
    return g_strdup (_("It does not say which device it is."));
  if (!drover_catalogue_find_device (catalogue, type, NULL))
    return g_strdup_printf (_("This QEMU has no device “%s”. It is kept as it is."), type);

  property = dup_unknown_property (catalogue, argument, type);
  if (property != NULL)
    return g_strdup_printf (_("In this QEMU %s has no property “%s”. It is kept as it is."), type,
                            property);

  return NULL;
}

static void
drover_device_row_fill (DroverPartRow *row)
{
  drover_part_row_add_settings (row, NULL);
}

static void
drover_device_row_class_init (DroverDeviceRowClass *klass)
{
  DroverPartRowClass *row_class = DROVER_PART_ROW_CLASS (klass);

  row_class->fill = drover_device_row_fill;
  row_class->update = drover_device_row_update;
  row_class->dup_problem = drover_device_row_dup_problem;
}

static void
drover_device_row_init (DroverDeviceRow *self)
{
}
