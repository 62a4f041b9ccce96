/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-private.h"
#include "drover-shell-private.h"

/* No program can be given more bytes, its pointers to them included: Linux lets arguments have a
 * quarter of the stack, which is 8 MB unless somebody changed that. */
#define MAX_BYTES (2 * 1024 * 1024)

/* Which commands of a text are QEMU's, and what their words are. */

/* The words before the program: what runs it, and its options. */
#define MAX_WORDS_BEFORE 40

/* Scripts can have scripts in them. */
#define MAX_SCRIPTS 8

static GHashTable *
new_given (void)
{
  return g_hash_table_new (g_str_hash, g_str_equal);
}

static gboolean
is_option (const DroverImportField *field)
{
  return field->text->len > 1 && field->text->str[0] == '-' &&
         (g_ascii_isalpha (field->text->str[1]) || field->text->str[1] == '-');
}

/* scripts in words */

static void
move_words (GPtrArray *words, gsize start, gsize end)
{
  for (guint i = 0; i < words->len; i++)
    {
      DroverShellWord *word = words->pdata[i];

      word->start = start;
      word->end = end;
      for (guint j = 0; j < word->pieces->len; j++)
        {
          DroverShellPiece *piece = word->pieces->pdata[j];

          piece->start = start;
          piece->end = end;
        }
    }
}

/* The commands in a script that is a word of the text: they all stand where that word is, and
 * come after all others. */
static void
append_script (DroverImportText *self, const DroverImportField *script)
{
  g_autoptr (GPtrArray) commands = drover_shell_parse (script->text->str, -1, NULL);

  for (guint i = 0; commands != NULL && i < commands->len; i++)
    {
      DroverShellCommand *command = commands->pdata[i];

      command->start = script->start;
      command->end = script->end;
      move_words (command->words, script->start, script->end);
      move_words (command->assignments, script->start, script->end);
      move_words (command->dropped, script->start, script->end);
    }

  if (commands != NULL)
    g_ptr_array_extend_and_steal (self->commands, g_steal_pointer (&commands));
}

/* candidates */

/* `qemu-system-x86_64 --version` and `-machine help` make no machine. */
static gboolean
is_question (GPtrArray *fields, guint program)
{
  for (guint i = program + 1; i < fields->len; i++)
    {
      const char *text = ((DroverImportField *) fields->pdata[i])->text->str;
      const char *name = text + strspn (text, "-");

      if (text[0] == '-' && (g_str_equal (name, "version") || g_str_equal (name, "help") ||
                             g_str_equal (name, "h")))
        return TRUE;
      if (i > program + 1 && (g_str_equal (text, "help") || g_str_equal (text, "?")))
        return TRUE;
    }

  return FALSE;
}

static void
add_candidate (DroverImportText *self, guint command, gboolean has_program, gboolean is_question,
               GPtrArray *labels)
{
  DroverImportCandidate candidate = { command, command, has_program, is_question, 0, NULL };

  candidate.step = self->steps->len > 0 ? self->steps->len - 1 : 0;
  if (labels != NULL && labels->len > 0)
    {
      g_ptr_array_add (labels, NULL);
      candidate.label = g_strjoinv (", ", (char **) labels->pdata);
      g_ptr_array_set_size (labels, labels->len - 1);
    }
  g_array_append_val (self->candidates, candidate);
}

/* Text that joins some lines, and others not, means what it says. */
static gboolean
joins_lines (const DroverImportText *self, const DroverShellCommand *command)
{
  return memchr (self->text + command->start, '\n', command->end - command->start) != NULL ||
         (command->end > command->start && self->text[command->end - 1] == '\\');
}

/* Whether @next stands on the line after @command, and is nothing but options, as in text whose
 * backslashes were lost. `-bash: …` is what a shell answers. */
static gboolean
goes_on (const DroverImportText *self, const DroverShellCommand *command,
         const DroverShellCommand *next)
{
  const DroverShellWord *first = next->words->len > 0 ? next->words->pdata[0] : NULL;
  const char *option;
  guint n_lines = 0;

  if (first == NULL || next->is_array || next->assignments->len > 0 || next->start < command->end ||
      first->start != next->start || first->end - first->start < 2)
    return FALSE;

  option = self->text + first->start;
  if (option[0] != '-' || (!g_ascii_isalpha (option[1]) &&
                           (option[1] != '-' || !g_ascii_isalpha (option[2]))) ||
      self->text[first->end - 1] == ':')
    return FALSE;

  for (gsize i = command->end; i < next->start; i++)
    if (self->text[i] == '\n')
      n_lines++;
    else if (strchr (" \t\r", self->text[i]) == NULL)
      return FALSE;

  return n_lines == 1;
}

