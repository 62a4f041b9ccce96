/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "drover-arguments.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-fields.h"
#include "drover-firmware-arguments.h"
#include "drover-firmware-vars.h"
#include "drover-machine-firmware.h"
#include "drover-program.h"

/* A machine's variable store. machine.json's member “firmware” says what it was made from:
 *
 *   "firmware": { "name": "60-edk2-x86_64.json", "template": "/usr/share/OVMF/OVMF_VARS_4M.fd" }
 *
 * so that it can be made again when it is missing. */

typedef struct
{
  char *template;
  char *format;
} Origin;

static void
origin_clear (Origin *self)
{
  g_free (self->template);
  g_free (self->format);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Origin, origin_clear)

static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

/* Where the store came from. Its package may have put the file elsewhere since then. */
static gboolean
find_origin (DroverDocument *document, Origin *origin)
{
  JsonNode *node = drover_document_get_member (document, DROVER_MEMBER_FIRMWARE);
  JsonObject *object =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *template = object != NULL ? get_text (object, "template") : NULL;
  const char *name = object != NULL ? get_text (object, "name") : NULL;
  g_autoptr (GPtrArray) list = NULL;
  DroverFirmware *firmware;

  if (template == NULL)
    return FALSE;

  list = drover_firmware_list (drover_document_get_program (document));
  firmware = name != NULL ? drover_firmware_find (list, name) : NULL;
  if (firmware != NULL && firmware->vars != NULL &&
      (g_str_equal (firmware->vars, template) ||
       !g_file_test (template, G_FILE_TEST_IS_REGULAR)))
    {
      origin->template = g_strdup (firmware->vars);
      origin->format = g_strdup (firmware->vars_format);
      return TRUE;
    }

  origin->template = g_strdup (template);
  origin->format = drover_firmware_dup_file_format (template);
  return TRUE;
}

/**
 * drover_machine_firmware_record:
 * @document: a machine
 * @firmware: (nullable): what it starts with
 *
 * Returns: (transfer full): @document, which says what its variable store is made from, or that
 *   there is none
 */
DroverDocument *
drover_machine_firmware_record (DroverDocument *document, DroverFirmware *firmware)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  if (firmware == NULL || firmware->vars == NULL)
    return drover_document_with_member (document, DROVER_MEMBER_FIRMWARE, NULL);

  object = json_object_new ();
  json_object_set_string_member (object, "name", firmware->name);
  json_object_set_string_member (object, "template", firmware->vars);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return drover_document_with_member (document, DROVER_MEMBER_FIRMWARE, node);
}

/**
 * drover_machine_firmware_apply:
 * @document: a machine
 * @firmware: (nullable): what it is to start with; %NULL for what it has by itself
 * @vars_file: (nullable): see drover_firmware_apply()
 * @error: set to %DROVER_ERROR_ARGUMENT
 *
 * drover_firmware_apply() for a whole machine. Its variable store is made at the next start.
 *
 * Returns: (transfer full) (nullable): the changed machine
 */
DroverDocument *
drover_machine_firmware_apply (DroverDocument *document, DroverFirmware *firmware,
                               const char *vars_file, GError **error)
{
  g_autofree char *architecture =
    drover_firmware_dup_architecture (drover_document_get_program (document));
  g_autoptr (GPtrArray) arguments =
    drover_firmware_apply (drover_document_get_arguments (document),
                           architecture != NULL ? architecture : "", firmware, vars_file, error);
  g_autoptr (DroverDocument) changed = NULL;

  if (arguments == NULL)
    return NULL;

  changed = drover_document_with_arguments (document, arguments);
  return drover_machine_firmware_record (changed, firmware);
}

/**
 * drover_machine_firmware_choose:
 * @document: a machine
 * @choice: the way in which it is to start
 * @file: (nullable): the user's file, see drover_firmware_choice_needs_file()
 * @error: set to %DROVER_ERROR_ARGUMENT
 *
 * drover_firmware_choice_apply() for a whole machine. Its variable store is made at the next
 * start; one that it had stays where it is.
 *
 * Returns: (transfer full) (nullable): the changed machine
 */
