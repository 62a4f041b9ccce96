/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-private.h"
#include "drover-shell-private.h"

/* The way through a text: functions where they are called, loops as often as they have values.
 * What a condition would say is not known, so both of its sides are gone through. */

/* How far a loop's or a function's end may be, and how many steps may be repeated. */
#define MAX_BODY 5000
#define MAX_REPEATED 20000
#define MAX_VALUES 64
#define MAX_CALLS 8

typedef struct
{
  guint first;
  guint last;
  gboolean is_called;
} Function;

struct _DroverImportTrace
{
  const DroverImportText *text;
  DroverImportScope *scope;
  GHashTable *functions; /* name to Function */
  GHashTable *bodies;    /* index of a definition to Function; not ours */
  GPtrArray *labels;     /* of strings: what led here */
  DroverImportStepFunc visit;
  gpointer data;
  guint n_repeated;
  guint n_calls;
  guint n_conditions;
};

typedef struct _DroverImportTrace Trace;

static char *
dup_word (const DroverShellCommand *command, guint i)
{
  return i < command->words->len ? drover_shell_word_dup_literal (command->words->pdata[i]) : NULL;
}

static gboolean
is_keyword (const char *word)
{
  static const char *const keywords[] = { "if", "then", "else", "elif", "do", "{", "!", "while",
                                          "until", "time", NULL };

  return word != NULL && g_strv_contains (keywords, word);
}

/* The first word behind keywords, and which it is. */
static char *
dup_head (const DroverShellCommand *command, guint *index)
{
  for (guint i = 0; i < command->words->len; i++)
    {
      char *word = dup_word (command, i);

      *index = i;
      if (!is_keyword (word))
        return word;
      g_free (word);
    }

  return NULL;
}

/* Where what begins at @first, or has @depth beginnings before it, ends: the words that open and
 * close are counted wherever a command has them among its first ones. */
static gboolean
find_end (GPtrArray *commands, guint first, guint depth, const char *const *opening,
          const char *closing, guint *end)
{
  for (guint i = first; i < commands->len && i < first + MAX_BODY; i++)
    {
      const DroverShellCommand *command = commands->pdata[i];

      for (guint j = 0; !command->is_array && j < MIN (command->words->len, 3); j++)
        {
          g_autofree char *word = dup_word (command, j);

          if (word == NULL)
            break;
          depth += g_strv_contains (opening, word);
          if (g_str_equal (word, closing) && depth > 0 && --depth == 0)
            {
              *end = i;
              return TRUE;
            }
          if (!is_keyword (word) && !g_str_equal (word, "function"))
            break;
        }
    }

  return FALSE;
}

static void
find_functions (Trace *self)
{
  static const char *const opening[] = { "{", NULL };
  GPtrArray *commands = self->text->commands;

  for (guint i = 0; i + 1 < commands->len; i++)
    {
      const DroverShellCommand *command = commands->pdata[i];
      g_autofree char *first = dup_word (command, 0);
      gboolean is_long = g_strcmp0 (first, "function") == 0;
      gboolean opens = is_long && command->words->len == 3;
      g_autofree char *name = is_long ? dup_word (command, 1) : g_strdup (first);
      g_autofree char *brace =
        opens ? dup_word (command, 2) : dup_word (commands->pdata[i + 1], 0);
      Function *function;
      guint end;

      if ((!command->is_function && !is_long) || name == NULL || g_strcmp0 (brace, "{") != 0)
        continue;
      if (!find_end (commands, i + 1, opens, opening, "}", &end))
        continue;

      function = g_new0 (Function, 1);
      *function = (Function) { i + 1, end, FALSE };
      g_hash_table_insert (self->functions, g_steal_pointer (&name), function);
      g_hash_table_insert (self->bodies, GUINT_TO_POINTER (i + 1), function);
    }
}

static void
find_calls (Trace *self)
{
  GPtrArray *commands = self->text->commands;

  for (guint i = 0; i < commands->len; i++)
    {
      const DroverShellCommand *command = commands->pdata[i];
      guint head;
      g_autofree char *name = command->is_function ? NULL : dup_head (command, &head);
      Function *function = name != NULL ? g_hash_table_lookup (self->functions, name) : NULL;

      if (function != NULL)
        function->is_called = TRUE;
    }
}

static void
take (Trace *self, DroverImportStepKind kind, guint command, guint value)
{
  DroverImportStep step = { kind, command, value, self->n_conditions > 0 };

  drover_import_step_apply (&step, self->text, self->scope, FALSE);
  self->visit (&step, self->labels, self->scope, self->data);
}

