/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-part.h"
#include "drover-test.h"

/* Arguments for tests: words that begin with `-` are flags, with the value behind them if there
 * is one; `#-flag` is switched off, `=word` is a value without a flag. */

static inline GPtrArray *
make_arguments (const char *const *words)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean off = words[i][0] == '#';
      const char *flag = words[i] + (off ? 1 : 0);
      const char *next = words[i + 1];
      gboolean has_value = next != NULL && next[0] != '-' && next[0] != '#' && next[0] != '=';
      g_autoptr (DroverArgument) argument = NULL;

      if (flag[0] == '=')
        {
          g_ptr_array_add (arguments, drover_argument_new (NULL, flag + 1));
          continue;
        }
      argument = drover_argument_new (flag, has_value ? next : NULL);
      g_ptr_array_add (arguments, drover_argument_with_enabled (argument, !off));
      i += has_value;
    }

  return arguments;
}

static inline GPtrArray *
make_arguments_of (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  return make_arguments ((const char *const *) words);
}

/* The same text again. */
static inline char *
describe_arguments (GPtrArray *arguments)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < arguments->len; i++)
    {
      DroverArgument *argument = arguments->pdata[i];
      const char *flag = drover_argument_get_flag (argument);
      const char *value = drover_argument_get_value (argument);

      g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "",
                              drover_argument_get_enabled (argument) ? "" : "#",
                              flag != NULL ? flag : "=");
      if (value != NULL)
        g_string_append_printf (text, "%s%s", flag != NULL ? " " : "", value);
    }

  return g_string_free_and_steal (text);
}

static inline void
assert_arguments (GPtrArray *arguments, const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_nonnull (arguments);
  text = describe_arguments (arguments);
  g_assert_cmpstr (text, ==, expected);
}
