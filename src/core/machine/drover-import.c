/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-import-private.h"
#include "drover-json.h"
#include "drover-keyval.h"
#include "drover-shell-private.h"

struct _DroverImport
{
  GObject parent_instance;

  DroverImportText text;
  gboolean is_argv;
  guint chosen;
  char *program;        /* what the user chose instead of the text's */
  GHashTable *given;    /* name of a variable to what the user said */
  GPtrArray *variables; /* of the chosen command; NULL until asked for */
  DroverImportReading *reading; /* the same */
};

G_DEFINE_FINAL_TYPE (DroverImport, drover_import, G_TYPE_OBJECT)

static void
variable_free (gpointer data)
{
  DroverImportVariable *variable = data;

  g_free (variable->name);
  g_free (variable->proposal);
  g_free (variable->value);
  g_free (variable);
}

static void
candidate_clear (gpointer data)
{
  g_free (((DroverImportCandidate *) data)->label);
}

static void
forget (DroverImport *self)
{
  g_clear_pointer (&self->variables, g_ptr_array_unref);
  g_clear_pointer (&self->reading, drover_import_reading_free);
}

static void
drover_import_finalize (GObject *object)
{
  DroverImport *self = DROVER_IMPORT (object);

  forget (self);
  g_clear_pointer (&self->text.text, g_free);
  g_clear_pointer (&self->text.rewrite, drover_import_rewrite_free);
  g_clear_pointer (&self->text.commands, g_ptr_array_unref);
  g_clear_pointer (&self->text.candidates, g_array_unref);
  g_clear_pointer (&self->text.steps, g_array_unref);
  g_clear_pointer (&self->program, g_free);
  g_clear_pointer (&self->given, g_hash_table_unref);

  G_OBJECT_CLASS (drover_import_parent_class)->finalize (object);
}

static void
drover_import_class_init (DroverImportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_import_finalize;
}

static void
drover_import_init (DroverImport *self)
{
  self->text.candidates = g_array_new (FALSE, FALSE, sizeof (DroverImportCandidate));
  g_array_set_clear_func (self->text.candidates, candidate_clear);
  self->text.steps = g_array_new (FALSE, FALSE, sizeof (DroverImportStep));
  self->given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* The first that makes a machine. */
static guint
find_default (DroverImport *self)
{
  for (guint i = 0; i < self->text.candidates->len; i++)
    if (!g_array_index (self->text.candidates, DroverImportCandidate, i).is_question)
      return i;

  return 0;
}

static DroverImport *
new_import (const char *text, gsize length, gboolean is_argv)
{
  DroverImport *self = g_object_new (DROVER_TYPE_IMPORT, NULL);

  self->text.text = g_strndup (text, length);
  self->text.length = length;
  self->is_argv = is_argv;
  return self;
}

/* Takes @commands. */
static gboolean
find_candidates (DroverImport *self, GPtrArray *commands, GError **error)
{
  g_clear_pointer (&self->text.commands, g_ptr_array_unref);
  g_array_set_size (self->text.candidates, 0);
  /* The way through the commands of a text that was tried before. */
  g_array_set_size (self->text.steps, 0);
  self->text.replaced_alias = FALSE;
  self->text.commands = commands;
  drover_import_text_find_candidates (&self->text, self->is_argv);
  if (self->text.candidates->len == 0)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("There is no QEMU command in it: none of its lines calls qemu-system-…, "
                     "qemu-kvm or kvm, or begins with an option"));
      return FALSE;
    }

  self->chosen = find_default (self);
  return TRUE;
}

/* reading text */

