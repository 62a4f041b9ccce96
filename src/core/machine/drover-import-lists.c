/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-private.h"
#include "drover-import-rewrite.h"

/* Command lines as lists: JSON, Python, Dockerfiles, YAML. */

/* What stands for a word without being a string: `str(port)`. */
#define MAX_EXPRESSION 200

/* No longer string is looked at as a command line. */
#define MAX_STRING 8192

/* How far from a list of options its program may be, and how many such lists are looked at. */
#define MAX_DISTANCE 4096
#define MAX_OPTION_LISTS 64

typedef struct
{
  const DroverImportRewrite *text;
  gsize pos;
  GString *words;   /* as shell text */
  char *first;      /* the first two words as they are */
  char *second;
  guint n_words;
} List;

static char
peek (const List *self)
{
  return self->pos < self->text->length ? self->text->text[self->pos] : '\0';
}

static void
skip_line (List *self)
{
  self->pos = drover_import_line_end (self->text, self->pos);
}

/* Blanks, line ends and comments. */
static void
skip_space (List *self)
{
  while (self->pos < self->text->length)
    {
      char c = peek (self);

      if (c == '#' || (c == '/' && self->text->text[self->pos + 1] == '/'))
        skip_line (self);
      else if (g_ascii_isspace (c))
        self->pos++;
      else
        return;
    }
}

static gboolean
is_name (const char *text, gsize length)
{
  if (length == 0 || g_ascii_isdigit (*text))
    return FALSE;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '_')
      return FALSE;

  return TRUE;
}

/* Adds what is to be filled in: a name as a variable, all else as a substitution. */
static void
append_place (GString *shell, const char *text, gsize length)
{
  g_autofree char *source = g_strndup (text, length);

  if (is_name (text, length))
    g_string_append_printf (shell, "\"${%s}\"", source);
  else if (strpbrk (source, "\"'`\\{}$") == NULL)
    g_string_append_printf (shell, "\"$(%s)\"", source);
  else
    {
      g_autofree char *quoted = drover_shell_quote (source);

      g_string_append (shell, quoted);
    }
}

static void
flush_literal (GString *shell, GString *literal)
{
  g_autofree char *quoted = NULL;

  if (literal->len == 0)
    return;
  quoted = drover_shell_quote (literal->str);
  g_string_append (shell, quoted);
  g_string_truncate (literal, 0);
}

/* One escape of JSON or Python, after its backslash. */
static void
read_escape (List *self, GString *literal)
{
  static const char letters[] = "nrtbf0";
  static const char meanings[] = "\n\r\t\b\f";
  char c = peek (self);
  const char *letter = c != '\0' ? strchr (letters, c) : NULL;

  self->pos++;
  if (letter != NULL && *letter != '0')
    g_string_append_c (literal, meanings[letter - letters]);
  else if (c == 'u' && self->text->length - self->pos >= 4)
    {
      g_autofree char *digits = g_strndup (self->text->text + self->pos, 4);
      gunichar code = g_ascii_strtoull (digits, NULL, 16);

      self->pos += 4;
      g_string_append_unichar (literal, code > 0 && g_unichar_validate (code) ? code : 0xfffd);
    }
  else if (c == '"' || c == '\'' || c == '\\' || c == '/')
    g_string_append_c (literal, c);
  else if (c != '\n')
    g_string_append_printf (literal, "\\%c", c);
}

/* `${…}` of an editor, and `{name}` of a Python f-string. Returns whether it was one. */
static gboolean
read_place (List *self, gboolean is_format, GString *shell, GString *literal)
{
  const char *text = self->text->text + self->pos;
  gsize rest = MIN (self->text->length - self->pos, MAX_EXPRESSION);
  gboolean is_dollar = rest > 1 && text[0] == '$' && text[1] == '{';
  const char *close = is_dollar || (is_format && *text == '{') ? memchr (text, '}', rest) : NULL;
  gsize start = is_dollar ? 2 : 1;

  if (close == NULL || memchr (text, '"', close - text) != NULL ||
      memchr (text, '\n', close - text) != NULL)
    return FALSE;

  flush_literal (shell, literal);
  if (is_dollar && strpbrk (text, "`\\") > close)
    g_string_append_printf (shell, "\"%.*s\"", (int) (close + 1 - text), text);
  else
    append_place (shell, text + start, close - text - start);
  self->pos += close + 1 - text;
  return TRUE;
}

