/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-keyval.h"

/* QEMU's option text (util/qemu-option.c): items are separated by commas, a comma in a
 * value is doubled, a first item without `=` is the value of the option's implied key,
 * and any other item without `=` is a flag. A comma at the very end separates nothing. */

static const char *
skip_value (const char *p)
{
  while (*p != '\0' && (*p != ',' || p[1] == ','))
    p += *p == ',' ? 2 : 1;

  return p;
}

/**
 * drover_keyval_parse:
 * @text: the argument's value, as QEMU gets it
 * @first_is_implied: whether the option has an implied first key, so that a first item
 *   without `=` is a value and not a flag
 *
 * Every text can be parsed: QEMU too complains only of keys it does not know.
 *
 * Returns: (transfer full) (element-type DroverKeyvalItem): the items in their order
 */
GArray *
drover_keyval_parse (const char *text, gboolean first_is_implied)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (DroverKeyvalItem));
  const char *p = text;

  while (*p != '\0')
    {
      gsize key_length = strcspn (p, "=,");
      DroverKeyvalItem item = { .start = p - text };
      const char *end;

      if (p[key_length] == '=')
        {
          item.key_length = key_length;
          item.value_start = item.start + key_length + 1;
          end = skip_value (p + key_length + 1);
        }
      else if (first_is_implied && items->len == 0)
        {
          item.value_start = item.start;
          end = skip_value (p);
        }
      else
        {
          item.is_flag = TRUE;
          item.key_length = key_length;
          item.value_start = item.start + key_length;
          end = p + key_length;
        }

      item.end = end - text;
      g_array_append_val (items, item);
      p = *end == ',' ? end + 1 : end;
    }

  return items;
}

static gboolean
is_implied (const DroverKeyvalItem *item)
{
  return item->key_length == 0 && !item->is_flag && item->value_start == item->start;
}

static gboolean
item_has_key (const char *text, const DroverKeyvalItem *item, const char *implied_key,
              const char *key)
{
  const char *word = text + item->start;
  gsize length = strlen (key);

  if (is_implied (item))
    return g_strcmp0 (implied_key, key) == 0;

  if (item->key_length == length && strncmp (word, key, length) == 0)
    return TRUE;

  return item->is_flag && item->key_length == length + 2 && g_str_has_prefix (word, "no") &&
         strncmp (word + 2, key, length) == 0;
}

static char *
dup_item_value (const char *text, const DroverKeyvalItem *item, const char *key)
{
  GString *value;

  if (item->is_flag)
    return g_strdup (item->key_length == strlen (key) ? "on" : "off");

  value = g_string_new (NULL);
  for (gsize i = item->value_start; i < item->end; i++)
    {
      g_string_append_c (value, text[i]);
      if (text[i] == ',')
        i++;
    }

  return g_string_free_and_steal (value);
}

/* Of equal keys the last counts, as in QEMU. */
static gssize
find_item (GArray *items, const char *text, const char *implied_key, const char *key)
{
  for (gssize i = (gssize) items->len - 1; i >= 0; i--)
    if (item_has_key (text, &g_array_index (items, DroverKeyvalItem, i), implied_key, key))
      return i;

  return -1;
}

/**
 * drover_keyval_dup:
 * @text: the argument's value
 * @implied_key: (nullable): the option's implied first key
 * @key: the key asked for
 *
 * Returns: (transfer full) (nullable): the value that counts, with doubled commas undone
 *   and flags read as `on` or `off`; %NULL when the key is absent
 */
char *
drover_keyval_dup (const char *text, const char *implied_key, const char *key)
{
  g_autoptr (GArray) items = drover_keyval_parse (text, implied_key != NULL);
  gssize i = find_item (items, text, implied_key, key);

  return i < 0 ? NULL : dup_item_value (text, &g_array_index (items, DroverKeyvalItem, i), key);
}

/**
 * drover_keyval_escape:
 * @value: any text
 *
 * Returns: (transfer full): @value with its commas doubled
 */
char *
drover_keyval_escape (const char *value)
{
  GString *escaped = g_string_new (value);

  g_string_replace (escaped, ",", ",,", 0);
  return g_string_free_and_steal (escaped);
}

/* A text that ends in a lone comma already has its separator: one more would make an
 * escaped comma of the two and corrupt the neighbour. */
static gboolean
needs_separator (const char *text, GArray *items)
{
  return items->len > 0 &&
         g_array_index (items, DroverKeyvalItem, items->len - 1).end == strlen (text);
}

/* What follows a flag may be an empty item, as in `mux,,id=a`. After a value the same two
 * commas would be an escaped one, and it says nothing, so it goes. */
static const char *
skip_empty_items (const char *rest)
{
  while (rest[0] == ',' && rest[1] == ',')
    rest++;

  return rest;
}

/**
 * drover_keyval_set:
 * @text: the argument's value
 * @implied_key: (nullable): the option's implied first key
 * @key: the key to set
 * @value: its new value, not escaped
 *
 * Edits by splicing: every byte outside the one item stays as it is. A value that is
 * already there, however it is written, leaves the text untouched.
 *
 * Returns: (transfer full): the new text
 */
