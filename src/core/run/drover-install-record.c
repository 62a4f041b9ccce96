/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-install-private.h"
#include "drover-json.h"

/* What machine.json says of the installation: the member `install`, and the arguments that belong
 * to it. */

static const char *const state_names[] = {
  [DROVER_INSTALL_STATE_NONE] = "none",         [DROVER_INSTALL_STATE_PENDING] = "pending",
  [DROVER_INSTALL_STATE_RUNNING] = "running",   [DROVER_INSTALL_STATE_FINISHED] = "finished",
  [DROVER_INSTALL_STATE_FAILED] = "failed",
};

static JsonObject *
get_record (DroverDocument *document)
{
  JsonNode *node = document != NULL ? drover_document_get_member (document, "install") : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

const char *
_drover_install_get_text (DroverDocument *document, const char *member)
{
  JsonObject *record = get_record (document);
  JsonNode *node = record != NULL ? json_object_get_member (record, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

/**
 * drover_document_get_install_state:
 *
 * Returns: how far the installation of the machine's system is
 */
DroverInstallState
drover_document_get_install_state (DroverDocument *document)
{
  const char *name = _drover_install_get_text (document, "state");

  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (state_names[i], name) == 0)
      return i;

  return DROVER_INSTALL_STATE_NONE;
}

/**
 * drover_document_get_install_user:
 *
 * Returns: (nullable): whom an account was made for
 */
const char *
drover_document_get_install_user (DroverDocument *document)
{
  return _drover_install_get_text (document, "user");
}

/**
 * drover_document_get_ssh_port:
 *
 * Returns: the port of this computer that leads to the guest's SSH server; 0 for none
 */
guint16
drover_document_get_ssh_port (DroverDocument *document)
{
  JsonObject *record = get_record (document);
  JsonNode *node = record != NULL ? json_object_get_member (record, "ssh-port") : NULL;
  gint64 port = node != NULL && json_node_get_value_type (node) == G_TYPE_INT64
                  ? json_node_get_int (node)
                  : 0;

  return port > 0 && port <= G_MAXUINT16 ? port : 0;
}

gboolean
_drover_install_is_argument (DroverArgument *argument)
{
  return g_strcmp0 (drover_argument_get_phase (argument), DROVER_PHASE_INSTALL) == 0;
}

gboolean
_drover_install_starts_again (DroverDocument *document)
{
  JsonObject *record = get_record (document);
  JsonNode *node = record != NULL ? json_object_get_member (record, "start-again") : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean (node);
}

/* The drive whose disc waits for a key before it starts the installer, or NULL. */
const char *
_drover_install_get_key_drive (DroverDocument *document)
{
  return _drover_install_get_text (document, "press-key");
}

DroverDocument *
_drover_install_with_state (DroverDocument *document, DroverInstallState state, const char *error)
{
  g_autoptr (JsonNode) node = drover_json_copy (drover_document_get_member (document, "install"));
  JsonObject *record = json_node_get_object (node);

  json_object_set_string_member (record, "state", state_names[state]);
  if (error != NULL)
    json_object_set_string_member (record, "error", error);
  else
    json_object_remove_member (record, "error");
  /* The drive goes with the installer. */
  if (state == DROVER_INSTALL_STATE_FINISHED)
    json_object_remove_member (record, "press-key");
  return drover_document_with_member (document, "install", node);
}

DroverDocument *
_drover_install_without_installer (DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autoptr (GPtrArray) kept =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; i < arguments->len; i++)
    if (!_drover_install_is_argument (arguments->pdata[i]))
      g_ptr_array_add (kept, drover_argument_ref (arguments->pdata[i]));

  return drover_document_with_arguments (document, kept);
}

gboolean
_drover_install_has_installer (DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);

  for (guint i = 0; i < arguments->len; i++)
    if (_drover_install_is_argument (arguments->pdata[i]) &&
        drover_argument_get_enabled (arguments->pdata[i]))
      return TRUE;

  return FALSE;
}
