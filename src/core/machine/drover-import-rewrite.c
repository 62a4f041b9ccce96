/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-import-rewrite.h"
#include "drover-shell-private.h"

/* From @to on the text is what was at @from, up to @from_end; byte for byte when it was copied,
 * and else in its place. */
typedef struct
{
  gsize to;
  gsize from;
  gsize from_end;
  gboolean is_copy;
} Segment;

DroverImportRewrite *
drover_import_rewrite_new (const char *text, gsize length)
{
  DroverImportRewrite *self = g_new0 (DroverImportRewrite, 1);

  self->text = g_strndup (text, length);
  self->length = length;
  self->maps = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  return self;
}

void
drover_import_rewrite_free (DroverImportRewrite *self)
{
  if (self->out != NULL)
    g_string_free (self->out, TRUE);
  g_clear_pointer (&self->map, g_array_unref);
  g_ptr_array_unref (self->maps);
  g_free (self->text);
  g_free (self);
}

static void
add_segment (DroverImportRewrite *self, gsize from, gsize from_end, gboolean is_copy)
{
  Segment segment = { self->out->len, from, from_end, is_copy };

  g_array_append_val (self->map, segment);
}

static void
copy_until (DroverImportRewrite *self, gsize end)
{
  if (end <= self->copied)
    return;

  add_segment (self, self->copied, end, TRUE);
  g_string_append_len (self->out, self->text + self->copied, end - self->copied);
  self->copied = end;
}

/**
 * drover_import_rewrite_replace:
 * @start: where in the text; not before the end of the last one in this pass
 * @with: what stands there after this pass
 * @length: its bytes, or -1 when it ends in NUL
 */
void
drover_import_rewrite_replace (DroverImportRewrite *self, gsize start, gsize end, const char *with,
                               gssize length)
{
  gsize n = length < 0 ? strlen (with) : (gsize) length;

  g_return_if_fail (start >= self->copied && end >= start && end <= self->length);

  if (self->out == NULL)
    {
      self->out = g_string_sized_new (self->length + 64);
      self->map = g_array_new (FALSE, FALSE, sizeof (Segment));
    }
  copy_until (self, start);
  if (n > 0)
    {
      add_segment (self, start, end, FALSE);
      g_string_append_len (self->out, with, n);
    }
  self->copied = end;
}

/**
 * drover_import_rewrite_note:
 * @start: where in the text as it is before this pass
 *
 * Counts a change that the user is told of.
 */
void
drover_import_rewrite_note (DroverImportRewrite *self, DroverImportChange change, gsize start,
                            gsize end)
{
  DroverImportChanged *changed = &self->changed[change];

  if (changed->count++ > 0)
    return;
  changed->start = drover_import_rewrite_get_start (self, start);
  changed->end = MAX (drover_import_rewrite_get_end (self, end), changed->start);
}

/**
 * drover_import_rewrite_finish_pass:
 *
 * Makes the pass’s text the one that the next pass goes over.
 *
 * Returns: whether the pass changed anything
 */
gboolean
drover_import_rewrite_finish_pass (DroverImportRewrite *self)
{
  if (self->out == NULL)
    return FALSE;

  copy_until (self, self->length);
  self->length = self->out->len;
  g_free (self->text);
  self->text = g_string_free_and_steal (g_steal_pointer (&self->out));
  g_ptr_array_add (self->maps, g_steal_pointer (&self->map));
  self->copied = 0;
  return TRUE;
}

/* places */

/* The last segment that begins at @offset or before, or NULL. */
static const Segment *
find_segment (GArray *map, gsize offset)
{
  guint low = 0;
  guint high = map->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (map, Segment, middle).to <= offset)
        low = middle + 1;
      else
        high = middle;
    }

  return low > 0 ? &g_array_index (map, Segment, low - 1) : NULL;
}

/* Of the byte at @offset: where it began, or, with @is_end, where it ended. */
static gsize
map_byte (GArray *map, gsize offset, gboolean is_end)
{
  const Segment *segment = find_segment (map, offset);

  if (segment == NULL)
    return 0;
  if (segment->is_copy)
    return MIN (segment->from + (offset - segment->to) + is_end, segment->from_end);

  return is_end ? segment->from_end : segment->from;
}

/**
 * drover_import_rewrite_get_start:
 * @offset: a place in the text as it is
 *
 * Returns: where what begins there began in the text that was given
 */
gsize
drover_import_rewrite_get_start (const DroverImportRewrite *self, gsize offset)
{
  for (guint i = self->maps->len; i > 0; i--)
    offset = map_byte (self->maps->pdata[i - 1], offset, FALSE);

  return offset;
}

/**
 * drover_import_rewrite_get_end:
 * @offset: a place in the text as it is
 *
 * Returns: where what ends there ended in the text that was given
 */
gsize
drover_import_rewrite_get_end (const DroverImportRewrite *self, gsize offset)
{
  for (guint i = self->maps->len; i > 0 && offset > 0; i--)
    offset = map_byte (self->maps->pdata[i - 1], offset - 1, TRUE);

  return offset;
}

/* lines and words, for the passes */

/**
 * drover_import_line_end:
 *
 * Returns: where the line that begins at @start ends: at its `\n`, or at the text's end
 */
