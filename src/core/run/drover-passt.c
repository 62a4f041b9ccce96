/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "drover-arguments.h"
#include "drover-error.h"
#include "drover-fields.h"
#include "drover-forward.h"
#include "drover-keyval.h"
#include "drover-passt.h"
#include "drover-service-entry.h"

/**
 * drover_passt_find:
 * @error: set to %DROVER_ERROR_PROGRAM_MISSING; says what to install
 *
 * Returns: (transfer full) (nullable): the path of passt
 */
char *
drover_passt_find (GError **error)
{
  char *path = g_find_program_in_path ("passt");

  if (path == NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                 _("This network needs the program passt, which is not installed. Debian, Ubuntu, "
                   "Fedora and Arch have it in the package passt."));
  return path;
}

/* The socket of a `-netdev stream` that connects to one; NULL of any other. */
static char *
dup_socket (DroverDocument *document, int argument)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autoptr (DroverFields) fields = NULL;

  if (argument < 0 || argument >= (int) arguments->len)
    return NULL;

  fields = drover_fields_new (arguments->pdata[argument]);
  if (!drover_fields_are (fields, "netdev") ||
      g_strcmp0 (drover_fields_get (fields, "type"), "stream") != 0 ||
      g_strcmp0 (drover_fields_get (fields, "addr.type"), "unix") != 0)
    return NULL;

  return g_strdup (drover_fields_get (fields, "addr.path"));
}

static JsonObject *
find_entry (DroverDocument *document, int argument)
{
  g_autofree char *socket = dup_socket (document, argument);

  return socket != NULL ? drover_service_entry_find (document, DROVER_SERVICE_PASST, socket) : NULL;
}

/**
 * drover_passt_is_backend:
 * @document: a machine
 * @argument: index of a network backend
 *
 * Returns: whether it leads to a passt that Drover runs
 */
gboolean
drover_passt_is_backend (DroverDocument *document, int argument)
{
  return find_entry (document, argument) != NULL;
}

/**
 * drover_passt_dup_forwards:
 * @argument: index of a network backend
 *
 * Returns: (transfer full): its port forwards, as `hostfwd=` has them: `tcp::2222-:22`
 */
GStrv
drover_passt_dup_forwards (DroverDocument *document, int argument)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonObject *entry = find_entry (document, argument);
  JsonNode *node = entry != NULL ? json_object_get_member (entry, "forwards") : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (json_node_get_value_type (json_array_get_element (array, i)) == G_TYPE_STRING)
      g_strv_builder_add (builder, json_array_get_string_element (array, i));

  return g_strv_builder_end (builder);
}

/* passt's own spelling: `127.0.0.1/2222:22`. It leads to the guest, which has but one address. */
static char *
dup_spec (const char *forward, gboolean *udp, GError **error)
{
  g_autoptr (DroverForward) parsed = drover_forward_parse (forward);

  if (!parsed->readable || g_str_equal (parsed->protocol, "unix"))
    {
      drover_arguments_refuse (error, _("passt cannot forward “%s”: it takes "
                                        "PROTOCOL:ADDRESS:PORT-:PORT with tcp or udp"), forward);
      return NULL;
    }

  *udp = g_str_equal (parsed->protocol, "udp");
  return g_strdup_printf ("%s%s%s:%s", parsed->host_address,
                          *parsed->host_address != '\0' ? "/" : "", parsed->host_port,
                          parsed->guest_port);
}

static DroverDocument *
with_entry (DroverDocument *document, const char *socket, const char *const *forwards)
{
  JsonObject *entry = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; forwards[i] != NULL; i++)
    json_array_add_string_element (array, forwards[i]);
  json_object_set_array_member (entry, "forwards", array);
  return drover_service_entry_set (document, DROVER_SERVICE_PASST, socket, entry);
}

/**
 * drover_passt_set_forwards:
 * @argument: index of a network backend of passt
 * @forwards: as `hostfwd=` has them
 * @error: set when passt cannot do one of them
 *
 * Returns: (transfer full) (nullable): the new document
 */
DroverDocument *
drover_passt_set_forwards (DroverDocument *document, int argument, const char *const *forwards,
                           GError **error)
{
  g_autofree char *socket = dup_socket (document, argument);

  if (socket == NULL || !drover_passt_is_backend (document, argument))
    {
      drover_arguments_refuse (error, _("This network is not one of passt’s"));
      return NULL;
    }
  for (guint i = 0; forwards[i] != NULL; i++)
    {
      gboolean udp;
      g_autofree char *spec = dup_spec (forwards[i], &udp, error);

      if (spec == NULL)
        return NULL;
    }

  return with_entry (document, socket, forwards);
}

/* What user-mode networking forwarded goes on, as far as passt can. */
static GStrv
take_forwards (GPtrArray *arguments, int argument)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) forwards = drover_forwards_possible (arguments, argument)
                                     ? drover_forwards_list (arguments, argument) : NULL;

  for (guint i = 0; forwards != NULL && i < forwards->len; i++)
    {
      const DroverForward *forward = forwards->pdata[i];
      gboolean udp;
      g_autofree char *spec = dup_spec (forward->text, &udp, NULL);

      if (spec != NULL)
        g_strv_builder_add (builder, forward->text);
    }
  return g_strv_builder_end (builder);
}

