/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-catalogue.h"
#include "drover-error.h"
#include "drover-machine-firmware.h"
#include "droverctl.h"

/* firmware */

static gboolean option_list;
static gboolean option_keys;
static gboolean option_reset;

static const GOptionEntry firmware_options[] = {
  { "list", 0, 0, G_OPTION_ARG_NONE, &option_list, N_("List the ways in which it can start"),
    NULL },
  { "keys", 0, 0, G_OPTION_ARG_NONE, &option_keys, N_("List the keys of Secure Boot"), NULL },
  { "reset", 0, 0, G_OPTION_ARG_NONE, &option_reset,
    N_("Make the UEFI variables new: boot entries, settings and enrolled keys are lost"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { NULL },
};

typedef struct
{
  DroverMachine *machine;
  DroverDocument *document;
  const char *directory;
  GPtrArray *list;
  GPtrArray *choices;
  DroverFirmwareReading *reading;
  DroverFirmwareKeys *keys; /* nullable */
  char *keys_error;         /* nullable */
} Subject;

static void
subject_clear (Subject *self)
{
  g_clear_pointer (&self->list, g_ptr_array_unref);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_clear_pointer (&self->reading, drover_firmware_reading_free);
  g_clear_pointer (&self->keys, drover_firmware_keys_unref);
  g_clear_pointer (&self->keys_error, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

static gboolean
subject_read (Subject *self, GError **error)
{
  const char *program = drover_document_get_program (self->document);
  GPtrArray *arguments = drover_document_get_arguments (self->document);
  g_autofree char *architecture = drover_firmware_dup_architecture (program);
  g_autoptr (DroverCatalogue) catalogue =
    dex_await_object (drover_catalogue_load (program), error);
  g_autoptr (GError) keys_error = NULL;
  g_autofree char *type = NULL;

  if (catalogue == NULL)
    return FALSE;

  type = drover_firmware_dup_machine (arguments, catalogue);
  self->list = drover_firmware_list (program);
  self->choices = drover_firmware_choices_list (
    self->list, architecture != NULL ? architecture : drover_catalogue_get_architecture (catalogue),
    type != NULL ? type : "");
  self->reading = drover_firmware_read (arguments, architecture, self->list);
  if (self->reading->vars == NULL)
    return TRUE;

  self->keys = dex_await_boxed (
    drover_machine_firmware_list_keys (self->document, self->directory), &keys_error);
  if (keys_error != NULL)
    self->keys_error = g_strdup (keys_error->message);
  return TRUE;
}

static gboolean
open_subject (Invocation *invocation, Subject *self, GError **error)
{
  self->machine = find_machine (invocation, error);
  if (self->machine == NULL)
    return FALSE;
  if (drover_machine_get_error (self->machine) != NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (self->machine)));
      return FALSE;
    }

  self->document = drover_machine_get_document (self->machine);
  self->directory = drover_machine_get_directory (self->machine);
  return subject_read (self, error);
}

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

static JsonArray *
describe_choices (Subject *self)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < self->choices->len; i++)
    {
      const DroverFirmwareChoice *choice = self->choices->pdata[i];
      JsonObject *object = json_object_new ();

      set_text (object, "kind", choice->kind);
      set_text (object, "title", choice->title);
      set_text (object, "summary", choice->summary);
      json_object_set_boolean_member (object, "available", choice->why_not == NULL);
      set_text (object, "reason", choice->why_not);
      set_text (object, "firmware", choice->firmware != NULL ? choice->firmware->name : NULL);
      set_text (object, "file", choice->file);
      json_array_add_object_element (array, object);
    }

  return array;
}

static JsonArray *
describe_keys (Subject *self)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; self->keys != NULL && i < self->keys->list->len; i++)
    {
      const DroverFirmwareKey *key = self->keys->list->pdata[i];
      JsonObject *object = json_object_new ();

      set_text (object, "list", key->variable);
      set_text (object, "title", key->title);
      set_text (object, "sha256", key->sha256);
      json_object_set_boolean_member (object, "microsoft", key->is_microsoft);
      json_array_add_object_element (array, object);
    }

  return array;
}

static void
print_json_of (Subject *self)
{
  JsonObject *object = json_object_new ();
  const DroverFirmwareReading *reading = self->reading;
  g_autofree char *vars = drover_machine_firmware_dup_vars (self->document, self->directory);

  set_text (object, "kind", reading->kind);
  set_text (object, "firmware", reading->firmware != NULL ? reading->firmware->name : NULL);
  set_text (object, "title", reading->firmware != NULL ? reading->firmware->title : NULL);
  set_text (object, "code", reading->code);
  set_text (object, "vars", vars);
  set_text (object, "kernel", reading->kernel);
  set_text (object, "legacy", reading->legacy);
  if (self->keys != NULL)
    {
      json_object_set_boolean_member (object, "secure-boot",
                                      self->keys->secure_boot && reading->firmware != NULL &&
                                      drover_firmware_has (reading->firmware, "secure-boot"));
      json_object_set_array_member (object, "keys", describe_keys (self));
      json_object_set_int_member (object, "revoked", self->keys->n_revoked);
    }
  json_object_set_array_member (object, "choices", describe_choices (self));
  print_json_take (object);
}