/* The text as it was rewritten; says where the original is broken. */
static gboolean
parse_rewritten (DroverImport *self, const char *text, gsize length, GError **error)
{
  DroverImportRewrite *rewrite = self->text.rewrite;
  DroverShellFault fault = { 0, NULL };
  g_autoptr (GError) local_error = NULL;
  GPtrArray *commands;

  g_free (self->text.text);
  self->text.text = g_strndup (rewrite->text, rewrite->length);
  self->text.length = rewrite->length;
  commands = drover_shell_parse_full (rewrite->text, rewrite->length, rewrite->has_specifiers,
                                      &fault, &local_error);
  if (commands != NULL)
    return find_candidates (self, commands, error);

  if (fault.message != NULL)
    {
      const DroverShellLexer original = { .text = text, .end = length };
      gsize offset = drover_import_rewrite_get_start (rewrite, fault.offset);

      drover_shell_set_error (&original, MIN (offset, length), error, fault.message);
    }
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* What Linux has in `/proc/PID/cmdline`: words that each end in NUL, the first of them QEMU. */
static GStrv
split_command_line (const char *text, gsize length)
{
  g_autoptr (GStrvBuilder) words = NULL;
  gsize n = length > 0 ? strnlen (text, length) : 0;

  if (n == length || !g_utf8_validate_len (text, n, NULL) || !drover_import_is_qemu (text))
    return NULL;

  words = g_strv_builder_new ();
  for (gsize start = 0; start < length; start += n + 1)
    {
      n = strnlen (text + start, length - start);
      /* Of `xargs -0` and editors. */
      if (start + n >= length && (n == 0 || (n == 1 && text[start] == '\n')))
        break;
      g_strv_builder_take (words, g_strndup (text + start, n));
    }

  return g_strv_builder_end (words);
}

/**
 * drover_import_new_from_text:
 * @text: shell text with a QEMU command line in it: see drover_shell_parse(); or a file that has
 *   one: a unit, a makefile, a list of words in JSON, Python or YAML, `/proc/PID/cmdline`
 * @length: bytes of @text, or -1 when it ends in NUL
 * @error: set to %DROVER_ERROR_ARGUMENT: says where the text is broken, or that QEMU is not in
 *   it
 *
 * Returns: (transfer full) (nullable): an import with the first command chosen
 */
DroverImport *
drover_import_new_from_text (const char *text, gssize length, GError **error)
{
  gsize n = length < 0 ? strlen (text) : (gsize) length;
  g_auto (GStrv) words = split_command_line (text, n);
  g_autoptr (DroverImport) self = NULL;
  g_autoptr (GError) local_error = NULL;

  if (words != NULL)
    return drover_import_new_from_argv ((const char *const *) words, error);

  self = new_import (text, n, FALSE);
  self->text.rewrite = drover_import_rewrite_new (text, n);
  if (memchr (text, '\0', n) == NULL && g_utf8_validate_len (text, n, NULL))
    {
      drover_import_clean (self->text.rewrite);
      drover_import_unpack (self->text.rewrite);
    }
  if (parse_rewritten (self, text, n, &local_error))
    return g_steal_pointer (&self);

  if (g_utf8_validate_len (text, n, NULL) && drover_import_clean_prose (self->text.rewrite))
    {
      g_clear_error (&local_error);
      if (parse_rewritten (self, text, n, &local_error))
        return g_steal_pointer (&self);
    }

  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/**
 * drover_import_new_from_argv:
 * @argv: a command line; program first, or options alone
 * @error: set to %DROVER_ERROR_ARGUMENT when it is empty, or not UTF-8
 *
 * Nothing in it is for a shell: every word is taken as it is.
 *
 * Returns: (transfer full) (nullable): an import
 */
DroverImport *
drover_import_new_from_argv (const char *const *argv, GError **error)
{
  g_autoptr (DroverImport) self = NULL;

  for (guint i = 0; argv[i] != NULL; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      {
        g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                     _("Argument %u is not valid UTF-8"), i);
        return NULL;
      }
  if (argv[0] == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, _("The list of arguments is empty"));
      return NULL;
    }

  self = new_import ("", 0, TRUE);
  return find_candidates (self, drover_import_commands_from_argv (argv), error)
           ? g_steal_pointer (&self)
           : NULL;
}

static const char *
get_kind (JsonNode *node)
{
  if (JSON_NODE_HOLDS_NULL (node))
    return _("null");
  if (JSON_NODE_HOLDS_OBJECT (node))
    return _("an object");
  if (JSON_NODE_HOLDS_ARRAY (node))
    return _("an array");

  return json_node_get_value_type (node) == G_TYPE_BOOLEAN ? _("true or false") : _("a number");
}

static gboolean
check_element (JsonNode *node, guint i, GError **error)
{
  const char *text;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("[%u]: a string is expected here, not %s"), i, get_kind (node));
      return FALSE;
    }

  text = json_node_get_string (node);
  if (g_utf8_validate (text, -1, NULL))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, _("[%u]: the string is not valid UTF-8"),
               i);
  return FALSE;
}

/**
 * drover_import_new_from_json:
 * @text: a JSON array of strings: a command line
 * @length: bytes of @text, or -1 when it ends in NUL
 * @error: set to a #JsonParserError, or to %DROVER_ERROR_ARGUMENT when it is JSON but no array
 *   of strings; says where
 *
 * Returns: (transfer full) (nullable): an import
 */
