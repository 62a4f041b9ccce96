/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-hot-private.h"

/* --- port forwards ---------------------------------------------------------------------------- */

static gboolean
is_forward (const DroverField *field)
{
  return g_str_equal (field->key, "hostfwd") || g_str_has_prefix (field->key, "hostfwd.");
}

static gboolean
has_forward (const DroverFields *fields, const char *rule)
{
  for (guint i = 0; i < fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (fields->items, DroverField, i);

      if (is_forward (field) && g_str_equal (field->value, rule))
        return TRUE;
    }

  return FALSE;
}

/* hostfwd_add takes the rule as it stands; hostfwd_remove only its host side. QMP has neither. */
static gboolean
tell_forward (DroverHotWork *work, const char *id, const char *rule, gboolean add, GError **error)
{
  const char *dash = strrchr (rule, '-');
  g_autofree char *host = add || dash == NULL ? g_strdup (rule) : g_strndup (rule, dash - rule);
  g_autofree char *command =
    g_strdup_printf ("%s %s%s%s", add ? "hostfwd_add" : "hostfwd_remove", id != NULL ? id : "",
                     id != NULL ? " " : "", host);
  g_autofree char *reply = _drover_hot_monitor (work->qmp, command, error);

  if (reply == NULL)
    return FALSE;
  /* The monitor has nothing to say of one that it added, and of one that is not there nothing that
   * matters. */
  if (add ? *reply == '\0'
          : g_str_has_suffix (reply, "removed") || g_str_has_suffix (reply, "not found"))
    return TRUE;

  if (add && g_str_has_prefix (reply, "Could not set up"))
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                 _("%s. Another program may be listening on that port, or the port is one below "
                   "1024, which is the administrator’s."),
                 reply);
  else
    g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, reply);
  return FALSE;
}

/* Tells QEMU the rules of @from that @than lacks. */
static gboolean
tell_forwards (DroverHotWork *work, const char *id, const DroverFields *from,
               const DroverFields *than, gboolean add, GError **error)
{
  for (guint i = 0; i < from->items->len; i++)
    {
      const DroverField *field = &g_array_index (from->items, DroverField, i);

      if (is_forward (field) && !has_forward (than, field->value) &&
          !tell_forward (work, id, field->value, add, error))
        return FALSE;
    }

  return TRUE;
}

/* A port that moves to another rule must be free first. To be called in a fiber. */
gboolean
_drover_hot_run_forwards (DroverHotWork *work, const DroverHotStep *step, GError **error)
{
  const DroverFields *old = work->before->pdata[g_array_index (step->before, int, 0)];
  const DroverFields *fields = work->after->pdata[g_array_index (step->after, int, 0)];
  g_autoptr (GError) failure = NULL;

  if (tell_forwards (work, step->id, old, fields, FALSE, &failure) &&
      tell_forwards (work, step->id, fields, old, TRUE, &failure))
    return TRUE;

  /* Back to what is on record: what was added goes, what was removed comes again. */
  tell_forwards (work, step->id, fields, old, FALSE, NULL);
  tell_forwards (work, step->id, old, fields, TRUE, NULL);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* --- processors ------------------------------------------------------------------------------- */

static guint64
count_cpus (JsonArray *cpus, gboolean plugged)
{
  guint64 n = 0;

  for (guint i = 0; i < json_array_get_length (cpus); i++)
    {
      JsonObject *cpu = json_array_get_object_element (cpus, i);

      if (json_object_has_member (cpu, "qom-path") == plugged)
        n += json_object_get_int_member_with_default (cpu, "vcpus-count", 1);
    }

  return n;
}

/* The place in the sockets and cores that the board has left for it, as it names it. */
static gboolean
plug_cpu (DroverHotWork *work, JsonObject *cpu, GError **error)
{
  JsonNode *props = json_object_get_member (cpu, "props");
  const char *type = json_object_get_string_member_with_default (cpu, "type", "");
  JsonObject *arguments = _drover_hot_object ("driver", type, NULL);
  g_autoptr (GString) id = g_string_new ("cpu");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, json_node_get_object (props));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      json_object_set_member (arguments, name, json_node_copy (value));
      g_string_append_printf (id, "-%" G_GINT64_FORMAT, json_node_get_int (value));
    }
  json_object_set_string_member (arguments, "id", id->str);
  return _drover_hot_tell (work->qmp, "device_add", arguments, error);
}

/* The board lists the places from the last to the first. To be called in a fiber. */
gboolean
_drover_hot_run_cpus (DroverHotWork *work, const DroverHotStep *step, GError **error)
{
  const DroverFields *fields = work->after->pdata[g_array_index (step->after, int, 0)];
  guint64 wanted = g_ascii_strtoull (drover_fields_get (fields, "cpus"), NULL, 10);
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) reply =
    _drover_hot_call (work->qmp, "query-hotpluggable-cpus", NULL, &failure);
  JsonArray *cpus;
  guint64 n;

  if (reply == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("This type of machine cannot be given processors while it runs: %s"),
                   failure->message);
      return FALSE;
    }

  cpus = json_node_get_array (reply);
  n = count_cpus (cpus, TRUE);
  for (guint i = json_array_get_length (cpus); n < wanted && i-- > 0;)
    {
      JsonObject *cpu = json_array_get_object_element (cpus, i);

      if (json_object_has_member (cpu, "qom-path"))
        continue;
      if (!plug_cpu (work, cpu, error))
        return FALSE;
      n += json_object_get_int_member_with_default (cpu, "vcpus-count", 1);
    }

  if (n >= wanted)
    return TRUE;
  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
               _("The board has no more places for processors"));
  return FALSE;
}