/* Whether some word can be QEMU's name or have one in it: as it stands, or with what quotes and
 * variables make of it. Spares most lines of a long text the making of words. */
static gboolean
may_call_qemu (const DroverImportText *self, const DroverShellCommand *command)
{
  if (self->replaced_alias)
    return TRUE;

  for (gsize i = command->start; i < command->end && i < self->length; i++)
    switch (self->text[i])
      {
      case 'q':
        if (strncmp (self->text + i, "qemu", 4) == 0)
          return TRUE;
        break;
      case 'k':
        if (strncmp (self->text + i, "kvm", 3) == 0)
          return TRUE;
        break;
      case '\\':
      case '"':
      case '\'':
      case '`':
      case '$':
      case '%':
      case '^':
        return TRUE;
      default:
        break;
      }

  return FALSE;
}

/* Takes the lines that go on with the last candidate, when none of them is joined otherwise. */
static void
take_next_lines (DroverImportText *self)
{
  DroverImportCandidate *candidate =
    &g_array_index (self->candidates, DroverImportCandidate, self->candidates->len - 1);
  gboolean is_joined = joins_lines (self, self->commands->pdata[candidate->first]);
  guint last = candidate->first;

  while (last + 1 < self->commands->len &&
         goes_on (self, self->commands->pdata[last], self->commands->pdata[last + 1]))
    is_joined |= joins_lines (self, self->commands->pdata[++last]);

  if (!is_joined)
    candidate->last = last;
}

/* Whether the last candidate has the command already, as one of its further lines. */
static gboolean
is_taken (const DroverImportText *self, guint command)
{
  const DroverImportCandidate *candidate;

  if (self->candidates->len == 0)
    return FALSE;

  candidate = &g_array_index (self->candidates, DroverImportCandidate, self->candidates->len - 1);
  return command > candidate->first && command <= candidate->last;
}

typedef struct
{
  DroverImportText *text;
  guint n_scripts;
} Finder;

static void
visit_step (const DroverImportStep *step, GPtrArray *labels, DroverImportScope *scope,
            gpointer data)
{
  Finder *self = data;
  const DroverShellCommand *command = self->text->commands->pdata[step->command];
  g_autoptr (GPtrArray) fields = NULL;
  guint found;

  g_array_append_val (self->text->steps, *step);
  if (step->kind != DROVER_IMPORT_STEP_COMMAND || command->is_array || command->words->len == 0 ||
      is_taken (self->text, step->command) || !may_call_qemu (self->text, command))
    return;

  fields = drover_import_scope_expand (scope, command->words, MAX_WORDS_BEFORE, NULL);
  if (drover_import_find_program (fields, &found))
    {
      add_candidate (self->text, step->command, TRUE, is_question (fields, found), labels);
      take_next_lines (self->text);
    }
  else if (self->n_scripts < MAX_SCRIPTS && drover_import_has_script (fields, &found))
    {
      self->n_scripts++;
      append_script (self->text, fields->pdata[found]);
    }
}

static void
find_programs (DroverImportText *self)
{
  g_autoptr (GHashTable) given = new_given ();
  g_autoptr (DroverImportScope) scope = drover_import_scope_new (self->text, given);
  Finder finder = { self, 0 };

  drover_import_trace (self, scope, visit_step, &finder);
}

/* Of a candidate that was not found on the way: where that leads past it. */
static void
find_steps (DroverImportText *self)
{
  g_autofree guint *steps = g_new0 (guint, self->commands->len + 1);

  for (guint i = self->steps->len; i > 0; i--)
    steps[g_array_index (self->steps, DroverImportStep, i - 1).command] = i - 1;
  for (guint i = 0; i < self->candidates->len; i++)
    {
      DroverImportCandidate *candidate =
        &g_array_index (self->candidates, DroverImportCandidate, i);

      candidate->step = steps[candidate->first];
    }
}

/* aliases */