char *
drover_keyval_set (const char *text, const char *implied_key, const char *key, const char *value)
{
  g_autoptr (GArray) items = drover_keyval_parse (text, implied_key != NULL);
  gssize i = find_item (items, text, implied_key, key);
  g_autofree char *escaped = drover_keyval_escape (value);
  g_autofree char *old = NULL;
  const DroverKeyvalItem *item;

  if (i < 0)
    return g_strdup_printf ("%s%s%s=%s", text, needs_separator (text, items) ? "," : "", key,
                            escaped);

  item = &g_array_index (items, DroverKeyvalItem, i);
  old = dup_item_value (text, item, key);
  if (g_str_equal (old, value))
    return g_strdup (text);

  if (item->is_flag)
    return g_strdup_printf ("%.*s%s=%s%s", (int) item->start, text, key, escaped,
                            skip_empty_items (text + item->end));

  /* An implied first value that now holds a `=` would be read as a key, and an empty one that
   * stands alone as nothing. */
  if (is_implied (item) &&
      (strchr (value, '=') != NULL || (*value == '\0' && text[item->end] == '\0')))
    return g_strdup_printf ("%s=%s%s", key, escaped, text + item->end);

  return g_strdup_printf ("%.*s%s%s", (int) item->value_start, text, escaped, text + item->end);
}

static gboolean
is_empty (const DroverKeyvalItem *item)
{
  return item->is_flag && item->key_length == 0;
}

/* A flag that comes to stand first, in an option with an implied key, would be read as that
 * key's value. */
static void
append_item (GString *result, const char *text, const DroverKeyvalItem *item,
             gboolean would_be_implied)
{
  const char *word = text + item->start;
  gsize length = item->end - item->start;

  if (!item->is_flag || !would_be_implied)
    g_string_append_len (result, word, length);
  else if (g_str_has_prefix (word, "no"))
    g_string_append_printf (result, "%.*s=off", (int) length - 2, word + 2);
  else
    g_string_append_printf (result, "%.*s=on", (int) length, word);
}

/* @text without the items that @dropped marks and without empty ones. Every other item stays as
 * it is written, but for one that would change its meaning. */
static char *
remove_items (const char *text, GArray *items, const gboolean *dropped, gboolean has_implied_key)
{
  const DroverKeyvalItem *last = NULL;
  GString *result = g_string_new (NULL);
  guint n_kept = 0;

  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);

      last = item;
      if (dropped[i] || is_empty (item))
        continue;
      if (n_kept++ > 0)
        g_string_append_c (result, ',');
      append_item (result, text, item, n_kept == 1 && has_implied_key);
    }

  /* The comma at the very end stays. An empty implied value that is left alone gets one, or
   * it would be gone too. */
  if (n_kept > 0 && (text[last->end] == ',' || result->len == 0))
    g_string_append_c (result, ',');

  return g_string_free_and_steal (result);
}

/**
 * drover_keyval_remove:
 * @text: the argument's value
 * @implied_key: (nullable): the option's implied first key
 * @key: the key to remove
 *
 * Returns: (transfer full): @text without any item of that key, nor its comma. Every other
 *   item stays as it is written, but for empty ones and for one that would change its meaning.
 */
char *
drover_keyval_remove (const char *text, const char *implied_key, const char *key)
{
  g_autoptr (GArray) items = drover_keyval_parse (text, implied_key != NULL);
  g_autofree gboolean *dropped = g_new0 (gboolean, items->len + 1);

  if (find_item (items, text, implied_key, key) < 0)
    return g_strdup (text);

  for (guint i = 0; i < items->len; i++)
    dropped[i] =
      item_has_key (text, &g_array_index (items, DroverKeyvalItem, i), implied_key, key);

  return remove_items (text, items, dropped, implied_key != NULL);
}

/* Where the items of @key are in @items. */
static GArray *
find_all (GArray *items, const char *text, const char *implied_key, const char *key)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < items->len; i++)
    if (item_has_key (text, &g_array_index (items, DroverKeyvalItem, i), implied_key, key))
      g_array_append_val (found, i);

  return found;
}

/**
 * drover_keyval_dup_all:
 * @text: the argument's value
 * @implied_key: (nullable): the option's implied first key
 * @key: a key that may stand there several times, as `hostfwd`
 *
 * Returns: (transfer full): its values in their order, read as drover_keyval_dup() does;
 *   empty when the key is absent
 */
GStrv
drover_keyval_dup_all (const char *text, const char *implied_key, const char *key)
{
  g_autoptr (GArray) items = drover_keyval_parse (text, implied_key != NULL);
  g_autoptr (GArray) found = find_all (items, text, implied_key, key);
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();

  for (guint i = 0; i < found->len; i++)
    {
      const DroverKeyvalItem *item =
        &g_array_index (items, DroverKeyvalItem, g_array_index (found, guint, i));

      g_strv_builder_take (values, dup_item_value (text, item, key));
    }

  return g_strv_builder_end (values);
}

