/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "drover-error.h"
#include "drover-options-file.h"
#include "drover-part.h"
#include "drover-shell.h"
#include "droverctl.h"

static DroverDocument *
find_document (Invocation *invocation, DroverMachine **machine, GError **error)
{
  *machine = find_machine (invocation, error);
  if (*machine == NULL)
    return NULL;
  if (drover_machine_get_error (*machine) != NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (*machine)));
      return NULL;
    }

  return drover_machine_get_document (*machine);
}

/* With what the files of its `-readconfig` say. */
GPtrArray *
list_all_arguments (DroverMachine *machine)
{
  return drover_arguments_with_files (
    drover_document_get_arguments (drover_machine_get_document (machine)),
    drover_machine_get_directory (machine));
}

static gboolean
save (Invocation *invocation, DroverMachine *machine, GPtrArray *arguments, GError **error)
{
  g_autoptr (DroverDocument) changed =
    drover_document_with_arguments (drover_machine_get_document (machine), arguments);

  if (!drover_machine_save (machine, changed, error))
    return FALSE;

  tell_when_it_counts (machine);
  return TRUE;
}

static DroverPart *
find_part (GPtrArray *arguments, const char *id, GError **error)
{
  DroverPart *part = drover_parts_find (arguments, id);

  if (part == NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("The machine has nothing called “%s”; “droverctl parts” lists what it has"), id);
  return part;
}

/* An argument as it would be typed. */
static char *
dup_text (DroverArgument *argument)
{
  const char *words[] = { drover_argument_get_flag (argument),
                          drover_argument_get_value (argument), NULL };

  return drover_shell_from_argv (words[0] != NULL ? words : words + 1);
}

/* parts */

static const char *
get_part_file (const DroverPart *part, GPtrArray *arguments)
{
  return drover_arguments_get_file (arguments, part->scope.front >= 0 ? part->scope.front
                                                                      : part->scope.back);
}

static JsonObject *
describe_part (const DroverPart *part, GPtrArray *arguments)
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();
  const int scope[] = { part->scope.front, part->scope.back, part->scope.file };

  json_object_set_string_member (object, "id", part->id);
  json_object_set_string_member (object, "kind", part->kind);
  json_object_set_string_member (object, "title", part->title);
  json_object_set_boolean_member (object, "legacy", part->legacy);
  json_object_set_int_member (object, "front", part->scope.front);
  json_object_set_int_member (object, "back", part->scope.back);
  for (int i = 0; i < (int) arguments->len; i++)
    if (i == scope[0] || i == scope[1] || i == scope[2])
      {
        g_autofree char *text = dup_text (arguments->pdata[i]);

        json_array_add_string_element (array, text);
      }
  json_object_set_array_member (object, "arguments", array);
  if (get_part_file (part, arguments) != NULL)
    json_object_set_string_member (object, "file", get_part_file (part, arguments));
  return object;
}

static gboolean
run_parts (Invocation *invocation, GError **error)
{
  DroverMachine *machine;
  DroverDocument *document = find_document (invocation, &machine, error);
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *array;

  if (document == NULL)
    return FALSE;

  arguments = list_all_arguments (machine);
  parts = drover_parts_list (arguments, invocation->operands[1]);
  node = json_node_new (JSON_NODE_ARRAY);
  array = json_array_new ();
  json_node_take_array (node, array);
  for (guint i = 0; i < parts->len; i++)
    {
      const DroverPart *part = parts->pdata[i];

      if (option_json)
        json_array_add_object_element (array, describe_part (part, arguments));
      else if (get_part_file (part, arguments) != NULL)
        g_print (_("%-10s %-20s %s (from the file %s)\n"), part->kind, part->id, part->title,
                 get_part_file (part, arguments));
      else
        g_print ("%-10s %-20s %s\n", part->kind, part->id, part->title);
    }

  if (option_json)
    print_json (node);
  return TRUE;
}

const Command parts_command = {
  "parts", "MACHINE [KIND]", N_("List a machine’s disks, cards and devices"), 1, json_options,
  run_parts, 1,
};

/* add */

static gboolean
run_add (Invocation *invocation, GError **error)
{
  DroverMachine *machine;
  DroverDocument *document = find_document (invocation, &machine, error);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autofree char *id = NULL;

  if (document == NULL)
    return FALSE;

  before = list_all_arguments (machine);
  arguments = drover_parts_add_in (
    before, drover_document_get_program (document),
    drover_machine_get_directory (machine), invocation->operands[1],
    (const char *const *) invocation->operands + 2, &id, error);
  if (arguments == NULL || !save (invocation, machine, arguments, error))
    return FALSE;

  g_print ("%s\n", id);
  return TRUE;
}

