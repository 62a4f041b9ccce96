/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-unattended-private.h"

/* XKB's layouts in Windows' words: the language, and the layout's own number. */
static const struct
{
  const char *layout;
  const char *windows;
} keyboards[] = {
  { "al", "041c:0000041c" }, { "ara", "0401:00000401" }, { "at", "0c07:00000407" },
  { "be", "080c:0000080c" }, { "bg", "0402:00030402" }, { "br", "0416:00000416" },
  { "by", "0423:00000423" }, { "ca", "0c0c:00001009" }, { "ch", "0807:00000807" },
  { "cz", "0405:00000405" }, { "de", "0407:00000407" }, { "dk", "0406:00000406" },
  { "ee", "0425:00000425" }, { "es", "040a:0000040a" }, { "fi", "040b:0000040b" },
  { "fr", "040c:0000040c" }, { "gb", "0809:00000809" }, { "ge", "0437:00000437" },
  { "gr", "0408:00000408" }, { "hr", "041a:0000041a" }, { "hu", "040e:0000040e" },
  { "ie", "1809:00001809" }, { "il", "040d:0000040d" }, { "in", "4009:00004009" },
  { "ir", "0429:00000429" }, { "is", "040f:0000040f" }, { "it", "0410:00000410" },
  { "jp", "0411:00000411" }, { "kr", "0412:00000412" }, { "latam", "080a:0000080a" },
  { "lt", "0427:00010427" }, { "lv", "0426:00010426" }, { "mk", "042f:0000042f" },
  { "nl", "0413:00020409" }, { "no", "0414:00000414" }, { "pl", "0415:00000415" },
  { "pt", "0816:00000816" }, { "ro", "0418:00010418" }, { "rs", "281a:00000c1a" },
  { "ru", "0419:00000419" }, { "se", "041d:0000041d" }, { "si", "0424:00000424" },
  { "sk", "041b:0000041b" }, { "th", "041e:0000041e" }, { "tr", "041f:0000041f" },
  { "ua", "0422:00020422" }, { "us", "0409:00000409" }, { "vn", "042a:0000042a" },
};

/* The layouts whose variants are layouts of their own for Windows. */
static const struct
{
  const char *layout;
  const char *variant;
  const char *windows;
} variants[] = {
  { "ch", "fr", "100c:0000100c" }, { "us", "dvorak", "0409:00010409" },
  { "us", "intl", "0409:00020409" }, { "us", "colemak", "0409:00060409" },
};

/* `de_DE.UTF-8` is `de-DE`. */
char *
_drover_windows_locale (const char *locale)
{
  gsize length = strcspn (locale, ".@");

  if (length < strlen ("de_DE"))
    return g_strdup ("en-US");

  return g_strdelimit (g_strndup (locale, length), "_", '-');
}

/* NULL when Windows has none of this name. */
const char *
_drover_windows_keyboard (const char *keyboard, const char *variant)
{
  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    if (g_str_equal (variants[i].layout, keyboard) && g_strcmp0 (variants[i].variant, variant) == 0)
      return variants[i].windows;

  for (guint i = 0; i < G_N_ELEMENTS (keyboards); i++)
    if (g_str_equal (keyboards[i].layout, keyboard))
      return keyboards[i].windows;

  return NULL;
}
