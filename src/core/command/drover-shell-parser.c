/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-shell-private.h"

/* Commands of a shell text: where each begins and ends, and what in it is no argument. It is no
 * shell: `if`, `for` and functions merely have commands in them, and nothing is an error that
 * leaves the words clear. */

typedef struct
{
  char *delimiter;
  gboolean strip_tabs;
} HereDocument;

typedef struct
{
  DroverShellLexer lexer;
  GPtrArray *commands;
  DroverShellCommand *command;  /* being read */
  DroverShellCommand *piped;    /* what the one being read gets its input from */
  gsize pipe;                   /* where the `|` between them is */
  GArray *here_documents;       /* whose bodies begin at the next line */
  gboolean is_hash_prompt;
  gboolean is_nested;
  gboolean is_line_start;
} Parser;

static gboolean parse_commands (Parser *self, GError **error);

static char
peek (const Parser *self, gsize ahead)
{
  return drover_shell_peek (&self->lexer, ahead);
}

static void
here_document_clear (gpointer data)
{
  g_free (((HereDocument *) data)->delimiter);
}

static void
parser_init (Parser *self, const DroverShellLexer *lexer, GPtrArray *commands)
{
  *self = (Parser) { .lexer = *lexer, .commands = commands, .is_line_start = TRUE };
  self->command = drover_shell_command_new (lexer->pos);
  self->here_documents = g_array_new (FALSE, FALSE, sizeof (HereDocument));
  g_array_set_clear_func (self->here_documents, here_document_clear);
}

static void
parser_clear (Parser *self)
{
  g_clear_pointer (&self->command, drover_shell_command_free);
  g_clear_pointer (&self->here_documents, g_array_unref);
}

/* dropping */

/* What is kept of what a command drops: a text of nothing but `<a` is a matter of counting. */
#define MAX_DROPPED 1000

static void
drop (Parser *self, DroverShellCommand *command, gsize start, gsize end)
{
  if (command->dropped->len >= MAX_DROPPED)
    {
      command->n_more_dropped++;
      return;
    }

  g_ptr_array_add (command->dropped, drover_shell_word_new_source (self->lexer.text, start, end));
}

/* Of a pipe each side loses the other one, which is a command of its own here, and may begin
 * on the next line. */
static void
drop_pipe (Parser *self)
{
  DroverShellCommand *piped = self->piped;

  if (piped == NULL || self->command->words->len == 0)
    return;

  drop (self, piped, self->pipe, self->command->end);
  drop (self, self->command, piped->start, self->pipe + 1);
  self->piped = NULL;
}

static void
end_command (Parser *self)
{
  DroverShellCommand *command = self->command;

  drop_pipe (self);
  self->command = drover_shell_command_new (self->lexer.pos);
  self->lexer.is_prompted = FALSE;
  if (command->words->len + command->assignments->len + command->dropped->len > 0)
    g_ptr_array_add (self->commands, command);
  else
    drover_shell_command_free (command);
}

/* here-documents */

/* Commands in a here-document count when they may be QEMU's: tutorials write scripts in this
 * way. Whatever else such a text is, it is no error. */
static void
parse_body (Parser *self, gsize start, gsize end)
{
  g_autoptr (GPtrArray) commands =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_shell_command_free);
  DroverShellLexer lexer = self->lexer;
  Parser nested;

  if (self->is_nested || g_strstr_len (lexer.text + start, end - start, "qemu") == NULL)
    return;

  lexer.pos = start;
  lexer.end = end;
  parser_init (&nested, &lexer, commands);
  nested.is_nested = TRUE;
  nested.is_hash_prompt = self->is_hash_prompt;
  if (parse_commands (&nested, NULL))
    g_ptr_array_extend_and_steal (self->commands, g_steal_pointer (&commands));
  parser_clear (&nested);
}

