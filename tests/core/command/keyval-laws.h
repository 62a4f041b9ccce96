/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

#include "drover-keyval.h"

/* The laws of the keyval grammar, for the unit test and for the fuzzer. They are held against
 * a second, naive reader of the grammar, written after QEMU's opts_do_parse(). */

typedef struct
{
  char *key;
  char *value;
} LawPair;

static void
law_pair_free (gpointer data)
{
  LawPair *pair = data;

  g_free (pair->key);
  g_free (pair->value);
  g_free (pair);
}

static const char *
law_read_value (const char *p, GString *value)
{
  while (*p != '\0')
    {
      if (p[0] == ',' && p[1] != ',')
        break;
      if (p[0] == ',')
        p++;
      g_string_append_c (value, *p++);
    }

  return p;
}

/* What QEMU understands of @text. An empty item is left out: it says nothing. */
static GPtrArray *
law_read (const char *text, const char *implied_key)
{
  GPtrArray *pairs = g_ptr_array_new_with_free_func (law_pair_free);
  const char *p = text;

  while (*p != '\0')
    {
      gsize length = strcspn (p, "=,");
      g_autoptr (GString) value = g_string_new (NULL);
      g_autofree char *key = g_strndup (p, length);

      if (p[length] == '=')
        p = law_read_value (p + length + 1, value);
      else if (implied_key != NULL && p == text)
        {
          g_set_str (&key, implied_key);
          p = law_read_value (p, value);
        }
      else
        {
          gboolean off = g_str_has_prefix (key, "no");

          g_string_assign (value, length == 0 ? "" : off ? "off" : "on");
          memmove (key, key + (off ? 2 : 0), length - (off ? 2 : 0) + 1);
          p += length;
        }

      if (*p == ',')
        p++;
      if (*key != '\0' || value->len > 0)
        {
          LawPair *pair = g_new0 (LawPair, 1);

          pair->key = g_steal_pointer (&key);
          pair->value = g_string_free_and_steal (g_steal_pointer (&value));
          g_ptr_array_add (pairs, pair);
        }
    }

  return pairs;
}

/* All but @without, as one text that can be compared; @n_found is how many had that key. */
static char *
law_describe (const char *text, const char *implied_key, const char *without, guint *n_found,
              const char **last_value)
{
  static char *kept_value;
  g_autoptr (GPtrArray) pairs = law_read (text, implied_key);
  GString *result = g_string_new (NULL);

  *n_found = 0;
  *last_value = NULL;
  for (guint i = 0; i < pairs->len; i++)
    {
      LawPair *pair = pairs->pdata[i];

      if (g_str_equal (pair->key, without))
        {
          ++*n_found;
          g_set_str (&kept_value, pair->value);
          *last_value = kept_value;
        }
      else
        g_string_append_printf (result, "%zu:%s=%zu:%s\n", strlen (pair->key), pair->key,
                                strlen (pair->value), pair->value);
    }

  return g_string_free_and_steal (result);
}

static void
law_assert_text (const char *law, const char *text, const char *found, const char *expected)
{
  if (g_strcmp0 (found, expected) != 0)
    g_error ("%s: of “%s” came “%s” and not “%s”", law, text, found, expected);
}

/* @key must be a key: not empty, without `=` and `,`, and not beginning with `no`, which in a
 * bare word QEMU cuts off. */
G_GNUC_UNUSED static void
keyval_check_laws (const char *text, const char *implied_key, const char *key, const char *value)
{
  guint n_before;
  guint n_after;
  const char *last;
  g_autofree char *others = law_describe (text, implied_key, key, &n_before, &last);
  g_autofree char *got = drover_keyval_dup (text, implied_key, key);
  g_autofree char *same = NULL;
  g_autofree char *put = NULL;
  g_autofree char *again = NULL;
  g_autofree char *put_got = NULL;
  g_autofree char *put_others = NULL;
  g_autofree char *removed = NULL;
  g_autofree char *removed_got = NULL;
  g_autofree char *removed_others = NULL;

  law_assert_text ("Get", text, got, last);

  same = drover_keyval_set (text, implied_key, key, got != NULL ? got : "");
  if (got != NULL)
    law_assert_text ("GetPut", text, same, text);

  put = drover_keyval_set (text, implied_key, key, value);
  put_got = drover_keyval_dup (put, implied_key, key);
  law_assert_text ("PutGet", put, put_got, value);
  again = drover_keyval_set (put, implied_key, key, value);
  law_assert_text ("PutPut", put, again, put);
  put_others = law_describe (put, implied_key, key, &n_after, &last);
  law_assert_text ("Put, Locality", put, put_others, others);
  g_assert_cmpuint (n_after, ==, MAX (n_before, 1));

  removed = drover_keyval_remove (text, implied_key, key);
  removed_got = drover_keyval_dup (removed, implied_key, key);
  law_assert_text ("Remove", removed, removed_got, NULL);
  removed_others = law_describe (removed, implied_key, key, &n_after, &last);
  law_assert_text ("Remove, Locality", removed, removed_others, others);
  if (n_before == 0)
    law_assert_text ("Remove what is not there", text, removed, text);
}
