/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "drover-error.h"
#include "drover-export.h"
#include "drover-import.h"
#include "drover-json.h"
#include "drover-launch-plan.h"
#include "droverctl.h"

/* import */

/* A command line is a few kilobytes; a whole script with it may be some megabytes. */
#define MAX_BYTES (64 * 1024 * 1024)

static char *option_name;
static char *option_program;
static char **option_variables;
static int option_command;
static gboolean option_argv_json;
static char *option_directory;
static gboolean option_no_check;

static const GOptionEntry import_options[] = {
  { "name", 0, 0, G_OPTION_ARG_FILENAME, &option_name, N_("The machine’s name"), N_("NAME") },
  { "program", 0, 0, G_OPTION_ARG_FILENAME, &option_program,
    N_("The QEMU program, instead of the text’s"), N_("PROGRAM") },
  { "variable", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option_variables,
    N_("What a variable in the text stands for; can be given several times"), N_("NAME=VALUE") },
  { "command", 0, 0, G_OPTION_ARG_INT, &option_command,
    N_("Which command of the text, when it has several: 1 is the first"), N_("NUMBER") },
  { "argv-json", 0, 0, G_OPTION_ARG_NONE, &option_argv_json,
    N_("The file is a JSON array of strings, not shell text"), NULL },
  { "directory", 0, 0, G_OPTION_ARG_FILENAME, &option_directory,
    N_("Where relative file names are looked for, instead of here"), N_("FOLDER") },
  { "no-check", 0, 0, G_OPTION_ARG_NONE, &option_no_check,
    N_("Do not ask QEMU whether the machine would start"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { NULL },
};

static GBytes *
read_file (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  FILE *stream = g_str_equal (path, "-") ? stdin : fopen (g_file_peek_path (file), "rbe");
  gboolean failed;
  guint8 buffer[65536];
  gsize n;

  if (stream == NULL)
    {
      drover_set_errno_error (error, _("Cannot read %s"), path);
      return NULL;
    }

  while (bytes->len <= MAX_BYTES && (n = fread (buffer, 1, sizeof buffer, stream)) > 0)
    g_byte_array_append (bytes, buffer, n);
  failed = ferror (stream) != 0;
  if (failed)
    drover_set_errno_error (error, _("Cannot read %s"), path);
  if (stream != stdin)
    fclose (stream);
  if (failed)
    return NULL;
  if (bytes->len > MAX_BYTES)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("%s has more than %d MB; that is no command line"), path,
                   MAX_BYTES / (1024 * 1024));
      return NULL;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static DroverImport *
read_import (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = read_file (path, error);
  g_autoptr (DroverImport) import = NULL;
  const char *text;
  gsize length;

  if (bytes == NULL)
    return NULL;

  text = g_bytes_get_data (bytes, &length);
  text = text != NULL ? text : "";
  import = option_argv_json ? drover_import_new_from_json (text, length, error)
                            : drover_import_new_from_text (text, length, error);
  if (import == NULL)
    {
      g_prefix_error (error, "%s: ", g_str_equal (path, "-") ? _("standard input") : path);

      /* It is the text that is broken, and no machine's file. */
      if (error != NULL && (*error)->domain == JSON_PARSER_ERROR)
        {
          (*error)->domain = DROVER_ERROR;
          (*error)->code = DROVER_ERROR_ARGUMENT;
        }
    }
  return g_steal_pointer (&import);
}

static gboolean
choose_command (DroverImport *import, GError **error)
{
  guint n = drover_import_get_n_commands (import);

  if (option_command < 0 || (guint) option_command > n)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   g_dngettext (GETTEXT_PACKAGE, "The text has only %u QEMU command",
                                "The text has only %u QEMU commands", n), n);
      return FALSE;
    }

  if (option_command > 0)
    drover_import_choose (import, option_command - 1);
  else if (n > 1)
    {
      g_printerr (_("The text has several QEMU commands; --command NUMBER chooses another one:\n"));
      for (guint i = 0; i < n; i++)
        {
          g_autofree char *title = drover_import_dup_command_title (import, i);

          g_printerr ("%s %u  %s\n", i == drover_import_get_chosen (import) ? "*" : " ", i + 1,
                      title);
        }
    }

  return TRUE;
}

/* A slip of the hand in a name would otherwise go unseen. */
static void
tell_what_is_unused (DroverImport *import)
{
  GPtrArray *variables = drover_import_get_variables (import);

  for (guint i = 0; option_variables != NULL && option_variables[i] != NULL; i++)
    {
      const char *given = option_variables[i];
      g_autofree char *name = g_strndup (given, strcspn (given, "="));
      gboolean is_used = FALSE;

      for (guint j = 0; j < variables->len; j++)
        is_used |= g_str_equal (((DroverImportVariable *) variables->pdata[j])->name, name);
      if (!is_used)
        g_printerr (_("The command has no variable “%s”\n"), name);
    }
}

