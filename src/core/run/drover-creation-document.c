/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-creation-private.h"
#include "drover-error.h"
#include "drover-firmware-arguments.h"
#include "drover-firmware-choice.h"
#include "drover-json.h"
#include "drover-tpm.h"

static DroverDocument *
fill_template (DroverCreation *self, const char *firmware_kind, GError **error)
{
  DroverTemplateHost host = _drover_creation_get_host (self);
  DroverTemplateChoices choices = DROVER_TEMPLATE_CHOICES_INIT;
  const char *kind = self->answers != NULL ? self->answers->kind : NULL;

  choices.name = self->name;
  choices.memory = self->memory;
  choices.cpus = self->cpus;
  choices.disk = DROVER_CREATION_DISK;
  choices.media = self->media;
  choices.kernel = self->kernel;
  choices.initrd = self->initrd;
  choices.seed =
    kind != NULL && drover_unattended_get_label (kind) != NULL ? DROVER_CREATION_SEED : NULL;
  choices.unattended = kind != NULL;
  choices.firmware = firmware_kind;
  choices.display = self->choices->display;
  choices.ssh_port = self->ssh_port;
  choices.user = self->answers != NULL ? self->answers->user : NULL;
  return drover_template_make_document (self->template, &host, &choices, error);
}

/* The document with the firmware of one kind, or NULL when this computer has none. */
static DroverDocument *
fill_with_firmware (DroverCreation *self, const char *kind, GError **error)
{
  g_autoptr (DroverDocument) bare = fill_template (self, kind, error);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *machine = NULL;

  if (bare == NULL || kind == NULL || g_str_equal (kind, DROVER_FIRMWARE_BIOS))
    return g_steal_pointer (&bare);

  list = drover_firmware_list (self->program);
  machine = drover_firmware_dup_machine (drover_document_get_arguments (bare), self->catalogue);
  g_clear_pointer (&self->firmware, drover_firmware_unref);
  self->firmware = drover_firmware_choose (list, self->architecture, machine, kind, &local);
  if (self->firmware == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }

  arguments = drover_firmware_apply (drover_document_get_arguments (bare), self->architecture,
                                     self->firmware, DROVER_CREATION_VARS, error);
  return arguments != NULL ? drover_document_with_arguments (bare, arguments) : NULL;
}

/* The kind that was chosen; without a choice the template's first that this computer has. */
static DroverDocument *
choose_firmware (DroverCreation *self, GError **error)
{
  g_autoptr (GError) first_error = NULL;

  if (self->choices->firmware != NULL || self->firmware_kinds[0] == NULL)
    return fill_with_firmware (self, self->firmware_kind, error);

  for (guint i = 0; self->firmware_kinds[i] != NULL; i++)
    {
      DroverDocument *document = fill_with_firmware (self, self->firmware_kinds[i],
                                                     first_error == NULL ? &first_error : NULL);

      if (document == NULL)
        continue;
      if (i > 0)
        _drover_creation_add_notice (self, _("The machine starts with “%s” instead of “%s”: %s"),
                                     self->firmware_kinds[i], self->firmware_kinds[0],
                                     first_error->message);
      self->firmware_kind = self->firmware_kinds[i];
      return document;
    }

  g_propagate_error (error, g_steal_pointer (&first_error));
  return NULL;
}

static DroverDocument *
take_with_member (DroverDocument *document, const char *member, JsonObject *object)
{
  g_autoptr (DroverDocument) held = document;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return drover_document_with_member (held, member, node);
}

/* The object that a document has as MEMBER, to be changed; an empty one where there is none. */
static JsonObject *
copy_member (DroverDocument *document, const char *member)
{
  JsonNode *node = drover_document_get_member (document, member);
  g_autoptr (JsonNode) copy = node != NULL ? drover_json_copy (node) : NULL;

  return copy != NULL && JSON_NODE_HOLDS_OBJECT (copy) ? json_node_dup_object (copy)
                                                       : json_object_new ();
}

static DroverDocument *
add_firmware (DroverCreation *self, DroverDocument *document)
{
  JsonObject *object;

  if (self->firmware == NULL)
    return document;

  object = json_object_new ();
  json_object_set_string_member (object, "name", self->firmware->name);
  if (self->firmware->vars != NULL)
    json_object_set_string_member (object, "template", self->firmware->vars);
  return take_with_member (document, "firmware", object);
}

static DroverDocument *
add_origin (DroverCreation *self, DroverDocument *document)
{
  JsonObject *object;

  if (json_array_get_length (self->origins) == 0)
    return document;

  object = copy_member (document, "origin");
  json_object_set_array_member (object, "media", json_array_ref (self->origins));
  return take_with_member (document, "origin", object);
}

static DroverDocument *
add_tpm (DroverCreation *self, DroverDocument *document, GError **error)
{
  const char *version = drover_template_get_tpm (self->template);
  g_autoptr (DroverDocument) held = document;
  g_autofree char *machine = NULL;
  g_autofree char *program = NULL;

  if (version == NULL)
    return g_steal_pointer (&held);

  program = g_find_program_in_path ("swtpm");
  if (program == NULL)
    _drover_creation_add_notice (self, _("The machine has a TPM, which “swtpm” emulates: install "
                                         "the package of that name before it is started"));
  machine = drover_firmware_dup_machine (drover_document_get_arguments (held), self->catalogue);
  return drover_tpm_apply (held, version, machine, self->catalogue, error);
}

static gboolean
uses_port (DroverDocument *document, guint16 port)
{
  g_autofree char *text = g_strdup_printf ("hostfwd=tcp:127.0.0.1:%u-", port);
  g_auto (GStrv) argv = drover_document_dup_argv (document);

  for (guint i = 0; argv[i] != NULL; i++)
    if (strstr (argv[i], text) != NULL)
      return TRUE;

  return FALSE;
}

static gboolean
has_install_phase (DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);

  for (guint i = 0; i < arguments->len; i++)
    if (g_strcmp0 (drover_argument_get_phase (arguments->pdata[i]), DROVER_PHASE_INSTALL) == 0)
      return TRUE;

  return FALSE;
}

/* A machine without an installer, as one made of a cloud image, has nothing to wait for. */
static DroverDocument *
add_install (DroverCreation *self, DroverDocument *document)
{
  JsonObject *object;

  if (self->answers == NULL)
    return document;

  object = copy_member (document, "install");
  json_object_set_string_member (object, "state",
                                 has_install_phase (document) ? "pending" : "finished");
  json_object_set_string_member (object, "kind", self->answers->kind);
  json_object_set_string_member (object, "user", self->answers->user);
  if (uses_port (document, self->ssh_port))
    json_object_set_int_member (object, "ssh-port", self->ssh_port);
  else
    json_object_remove_member (object, "ssh-port");
  if (has_install_phase (document))
    json_object_set_boolean_member (object, "start-again", self->choices->start_again);
  return take_with_member (document, "install", object);
}

gboolean
_drover_creation_make_document (DroverCreation *self, GError **error)
{
  DroverDocument *document = choose_firmware (self, error);

  if (document == NULL)
    return FALSE;

  document = add_tpm (self, add_firmware (self, document), error);
  if (document == NULL)
    return FALSE;
  document = add_origin (self, document);
  document = add_install (self, document);
  self->document = document;
  if (self->answers != NULL)
    {
      /* The kind of firmware is known for sure only now. */
      self->answers->uefi = self->firmware != NULL;
      self->answer_files = drover_unattended_make_files (self->answers, error);
    }

  return self->answers == NULL || self->answer_files != NULL;
}
