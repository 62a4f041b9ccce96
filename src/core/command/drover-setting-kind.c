/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "drover-error.h"
#include "drover-setting.h"

/* How the kinds of settings read their texts. */

/**
 * drover_integer_parse:
 * @text: any text
 * @number: (out): the number
 *
 * Returns: whether @text is a whole number, decimal or hexadecimal, as QEMU reads it
 */
gboolean
drover_integer_parse (const char *text, gint64 *number)
{
  const char *digits = text + (*text == '-');
  gboolean hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
  char *end;

  if (!g_ascii_isdigit (*digits))
    return FALSE;

  errno = 0;
  *number = g_ascii_strtoll (text, &end, hexadecimal ? 16 : 10);
  return errno == 0 && *end == '\0';
}

static int
find_suffix (char c)
{
  static const char suffixes[] = "BKMGTPE";
  const char *found = c != '\0' ? strchr (suffixes, g_ascii_toupper (c)) : NULL;

  return found != NULL ? (int) (found - suffixes) : -1;
}

/**
 * drover_size_parse:
 * @text: any text
 * @unit: what a number without a suffix counts, in bytes
 * @bytes: (out): the size
 *
 * Returns: whether @text is a size as QEMU reads it: `512`, `1.5G`, `64k`, `0x1000`
 */
gboolean
drover_size_parse (const char *text, guint64 unit, guint64 *bytes)
{
  double number;
  char *end;
  int suffix;

  if (!g_ascii_isdigit (*text))
    return FALSE;

  errno = 0;
  *bytes = g_ascii_strtoull (text, &end, text[1] == 'x' || text[1] == 'X' ? 16 : 10);
  if (errno == 0 && *end == '\0')
    return g_uint64_checked_mul (bytes, *bytes, unit);
  if (text[1] == 'x' || text[1] == 'X')
    return FALSE;

  /* A fraction, or a suffix. A whole number stays exact. */
  suffix = find_suffix (*end);
  if (errno == 0 && suffix >= 0 && end[1] == '\0')
    return g_uint64_checked_mul (bytes, *bytes, G_GUINT64_CONSTANT (1) << (10 * suffix));

  if (*end != '.' || !g_ascii_isdigit (end[1]))
    return FALSE;
  end++;
  end += strspn (end, "0123456789");
  suffix = find_suffix (*end);
  if (*end != '\0' && (suffix < 0 || end[1] != '\0'))
    return FALSE;

  number = g_ascii_strtod (text, NULL) *
           (suffix < 0 ? (double) unit : (double) (G_GUINT64_CONSTANT (1) << (10 * suffix)));
  if (number >= 18446744073709551616.0)
    return FALSE;
  *bytes = (guint64) floor (number);
  return TRUE;
}

/**
 * drover_switch_parse:
 * @text: any text
 * @on: (out): what it says
 *
 * Returns: whether @text is one of QEMU's words for on and off
 */
gboolean
drover_switch_parse (const char *text, gboolean *on)
{
  static const char *const words[] = { "off", "on", "no", "yes", "false", "true", "n", "y" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (text, words[i]))
      {
        *on = i % 2 == 1;
        return TRUE;
      }

  return FALSE;
}

/**
 * drover_setting_get_size_unit:
 *
 * Returns: how many bytes a number without a suffix counts in that setting
 */
guint64
drover_setting_get_size_unit (const DroverSetting *setting)
{
  static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };

  for (guint i = 0; setting->unit != NULL && i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (setting->unit, units[i]))
      return G_GUINT64_CONSTANT (1) << (10 * i);

  return 1;
}

/**
 * drover_setting_equal:
 * @a: a value
 * @b: another
 *
 * Returns: whether both say the same in that setting: `1G` and `1024` are one size of memory,
 *   `on` and `yes` one state of a switch
 */
gboolean
drover_setting_equal (const DroverSetting *setting, const char *a, const char *b)
{
  guint64 unit = drover_setting_get_size_unit (setting);
  guint64 bytes[2];
  gint64 numbers[2];
  gboolean states[2];

  switch (setting->kind)
    {
    case DROVER_SETTING_SIZE:
      if (drover_size_parse (a, unit, &bytes[0]) && drover_size_parse (b, unit, &bytes[1]))
        return bytes[0] == bytes[1];
      break;
    case DROVER_SETTING_INTEGER:
      if (drover_integer_parse (a, &numbers[0]) && drover_integer_parse (b, &numbers[1]))
        return numbers[0] == numbers[1];
      break;
    case DROVER_SETTING_SWITCH:
      if (drover_switch_parse (a, &states[0]) && drover_switch_parse (b, &states[1]))
        return states[0] == states[1];
      break;
    case DROVER_SETTING_TEXT:
    case DROVER_SETTING_CHOICE:
    case DROVER_SETTING_PATH:
    case DROVER_SETTING_FLAGS:
    case DROVER_SETTING_LIST:
      break;
    }

  return g_str_equal (a, b);
}

