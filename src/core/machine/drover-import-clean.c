/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-rewrite.h"
#include "drover-shell-private.h"

/* What web pages, word processors, terminals and manuals leave in a command. Each is changed
 * only where it would be misread as it is: in a line that may be a command, outside of quotes. */

/* Entities and tags are longer than this in no text that people paste. */
#define MAX_ENTITY 10
#define MAX_TAG 300

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static gsize
skip_blanks (const DroverImportRewrite *self, gsize pos, gsize end)
{
  while (pos < end && is_blank (self->text[pos]))
    pos++;
  return pos;
}

static gboolean
has_at (const DroverImportRewrite *self, gsize pos, const char *what)
{
  gsize n = strlen (what);

  return self->length - pos >= n && memcmp (self->text + pos, what, n) == 0;
}

/* control sequences of a terminal */

/* The bytes of one at @pos, which is an escape character, or 0. */
static gsize
match_escape (const DroverImportRewrite *self, gsize pos)
{
  const char *text = self->text + pos;
  gsize length = MIN (self->length - pos, 200);
  gsize n = 2;

  if (length < 2)
    return 0;
  if (text[1] == '[')
    {
      while (n < length && text[n] >= 0x20 && text[n] < 0x40)
        n++;
      return n < length && text[n] >= 0x40 && text[n] < 0x7f ? n + 1 : 0;
    }
  if (text[1] == ']')
    {
      while (n < length && text[n] != '\a' && text[n] != '\033' && text[n] != '\n')
        n++;
      if (n >= length || text[n] == '\n')
        return 0;
      return text[n] == '\a' ? n + 1 : MIN (n + 2, length);
    }
  if (strchr ("()", text[1]) != NULL)
    return length > 2 ? 3 : 0;

  return strchr ("=>78cM", text[1]) != NULL ? 2 : 0;
}

static void
remove_escapes (DroverImportRewrite *self)
{
  const char *escape = memchr (self->text, '\033', self->length);

  while (escape != NULL)
    {
      gsize pos = escape - self->text;
      gsize n = match_escape (self, pos);

      if (n > 0)
        {
          drover_import_rewrite_replace (self, pos, pos + n, "", 0);
          drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_ESCAPES, pos, pos + n);
        }
      pos += MAX (n, 1);
      escape = memchr (self->text + pos, '\033', self->length - pos);
    }

  drover_import_rewrite_finish_pass (self);
}

/* HTML */

static const struct
{
  const char *name;
  const char *text;
} entities[] = {
  { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&apos;", "'" },
  { "&nbsp;", " " }, { "&ndash;", "–" }, { "&mdash;", "—" }, { "&hellip;", "…" },
  { "&ldquo;", "“" }, { "&rdquo;", "”" }, { "&lsquo;", "‘" }, { "&rsquo;", "’" },
  { "&shy;", "" }, { "&zwnj;", "" }, { "&bsol;", "\\" }, { "&dollar;", "$" }, { "&lowbar;", "_" },
};

/* The bytes of an entity at @pos, or 0; a number’s character goes to @buffer. */
static gsize
match_entity (const DroverImportRewrite *self, gsize pos, const char **text, char *buffer)
{
  const char *semicolon = memchr (self->text + pos, ';', MIN (self->length - pos, MAX_ENTITY));
  gboolean is_hex;
  guint64 code;
  char *end;

  if (semicolon == NULL)
    return 0;

  for (guint i = 0; i < G_N_ELEMENTS (entities); i++)
    if (has_at (self, pos, entities[i].name))
      {
        *text = entities[i].text;
        return strlen (entities[i].name);
      }

  if (self->text[pos + 1] != '#')
    return 0;
  is_hex = self->text[pos + 2] == 'x' || self->text[pos + 2] == 'X';
  if (!g_ascii_isxdigit (self->text[pos + 2 + is_hex]))
    return 0;
  code = g_ascii_strtoull (self->text + pos + 2 + is_hex, &end, is_hex ? 16 : 10);
  if (end != semicolon || code == 0 || code > 0x10ffff || !g_unichar_validate (code))
    return 0;

  buffer[code == 0xa0 ? g_unichar_to_utf8 (' ', buffer) : g_unichar_to_utf8 (code, buffer)] = '\0';
  *text = buffer;
  return semicolon - self->text - pos + 1;
}

static const char *const tags[] = { "pre", "code", "br", "p", "div", "span", "b", "i", "em", "tt",
                                    "strong", "kbd", "samp", "li", "ul", "ol", "a", "td", "tr",
                                    "table", "blockquote", "html", "body", "h1", "h2", "h3", NULL };

/* The bytes of a tag at @pos, or 0. Its name goes to @name. */
static gsize
match_tag (const DroverImportRewrite *self, gsize pos, char name[16], gboolean *is_end)
{
  gsize start = pos + 1 + (pos + 1 < self->length && self->text[pos + 1] == '/');
  gsize n = 0;
  const char *close;

  while (n < 15 && start + n < self->length && g_ascii_isalnum (self->text[start + n]))
    {
      name[n] = g_ascii_tolower (self->text[start + n]);
      n++;
    }
  name[n] = '\0';
  *is_end = start == pos + 2;
  if (!g_strv_contains (tags, name))
    return 0;
  if (start + n >= self->length || strchr (" \t\n/>", self->text[start + n]) == NULL ||
      self->text[start + n] == '\0')
    return 0;

  close = memchr (self->text + start + n, '>', MIN (self->length - start - n, MAX_TAG));
  return close != NULL ? (gsize) (close - self->text) - pos + 1 : 0;
}

/* A tag is one when the text closes it too, or has `<br>`: else `<code>` may be a place to fill
 * in. Returns the names of those. */
static GHashTable *
find_tags (const DroverImportRewrite *self)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *next = memchr (self->text, '<', self->length);

  while (next != NULL)
    {
      gsize pos = next - self->text;
      gboolean is_end;
      char name[16];

      if (match_tag (self, pos, name, &is_end) > 0 && (is_end || g_str_equal (name, "br")))
        g_hash_table_add (found, g_strdup (name));
      next = memchr (self->text + pos + 1, '<', self->length - pos - 1);
    }

  return found;
}