DroverImport *
drover_import_new_from_json (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) node = drover_json_parse (text, length, error);
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (GStrv) strv = NULL;
  JsonArray *array;

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("An array of strings is expected, as [\"qemu-system-x86_64\", \"-m\", \"1G\"]"));
      return NULL;
    }

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (!check_element (json_array_get_element (array, i), i, error))
        return NULL;
      g_strv_builder_add (argv, json_array_get_string_element (array, i));
    }

  strv = g_strv_builder_end (argv);
  return drover_import_new_from_argv ((const char *const *) strv, error);
}

/* choosing */

/**
 * drover_import_get_n_commands:
 *
 * Returns: how many commands of the text look like QEMU: at least one
 */
guint
drover_import_get_n_commands (DroverImport *self)
{
  return self->text.candidates->len;
}

/**
 * drover_import_dup_command_title:
 * @command: which of them
 *
 * Returns: (transfer full): the command on one line, as typed, so that one can choose
 */
char *
drover_import_dup_command_title (DroverImport *self, guint command)
{
  g_autoptr (GString) title = g_string_new (NULL);
  const DroverImportCandidate *candidate;
  const DroverShellCommand *first;

  g_return_val_if_fail (command < self->text.candidates->len, NULL);

  candidate = &g_array_index (self->text.candidates, DroverImportCandidate, command);
  first = self->text.commands->pdata[candidate->first];
  for (guint i = 0; i < first->words->len && title->len < 200; i++)
    {
      const DroverShellWord *word = first->words->pdata[i];
      g_autofree char *literal = self->is_argv ? drover_shell_word_dup_literal (word) : NULL;

      if (i > 0)
        g_string_append_c (title, ' ');
      if (literal != NULL)
        g_string_append (title, literal);
      else
        g_string_append_len (title, self->text.text + word->start, word->end - word->start);
    }
  if (candidate->label != NULL)
    g_string_append_printf (title, " (%s)", candidate->label);
  g_strdelimit (title->str, "\n\r\t", ' ');

  return g_string_free_and_steal (g_steal_pointer (&title));
}

/**
 * drover_import_choose:
 * @command: which of the commands to import
 */
void
drover_import_choose (DroverImport *self, guint command)
{
  g_return_if_fail (command < self->text.candidates->len);

  self->chosen = command;
  forget (self);
}

/**
 * drover_import_get_chosen:
 *
 * Returns: the command that is imported
 */
guint
drover_import_get_chosen (DroverImport *self)
{
  return self->chosen;
}

static const DroverImportReading *
read_chosen (DroverImport *self)
{
  if (self->reading == NULL)
    self->reading = drover_import_text_read (&self->text, self->chosen, self->given);

  return self->reading;
}

/* variables */

/* Of a variable without a value: whether some argument cannot do without. */
static gboolean
is_needed (const DroverImportReading *reading, GArray *origins, const char *name)
{
  for (guint i = 0; i < reading->arguments->len; i++)
    {
      const DroverImportField *field = reading->arguments->pdata[i];

      for (guint j = 0; g_array_index (origins, int, i) >= 0 && j < field->marks->len; j++)
        if (g_strcmp0 (g_array_index (field->marks, DroverImportMark, j).name, name) == 0)
          return TRUE;
    }

  return FALSE;
}

static void
list_variables (DroverImport *self)
{
  g_autoptr (GHashTable) nothing = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) origins = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GPtrArray) arguments = NULL;
  DroverImportReading *bare = drover_import_text_read (&self->text, self->chosen, nothing);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  self->variables = g_ptr_array_new_with_free_func (variable_free);
  arguments = drover_import_pair (bare->arguments, drover_option_table_get_built_in (), origins);
  for (guint i = 0; i < bare->uses->len; i++)
    {
      const DroverImportUse *use = bare->uses->pdata[i];
      DroverImportVariable *variable;

      if (!g_hash_table_add (names, use->name))
        continue;
      variable = g_new0 (DroverImportVariable, 1);
      variable->name = g_strdup (use->name);
      variable->proposal = g_strdup (use->proposal);
      variable->value = g_strdup (g_hash_table_lookup (self->given, use->name));
      variable->is_place = use->is_place;
      variable->optional = !use->is_place && use->proposal == NULL && !is_needed (bare, origins, use->name);
      g_ptr_array_add (self->variables, variable);
    }

  drover_import_reading_free (bare);
}