/* A string at @pos, in @quote. Returns whether it is closed. */
static gboolean
read_string (List *self, gboolean is_format, gboolean is_raw, GString *shell, GString *plain)
{
  g_autoptr (GString) literal = g_string_new (NULL);
  char quote = peek (self);
  gsize start = self->pos++;

  while (self->pos < self->text->length && peek (self) != quote && peek (self) != '\0')
    {
      char c = peek (self);

      if (c == '\\' && !is_raw)
        {
          self->pos++;
          read_escape (self, literal);
        }
      else if ((c == '$' || c == '{') && read_place (self, is_format, shell, literal))
        continue;
      else
        {
          g_string_append_c (literal, c);
          self->pos++;
        }
      if (c == '\n' && quote == '\'')
        return FALSE;
    }

  if (peek (self) != quote || !g_utf8_validate_len (literal->str, literal->len, NULL))
    return FALSE;
  self->pos++;
  g_string_append_len (plain, literal->str, literal->len);
  if (literal->len > 0)
    flush_literal (shell, literal);
  else if (self->pos == start + 2)
    g_string_append (shell, "''");
  return TRUE;
}

/* What is no string, up to the comma. */
static gboolean
read_expression (List *self, GString *shell)
{
  gsize start = self->pos;
  guint depth = 0;
  gsize end;

  for (; self->pos < self->text->length && self->pos - start < MAX_EXPRESSION; self->pos++)
    {
      char c = peek (self);

      if (depth == 0 && (c == ',' || c == ']' || c == ')' || c == '\n'))
        break;
      depth += c == '(' || c == '[';
      depth -= depth > 0 && (c == ')' || c == ']');
    }

  end = self->pos;
  while (end > start && g_ascii_isspace (self->text->text[end - 1]))
    end--;
  if (end == start || end - start >= MAX_EXPRESSION ||
      strchr ("[{*-", self->text->text[start]) != NULL)
    return FALSE;

  append_place (shell, self->text->text + start, end - start);
  return TRUE;
}

static gboolean
read_element (List *self)
{
  g_autoptr (GString) shell = g_string_new (NULL);
  g_autoptr (GString) plain = g_string_new (NULL);
  gsize prefix = 0;

  while (prefix < 2 && self->pos + prefix < self->text->length &&
         strchr ("frbuFRBU", self->text->text[self->pos + prefix]) != NULL)
    prefix++;
  if (self->pos + prefix < self->text->length &&
      strchr ("\"'", self->text->text[self->pos + prefix]) != NULL &&
      self->text->text[self->pos + prefix] != '\0')
    {
      g_autofree char *kind = g_strndup (self->text->text + self->pos, prefix);

      self->pos += prefix;
      if (!read_string (self, strpbrk (kind, "fF") != NULL, strpbrk (kind, "rR") != NULL, shell,
                        plain))
        return FALSE;
    }
  else if (self->n_words == 0 || !read_expression (self, shell))
    return FALSE;

  if (self->n_words == 0)
    self->first = g_strdup (plain->str);
  else if (self->n_words == 1)
    self->second = g_strdup (plain->str);
  g_string_append_printf (self->words, "%s%s", self->words->len > 0 ? " " : "", shell->str);
  self->n_words++;
  return TRUE;
}

static void
list_init (List *self, const DroverImportRewrite *text, gsize pos)
{
  *self = (List) { .text = text, .pos = pos, .words = g_string_new (NULL) };
}

static void
list_clear (List *self)
{
  g_string_free (self->words, TRUE);
  g_free (self->first);
  g_free (self->second);
}

/* From the bracket at @pos to the one that closes it. */
static gboolean
read_list (List *self)
{
  self->pos++;
  for (;;)
    {
      skip_space (self);
      if (peek (self) == ']')
        break;
      if (!read_element (self))
        return FALSE;
      skip_space (self);
      if (peek (self) == ',')
        self->pos++;
      else if (peek (self) != ']')
        return FALSE;
    }

  self->pos++;
  return self->n_words > 0;
}

/* what a list is */

static gboolean
is_option (const char *word)
{
  return word != NULL && word[0] == '-' && (g_ascii_isalpha (word[1]) || word[1] == '-');
}

/* Whether it is the value of `args` or the like. */
static gboolean
has_argument_key (const DroverImportRewrite *self, gsize pos)
{
  static const char *const keys[] = { "args", "arguments", "cmd", "command", "qemuargs",
                                      "qemu_args", "runtimeargs", NULL };
  g_autofree char *key = NULL;
  gsize end;

  while (pos > 0 && strchr (" \t\r\n:=\"'(", self->text[pos - 1]) != NULL)
    pos--;
  end = pos;
  while (pos > 0 && end - pos < 20 && (g_ascii_isalpha (self->text[pos - 1]) ||
                                       self->text[pos - 1] == '_'))
    pos--;
  key = g_ascii_strdown (self->text + pos, end - pos);
  return g_strv_contains (keys, key);
}