static const GOptionEntry no_options[] = { { NULL } };

const Command add_command = {
  "add", "MACHINE KIND [KEY=VALUE…]",
  N_("Add a disk, card, sound, share, numa, object, character or device; print its id"), 2,
  no_options, run_add, G_MAXUINT,
  N_("Kinds and their keys:\n"
     "  disk       file, format, media=disk|cdrom,\n"
     "             bus=virtio|scsi|ide|sata|nvme|usb|sd|floppy\n"
     "  card       model, type=user|tap|bridge|socket|…\n"
     "  sound      model, type=pipewire|pa|alsa|…\n"
     "  share      path, tag\n"
     "  numa       size\n"
     "  object     qom-type\n"
     "  character  backend\n"
     "  device     driver\n"
     "All other keys are QEMU’s own, as in: add my-pc device e1000 bus=pcie.0\n"
     "The key of the first may be left out: add my-pc disk disk.qcow2 bus=nvme"),
};

/* remove */

static gboolean option_both;

static const GOptionEntry remove_options[] = {
  { "both", 0, 0, G_OPTION_ARG_NONE, &option_both,
    N_("Its host side too, and what else only it uses"), NULL },
  { NULL },
};

static gboolean
has_argument (GPtrArray *arguments, gpointer argument)
{
  return g_ptr_array_find (arguments, argument, NULL);
}

/* What could have gone as well, and what now refers to nothing. */
static void
tell_what_is_left (GPtrArray *before, const DroverPart *part, GPtrArray *after)
{
  g_autoptr (GPtrArray) both = drover_part_remove (before, part, TRUE);

  for (guint i = 0; i < before->len; i++)
    {
      g_autofree char *text = dup_text (before->pdata[i]);

      if (has_argument (after, before->pdata[i]) && !has_argument (both, before->pdata[i]))
        g_printerr (_("Kept, though nothing uses it now (--both removes it too): %s\n"), text);
    }

  for (guint i = 0; i < before->len; i++)
    {
      g_autoptr (GArray) uses = NULL;

      if (has_argument (after, before->pdata[i]))
        continue;
      uses = drover_arguments_list_uses (before, i);
      for (guint j = 0; j < uses->len; j++)
        {
          DroverArgument *user = before->pdata[g_array_index (uses, int, j)];
          g_autofree char *text = dup_text (user);

          if (has_argument (after, user))
            g_printerr (_("This still refers to what was removed: %s\n"), text);
        }
    }
}

static gboolean
run_remove (Invocation *invocation, GError **error)
{
  DroverMachine *machine;
  DroverDocument *document = find_document (invocation, &machine, error);
  g_autoptr (DroverPart) part = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;

  if (document == NULL)
    return FALSE;
  before = list_all_arguments (machine);
  part = find_part (before, invocation->operands[1], error);
  if (part == NULL ||
      !drover_arguments_check_own (
        before, part->scope.front >= 0 ? part->scope.front : part->scope.back, error))
    return FALSE;

  after = drover_part_remove (before, part, option_both);
  if (!save (invocation, machine, after, error))
    return FALSE;

  tell_what_is_left (before, part, after);
  return TRUE;
}

const Command remove_command = {
  "remove", "MACHINE ID", N_("Remove a disk, card, device or the like"), 2, remove_options,
  run_remove,
};

/* rename */

static gboolean
run_rename (Invocation *invocation, GError **error)
{
  const char *id = invocation->operands[1];
  DroverMachine *machine;
  DroverDocument *document = find_document (invocation, &machine, error);
  g_autoptr (DroverPart) part = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) arguments = NULL;

  if (document == NULL)
    return FALSE;
  before = list_all_arguments (machine);
  part = find_part (before, id, error);
  if (part == NULL)
    return FALSE;

  arguments = drover_arguments_rename_id (before, drover_part_find_argument (before, part, id),
                                          invocation->operands[2], error);
  return arguments != NULL && save (invocation, machine, arguments, error);
}

const Command rename_command = {
  "rename", "MACHINE ID NEW-ID", N_("Rename a disk, card or device in all that uses it"), 3,
  no_options, run_rename,
};

