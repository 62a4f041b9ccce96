/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-key.h"

/* Any key of an argument is a setting, for as long as it is looked at. */
static DroverSetting
make_setting (GPtrArray *arguments, int argument, const char *key, DroverSettingKind kind)
{
  const char *option = drover_argument_get_option (arguments->pdata[argument]);

  return (DroverSetting) {
    .id = key,
    .title = key,
    .kind = kind,
    .places = { { .option = option, .key = key, .half = DROVER_HALF_FRONT } },
  };
}

/**
 * drover_key_read:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of one of them
 * @key: a key, or the path of a JSON member
 * @kind: how its value is to be read
 *
 * Returns: (transfer full): what the argument says of it
 */
DroverReading *
drover_key_read (GPtrArray *arguments, int argument, const char *key, DroverSettingKind kind)
{
  DroverSetting setting = make_setting (arguments, argument, key, kind);
  DroverScope scope = { argument, -1, -1 };

  return drover_setting_read (&setting, arguments, &scope);
}

/**
 * drover_key_dup:
 * @argument: index of an argument, or -1
 *
 * Returns: (transfer full) (nullable): the value of @key, if it has exactly one
 */
char *
drover_key_dup (GPtrArray *arguments, int argument, const char *key)
{
  g_autoptr (DroverReading) reading = NULL;

  if (argument < 0)
    return NULL;

  reading = drover_key_read (arguments, argument, key, DROVER_SETTING_TEXT);
  return reading->state == DROVER_SETTING_VALUE ? g_strdup (reading->text) : NULL;
}

/**
 * drover_key_write:
 * @text: (nullable): the new value; %NULL to say nothing
 * @error: set to %DROVER_ERROR_ARGUMENT when it cannot be written
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_key_write (GPtrArray *arguments, int argument, const char *key, DroverSettingKind kind,
                  const char *text, GError **error)
{
  DroverSetting setting = make_setting (arguments, argument, key, kind);
  DroverScope scope = { argument, -1, -1 };

  return drover_setting_write (&setting, arguments, &scope, text, error);
}
