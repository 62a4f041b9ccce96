/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-command-private.h"
#include "drover-error.h"
#include "drover-option.h"

/* Reads a command text that may have been typed. */
typedef struct
{
  DroverCommandLexer lexer;
  GArray *words;           /* of DroverCommandWord: those of the present line */
  GPtrArray *drafts;       /* of DroverCommandDraft */
  GHashTable *old;         /* (nullable): what old_arguments were, see dup_key() */
  GPtrArray *old_arguments; /* (nullable) */
  GString *waiting;        /* (nullable): a comment for the next argument */
  gsize waiting_start;
  gsize waiting_end;
  GArray *tokens;
  char *program;
  GError *error;
  gsize error_start;
  gsize error_end;
} Reader;

static void
reader_clear (Reader *self)
{
  drover_command_lexer_clear (&self->lexer);
  g_array_unref (self->words);
  g_ptr_array_unref (self->drafts);
  g_clear_pointer (&self->old, g_hash_table_unref);
  if (self->waiting != NULL)
    g_string_free (self->waiting, TRUE);
  g_array_unref (self->tokens);
  g_free (self->program);
  g_clear_error (&self->error);
}

/* Only the first error is told. */
static void
set_error (Reader *self, gsize start, gsize end, GError *error)
{
  if (self->error == NULL)
    {
      self->error = error;
      self->error_start = start;
      self->error_end = end;
    }
  else
    g_error_free (error);
}

static void
append_line (GString **note, const char *line, gsize length)
{
  if (*note == NULL)
    *note = g_string_new (NULL);
  else
    g_string_append_c (*note, '\n');
  g_string_append_len (*note, line, length);
}

/* What is between the `#`, with one blank after it, and the end of the line. */
static const char *
get_comment (Reader *self, const DroverCommandWord *comment, gsize *length)
{
  gsize start = comment->start + 1;

  if (start < comment->end && self->lexer.source[start] == ' ')
    start++;
  *length = comment->end - start;
  return self->lexer.source + start;
}

static void
add_note_token (Reader *self, const DroverCommandWord *comment, int argument)
{
  drover_command_add_token (self->tokens, DROVER_TOKEN_NOTE, comment->start, comment->end,
                            argument);
}

static void
note_for_last (Reader *self, const DroverCommandWord *comment)
{
  DroverCommandDraft *draft = self->drafts->pdata[self->drafts->len - 1];
  gsize length;
  const char *line = get_comment (self, comment, &length);

  append_line (&draft->note, line, length);
  add_note_token (self, comment, self->drafts->len - 1);
}

static void
note_for_next (Reader *self, const DroverCommandWord *comment)
{
  gsize length;
  const char *line = get_comment (self, comment, &length);

  if (self->waiting == NULL)
    self->waiting_start = comment->start;
  self->waiting_end = comment->end;
  append_line (&self->waiting, line, length);
  add_note_token (self, comment, self->drafts->len);
}

static void
add_draft (Reader *self, const char *flag, const char *value, gboolean enabled)
{
  DroverCommandDraft *draft = g_new0 (DroverCommandDraft, 1);

  draft->flag = g_strdup (flag);
  draft->value = g_strdup (value);
  draft->enabled = enabled;
  draft->note = g_steal_pointer (&self->waiting);
  g_ptr_array_add (self->drafts, draft);
}

static char *
dup_key (const char *flag, const char *value)
{
  return g_strdup_printf ("%s%s%s%s", flag != NULL ? "f" : "", flag != NULL ? flag : "",
                          value != NULL ? "\nv" : "", value != NULL ? value : "");
}

/* Whether there was such an argument, however odd it is. */
static gboolean
was_there (Reader *self, const char *flag, const char *value)
{
  g_autofree char *key = NULL;

  if (self->old == NULL)
    {
      self->old = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (guint i = 0; self->old_arguments != NULL && i < self->old_arguments->len; i++)
        {
          DroverArgument *argument = self->old_arguments->pdata[i];

          g_hash_table_add (self->old, dup_key (drover_argument_get_flag (argument),
                                                drover_argument_get_value (argument)));
        }
    }

  key = dup_key (flag, value);
  return g_hash_table_contains (self->old, key);
}

