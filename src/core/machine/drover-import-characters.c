/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-rewrite.h"
#include "drover-shell-private.h"

/* Characters that web pages and word processors put in the place of a shell's, and quotes of
 * prose, which a shell would look for the end of. */

typedef struct
{
  DroverImportRewrite *rewrite;
  gsize pos;
  gsize word;      /* where the word at @pos begins */
  char quote;      /* the one that is open, or NUL */
  gboolean in_command;
} Cleaner;

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static gboolean
is_blank_character (gunichar c)
{
  return c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000;
}

static gboolean
is_invisible (gunichar c)
{
  return c == 0xad || (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfeff;
}

static gboolean
is_dash (gunichar c)
{
  return (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xfe58 || c == 0xfe63 || c == 0xff0d;
}

static gboolean
is_full_width (gunichar c)
{
  return c >= 0xff01 && c <= 0xff5e;
}

static gunichar
get_character (const DroverImportRewrite *rewrite, gsize pos)
{
  return pos < rewrite->length ? g_utf8_get_char (rewrite->text + pos) : 0;
}

static gsize
get_next (const DroverImportRewrite *rewrite, gsize pos)
{
  return MIN ((gsize) (g_utf8_next_char (rewrite->text + pos) - rewrite->text), rewrite->length);
}

static void
change (Cleaner *self, gsize end, const char *with, DroverImportChange kind)
{
  drover_import_rewrite_replace (self->rewrite, self->pos, end, with, -1);
  drover_import_rewrite_note (self->rewrite, kind, self->pos, end);
  self->pos = end;
}

/* quotes */

static gboolean
is_opening (gunichar c)
{
  return c == 0x201c || c == 0x201e || c == 0x201d || c == 0x201f || c == 0xff02;
}

static gboolean
is_single_opening (gunichar c)
{
  return c == 0x2018 || c == 0x201a || c == 0x2019 || c == 0x201b || c == 0xff07;
}

/* What may stand before a quote in a command. */
static gboolean
can_open (const DroverImportRewrite *rewrite, gsize pos)
{
  gunichar before;

  if (pos == 0)
    return TRUE;

  before = g_utf8_get_char (g_utf8_prev_char (rewrite->text + pos));
  return before == '=' || before == ',' || before == ':' || before == '(' || before == '\n' ||
         before == '\r' || before == '\t' || before == ' ' || is_blank_character (before);
}

static gboolean
can_follow (gunichar c)
{
  return c == 0 || (c < 0x80 && strchr (" \t\r\n,;:)\\&|", c) != NULL) || is_blank_character (c);
}

/* The closing quote on the same line, or 0. One of the plain kind within would end it early. */
#define MAX_QUOTED 4096

static gsize
find_closing (const DroverImportRewrite *rewrite, gsize pos, gboolean is_single)
{
  gsize end = MIN (rewrite->length, pos + MAX_QUOTED);

  for (pos = get_next (rewrite, pos); pos < end; pos = get_next (rewrite, pos))
    {
      gunichar c = get_character (rewrite, pos);

      if (c == '\n' || c == (is_single ? '\'' : '"'))
        return 0;
      if ((is_single ? is_single_opening (c) : is_opening (c)) &&
          can_follow (get_character (rewrite, get_next (rewrite, pos))))
        return pos;
    }

  return 0;
}

/* Changes the pair and leaves alone what is in it. */
static gboolean
clean_quotes (Cleaner *self, gunichar c)
{
  gboolean is_single = is_single_opening (c);
  const char *plain = is_single ? "'" : "\"";
  gsize close;

  /* Of a pair that does not open, nobody knows what was meant. */
  if (c == 0x201d || c == 0x2019 || (!is_single && !is_opening (c)) || !can_open (self->rewrite, self->pos))
    return FALSE;

  close = find_closing (self->rewrite, self->pos, is_single);
  if (close == 0)
    return FALSE;

  change (self, get_next (self->rewrite, self->pos), plain, DROVER_IMPORT_CHANGE_QUOTES);
  self->pos = close;
  drover_import_rewrite_replace (self->rewrite, close, get_next (self->rewrite, close), plain, 1);
  self->pos = get_next (self->rewrite, close);
  return TRUE;
}

/* dashes */

/* No option has a longer name. */
#define MAX_NAME 100

/* `–enable–kvm` is an option, and `qemu‑system` a program; a file may be called `a–b`. */
static gboolean
clean_dash (Cleaner *self, gunichar c)
{
  const DroverImportRewrite *rewrite = self->rewrite;
  gsize end = get_next (rewrite, self->pos);
  gunichar next = get_character (rewrite, end);
  gunichar first = get_character (rewrite, self->word);
  gboolean is_option = first == '-' || is_dash (first);
  gboolean is_start = self->pos == self->word ||
                      (self->pos == get_next (rewrite, self->word) && is_option);
  gboolean is_hyphen = c == 0x2010 || c == 0x2011 || c == 0x2212;

  if (!is_dash (c) || self->pos - self->word > MAX_NAME)
    return FALSE;
  if (is_start ? !g_unichar_isalpha (next) && next != '-' && !is_dash (next)
               : !is_option && !is_hyphen &&
                 strncmp (rewrite->text + self->word, "qemu", 4) != 0)
    return FALSE;

  /* Of an option only the name: a value may have stood behind `=`. */
  if (!is_start && !is_hyphen && memchr (rewrite->text + self->word, '=', self->pos - self->word))
    return FALSE;

  change (self, end, "-", DROVER_IMPORT_CHANGE_DASHES);
  return TRUE;
}

/* full width */

/* Whether it can only be meant for plain characters: of an option, a program, or as a whole. */
static gboolean
is_meant_plain (Cleaner *self)
{
  const DroverImportRewrite *rewrite = self->rewrite;
  gunichar first = get_character (rewrite, self->word);
  gboolean is_whole = TRUE;

  if (first == '-' || is_dash (first) || first == 0xff51)
    return TRUE;

  for (gsize pos = self->word; pos < rewrite->length; pos = get_next (rewrite, pos))
    {
      gunichar c = get_character (rewrite, pos);

      if (c == 0 || (c < 0x80 && is_space (c)) || is_blank_character (c) || pos - self->word > 200)
        break;
      is_whole &= is_full_width (c);
      if (c == 0xff1d || c == 0xff0c)
        return TRUE;
    }

  return is_whole;
}

static gboolean
clean_full_width (Cleaner *self, gunichar c)
{
  char plain[2] = { is_full_width (c) ? c - 0xff01 + '!' : '\0', '\0' };

  if (!is_full_width (c) || strchr ("'\"", plain[0]) != NULL || !is_meant_plain (self))
    return FALSE;

  change (self, get_next (self->rewrite, self->pos), plain, DROVER_IMPORT_CHANGE_FULL_WIDTH);
  return TRUE;
}

/* one after the other */

/* `…` as a word of its own. Three dots are a word that a shell knows. */
static gboolean
clean_ellipsis (Cleaner *self)
{
  static const char *const ellipses[] = { "…", "[…]", NULL };
  const char *text = self->rewrite->text + self->pos;
  gsize rest = self->rewrite->length - self->pos;

  for (guint i = 0; self->pos == self->word && ellipses[i] != NULL; i++)
    {
      gsize n = strlen (ellipses[i]);

      if (rest >= n && memcmp (text, ellipses[i], n) == 0 && (rest == n || is_space (text[n])))
        {
          change (self, self->pos + n, "", DROVER_IMPORT_CHANGE_ELLIPSES);
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
clean_character (Cleaner *self)
{
  gunichar c = get_character (self->rewrite, self->pos);
  gsize end = get_next (self->rewrite, self->pos);

  if (clean_ellipsis (self))
    return TRUE;
  if (c < 0x80)
    return FALSE;

  if (is_blank_character (c))
    {
      change (self, end, " ", DROVER_IMPORT_CHANGE_BLANKS);
      self->word = self->pos;
    }
  else if (is_invisible (c))
    {
      gboolean is_start = self->word == self->pos;

      change (self, end, "", DROVER_IMPORT_CHANGE_INVISIBLE);
      if (is_start)
        self->word = self->pos;
    }
  else if (c == 0x2028 || c == 0x2029)
    {
      change (self, end, "\n", DROVER_IMPORT_CHANGE_BLANKS);
      self->word = self->pos;
    }
  else
    return clean_dash (self, c) || clean_quotes (self, c) || clean_full_width (self, c);

  return TRUE;
}

/* A shell's own: quotes and escapes. Moves on by at least one character. */
static void
pass_character (Cleaner *self)
{
  const DroverImportRewrite *rewrite = self->rewrite;
  char c = rewrite->text[self->pos];
  gboolean is_escape = c == '\\' && self->quote != '\'';

  if (self->quote != '\0' && c == self->quote)
    self->quote = '\0';
  else if (self->quote == '\0' && (c == '"' || c == '\'') &&
           memchr (rewrite->text + self->pos + 1, c, rewrite->length - self->pos - 1) != NULL)
    self->quote = c;

  self->pos = get_next (rewrite, self->pos);
  if (is_escape && self->pos < rewrite->length && (guchar) rewrite->text[self->pos] < 0x80 &&
      !is_space (rewrite->text[self->pos]))
    self->pos++;
  if (is_space (c))
    self->word = self->pos;
}

/* Whether a line may be of a command: others are prose, in which all of this is well. */
static gboolean
is_command_line (const DroverImportRewrite *rewrite, gsize start, gsize end)
{
  gsize pos = start;
  gunichar c;

  if (g_strstr_len (rewrite->text + start, end - start, "qemu") != NULL ||
      g_strstr_len (rewrite->text + start, end - start, "kvm") != NULL ||
      g_strstr_len (rewrite->text + start, end - start, "ｑｅｍｕ") != NULL ||
      g_strstr_len (rewrite->text + start, end - start, "=") != NULL)
    return TRUE;

  while (pos < end && (is_space (rewrite->text[pos]) ||
                       is_blank_character (get_character (rewrite, pos)) ||
                       is_invisible (get_character (rewrite, pos))))
    pos = get_next (rewrite, pos);
  c = get_character (rewrite, pos);

  return pos < end && (c == '-' || is_dash (c));
}

/* Whether the next line goes on with the command: also behind blanks of any kind. */
static gboolean
is_continued (const DroverImportRewrite *rewrite, gsize start, gsize end)
{
  while (end > start)
    {
      gsize before = g_utf8_prev_char (rewrite->text + end) - rewrite->text;
      gunichar c = get_character (rewrite, before);

      if (c != ' ' && c != '\t' && c != '\r' && !is_blank_character (c) && !is_invisible (c))
        return c == '\\' || c == '^' || c == '`';
      end = before;
    }

  return FALSE;
}

static gboolean
is_plain_text (const DroverImportRewrite *rewrite)
{
  for (gsize i = 0; i < rewrite->length; i++)
    if ((guchar) rewrite->text[i] >= 0x80)
      return FALSE;

  return TRUE;
}

/**
 * drover_import_clean_characters:
 *
 * Outside of quotes, in lines that may be commands, makes plain blanks, quotes and dashes of
 * those that a shell does not know.
 */
void
drover_import_clean_characters (DroverImportRewrite *rewrite)
{
  Cleaner self = { .rewrite = rewrite };

  if (is_plain_text (rewrite))
    return;

  for (gsize line = 0; line < rewrite->length;)
    {
      gsize end = drover_import_line_end (rewrite, line);

      self.in_command = self.in_command || is_command_line (rewrite, line, end);
      if (self.pos <= line)
        self.word = self.pos = line;
      if (!self.in_command)
        self.pos = end;
      while (self.pos < end)
        if (self.quote != '\0' || !clean_character (&self))
          pass_character (&self);
      self.in_command = self.in_command && (self.quote != '\0' || is_continued (rewrite, line, end));
      line = end + 1;
    }

  drover_import_rewrite_finish_pass (rewrite);
}

/* prose */

/* Lines of prose have not more than some. */
#define MAX_UNCLOSED 64

typedef struct
{
  gsize start; /* of what is quoted, or of an apostrophe */
  char quote;
} Open;

/* The quote in a stretch of prose that nothing in it closes; an apostrophe is one, whatever
 * comes. Returns @end when there is none. */
static gsize
find_unclosed (const DroverImportRewrite *rewrite, gsize start, gsize end)
{
  Open open = { end, '\0' };

  for (gsize pos = start; pos < end; pos++)
    {
      char c = rewrite->text[pos];

      if (c == '\\' && open.quote != '\'')
        pos++;
      else if (c == open.quote)
        open = (Open) { end, '\0' };
      else if (open.quote == '\0' && c == '\'' && pos > start &&
               g_ascii_isalpha (rewrite->text[pos - 1]))
        return pos;
      else if (open.quote == '\0' && (c == '"' || c == '\'' || c == '`' ||
                                      (c == '$' && pos + 1 < end &&
                                       strchr ("({", rewrite->text[pos + 1]) != NULL)))
        open = (Open) { pos, c == '$' ? rewrite->text[pos + 1] == '(' ? ')' : '}' : c };
    }

  return open.start;
}

static void
escape_stretch (DroverImportRewrite *rewrite, gsize start, gsize end)
{
  gsize pos;

  for (guint n = 0; n < MAX_UNCLOSED && (pos = find_unclosed (rewrite, start, end)) < end; n++)
    {
      drover_import_rewrite_replace (rewrite, pos, pos, "\\", 1);
      drover_import_rewrite_note (rewrite, DROVER_IMPORT_CHANGE_PROSE, pos, pos + 1);
      start = pos + 1;
    }
}

static gboolean
is_assignment (const DroverImportRewrite *rewrite, gsize pos, gsize end)
{
  gsize start;

  while (pos < end && is_space (rewrite->text[pos]))
    pos++;
  if (end - pos > 7 && memcmp (rewrite->text + pos, "export ", 7) == 0)
    pos += 7;
  start = pos;
  while (pos < end && (g_ascii_isalnum (rewrite->text[pos]) || rewrite->text[pos] == '_'))
    pos++;

  return pos > start && pos < end && (rewrite->text[pos] == '=' || rewrite->text[pos] == '+');
}

/**
 * drover_import_clean_prose:
 *
 * Takes the quotes of prose around commands as plain text, when nothing closes them before the
 * line or the prose ends. For texts in which else no command is found.
 *
 * Returns: whether there were any
 */
gboolean
drover_import_clean_prose (DroverImportRewrite *rewrite)
{
  gboolean in_command = FALSE;

  for (gsize line = 0; line < rewrite->length;)
    {
      gsize end = drover_import_line_end (rewrite, line);
      gsize program = in_command ? line : drover_import_find_program_word (rewrite->text, line, end);

      /* A program in quotes has its quote before it. */
      if (program < end && program > line && strchr ("\"'", rewrite->text[program - 1]) != NULL)
        program--;
      if (!in_command && !is_assignment (rewrite, line, end))
        escape_stretch (rewrite, line, program);
      in_command = program < end && is_continued (rewrite, line, end);
      line = end + 1;
    }

  return drover_import_rewrite_finish_pass (rewrite);
}
