/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "drover-check.h"
#include "drover-error.h"
#include "droverctl.h"

static char *
dup_argument (DroverDocument *document, int index)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  DroverArgument *argument = arguments->pdata[index];
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);

  if (flag == NULL || value == NULL)
    return g_strdup (flag != NULL ? flag : value);

  return g_strdup_printf ("%s %s", flag, value);
}

static JsonNode *
describe_problem (DroverDocument *document, const DroverCheckProblem *problem)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "message", problem->message);
  json_object_set_boolean_member (object, "fatal", problem->fatal);
  json_object_set_int_member (object, "argument", problem->argument);
  if (problem->argument >= 0)
    {
      g_autofree char *text = dup_argument (document, problem->argument);

      json_object_set_string_member (object, "text", text);
    }
  if (problem->end > problem->start)
    {
      json_object_set_int_member (object, "start", problem->start);
      json_object_set_int_member (object, "end", problem->end);
    }

  json_node_take_object (node, object);
  return node;
}

/**
 * describe_check:
 *
 * Returns: (transfer full): the result of a dry run of @document, as `check` tells it
 */
JsonObject *
describe_check (DroverDocument *document, DroverCheck *check)
{
  JsonObject *object = json_object_new ();
  JsonArray *problems = json_array_new ();

  for (guint i = 0; i < check->problems->len; i++)
    json_array_add_element (problems, describe_problem (document, check->problems->pdata[i]));

  json_object_set_boolean_member (object, "passed", check->passed);
  json_object_set_array_member (object, "problems", problems);
  json_object_set_string_member (object, "output", check->output);
  return object;
}

/**
 * print_check:
 * @stream: where to
 *
 * Prints what a dry run of @document found.
 */
void
print_check (DroverDocument *document, DroverCheck *check, FILE *stream)
{
  for (guint i = 0; i < check->problems->len; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];
      g_autofree char *argument =
        problem->argument >= 0 ? dup_argument (document, problem->argument) : NULL;

      if (argument != NULL)
        fprintf (stream, "%s\n", argument);
      fprintf (stream, problem->fatal ? _("  error: %s\n") : _("  warning: %s\n"), problem->message);
    }
  if (check->passed)
    fprintf (stream, "%s\n", _("QEMU accepts this command line"));
}

static gboolean
run_check (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);
  g_autoptr (DroverCheck) check = NULL;
  DroverDocument *document;
  const GError *broken;

  if (machine == NULL)
    return FALSE;

  broken = drover_machine_get_error (machine);
  if (broken != NULL)
    {
      g_propagate_error (error, g_error_copy (broken));
      return FALSE;
    }

  document = drover_machine_get_document (machine);
  check = dex_await_boxed (drover_check_run (document, drover_machine_get_directory (machine)), error);
  if (check == NULL)
    return FALSE;

  if (option_json)
    print_json_take (describe_check (document, check));
  else
    print_check (document, check, stdout);
  if (check->passed)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED,
               _("QEMU does not start with this command line"));
  return FALSE;
}

const Command check_command = {
  "check", "MACHINE", N_("Ask QEMU whether a machine would start, without starting it"), 1,
  json_options, run_check,
};
