/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-fields.h"
#include "drover-json.h"
#include "drover-service-entry.h"

/* Of programs of which a machine may have several, `services.NAME` in machine.json is a list with
 * one entry each. What joins an entry to the arguments is the socket at which QEMU meets the program:
 * an entry whose socket no argument names any more means nothing, and does no harm. */

static JsonObject *
get_services (DroverDocument *document)
{
  JsonNode *node = drover_document_get_member (document, "services");

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_entries (JsonObject *services, const char *service)
{
  JsonNode *node = services != NULL ? json_object_get_member (services, service) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/**
 * drover_service_entry_get:
 * @entry: an entry
 * @member: the name of a text in it
 *
 * Returns: (nullable): the text; %NULL when it has none, or something else
 */
const char *
drover_service_entry_get (JsonObject *entry, const char *member)
{
  JsonNode *node = json_object_get_member (entry, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node) : NULL;
}

static int
find_index (JsonArray *entries, const char *socket)
{
  for (guint i = 0; entries != NULL && i < json_array_get_length (entries); i++)
    {
      JsonNode *node = json_array_get_element (entries, i);

      if (JSON_NODE_HOLDS_OBJECT (node) &&
          g_strcmp0 (drover_service_entry_get (json_node_get_object (node), "socket"), socket) == 0)
        return i;
    }

  return -1;
}

/**
 * drover_service_entry_find:
 * @document: a machine
 * @service: `virtiofs` or `passt`
 * @socket: as the arguments name it
 *
 * Returns: (transfer none) (nullable): what Drover is to run there
 */
JsonObject *
drover_service_entry_find (DroverDocument *document, const char *service, const char *socket)
{
  JsonArray *entries = get_entries (get_services (document), service);
  int index = find_index (entries, socket);

  return index >= 0 ? json_array_get_object_element (entries, index) : NULL;
}

/**
 * drover_service_entry_set:
 * @document: a machine
 * @service: `virtiofs` or `passt`
 * @socket: as the arguments name it
 * @entry: (nullable) (transfer full): what Drover is to run there, `socket` is added; %NULL for
 *   nothing
 *
 * Returns: (transfer full): the new document
 */
DroverDocument *
drover_service_entry_set (DroverDocument *document, const char *service, const char *socket,
                          JsonObject *entry)
{
  g_autoptr (JsonNode) node = get_services (document) != NULL
    ? drover_json_copy (drover_document_get_member (document, "services"))
    : json_node_new (JSON_NODE_OBJECT);
  JsonObject *services;
  JsonArray *entries;
  int index;

  if (get_services (document) == NULL)
    json_node_take_object (node, json_object_new ());
  services = json_node_get_object (node);
  if (get_entries (services, service) == NULL)
    json_object_set_array_member (services, service, json_array_new ());
  entries = get_entries (services, service);

  index = find_index (entries, socket);
  if (index >= 0)
    json_array_remove_element (entries, index);
  if (entry != NULL)
    {
      json_object_set_string_member (entry, "socket", socket);
      json_array_add_object_element (entries, entry);
    }
  if (json_array_get_length (entries) == 0)
    json_object_remove_member (services, service);

  return drover_document_with_member (document, "services",
                                      json_object_get_size (services) > 0 ? node : NULL);
}

static gboolean
is_used (DroverDocument *document, const char *socket)
{
  g_autoptr (GPtrArray) fields = drover_fields_list (drover_document_get_arguments (document));

  for (guint i = 0; i < fields->len; i++)
    if (g_strcmp0 (drover_fields_get (fields->pdata[i], "path"), socket) == 0 ||
        g_strcmp0 (drover_fields_get (fields->pdata[i], "addr.path"), socket) == 0)
      return TRUE;

  return FALSE;
}

/**
 * drover_service_entry_dup_socket:
 * @document: a machine
 * @stem: what the name begins with: `virtiofs`, `passt`
 *
 * QEMU completes the name from where it is started. Elsewhere than in the machine's own folder
 * another machine may be started too, so there it has a piece of the identity.
 *
 * Returns: (transfer full): a name that no argument has yet
 */
char *
drover_service_entry_dup_socket (DroverDocument *document, const char *stem)
{
  g_autofree char *own = drover_document_get_directory (document) != NULL
    ? g_strdup_printf ("%s-%.8s", stem, drover_document_get_uuid (document)) : g_strdup (stem);
  char *socket = g_strdup_printf ("%s.sock", own);

  for (guint n = 2; is_used (document, socket); n++)
    {
      g_free (socket);
      socket = g_strdup_printf ("%s-%u.sock", own, n);
    }

  return socket;
}