DroverDocument *
drover_machine_firmware_choose (DroverDocument *document, DroverFirmwareChoice *choice,
                                const char *file, GError **error)
{
  g_autofree char *architecture =
    drover_firmware_dup_architecture (drover_document_get_program (document));
  g_autoptr (GPtrArray) arguments =
    drover_firmware_choice_apply (choice, drover_document_get_arguments (document),
                                  architecture != NULL ? architecture : "", file, error);
  g_autoptr (DroverDocument) changed = NULL;

  if (arguments == NULL)
    return NULL;

  changed = drover_document_with_arguments (document, arguments);
  return drover_machine_firmware_record (changed, choice->firmware);
}

/**
 * drover_machine_firmware_dup_vars:
 * @document: a machine
 * @directory: where its QEMU is started, see drover_machine_get_directory()
 *
 * Returns: (transfer full) (nullable): the path of its variable store, which need not be there;
 *   %NULL when it has none
 */
char *
drover_machine_firmware_dup_vars (DroverDocument *document, const char *directory)
{
  g_autoptr (DroverFirmwareReading) reading =
    drover_firmware_read (drover_document_get_arguments (document), NULL, NULL);

  return reading->vars != NULL ? g_canonicalize_filename (reading->vars, directory) : NULL;
}

/**
 * drover_machine_firmware_is_missing:
 * @document: a machine
 * @directory: where its QEMU is started
 *
 * Returns: whether its variable store is not there, and Drover would make it at a start
 */
gboolean
drover_machine_firmware_is_missing (DroverDocument *document, const char *directory)
{
  g_autofree char *vars = drover_machine_firmware_dup_vars (document, directory);

  return vars != NULL && drover_machine_firmware_can_reset (document) &&
         !g_file_test (vars, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK);
}

/**
 * drover_machine_firmware_can_reset:
 * @document: a machine
 *
 * Returns: whether it is known what its variable store was made from
 */
gboolean
drover_machine_firmware_can_reset (DroverDocument *document)
{
  g_auto (Origin) origin = { NULL };

  return find_origin (document, &origin);
}

/* The node of the file, and the format node above it. */
static gboolean
replace_file (GPtrArray *arguments, guint index, const Origin *origin)
{
  g_autoptr (DroverFields) fields = drover_fields_new (arguments->pdata[index]);
  const char *key = drover_fields_get (fields, "file.filename") != NULL ? "file.filename"
                    : drover_fields_get (fields, "filename") != NULL    ? "filename"
                    : drover_fields_get (fields, "file") != NULL        ? "file"
                                                                        : NULL;
  const char *format = drover_fields_are (fields, "drive") ? "format" : "driver";
  g_autoptr (DroverArgument) changed = NULL;
  DroverArgument *both;

  if (key == NULL)
    return FALSE;

  changed = drover_fields_with (arguments->pdata[index], key, origin->template, NULL);
  if (changed == NULL)
    return FALSE;
  if (g_str_equal (key, "filename") || drover_fields_get (fields, format) == NULL)
    {
      drover_arguments_take (arguments, index, g_steal_pointer (&changed));
      return TRUE;
    }

  both = drover_fields_with (changed, format, origin->format, NULL);
  if (both == NULL)
    return FALSE;

  drover_arguments_take (arguments, index, both);
  return TRUE;
}

/**
 * drover_machine_firmware_without_store:
 * @document: a machine
 * @directory: where its QEMU is started
 * @argument: (out): index of the argument that was changed for it, or -1
 *
 * For a dry run, which writes to no image and makes no file.
 *
 * Returns: (transfer full): @document; where its variable store is missing, and would be made at
 *   a start, with what it would be made from in its place
 */
DroverDocument *
drover_machine_firmware_without_store (DroverDocument *document, const char *directory,
                                       int *argument)
{
  g_autoptr (DroverFirmwareReading) reading = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_auto (Origin) origin = { NULL };

  *argument = -1;
  if (!drover_machine_firmware_is_missing (document, directory) ||
      !find_origin (document, &origin))
    return drover_document_ref (document);

  arguments = drover_arguments_copy (drover_document_get_arguments (document));
  reading = drover_firmware_read (arguments, NULL, NULL);
  if (reading->vars_argument < 0 || !replace_file (arguments, reading->vars_argument, &origin))
    return drover_document_ref (document);

  *argument = reading->vars_argument;
  return drover_document_with_arguments (document, arguments);
}

