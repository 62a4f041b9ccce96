/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "drover-console-log.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-launch-plan.h"
#include "drover-paths.h"
#include "drover-shell.h"
#include "droverctl.h"

/* list */

static void
print_row (JsonObject *object)
{
  g_print ("%-12s %-9s %-32s %s\n", json_object_get_string_member (object, "state"),
           json_object_get_string_member_with_default (object, "badge", ""),
           json_object_get_string_member (object, "slug"),
           json_object_get_string_member (object, "name"));
}

static gboolean
run_list (Invocation *invocation, GError **error)
{
  GListModel *library = G_LIST_MODEL (invocation->library);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  json_node_take_array (node, array);
  for (guint i = 0; i < g_list_model_get_n_items (library); i++)
    {
      g_autoptr (DroverMachine) machine = g_list_model_get_item (library, i);
      g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_CTL_SOCKET);

      /* One that cannot be talked to is listed all the same; “status” says what is wrong. */
      dex_await (drover_run_attach (run), NULL);
      json_array_add_object_element (array, describe_run (run));
    }

  if (option_json)
    print_json (node);
  else if (json_array_get_length (array) == 0)
    g_print ("%s\n", _("There are no machines. “droverctl create --hello x86_64” makes one."));
  else
    for (guint i = 0; i < json_array_get_length (array); i++)
      print_row (json_array_get_object_element (array, i));

  return TRUE;
}

const Command list_command = {
  "list", "", N_("List the machines and their states"), 0, json_options, run_list,
};

/* delete */

static gboolean
run_delete (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_run (invocation, error);
  g_auto (GStrv) left_behind = NULL;
  g_autofree char *folder = NULL;

  if (run == NULL)
    return FALSE;

  folder = g_strdup (drover_machine_get_folder (drover_run_get_machine (run)));
  if (!drover_run_delete_machine (run, invocation->library, &left_behind, error))
    return FALSE;

  for (guint i = 0; left_behind[i] != NULL; i++)
    g_printerr (_("Kept, because Drover did not create it: %s/%s\n"), folder, left_behind[i]);
  return TRUE;
}

static const GOptionEntry no_options[] = { { NULL } };

const Command delete_command = {
  "delete", "MACHINE", N_("Delete a machine that is off"), 1, no_options, run_delete,
};

/* renew-identity */

static gboolean
run_renew_identity (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);

  if (machine == NULL || !drover_machine_renew_identity (machine, error))
    return FALSE;

  g_print ("%s\n", drover_document_get_uuid (drover_machine_get_document (machine)));
  return TRUE;
}

const Command renew_identity_command = {
  "renew-identity", "MACHINE", N_("Give a machine whose folder was copied a uuid of its own"), 1,
  no_options, run_renew_identity,
};

/* command */

static gboolean option_launch;

static const GOptionEntry command_options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print a JSON array, program first"), NULL },
  { "launch", 0, 0, G_OPTION_ARG_NONE, &option_launch,
    N_("With what a launch adds: sockets, accelerator and the like"), NULL },
  { NULL },
};

static GStrv
dup_argv (Invocation *invocation, DroverMachine *machine, GError **error)
{
  g_autoptr (DroverRun) run = NULL;

  if (!option_launch)
    return drover_document_dup_argv (drover_machine_get_document (machine));

  run = find_run (invocation, error);
  if (run == NULL)
    return NULL;
  if (drover_run_is_off (run) && !dex_await (drover_run_choose_accelerator (run), error))
    return NULL;

  return drover_run_dup_launch_argv (run);
}

static gboolean
run_command (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);
  g_auto (GStrv) argv = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (machine == NULL)
    return FALSE;
  if (drover_machine_get_error (machine) != NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (machine)));
      return FALSE;
    }

  argv = dup_argv (invocation, machine, error);
  if (argv == NULL)
    return FALSE;

  if (option_json)
    print_json (node = drover_json_from_strv ((const char *const *) argv));
  else
    g_print ("%s\n", text = drover_shell_from_argv ((const char *const *) argv));
  return TRUE;
}

const Command command_command = {
  "command", "MACHINE", N_("Print the command line of a machine"), 1, command_options, run_command,
};

/* log */

static gboolean option_console;
static gboolean option_qemu;
static char *option_service;

static const GOptionEntry log_options[] = {
  { "console", 0, 0, G_OPTION_ARG_NONE, &option_console,
    N_("What the guest printed on its console (the default)"), NULL },
  { "qemu", 0, 0, G_OPTION_ARG_NONE, &option_qemu, N_("What QEMU itself printed"), NULL },
  { "service", 0, 0, G_OPTION_ARG_STRING, &option_service,
    N_("What a program beside QEMU printed: “status” says which there are"), N_("ID") },
  { NULL },
};

static char *
dup_console_log (DroverMachine *machine, GError **error)
{
  g_autofree char *log_dir = drover_paths_dup_log_dir (drover_machine_get_slug (machine));
  g_autoptr (DroverLaunchPlan) plan = NULL;

  if (drover_machine_get_document (machine) == NULL)
    return g_build_filename (log_dir, "console-0.log", NULL);

  plan = drover_launch_plan_new (drover_machine_get_document (machine), "", log_dir, NULL);
  /* A log that the arguments name is as seen from where QEMU runs. */
  if (plan->consoles->len > 0)
    return g_canonicalize_filename (((DroverConsolePlan *) plan->consoles->pdata[0])->log,
                                    drover_machine_get_directory (machine));

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
               _("“%s” has no console: nothing in its arguments goes to the terminal, as "
                 "-nographic does"),
               drover_machine_get_name (machine));
  return NULL;
}

/* Of a long log the beginning was taken out, which leaves a hole: no zeros are printed for it. The
 * bytes are as the guest wrote them: g_print() would convert. */
static gboolean
print_log (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  char buffer[64 * 1024];
  gssize n;

  if (stream == NULL || !g_seekable_seek (G_SEEKABLE (stream), drover_console_log_get_start (path),
                                          G_SEEK_SET, NULL, error))
    return FALSE;

  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), buffer, sizeof buffer, NULL, error)) > 0)
    fwrite (buffer, 1, n, stdout);

  return n == 0;
}

static gboolean
run_log (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);
  g_autoptr (DroverRun) run = NULL;
  g_autofree char *path = NULL;

  if (machine == NULL)
    return FALSE;
  if (option_console + option_qemu + (option_service != NULL) > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("Give only one of --console, --qemu and --service"));
      return FALSE;
    }

  run = drover_run_new (machine, DROVER_CTL_SOCKET);
  path = option_service != NULL ? drover_run_dup_service_log_path (run, option_service)
         : option_qemu          ? drover_run_dup_log_path (run)
                                : dup_console_log (machine, error);
  return path != NULL && print_log (path, error);
}

const Command log_command = {
  "log", "MACHINE", N_("Print a log of a machine"), 1, log_options, run_log,
};