static void
skip_here_document (Parser *self, const HereDocument *document)
{
  DroverShellLexer *lexer = &self->lexer;
  gsize start = lexer->pos;
  gsize length = strlen (document->delimiter);

  while (lexer->pos < lexer->end)
    {
      gsize line = lexer->pos;
      const char *newline = memchr (lexer->text + line, '\n', lexer->end - line);
      gsize line_end = newline != NULL ? (gsize) (newline - lexer->text) : lexer->end;

      lexer->pos = newline != NULL ? line_end + 1 : lexer->end;
      while (document->strip_tabs && line < line_end && lexer->text[line] == '\t')
        line++;
      if (line_end > line && lexer->text[line_end - 1] == '\r')
        line_end--;
      if (line_end - line == length &&
          strncmp (lexer->text + line, document->delimiter, length) == 0)
        {
          parse_body (self, start, line);
          return;
        }
    }

  parse_body (self, start, lexer->end);
}

/* At a line's end, outside of quotes. */
static void
end_line (Parser *self)
{
  self->lexer.pos++;
  end_command (self);
  self->is_line_start = TRUE;

  for (guint i = 0; i < self->here_documents->len; i++)
    skip_here_document (self, &g_array_index (self->here_documents, HereDocument, i));
  g_array_set_size (self->here_documents, 0);
}

/* redirections */

/* The bytes of a redirection's sign at @pos, its number included, or 0. */
static gsize
match_redirection (const Parser *self)
{
  static const char *const signs[] = { "<<<", "<<-", "&>>", "<<", ">>", "<&", ">&", "<>", ">|",
                                       "&>", "<", ">" };
  gsize n = 0;

  while (g_ascii_isdigit (peek (self, n)))
    n++;
  if ((peek (self, n + 1) == '(' && n == 0) || drover_shell_match_placeholder (&self->lexer) > 0)
    return 0;

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    {
      gsize length = strlen (signs[i]);

      if (self->lexer.pos + n + length <= self->lexer.end &&
          strncmp (self->lexer.text + self->lexer.pos + n, signs[i], length) == 0)
        return n > 0 && signs[i][0] == '&' ? 0 : n + length;
    }

  return 0;
}

static void
skip_blanks (Parser *self)
{
  while (peek (self, 0) == ' ' || peek (self, 0) == '\t')
    self->lexer.pos++;
}

static void
add_here_document (Parser *self, const DroverShellWord *word, gboolean strip_tabs)
{
  HereDocument document = { drover_shell_word_dup_literal (word), strip_tabs };

  if (document.delimiter == NULL)
    document.delimiter = g_strndup (self->lexer.text + word->start, word->end - word->start);
  g_array_append_val (self->here_documents, document);
}

/* The bytes of a word in which nothing means anything to a shell, or 0. */
static gsize
match_plain_word (const Parser *self)
{
  DroverShellLexer after = self->lexer;

  while (after.pos < after.end && (g_ascii_isalnum (after.text[after.pos]) ||
                                   strchr ("_./-", after.text[after.pos]) != NULL) &&
         after.text[after.pos] != '\0')
    after.pos++;

  return drover_shell_is_word_end (&after) ? after.pos - self->lexer.pos : 0;
}