static void take_range (Trace *self, guint first, guint end);

/* The call as it was typed, without keywords before it. */
static char *
dup_source (Trace *self, const DroverShellCommand *command)
{
  guint head = 0;
  g_autofree char *name = dup_head (command, &head);
  gsize start = ((const DroverShellWord *) command->words->pdata[head])->start;
  gsize end = ((const DroverShellWord *) command->words->pdata[command->words->len - 1])->end;

  return g_strndup (self->text->text + start, end - start);
}

static void
call (Trace *self, guint i, const Function *function)
{
  self->n_calls++;
  g_ptr_array_add (self->labels, dup_source (self, self->text->commands->pdata[i]));
  take (self, DROVER_IMPORT_STEP_ENTER, i, 0);
  take_range (self, function->first, function->last + 1);
  take (self, DROVER_IMPORT_STEP_LEAVE, i, 0);
  g_ptr_array_set_size (self->labels, self->labels->len - 1);
  self->n_calls--;
}

static guint
count_values (Trace *self, guint i, GPtrArray **fields)
{
  *fields = drover_import_step_expand_loop (self->text->commands->pdata[i], self->scope);
  return *fields != NULL ? MIN ((*fields)->len, MAX_VALUES) : 0;
}

/* Returns whether it is a loop over values, which ends at @end. */
static gboolean
take_loop (Trace *self, guint i, guint *end)
{
  static const char *const opening[] = { "for", "while", "until", "select", NULL };
  g_autoptr (GPtrArray) fields = NULL;
  g_autofree char *name = NULL;
  guint head = 0;
  guint n;

  if (!find_end (self->text->commands, i, 0, opening, "done", end))
    return FALSE;
  n = count_values (self, i, &fields);
  if (n == 0)
    return FALSE;

  g_free (dup_head (self->text->commands->pdata[i], &head));
  name = dup_word (self->text->commands->pdata[i], head + 1);
  for (guint value = 0; value < n; value++)
    {
      const DroverImportField *field = fields->pdata[value];

      g_ptr_array_add (self->labels, g_strdup_printf ("%s=%s", name, field->text->str));
      take (self, DROVER_IMPORT_STEP_LOOP, i, value);
      take_range (self, i + 1, *end + 1);
      g_ptr_array_set_size (self->labels, self->labels->len - 1);
      if (self->n_repeated > MAX_REPEATED)
        break;
    }

  return TRUE;
}

static void
count_conditions (Trace *self, const DroverShellCommand *command)
{
  static const char *const opening[] = { "if", "case", "while", "until", NULL };
  static const char *const closing[] = { "fi", "esac", NULL };

  for (guint i = 0; !command->is_array && i < MIN (command->words->len, 2); i++)
    {
      g_autofree char *word = dup_word (command, i);

      if (word == NULL)
        return;
      self->n_conditions += g_strv_contains (opening, word);
      if (g_strv_contains (closing, word) && self->n_conditions > 0)
        self->n_conditions--;
      if (!is_keyword (word))
        return;
    }
}

static void
take_range (Trace *self, guint first, guint end)
{
  for (guint i = first; i < end; i++)
    {
      const DroverShellCommand *command = self->text->commands->pdata[i];
      const Function *body = g_hash_table_lookup (self->bodies, GUINT_TO_POINTER (i + 1));
      guint head = 0;
      g_autofree char *name = NULL;
      const Function *function;
      guint last;

      if (body != NULL && body->is_called)
        {
          i = body->last;
          continue;
        }
      if (self->n_calls > 0 || self->labels->len > 0)
        self->n_repeated++;
      if (self->n_repeated > MAX_REPEATED)
        return;

      count_conditions (self, command);
      name = command->is_array || command->is_function ? NULL : dup_head (command, &head);
      function = name != NULL ? g_hash_table_lookup (self->functions, name) : NULL;
      if (function != NULL && self->n_calls < MAX_CALLS)
        call (self, i, function);
      else if (g_strcmp0 (name, "for") == 0 && self->labels->len < MAX_CALLS &&
               take_loop (self, i, &last))
        i = last;
      else
        take (self, DROVER_IMPORT_STEP_COMMAND, i, 0);
    }
}

/**
 * drover_import_trace:
 * @scope: the variables on the way
 * @visit: called for each step, which may add commands to the text; those are gone through in
 *   the end
 *
 * Goes through a text's commands in the order in which a shell would.
 */