/**
 * drover_import_get_variables:
 *
 * Those that the chosen command uses, directly or through others that the text itself sets.
 * One without a value takes its proposal; without that either, an argument of its own vanishes
 * as in a shell, and another one keeps the variable as a place to fill in.
 *
 * Returns: (transfer none) (element-type DroverImportVariable): valid until something is chosen
 *   or set
 */
GPtrArray *
drover_import_get_variables (DroverImport *self)
{
  if (self->variables == NULL)
    list_variables (self);

  return self->variables;
}

/**
 * drover_import_set_variable:
 * @name: a variable, which the text need not have
 * @value: (nullable): its value; %NULL to go back to the proposal
 */
void
drover_import_set_variable (DroverImport *self, const char *name, const char *value)
{
  if (value != NULL)
    g_hash_table_insert (self->given, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (self->given, name);
  forget (self);
}

/* the program */

/**
 * drover_import_get_program:
 *
 * Returns: (nullable): the program that the machine will have; %NULL when the text names none
 */
const char *
drover_import_get_program (DroverImport *self)
{
  return self->program != NULL ? self->program : read_chosen (self)->program.name;
}

/**
 * drover_import_set_program:
 * @program: (nullable): a program's name or path; %NULL for the text's own
 */
void
drover_import_set_program (DroverImport *self, const char *program)
{
  g_set_str (&self->program, program);
}

/**
 * drover_import_dup_options:
 *
 * Returns: (transfer full): the names of all options in the command, without dashes, for
 *   drover_option_table_learn()
 */
GStrv
drover_import_dup_options (DroverImport *self)
{
  const DroverImportReading *reading = read_chosen (self);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < reading->arguments->len; i++)
    {
      const DroverImportField *field = reading->arguments->pdata[i];
      const char *name = field->text->str + strspn (field->text->str, "-");

      /* What has other characters in it is a value that begins with a dash. */
      if (field->text->str[0] == '-' && *name != '\0' && g_hash_table_add (seen, (char *) name) &&
          name[strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_")] == '\0')
        g_strv_builder_add (names, name);
    }

  return g_strv_builder_end (names);
}

/* the document */

/* Whether the arguments say with what the guest runs. */
static gboolean
has_accelerator (GPtrArray *arguments)
{
  static const char *const options[] = { "accel", "enable-kvm", "no-kvm", "enable-hax", NULL };

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *option = drover_argument_get_option (arguments->pdata[i]);
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      if (g_strv_contains (options, option))
        return TRUE;
      if (value != NULL && (g_str_equal (option, "machine") || g_str_equal (option, "M")))
        {
          g_autofree char *accelerator = drover_keyval_dup (value, "type", "accel");

          if (accelerator != NULL)
            return TRUE;
        }
    }

  return FALSE;
}

/**
 * drover_import_make_document:
 * @name: (nullable): the machine's name; %NULL to take one from the arguments
 * @options: which options take a value
 * @notices: (out) (nullable) (transfer full) (element-type DroverImportNotice): what the user
 *   should know
 * @error: set to %DROVER_ERROR_ARGUMENT when the text names no program and none was set
 *
 * Every word that a shell would give to QEMU is in the document, byte for byte; substitutions
 * and variables without a value stay as they were typed.
 *
 * Returns: (transfer full) (nullable): the machine
 */
DroverDocument *
drover_import_make_document (DroverImport *self, const char *name, DroverOptionTable *options,
                             GPtrArray **notices, GError **error)
{
  const DroverImportReading *reading = read_chosen (self);
  const char *program = drover_import_get_program (self);
  g_autoptr (GArray) origins = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autofree char *default_name = NULL;
  const char *accelerator = NULL;

  if (program == NULL || *program == '\0')
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("The text does not say which QEMU program it is for"));
      return NULL;
    }
  if (reading->is_too_long)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("The command is longer than any can be"));
      return NULL;
    }

  arguments = drover_import_pair (reading->arguments, options, origins);
  if (name == NULL)
    name = default_name = drover_import_dup_name (arguments, program);
  if (self->program == NULL && reading->program.is_kvm && !has_accelerator (arguments))
    accelerator = "automatic";

  document = drover_document_new (name, program);
  if (accelerator != NULL)
    {
      g_autoptr (DroverDocument) plain = g_steal_pointer (&document);

      document = drover_document_with_accelerator (plain, accelerator);
    }
  if (notices != NULL)
    *notices = drover_import_list_notices (&self->text, self->chosen, reading, arguments, origins,
                                           accelerator);

  return drover_document_with_arguments (document, arguments);
}