/* The words of one argument. */
typedef struct
{
  const DroverCommandWord *flag;
  const DroverCommandWord *value;
} Group;

static const char *
get_text (DroverCommandLexer *lexer, const DroverCommandWord *word)
{
  return word != NULL ? drover_command_lexer_get_text (lexer, word) : NULL;
}

/* Whether the one or two words from @first on are such an argument as there was before. */
static gboolean
is_old_group (Reader *self, DroverCommandLexer *lexer, GArray *words, guint first)
{
  const DroverCommandWord *word = &g_array_index (words, DroverCommandWord, first);

  if (words->len - first == 2)
    return word->is_dash && was_there (self, get_text (lexer, word), get_text (lexer, word + 1));

  return words->len - first == 1 &&
         (word->is_dash ? was_there (self, get_text (lexer, word), NULL)
                        : was_there (self, NULL, get_text (lexer, word)));
}

/* @bad: (out) (nullable): a flag that has no name, or lacks its value */
static Group
take_group (DroverCommandLexer *lexer, GArray *words, guint *at, const DroverCommandWord **bad)
{
  const DroverCommandWord *word = &g_array_index (words, DroverCommandWord, *at);
  const DroverCommandWord *next = *at + 1 < words->len ? word + 1 : NULL;
  const DroverOption *option;
  const char *name;

  ++*at;
  if (!word->is_dash)
    return (Group) { NULL, word };

  name = drover_command_get_option_name (get_text (lexer, word));
  option = *name != '\0' ? drover_option_find (name) : NULL;
  if (*bad == NULL && (*name == '\0' || (next == NULL && option != NULL && option->takes_value)))
    *bad = word;
  if (next == NULL || (option != NULL ? !option->takes_value : next->is_dash))
    return (Group) { word, NULL };

  ++*at;
  return (Group) { word, next };
}

/* What was there before stays what it was; all else is split as QEMU does it.
 *
 * Returns: (element-type Group): the arguments that @words are */
static GArray *
split_words (Reader *self, DroverCommandLexer *lexer, GArray *words, guint first,
             const DroverCommandWord **bad)
{
  GArray *groups = g_array_new (FALSE, FALSE, sizeof (Group));
  guint at = first;

  *bad = NULL;
  while (at < words->len)
    {
      Group group = take_group (lexer, words, &at, bad);

      g_array_append_val (groups, group);
    }

  if ((*bad != NULL || groups->len > 1) && is_old_group (self, lexer, words, first))
    {
      const DroverCommandWord *word = &g_array_index (words, DroverCommandWord, first);
      Group group = { word, words->len - first == 2 ? word + 1 : NULL };

      g_array_set_size (groups, 0);
      g_array_append_val (groups, group);
      *bad = NULL;
    }

  return groups;
}

static void
set_bad_word (Reader *self, const DroverCommandWord *bad)
{
  const char *flag = get_text (&self->lexer, bad);
  GError *error;

  if (*drover_command_get_option_name (flag) == '\0')
    error = g_error_new (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                         _("After “%s” the option’s name is missing"), flag);
  else
    error = g_error_new (DROVER_ERROR, DROVER_ERROR_ARGUMENT, _("“%s” needs a value"), flag);
  set_error (self, bad->start, bad->end, error);
}

static void
read_program (Reader *self)
{
  const DroverCommandWord *word = &g_array_index (self->words, DroverCommandWord, 0);

  self->program = g_strdup (get_text (&self->lexer, word));
  drover_command_add_token (self->tokens, DROVER_TOKEN_PROGRAM, word->start, word->end, -1);
  if (word->is_dash || word->length == 0)
    set_error (self, word->start, word->end,
               g_error_new_literal (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                                    _("The first line must be the QEMU program")));
}

static void
read_group (Reader *self, const Group *group)
{
  const char *flag = get_text (&self->lexer, group->flag);
  int index = self->drafts->len;

  if (group->flag != NULL)
    drover_command_add_token (self->tokens, DROVER_TOKEN_FLAG, group->flag->start,
                              group->flag->end, index);
  if (group->value != NULL)
    drover_command_add_value_tokens (self->tokens, &self->lexer, group->value,
                                     drover_command_get_option_name (flag), index);
  add_draft (self, flag, get_text (&self->lexer, group->value), TRUE);
}