/* The program in the same object, as `"program": "qemu-system-…"`, or `ENTRYPOINT ["…"]`. */
static char *
dup_program_beside (const DroverImportRewrite *self, gsize pos)
{
  g_autoptr (GRegex) regex =
    g_regex_new ("[\"']?\\b(?:program|command|cmd|entrypoint|executable|runtimeExecutable|exe)[\"']?"
                 "\\s*[:=]?\\s*\\[?\\s*(?:[\"']([^\"'\\n]+)[\"']|([^\\s\"'\\[\\]{},]+)\\s*$)",
                 G_REGEX_CASELESS | G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  gsize start = pos;
  gsize end = pos;
  guint depth = 0;

  for (; start > 0 && pos - start < MAX_DISTANCE; start--)
    {
      depth += self->text[start - 1] == '}';
      if (self->text[start - 1] == '{' && depth-- == 0)
        break;
    }
  while (start < pos && ((guchar) self->text[start] & 0xc0) == 0x80)
    start++;
  depth = 0;
  for (; end < self->length && end - pos < MAX_DISTANCE; end++)
    {
      depth += self->text[end] == '{';
      if (self->text[end] == '}' && depth-- == 0)
        break;
    }
  while (end < self->length && ((guchar) self->text[end] & 0xc0) == 0x80)
    end++;

  g_regex_match_full (regex, self->text + start, end - start, 0, 0, &match, NULL);
  while (g_match_info_matches (match))
    {
      g_autofree char *quoted = g_match_info_fetch (match, 1);
      g_autofree char *plain = g_match_info_fetch (match, 2);
      const char *program = quoted != NULL && *quoted != '\0' ? quoted : plain;

      if (program != NULL && drover_import_is_qemu (program))
        return drover_shell_quote (program);
      g_match_info_next (match, NULL);
    }

  return NULL;
}

static void
replace_list (DroverImportRewrite *self, const List *list, gsize start, gsize end,
              const char *program)
{
  g_autofree char *line = g_strdup_printf ("\n%s%s%s\n", program != NULL ? program : "",
                                           program != NULL ? " " : "", list->words->str);

  drover_import_rewrite_replace (self, start, end, line, -1);
  drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_LIST, start, end);
}

/* Returns where to go on. */
static gsize
unpack_list (DroverImportRewrite *self, gsize pos, guint *n_option_lists)
{
  gsize next = pos + 1;
  List list;

  /* In quotes it is a value. */
  if (pos > 0 && strchr ("'\"", self->text[pos - 1]) != NULL)
    return next;

  list_init (&list, self, pos);
  if (read_list (&list))
    {
      if (drover_import_is_qemu (list.first) && list.n_words > 1)
        {
          replace_list (self, &list, pos, list.pos, NULL);
          next = list.pos;
        }
      else if (is_option (list.first) && *n_option_lists < MAX_OPTION_LISTS &&
               has_argument_key (self, pos))
        {
          g_autofree char *program = dup_program_beside (self, pos);

          (*n_option_lists)++;
          replace_list (self, &list, pos, list.pos, program);
          next = list.pos;
        }
    }

  list_clear (&list);
  return next;
}

/* strings */

/* `os.system("qemu-system-… -m 1G")`, `"command": "qemu-system-… -m 1G"`. Returns where to go
 * on. */
static gsize
unpack_string (DroverImportRewrite *self, gsize pos)
{
  gsize before = pos;
  gsize word_end = pos + 1;
  gsize end = MIN (self->length, pos + MAX_STRING);
  const char *close;

  while (before > 0 && pos - before < 100 && strchr (" \tfrbu", self->text[before - 1]) != NULL)
    before--;
  if (before == 0 || strchr ("(:", self->text[before - 1]) == NULL ||
      (self->text[before - 1] == '(' && before > 1 && strchr ("$=", self->text[before - 2]) != NULL))
    return pos + 1;

  while (word_end < MIN (end, pos + MAX_EXPRESSION) && self->text[word_end] != ' ' &&
         self->text[word_end] != self->text[pos])
    word_end++;
  close = memchr (self->text + word_end, self->text[pos], end - word_end);
  if (close == NULL || memchr (self->text + pos, '\n', close - self->text - pos) != NULL || self->text[word_end] != ' ' ||
      self->text[word_end + 1] != '-' ||
      drover_import_find_program_word (self->text, pos + 1, word_end) != pos + 1)
    return pos + 1;

  while (close != NULL && close[-1] == '\\')
    close = memchr (close + 1, self->text[pos], self->text + end - close - 1);
  if (close == NULL)
    return pos + 1;

  /* The quotes in it are escaped. */
  drover_import_rewrite_replace (self, pos, pos + 1, "\n", 1);
  drover_import_rewrite_note (self, DROVER_IMPORT_CHANGE_STRING, pos, close + 1 - self->text);
  for (gsize i = pos + 1; self->text + i < close; i++)
    if (self->text[i] == '\\' && (self->text[i + 1] == self->text[pos] || self->text[i + 1] == '\\'))
      {
        drover_import_rewrite_replace (self, i, i + 1, "", 0);
        i++;
      }
  drover_import_rewrite_replace (self, close - self->text, close + 1 - self->text, "\n", 1);
  return close + 1 - self->text;
}