static gboolean
is_of_kind (const DroverSetting *setting, const char *text)
{
  guint64 bytes;
  gint64 number;
  gboolean on;

  switch (setting->kind)
    {
    case DROVER_SETTING_SIZE:
      return drover_size_parse (text, drover_setting_get_size_unit (setting), &bytes);
    case DROVER_SETTING_INTEGER:
      return drover_integer_parse (text, &number);
    case DROVER_SETTING_SWITCH:
      return drover_switch_parse (text, &on);
    case DROVER_SETTING_LIST:
      return *text != '\0' && *text != ':' && !g_str_has_suffix (text, ":") &&
             strstr (text, "::") == NULL;
    case DROVER_SETTING_TEXT:
    case DROVER_SETTING_CHOICE:
    case DROVER_SETTING_PATH:
    case DROVER_SETTING_FLAGS:
      return TRUE;
    }

  g_return_val_if_reached (FALSE);
}

/**
 * drover_setting_check:
 * @text: a value
 * @error: set to %DROVER_ERROR_ARGUMENT
 *
 * A value that no QEMU lists is none of its business: what the installed one has, only that
 * one knows.
 *
 * Returns: whether @text can be a value of @setting
 */
gboolean
drover_setting_check (const DroverSetting *setting, const char *text, GError **error)
{
  if (!g_utf8_validate (text, -1, NULL))
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, _("%s: the value is not UTF-8"),
                 setting->id);
  else if (is_of_kind (setting, text))
    return TRUE;
  else if (setting->kind == DROVER_SETTING_SIZE)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("%s: “%s” is not a size, such as 512M or 4G"), setting->id, text);
  else if (setting->kind == DROVER_SETTING_INTEGER)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, _("%s: “%s” is not a whole number"),
                 setting->id, text);
  else if (setting->kind == DROVER_SETTING_LIST)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("%s: “%s” is not a list of words with colons between them, such as kvm:tcg"),
                 setting->id, text);
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("%s: “%s” is neither on nor off"), setting->id, text);

  return FALSE;
}

/* The item of @flags that begins at @item: whether it speaks of @name, and what it says. */
static gboolean
read_flag (const char *item, gsize length, const char *name, char **value)
{
  gsize n = strlen (name);
  gboolean is_signed = length > 0 && (*item == '+' || *item == '-');
  const char *word = item + is_signed;

  length -= is_signed;
  if (length < n || strncmp (word, name, n) != 0)
    return FALSE;
  if (length == n)
    {
      g_set_str (value, *item == '-' ? "off" : "on");
      return TRUE;
    }
  if (is_signed || word[n] != '=')
    return FALSE;

  g_free (*value);
  *value = g_strndup (word + n + 1, length - n - 1);
  return TRUE;
}

/**
 * drover_flags_dup:
 * @flags: the text of a setting of flags: `+avx2,-vmx,kvm=off`
 * @name: a feature
 *
 * Returns: (transfer full) (nullable): `on`, `off` or whatever else stands for it; %NULL when
 *   the list does not have it. Of several the last counts.
 */
char *
drover_flags_dup (const char *flags, const char *name)
{
  char *value = NULL;

  for (const char *p = flags; p != NULL && *p != '\0';)
    {
      gsize length = strcspn (p, ",");

      read_flag (p, length, name, &value);
      p += length + (p[length] == ',');
    }

  return value;
}

/**
 * drover_flags_set:
 * @flags: the text of a setting of flags
 * @name: a feature
 * @value: (nullable): what it is to be; %NULL for as the model has it
 *
 * A feature keeps its place and its spelling: `+x` and `x=on`. One that is new comes last.
 *
 * Returns: (transfer full): the new text
 */
char *
drover_flags_set (const char *flags, const char *name, const char *value)
{
  g_autofree char *old = drover_flags_dup (flags, name);
  GString *result;

  if (g_strcmp0 (old, value) == 0)
    return g_strdup (flags);

  result = g_string_new (NULL);
  for (const char *p = flags; *p != '\0';)
    {
      gsize length = strcspn (p, ",");
      g_autofree char *own = NULL;
      gboolean is_it = read_flag (p, length, name, &own);
      gboolean is_signed = *p == '+' || *p == '-';

      if (!is_it)
        g_string_append_printf (result, "%s%.*s", result->len > 0 ? "," : "", (int) length, p);
      else if (value != NULL)
        {
          if (is_signed && (g_str_equal (value, "on") || g_str_equal (value, "off")))
            g_string_append_printf (result, "%s%c%s", result->len > 0 ? "," : "",
                                    g_str_equal (value, "on") ? '+' : '-', name);
          else
            g_string_append_printf (result, "%s%s=%s", result->len > 0 ? "," : "", name, value);
          value = NULL;
        }
      p += length + (p[length] == ',');
    }

  if (value != NULL)
    g_string_append_printf (result, "%s%s=%s", result->len > 0 ? "," : "", name, value);
  return g_string_free_and_steal (result);
}