static gboolean
set_variables (DroverImport *import, GError **error)
{
  for (guint i = 0; option_variables != NULL && option_variables[i] != NULL; i++)
    {
      const char *equals = strchr (option_variables[i], '=');
      g_autofree char *name = NULL;

      if (equals == NULL || equals == option_variables[i] ||
          !g_utf8_validate (option_variables[i], -1, NULL))
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       _("--variable takes NAME=VALUE, in UTF-8, not “%s”"), option_variables[i]);
          return FALSE;
        }
      name = g_strndup (option_variables[i], equals - option_variables[i]);
      drover_import_set_variable (import, name, equals + 1);
    }

  tell_what_is_unused (import);
  return TRUE;
}

/* Says which proposals are taken; fails when something that is needed has none. */
static gboolean
check_variables (DroverImport *import, GError **error)
{
  GPtrArray *variables = drover_import_get_variables (import);
  g_autoptr (GString) missing = g_string_new (NULL);

  for (guint i = 0; i < variables->len; i++)
    {
      const DroverImportVariable *variable = variables->pdata[i];

      if (variable->value != NULL || variable->optional || variable->is_place)
        continue;
      if (variable->proposal != NULL)
        g_printerr (_("%s is “%s”; --variable %s=… gives another value\n"), variable->name,
                    variable->proposal, variable->name);
      else
        g_string_append_printf (missing, "%s%s", missing->len > 0 ? ", " : "", variable->name);
    }

  if (missing->len == 0)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("The text has variables without a value: %s. Give each with --variable "
                 "NAME=VALUE"),
               missing->str);
  return FALSE;
}

static gboolean
check_program (DroverImport *import, GError **error)
{
  if (option_program != NULL)
    drover_import_set_program (import, option_program);
  if (drover_import_get_program (import) != NULL)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("The text does not say which QEMU program it is for; give one, as "
                 "--program qemu-system-x86_64"));
  return FALSE;
}

static DroverOptionTable *
await_options (DroverImport *import)
{
  g_auto (GStrv) names = drover_import_dup_options (import);

  return dex_await_boxed (drover_option_table_learn (drover_import_get_program (import),
                                                     (const char *const *) names), NULL);
}

static const char *
get_kind (const DroverImportNotice *notice)
{
  static const char *const kinds[] = {
    [DROVER_IMPORT_UNDERSTOOD] = "understood", [DROVER_IMPORT_CUSTOM] = "custom",
    [DROVER_IMPORT_CHANGED] = "changed",       [DROVER_IMPORT_DROPPED] = "dropped",
    [DROVER_IMPORT_TO_FILL_IN] = "to-fill-in",
  };

  return kinds[notice->kind];
}

static JsonNode *
describe_notices (GPtrArray *notices)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < notices->len; i++)
    {
      const DroverImportNotice *notice = notices->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "kind", get_kind (notice));
      json_object_set_string_member (object, "text", notice->text);
      json_object_set_int_member (object, "start", notice->start);
      json_object_set_int_member (object, "end", notice->end);
      if (notice->argument >= 0)
        json_object_set_int_member (object, "argument", notice->argument);
      if (notice->proposal != NULL)
        json_object_set_string_member (object, "proposal", notice->proposal);
      json_array_add_object_element (array, object);
    }

  json_node_take_array (node, array);
  return node;
}

static JsonNode *
describe_variables (GPtrArray *variables)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < variables->len; i++)
    {
      const DroverImportVariable *variable = variables->pdata[i];
      const char *value = variable->value != NULL || variable->is_place ? variable->value
                                                                       : variable->proposal;
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "name", variable->name);
      if (value != NULL)
        json_object_set_string_member (object, "value", value);
      json_object_set_boolean_member (object, "given", variable->value != NULL);
      if (variable->is_place)
        json_object_set_boolean_member (object, "place", TRUE);
      if (variable->is_place && variable->proposal != NULL)
        json_object_set_string_member (object, "proposal", variable->proposal);
      json_array_add_object_element (array, object);
    }

  json_node_take_array (node, array);
  return node;
}

static void
print_summary (DroverImport *import, DroverMachine *machine, GPtrArray *notices, DroverCheck *check)
{
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_CTL_SOCKET);
  JsonObject *object = describe_run (run);

  json_object_set_int_member (object, "commands", drover_import_get_n_commands (import));
  json_object_set_int_member (object, "command", drover_import_get_chosen (import) + 1);
  json_object_set_member (object, "variables",
                          describe_variables (drover_import_get_variables (import)));
  json_object_set_member (object, "notices", describe_notices (notices));
  if (check != NULL)
    json_object_set_object_member (object, "check",
                                   describe_check (drover_machine_get_document (machine), check));
  print_json_take (object);
}