/* Returns: whether the words were an argument, to which a note can be put */
static gboolean
read_words (Reader *self)
{
  guint first = self->program == NULL ? 1 : 0;
  gboolean has_argument = self->words->len > first;
  const DroverCommandWord *bad;
  g_autoptr (GArray) groups = NULL;

  if (self->words->len == 0)
    return FALSE;

  if (first == 1)
    read_program (self);
  groups = split_words (self, &self->lexer, self->words, first, &bad);
  if (bad != NULL)
    set_bad_word (self, bad);
  for (guint i = 0; i < groups->len; i++)
    read_group (self, &g_array_index (groups, Group, i));

  g_array_set_size (self->words, 0);
  drover_command_lexer_forget_words (&self->lexer);
  return has_argument;
}

static void
add_disabled (Reader *self, DroverCommandLexer *lexer, const Group *group, gsize start)
{
  const DroverCommandWord *last = group->value != NULL ? group->value : group->flag;
  DroverToken token = {
    .kind = DROVER_TOKEN_DISABLED,
    .start = start,
    .end = last->end,
    .argument = self->drafts->len,
    .value_end = group->value != NULL ? group->value->length : 0,
  };

  g_array_append_val (self->tokens, token);
  add_draft (self, get_text (lexer, group->flag), get_text (lexer, group->value), FALSE);
}

/* Prose is no argument: every word must belong to a flag, or the only word be in quotes. */
static gboolean
is_disabled (Reader *self, DroverCommandLexer *lexer, GArray *words, GArray *groups)
{
  const DroverCommandWord *first = &g_array_index (words, DroverCommandWord, 0);

  if (words->len <= 2 && is_old_group (self, lexer, words, 0))
    return TRUE;
  if (words->len == 1 && first->is_quoted)
    return TRUE;

  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = &g_array_index (groups, Group, i);

      if (group->flag == NULL ||
          *drover_command_get_option_name (get_text (lexer, group->flag)) == '\0')
        return FALSE;
    }

  return TRUE;
}

/* Whether a comment is one or more arguments that are switched off. */
static gboolean
read_disabled (Reader *self, const DroverCommandWord *comment)
{
  g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (DroverCommandWord));
  g_autoptr (GArray) groups = NULL;
  const DroverCommandWord *bad;
  DroverCommandLexer lexer;
  DroverCommandWord word;
  DroverCommandItem item;
  gboolean found = FALSE;

  drover_command_lexer_init (&lexer, self->lexer.source, comment->start + 1, comment->end);
  while ((item = drover_command_lexer_next (&lexer, &word)) == DROVER_COMMAND_WORD)
    g_array_append_val (words, word);

  if (item != DROVER_COMMAND_ERROR && words->len > 0)
    {
      groups = split_words (self, &lexer, words, 0, &bad);
      found = is_disabled (self, &lexer, words, groups);
    }
  for (guint i = 0; found && i < groups->len; i++)
    {
      const Group *group = &g_array_index (groups, Group, i);

      add_disabled (self, &lexer, group, i == 0 ? comment->start : group->flag->start);
    }
  if (found && item == DROVER_COMMAND_COMMENT)
    note_for_last (self, &word);

  drover_command_lexer_clear (&lexer);
  return found;
}

/* In the first column: an argument that is switched off, or a note for the one that comes. After
 * an argument, or below it but farther in: its note. */
static void
read_comment (Reader *self, const DroverCommandWord *comment)
{
  gboolean begins_line =
    comment->start == 0 || self->lexer.source[comment->start - 1] == '\n';
  gboolean after_program = self->words->len == 1 && self->program == NULL;

  read_words (self);
  if (begins_line && read_disabled (self, comment))
    return;

  if (begins_line || after_program || self->drafts->len == 0 || self->waiting != NULL)
    note_for_next (self, comment);
  else
    note_for_last (self, comment);
}

/* The line in which the error is, is left; what follows is read for its colours. */
static void
skip_error (Reader *self)
{
  const char *end = strchr (self->lexer.source + self->lexer.error_start, '\n');

  set_error (self, self->lexer.error_start, self->lexer.error_end,
             g_steal_pointer (&self->lexer.error));
  self->lexer.at = end != NULL ? (gsize) (end - self->lexer.source) : self->lexer.limit;
}

