/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-run-truth.h"

/* What a running QEMU really runs its guest with, asked of that very process: arguments can name
 * several accelerators, of which it takes the first that works. */

/* What QEMU's accelerators are: with hardware the guest's processors are this computer's. */
static const struct
{
  const char *accelerator;
  const char *badge;
} badges[] = {
  { "tcg", "emulated" },  { "kvm", "hardware" },  { "hvf", "hardware" }, { "mshv", "hardware" },
  { "nitro", "hardware" }, { "nvmm", "hardware" }, { "whpx", "hardware" }, { "xen", "hardware" },
};

/**
 * drover_run_truth_get_badge:
 * @accelerator: (nullable): such as `kvm`
 *
 * Returns: (nullable): `hardware` or `emulated`; %NULL of one that is not known
 */
const char *
drover_run_truth_get_badge (const char *accelerator)
{
  for (guint i = 0; i < G_N_ELEMENTS (badges); i++)
    if (g_strcmp0 (badges[i].accelerator, accelerator) == 0)
      return badges[i].badge;

  return NULL;
}

static JsonNode *
ask (DroverQmp *qmp, const char *command, const char *name, const char *value, GError **error)
{
  JsonNode *arguments = NULL;

  if (name != NULL)
    {
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, name, value);
      arguments = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (arguments, object);
    }

  return dex_await_boxed (drover_qmp_execute (qmp, command, arguments), error);
}

static JsonObject *
get_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* QEMU 10.2 says it straight. */
static char *
ask_plainly (DroverQmp *qmp)
{
  g_autoptr (JsonNode) node = ask (qmp, "query-accelerators", NULL, NULL, NULL);
  JsonObject *answer = get_object (node);

  return answer != NULL
           ? g_strdup (json_object_get_string_member_with_default (answer, "enabled", NULL)) : NULL;
}

static gboolean
is_kvm (DroverQmp *qmp, GError **error)
{
  g_autoptr (JsonNode) node = ask (qmp, "query-kvm", NULL, NULL, error);
  JsonObject *answer = get_object (node);

  return answer != NULL && json_object_get_boolean_member_with_default (answer, "enabled", FALSE);
}

/* Only TCG translates code, and an older QEMU tells of its translations only under TCG. */
static gboolean
is_tcg (DroverQmp *qmp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) jit = ask (qmp, "x-query-jit", NULL, NULL, &error);
  g_autoptr (JsonNode) text = NULL;

  if (jit != NULL)
    return TRUE;
  if (!g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_COMMAND_NOT_FOUND))
    return FALSE;

  text = ask (qmp, "human-monitor-command", "command-line", "info jit", NULL);
  return text != NULL && JSON_NODE_HOLDS_VALUE (text) && json_node_get_string (text) != NULL &&
         g_strstr_len (json_node_get_string (text), -1, "Translation buffer state") != NULL;
}

/* Neither KVM nor TCG: when QEMU was built with just one other, it is that. */
static char *
ask_for_the_rest (DroverQmp *qmp)
{
  g_autoptr (JsonNode) types = ask (qmp, "qom-list-types", "implements", "accel", NULL);
  g_autofree char *found = NULL;
  JsonArray *array;

  if (types == NULL || !JSON_NODE_HOLDS_ARRAY (types))
    return NULL;

  array = json_node_get_array (types);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *type = get_object (json_array_get_element (array, i));
      const char *name = type != NULL
                           ? json_object_get_string_member_with_default (type, "name", "") : "";
      g_autofree char *accelerator = NULL;

      if (!g_str_has_suffix (name, "-accel"))
        continue;
      accelerator = g_strndup (name, strlen (name) - strlen ("-accel"));
      if (g_str_equal (accelerator, "kvm") || g_str_equal (accelerator, "tcg") ||
          g_str_equal (accelerator, "qtest"))
        continue;
      if (found != NULL)
        return NULL;
      found = g_steal_pointer (&accelerator);
    }

  return g_steal_pointer (&found);
}

static DexFuture *
ask_fiber (gpointer user_data)
{
  DroverQmp *qmp = user_data;
  g_autoptr (GError) error = NULL;
  char *accelerator = ask_plainly (qmp);

  if (accelerator == NULL && is_kvm (qmp, &error))
    accelerator = g_strdup ("kvm");
  if (accelerator == NULL && drover_qmp_is_open (qmp) && is_tcg (qmp))
    accelerator = g_strdup ("tcg");
  if (accelerator == NULL && drover_qmp_is_open (qmp))
    accelerator = ask_for_the_rest (qmp);

  if (accelerator != NULL)
    return dex_future_new_take_string (accelerator);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_reject (DROVER_QMP_ERROR, DROVER_QMP_ERROR_GENERIC,
                                _("QEMU does not tell which accelerator it uses"));
}

/**
 * drover_run_truth_ask:
 * @qmp: a connection to a QEMU, whoever started it
 *
 * Asks which accelerator the process uses: `query-accelerators` where there is such, else
 * `query-kvm`, whether there are translations of TCG's (`x-query-jit`), and what is left.
 *
 * Returns: (transfer full): a future of a string, such as `tcg`
 */
DexFuture *
drover_run_truth_ask (DroverQmp *qmp)
{
  dex_return_error_if_fail (DROVER_IS_QMP (qmp));
  return drover_dex_spawn (ask_fiber, g_object_ref (qmp), g_object_unref);
}