/* Whether an entity stands outside of quotes, where a shell would make two commands of it. */
static gboolean
has_plain_entity (const DroverImportRewrite *self)
{
  char quote = '\0';

  for (gsize pos = 0; pos < self->length; pos++)
    {
      char c = self->text[pos];
      const char *text;
      char buffer[8];

      if (quote == '\0' && c == '&' && match_entity (self, pos, &text, buffer) > 0)
        return TRUE;
      if (c == '\\' && quote != '\'')
        pos++;
      else if (c == '\n' || c == quote)
        quote = '\0';
      else if (quote == '\0' && (c == '"' || c == '\''))
        quote = c;
    }

  return FALSE;
}

static void
remove_tag (DroverImportRewrite *self, gsize pos, gsize n, const char *name, gboolean is_end)
{
  static const char *const blocks[] = { "pre", "p", "div", "li", "tr", "blockquote", "h1", "h2",
                                        "h3", NULL };
  gboolean is_line = (g_str_equal (name, "br") && !has_at (self, pos + n, "\n")) ||
                     (is_end && g_strv_contains (blocks, name));

  drover_import_rewrite_replace (self, pos, pos + n, "\n", is_line);
  drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_TAGS, pos, pos + n);
}

static void
read_html (DroverImportRewrite *self)
{
  g_autoptr (GHashTable) found = find_tags (self);
  gboolean has_entities = (g_hash_table_size (found) > 0 || has_plain_entity (self));

  for (gsize pos = 0; has_entities && pos < self->length;)
    {
      char c = self->text[pos];
      const char *text;
      char buffer[16];
      gboolean is_end;
      gsize n = 0;

      if (c == '&' && (n = match_entity (self, pos, &text, buffer)) > 0)
        {
          drover_import_rewrite_replace (self, pos, pos + n, text, -1);
          drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_ENTITIES, pos, pos + n);
        }
      else if (c == '<' && (n = match_tag (self, pos, buffer, &is_end)) > 0 &&
               g_hash_table_contains (found, buffer))
        remove_tag (self, pos, n, buffer, is_end);
      else
        n = 0;
      pos += MAX (n, 1);
    }

  drover_import_rewrite_finish_pass (self);
}

/* what stands at the beginning of lines */

/* The bytes of `  12  `, `12:` or `12|` at @pos, or 0. */
static gsize
match_number (const DroverImportRewrite *self, gsize pos, gsize end, guint64 *number)
{
  gsize start = skip_blanks (self, pos, end);
  gsize n = start;

  while (n < end && n < start + 7 && g_ascii_isdigit (self->text[n]))
    n++;
  if (n == start || n == start + 7)
    return 0;

  *number = g_ascii_strtoull (self->text + start, NULL, 10);
  if (n == end || self->text[n] == '\r')
    return n - pos;
  if (n + 2 < end && self->text[n] == ' ' && self->text[n + 1] == '|' && is_blank (self->text[n + 2]))
    return n + 3 - pos;
  if (strchr (":|.)", self->text[n]) != NULL && n + 1 < end && is_blank (self->text[n + 1]))
    return n + 2 - pos;

  return is_blank (self->text[n]) ? n + 1 - pos : 0;
}