static void
print_notices (GPtrArray *notices)
{
  for (guint i = 0; i < notices->len; i++)
    g_printerr ("%s\n", ((DroverImportNotice *) notices->pdata[i])->text);
}

/* What a relative name means depends on where the command was meant to be typed. */
static DroverDocument *
settle_directory (DroverDocument *document)
{
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *directory =
    g_canonicalize_filename (option_directory != NULL ? option_directory : here, here);

  if (option_directory == NULL && !drover_export_needs_directory (document))
    return drover_document_ref (document);

  return drover_document_with_directory (document, directory);
}

static DroverMachine *
create_machine (Invocation *invocation, DroverImport *import, GPtrArray **notices, GError **error)
{
  g_autoptr (DroverOptionTable) options = await_options (import);
  g_autoptr (DroverDocument) imported =
    drover_import_make_document (import, option_name, options, notices, error);
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (DroverDocument) named = NULL;
  g_autofree char *name = NULL;

  if (imported == NULL)
    return NULL;

  document = settle_directory (imported);
  if (option_name != NULL)
    return drover_library_create (invocation->library, document, error);

  name = drover_library_dup_free_name (invocation->library, drover_document_get_name (document));
  named = drover_document_with_name (document, name);
  return drover_library_create (invocation->library, named, error);
}

/* The machine is there whatever comes of it, and whether or not it could be asked. */
static DroverCheck *
await_check (DroverMachine *machine)
{
  DroverDocument *document = drover_machine_get_document (machine);
  g_autoptr (GError) error = NULL;
  DroverCheck *check = dex_await_boxed (drover_check_run (document, drover_machine_get_directory (machine)), &error);

  if (check == NULL)
    g_printerr (_("QEMU was not asked whether the machine would start: %s\n"), error->message);
  else if (check->problems->len > 0)
    print_check (document, check, stderr);
  return check;
}

static gboolean
check_name (GError **error)
{
  if (option_name == NULL || is_machine_name (option_name))
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("The name is empty, not UTF-8, or has control characters in it"));
  return FALSE;
}

static gboolean
run_import (Invocation *invocation, GError **error)
{
  g_autoptr (DroverImport) import = NULL;
  g_autoptr (GPtrArray) notices = NULL;
  g_autoptr (DroverCheck) check = NULL;
  DroverMachine *machine;

  if (!check_name (error))
    return FALSE;
  import = read_import (invocation->operands[0], error);
  if (import == NULL || !choose_command (import, error) || !set_variables (import, error) ||
      !check_program (import, error) || !check_variables (import, error))
    return FALSE;

  machine = create_machine (invocation, import, &notices, error);
  if (machine == NULL)
    return FALSE;

  print_notices (notices);
  if (drover_document_get_directory (drover_machine_get_document (machine)) != NULL)
    g_printerr (_("Relative file names are looked for in %s\n"),
                drover_document_get_directory (drover_machine_get_document (machine)));
  if (!option_no_check)
    check = await_check (machine);
  if (option_json)
    print_summary (import, machine, notices, check);
  else
    g_print ("%s\n", drover_machine_get_slug (machine));
  return TRUE;
}

const Command import_command = {
  "import", "FILE|-", N_("Make a machine of a command line, and print its folder’s name"), 1,
  import_options, run_import,
};

/* export */

static gboolean option_shell;
static gboolean option_argv;

static const GOptionEntry export_options[] = {
  { "shell", 0, 0, G_OPTION_ARG_NONE, &option_shell, N_("Print a shell script that runs it"), NULL },
  { "argv", 0, 0, G_OPTION_ARG_NONE, &option_argv, N_("Print a JSON array, program first"), NULL },
  { NULL },
};

static gboolean
run_export (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);
  g_autofree char *text = NULL;

  if (machine == NULL)
    return FALSE;
  if (option_shell == option_argv)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("Give either --shell or --argv"));
      return FALSE;
    }
  if (drover_machine_get_error (machine) != NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (machine)));
      return FALSE;
    }

  if (option_shell)
    {
      text = drover_export_dup_script (drover_machine_get_document (machine),
                                       drover_machine_get_directory (machine));
      /* Bytes as they are: g_print() would convert. */
      fputs (text, stdout);
      return TRUE;
    }

  /* JSON is UTF-8, whatever the locale. */
  text = drover_export_dup_argv (drover_machine_get_document (machine));
  puts (text);
  return TRUE;
}

const Command export_command = {
  "export", "MACHINE", N_("Print a machine’s command line as a script or a list"), 1,
  export_options, run_export,
};