typedef struct
{
  DroverDocument *document;
  char *directory;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  drover_document_unref (job->document);
  g_free (job->directory);
  g_free (job);
}

static DexFuture *
start (DexFiberFunc fiber, DroverDocument *document, const char *directory)
{
  Job *job = g_new0 (Job, 1);

  job->document = drover_document_ref (document);
  job->directory = g_strdup (directory);
  return drover_dex_spawn (fiber, job, job_free);
}

static DexFuture *
prepare_fiber (gpointer data)
{
  Job *job = data;
  g_autofree char *vars = drover_machine_firmware_dup_vars (job->document, job->directory);
  g_auto (Origin) origin = { NULL };
  GError *error = NULL;

  if (!drover_machine_firmware_is_missing (job->document, job->directory) ||
      !find_origin (job->document, &origin))
    return dex_future_new_take_string (g_strdup (""));
  if (!dex_await (drover_firmware_vars_make (origin.template, origin.format, vars), &error))
    return dex_future_new_for_error (error);

  return dex_future_new_take_string (g_strdup_printf (
    _("UEFI’s variable store %s was not there and has been made, with the settings and keys of "
      "%s"), vars, origin.template));
}

/**
 * drover_machine_firmware_prepare:
 * @document: a machine that is about to start
 * @directory: where its QEMU is started
 *
 * Makes its variable store when that is missing and it is known from what.
 *
 * Returns: (transfer full): a future of a string: a sentence for the user, or nothing when there
 *   was nothing to do; rejected when the store cannot be made
 */
DexFuture *
drover_machine_firmware_prepare (DroverDocument *document, const char *directory)
{
  dex_return_error_if_fail (document != NULL && directory != NULL);

  return start (prepare_fiber, document, directory);
}

static DexFuture *
reset_fiber (gpointer data)
{
  Job *job = data;
  g_autofree char *vars = drover_machine_firmware_dup_vars (job->document, job->directory);
  g_auto (Origin) origin = { NULL };
  GError *error = NULL;

  if (vars == NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine has no UEFI variable store"));
  if (!find_origin (job->document, &origin))
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("Drover did not make the variable store %s, and does not know "
                                    "what it was made from"), vars);
  if (!dex_await (drover_firmware_vars_reset (origin.template, origin.format, vars), &error))
    return dex_future_new_for_error (error);

  return dex_future_new_take_string (g_steal_pointer (&origin.template));
}

/**
 * drover_machine_firmware_reset:
 * @document: a machine that does not run
 * @directory: where its QEMU is started
 *
 * See drover_firmware_vars_reset() for what is lost.
 *
 * Returns: (transfer full): a future of a string: the file that it was made from; rejected with
 *   %DROVER_ERROR_BAD_STATE when there is no store, or not one that Drover made
 */
DexFuture *
drover_machine_firmware_reset (DroverDocument *document, const char *directory)
{
  dex_return_error_if_fail (document != NULL && directory != NULL);

  return start (reset_fiber, document, directory);
}

/**
 * drover_machine_firmware_list_keys:
 * @document: a machine
 * @directory: where its QEMU is started
 *
 * Returns: (transfer full): a future of the #DroverFirmwareKeys of its variable store, or of those
 *   that it will have when it is made at the next start
 */
DexFuture *
drover_machine_firmware_list_keys (DroverDocument *document, const char *directory)
{
  g_autofree char *vars = NULL;
  g_auto (Origin) origin = { NULL };

  dex_return_error_if_fail (document != NULL && directory != NULL);

  vars = drover_machine_firmware_dup_vars (document, directory);
  if (vars == NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine has no UEFI variable store"));
  if (drover_machine_firmware_is_missing (document, directory) &&
      find_origin (document, &origin))
    return drover_firmware_vars_list_keys (origin.template);

  return drover_firmware_vars_list_keys (vars);
}