/* Numbers count lines where at least two that follow each other rise by one. */
static void
remove_line_numbers (DroverImportRewrite *self)
{
  gsize previous_line = 0;
  gsize previous_n = 0;
  gboolean was_removed = FALSE;
  guint64 previous = 0;

  for (gsize line = 0; line < self->length; line = drover_import_line_end (self, line) + 1)
    {
      gsize end = drover_import_line_end (self, line);
      guint64 number = 0;
      gsize n = match_number (self, line, end, &number);
      gboolean follows = n > 0 && previous_n > 0 && number == previous + 1;

      if (follows && !was_removed)
        {
          drover_import_rewrite_replace (self, previous_line, previous_line + previous_n, "", 0);
          drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_LINE_NUMBERS, previous_line,
                                      previous_line + previous_n);
        }
      if (follows)
        {
          drover_import_rewrite_replace (self, line, line + n, "", 0);
          drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_LINE_NUMBERS, line, line + n);
        }
      was_removed = follows;
      previous = number;
      previous_n = n;
      previous_line = line;
    }

  drover_import_rewrite_finish_pass (self);
}

/* `> ` of mail and Markdown, where each line of several has it. A shell's second prompt has none
 * before the first line. */
static void
remove_block_quotes (DroverImportRewrite *self)
{
  guint n_lines = 0;

  for (gsize line = 0; line < self->length; line = drover_import_line_end (self, line) + 1)
    {
      gsize end = drover_import_line_end (self, line);
      gsize start = skip_blanks (self, line, end);

      if (start == end || self->text[start] == '\r')
        continue;
      if (self->text[start] != '>' || (start + 1 < end && strchr ("&>(|", self->text[start + 1])))
        return;
      n_lines++;
    }
  if (n_lines < 2)
    return;

  for (gsize line = 0; line < self->length; line = drover_import_line_end (self, line) + 1)
    {
      gsize end = drover_import_line_end (self, line);
      gsize start = skip_blanks (self, line, end);

      if (start < end && self->text[start] == '>')
        {
          drover_import_rewrite_replace (self, line, start + 1, "", 0);
          drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_BLOCK_QUOTES, start, start + 1);
        }
    }
  drover_import_rewrite_finish_pass (self);
}

/* `qemu-system-… -m 1G` in backticks in a sentence. After `=`, `"`, or in a command, they are a
 * shell's. */
static gboolean
is_inline_code (const DroverImportRewrite *self, gsize open, gsize close)
{
  gsize start = open + 1;
  gsize word_end;

  if (open > 0 && !is_blank (self->text[open - 1]) && self->text[open - 1] != '\n' &&
      self->text[open - 1] != '(')
    return FALSE;
  if (close + 1 < self->length && (g_ascii_isalnum (self->text[close + 1]) ||
                                   strchr ("/`\"-", self->text[close + 1]) != NULL))
    return FALSE;

  start += drover_shell_match_prompt (self->text + start, close - start, FALSE);
  if (has_at (self, start, "sudo "))
    start += 5;
  word_end = start;
  while (word_end < close && !is_blank (self->text[word_end]))
    word_end++;

  return word_end < close && drover_shell_is_qemu (self->text + start, word_end - start) &&
         g_strstr_len (self->text + word_end, close - word_end, " -") != NULL;
}

static void
remove_inline_backticks (DroverImportRewrite *self)
{
  for (gsize line = 0; line < self->length; line = drover_import_line_end (self, line) + 1)
    {
      gsize end = drover_import_line_end (self, line);
      const char *open = memchr (self->text + line, '`', end - line);

      while (open != NULL && open[1] != '`')
        {
          gsize start = open - self->text;
          const char *close = memchr (open + 1, '`', end - start - 1);
          gsize stop = close != NULL ? (gsize) (close - self->text) : end;

          if (close == NULL)
            break;
          if (is_inline_code (self, start, stop))
            {
              drover_import_rewrite_replace (self, start, start + 1, "\n", 1);
              drover_import_rewrite_replace (self, stop, stop + 1, "\n", 1);
              drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_BACKTICKS, start, stop + 1);
            }
          open = memchr (self->text + stop + 1, '`', end - stop - 1);
        }
    }

  drover_import_rewrite_finish_pass (self);
}

/**
 * drover_import_clean:
 *
 * Undoes what web pages, terminals and manuals did to a command. What a shell understands as it
 * is meant stays byte for byte.
 */
void
drover_import_clean (DroverImportRewrite *self)
{
  remove_escapes (self);
  if (memchr (self->text, '&', self->length) != NULL || memchr (self->text, '<', self->length) != NULL)
    read_html (self);
  drover_import_clean_characters (self);
  remove_block_quotes (self);
  remove_line_numbers (self);
  remove_inline_backticks (self);
}