static DroverDocument *
with_netdev (DroverDocument *document, int argument, const char *type, const char *rest,
             GError **error)
{
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_document_get_arguments (document));
  g_autoptr (DroverFields) fields = drover_fields_new (arguments->pdata[argument]);
  const char *id = drover_fields_get (fields, "id");
  g_autofree char *escaped = id != NULL ? drover_keyval_escape (id) : NULL;
  g_autofree char *text = NULL;
  DroverArgument *changed;

  if (!drover_fields_are (fields, "netdev") || id == NULL)
    {
      drover_arguments_refuse (error, _("Only a network of “-netdev” can be one of passt’s; bring "
                                        "this one to today’s form first"));
      return NULL;
    }

  text = g_strdup_printf ("%s,id=%s%s", type, escaped, rest);
  changed = drover_argument_with_value (arguments->pdata[argument], text);
  drover_argument_unref (arguments->pdata[argument]);
  arguments->pdata[argument] = changed;
  return drover_document_with_arguments (document, arguments);
}

/**
 * drover_passt_apply:
 * @document: a machine
 * @argument: index of a `-netdev`
 * @error: set when it cannot be
 *
 * Connects a network card to passt (`-netdev stream,addr.type=unix`), which Drover runs. Port
 * forwards of user-mode networking are kept.
 *
 * Returns: (transfer full) (nullable): the new document
 */
DroverDocument *
drover_passt_apply (DroverDocument *document, int argument, GError **error)
{
  g_auto (GStrv) forwards = take_forwards (drover_document_get_arguments (document), argument);
  g_autofree char *socket = drover_service_entry_dup_socket (document, "passt");
  g_autofree char *rest =
    g_strdup_printf (",server=off,addr.type=unix,addr.path=%s", socket);
  g_autoptr (DroverDocument) changed = with_netdev (document, argument, "stream", rest, error);

  return changed != NULL
    ? with_entry (changed, socket, (const char *const *) forwards) : NULL;
}

/**
 * drover_passt_remove:
 * @document: a machine
 * @argument: index of a network backend of passt
 * @error: set when it is none
 *
 * Goes back to user-mode networking (`-netdev user`), with the port forwards.
 *
 * Returns: (transfer full) (nullable): the new document
 */
DroverDocument *
drover_passt_remove (DroverDocument *document, int argument, GError **error)
{
  g_autofree char *socket = dup_socket (document, argument);
  g_auto (GStrv) forwards = drover_passt_dup_forwards (document, argument);
  g_autoptr (DroverDocument) without = NULL;
  g_autoptr (DroverDocument) changed = NULL;
  g_autoptr (GPtrArray) arguments = NULL;

  if (socket == NULL || !drover_passt_is_backend (document, argument))
    {
      drover_arguments_refuse (error, _("This network is not one of passt’s"));
      return NULL;
    }

  without = drover_service_entry_set (document, DROVER_SERVICE_PASST, socket, NULL);
  changed = with_netdev (without, argument, "user", "", error);
  if (changed == NULL)
    return NULL;

  arguments = drover_arguments_copy (drover_document_get_arguments (changed));
  for (guint i = 0; forwards[i] != NULL; i++)
    {
      g_autoptr (DroverForward) forward = drover_forward_parse (forwards[i]);
      GPtrArray *more = drover_forwards_add (arguments, argument, forward, NULL);

      if (more == NULL)
        continue;
      g_ptr_array_unref (arguments);
      arguments = more;
    }
  return drover_document_with_arguments (changed, arguments);
}

static DroverServicePlan *
make_plan (const char *program, DroverDocument *document, int argument, const char *socket,
           const char *id, const char *directory, const char *log_dir, GError **error)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (GStrv) forwards = drover_passt_dup_forwards (document, argument);
  g_autoptr (DroverServicePlan) plan = drover_service_plan_new (directory, socket);

  plan->id = g_strdup_printf ("passt-%s", id);
  plan->title = g_strdup_printf (_("passt for the network “%s”"), id);
  plan->log = drover_service_dup_log (plan->id, log_dir);
  plan->single = TRUE;
  g_strv_builder_add_many (argv, program, "--foreground", "--one-off", "--socket", plan->address,
                           NULL);
  for (guint i = 0; forwards[i] != NULL; i++)
    {
      gboolean udp = FALSE;
      char *spec = dup_spec (forwards[i], &udp, error);

      if (spec == NULL)
        return NULL;
      g_strv_builder_add (argv, udp ? "--udp-ports" : "--tcp-ports");
      g_strv_builder_take (argv, spec);
    }
  plan->argv = g_strv_builder_end (argv);
  return g_steal_pointer (&plan);
}

/**
 * drover_passt_add_plans:
 * @machine: a machine that is about to start
 * @document: what it is to be
 * @log_dir: its log folder
 * @plans: (element-type DroverServicePlan): where to add what is to be started
 * @error: set when something lacks
 *
 * Plans a passt for each network that Drover runs one for.
 *
 * Returns: whether the machine can have all of them
 */
gboolean
drover_passt_add_plans (DroverMachine *machine, DroverDocument *document, const char *log_dir,
                        GPtrArray *plans, GError **error)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autofree char *program = NULL;

  for (guint i = 0; i < arguments->len; i++)
    {
      g_autofree char *socket = dup_socket (document, i);
      g_autoptr (DroverFields) fields = NULL;
      DroverServicePlan *plan;

      if (socket == NULL || !drover_argument_get_enabled (arguments->pdata[i]) ||
          !drover_passt_is_backend (document, i))
        continue;
      if (program == NULL && (program = drover_passt_find (error)) == NULL)
        return FALSE;
      fields = drover_fields_new (arguments->pdata[i]);
      plan = make_plan (program, document, i, socket, drover_fields_get (fields, "id"),
                        drover_machine_get_directory (machine), log_dir, error);
      if (plan == NULL)
        return FALSE;
      g_ptr_array_add (plans, plan);
    }

  return TRUE;
}