static const char *
get_title (Subject *self)
{
  DroverFirmwareChoice *choice =
    drover_firmware_choices_find (self->choices, self->reading->kind);

  return choice != NULL ? choice->title : self->reading->kind;
}

static void
print_keys (Subject *self)
{
  if (self->reading->vars == NULL)
    g_print ("%s\n", _("The machine has no UEFI variable store, and so no keys."));
  else if (self->keys == NULL)
    g_print ("%s\n", self->keys_error);
  else if (self->keys->list->len == 0)
    g_print ("%s\n", _("No keys are enrolled."));

  for (guint i = 0; self->keys != NULL && i < self->keys->list->len; i++)
    {
      const DroverFirmwareKey *key = self->keys->list->pdata[i];

      g_print ("%-4s %s\n", key->variable, key->title);
    }
  if (self->keys != NULL && self->keys->n_revoked > 0)
    g_print ("%-4s %s\n", "dbx", _("checksums of programs that must not start"));
}

static void
print_list (Subject *self)
{
  for (guint i = 0; i < self->choices->len; i++)
    {
      const DroverFirmwareChoice *choice = self->choices->pdata[i];
      gboolean current = g_str_equal (choice->kind, self->reading->kind);

      g_print ("%c %-21s %s\n", current ? '*' : ' ', choice->kind, choice->title);
      if (choice->why_not != NULL)
        g_print ("  %-21s %s\n", "", choice->why_not);
      else if (choice->firmware != NULL)
        g_print ("  %-21s %s\n", "", choice->firmware->code);
    }
}

static void
print_state (Subject *self)
{
  const DroverFirmwareReading *reading = self->reading;
  g_autofree char *vars = drover_machine_firmware_dup_vars (self->document, self->directory);

  g_print ("%s\n", get_title (self));
  if (reading->firmware != NULL)
    g_print ("%s\n", reading->firmware->title);
  if (reading->code != NULL)
    g_print (_("Program: %s\n"), reading->code);
  if (reading->kernel != NULL)
    g_print (_("Kernel: %s\n"), reading->kernel);
  if (vars != NULL && drover_machine_firmware_is_missing (self->document, self->directory))
    g_print (_("Variables: %s, made at the next start\n"), vars);
  else if (vars != NULL)
    g_print (_("Variables: %s\n"), vars);
  if (reading->legacy != NULL)
    g_print (_("Written the older way: %s\n"), reading->legacy);
  if (self->keys != NULL)
    g_print (_("Secure Boot: %s\n"), drover_firmware_describe_secure_boot (reading, self->keys));
  else if (self->keys_error != NULL)
    g_print ("%s\n", self->keys_error);
}

static gboolean
choose (Invocation *invocation, Subject *self, GError **error)
{
  const char *kind = invocation->operands[1];
  DroverFirmwareChoice *choice = drover_firmware_choices_find (self->choices, kind);
  g_autoptr (DroverDocument) changed = NULL;

  if (choice == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("This machine has no firmware “%s”; “droverctl firmware %s --list” shows "
                     "what there is"), kind, invocation->operands[0]);
      return FALSE;
    }
  if (invocation->operands[2] != NULL && (choice->option == NULL || choice->file != NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("“%s” takes no file"), kind);
      return FALSE;
    }

  changed = drover_machine_firmware_choose (self->document, choice, invocation->operands[2],
                                            error);
  if (changed == NULL)
    return FALSE;
  if (drover_document_equal (changed, self->document))
    return TRUE;
  if (!drover_machine_save (self->machine, changed, error))
    return FALSE;

  tell_when_it_counts (self->machine);
  return TRUE;
}

static gboolean
reset (Invocation *invocation, Subject *self, GError **error)
{
  g_autoptr (DroverRun) run = find_run (invocation, error);
  g_autofree char *template = NULL;

  if (run == NULL)
    return FALSE;
  if (!drover_run_is_off (run))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("The machine is not off; its UEFI variables are in use"));
      return FALSE;
    }

  template = dex_await_string (
    drover_machine_firmware_reset (self->document, self->directory), error);
  if (template == NULL)
    return FALSE;

  g_print (_("Made new from %s\n"), template);
  return TRUE;
}

static gboolean
run_firmware (Invocation *invocation, GError **error)
{
  g_auto (Subject) subject = { NULL };

  if (option_list + option_keys + option_reset + (invocation->operands[1] != NULL) > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("Give a kind, or one of --list, --keys and --reset"));
      return FALSE;
    }
  if (!open_subject (invocation, &subject, error))
    return FALSE;
  if (invocation->operands[1] != NULL)
    return choose (invocation, &subject, error);
  if (option_reset)
    return reset (invocation, &subject, error);

  if (option_json)
    print_json_of (&subject);
  else if (option_list)
    print_list (&subject);
  else if (option_keys)
    print_keys (&subject);
  else
    print_state (&subject);
  return TRUE;
}

const Command firmware_command = {
  "firmware", "MACHINE [KIND [FILE]]",
  N_("Show what a machine starts with, or choose it: bios, uefi, secure-boot-enrolled …"), 1,
  firmware_options, run_firmware, 2,
  N_("KIND is one that --list shows. “file” and “kernel” take a FILE."),
};