/* Which of @old and @new differ: [@first, @old_end) and [@first, @new_end). Something new in front
 * of all the old ones is given as a change of the first, so that there is one to follow. */
static void
compare_lists (const char *const *old, const char *const *new, guint *first, guint *old_end,
               guint *new_end)
{
  guint n_old = g_strv_length ((GStrv) old);

  *first = 0;
  *old_end = n_old;
  *new_end = g_strv_length ((GStrv) new);
  while (*first < *old_end && *first < *new_end && g_str_equal (old[*first], new[*first]))
    (*first)++;
  while (*old_end > *first && *new_end > *first &&
         g_str_equal (old[*old_end - 1], new[*new_end - 1]))
    {
      (*old_end)--;
      (*new_end)--;
    }
  if (*old_end == 0 && *new_end > 0 && n_old > 0)
    {
      (*old_end)++;
      (*new_end)++;
    }
}

static void
append_pair (GString *text, const char *key, const char *value)
{
  g_autofree char *escaped = drover_keyval_escape (value);

  g_string_append_printf (text, "%s=%s", key, escaped);
}

/* @text with items of @key removed: the @n ones from @first on. */
static char *
drop_items (const char *text, const char *implied_key, const char *key, guint first, guint n)
{
  g_autoptr (GArray) items = drover_keyval_parse (text, implied_key != NULL);
  g_autoptr (GArray) found = find_all (items, text, implied_key, key);
  g_autofree gboolean *dropped = g_new0 (gboolean, items->len + 1);

  if (n == 0)
    return g_strdup (text);

  for (guint i = first; i < first + n; i++)
    dropped[g_array_index (found, guint, i)] = TRUE;
  return remove_items (text, items, dropped, implied_key != NULL);
}

/* @text where the @n items of @key from @first on have these @values. */
static char *
replace_items (const char *text, const char *implied_key, const char *key, guint first,
               const char *const *values, guint n)
{
  g_autoptr (GArray) items = drover_keyval_parse (text, implied_key != NULL);
  g_autoptr (GArray) found = find_all (items, text, implied_key, key);
  GString *result = g_string_new (NULL);
  gsize done = 0;

  for (guint i = 0; i < n; i++)
    {
      const DroverKeyvalItem *item =
        &g_array_index (items, DroverKeyvalItem, g_array_index (found, guint, first + i));

      g_string_append_len (result, text + done, item->start - done);
      append_pair (result, key, values[i]);
      done = item->is_flag ? (gsize) (skip_empty_items (text + item->end) - text) : item->end;
    }

  g_string_append (result, text + done);
  return g_string_free_and_steal (result);
}

/* @text with @n new items of @key behind the @n_before th one, or at the end. */
static char *
insert_items (const char *text, const char *implied_key, const char *key, guint n_before,
              const char *const *values, guint n)
{
  g_autoptr (GArray) items = drover_keyval_parse (text, implied_key != NULL);
  g_autoptr (GArray) found = find_all (items, text, implied_key, key);
  GString *result = g_string_new (text);
  const char *rest = "";

  if (n_before > 0)
    {
      guint before = g_array_index (found, guint, n_before - 1);
      gsize end = g_array_index (items, DroverKeyvalItem, before).end;

      g_string_truncate (result, end);
      rest = skip_empty_items (text + end);
    }

  for (guint i = 0; i < n; i++)
    {
      if (i > 0 || n_before > 0 || needs_separator (text, items))
        g_string_append_c (result, ',');
      append_pair (result, key, values[i]);
    }

  g_string_append (result, rest);
  return g_string_free_and_steal (result);
}

/**
 * drover_keyval_set_all:
 * @text: the argument's value
 * @implied_key: (nullable): the option's implied first key
 * @key: a key that may stand there several times, as `hostfwd`
 * @values: all the values that it is to have, not escaped
 *
 * Edits by splicing: items whose value stays, and all items of other keys, keep their bytes and
 * their order. New ones follow the last of their kind before them, else stand at the end.
 *
 * Returns: (transfer full): the new text
 */
char *
drover_keyval_set_all (const char *text, const char *implied_key, const char *key,
                       const char *const *values)
{
  g_auto (GStrv) old = drover_keyval_dup_all (text, implied_key, key);
  g_autofree char *dropped = NULL;
  g_autofree char *replaced = NULL;
  guint first, old_end, new_end;
  guint n_kept;

  compare_lists ((const char *const *) old, values, &first, &old_end, &new_end);
  n_kept = MIN (old_end, new_end) - first;
  dropped = drop_items (text, implied_key, key, first + n_kept, old_end - first - n_kept);
  replaced = replace_items (dropped, implied_key, key, first, values + first, n_kept);
  if (new_end <= old_end)
    return g_steal_pointer (&replaced);

  return insert_items (replaced, implied_key, key, old_end, values + old_end, new_end - old_end);
}
