/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-history.h"

#define ESC 0x1b
#define ENQ 0x05

/* The length of a control sequence (ESC [ parameters intermediates final), 0 when there is
 * none at @data. ECMA-48, 5.4. */
static gsize
sequence_length (const guint8 *data, gsize length)
{
  gsize i = 2;

  if (length < 3 || data[0] != ESC || data[1] != '[')
    return 0;

  while (i < length && data[i] >= 0x20 && data[i] <= 0x3f)
    i++;

  return i < length && data[i] >= 0x40 && data[i] <= 0x7e ? i + 1 : 0;
}

/* Reports of status and position (n), of attributes (c), of parameters (x), of modes (p with
 * a dollar sign), of the window (t). */
static gboolean
is_question (const guint8 *sequence, gsize length)
{
  guint8 final = sequence[length - 1];

  return strchr ("ncxt", final) != NULL || (final == 'p' && sequence[length - 2] == '$');
}

/**
 * drover_history_strip_questions:
 * @data: what a guest wrote some time ago
 *
 * A program asks its terminal where the cursor is, or what it is. When old output is shown
 * again, the terminal would answer again, and the answers would be typed into whatever runs
 * now.
 *
 * Returns: (transfer full): @data without the questions
 */
GBytes *
drover_history_strip_questions (const guint8 *data, gsize length)
{
  g_autoptr (GByteArray) kept = g_byte_array_sized_new (length);

  for (gsize i = 0; i < length;)
    {
      gsize sequence = sequence_length (data + i, length - i);

      if (sequence > 0 && is_question (data + i, sequence))
        {
          i += sequence;
          continue;
        }
      if (data[i] != ENQ)
        g_byte_array_append (kept, data + i, 1);
      i++;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&kept));
}