/* YAML */

static gsize
get_indent (const DroverImportRewrite *self, gsize line)
{
  gsize n = 0;

  while (line + n < self->length && self->text[line + n] == ' ')
    n++;
  return n;
}

/* Where the text of `- text` begins, or 0. */
static gsize
match_item (const DroverImportRewrite *self, gsize line, gsize indent)
{
  if (line + indent + 2 >= self->length || get_indent (self, line) != indent ||
      self->text[line + indent] != '-' || self->text[line + indent + 1] != ' ')
    return 0;

  return line + indent + 2;
}

static gboolean
read_item (List *self, gsize start)
{
  gsize end = drover_import_line_end (self->text, start);
  g_autofree char *plain = NULL;
  g_autofree char *quoted = NULL;

  self->pos = start;
  while (self->pos < end && self->text->text[self->pos] == ' ')
    self->pos++;
  if (strchr ("\"'", peek (self)) != NULL && peek (self) != '\0')
    {
      gboolean is_read = read_element (self);

      self->pos = end;
      return is_read;
    }

  plain = g_strstrip (g_strndup (self->text->text + self->pos, end - self->pos));
  quoted = drover_shell_quote (plain);
  g_string_append_printf (self->words, "%s%s", self->n_words > 0 ? " " : "", quoted);
  if (self->n_words == 0)
    self->first = g_steal_pointer (&plain);
  else if (self->n_words == 1)
    self->second = g_steal_pointer (&plain);
  self->n_words++;
  self->pos = end;
  return TRUE;
}

/* Items of one indent that follow each other. Returns the line to go on with. */
static gsize
unpack_items (DroverImportRewrite *self, gsize line, guint *n_option_lists)
{
  gsize indent = get_indent (self, line);
  gsize next = line;
  gsize item;
  List list;

  list_init (&list, self, line);
  while (next < self->length && (item = match_item (self, next, indent)) > 0 &&
         read_item (&list, item))
    next = MIN (drover_import_line_end (self, item) + 1, self->length);

  if (list.n_words > 1 && drover_import_is_qemu (list.first) && is_option (list.second))
    replace_list (self, &list, line, next, NULL);
  else if (is_option (list.first) && strchr (list.first, ' ') == NULL &&
           *n_option_lists < MAX_OPTION_LISTS && has_argument_key (self, line))
    {
      g_autofree char *program = dup_program_beside (self, line);

      (*n_option_lists)++;
      replace_list (self, &list, line, next, program);
    }

  list_clear (&list);
  return MAX (next, drover_import_line_end (self, line) + 1);
}

static void
unpack_yaml (DroverImportRewrite *self)
{
  guint n_option_lists = 0;

  for (gsize line = 0; line < self->length;)
    if (match_item (self, line, get_indent (self, line)) > 0)
      line = unpack_items (self, line, &n_option_lists);
    else
      line = drover_import_line_end (self, line) + 1;

  drover_import_rewrite_finish_pass (self);
}

/**
 * drover_import_unpack_lists:
 *
 * Writes lists of words that call QEMU, or have its options beside its name, as a shell has
 * them.
 */
void
drover_import_unpack_lists (DroverImportRewrite *self)
{
  guint n_option_lists = 0;
  gsize pos = 0;

  while (pos < self->length)
    {
      gsize n = strcspn (self->text + pos, "[\"'");

      pos += n;
      if (pos >= self->length)
        break;
      pos = self->text[pos] == '[' ? unpack_list (self, pos, &n_option_lists)
                                   : unpack_string (self, pos);
    }
  drover_import_rewrite_finish_pass (self);
  unpack_yaml (self);
}