static gboolean
parse_redirection (Parser *self, gsize length, GError **error)
{
  gsize start = self->lexer.pos;
  const char *sign = self->lexer.text + start;
  gboolean is_here_document = length >= 2 && sign[0] == '<' && sign[1] == '<' &&
                              (length == 2 || sign[2] != '<');
  DroverShellWord *word = NULL;
  g_autoptr (GError) local_error = NULL;
  gsize plain;

  self->lexer.pos += length;
  skip_blanks (self);
  plain = is_here_document ? 0 : match_plain_word (self);
  self->lexer.pos += plain;
  if (plain == 0 && (!drover_shell_is_word_end (&self->lexer) || peek (self, 1) == '('))
    word = drover_shell_lex_word (&self->lexer, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (word != NULL && is_here_document)
    add_here_document (self, word, sign[2] == '-');
  self->command->end = word != NULL ? word->end : plain > 0 ? self->lexer.pos : start + length;
  drop (self, self->command, start, self->command->end);
  g_clear_pointer (&word, drover_shell_word_free);
  return TRUE;
}

/* arrays and words */

/* The bytes of `NAME=` or `NAME+=` at @pos, or 0. */
static gsize
match_assignment (const Parser *self)
{
  gsize n = 0;

  if (g_ascii_isdigit (peek (self, 0)))
    return 0;
  while (g_ascii_isalnum (peek (self, n)) || peek (self, n) == '_')
    n++;
  if (n == 0)
    return 0;
  if (peek (self, n) == '+')
    n++;

  return peek (self, n) == '=' ? n + 1 : 0;
}

static void
skip_line (Parser *self)
{
  DroverShellLexer *lexer = &self->lexer;
  const char *newline = memchr (lexer->text + lexer->pos, '\n', lexer->end - lexer->pos);

  lexer->pos = newline != NULL ? (gsize) (newline - lexer->text) : lexer->end;
}

/* Blanks, continued lines, and the half of a line's end that is not a `\n`. */
static gboolean
skip_space (Parser *self)
{
  gsize n = drover_shell_match_continuation (&self->lexer);
  char c = peek (self, 0);

  if (n == 0 && (c == ' ' || c == '\t' ||
                 (c == '\r' && drover_shell_is_word_end (&self->lexer) &&
                  self->lexer.pos < self->lexer.end)))
    n = 1;

  self->lexer.pos += n;
  return n > 0;
}

static gboolean
parse_elements (Parser *self, GError **error)
{
  while (self->lexer.pos < self->lexer.end && peek (self, 0) != ')')
    {
      g_autoptr (GError) local_error = NULL;
      DroverShellWord *word;

      if (skip_space (self))
        continue;
      if (peek (self, 0) == '#')
        skip_line (self);
      else if (drover_shell_is_word_end (&self->lexer))
        self->lexer.pos++;
      else
        {
          word = drover_shell_lex_word (&self->lexer, &local_error);
          if (word != NULL)
            g_ptr_array_add (self->command->words, word);
          if (local_error != NULL)
            {
              g_propagate_error (error, g_steal_pointer (&local_error));
              return FALSE;
            }
        }
    }

  return TRUE;
}

/* `NAME=( … )`, after whatever declares it. */
static gboolean
parse_array (Parser *self, gsize length, GError **error)
{
  gsize start = self->lexer.pos;
  gsize open = start + length;

  end_command (self);
  self->command->start = start;
  self->command->is_array = TRUE;
  g_ptr_array_add (self->command->assignments,
                   drover_shell_word_new_source (self->lexer.text, start, open));
  self->lexer.pos = open + 1;
  if (!parse_elements (self, error))
    return FALSE;
  if (peek (self, 0) != ')')
    return drover_shell_set_error (&self->lexer, open, error,
                                   _("this parenthesis is never closed"));

  self->lexer.pos++;
  self->command->end = self->lexer.pos;
  end_command (self);
  return TRUE;
}

static gboolean
parse_word (Parser *self, GError **error)
{
  DroverShellCommand *command = self->command;
  gsize assignment = self->lexer.dialect == DROVER_SHELL_POSIX ? match_assignment (self) : 0;
  g_autoptr (GError) local_error = NULL;
  DroverShellWord *word;

  if (assignment > 0 && peek (self, assignment) == '(')
    return parse_array (self, assignment, error);

  word = drover_shell_lex_word (&self->lexer, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (word == NULL)
    return TRUE;

  if (command->words->len + command->assignments->len + command->dropped->len == 0)
    command->start = word->start;
  command->end = word->end;
  g_ptr_array_add (assignment > 0 && command->words->len == 0 ? command->assignments
                                                              : command->words,
                   word);
  return TRUE;
}

/* operators and lines */

/* `NAME ()`, at the parenthesis. */
static gboolean
is_function (const Parser *self)
{
  gsize n = 1;

  while (peek (self, n) == ' ' || peek (self, n) == '\t')
    n++;

  return peek (self, 0) == '(' && peek (self, n) == ')' && self->command->words->len > 0 &&
         self->command->words->len <= 2;
}

/* A lone `|` or `&` is something that is lost; `;`, `&&`, `||` and parentheses merely end a
 * command. */
static void
parse_operator (Parser *self)
{
  gboolean opens_function = is_function (self);
  gsize start = self->lexer.pos++;
  char c = self->lexer.text[start];
  char next = peek (self, 0);

  self->command->is_function = opens_function;
  if ((c == '|' && (next == '|' || next == '&')) || (c == '&' && next == '&') ||
      (c == ';' && next == ';'))
    self->lexer.pos++;

  if (c == '&' && next != '&' && self->command->words->len > 0)
    drop (self, self->command, start, start + 1);

  if (c == '|' && next != '|' && self->command->words->len > 0)
    {
      DroverShellCommand *command = self->command;

      end_command (self);
      self->piped = command;
      self->pipe = start;
    }
  else
    end_command (self);
}

static gboolean
is_comment (const Parser *self)
{
  const char *rest = self->lexer.text + self->lexer.pos;
  gsize length = self->lexer.end - self->lexer.pos;

  if (self->lexer.dialect != DROVER_SHELL_CMD)
    return peek (self, 0) == '#';

  return self->command->words->len == 0 &&
         ((length >= 2 && strncmp (rest, "::", 2) == 0) ||
          (length >= 4 && g_ascii_strncasecmp (rest, "rem ", 4) == 0));
}

/* Prompts, and the fences that Markdown has around code. */
static void
start_line (Parser *self)
{
  gsize start = self->lexer.pos;
  const char *rest = self->lexer.text + start;
  gsize length = self->lexer.end - start;
  gsize prompt = drover_shell_match_prompt (rest, length, self->is_hash_prompt);

  self->is_line_start = FALSE;
  if (prompt > 0)
    {
      self->command->start = start;
      self->lexer.pos += prompt;
      self->command->end = self->lexer.pos;
      self->lexer.is_prompted = TRUE;
      drop (self, self->command, start, self->lexer.pos);
    }
  else if (length >= 3 && (strncmp (rest, "```", 3) == 0 || strncmp (rest, "~~~", 3) == 0))
    skip_line (self);
}

static gboolean
parse_token (Parser *self, GError **error)
{
  gsize redirection;

  if (skip_space (self))
    return TRUE;

  if (self->is_line_start)
    {
      start_line (self);
      return TRUE;
    }

  redirection = match_redirection (self);
  if (peek (self, 0) == '\n')
    end_line (self);
  else if (is_comment (self))
    skip_line (self);
  else if (redirection > 0)
    return parse_redirection (self, redirection, error);
  else if (drover_shell_is_word_end (&self->lexer))
    parse_operator (self);
  else
    return parse_word (self, error);

  return TRUE;
}

static gboolean
parse_commands (Parser *self, GError **error)
{
  while (self->lexer.pos < self->lexer.end)
    if (!parse_token (self, error))
      return FALSE;

  end_command (self);
  if (self->piped != NULL)
    drop (self, self->piped, self->pipe, self->pipe + 1);
  return TRUE;
}

/* the whole text */

static gboolean
mentions_qemu (GPtrArray *words, const char *text)
{
  for (guint i = 0; i < words->len; i++)
    {
      const DroverShellWord *word = words->pdata[i];
      const char *source = text + word->start;
      gsize length = word->end - word->start;

      if (drover_shell_is_qemu (source, length) ||
          g_strstr_len (source, length, "qemu-system-") != NULL)
        return TRUE;
    }

  return FALSE;
}

static GPtrArray *
parse (const DroverShellLexer *lexer, gboolean is_hash_prompt, GError **error)
{
  g_autoptr (GPtrArray) commands =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_shell_command_free);
  gboolean parsed;
  Parser parser;

  parser_init (&parser, lexer, commands);
  parser.is_hash_prompt = is_hash_prompt;
  parsed = parse_commands (&parser, error);
  parser_clear (&parser);
  return parsed ? g_steal_pointer (&commands) : NULL;
}

static gboolean
has_hash_prompt (const char *text, gsize length)
{
  const char *end = text + length;

  for (const char *line = text; line != NULL; line = memchr (line, '\n', end - line))
    {
      line += line < end && *line == '\n';
      while (line < end && (*line == ' ' || *line == '\t'))
        line++;
      if (line < end && *line == '#' && drover_shell_match_prompt (line, end - line, TRUE) > 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
check_encoding (const DroverShellLexer *lexer, GError **error)
{
  const char *end;

  if (g_utf8_validate_len (lexer->text, lexer->end, &end))
    return TRUE;

  return drover_shell_set_error (lexer, end - lexer->text, error,
                                 *end == '\0' ? _("a NUL byte, which no command can have")
                                              : _("the text is not valid UTF-8"));
}

/**
 * drover_shell_parse:
 * @text: shell text as people paste it: prompts, continued lines, quotes, comments, several
 *   commands; for a POSIX shell, Windows’ command prompt or PowerShell
 * @length: bytes of @text, or -1 when it ends in NUL
 * @error: set to %DROVER_ERROR_ARGUMENT when quotes or parentheses are never closed, or the
 *   text is not UTF-8; says the line and column
 *
 * Nothing is executed and nothing is replaced: variables and substitutions are pieces of the
 * words. What belongs to a command without being an argument is in its `dropped`. `# ` before
 * QEMU is the superuser’s prompt when the text calls QEMU nowhere else, and a comment
 * otherwise. Takes time in proportion to @length.
 *
 * Returns: (transfer full) (element-type DroverShellCommand) (nullable): the commands in their
 *   order
 */
GPtrArray *
drover_shell_parse (const char *text, gssize length, GError **error)
{
  return drover_shell_parse_full (text, length < 0 ? strlen (text) : (gsize) length, FALSE, NULL,
                                  error);
}

/**
 * drover_shell_parse_full:
 * @has_specifiers: whether the text is a systemd unit's, or a desktop entry's
 * @fault: (out) (optional): what @error says, for a text that was made of another one
 *
 * Returns: (transfer full) (element-type DroverShellCommand) (nullable): see
 *   drover_shell_parse()
 */
GPtrArray *
drover_shell_parse_full (const char *text, gsize length, gboolean has_specifiers,
                         DroverShellFault *fault, GError **error)
{
  DroverShellLexer lexer = { .text = text, .end = length, .has_specifiers = has_specifiers,
                             .fault = fault };
  g_autoptr (GPtrArray) commands = NULL;
  g_autoptr (GError) local_error = NULL;

  if (!check_encoding (&lexer, error))
    return NULL;

  if (lexer.end >= 3 && strncmp (text, "\xef\xbb\xbf", 3) == 0)
    lexer.pos = 3;
  lexer.dialect = drover_shell_guess_dialect (text, lexer.end);
  commands = parse (&lexer, FALSE, &local_error);
  for (guint i = 0; commands != NULL && i < commands->len; i++)
    {
      const DroverShellCommand *command = commands->pdata[i];

      if (mentions_qemu (command->words, text) || mentions_qemu (command->assignments, text))
        return g_steal_pointer (&commands);
    }

  if (has_hash_prompt (text, lexer.end))
    {
      DroverShellLexer again = lexer;
      GPtrArray *prompted;

      again.fault = NULL;
      prompted = parse (&again, TRUE, NULL);

      if (prompted != NULL)
        return prompted;
    }

  if (commands == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return g_steal_pointer (&commands);
}
