/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-history.h"

#define ESC 0x1b
#define ENQ 0x05
#define BEL 0x07

/* An ESC with a letter, or the one control character that stands for both, as UTF-8 has it.
 * ECMA-48, 5.3. */
static gsize
introducer_length (const guint8 *data, gsize length, guint8 *letter)
{
  if (length < 2)
    return 0;

  *letter = data[0] == ESC ? data[1] : data[1] - 0x40;
  return (data[0] == ESC && data[1] != 0) || (data[0] == 0xc2 && data[1] >= 0x80 && data[1] < 0xa0)
           ? 2 : 0;
}

/* Of a control sequence from its parameters on (parameters intermediates final), 0 when there is
 * none. ECMA-48, 5.4. */
static gsize
sequence_length (const guint8 *data, gsize length)
{
  gsize i = 0;

  while (i < length && data[i] >= 0x20 && data[i] <= 0x3f)
    i++;

  return i < length && data[i] >= 0x40 && data[i] <= 0x7e ? i + 1 : 0;
}

/* Of a string that ends with ST, or with BEL as xterm has it; with its end, and 0 without one.
 * ECMA-48, 5.6. */
static gsize
string_length (const guint8 *data, gsize length, gsize *text)
{
  for (gsize i = 0; i < length; i++)
    {
      guint8 letter = 0;

      *text = i;
      if (data[i] == BEL)
        return i + 1;
      if (introducer_length (data + i, length - i, &letter) > 0)
        return letter == '\\' ? i + 2 : 0;
    }

  return 0;
}

/* Reports of status and position (n), of attributes (c), of parameters (x), of modes (p with
 * a dollar sign), of the window (t), of the terminal's version (q) and keyboard (u). */
static gboolean
is_question (const guint8 *sequence, gsize length)
{
  guint8 final = sequence[length - 1];

  return strchr ("ncxt", final) != NULL ||
         (final == 'p' && length > 1 && sequence[length - 2] == '$') ||
         (final == 'q' && sequence[0] == '>') || (final == 'u' && sequence[0] == '?');
}

/* How long the question at @data is; 0 when there is none. Beside those above: what kind of
 * terminal it is (ESC Z), colours and the like (an OSC that ends with a question mark), settings
 * and capabilities (DCS $ q, DCS + q). */
static gsize
question_length (const guint8 *data, gsize length)
{
  guint8 letter = 0;
  gsize start = introducer_length (data, length, &letter);
  gsize text = 0;
  gsize n;

  if (length > 0 && data[0] == ENQ)
    return 1;
  if (start == 0)
    return 0;

  data += start;
  length -= start;
  switch (letter)
    {
    case 'Z':
      return start;
    case '[':
      n = sequence_length (data, length);
      return n > 0 && is_question (data, n) ? start + n : 0;
    case ']':
      n = string_length (data, length, &text);
      return n > 0 && text > 1 && data[text - 1] == '?' && data[text - 2] == ';' ? start + n : 0;
    case 'P':
      n = string_length (data, length, &text);
      return n > 0 && text > 1 && (data[0] == '$' || data[0] == '+') && data[1] == 'q' ? start + n
                                                                                      : 0;
    default:
      return 0;
    }
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
      gsize question = question_length (data + i, length - i);

      if (question == 0)
        g_byte_array_append (kept, data + i++, 1);
      i += question;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&kept));
}
