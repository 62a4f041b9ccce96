/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-hot-private.h"
#include "drover-passt.h"
#include "drover-service-entry.h"
#include "drover-share.h"

/* Programs that live with a machine (`services`): they are started before its QEMU, and are told
 * then what they are to do. Nothing of that can be had while it runs. */

static JsonObject *
get_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
get_socket (JsonNode *entry)
{
  return get_object (entry) != NULL ? drover_service_entry_get (get_object (entry), "socket")
                                    : NULL;
}

/* Returns: (nullable): the entry of a list with that socket */
static JsonNode *
find_entry (JsonNode *list, const char *socket)
{
  JsonArray *array =
    list != NULL && JSON_NODE_HOLDS_ARRAY (list) ? json_node_get_array (list) : NULL;

  for (guint i = 0; array != NULL && socket != NULL && i < json_array_get_length (array); i++)
    if (g_strcmp0 (get_socket (json_array_get_element (array, i)), socket) == 0)
      return json_array_get_element (array, i);

  return NULL;
}

/* Whether QEMU meets somebody at that socket. */
static gboolean
is_named (GPtrArray *arguments, const char *socket)
{
  g_autoptr (GPtrArray) list = drover_fields_list (arguments);

  for (guint i = 0; i < list->len; i++)
    {
      const DroverFields *fields = list->pdata[i];

      if (fields->enabled && (g_strcmp0 (drover_fields_get (fields, "path"), socket) == 0 ||
                              g_strcmp0 (drover_fields_get (fields, "addr.path"), socket) == 0))
        return TRUE;
    }

  return FALSE;
}

static char *
dup_title (const char *service, JsonNode *entry)
{
  JsonObject *object = get_object (entry);
  const char *path = object != NULL ? drover_service_entry_get (object, "path") : NULL;

  if (g_str_equal (service, DROVER_SERVICE_PASST))
    return g_strdup (_("Network by passt: port forwards"));
  if (g_str_equal (service, DROVER_SERVICE_VIRTIOFS) && path != NULL)
    return g_strdup_printf (_("How virtiofsd shares %s"), path);
  if (g_str_equal (service, "tpm"))
    return g_strdup (_("TPM version"));

  return g_strdup_printf (_("What is started besides QEMU: %s"), service);
}

static void
add_difference (DroverHotPlan *plan, const char *service, JsonNode *entry)
{
  _drover_hot_add_other (plan, dup_title (service, entry),
                         _("The program that does it is started with the machine, and keeps what "
                           "it was told then."));
}

/* What each entry of @list became in @other. One without its like comes and goes with an argument,
 * which has a step of its own, unless that stays and only the program is new or gone. */
static void
compare_lists (DroverHotPlan *plan, const char *service, JsonNode *list, JsonNode *other,
               GPtrArray *other_arguments, gboolean both)
{
  JsonArray *array =
    list != NULL && JSON_NODE_HOLDS_ARRAY (list) ? json_node_get_array (list) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *entry = json_array_get_element (array, i);
      const char *socket = get_socket (entry);
      JsonNode *like = find_entry (other, socket);

      if (like != NULL ? both && !json_node_equal (entry, like)
                       : socket != NULL && is_named (other_arguments, socket))
        add_difference (plan, service, entry);
    }
}

static void
compare_service (DroverHotPlan *plan, const char *service, JsonNode *before, JsonNode *after)
{
  if (get_object (before) != NULL && get_object (after) != NULL)
    {
      if (!json_node_equal (before, after))
        add_difference (plan, service, after);
      return;
    }

  compare_lists (plan, service, after, before, plan->before, TRUE);
  compare_lists (plan, service, before, after, plan->after, FALSE);
}

/* @before: (nullable): `services` as the machine was started with them; %NULL when that is not
 * known. @document: what @plan leads to */
void
_drover_hot_plan_services (DroverHotPlan *plan, JsonNode *before, DroverDocument *document)
{
  JsonObject *was = get_object (before);
  JsonObject *is = get_object (drover_document_get_member (document, "services"));
  g_autoptr (GList) names = is != NULL ? json_object_get_members (is) : NULL;

  /* No passt would be at its socket. */
  for (guint i = 0; i < plan->steps->len; i++)
    {
      DroverHotStep *step = plan->steps->pdata[i];

      for (guint j = 0; step->kind == DROVER_HOT_ADD && j < step->after->len; j++)
        if (drover_passt_is_backend (document, g_array_index (step->after, int, j)))
          {
            step->when = DROVER_HOT_NEXT_START;
            g_set_str (&step->reason, _("Its network needs passt, which is started with the "
                                        "machine."));
          }
    }

  for (GList *l = names; was != NULL && l != NULL; l = l->next)
    compare_service (plan, l->data, json_object_get_member (was, l->data),
                     json_object_get_member (is, l->data));
  g_clear_list (&names, NULL);
  names = was != NULL ? json_object_get_members (was) : NULL;
  for (GList *l = names; l != NULL; l = l->next)
    if (is == NULL || !json_object_has_member (is, l->data))
      compare_service (plan, l->data, json_object_get_member (was, l->data), NULL);
}