static char *
dup_alias (const DroverShellCommand *command, char **value)
{
  g_autofree char *head =
    command->words->len == 2 ? drover_shell_word_dup_literal (command->words->pdata[0]) : NULL;
  g_autofree char *word =
    g_strcmp0 (head, "alias") == 0 ? drover_shell_word_dup_literal (command->words->pdata[1]) : NULL;
  const char *equals = word != NULL ? strchr (word, '=') : NULL;

  if (equals == NULL || equals == word || strstr (equals, "qemu") == NULL)
    return NULL;

  *value = g_strdup (equals + 1);
  return g_strndup (word, equals - word);
}

static gboolean
replace_alias (DroverShellCommand *command, const char *value)
{
  g_autoptr (GPtrArray) commands = drover_shell_parse (value, -1, NULL);
  const DroverShellWord *first = command->words->pdata[0];
  gsize start = first->start;
  gsize end = first->end;
  GPtrArray *words;

  if (commands == NULL || commands->len != 1)
    return FALSE;

  words = ((DroverShellCommand *) commands->pdata[0])->words;
  move_words (words, start, end);
  g_ptr_array_remove_index (command->words, 0);
  g_ptr_array_set_free_func (words, NULL);
  for (guint i = 0; i < words->len; i++)
    g_ptr_array_insert (command->words, i, words->pdata[i]);
  g_ptr_array_set_size (words, 0);
  return TRUE;
}

/* `alias NAME=…`: the command that is called so. One that nothing calls is a command itself. */
static void
replace_aliases (DroverImportText *self)
{
  guint n_aliases = 0;
  guint n = self->commands->len;

  for (guint i = 0; i < n && n_aliases < MAX_SCRIPTS; i++)
    {
      const DroverShellCommand *alias = self->commands->pdata[i];
      g_autofree char *value = NULL;
      g_autofree char *name = dup_alias (alias, &value);
      gboolean is_used = FALSE;

      for (guint j = i + 1; name != NULL && j < n; j++)
        {
          DroverShellCommand *command = self->commands->pdata[j];
          g_autofree char *head =
            !command->is_array && command->words->len > 0
              ? drover_shell_word_dup_literal (command->words->pdata[0])
              : NULL;

          if (g_strcmp0 (head, name) == 0)
            is_used |= replace_alias (command, value);
        }
      n_aliases += name != NULL;
      self->replaced_alias |= is_used;
      if (name != NULL && !is_used)
        {
          DroverImportField *script = drover_import_field_new (alias->start, alias->end);

          g_string_append (script->text, value);
          append_script (self, script);
          drover_import_field_free (script);
        }
    }
}

/* Options alone, on one line or on several that lost what joined them. */
static void
find_options (DroverImportText *self)
{
  g_autoptr (GHashTable) given = new_given ();
  g_autoptr (DroverImportScope) scope = drover_import_scope_new (self->text, given);

  for (guint i = 0; i < self->commands->len; i++)
    {
      const DroverShellCommand *command = self->commands->pdata[i];
      g_autoptr (GPtrArray) fields = NULL;
      DroverImportCandidate *last =
        self->candidates->len > 0 ? &g_array_index (self->candidates, DroverImportCandidate,
                                                    self->candidates->len - 1)
                                  : NULL;

      if (command->is_array || command->words->len == 0)
        continue;
      fields = drover_import_scope_expand (scope, command->words, 1, NULL);
      if (fields->len == 0 || !is_option (fields->pdata[0]))
        continue;
      if (last != NULL && last->last + 1 == i)
        last->last = i;
      else
        add_candidate (self, i, FALSE, FALSE, NULL);
    }
}

/* Arrays alone, as `args=( -m 1G … )` whose use was not copied. */
static void
find_arrays (DroverImportText *self)
{
  for (guint i = 0; i < self->commands->len; i++)
    {
      const DroverShellCommand *command = self->commands->pdata[i];
      g_autofree char *first = command->is_array && command->words->len > 0
                                 ? drover_shell_word_dup_literal (command->words->pdata[0])
                                 : NULL;

      if (first != NULL && (first[0] == '-' || drover_import_is_qemu (first)))
        add_candidate (self, i, first[0] != '-', FALSE, NULL);
    }
}

/**
 * drover_import_text_find_candidates:
 * @is_argv: whether the text is no shell text but the one command line, so that its first word
 *   is the program, whatever its name
 *
 * Fills in the candidates. Scripts that the text hands to another shell are added to its
 * commands.
 */