gsize
drover_import_line_end (const DroverImportRewrite *self, gsize start)
{
  const char *newline = memchr (self->text + start, '\n', self->length - start);

  return newline != NULL ? (gsize) (newline - self->text) : self->length;
}

/**
 * drover_import_find_program_word:
 *
 * Returns: where a word that is QEMU's name, or a path of it, begins in the stretch from @start
 *   to @end, or @end
 */
gsize
drover_import_find_program_word (const char *text, gsize start, gsize end)
{
  static const char separators[] = " \t\r\n\"'`()[]{},;|&<>";

  for (gsize word = start; word < end;)
    {
      gsize word_end = word;

      while (word_end < end && (text[word_end] == '\0' || strchr (separators, text[word_end]) == NULL))
        word_end++;
      if (word_end > word && drover_shell_is_qemu (text + word, word_end - word))
        return word;
      word = word_end + 1;
    }

  return end;
}

/* sentences */

/* Of characters. */
static char *
dup_character_sentence (DroverImportChange change, guint n)
{
  switch ((guint) change)
    {
    case DROVER_IMPORT_CHANGE_BLANKS:
      return g_strdup_printf (ngettext ("%u blank of a kind that shells do not know became a "
                                        "plain one",
                                        "%u blanks of kinds that shells do not know became plain "
                                        "ones",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_INVISIBLE:
      return g_strdup_printf (ngettext ("%u invisible character was left out",
                                        "%u invisible characters were left out",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_QUOTES:
      return g_strdup_printf (ngettext ("%u pair of typographic quotes became plain ones",
                                        "%u pairs of typographic quotes became plain ones",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_DASHES:
      return g_strdup_printf (ngettext ("%u long dash became a hyphen, as options have it",
                                        "%u long dashes became hyphens, as options have them",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_ELLIPSES:
      return g_strdup_printf (ngettext ("%u “…” was left out: the text does not say what else "
                                        "stands there",
                                        "%u “…” were left out: the text does not say what else "
                                        "stands there",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_FULL_WIDTH:
      return g_strdup_printf (ngettext ("%u full-width character became a plain one",
                                        "%u full-width characters became plain ones",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_ENTITIES:
      return g_strdup_printf (ngettext ("%u HTML entity, as “&amp;”, became the character that "
                                        "it stands for",
                                        "%u HTML entities, as “&amp;”, became the characters "
                                        "that they stand for",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_TAGS:
      return g_strdup_printf (ngettext ("%u HTML tag was left out",
                                        "%u HTML tags were left out",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_ESCAPES:
      return g_strdup_printf (ngettext ("%u of the terminal’s control sequences was left out",
                                        "%u of the terminal’s control sequences were left out",
                                        n),
                              n);
    default:
      return NULL;
    }
}

/* Of what a command is wrapped in. */
static char *
dup_wrapping_sentence (DroverImportChange change, guint n)
{
  switch ((guint) change)
    {
    case DROVER_IMPORT_CHANGE_BACKTICKS:
      return g_strdup_printf (ngettext ("The backticks around %u command were left out",
                                        "The backticks around %u commands were left out",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_LINE_NUMBERS:
      return g_strdup_printf (ngettext ("%u line number was left out",
                                        "%u line numbers were left out",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_BLOCK_QUOTES:
      return g_strdup_printf (ngettext ("The “>” of %u quoted line was left out",
                                        "The “>” of %u quoted lines were left out",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_PROSE:
      return g_strdup_printf (ngettext ("%u quote outside of the command, which nothing closes, "
                                        "was taken as plain text",
                                        "%u quotes outside of the command, which nothing closes, "
                                        "were taken as plain text",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_UNIT:
      return g_strdup_printf (ngettext ("%u line of a unit or desktop file was read as a command",
                                        "%u lines of a unit or desktop file were read as commands",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_MAKEFILE:
      return g_strdup_printf (ngettext ("%u line was read as make reads it",
                                        "%u lines were read as make reads them",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_LIST:
      return g_strdup_printf (ngettext ("%u list of words was read as a command line",
                                        "%u lists of words were read as command lines",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_STRING:
      return g_strdup_printf (ngettext ("%u string was read as a command line",
                                        "%u strings were read as command lines",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_XML:
      return g_strdup_printf (ngettext ("%u argument was taken from libvirt’s XML; its other "
                                        "settings were not read",
                                        "%u arguments were taken from libvirt’s XML; its other "
                                        "settings were not read",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_PREFIX:
      return g_strdup_printf (ngettext ("The “args” of %u line was left out",
                                        "The “args” of %u lines were left out",
                                        n),
                              n);
    case DROVER_IMPORT_CHANGE_START_PROCESS:
      return g_strdup_printf (ngettext ("%u “Start-Process” was read as the command that it runs",
                                        "%u “Start-Process” were read as the commands that they "
                                        "run",
                                        n),
                              n);
    default:
      return NULL;
    }
}

/**
 * drover_import_change_dup_sentence:
 * @count: how often; at least once
 *
 * Returns: (transfer full): what was done, for people
 */
char *
drover_import_change_dup_sentence (DroverImportChange change, guint count)
{
  char *sentence = dup_character_sentence (change, count);

  return sentence != NULL ? sentence : dup_wrapping_sentence (change, count);
}