void
drover_import_trace (const DroverImportText *text, DroverImportScope *scope,
                     DroverImportStepFunc visit, gpointer data)
{
  Trace self = { .text = text, .scope = scope, .visit = visit, .data = data };
  guint first = 0;

  self.functions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.bodies = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self.labels = g_ptr_array_new_with_free_func (g_free);
  find_functions (&self);
  find_calls (&self);
  while (first < text->commands->len)
    {
      guint end = text->commands->len;

      self.n_conditions = 0;
      take_range (&self, first, end);
      first = end;
    }
  g_hash_table_unref (self.functions);
  g_hash_table_unref (self.bodies);
  g_ptr_array_unref (self.labels);
}

/* applying a step */

/* The words of `for NAME in …`; NULL without `in`. */
GPtrArray *
drover_import_step_expand_loop (const DroverShellCommand *command, DroverImportScope *scope)
{
  guint head = 0;
  g_autofree char *first = dup_head (command, &head);
  g_autofree char *in = dup_word (command, head + 2);
  g_autofree char *name = dup_word (command, head + 1);
  GPtrArray *fields;

  if (name == NULL || g_strcmp0 (in, "in") != 0)
    return NULL;

  fields = drover_import_scope_expand (scope, command->words, G_MAXUINT, NULL);
  g_ptr_array_remove_range (fields, 0, MIN (head + 3, fields->len));
  return fields;
}

static void
loop (const DroverImportStep *step, const DroverShellCommand *command, DroverImportScope *scope)
{
  g_autoptr (GPtrArray) fields = drover_import_step_expand_loop (command, scope);
  guint head = 0;
  g_autofree char *first = dup_head (command, &head);
  g_autofree char *name = dup_word (command, head + 1);

  if (fields != NULL && name != NULL)
    drover_import_scope_set (scope, name,
                             step->value < fields->len ? fields->pdata[step->value] : NULL);
}

static GPtrArray *
expand_after (const DroverShellCommand *command, DroverImportScope *scope, guint n)
{
  GPtrArray *fields = drover_import_scope_expand (scope, command->words, G_MAXUINT, NULL);

  g_ptr_array_remove_range (fields, 0, MIN (n, fields->len));
  for (gint i = (gint) fields->len - 1; i >= 0; i--)
    {
      const DroverImportField *field = fields->pdata[i];

      if (field->vanishes && field->marks->len == 0)
        g_ptr_array_remove_index (fields, i);
    }
  return fields;
}

static void
set_parameters (const DroverShellCommand *command, DroverImportScope *scope)
{
  guint head = 0;
  g_autofree char *name = dup_head (command, &head);
  g_autofree char *next = NULL;

  if (name == NULL || (!g_str_equal (name, "set") && !g_str_equal (name, "shift")))
    return;
  next = dup_word (command, head + 1);
  if (g_strcmp0 (name, "set") == 0 && g_strcmp0 (next, "--") == 0)
    drover_import_scope_set_positional (scope, expand_after (command, scope, head + 2));
  else if (g_strcmp0 (name, "shift") == 0)
    drover_import_scope_shift (scope, next != NULL ? (guint) MIN (atoi (next), 9999) : 1);
}

/**
 * drover_import_step_apply:
 * @only_new: whether to leave alone what has a value: the step comes after the place in question
 *
 * Does to the variables what the step does.
 */
void
drover_import_step_apply (const DroverImportStep *self, const DroverImportText *text,
                          DroverImportScope *scope, gboolean only_new)
{
  const DroverShellCommand *command = text->commands->pdata[self->command];
  guint head = 0;

  if (self->kind == DROVER_IMPORT_STEP_COMMAND)
    {
      drover_import_scope_set_conditional (scope, self->is_conditional);
      drover_import_scope_assign (scope, command, only_new);
      drover_import_scope_set_conditional (scope, FALSE);
      if (!only_new && !command->is_array)
        set_parameters (command, scope);
    }
  else if (only_new)
    return;
  else if (self->kind == DROVER_IMPORT_STEP_ENTER)
    {
      g_free (dup_head (command, &head));
      drover_import_scope_enter (scope, expand_after (command, scope, head + 1));
    }
  else if (self->kind == DROVER_IMPORT_STEP_LEAVE)
    drover_import_scope_leave (scope);
  else
    loop (self, command, scope);
}
