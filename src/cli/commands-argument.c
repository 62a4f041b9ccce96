/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "droverctl.h"

/* argument */

static gboolean option_enable;
static gboolean option_disable;
static char *option_note;

static const GOptionEntry argument_options[] = {
  { "enable", 0, 0, G_OPTION_ARG_NONE, &option_enable, N_("Switch the argument on"), NULL },
  { "disable", 0, 0, G_OPTION_ARG_NONE, &option_disable,
    N_("Switch it off: it stays, but QEMU does not get it"), NULL },
  { "note", 0, 0, G_OPTION_ARG_STRING, &option_note,
    N_("Write a note to it; an empty one removes it"), N_("TEXT") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { NULL },
};

static JsonObject *
describe (DroverArgument *argument, guint number)
{
  JsonObject *object = json_object_new ();
  const char *const members[][2] = { { "flag", drover_argument_get_flag (argument) },
                                     { "value", drover_argument_get_value (argument) },
                                     { "note", drover_argument_get_note (argument) } };

  json_object_set_int_member (object, "argument", number);
  json_object_set_boolean_member (object, "enabled", drover_argument_get_enabled (argument));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (members[i][1] != NULL)
      json_object_set_string_member (object, members[i][0], members[i][1]);

  return object;
}

static void
print (DroverArgument *argument, guint number)
{
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);
  const char *note = drover_argument_get_note (argument);

  g_print ("%3u  %s%s%s%s\n", number, flag != NULL ? flag : "",
           flag != NULL && value != NULL ? " " : "", value != NULL ? value : "",
           drover_argument_get_enabled (argument) ? "" : _("  (off)"));
  if (note != NULL)
    g_print ("     # %s\n", note);
}

static gboolean
print_all (GPtrArray *arguments)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  json_node_take_array (node, array);
  for (guint i = 0; i < arguments->len; i++)
    if (option_json)
      json_array_add_object_element (array, describe (arguments->pdata[i], i));
    else
      print (arguments->pdata[i], i);

  if (option_json)
    print_json (node);
  return TRUE;
}

static gboolean
print_one (GPtrArray *arguments, guint number)
{
  if (option_json)
    print_json_take (describe (arguments->pdata[number], number));
  else
    print (arguments->pdata[number], number);

  return TRUE;
}

static gboolean
check_options (Invocation *invocation, GError **error)
{
  gboolean changes = option_enable || option_disable || option_note != NULL;

  if (option_enable && option_disable)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _("Give either --enable or --disable"));
  else if (changes && invocation->operands[1] == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _("Say which argument, by the number that “droverctl argument %s” shows"),
                 invocation->operands[0]);
  else
    return TRUE;

  return FALSE;
}

static gboolean
change (DroverMachine *machine, GPtrArray *arguments, guint number, GError **error)
{
  DroverDocument *before = drover_machine_get_document (machine);
  g_autoptr (DroverArgument) argument = drover_argument_ref (arguments->pdata[number]);
  g_autoptr (GPtrArray) changed = drover_arguments_copy (arguments);
  g_autoptr (DroverDocument) document = NULL;

  if (option_enable || option_disable)
    {
      g_autoptr (DroverArgument) old = g_steal_pointer (&argument);

      argument = drover_argument_with_enabled (old, option_enable);
    }
  if (option_note != NULL)
    {
      g_autoptr (DroverArgument) old = g_steal_pointer (&argument);

      argument = drover_argument_with_note (old, *option_note != '\0' ? option_note : NULL);
    }

  drover_argument_unref (changed->pdata[number]);
  changed->pdata[number] = drover_argument_ref (argument);
  document = drover_document_with_arguments (before, changed);
  if (drover_document_equal (document, before))
    return TRUE;
  if (!drover_machine_save (machine, document, error))
    return FALSE;

  tell_when_it_counts (machine);
  return TRUE;
}

static gboolean
run_argument (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);
  const char *operand = invocation->operands[1];
  GPtrArray *arguments;
  guint64 number;

  if (machine == NULL || !check_options (invocation, error))
    return FALSE;
  if (drover_machine_get_error (machine) != NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (machine)));
      return FALSE;
    }

  arguments = drover_document_get_arguments (drover_machine_get_document (machine));
  if (operand == NULL)
    return print_all (arguments);
  if (arguments->len == 0 ||
      !g_ascii_string_to_unsigned (operand, 10, 0, arguments->len - 1, &number, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("“%s” is the number of no argument; the first is 0"), operand);
      return FALSE;
    }

  if (!option_enable && !option_disable && option_note == NULL)
    return print_one (arguments, number);

  return change (machine, arguments, number, error);
}

const Command argument_command = {
  "argument", "MACHINE [NUMBER]",
  N_("List a machine’s arguments; switch one off or on, or write a note to it"), 1,
  argument_options, run_argument, 1,
  N_("NUMBER is an argument’s place, counted from 0, as the list shows it."),
};
