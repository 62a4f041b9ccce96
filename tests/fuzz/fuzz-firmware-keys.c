/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-firmware-vars.h"
#include "fuzz.h"

/* A variable store, in which a guest may have written anything. Each key has a list and a name. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverFirmwareKeys) keys = drover_firmware_keys_parse (data, size, &error);

  if (keys == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }

  g_assert_no_error (error);
  for (guint i = 0; i < keys->list->len; i++)
    {
      const DroverFirmwareKey *key = keys->list->pdata[i];

      g_assert_nonnull (key->variable);
      g_assert_true (g_utf8_validate (key->title, -1, NULL));
    }
  g_assert_true (!keys->microsoft || keys->list->len >= 3);
  return 0;
}
