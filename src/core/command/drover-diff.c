/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-diff.h"
#include "drover-shell.h"

/* Above this many pairs of lines what differs is shown as one block: nobody reads it, and a
 * table of its pairs would be large. */
#define MAX_PAIRS 4000000

typedef struct
{
  GPtrArray *before;
  GPtrArray *after;
  GPtrArray *lines;
} Diff;

static void
line_free (DroverDiffLine *line)
{
  g_free (line->text);
  g_free (line);
}

/* A note and a switched-off argument belong to what can change, so they are in the text. */
static char *
dup_text (DroverArgument *argument)
{
  const char *words[] = { drover_argument_get_flag (argument),
                          drover_argument_get_value (argument), NULL };
  const char *note = drover_argument_get_note (argument);
  g_autofree char *shell =
    drover_shell_from_argv (words[0] != NULL ? words : words + 1);

  return g_strconcat (drover_argument_get_enabled (argument) ? "" : "# ", shell,
                      note != NULL ? "  # " : NULL, note, NULL);
}

static GPtrArray *
list_texts (GPtrArray *arguments)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < arguments->len; i++)
    g_ptr_array_add (texts, dup_text (arguments->pdata[i]));

  return texts;
}

static void
add (Diff *diff, DroverDiffKind kind, guint before, guint after)
{
  DroverDiffLine *line = g_new0 (DroverDiffLine, 1);
  gboolean is_new = kind == DROVER_DIFF_ADDED;

  line->kind = kind;
  line->text = g_strdup (is_new ? diff->after->pdata[after] : diff->before->pdata[before]);
  line->before = is_new ? -1 : (int) before;
  line->after = kind == DROVER_DIFF_REMOVED ? -1 : (int) after;
  g_ptr_array_add (diff->lines, line);
}

static gboolean
equal (Diff *diff, guint before, guint after)
{
  return g_str_equal (diff->before->pdata[before], diff->after->pdata[after]);
}

/* The lengths of the longest common subsequences of all ends of the two stretches. */
static guint *
measure (Diff *diff, guint start, guint before_end, guint after_end)
{
  guint n = before_end - start, m = after_end - start, width = m + 1;
  guint *length = g_new0 (guint, (gsize) (n + 1) * width);

  for (guint i = n; i-- > 0;)
    for (guint j = m; j-- > 0;)
      length[i * width + j] = equal (diff, start + i, start + j)
                                ? length[(i + 1) * width + j + 1] + 1
                                : MAX (length[(i + 1) * width + j], length[i * width + j + 1]);

  return length;
}

/* What differs in the middle: what goes is listed before what comes in its place. */
static void
add_middle (Diff *diff, guint start, guint before_end, guint after_end)
{
  guint n = before_end - start, m = after_end - start, width = m + 1, i = 0, j = 0;
  g_autofree guint *length =
    (gsize) n * m <= MAX_PAIRS ? measure (diff, start, before_end, after_end) : NULL;

  while (i < n || j < m)
    {
      if (length != NULL && i < n && j < m && equal (diff, start + i, start + j))
        add (diff, DROVER_DIFF_SAME, start + i++, start + j++);
      else if (i < n && (j == m || length == NULL ||
                         length[(i + 1) * width + j] >= length[i * width + j + 1]))
        add (diff, DROVER_DIFF_REMOVED, start + i++, 0);
      else
        add (diff, DROVER_DIFF_ADDED, 0, start + j++);
    }
}

/**
 * drover_diff_arguments:
 * @before: (element-type DroverArgument): the old list
 * @after: (element-type DroverArgument): the new list
 *
 * Returns: (transfer full) (element-type DroverDiffLine): every argument of both, in an order
 *   that has as many lines as can be in common
 */
GPtrArray *
drover_diff_arguments (GPtrArray *before, GPtrArray *after)
{
  g_autoptr (GPtrArray) old_texts = list_texts (before);
  g_autoptr (GPtrArray) new_texts = list_texts (after);
  Diff diff = { old_texts, new_texts,
                g_ptr_array_new_with_free_func ((GDestroyNotify) line_free) };
  guint start = 0, before_end = before->len, after_end = after->len;

  while (start < before_end && start < after_end && equal (&diff, start, start))
    start++;
  while (before_end > start && after_end > start && equal (&diff, before_end - 1, after_end - 1))
    {
      before_end--;
      after_end--;
    }

  for (guint i = 0; i < start; i++)
    add (&diff, DROVER_DIFF_SAME, i, i);
  add_middle (&diff, start, before_end, after_end);
  for (; before_end < before->len; before_end++, after_end++)
    add (&diff, DROVER_DIFF_SAME, before_end, after_end);

  return diff.lines;
}

/**
 * drover_diff_is_empty:
 * @lines: (element-type DroverDiffLine): from drover_diff_arguments()
 *
 * Returns: whether nothing changes
 */
gboolean
drover_diff_is_empty (GPtrArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    if (((DroverDiffLine *) lines->pdata[i])->kind != DROVER_DIFF_SAME)
      return FALSE;

  return TRUE;
}