/* modernise */

static gboolean option_all;
static gboolean option_dry_run;

static const GOptionEntry modernise_options[] = {
  { "all", 0, 0, G_OPTION_ARG_NONE, &option_all, N_("Every argument that has a newer form"), NULL },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &option_dry_run,
    N_("Only show what would change"), NULL },
  { NULL },
};

/* What is only in one of the lists, in the order of a diff. */
static void
print_diff (GPtrArray *before, GPtrArray *after)
{
  guint j = 0;

  for (guint i = 0; i < before->len; i++)
    {
      g_autofree char *text = dup_text (before->pdata[i]);

      if (!has_argument (after, before->pdata[i]))
        {
          g_print ("-%s\n", text);
          continue;
        }
      for (; j < after->len && after->pdata[j] != before->pdata[i]; j++)
        {
          g_autofree char *added = dup_text (after->pdata[j]);

          g_print ("+%s\n", added);
        }
      g_print (" %s\n", text);
      j++;
    }

  for (; j < after->len; j++)
    {
      g_autofree char *added = dup_text (after->pdata[j]);

      g_print ("+%s\n", added);
    }
}

static void
list_old (GPtrArray *arguments)
{
  for (guint i = 0; i < arguments->len; i++)
    {
      g_autofree char *sentence = drover_part_describe_modern (arguments, i);
      g_autofree char *text = dup_text (arguments->pdata[i]);

      if (sentence != NULL)
        g_print ("%u\t%s\t%s\n", i, text, sentence);
    }
}

/* One pass over *@arguments; what is refused is told when @tell, and left. */
static gboolean
modernise_pass (DroverMachine *machine, DroverDocument *document, GPtrArray **arguments,
                gboolean tell)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < (*arguments)->len; i++)
    {
      g_autofree char *sentence = drover_part_describe_modern (*arguments, i);
      g_autofree char *text = dup_text ((*arguments)->pdata[i]);
      g_autoptr (GError) error = NULL;
      GPtrArray *result;

      if (sentence == NULL)
        continue;
      result = drover_arguments_modernise_in (*arguments, drover_document_get_program (document),
                                              drover_machine_get_directory (machine), i, &error);
      if (result != NULL)
        {
          g_ptr_array_unref (*arguments);
          *arguments = result;
          changed = TRUE;
        }
      else if (tell)
        g_printerr (_("Left as it is: %s: %s\n"), text, error->message);
    }

  return changed;
}

/* One may have to wait for another, so until nothing changes any more. */
static GPtrArray *
modernise_all (DroverMachine *machine, DroverDocument *document)
{
  GPtrArray *arguments = g_ptr_array_ref (drover_document_get_arguments (document));

  while (modernise_pass (machine, document, &arguments, FALSE))
    continue;

  modernise_pass (machine, document, &arguments, TRUE);
  return arguments;
}

static GPtrArray *
modernise_one (DroverMachine *machine, DroverDocument *document, const char *operand,
               GError **error)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  guint64 index;

  if (arguments->len == 0 ||
      !g_ascii_string_to_unsigned (operand, 10, 0, arguments->len - 1, &index, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("“%s” is the number of no argument; the first is 0"), operand);
      return NULL;
    }

  return drover_arguments_modernise_in (arguments, drover_document_get_program (document),
                                        drover_machine_get_directory (machine), index, error);
}

static gboolean
run_modernise (Invocation *invocation, GError **error)
{
  const char *operand = invocation->operands[1];
  DroverMachine *machine;
  DroverDocument *document = find_document (invocation, &machine, error);
  g_autoptr (GPtrArray) arguments = NULL;

  if (document == NULL)
    return FALSE;
  if (operand != NULL && option_all)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("Give either the number of an argument or --all"));
      return FALSE;
    }
  if (operand == NULL && !option_all)
    {
      list_old (drover_document_get_arguments (document));
      return TRUE;
    }

  arguments = option_all ? modernise_all (machine, document)
                         : modernise_one (machine, document, operand, error);
  if (arguments == NULL)
    return FALSE;

  print_diff (drover_document_get_arguments (document), arguments);
  return option_dry_run || save (invocation, machine, arguments, error);
}

const Command modernise_command = {
  "modernise", "MACHINE [NUMBER]",
  N_("Rewrite older options in today’s form; without a number, list them"), 1, modernise_options,
  run_modernise, 1,
};