static void
finish (Reader *self)
{
  if (self->waiting != NULL && self->drafts->len > 0)
    {
      DroverCommandDraft *last = self->drafts->pdata[self->drafts->len - 1];

      append_line (&last->note, self->waiting->str, self->waiting->len);
      for (guint i = 0; i < self->tokens->len; i++)
        {
          DroverToken *token = &g_array_index (self->tokens, DroverToken, i);

          token->argument = MIN (token->argument, (int) self->drafts->len - 1);
        }
    }
  else if (self->waiting != NULL)
    set_error (self, self->waiting_start, self->waiting_end,
               g_error_new_literal (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                                    _("A note needs an argument that it stands beside")));

  if (self->program == NULL)
    set_error (self, 0, self->lexer.limit,
               g_error_new_literal (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                                    _("The first line must be the QEMU program")));
}

static void
read_text (Reader *self, const char *text, GPtrArray *old_arguments)
{
  DroverCommandItem item = DROVER_COMMAND_NEWLINE;

  *self = (Reader) {
    .words = g_array_new (FALSE, FALSE, sizeof (DroverCommandWord)),
    .drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_command_draft_free),
    .old_arguments = old_arguments,
    .tokens = g_array_new (FALSE, FALSE, sizeof (DroverToken)),
  };
  drover_command_lexer_init (&self->lexer, text, 0, strlen (text));

  while (item != DROVER_COMMAND_END)
    {
      DroverCommandWord word;

      item = drover_command_lexer_next (&self->lexer, &word);
      if (item == DROVER_COMMAND_WORD)
        g_array_append_val (self->words, word);
      else if (item == DROVER_COMMAND_COMMENT)
        read_comment (self, &word);
      else if (item == DROVER_COMMAND_ERROR)
        skip_error (self);
      else
        read_words (self);
    }

  finish (self);
}

/**
 * drover_command_text_parse:
 * @text: as drover_command_text_new() makes it, and as it was edited
 * @old_arguments: (nullable) (element-type DroverArgument): what the text was made of; what it
 *   does not show of them goes on with those that are still there
 * @program: (out) (transfer full): the program
 * @arguments: (out) (transfer full) (element-type DroverArgument): the arguments
 * @error_start: (out): where in @text the error is
 * @error_end: (out): where it ends
 * @error: set to %DROVER_ERROR_ARGUMENT when the text is no command line
 *
 * A line is split into words as by a shell, and the words into arguments by whether the option
 * takes a value; a line of an argument that was there before is that argument. A comment that
 * consists of arguments is these, switched off; any other one is the note of the argument it
 * stands behind or, in the first column, above.
 *
 * Returns: whether @text could be parsed
 */
gboolean
drover_command_text_parse (const char *text, GPtrArray *old_arguments, char **program,
                           GPtrArray **arguments, gsize *error_start, gsize *error_end,
                           GError **error)
{
  Reader reader;
  gboolean parsed;

  read_text (&reader, text, old_arguments);
  parsed = reader.error == NULL;
  if (parsed)
    {
      *program = g_steal_pointer (&reader.program);
      *arguments = drover_command_match (reader.drafts, old_arguments);
    }
  else
    {
      *error_start = reader.error_start;
      *error_end = reader.error_end;
      g_propagate_error (error, g_steal_pointer (&reader.error));
    }

  reader_clear (&reader);
  return parsed;
}

/**
 * drover_command_text_tokenise:
 * @text: any text
 * @old_arguments: (nullable) (element-type DroverArgument): as for drover_command_text_parse()
 *
 * The arguments are counted as drover_command_text_parse() does. Of a text that cannot be parsed
 * the lines without an error have their tokens too.
 *
 * Returns: (transfer full) (element-type DroverToken): the tokens in their order
 */
GArray *
drover_command_text_tokenise (const char *text, GPtrArray *old_arguments)
{
  GArray *tokens;
  Reader reader;

  read_text (&reader, text, old_arguments);
  tokens = g_array_ref (reader.tokens);
  reader_clear (&reader);
  return tokens;
}