void
drover_import_text_find_candidates (DroverImportText *self, gboolean is_argv)
{
  const DroverShellCommand *first = self->commands->len > 0 ? self->commands->pdata[0] : NULL;

  if (is_argv && first != NULL && first->words->len > 0)
    {
      g_autofree char *word = drover_shell_word_dup_literal (first->words->pdata[0]);

      add_candidate (self, 0, word[0] != '-', FALSE, NULL);
      return;
    }

  replace_aliases (self);
  find_programs (self);
  if (self->candidates->len > 0)
    return;

  find_options (self);
  if (self->candidates->len == 0)
    find_arrays (self);
  find_steps (self);
}

/* reading one */

static void
steal_fields (GPtrArray *from, guint first, guint end, GPtrArray *to)
{
  for (guint i = first; i < end; i++)
    g_ptr_array_add (to, g_steal_pointer (&from->pdata[i]));
}

static void
field_free (gpointer field)
{
  if (field != NULL)
    drover_import_field_free (field);
}

static void
read_command (DroverImportReading *self, gboolean has_program, GPtrArray *fields)
{
  guint program = 0;

  g_ptr_array_set_free_func (fields, field_free);
  if (!has_program)
    {
      steal_fields (fields, 0, fields->len, self->arguments);
      return;
    }

  /* Where none is found now, a variable was given a value that is no name of QEMU's. */
  if (!drover_import_find_program (fields, &program))
    program = 0;
  if (program >= fields->len)
    return;

  drover_import_program_resolve (&self->program, fields->pdata[program]);
  self->program_start = ((DroverImportField *) fields->pdata[program])->start;
  self->program_end = ((DroverImportField *) fields->pdata[program])->end;
  steal_fields (fields, 0, program, self->before);
  steal_fields (fields, program + 1, fields->len, self->arguments);
}

/**
 * drover_import_text_read:
 * @candidate: index of one of the candidates
 * @given: values of variables, by name
 *
 * Returns: (transfer full): the candidate's command line
 */
DroverImportReading *
drover_import_text_read (const DroverImportText *self, guint candidate, GHashTable *given)
{
  const DroverImportCandidate *chosen =
    &g_array_index (self->candidates, DroverImportCandidate, candidate);
  g_autoptr (DroverImportScope) scope = drover_import_scope_new (self->text, given);
  DroverImportReading *reading = g_new0 (DroverImportReading, 1);
  gsize n_bytes = 0;

  reading->before = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_import_field_free);
  reading->arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_import_field_free);
  reading->uses = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_import_use_free);

  /* What is only set later may be set in a function, or have been pasted in another order. */
  for (guint i = 0; i < self->steps->len; i++)
    drover_import_step_apply (&g_array_index (self->steps, DroverImportStep, i), self, scope,
                              i >= chosen->step);

  for (guint i = chosen->first; i <= chosen->last && !reading->is_too_long; i++)
    {
      const DroverShellCommand *command = self->commands->pdata[i];
      g_autoptr (GPtrArray) fields =
        drover_import_scope_expand (scope, command->words, G_MAXUINT, reading->uses);

      for (guint j = 0; j < fields->len; j++)
        n_bytes += ((DroverImportField *) fields->pdata[j])->text->len + sizeof (char *) + 1;
      reading->is_too_long = drover_import_scope_is_too_long (scope) || n_bytes > MAX_BYTES;
      read_command (reading, chosen->has_program && i == chosen->first, fields);
    }

  return reading;
}

void
drover_import_reading_free (DroverImportReading *self)
{
  g_ptr_array_unref (self->before);
  g_ptr_array_unref (self->arguments);
  g_ptr_array_unref (self->uses);
  drover_import_program_clear (&self->program);
  g_free (self);
}

/* argv */

/**
 * drover_import_commands_from_argv:
 *
 * Returns: (transfer full): a text's commands that are this one
 */
GPtrArray *
drover_import_commands_from_argv (const char *const *argv)
{
  GPtrArray *commands =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_shell_command_free);
  DroverShellCommand *command = drover_shell_command_new (0);

  for (guint i = 0; argv[i] != NULL; i++)
    {
      DroverShellBuilder builder;

      drover_shell_builder_init (&builder, 0);
      drover_shell_builder_append (&builder, argv[i], strlen (argv[i]), 0, TRUE);
      g_ptr_array_add (command->words, drover_shell_builder_finish (&builder, 0));
    }

  g_ptr_array_add (commands, command);
  return commands;
}
